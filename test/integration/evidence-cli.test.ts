/** Erasure, holds and rotation through the real command line, beside a running server. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Started, seedRequests, startOnFolder } from './cli-fixture.ts';

let started: Started;
beforeAll(async () => {
  started = await startOnFolder();
  await seedRequests(started);
  const { people } = started.core.stores;
  await people.personFor('U0GONE', 'Gone Person');
}, 60_000);
afterAll(() => started.close());

const json = async (...args: readonly string[]) => {
  const { code, out } = await started.run(...args, '--json');
  return { code, result: JSON.parse(out) as Record<string, unknown> };
};

it('when two administrators decide, a person is erased; a hold keeps it from them; the log verifies', async () => {
  const held = await json('hold', 'place', '--person', 'U0GONE', '--reason', 'Case 12', '--by', 'U0CISO');
  expect(held.code).toBe(0);
  const { id } = (held.result as { hold: { id: string } }).hold;
  const blocked = await json('erase', 'person', 'U0GONE', '--by', 'U0CISO');
  expect(blocked).toMatchObject({ code: 1, result: { ok: false, reason: 'on_hold' } });
  expect((await json('hold', 'release', id, '--by', 'U0CAIO')).code).toBe(0);
  const asked = await json('erase', 'person', 'U0GONE', '--by', 'U0CISO');
  const erasure = (asked.result as { erasure: { id: string } }).erasure.id;
  expect((await json('erase', 'confirm', erasure, '--by', 'U0CISO')).code).toBe(1);
  expect(await json('erase', 'confirm', erasure, '--by', 'U0CAIO')).toMatchObject({
    code: 0,
    result: { erasure: { status: 'done' } },
  });
  expect((await started.run('erase', 'person', 'U0GONE', '--by', 'U0CISO')).code).toBe(2);
  expect((await json('evidence', 'verify')).result['verdict']).toBe('verified');
}, 60_000);

it('when a key is rotated, the log verifies with the new files, and the new key is printed', async () => {
  const rotated = await json('evidence', 'rotate-key', '--purpose', 'checkpoint');
  expect(rotated.code).toBe(0);
  expect(rotated.result['vkey']).toMatch(/\+[0-9a-f]{8}\+/);
  expect((await json('evidence', 'verify')).result['verdict']).toBe('verified');
}, 60_000);
