import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
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

describe('packs', () => {
  const pack = (version: string, hash: string, seconds = 0) => ({
    document: 'WP',
    version,
    hash,
    acceptedAt: later(seconds),
    acceptedBy: 'service',
    sha256: `sha-${hash}`,
    mediaType: 'application/json',
    bytes: new TextEncoder().encode(`pack ${hash}`),
  });

  test('one version of a document is in force; a version never changes; rollback brings one back', async () => {
    const { packs } = stores;
    expect(await packs.accept(pack('1.0', 'a'))).toEqual({ ok: true });
    expect(await packs.accept(pack('1.1', 'b', 1))).toEqual({ ok: true });
    expect(await packs.accept(pack('1.1', 'c', 2))).toEqual({ ok: false, reason: 'version_taken' });
    const inForce = async () => (await packs.list()).filter((one) => one.inForce).map((one) => one.version);
    expect(await inForce()).toEqual(['1.1']);
    expect(await packs.rollback('WP', '9')).toEqual({ ok: false, reason: 'unknown_version' });
    expect(await packs.rollback('WP', '1.0')).toEqual({ ok: true });
    expect(await inForce()).toEqual(['1.0']);
    expect(new TextDecoder().decode((await packs.readPack('WP', '1.1'))?.bytes)).toBe('pack b');
    expect(await packs.readPack('WP', '2')).toBeNull();
  });

  test('simultaneous acceptances leave exactly one in force', async () => {
    const { packs } = stores;
    await Promise.all(['2.0', '2.1', '2.2'].map((version) => packs.accept(pack(version, version, 9))));
    expect((await packs.list()).filter((one) => one.inForce)).toHaveLength(1);
  });
});
