/** The sweep over 100,000 open requests: what is due is found through an index. */
import type { Database } from '#src/adapters/prisma/database.ts';
import { createTimers } from '#src/adapters/prisma/timers.ts';
import { openBenchDatabase } from './database.ts';
import { percentile, type Report, timed } from './report.ts';

export const name = 'sweep';

const REQUESTS = 100_000;
/** As many as the sweeper takes at once. */
const BATCH = 100;
const LEASE_MS = 60_000;
const START = new Date('2026-11-21T00:00:00.000Z');

/** Runs the bench. */
export async function run(report: Report): Promise<void> {
  const database = await openBenchDatabase(report.folder);
  try {
    const { pool } = database.database;
    await fill(pool);
    const rounds = report.quick ? 20 : 60;
    const { timers } = database.stores;
    const idle: number[] = [];
    const due: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const nothing = await timed(() => timers.claimDue(new Date(START.getTime() - 1), BATCH, LEASE_MS));
      if (nothing.result.length !== 0) throw new Error('something was due too early');
      idle.push(nothing.ms);
      // A minute later each round, so that each finds timers that none has claimed.
      const now = new Date(START.getTime() + round * 60_000 + 59_999);
      const some = await timed(() => timers.claimDue(now, BATCH, LEASE_MS * 1000));
      if (some.result.length === 0) throw new Error('nothing was due');
      due.push(some.ms);
    }
    report.figure({
      what: 'sweep of 100,000 open, nothing due',
      value: percentile(idle, 0.5),
      unit: 'ms',
      bar: { below: 50 },
    });
    report.figure({
      what: 'sweep of 100,000 open, due claimed',
      value: percentile(due, 0.5),
      unit: 'ms',
      bar: { below: 50 },
    });
    report.figure({
      what: '  the slowest',
      value: Math.max(...due),
      unit: 'ms',
    });
    const plan = await planOf(pool);
    report.figure({ what: '  tables read whole (EXPLAIN)', value: plan.scans, unit: '', bar: { below: 1 } });
    report.note(`the plan reads ${plan.indexes.join(', ')}`);
  } finally {
    await database.close();
  }
}

/** 100,000 open requests, each with a deadline and a reminder, and as many timers that are done already. */
async function fill(pool: Database['pool']): Promise<void> {
  await pool.query(
    `INSERT INTO request (id, short_id, kind, status, system_id, requester, version, decide_by, state)
     SELECT 'r' || n, 'DR-' || n, 'deployment', 'in_review', 's' || n % 1000, 'p_1', 1, $2::timestamptz + n * interval '10 s', '{}'
     FROM generate_series(1, $1::int) AS n`,
    [REQUESTS, START],
  );
  await pool.query(
    `INSERT INTO timer (id, due_at, kind, subject, done_at)
     SELECT kind || n, $2::timestamptz + n * interval '10 s', kind, 'request:r' || n, CASE WHEN kind = 'review' THEN $2::timestamptz END
     FROM generate_series(1, $1::int) AS n, unnest(ARRAY['deadline', 'reminder', 'review']) AS kind`,
    [REQUESTS, START],
  );
  await pool.query('ANALYZE');
}

type Plan = { readonly 'Node Type': string; readonly 'Index Name'?: string; readonly Plans?: readonly Plan[] };

/** The plan of the very statement that the sweeper runs. */
async function planOf(
  pool: Database['pool'],
): Promise<{ readonly scans: number; readonly indexes: readonly string[] }> {
  const seen: { text: string; values: unknown[] }[] = [];
  const listening = {
    query: async (query: { text: string; values: unknown[] }) => {
      seen.push(query);
      return { rows: [] };
    },
  } as unknown as Database['pool'];
  await createTimers({ pool: listening }).claimDue(START, BATCH, LEASE_MS);
  const [statement] = seen;
  if (statement === undefined) throw new Error('the sweeper asked nothing');
  const { rows } = await pool.query<{ 'QUERY PLAN': readonly [{ readonly Plan: Plan }] }>(
    `EXPLAIN (FORMAT JSON) ${statement.text}`,
    statement.values,
  );
  const nodes: Plan[] = [];
  const walk = (plan: Plan): void => {
    nodes.push(plan);
    for (const child of plan.Plans ?? []) walk(child);
  };
  const top = rows[0]?.['QUERY PLAN'][0].Plan;
  if (top !== undefined) walk(top);
  const indexes = new Set(nodes.flatMap((node) => node['Index Name'] ?? []));
  return { scans: nodes.filter((node) => node['Node Type'] === 'Seq Scan').length, indexes: [...indexes] };
}
