/** The pump: everything claimed is acted on, failures come back later or are given up, a stop waits for what runs. */
import { describe, expect, it } from 'vitest';
import { backoffMs, createPump } from '#src/delivery/pump.ts';
import { createKeyedQueue } from '#src/delivery/streams/keyed-queue.ts';

type Item = { readonly id: string; readonly attempts: number };
const NOW = new Date('2026-11-21T00:00:00.000Z');

function stage(items: Item[], handle: (item: Item) => Promise<void>) {
  const log: string[] = [];
  const pump = createPump<Item>({
    queue: {
      claim: async (limit) => items.splice(0, limit),
      done: async (id) => void log.push(`done ${id}`),
      failed: async (id, _error, retryAt) => void log.push(`failed ${id} ${retryAt?.toISOString() ?? 'for good'}`),
    },
    handle,
    lanes: 4,
    now: () => NOW,
    retryAfterMs: (_error, attempts) => (attempts > 2 ? null : 1000),
    onError: () => undefined,
    batch: 2,
  });
  return { log, pump };
}

describe('the pump', () => {
  it('when more is there than one batch takes, all of it is done', async () => {
    const { log, pump } = stage(
      ['a', 'b', 'c', 'd', 'e'].map((id) => ({ id, attempts: 1 })),
      async () => undefined,
    );
    await pump.idle();
    expect(log.sort()).toEqual(['done a', 'done b', 'done c', 'done d', 'done e']);
    await pump.stop();
  });

  it('when handling fails, the item comes back in time, and is given up after its last attempt', async () => {
    const items = [
      { id: 'first', attempts: 1 },
      { id: 'last', attempts: 3 },
    ];
    const { log, pump } = stage(items, async () => {
      throw new Error('no');
    });
    await pump.idle();
    expect(log.sort()).toEqual(['failed first 2026-11-21T00:00:01.000Z', 'failed last for good']);
    await pump.stop();
  });

  it('waits twice as long each time, five minutes at most, and not for ever', () => {
    expect([1, 2, 3, 20].map((n) => backoffMs(n))).toEqual([1000, 2000, 4000, 300_000]);
    expect(backoffMs(40)).toBeNull();
  });
});

describe('the keyed queue', () => {
  it('when one fails, the next of the same key still runs, in order', async () => {
    const queue = createKeyedQueue();
    const log: string[] = [];
    const act = (name: string, fails = false) =>
      queue('k', async () => {
        log.push(name);
        if (fails) throw new Error(name);
      });
    await Promise.allSettled([act('a'), act('b', true), act('c')]);
    expect(log).toEqual(['a', 'b', 'c']);
  });
});
