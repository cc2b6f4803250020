import type { RecordRow, RecordStore } from '#src/delivery/systems-ports.ts';
import { RECORD_INSERT, RECORD_ROWS } from './commit-statement.ts';
import type { Database } from './database.ts';
import { storableJson } from './values.ts';

const COLUMNS = 'kind, id, parent, status, version, state';

/** Rows of `record` on PostgreSQL; they are written by the ledger's commit. */
export function createRecordStore({ pool }: Pick<Database, 'pool'>): RecordStore {
  return {
    async read(kind, id) {
      const { rows } = await pool.query<RecordRow>({
        name: 'record-read',
        text: `SELECT ${COLUMNS} FROM record WHERE kind = $1 AND id = $2`,
        values: [kind, id],
      });
      return rows[0] ?? null;
    },
    async list({ kind, status, parent, limit }) {
      const { rows } = await pool.query<RecordRow>(
        `SELECT ${COLUMNS} FROM record WHERE kind = $1 AND ($2::text[] IS NULL OR status = ANY($2))
           AND ($3::text IS NULL OR parent = $3) ORDER BY id LIMIT $4`,
        [kind, status ?? null, parent ?? null, limit ?? 1000],
      );
      return rows;
    },
    async replace(kind, rows) {
      const client = await pool.connect();
      try {
        await client.query('BEGIN');
        // Holds commits back, so that none is lost between the deletion and the new rows.
        await client.query('SELECT 1 FROM log_head FOR UPDATE');
        await client.query('DELETE FROM record WHERE kind = $1', [kind]);
        await client.query(`${RECORD_INSERT} FROM ${RECORD_ROWS}`, [storableJson({ records: rows })]);
        await client.query('COMMIT');
      } catch (cause) {
        await client.query('ROLLBACK').catch(() => undefined);
        throw cause;
      } finally {
        client.release();
      }
    },
  };
}
