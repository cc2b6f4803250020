/** One after another for the same key, side by side for different keys. */
export type KeyedQueue = <T>(key: string, act: () => Promise<T>) => Promise<T>;

/** Makes a queue; a key is forgotten when its last action ended. */
export function createKeyedQueue(): KeyedQueue {
  const tails = new Map<string, Promise<unknown>>();
  return async (key, act) => {
    const before = tails.get(key) ?? Promise.resolve();
    // A failure of the one before is its own caller's business.
    const mine = before.then(act, act);
    tails.set(key, mine);
    try {
      return await mine;
    } finally {
      if (tails.get(key) === mine) tails.delete(key);
    }
  };
}
