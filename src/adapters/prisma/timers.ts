import type { NewTimer, Timers } from '#src/delivery/ports.ts';
import type { Database } from './database.ts';

/** Timers on PostgreSQL: rows committed with the state; a sweeper claims what is due. */
export function createTimers({ pool }: Pick<Database, 'pool'>): Timers {
  return {
    async claimDue(now, limit, leaseMs) {
      const { rows } = await pool.query<NewTimer>({
        name: 'timer-claim',
        text: `WITH picked AS MATERIALIZED (
            SELECT id FROM timer
            WHERE done_at IS NULL AND due_at <= $1 AND (lease_until IS NULL OR lease_until <= $1)
            ORDER BY due_at, id LIMIT $2 FOR UPDATE SKIP LOCKED
          )
          UPDATE timer SET lease_until = $3 FROM picked WHERE timer.id = picked.id
          RETURNING timer.id, due_at AS "dueAt", kind, subject, data`,
        values: [now, limit, new Date(now.getTime() + leaseMs)],
      });
      return rows
        .sort((a, b) => a.dueAt.getTime() - b.dueAt.getTime() || (a.id < b.id ? -1 : 1))
        .map(({ data, ...timer }) => (data === null ? timer : { ...timer, data }));
    },
    async done(id, now) {
      await pool.query('UPDATE timer SET done_at = $2, lease_until = NULL WHERE id = $1 AND done_at IS NULL', [
        id,
        now,
      ]);
    },
  };
}
