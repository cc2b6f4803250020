/** Counts per key and minute, in memory: enough for one process to stay upright. Time is passed in. */

export type RateLimit = {
  /** Takes one; false when the key has used up this minute. */
  take(key: string, perMinute: number, now: Date): boolean;
};

/** Keys remembered; beyond, the oldest are forgotten. */
const KEYS_MAX = 10_000;
const MINUTE_MS = 60_000;

/** Makes a limit with windows of one minute. */
export function createRateLimit(): RateLimit {
  const windows = new Map<string, { since: number; used: number }>();
  return {
    take(key, perMinute, now) {
      const t = now.getTime();
      const known = windows.get(key);
      const window = known && t - known.since < MINUTE_MS && t >= known.since ? known : { since: t, used: 0 };
      if (window !== known) {
        windows.delete(key);
        windows.set(key, window);
        const oldest = windows.keys().next();
        if (windows.size > KEYS_MAX && !oldest.done) windows.delete(oldest.value);
      }
      if (window.used >= perMinute) return false;
      window.used += 1;
      return true;
    },
  };
}
