/** The databases that tests run on: a broken cache costs a second, and no test. */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshDatabase } from './database.ts';

let made: string;
const folders: string[] = [];
const newFolder = () => {
  const folder = mkdtempSync(join(tmpdir(), 'cs-cache-'));
  folders.push(folder);
  return folder;
};

/** Whether a migrated database comes out of a cache. */
async function works(cache: string): Promise<boolean> {
  const database = await freshDatabase({ cache });
  const { rows } = await database.pool.query<{ n: number }>('SELECT count(*)::int AS n FROM log_head');
  await database.close();
  return rows[0]?.n === 1;
}

beforeAll(async () => {
  made = newFolder();
  expect(await works(made)).toBe(true);
});
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

const cluster = (cache: string, ...path: readonly string[]) => join(cache, 'postgres', 'cluster', ...path);

describe('a cache of an earlier run', () => {
  it('when it is sound, is used again', async () => {
    const before = readFileSync(cluster(made, 'global', 'pg_control')).subarray(0, 8);
    expect(await works(made)).toBe(true);
    expect(readFileSync(cluster(made, 'global', 'pg_control')).subarray(0, 8)).toEqual(before);
  });

  it.each([
    ['was made by another PostgreSQL', (cache: string) => writeFileSync(cluster(cache, 'PG_VERSION'), '12\n')],
    ['lost a part', (cache: string) => rmSync(cluster(cache, 'global'), { recursive: true })],
    ['has another password', (cache: string) => writeFileSync(join(cache, 'postgres', 'password'), 'other')],
    ['lost its password', (cache: string) => rmSync(join(cache, 'postgres', 'password'))],
    [
      'holds a damaged template',
      (cache: string) => {
        const bases = readdirSync(cluster(cache, 'base'));
        for (const base of bases.filter((name) => Number(name) > 16_384)) {
          truncateSync(cluster(cache, 'base', base, 'pg_filenode.map'));
        }
      },
    ],
  ])('when it %s, is thrown away, also by two at once', async (_, breakIt) => {
    const cache = newFolder();
    cpSync(made, cache, { recursive: true, preserveTimestamps: true });
    breakIt(cache);
    expect(await Promise.all([works(cache), works(cache)])).toEqual([true, true]);
  });
});
