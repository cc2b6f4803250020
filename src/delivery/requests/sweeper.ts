/**
 * Timers are rows committed with the state. The sweeper takes what is due, in order of due time, and hands each to the
 * desk once; a server that was down for a month catches up the same way (DESIGN.md, fixed choices).
 */

import type { NewTimer, Timers } from '../ports.ts';
import type { Desk } from './desk.ts';

export type SweeperDeps = {
  readonly timers: Timers;
  readonly desk: Pick<Desk, 'act'>;
  /**
   * What other subjects do when their timer fires, by what stands before the colon (`system:chat` -> `system`). It marks
   * the timer done, or throws to be asked again.
   */
  readonly others?: Readonly<Record<string, (timer: NewTimer) => Promise<void>>>;
  readonly now: () => Date;
  readonly onError: (error: unknown, timer: NewTimer | null) => void;
};

export type Sweeper = {
  /** Runs everything that is due now; resolves with how many fired by the sweep that saw to it. */
  sweep(): Promise<number>;
};

const BATCH = 100;
const LEASE_MS = 60_000;

/** Makes the sweeper. One sweep at a time; calls that overlap it share the next one. */
export function createSweeper(deps: SweeperDeps): Sweeper {
  let running: Promise<number> | null = null;
  let next: Promise<number> | null = null;
  const sweep = async (): Promise<number> => {
    let fired = 0;
    for (;;) {
      const due = await deps.timers.claimDue(deps.now(), BATCH, LEASE_MS);
      for (const timer of due) fired += (await fire(deps, timer)) ? 1 : 0;
      if (due.length < BATCH) return fired;
    }
  };
  const afterwards = (): Promise<number> => {
    next = null;
    return sweeper.sweep();
  };
  const sweeper: Sweeper = {
    sweep() {
      if (running !== null) {
        // The one under way looked at the clock earlier: what came due since is for another.
        next ??= running.then(afterwards, afterwards);
        return next;
      }
      running = sweep().finally(() => {
        running = null;
      });
      return running;
    },
  };
  return sweeper;
}

/** One timer: the desk decides what it means now. A timer that fails stays claimed and comes back with its lease. */
async function fire(deps: SweeperDeps, timer: NewTimer): Promise<boolean> {
  try {
    const requestId = timer.subject.startsWith('request:') ? timer.subject.slice('request:'.length) : null;
    if (requestId === null) {
      const other = deps.others?.[timer.subject.split(':', 1)[0] ?? ''];
      if (other !== undefined) {
        await other(timer);
        return true;
      }
      await deps.timers.done(timer.id, deps.now());
      return false;
    }
    const result = await deps.desk.act(
      requestId,
      { type: 'timer.fired', commandId: `timer:${timer.id}`, by: 'service', kind: timer.kind, dueAt: timer.dueAt },
      { timersDone: [timer.id] },
    );
    // Nothing was committed (a refusal, or no event): the row is closed by itself.
    if (!result.ok || result.firstIndex === null) await deps.timers.done(timer.id, deps.now());
    return result.ok;
  } catch (error) {
    deps.onError(error, timer);
    return false;
  }
}
