/**
 * A pump takes claimed work from a durable queue, acts on it, and marks it done or gives it back. A crash between
 * acting and marking leads to a second attempt, so what it calls must be idempotent (DESIGN.md, rule 6).
 */

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

export type Pump = {
  /** Look now: something was just put. */
  wake(): void;
  /** Resolves when nothing claimable is left; used by tests and by the drain at shutdown. */
  idle(): Promise<void>;
  /** Takes nothing new, and waits for what is under way. */
  stop(): Promise<void>;
};

/** Back-off for a transient failure: 1 s, 2 s, 4 s ... up to 5 minutes; at most `attemptsMax` attempts. */
export function backoffMs(attempts: number, attemptsMax = 40): number | null {
  if (attempts >= attemptsMax) return null;
  return Math.min(1000 * 2 ** Math.max(0, attempts - 1), 300_000);
}

/** Starts pumping. */
export function createPump<T extends { readonly id: string; readonly attempts: number }>(deps: PumpDeps<T>): Pump {
  const batch = deps.batch ?? 32;
  const leaseMs = deps.leaseMs ?? 30_000;
  let stopped = false;
  let running: Promise<void> | null = null;
  let again = false;

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

  const drain = async (): Promise<void> => {
    do {
      again = false;
      const items = await deps.claim(batch, leaseMs, deps.now());
      if (items.length > 0) again = true;
      await inLanes(items, deps.concurrency ?? 4, one);
    } while (again && !stopped);
  };

  const start = (): Promise<void> => {
    running ??= drain()
      .catch((error: unknown) => deps.onError(error, null))
      .finally(() => {
        running = null;
        if (again && !stopped) void start();
      });
    return running;
  };

  const wake = (): void => {
    if (stopped) return;
    again = true;
    void start();
  };
  const timer = setInterval(wake, deps.pollMs ?? 1000);
  timer.unref();

  return {
    wake,
    async idle() {
      wake();
      while (running) await running;
    },
    async stop() {
      stopped = true;
      clearInterval(timer);
      while (running) await running;
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
