import { createHash } from 'node:crypto';
import type { GapStore } from '#src/delivery/ports.ts';
import type { Database } from './database.ts';
import { storableText } from './values.ts';

/** Knowledge gaps on PostgreSQL. */
export function createGapStore({ prisma, pool }: Pick<Database, 'prisma' | 'pool'>): GapStore {
  return {
    async put({ question, reason, nearest, at }) {
      const text = storableText(question);
      const wording = text.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ').trim();
      await pool.query(
        `INSERT INTO knowledge_gap (wording, question, reason, nearest, first_at, last_at) VALUES ($1, $2, $3, $4, $5, $5)
         ON CONFLICT (wording) DO UPDATE SET times = knowledge_gap.times + 1, reason = EXCLUDED.reason,
           nearest = EXCLUDED.nearest, last_at = GREATEST(knowledge_gap.last_at, EXCLUDED.last_at)`,
        [createHash('sha256').update(wording).digest('hex'), text, reason, nearest, at],
      );
    },
    async list(limit) {
      const rows = await prisma.knowledgeGap.findMany({
        orderBy: [{ times: 'desc' }, { lastAt: 'desc' }],
        take: limit,
      });
      return rows.map(({ question, reason, nearest, times, lastAt }) => ({
        question,
        reason,
        nearest,
        count: times,
        lastAt,
      }));
    },
  };
}
