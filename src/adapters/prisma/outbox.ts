import type { Outbox, OutboxItem } from '#src/delivery/ports.ts';
import { messagesJson, OUTBOX_ON_CONFLICT } from './commit-statement.ts';
import type { Database } from './database.ts';
import { storableText } from './values.ts';

/**
 * The outbox on PostgreSQL. An item's id is `<generation>:<key>`: who finishes a generation that was replaced meanwhile
 * only gives the row free for the newer one. Two generations of one key are never under way together.
 */
export function createOutbox({ pool }: Pick<Database, 'pool'>): Outbox {
  return {
    async put(messages) {
      if (messages.length === 0) return;
      await pool.query({
        name: 'outbox-put',
        text: `INSERT INTO outbox (key, intent, payload, not_before)
          SELECT m.key, m.intent, m.payload, m."notBefore"
          FROM jsonb_to_recordset($1::jsonb) AS m(key text, intent text, payload jsonb, "notBefore" timestamptz)
          ${OUTBOX_ON_CONFLICT}`,
        values: [messagesJson(messages)],
      });
    },
    async claim(limit, leaseMs, now) {
      const { rows } = await pool.query<OutboxItem & { readonly position: number }>({
        name: 'outbox-claim',
        text: `WITH picked AS MATERIALIZED (
            SELECT key FROM outbox
            WHERE done_at IS NULL AND dead = false AND (not_before IS NULL OR not_before <= $1)
              AND (lease_until IS NULL OR lease_until <= $1)
            ORDER BY position LIMIT $2 FOR UPDATE SKIP LOCKED
          )
          UPDATE outbox SET lease_until = $3, attempts = attempts + 1 FROM picked WHERE outbox.key = picked.key
          RETURNING generation || ':' || outbox.key AS id, outbox.key, intent, payload, attempts,
            client_msg_id AS "clientMsgId", position::float8 AS position`,
        values: [now, limit, new Date(now.getTime() + leaseMs)],
      });
      return rows.sort((a, b) => a.position - b.position).map(({ position: _, ...item }) => item);
    },
    async done(id, now) {
      const { key, generation } = parseId(id);
      await pool.query(
        `UPDATE outbox SET lease_until = NULL, done_at = CASE WHEN generation = $2 THEN $3::timestamptz END
         WHERE key = $1 AND done_at IS NULL`,
        [key, generation, now],
      );
    },
    async failed(id, error, retryAt) {
      const { key, generation } = parseId(id);
      await pool.query(
        `UPDATE outbox SET lease_until = NULL,
           error = CASE WHEN generation = $2 THEN $3 ELSE error END,
           not_before = CASE WHEN generation = $2 THEN $4::timestamptz ELSE not_before END,
           dead = (generation = $2 AND $4::timestamptz IS NULL)
         WHERE key = $1 AND done_at IS NULL`,
        [key, generation, storableText(error), retryAt],
      );
    },
    async placeOf(key) {
      const { rows } = await pool.query<{ channel: string; ts: string }>({
        name: 'outbox-place',
        text: 'SELECT channel, ts FROM message_place WHERE key = $1',
        values: [key],
      });
      return rows[0] ?? null;
    },
    async placesOf(prefix, limit) {
      const { rows } = await pool.query<{ number: number; channel: string; ts: string }>(
        `SELECT substr(key, length($1) + 1)::float8 AS number, channel, ts FROM message_place
         WHERE starts_with(key, $1) AND substr(key, length($1) + 1) ~ '^[0-9]{1,15}$' ORDER BY number DESC LIMIT $2`,
        [prefix, limit],
      );
      return rows.reverse();
    },
    async keyAt(channel, ts) {
      const { rows } = await pool.query<{ key: string }>({
        name: 'outbox-key-at',
        text: 'SELECT key FROM message_place WHERE channel = $1 AND ts = $2',
        values: [channel, ts],
      });
      return rows[0]?.key ?? null;
    },
    async placed(key, channel, ts) {
      await pool.query(
        `INSERT INTO message_place (key, channel, ts) VALUES ($1, $2, $3)
         ON CONFLICT (key) DO UPDATE SET channel = EXCLUDED.channel, ts = EXCLUDED.ts`,
        [key, channel, ts],
      );
    },
    async counts() {
      const { rows } = await pool.query<{ open: number; dead: number }>(
        `SELECT count(*) FILTER (WHERE NOT dead)::int AS open, count(*) FILTER (WHERE dead)::int AS dead
         FROM outbox WHERE done_at IS NULL`,
      );
      return rows[0] ?? { open: 0, dead: 0 };
    },
  };
}

function parseId(id: string): { readonly key: string; readonly generation: number } {
  const colon = id.indexOf(':');
  return { key: id.slice(colon + 1), generation: Number(id.slice(0, colon)) };
}
