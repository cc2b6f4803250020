import { afterEach, expect, test } from 'vitest';
import { startWaker, type Waker } from '#src/adapters/queue/waker.ts';
import { databaseForTests } from './database.ts';

const database = databaseForTests();
const wakers: Waker[] = [];
afterEach(async () => {
  for (const waker of wakers.splice(0)) await waker.stop();
});

/** A replica; `woken` resolves at its next wake-up. */
async function replica(onWake: () => Promise<void>, errors: unknown[] = []): Promise<Waker> {
  const waker = await startWaker({
    connectionString: database().connectionString,
    onWake,
    onError: (error) => errors.push(error),
    everyMinute: false,
  });
  wakers.push(waker);
  return waker;
}

test('a wake-up reaches a replica at once, and one that fails is reported and does no harm', async () => {
  let woken = Promise.withResolvers<void>();
  const errors: unknown[] = [];
  let calls = 0;
  const waker = await replica(async () => {
    calls += 1;
    woken.resolve();
    if (calls === 1) throw new Error('first');
  }, errors);
  await waker.wake();
  await woken.promise;
  woken = Promise.withResolvers<void>();
  const since = performance.now();
  await waker.wake();
  await woken.promise;
  expect(performance.now() - since).toBeLessThan(5_000);
  expect(errors).toMatchObject([{ message: 'first' }]);
});

test('one of two replicas is woken, and the tables are kept apart from ours', async () => {
  const woken = Promise.withResolvers<void>();
  let calls = 0;
  const onWake = async (): Promise<void> => {
    calls += 1;
    woken.resolve();
  };
  const [first] = [await replica(onWake), await replica(onWake)];
  await first?.wake();
  await woken.promise;
  expect(calls).toBe(1);
  const { rows } = await database().pool.query(
    `SELECT DISTINCT table_schema AS schema FROM information_schema.tables WHERE table_name IN ('job', 'event')`,
  );
  expect(rows.map((row: { schema: string }) => row.schema).sort()).toEqual(['pgboss', 'public']);
});
