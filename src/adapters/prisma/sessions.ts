import type { SessionStore } from '#src/delivery/ports.ts';
import type { Database } from './database.ts';

/** Signed-out sessions on PostgreSQL. Those that would have ended by themselves are forgotten on the way. */
export function createSessionStore({ pool }: Pick<Database, 'pool'>): SessionStore {
  return {
    async end(session, until, now) {
      await pool.query(
        `WITH past AS (DELETE FROM ended_session WHERE until <= $3)
         INSERT INTO ended_session (id, until) VALUES ($1, $2) ON CONFLICT DO NOTHING`,
        [session, until, now],
      );
    },
    async hasEnded(session) {
      const { rowCount } = await pool.query('SELECT 1 FROM ended_session WHERE id = $1', [session]);
      return rowCount === 1;
    },
  };
}
