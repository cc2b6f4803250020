/** The publisher after failures: what was committed goes under a checkpoint without another commit, and to the anchors. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createPublisher } from '#src/delivery/publisher.ts';
import { append, checkpointSigner, createMemoryLog, crypto, START, verifier } from '../evidence/fixtures.ts';

beforeEach(() => {
  vi.useFakeTimers({ now: START });
});
afterEach(() => {
  vi.useRealTimers();
});

async function stage() {
  const log = await createMemoryLog();
  await append(log, 5);
  const failing = { tree: 0, anchor: 0 };
  const errors: string[] = [];
  const anchored: number[] = [];
  const fails = (part: keyof typeof failing): void => {
    if (failing[part] === 0) return;
    failing[part] -= 1;
    throw new Error(part);
  };
  const publisher = createPublisher({
    crypto,
    store: {
      ...log,
      readTree: async () => {
        fails('tree');
        return log.tree;
      },
    },
    signer: checkpointSigner,
    keys: [await verifier()],
    memory: { read: async () => null, write: async () => undefined },
    now: () => new Date(),
    anchor: async ({ size }) => {
      fails('anchor');
      anchored.push(size);
    },
    onError: (error) => void errors.push((error as Error).message),
  });
  /** Lets time pass until what was begun, promises of the crypto included, is through. */
  const pass = async (ms: number): Promise<void> => {
    await vi.advanceTimersByTimeAsync(ms);
  };
  return { log, failing, errors, anchored, publisher, pass };
}

it('when publishing fails, it is tried again by itself, and the failures are counted meanwhile', async () => {
  const { log, failing, errors, anchored, publisher, pass } = await stage();
  failing.tree = 3;
  publisher.wake();
  await pass(0);
  expect([errors, publisher.failures(), log.checkpoints.length]).toEqual([['tree'], 1, 0]);
  await pass(1_000);
  await pass(2_000);
  expect([errors.length, publisher.failures(), log.checkpoints.length]).toEqual([3, 3, 0]);
  await pass(4_000);
  await vi.waitFor(() => expect(anchored).toEqual([5]));
  await pass(200);
  expect([errors.length, publisher.failures(), log.checkpoints.map(({ size }) => size)]).toEqual([3, 0, [5]]);
  await publisher.stop();
});

it('when a checkpoint could not be handed to the anchors, it is handed over later, without a newer one', async () => {
  const { log, failing, errors, anchored, publisher, pass } = await stage();
  failing.anchor = 1;
  publisher.wake();
  await vi.waitFor(() => expect(errors).toEqual(['anchor']));
  expect([anchored, log.checkpoints.length]).toEqual([[], 1]);
  await pass(1_000);
  await vi.waitFor(() => expect(anchored).toEqual([5]));
  await pass(200);
  expect(publisher.failures()).toBe(0);
  await publisher.stop();
});
