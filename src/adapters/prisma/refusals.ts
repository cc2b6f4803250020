import type { RefusalStore } from '#src/delivery/ports.ts';
import type { Database } from './database.ts';
import { storableText } from './values.ts';

/** Rows a person and minute: somebody who clicks without end fills no table. */
const ROWS_A_MINUTE = 20;

/** The audit of refused attempts on PostgreSQL. */
export function createRefusalStore({ pool }: Pick<Database, 'pool'>): RefusalStore {
  return {
    async put({ at, person, requestId, action, reason }) {
      await pool.query(
        `INSERT INTO refusal (at, person, request_id, action, reason) SELECT $1, $2, $3, $4, $5
         WHERE (SELECT count(*) FROM refusal WHERE person = $2 AND at > $6 AND at <= $1) < ${ROWS_A_MINUTE}`,
        [at, person, requestId, storableText(action), storableText(reason), new Date(at.getTime() - 60_000)],
      );
    },
  };
}
