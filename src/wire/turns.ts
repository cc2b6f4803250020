/**
 * Earlier exchanges of a thread, for follow-up questions: the answers of the last day, a few a thread, in memory. After
 * a restart a follow-up is answered as a question of its own.
 */
import type { Turn } from '#src/answers/types.ts';
import type { Turns } from '#src/delivery/handler-deps.ts';

const THREADS_MAX = 2_000;
const TURNS_MAX = 6;
const KEEP_MS = 24 * 60 * 60 * 1000;

/** Makes the memory; the oldest thread goes first when it is full. */
export function createTurns(now: () => Date): Turns {
  const threads = new Map<string, { at: number; turns: Turn[] }>();
  return {
    async of(channel, threadTs) {
      const thread = threads.get(`${channel} ${threadTs}`);
      return thread !== undefined && now().getTime() - thread.at < KEEP_MS ? thread.turns : [];
    },
    async add(channel, threadTs, turn) {
      const key = `${channel} ${threadTs}`;
      const turns = [...(threads.get(key)?.turns ?? []), turn].slice(-TURNS_MAX);
      threads.delete(key);
      threads.set(key, { at: now().getTime(), turns });
      const oldest = threads.keys().next().value;
      if (threads.size > THREADS_MAX && oldest !== undefined) threads.delete(oldest);
    },
  };
}
