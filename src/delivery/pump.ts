/**
 * A pump takes claimed work from a durable queue, acts on it, and marks it done or gives it back. A crash between
 * acting and marking leads to a second attempt, so what it calls must be idempotent (DESIGN.md, rule 6).
 */
import { createLoop, type Loop } from './loop.ts';

/** What a pump needs of its queue. Times come from the clock so that tests need not sleep. */
export type PumpDeps<T extends { readonly id: string; readonly attempts: number }> = {
  readonly name: string;
  readonly claim: (limit: number, leaseMs: number, now: Date) => Promise<readonly T[]>;
  readonly handle: (item: T) => Promise<void>;
  readonly done: (id: string, now: Date) => Promise<void>;
  readonly failed: (id: string, error: string, retryAt: Date | null) => Promise<void>;
  readonly now: () => Date;
  /** When this error should be tried again; null: never (a dead letter that `doctor` shows). */
  readonly retryAfterMs: (error: unknown, attempts: number) => number | null;
  readonly onError: (error: unknown, item: T | null) => void;
  readonly batch?: number;
  readonly concurrency?: number;
  readonly leaseMs?: number;
  readonly pollMs?: number;
};

/** `idle` resolves when nothing claimable is left; `stop` takes nothing new and waits for what is under way. */
export type Pump = Pick<Loop, 'wake' | 'idle' | 'stop'>;

/** Back-off for a transient failure: 1 s, 2 s, 4 s ... up to 5 minutes; at most `attemptsMax` attempts. */
export function backoffMs(attempts: number, attemptsMax = 40): number | null {
  if (attempts >= attemptsMax) return null;
  return Math.min(1000 * 2 ** Math.max(0, attempts - 1), 300_000);
}

/** Starts pumping. */
export function createPump<T extends { readonly id: string; readonly attempts: number }>(deps: PumpDeps<T>): Pump {
  const batch = deps.batch ?? 32;
  const leaseMs = deps.leaseMs ?? 30_000;
  const pollMs = deps.pollMs ?? 1000;
  const one = async (item: T): Promise<void> => {
    try {
      await deps.handle(item);
      await deps.done(item.id, deps.now());
    } catch (error) {
      deps.onError(error, item);
      const wait = deps.retryAfterMs(error, item.attempts);
      const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      const retryAt = wait === null ? null : new Date(deps.now().getTime() + wait);
      await deps.failed(item.id, text.slice(0, 2000), retryAt);
    }
  };

  const loop = createLoop({
    async round() {
      const items = await deps.claim(batch, leaseMs, deps.now());
      await inLanes(items, deps.concurrency ?? 4, one);
      return items.length > 0;
    },
    onError: (error) => deps.onError(error, null),
    retryAfterMs: () => pollMs,
  });
  const timer = setInterval(loop.wake, pollMs);
  timer.unref();

  return {
    wake: loop.wake,
    idle: loop.idle,
    stop() {
      clearInterval(timer);
      return loop.stop();
    },
  };
}

/** Runs `act` on each item, at most `lanes` at once; items keep their order of start. */
async function inLanes<T>(items: readonly T[], lanes: number, act: (item: T) => Promise<void>): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let item = items[next++]; item !== undefined; item = items[next++]) await act(item);
  };
  await Promise.all(Array.from({ length: Math.min(lanes, items.length) }, lane));
}
