/** Sweeps that overlap: whoever asks while one is under way gets what is due by then, and never two at once. */
import { expect, test } from 'vitest';
import { createSweeper } from '#src/delivery/requests/sweeper.ts';

test('a sweep that is asked for during another sees what came due since, once for all who asked', async () => {
  const looks: { readonly at: number; readonly answer: () => void }[] = [];
  let clock = 1;
  const sweeper = createSweeper({
    timers: {
      claimDue: (now) =>
        new Promise((resolve) => {
          looks.push({ at: now.getTime(), answer: () => resolve([]) });
        }),
      done: async () => undefined,
    },
    desk: { act: () => Promise.reject(new Error('nothing is due')) },
    now: () => new Date(clock),
    onError: () => undefined,
  });
  const first = sweeper.sweep();
  clock = 2;
  const later = [sweeper.sweep(), sweeper.sweep()];
  expect(looks.map(({ at }) => at)).toEqual([1]);
  looks[0]?.answer();
  await first;
  await Promise.resolve();
  expect(looks.map(({ at }) => at)).toEqual([1, 2]);
  looks[1]?.answer();
  expect(await Promise.all(later)).toEqual([0, 0]);
  const after = sweeper.sweep();
  expect(looks).toHaveLength(3);
  looks[2]?.answer();
  await after;
});
