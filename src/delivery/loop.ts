/**
 * Work that is done whenever something woke it: never twice at once, once more for whatever came while it ran, and again
 * by itself after a failure. The pump, the follower and the publisher run on it.
 */

export type Loop = {
  /** There may be something to do. While a failed round waits for its next try, nothing more happens. */
  wake(): void;
  /** Works now, also where a next try is waited for; resolves when the rounds are over. */
  idle(): Promise<void>;
  /** Begins no round any more, and waits for the one under way. */
  stop(): Promise<void>;
  /** Rounds that failed in a row; 0 when the last one went well. */
  failures(): number;
};

export type LoopDeps = {
  /** One round; true when there may be more to do at once. `stopped` says whether the loop was told to end. */
  readonly round: (stopped: () => boolean) => Promise<boolean>;
  readonly onError: (error: unknown) => void;
  /** Milliseconds until the next try after so many failures in a row. */
  readonly retryAfterMs: (failures: number) => number;
};

/** Makes a loop; it begins with its first `wake`. */
export function createLoop({ round, onError, retryAfterMs }: LoopDeps): Loop {
  let running: Promise<void> | null = null;
  let retry: NodeJS.Timeout | null = null;
  let again = false;
  let stopped = false;
  let failures = 0;

  const rounds = async (): Promise<void> => {
    do {
      again = false;
      try {
        if (await round(() => stopped)) again = true;
        failures = 0;
      } catch (error) {
        failures += 1;
        onError(error);
        again = false;
        if (!stopped) retry = setTimeout(start, retryAfterMs(failures)).unref();
      }
    } while (again && !stopped);
  };

  const start = (): void => {
    if (retry) clearTimeout(retry);
    retry = null;
    if (stopped) return;
    again = true;
    running ??= rounds().finally(() => {
      running = null;
      // What came in while the last round was ending must not wait for the next wake.
      if (again && retry === null) start();
    });
  };

  return {
    wake() {
      if (retry === null) start();
    },
    async idle() {
      start();
      while (running) await running;
    },
    async stop() {
      stopped = true;
      if (retry) clearTimeout(retry);
      while (running) await running;
    },
    failures: () => failures,
  };
}
