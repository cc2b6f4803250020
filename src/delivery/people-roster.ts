/** Who may act in which role now: holders, deputies, delegates, and who is away. The roster that `decide` is given. */
import { z } from 'zod';
import type { Roster } from '#src/approvals/types.ts';
import { rosterAt, sameRole } from '#src/directory/directory.ts';
import type { Ledger } from './ports.ts';
import type { RecordStore } from './systems-ports.ts';

const delegationState = z.object({
  role: z.string(),
  holder: z.string(),
  person: z.string(),
  from: z.iso.datetime(),
  until: z.iso.datetime(),
});
const absenceState = z.object({ person: z.string(), from: z.iso.datetime(), until: z.iso.datetime() });

/** What stands around the assignments at a moment. */
export type StandIns = {
  readonly delegations: readonly (z.infer<typeof delegationState> & { readonly id: string })[];
  readonly absent: readonly string[];
};

/** Reads delegations and absences that are in force at `now`. Rows that cannot be read let nobody act. */
export async function standInsAt(records: Pick<RecordStore, 'list'>, now: Date): Promise<StandIns> {
  const t = now.getTime();
  const holds = ({ from, until }: { readonly from: string; readonly until: string }) =>
    Date.parse(from) <= t && t < Date.parse(until);
  const [delegations, absences] = await Promise.all([
    records.list({ kind: 'delegation', status: ['open'] }),
    records.list({ kind: 'absence', status: ['open'] }),
  ]);
  return {
    delegations: delegations.flatMap((row) => {
      const parsed = delegationState.safeParse(row.state);
      return parsed.success && holds(parsed.data) ? [{ id: row.id, ...parsed.data }] : [];
    }),
    absent: [
      ...new Set(
        absences.flatMap((row) => {
          const parsed = absenceState.safeParse(row.state);
          return parsed.success && holds(parsed.data) ? [parsed.data.person] : [];
        }),
      ),
    ],
  };
}

type Held = Awaited<ReturnType<Ledger['listAssignments']>>;

/** The roster without its record: assignments in force, then the delegations whose holder still holds the role. */
export function rosterFrom(held: Held, standIns: StandIns, now: Date): Pick<Roster, 'assignments' | 'absent'> {
  const standing = rosterAt(held, now);
  const own = standing.map((a) => ({
    id: a.id,
    role: a.role,
    person: a.person,
    basis: a.deputyOf === null ? ('holder' as const) : ('deputy' as const),
    onBehalfOf: a.deputyOf,
  }));
  const handed = standIns.delegations.flatMap((d) => {
    const held = own.find((a) => a.basis === 'holder' && a.person === d.holder && sameRole(a.role, d.role));
    if (held === undefined) return [];
    return [{ id: d.id, role: held.role, person: d.person, basis: 'delegation' as const, onBehalfOf: d.holder }];
  });
  return { assignments: [...own, ...handed], absent: standIns.absent };
}
