import type { PoolClient } from 'pg';
import type { Projection, StoredEvent, WorkspaceStamp } from '#src/delivery/ports.ts';
import type { HeldState, StateStore, StateView } from '#src/delivery/state/ports.ts';
import {
  ASSIGNMENT_INSERT,
  ASSIGNMENT_ROWS,
  projectionsDocument,
  RECORD_INSERT,
  RECORD_ROWS,
  REQUEST_INSERT,
  REQUEST_ROWS,
} from './commit-statement.ts';
import type { Database } from './database.ts';
import { createLogReader } from './evidence.ts';
import { ASSIGNMENT_COLUMNS, EVENT_COLUMNS, HAS_ENTRY } from './ledger.ts';
import { RECORD_COLUMNS } from './records.ts';
import { inTransaction } from './transaction.ts';

const REQUEST_SELECT = `SELECT 'request' AS table, id, short_id AS "shortId", kind, status, system_id AS "systemId",
  requester, version, decide_by AS "decideBy", state FROM request`;
const ASSIGNMENT_SELECT = `SELECT 'assignment' AS table, ${ASSIGNMENT_COLUMNS} FROM assignment`;
const RECORD_SELECT = `SELECT 'record' AS table, ${RECORD_COLUMNS} FROM record`;
/** Says how far the log was followed: the follower's own note, made by no event. */
const NOT_STATE = `kind = 'cursor'`;

type Query = <R extends object>(text: string, values?: readonly unknown[]) => Promise<readonly R[]>;

/** State rows and events of one moment, on PostgreSQL. */
export function createStateStore({ pool }: Pick<Database, 'pool'>): StateStore {
  return {
    look: (read) =>
      inTransaction(pool, (client) => read(viewOn(queryOf(client))), 'ISOLATION LEVEL REPEATABLE READ READ ONLY'),
    hold: (work) =>
      inTransaction(
        pool,
        async (client) => {
          // Locking a table takes no snapshot: the moment is chosen after every commit that went before has ended.
          await client.query('LOCK TABLE log_head IN EXCLUSIVE MODE');
          const query = queryOf(client);
          return work({
            view: viewOn(query),
            log: createLogReader(client),
            replace: (rows) => replace(query, rows),
          });
        },
        'ISOLATION LEVEL REPEATABLE READ',
      ),
  };
}

function queryOf(client: Pick<PoolClient, 'query'>): Query {
  return async <R extends object>(text: string, values: readonly unknown[] = []) =>
    (await client.query<R>(text, [...values])).rows;
}

async function replace(query: Query, made: Parameters<HeldState['replace']>[0]): Promise<number> {
  await query('DELETE FROM request');
  await query('DELETE FROM assignment');
  // With the follower's note: somebody may have moved it, and following from the beginning changes nothing twice.
  await query('DELETE FROM record');
  let rows = 0;
  for await (const batch of made) {
    const document = projectionsDocument(batch);
    await query(`${REQUEST_INSERT} FROM ${REQUEST_ROWS}`, [document]);
    await query(`${ASSIGNMENT_INSERT} FROM ${ASSIGNMENT_ROWS}`, [document]);
    await query(`${RECORD_INSERT} FROM ${RECORD_ROWS}`, [document]);
    rows += batch.length;
  }
  return rows;
}

function viewOn(query: Query): StateView {
  return {
    readStreams: (after, limit) =>
      query<StoredEvent>(
        `SELECT ${EVENT_COLUMNS} FROM event WHERE (stream, seq) > ($1, $2) AND ${HAS_ENTRY} ORDER BY stream, seq LIMIT $3`,
        [after?.stream ?? '', after?.seq ?? 0, limit],
      ),
    async rowsLike(rows) {
      const idsOf = (table: Projection['table']) => rows.filter((row) => row.table === table).map(({ id }) => id);
      const records = rows.filter((row) => row.table === 'record');
      return [
        ...(await query<Projection>(`${REQUEST_SELECT} WHERE id = ANY($1)`, [idsOf('request')])),
        ...(await query<Projection>(`${ASSIGNMENT_SELECT} WHERE id = ANY($1)`, [idsOf('assignment')])),
        ...(await query<Projection>(
          `${RECORD_SELECT} WHERE (kind, id) IN (SELECT * FROM unnest($1::text[], $2::text[]))`,
          [records.map(({ kind }) => kind), records.map(({ id }) => id)],
        )),
      ];
    },
    async counts() {
      const rows = await query<{ kind: string; count: number }>(
        `SELECT 'request' AS kind, count(*)::float8 AS count FROM request
         UNION ALL SELECT 'assignment', count(*)::float8 FROM assignment
         UNION ALL SELECT kind, count(*)::float8 FROM record WHERE NOT ${NOT_STATE} GROUP BY kind`,
      );
      return new Map(rows.map(({ kind, count }) => [kind, count]));
    },
    list(kind, after, limit) {
      const values = [after ?? '', limit];
      const from = 'id > $1 ORDER BY id LIMIT $2';
      if (kind === 'request') return query<Projection>(`${REQUEST_SELECT} WHERE ${from}`, values);
      if (kind === 'assignment') return query<Projection>(`${ASSIGNMENT_SELECT} WHERE ${from}`, values);
      return query<Projection>(`${RECORD_SELECT} WHERE kind = $3 AND ${from}`, [...values, kind]);
    },
    async alteredObjects(limit) {
      const rows = await query<{ sha256: string }>(
        `SELECT sha256 FROM object WHERE sha256 <> encode(pg_catalog.sha256(bytes), 'hex') ORDER BY sha256 LIMIT $1`,
        [limit],
      );
      return rows.map(({ sha256 }) => sha256);
    },
    async stamp() {
      const [stamp] = await query<WorkspaceStamp>(
        `SELECT workspace_id AS "workspaceId", log_origin AS "logOrigin", created_at AS "createdAt" FROM workspace`,
      );
      return stamp ?? null;
    },
  };
}
