/**
 * Read, decide, sign, commit; and again when somebody was faster (DESIGN.md, journey 2). The number of rounds is
 * bounded: under contention a command fails with an error and its inbox item is tried again later, nothing is lost.
 */
import type { Commit, Ledger } from '../ports.ts';

/** More rounds than 50 people clicking at once need. */
const ROUNDS_MAX = 80;
/** A clock this far behind the log's last event is refused (DESIGN.md, fixed choices). */
const CLOCK_BEHIND_MS_MAX = 60_000;

/** The commit could not be made. */
class CommitError extends Error {
  readonly code: 'clock_behind' | 'contention';
  constructor(code: CommitError['code'], message: string) {
    super(message);
    this.name = 'CommitError';
    this.code = code;
  }
}

export type Attempt<R> =
  /** Nothing to commit: the result stands as it is (a refusal, say). */
  | { readonly kind: 'settled'; readonly result: R }
  | { readonly kind: 'commit'; readonly commit: Commit; readonly result: (firstIndex: number) => R };

/**
 * Runs `attempt` until its commit is in.
 * @param attempt reads and decides anew each round; `at` is the time its events must carry
 * @param duplicate the result when this command was committed before
 * @throws CommitError
 */
export async function commitLoop<R>(
  deps: { readonly ledger: Pick<Ledger, 'commit' | 'head'>; readonly now: () => Date },
  attempt: (at: Date) => Promise<Attempt<R>>,
  duplicate: () => Promise<R>,
): Promise<R> {
  let lastAt = (await deps.ledger.head()).lastAt;
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const step = await attempt(eventTime(deps.now(), lastAt));
    if (step.kind === 'settled') return step.result;
    const outcome = await deps.ledger.commit(step.commit);
    if (outcome.ok) return step.result(outcome.firstIndex);
    if (outcome.reason === 'duplicate_command') return duplicate();
    if (outcome.reason === 'time_behind_log') lastAt = outcome.lastAt;
  }
  throw new CommitError('contention', 'Too many people acted on this at the same moment. It will be tried again.');
}

/** The present, or the log's last time where the clock is a little behind it. */
function eventTime(now: Date, lastAt: Date | null): Date {
  if (lastAt === null || now.getTime() >= lastAt.getTime()) return now;
  if (lastAt.getTime() - now.getTime() > CLOCK_BEHIND_MS_MAX) {
    throw new CommitError(
      'clock_behind',
      `This machine's clock (${now.toISOString()}) is behind the log's last entry (${lastAt.toISOString()}). Nothing was recorded. Set the clock, then try again.`,
    );
  }
  return lastAt;
}
