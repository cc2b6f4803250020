/** However many absences and delegations ran out, whoever stands in now is found: nothing crowds them out. */
import { expect, it } from 'vitest';
import { createRecordStore } from '#src/adapters/prisma/records.ts';
import { standInsAt } from '#src/delivery/people/roster.ts';
import { databaseForTests } from './database.ts';

const database = databaseForTests();

/** `many` rows of a kind in the name of p_old; their ids come before any other. */
const insertOld = (kind: string, until: string, many: number) =>
  database().pool.query(
    `INSERT INTO record (kind, id, parent, status, version, state)
     SELECT $1, 'a' || n, 'p_old', 'open', n, jsonb_build_object('person', 'p_old', 'role', 'CISO', 'holder', 'p_ann',
       'from', '2020-01-01T00:00:00.000Z', 'until', $2::text) FROM generate_series(1, $3::int) AS n`,
    [kind, until, many],
  );

it('when more ran out than one list holds, those in force are found', async () => {
  for (const kind of ['absence', 'delegation']) {
    await insertOld(kind, '2026-11-20T09:59:59.999Z', 11_000);
    await database().pool.query(
      `INSERT INTO record (kind, id, parent, status, version, state) VALUES ($1, 'z', 'p_dan', 'open', 1, $2)`,
      [
        kind,
        {
          person: 'p_dan',
          role: 'CISO',
          holder: 'p_ann',
          from: '2026-11-20T00:00:00.000Z',
          until: '2026-11-20T10:00:01Z',
        },
      ],
    );
  }
  const records = createRecordStore(database());
  const later = await standInsAt(records, new Date('2026-11-20T10:00:00.999Z'));
  expect(later).toMatchObject({ absent: ['p_dan'], delegations: [{ id: 'z', person: 'p_dan' }] });
  expect(await standInsAt(records, new Date('2026-11-20T10:00:01Z'))).toMatchObject({ absent: [], delegations: [] });
});
