import type { SubmittedState } from './types.ts';

/** What an event changes in the state; the rest stays. */
export type Patch = Partial<SubmittedState>;
