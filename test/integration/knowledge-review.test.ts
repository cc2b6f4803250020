/** What a change of the library means for real requests, and what a bad file does to it: nothing. */
import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Started, seedRequests, startOnFolder } from './cli-fixture.ts';
import { makeCompound, makePdf, makeXlsx } from './importers/make-files.ts';

let started: Started;
beforeAll(async () => {
  started = await startOnFolder();
  await seedRequests(started);
});
afterAll(() => started.close());

const file = (name: string): string => join(started.dataDir, name);
const knowledge = (...args: readonly string[]) => started.run('knowledge', ...args);

async function json(...args: readonly string[]): Promise<Record<string, unknown>> {
  const ran = await knowledge(...args, '--json');
  expect(ran.code, ran.err).toBe(0);
  return JSON.parse(ran.out) as Record<string, unknown>;
}

describe('a proposal that changes what an exception deviates from', () => {
  let proposal = '';
  beforeAll(async () => {
    const chapters = [1, 2, 3, 4].map((n) => `${n}. Chapter\n\n${n}.1 Purpose\n\n- Keep lamps safe.\n`);
    const keys = '5. Access\n\n5.1 Purpose\n\n- Keep doors safe.\n\n5.2 Lamp keys\n\n- Open lamps with two keys.\n';
    await writeFile(file('policy.txt'), [...chapters, keys].join('\n'));
    proposal = String((await json('import', file('policy.txt'), '--as', 'policy', '--version', '9.0'))['proposal']);
  });

  test('the difference lists it, for people within 80 columns and for programs', async () => {
    const shown = await knowledge('diff', 'policy', proposal);
    expect(shown.code).toBe(0);
    expect(shown.out).toMatch(/Requests that cite what changed \(\d+\)/);
    expect(shown.out).toMatch(/EX-1 +POL-5\.2 \(/);
    for (const line of shown.out.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
    expect(await json('diff', 'policy', proposal)).toMatchObject({
      affected: expect.arrayContaining([expect.objectContaining({ subject: 'EX-1', itemId: 'POL-5.2' })]) as unknown,
    });
  });

  test('a crosswalk that says the id means something else now is the reason given', async () => {
    await writeFile(file('ids.csv'), 'old id,new id,meaning\n5.2,5.2,changed\n');
    expect(await json('diff', 'policy', proposal, '--crosswalk', file('ids.csv'))).toMatchObject({
      affected: expect.arrayContaining([
        expect.objectContaining({ subject: 'EX-1', itemId: 'POL-5.2', because: 'meaning_changed' }),
      ]) as unknown,
    });
  });
});

test('a bad file is refused by name with what to do, and library, proposals and log stay as they were', async () => {
  const large = await open(file('large.xlsx'), 'w');
  await large.truncate(500 * 1024 * 1024);
  await large.close();
  const book = makeXlsx([{ name: 'S', rows: [['a']] }]);
  const bad: readonly (readonly [string, string, Uint8Array | null])[] = [
    ['protected.xlsx', 'aicm-workbook', makeCompound('EncryptedPackage')],
    ['cut-off.xlsx', 'aicm-workbook', book.subarray(0, book.length - 200)],
    ['mislabelled.docx', 'document', book],
    ['pictures.pdf', 'document', makePdf([[], []])],
    ['large.xlsx', 'aicm-workbook', null],
    ['two-releases.csv', 'aicm-csv', new TextEncoder().encode('control_id,control_title,control_specification\nGRC-01,One,Do one.\n')],
  ]; // biome-ignore format: a table
  const state = async () => [
    (await knowledge('status', '--json')).out,
    (await knowledge('list', '--json')).out,
    (await started.core.stores.ledger.head()).size,
  ];
  const before = await state();
  for (const [name, kind, bytes] of bad) {
    if (bytes !== null) await writeFile(file(name), bytes);
    // A short release number fits two releases of the matrix.
    const version = kind === 'aicm-csv' ? ['--version', 'v1.1'] : [];
    const ran = await knowledge('import', file(name), '--as', kind, ...version);
    expect(ran.code, name).toBe(2);
    expect(ran.out, name).toBe('');
    expect(ran.err, name).toContain(name);
    expect(ran.err, name).not.toContain('    at ');
    expect(ran.err.split('\n').filter((line) => line.trim() !== '').length, name).toBeGreaterThan(1);
  }
  expect(await state()).toEqual(before);
}, 120_000);
