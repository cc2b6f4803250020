import { createContext, useContext } from 'react';
import type { SandboxChannel, SandboxUser } from './page-types.ts';

/** What rendering needs to know everywhere. */
export type WorkspaceView = {
  readonly users: ReadonlyMap<string, SandboxUser>;
  readonly channels: readonly SandboxChannel[];
  readonly me: string;
  readonly theme: 'light' | 'dark';
  /** Goes to a channel when its mention is clicked. */
  readonly goTo: (channel: string) => void;
};

export const WorkspaceContext = createContext<WorkspaceView>({
  users: new Map(),
  channels: [],
  me: '',
  theme: 'light',
  goTo: () => undefined,
});

export const useWorkspaceView = (): WorkspaceView => useContext(WorkspaceContext);
