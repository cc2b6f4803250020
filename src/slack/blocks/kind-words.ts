/** What is said differently of a deployment, an exception, a use case and a change of the rules. Pure. */
import type { RequestKind } from '#src/approvals/document.ts';

export type KindWords = {
  /** Why somebody of the asking side does not decide, behind "you"; `id` is the short id, or "this". */
  readonly yours: (id: string) => string;
  /** While it is suspended or revoked. */
  readonly stopped: string;
  /** After a suspension that a fresh decision ended. */
  readonly again: string;
  /** What a suspension does at once. */
  readonly effect: string;
  /** Until when the conditions of an approval are to be met, by their phase; null where it is approved as it stands. */
  readonly phases: Readonly<Record<'before_deployment' | 'after_deployment', string>> | null;
};

const owned = (id: string): string => `asked for ${id} or own its system`;
const inForce = { before_deployment: 'Before it takes effect', after_deployment: 'While it is in force' };

export const KIND_WORDS: Readonly<Record<RequestKind, KindWords>> = {
  deployment: {
    yours: owned,
    stopped: 'it may not be deployed',
    again: 'may be deployed again',
    effect: 'The gate says no at once.',
    phases: { before_deployment: 'Before deployment', after_deployment: 'After deployment' },
  },
  exception: {
    yours: (id) => `asked for ${id} or answer for it`,
    stopped: 'what it allowed is not allowed, and nothing that rests on it may run',
    again: 'allows again what it allowed',
    effect: 'What it allows is at once no longer allowed, and the gate says no to what rests on it.',
    phases: inForce,
  },
  'use-case': {
    yours: owned,
    stopped: 'nothing that rests on it may run',
    again: 'is in force again; what rests on it may run',
    effect: 'The gate says no at once to what rests on it, and nothing new is approved on it.',
    phases: inForce,
  },
  policy: {
    yours: (id) => `wrote the rules of ${id} or put them to the vote`,
    // Rules that were adopted are never suspended or revoked; the way back is another vote.
    stopped: 'its rules are not in force',
    again: 'is in force again',
    effect: 'Its rules are no longer in force.',
    phases: null,
  },
};
