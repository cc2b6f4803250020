import type { RecordRow, RecordStore } from '#src/delivery/streams/ports.ts';
import type { Database } from './database.ts';

export const RECORD_COLUMNS = 'kind, id, parent, status, version, state';

/** Rows of `record` on PostgreSQL; they are written by the ledger's commit. */
export function createRecordStore({ pool }: Pick<Database, 'pool'>): RecordStore {
  return {
    async read(kind, id) {
      const { rows } = await pool.query<RecordRow>({
        name: 'record-read',
        text: `SELECT ${RECORD_COLUMNS} FROM record WHERE kind = $1 AND id = $2`,
        values: [kind, id],
      });
      return rows[0] ?? null;
    },
    async names(kind) {
      const { rows } = await pool.query<{ name: string }>({
        name: 'record-names',
        text: `SELECT state ->> 'name' AS name FROM record WHERE kind = $1 AND state ->> 'name' IS NOT NULL ORDER BY id`,
        values: [kind],
      });
      return rows.map(({ name }) => name);
    },
    async list({ kind, status, parent, untilAfter, limit }) {
      const { rows } = await pool.query<RecordRow>(
        `SELECT ${RECORD_COLUMNS} FROM record WHERE kind = $1 AND ($2::text[] IS NULL OR status = ANY($2))
           AND ($3::text IS NULL OR parent = $3)
           AND ($4::text IS NULL OR (state ->> 'until') COLLATE "C" >= $4) ORDER BY id LIMIT $5`,
        // Whole seconds: of two ISO times in UTC, with and without milliseconds, the text says which is later.
        [kind, status ?? null, parent ?? null, untilAfter?.toISOString().slice(0, 19) ?? null, limit ?? 1000],
      );
      return rows;
    },
  };
}
