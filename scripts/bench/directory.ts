/** A quorum resolved in a directory of 5,000 people and 200 roles: by itself, and within a vote on the database. */
import { tally } from '#src/approvals/tally.ts';
import type { Roster } from '#src/approvals/types.ts';
import { type Assignment, rosterAt } from '#src/directory/directory.ts';
import { CISO, HIGH, LEGAL, SANDBOX_ROLES, submittedDesk } from '../../test/unit/approvals/fixtures.ts';
import { openBenchCore } from './database.ts';
import { percentile, type Report, timed } from './report.ts';
import { castVote, submitRequests } from './votes.ts';

export const name = 'directory';

const PEOPLE = 5_000;
const ROLES = 200;
/** Every fiftieth person sits in a body that a quorum names, so that many could fill its seats. */
const MEMBER_EVERY = 50;

/** Runs the bench. */
export async function run(report: Report): Promise<void> {
  const assignments = directory();
  const state = submittedDesk(HIGH).submitted();
  const now = new Date(state.lastAtMs);
  const resolve = (): number => {
    const held = rosterAt(assignments, now).map(({ id, role, person }) => {
      return { id, role, person, basis: 'holder' as const, onBehalfOf: null };
    });
    const roster: Roster = { ref: null, assignments: held, absent: [] };
    return tally(state, roster, now.getTime()).slots.length;
  };
  for (let warm = 0; warm < 20; warm++) resolve();
  const times: number[] = [];
  for (let round = 0; round < (report.quick ? 50 : 200); round++) times.push((await timed(resolve)).ms);
  const what = 'quorum among 5,000 people, 200 roles';
  report.figure({ what: `${what}`, value: percentile(times, 0.5), unit: 'ms', bar: { below: 5 } });
  report.figure({ what: '  p99', value: percentile(times, 0.99), unit: 'ms' });
  await voting(report, assignments);
}

function directory(): readonly Assignment[] {
  const open = { from: null, until: null, deputyOf: null, endedAt: null };
  const own = Object.entries(SANDBOX_ROLES).flatMap(([person, roles]) =>
    roles.map((role) => ({ id: `a:${person}:${role}`, role, person, ...open })),
  );
  const many = Array.from({ length: PEOPLE }, (_, n) => ({
    id: `b:${n}`,
    role: `Role ${n % ROLES}`,
    person: `p_${n}`,
    ...open,
  }));
  const members = many
    .filter((_, n) => n % MEMBER_EVERY === 0)
    .map((one) => ({ ...one, id: `c:${one.person}`, role: 'AI Governance Committee' }));
  return [...own, ...many, ...members];
}

/** A whole vote, from the command to its commit, in such a directory. */
async function voting(report: Report, assignments: readonly Assignment[]): Promise<void> {
  const core = await openBenchCore(report.folder);
  try {
    const rows = assignments.map((one) => ({ table: 'assignment' as const, ...one }));
    await core.stores.state.hold(({ replace }) => replace([rows]));
    const [on] = await submitRequests(core, 1);
    if (on === undefined) throw new Error('nothing was submitted');
    const times: number[] = [];
    for (let round = 0; round < 60; round++) {
      const by = round % 2 === 0 ? CISO : LEGAL;
      const { ms } = await timed(() => castVote(core, on, by, `d${round}`));
      if (round >= 10) times.push(ms);
    }
    report.figure({ what: '  a whole vote there, to its commit', value: percentile(times, 0.5), unit: 'ms' });
  } finally {
    await core.close();
  }
}
