import type { Inbox, InboxItem } from '#src/delivery/ports.ts';
import type { Database } from './database.ts';
import { storableJson, storableText } from './values.ts';

/** The inbox on PostgreSQL: a row an item, claimed under a lease with SKIP LOCKED, so that several workers may ask. */
export function createInbox({ pool }: Pick<Database, 'pool'>): Inbox {
  return {
    async put(item) {
      const { rowCount } = await pool.query({
        name: 'inbox-put',
        text: `INSERT INTO inbox (id, kind, payload, received_at) VALUES ($1, $2, $3::jsonb, $4)
          ON CONFLICT (id) DO NOTHING`,
        values: [storableText(item.id), item.kind, storableJson(item.payload), item.receivedAt],
      });
      return rowCount === 1;
    },
    async claim(limit, leaseMs, now) {
      const { rows } = await pool.query<InboxItem & { readonly position: number }>({
        name: 'inbox-claim',
        text: `WITH picked AS MATERIALIZED (
            SELECT id FROM inbox
            WHERE done_at IS NULL AND dead = false AND (lease_until IS NULL OR lease_until <= $1)
            ORDER BY position LIMIT $2 FOR UPDATE SKIP LOCKED
          )
          UPDATE inbox SET lease_until = $3, attempts = attempts + 1 FROM picked WHERE inbox.id = picked.id
          RETURNING inbox.id, kind, payload, received_at AS "receivedAt", attempts, position::float8 AS position`,
        values: [now, limit, new Date(now.getTime() + leaseMs)],
      });
      return rows.sort((a, b) => a.position - b.position).map(({ position: _, ...item }) => item);
    },
    async done(id, now) {
      await pool.query(`UPDATE inbox SET done_at = $2, lease_until = NULL, error = NULL WHERE id = $1`, [id, now]);
    },
    async failed(id, error, retryAt) {
      await pool.query(
        `UPDATE inbox SET error = $2, lease_until = $3, dead = ($3::timestamptz IS NULL)
         WHERE id = $1 AND done_at IS NULL`,
        [id, storableText(error), retryAt],
      );
    },
    async counts() {
      const { rows } = await pool.query<{ open: number; dead: number }>(
        `SELECT count(*) FILTER (WHERE NOT dead)::int AS open, count(*) FILTER (WHERE dead)::int AS dead
         FROM inbox WHERE done_at IS NULL`,
      );
      return rows[0] ?? { open: 0, dead: 0 };
    },
  };
}
