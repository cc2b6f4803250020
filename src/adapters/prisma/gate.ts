import type { StoredEvent } from '#src/delivery/ports.ts';
import type { GateFacts, GateStore } from '#src/delivery/streams/ports.ts';
import type { Database } from './database.ts';
import { EVENT_COLUMNS, HAS_ENTRY, readDisclosures } from './ledger.ts';

/** One statement, so that all facts are of one moment; each part goes by an index. */
const FACTS_SQL = `SELECT
  (SELECT coalesce(json_agg(json_build_object('id', id, 'version', version)), '[]') FROM request
    WHERE system_id = $1) AS requests,
  (SELECT coalesce(json_agg(json_build_object('id', id, 'shortId', short_id, 'version', version)), '[]') FROM request
    WHERE id = ANY($4) OR short_id = ANY($4)) AS others,
  (SELECT row_to_json(record) FROM record WHERE kind = 'system' AND id = $2) AS system,
  (SELECT coalesce(json_agg(row_to_json(record)), '[]') FROM record
    WHERE kind = 'hold' AND status IN ('active', 'reviewed')) AS holds,
  (SELECT row_to_json(record) FROM record WHERE kind = 'gate-question' AND id = $3) AS asked,
  coalesce((SELECT version FROM record WHERE kind = 'gate-stream' AND id = $2), 0) AS answers`;

/** The gate's look-ups on PostgreSQL. */
export function createGateStore({ pool }: Pick<Database, 'pool'>): GateStore {
  return {
    async facts({ system, systemKey, question, others }) {
      const { rows } = await pool.query<GateFacts>({
        name: 'gate-facts',
        text: FACTS_SQL,
        values: [system, systemKey, question, others],
      });
      return rows[0] ?? { requests: [], others: [], system: null, holds: [], asked: null, answers: 0 };
    },
    async readStreams(streams) {
      const { rows } = await pool.query<StoredEvent>({
        name: 'gate-streams',
        text: `SELECT ${EVENT_COLUMNS} FROM event WHERE stream = ANY($1) AND ${HAS_ENTRY} ORDER BY stream, seq`,
        values: [streams],
      });
      return rows;
    },
    readTexts: (hashes) => readDisclosures(pool, new Set(hashes)),
    async count(repeats) {
      if (repeats.length === 0) return;
      await pool.query(
        `INSERT INTO gate_count (question, count, last_at)
         SELECT q.question, q.times, q."lastAt"
         FROM jsonb_to_recordset($1::jsonb) AS q(question text, times bigint, "lastAt" timestamptz)
         ON CONFLICT (question) DO UPDATE SET count = gate_count.count + EXCLUDED.count,
           last_at = greatest(gate_count.last_at, EXCLUDED.last_at)`,
        [JSON.stringify(repeats)],
      );
    },
    async countOf(question) {
      const { rows } = await pool.query<{ count: number; lastAt: Date }>(
        'SELECT count::float8 AS count, last_at AS "lastAt" FROM gate_count WHERE question = $1',
        [question],
      );
      return rows[0] ?? null;
    },
  };
}
