import { type StoredTurn, TURNS_KEPT, type TurnStore } from '#src/delivery/answers/conversations.ts';
import type { Database } from './database.ts';
import { storableJson, storableText } from './values.ts';

/** Earlier exchanges on PostgreSQL. */
export function createTurnStore({ pool }: Pick<Database, 'pool'>): TurnStore {
  return {
    async of({ channel, thread }, since, except) {
      const { rows } = await pool.query<Pick<StoredTurn, 'question' | 'answer'>>(
        `SELECT question, answer FROM (
           SELECT position, question, answer FROM conversation_turn
           WHERE channel = $1 AND thread = $2 AND at >= $3 AND id <> $4 ORDER BY position DESC LIMIT ${TURNS_KEPT}
         ) AS last ORDER BY position`,
        [channel, thread, since, except],
      );
      return rows;
    },
    async add({ id, channel, thread, at, person, question, answer }) {
      await pool.query(
        `INSERT INTO conversation_turn (id, channel, thread, at, person, question, answer)
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (id) DO NOTHING`,
        [id, channel, thread, at, person, storableText(question), storableJson(answer)],
      );
      await pool.query(
        `DELETE FROM conversation_turn WHERE channel = $1 AND thread = $2 AND position <= (
           SELECT position FROM conversation_turn WHERE channel = $1 AND thread = $2
           ORDER BY position DESC OFFSET ${TURNS_KEPT} LIMIT 1)`,
        [channel, thread],
      );
    },
  };
}
