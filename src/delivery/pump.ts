/**
 * A pump takes claimed work from a durable queue, acts on it, and marks it done or gives it back. A crash between
 * acting and marking leads to a second attempt, so what it calls must be idempotent (DESIGN.md, rule 6).
 */
import { createLoop, type Loop } from './loop.ts';

/** What a pump needs of its queue. Times come from the clock so that tests need not sleep. */
export type PumpDeps<T extends { readonly id: string; readonly attempts: number }> = {
  readonly queue: {
    claim(limit: number, leaseMs: number, now: Date): Promise<readonly T[]>;
    done(id: string, now: Date): Promise<void>;
    failed(id: string, error: string, retryAt: Date | null): Promise<void>;
  };
  readonly handle: (item: T) => Promise<void>;
  readonly now: () => Date;
  /** When this error should be tried again; null: never (a dead letter that `doctor` shows). */
  readonly retryAfterMs: (error: unknown, attempts: number) => number | null;
  readonly onError: (error: unknown, item: T | null) => void;
  /** Items that are acted on at once. */
  readonly lanes: number;
  /** Items claimed at once; 32 unless a test says otherwise. */
  readonly batch?: number;
};

const BATCH = 32;
/** Longer than any item may take: after this another worker takes it. */
const LEASE_MS = 30_000;
/** How often the queue is looked at though nobody woke the pump. */
const POLL_MS = 1_000;
const ATTEMPTS_MAX = 40;

/** `idle` resolves when nothing claimable is left; `stop` takes nothing new and waits for what is under way. */
export type Pump = Pick<Loop, 'wake' | 'idle' | 'stop'>;

/** Back-off for a transient failure: 1 s, 2 s, 4 s ... up to 5 minutes; null after the 40th attempt. */
export function backoffMs(attempts: number): number | null {
  if (attempts >= ATTEMPTS_MAX) return null;
  return Math.min(1000 * 2 ** Math.max(0, attempts - 1), 300_000);
}

/** Starts pumping. */
export function createPump<T extends { readonly id: string; readonly attempts: number }>(deps: PumpDeps<T>): Pump {
  const { queue, batch = BATCH } = deps;
  const one = async (item: T): Promise<void> => {
    try {
      await deps.handle(item);
      await queue.done(item.id, deps.now());
    } catch (error) {
      deps.onError(error, item);
      const wait = deps.retryAfterMs(error, item.attempts);
      const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      const retryAt = wait === null ? null : new Date(deps.now().getTime() + wait);
      await queue.failed(item.id, text.slice(0, 2000), retryAt);
    }
  };

  const loop = createLoop({
    async round() {
      const items = await queue.claim(batch, LEASE_MS, deps.now());
      await inLanes(items, deps.lanes, one);
      return items.length > 0;
    },
    onError: (error) => deps.onError(error, null),
    retryAfterMs: () => POLL_MS,
  });
  const timer = setInterval(loop.wake, POLL_MS);
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
