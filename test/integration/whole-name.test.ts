/** Erasure finds a name as whole words, in texts, in JSON and in stored bytes; the database itself judges. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { wholeName, wholeNameInBytes } from '#src/adapters/prisma/whole-name.ts';
import { freshDatabase, type TestDatabase } from './database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await freshDatabase({ max: 1 });
});
afterAll(() => database.close());

async function holds(sql: string, values: readonly unknown[]): Promise<boolean> {
  const { rows } = await database.pool.query<{ found: boolean }>(`SELECT ${sql} AS found`, [...values]);
  return rows[0]?.found ?? false;
}

const CASES: readonly (readonly [string, string, boolean])[] = [
  ['Anna Lee', 'Ask Anna Lee about it', true],
  ['Anna Lee', 'ANNA  LEE: agreed', true],
  ['Anna Lee', 'Anna Lee’s model', true],
  ['Anna Lee', '“Anna Lee”', true],
  ['Anna Lee', '_Anna Lee_', true],
  ['Anna Lee', 'first line\nAnna Lee', true],
  ['Anna Lee', 'a\tAnna Lee', true],
  ['Anna Lee', 'Joanna Lee wrote it', false],
  ['Anna Lee', 'Anna Leeds wrote it', false],
  ['Lena', 'Helena and Lenard', false],
  ['Lena', 'Helena, Lena', true],
  ['Mark', 'the remark on marketing', false],
  ['José (he.him)', 'by José (he.him) today', true],
  ['José (he.him)', 'by José [heXhim] today', false],
  ['Łukasz', 'Łukasz', true],
];

describe('a name', () => {
  it.each(CASES)('%j in %j: %s', async (name, text, expected) => {
    expect(await holds('lower($1::text) ~ $2::text', [text, wholeName(name)])).toBe(expected);
    expect(await holds('lower(($1::jsonb)::text) ~ $2::text', [JSON.stringify({ text }), wholeName(name)])).toBe(
      expected,
    );
  });

  it.each(CASES.filter(([, text]) => !text.includes('ANNA')))(
    '%j in the bytes of %j: %s',
    async (name, text, expected) => {
      const find = "encode(convert_to($1::text, 'UTF8'), 'escape') ~ $2::text";
      expect(await holds(find, [text, wholeNameInBytes(name)])).toBe(expected);
    },
  );

  it('in bytes that are no text stops nothing', async () => {
    const find = "encode($1::bytea, 'escape') ~ $2::text";
    expect(await holds(find, [Buffer.from([0, 0xff, 0x5c, 0x41]), wholeNameInBytes('Anna Lee')])).toBe(false);
  });
});
