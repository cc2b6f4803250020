import type { Change } from '../core.ts';
import type { SandboxChannel, SandboxMessage, SandboxUser, SandboxView, SuggestedPrompts } from '../model.ts';
import type { CommandHint, ShortcutHint } from '../seed.ts';
import type { TraceEntry } from '../trace.ts';

export type {
  Block,
  SandboxChannel,
  SandboxFile,
  SandboxMessage,
  SandboxUser,
  SandboxView,
  SuggestedPrompts,
} from '../model.ts';
export type { CommandHint, ShortcutHint } from '../seed.ts';
export type { TraceAck, TraceCall, TraceEntry } from '../trace.ts';

/** What `/sandbox/state` answers. */
export type StateAnswer = {
  readonly ok: true;
  readonly rev: number;
  readonly team: { readonly id: string; readonly name: string };
  readonly app: { readonly id: string; readonly user: string };
  readonly me: string;
  readonly users: readonly SandboxUser[];
  readonly people: readonly string[];
  readonly channels: readonly SandboxChannel[];
  readonly messages: readonly SandboxMessage[];
  /** Channels with older messages than those given. */
  readonly more: readonly string[];
  readonly ephemerals: readonly SandboxMessage[];
  readonly views: readonly SandboxView[];
  readonly home: SandboxView | null;
  readonly reads: Readonly<Record<string, string>>;
  readonly prompts: Readonly<Record<string, SuggestedPrompts>>;
  readonly trace: readonly TraceEntry[];
  readonly commands: readonly CommandHint[];
  readonly shortcuts: readonly ShortcutHint[];
};

/** A change as the stream carries it. */
export type StreamChange = Pick<Change, 'rev' | 'kind' | 'data'>;

/** Everything the page shows, kept up to date by changes. */
export type PageState = Omit<StateAnswer, 'ok' | 'users' | 'messages' | 'ephemerals' | 'trace'> & {
  readonly users: ReadonlyMap<string, SandboxUser>;
  /** By `channel ts`. */
  readonly messages: ReadonlyMap<string, SandboxMessage>;
  /** By ts. */
  readonly ephemerals: ReadonlyMap<string, SandboxMessage>;
  /** By id. */
  readonly trace: ReadonlyMap<number, TraceEntry>;
  /** "is thinking..." by `channel thread_ts`. */
  readonly status: ReadonlyMap<string, string>;
};

/** Where the person looks. */
export type Place = {
  readonly channel: string;
  /** Parent of the open thread. */
  readonly thread: string | null;
  /** Tab of the direct message with the app. */
  readonly tab: 'home' | 'messages';
};
