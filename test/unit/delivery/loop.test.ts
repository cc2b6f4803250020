/** The loop under pump, follower and publisher: one round at a time, none missed, failures tried again by themselves. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createLoop } from '#src/delivery/loop.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Rounds that end when the test says so. */
function stage(outcomes: readonly (boolean | Error)[] = []) {
  const left = [...outcomes];
  const log: string[] = [];
  const open: (() => void)[] = [];
  const loop = createLoop({
    async round() {
      log.push('round');
      await new Promise<void>((resolve) => open.push(resolve));
      const outcome = left.shift() ?? false;
      if (outcome instanceof Error) throw outcome;
      return outcome;
    },
    onError: (error) => void log.push(`error ${(error as Error).message}`),
    retryAfterMs: (failures) => 1_000 * 2 ** (failures - 1),
  });
  /** Ends the round under way and lets what follows from it happen. */
  const end = async (): Promise<void> => {
    open.shift()?.();
    await vi.advanceTimersByTimeAsync(0);
  };
  const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
  return { loop, log, end, pass };
}

describe('a loop', () => {
  it('when it is woken ten times during a round, there is one more round', async () => {
    const { loop, log, end } = stage();
    for (let n = 0; n < 10; n++) loop.wake();
    await end();
    await end();
    expect(log).toEqual(['round', 'round']);
    await loop.stop();
  });

  it('when a round says there may be more, the next follows at once', async () => {
    const { loop, log, end } = stage([true, true, false]);
    loop.wake();
    for (let n = 0; n < 5; n++) await end();
    expect(log).toEqual(['round', 'round', 'round']);
  });

  it('when a round fails, it is tried again by itself, later each time, and wakes do not hurry it', async () => {
    const { loop, log, end, pass } = stage([new Error('1'), new Error('2'), false]);
    loop.wake();
    await end();
    expect([log, loop.failures()]).toEqual([['round', 'error 1'], 1]);
    for (let n = 0; n < 5; n++) loop.wake();
    await pass(999);
    expect(log).toHaveLength(2);
    await pass(1);
    await end();
    expect([log, loop.failures()]).toEqual([['round', 'error 1', 'round', 'error 2'], 2]);
    await pass(1_999);
    expect(log).toHaveLength(4);
    await pass(1);
    await end();
    expect([log.slice(4), loop.failures()]).toEqual([['round'], 0]);
    await pass(3_600_000);
    expect(log).toHaveLength(5);
  });

  it('when somebody waits for it, a failed round is tried at once', async () => {
    const { loop, log, end } = stage([new Error('1'), false]);
    loop.wake();
    await end();
    const idle = loop.idle();
    await end();
    await idle;
    expect(log).toEqual(['round', 'error 1', 'round']);
  });

  it('when it is stopped, the round under way ends and no other begins, neither woken nor tried again', async () => {
    const { loop, log, end, pass } = stage([new Error('1')]);
    loop.wake();
    loop.wake();
    const stopped = loop.stop();
    loop.wake();
    await end();
    await stopped;
    loop.wake();
    await pass(3_600_000);
    expect(log).toEqual(['round', 'error 1']);
  });
});
