import type { UsageStore } from '#src/delivery/answers/model-budget.ts';
import type { Database } from './database.ts';
import { inTransaction } from './transaction.ts';

/** The row of everybody together. */
const EVERYBODY = '';
const TAKE = `INSERT INTO model_usage AS u (day, person, tokens, cost, calls) SELECT $1, $2, $3, $4, 1
  WHERE $3::bigint <= $5 AND ($6::bigint IS NULL OR $4::bigint <= $6)
  ON CONFLICT (day, person) DO UPDATE SET tokens = u.tokens + $3, cost = u.cost + $4, calls = u.calls + 1
  WHERE u.tokens + $3 <= $5 AND ($6::bigint IS NULL OR u.cost + $4 <= $6)`;

class Full extends Error {}

/** What the model used, on PostgreSQL: shared by replicas, and kept over a restart. */
export function createUsageStore({ pool }: Pick<Database, 'pool'>): UsageStore {
  return {
    async take({ day, person, tokens, cost }, limits) {
      try {
        await inTransaction(pool, async (client) => {
          // Always in this order, so that two askers wait for each other instead of locking each other out.
          for (const [who, limit] of [[EVERYBODY, limits.together] as const, [person, limits.each] as const]) {
            const { rowCount } = await client.query(TAKE, [day, who, tokens, cost, limit.tokens, limit.cost]);
            if (rowCount === 0) throw new Full();
          }
        });
        return true;
      } catch (error) {
        if (!(error instanceof Full)) throw error;
        await pool.query(
          `INSERT INTO model_usage AS u (day, person, over_budget) VALUES ($1, $2, 1), ($1, $3, 1)
           ON CONFLICT (day, person) DO UPDATE SET over_budget = u.over_budget + 1`,
          [day, EVERYBODY, person],
        );
        return false;
      }
    },
    async correct({ day, person, tokens, cost }) {
      await pool.query(
        `UPDATE model_usage SET tokens = greatest(0, tokens + $4), cost = greatest(0, cost + $5)
         WHERE day = $1 AND person IN ($2, $3)`,
        [day, EVERYBODY, person, tokens, cost],
      );
    },
    async ofDay(day) {
      const { rows } = await pool.query<{ tokens: number; cost: number; calls: number; overBudget: number }>(
        `SELECT tokens::float8 AS tokens, cost::float8 AS cost, calls, over_budget AS "overBudget"
         FROM model_usage WHERE day = $1 AND person = $2`,
        [day, EVERYBODY],
      );
      return rows[0] ?? { tokens: 0, cost: 0, calls: 0, overBudget: 0 };
    },
  };
}
