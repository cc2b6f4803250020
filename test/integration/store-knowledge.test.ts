import { randomUUID } from 'node:crypto';
import { beforeAll, expect, test } from 'vitest';
import { createStores, type Stores } from '#src/adapters/prisma/stores.ts';
import { databaseForTests } from './database.ts';

const T0 = new Date('2026-05-01T10:00:00.000Z');
const later = (seconds: number): Date => new Date(T0.getTime() + seconds * 1000);

const database = databaseForTests();
let stores: Stores;
beforeAll(() => {
  stores = createStores(database(), randomUUID);
});

test('a knowledge gap is counted once a wording, most asked first', async () => {
  const { gaps } = stores;
  const gap = { question: 'What is our GPU budget?', reason: 'no_source', nearest: ['WP-2.2'], at: T0 };
  await gaps.put({ ...gap, question: 'other' });
  await gaps.put(gap);
  await gaps.put({ ...gap, question: '  what is our\tGPU   budget? ', nearest: ['WP-2.3', 'POL-4.3'], at: later(5) });
  await gaps.put({ ...gap, question: `long ${'x'.repeat(50_000)} \0` });
  const listed = await gaps.list(2);
  expect(listed).toHaveLength(2);
  expect(listed[0]).toEqual({
    question: 'What is our GPU budget?',
    reason: 'no_source',
    nearest: ['WP-2.3', 'POL-4.3'],
    count: 2,
    lastAt: later(5),
  });
  expect(await gaps.list(10)).toHaveLength(3);
});

test('refusals are kept, at most twenty a person and minute', async () => {
  const { refusals } = stores;
  const put = (person: string, at: Date) =>
    refusals.put({ at, person, requestId: 'r', action: 'vote', reason: 'own_request' });
  for (let click = 0; click < 25; click++) await put('p_1', later(click));
  await put('p_2', later(1));
  await put('p_1', later(80));
  const count = (person: string) => database().prisma.refusal.count({ where: { person } });
  expect(await count('p_1')).toBe(21);
  expect(await count('p_2')).toBe(1);
});
