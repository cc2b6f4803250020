import { createContext, useContext } from 'react';
import type { RawValue, RawValues } from '../element-values.ts';

export type { RawValue, RawValues } from '../element-values.ts';

/** What an interactive element can do where it stands: in a message, a modal or App Home. */
export type Interaction = {
  readonly values: RawValues;
  readonly setValue: (blockId: string, actionId: string, value: RawValue) => void;
  /** Sends block_actions. `value` replaces what `values` holds for the element. */
  readonly act: (blockId: string, actionId: string, value: RawValue) => void;
  /** `block_id action_id` of elements whose click is on its way. */
  readonly busy: ReadonlySet<string>;
  /** What is wrong, by block_id. */
  readonly errors: Readonly<Record<string, string>>;
};

export const InteractionContext = createContext<Interaction>({
  values: {},
  setValue: () => undefined,
  act: () => undefined,
  busy: new Set(),
  errors: {},
});

export const useInteraction = (): Interaction => useContext(InteractionContext);
