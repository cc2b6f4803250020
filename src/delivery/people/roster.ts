/** Who may act in which role now: holders, deputies, delegates, and who is away. The roster that `decide` is given. */
import { z } from 'zod';
import type { Roster } from '#src/approvals/types.ts';
import { type Assignment, rosterAt, sameRole } from '#src/directory/directory.ts';
import type { Ledger } from '../ports.ts';
import type { RecordStore } from '../streams/ports.ts';

const delegationState = z.object({
  role: z.string(),
  holder: z.string(),
  person: z.string(),
  from: z.iso.datetime(),
  until: z.iso.datetime(),
});
const groupedState = z.object({ person: z.string() });
const ROWS_MAX = 10_000;
const absenceState = z.object({ person: z.string(), from: z.iso.datetime(), until: z.iso.datetime() });

/** What stands around the assignments at a moment. */
export type StandIns = {
  readonly delegations: readonly (z.infer<typeof delegationState> & { readonly id: string })[];
  readonly absent: readonly string[];
  /** Assignments that count only while their person is a member of a user group. */
  readonly grouped?: readonly GroupedAssignment[];
  /** The groups of those assignments as Slack has them; a group that could not be read is absent, and closed. */
  readonly groups?: readonly GroupMembers[];
};

export type GroupedAssignment = { readonly assignment: string; readonly group: string; readonly person: string };
/** `members`: those of the group's assignments whose person is a member. */
export type GroupMembers = { readonly group: string; readonly resolvedAt: string; readonly members: readonly string[] };
/** Which of some persons are members of a group, and when that was read; null when it cannot be read. */
export type MembersOf = (
  group: string,
  persons: readonly string[],
) => Promise<{ readonly members: readonly string[]; readonly resolvedAt: Date } | null>;

/** Reads delegations and absences that are in force at `now`. Rows that cannot be read let nobody act. */
export async function standInsAt(
  records: Pick<RecordStore, 'list'>,
  now: Date,
  membersOf: MembersOf = unasked,
): Promise<StandIns> {
  const t = now.getTime();
  const holds = ({ from, until }: { readonly from: string; readonly until: string }) =>
    Date.parse(from) <= t && t < Date.parse(until);
  const [delegations, absences, grouped] = await Promise.all([
    // Nothing closes the row of one that ran out, and there are more of those every year.
    records.list({ kind: 'delegation', status: ['open'], untilAfter: now, limit: ROWS_MAX }),
    records.list({ kind: 'absence', status: ['open'], untilAfter: now, limit: ROWS_MAX }),
    groupedIn(records),
  ]);
  return {
    grouped,
    groups: await groupsOf(grouped, membersOf),
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

/** Where Slack is not asked. */
const unasked: MembersOf = async () => null;

async function groupedIn(records: Pick<RecordStore, 'list'>): Promise<readonly GroupedAssignment[]> {
  const bound = await records.list({ kind: 'group-assignment', status: ['open'], limit: ROWS_MAX });
  return bound.flatMap(({ id, parent, state }): GroupedAssignment[] => {
    const person = groupedState.safeParse(state).data?.person;
    // A row that cannot be read lets nobody act: its person is a member of nothing.
    return [{ assignment: id, group: parent ?? '', person: person ?? '' }];
  });
}

async function groupsOf(grouped: readonly GroupedAssignment[], membersOf: MembersOf): Promise<readonly GroupMembers[]> {
  const byGroup = [...Map.groupBy(grouped, ({ group }) => group)].sort(([a], [b]) => (a < b ? -1 : 1));
  const read = byGroup.map(async ([group, bound]): Promise<GroupMembers[]> => {
    const found = await membersOf(group, [...new Set(bound.map(({ person }) => person))].sort());
    return found === null ? [] : [{ group, resolvedAt: found.resolvedAt.toISOString(), members: found.members }];
  });
  return (await Promise.all(read)).flat();
}

type Held = Awaited<ReturnType<Ledger['listAssignments']>>;

/** Whether the user group by which an assignment is held confirms its person; one that no group holds needs none. */
function confirmedBy({ grouped = [], groups = [] }: Pick<StandIns, 'grouped' | 'groups'>) {
  const boundTo = new Map(grouped.map(({ assignment, group }) => [assignment, group]));
  return ({ id, person }: Pick<Assignment, 'id' | 'person'>): boolean => {
    const group = boundTo.get(id);
    return group === undefined || groups.some((one) => one.group === group && one.members.includes(person));
  };
}

/**
 * The assignments without those that a user group holds and does not confirm. Where Slack is not asked, no group does:
 * roles by group count for nobody there.
 */
export async function confirmedAssignments(
  stores: { readonly ledger: Pick<Ledger, 'listAssignments'>; readonly records: Pick<RecordStore, 'list'> },
  membersOf?: MembersOf,
): Promise<Held> {
  const [held, grouped] = await Promise.all([stores.ledger.listAssignments(), groupedIn(stores.records)]);
  return held.filter(confirmedBy({ grouped, groups: await groupsOf(grouped, membersOf ?? unasked) }));
}

/**
 * The roster without its record: assignments in force, then the delegations whose holder still holds the role. What a
 * user group does not confirm stands apart, for whoever leaves a group must not be taken for gone.
 */
export function rosterFrom(
  held: Held,
  standIns: StandIns,
  now: Date,
): Pick<Roster, 'assignments' | 'unconfirmed' | 'absent' | 'groups'> {
  const groups = standIns.groups ?? [];
  const boundTo = new Map((standIns.grouped ?? []).map(({ assignment, group }) => [assignment, group]));
  const isConfirmed = confirmedBy(standIns);
  const lineOf = (a: Assignment) => ({
    id: a.id,
    role: a.role,
    person: a.person,
    basis: a.deputyOf === null ? ('holder' as const) : ('deputy' as const),
    onBehalfOf: a.deputyOf,
    ...(boundTo.has(a.id) ? { group: boundTo.get(a.id) ?? '' } : {}),
  });
  const standing = rosterAt(held, now);
  const own = standing.filter(isConfirmed).map(lineOf);
  const unconfirmed = standing.filter((a) => !isConfirmed(a)).map(lineOf);
  const handed = standIns.delegations.flatMap((d) => {
    const held = own.find((a) => a.basis === 'holder' && a.person === d.holder && sameRole(a.role, d.role));
    if (held === undefined) return [];
    return [{ id: d.id, role: held.role, person: d.person, basis: 'delegation' as const, onBehalfOf: d.holder }];
  });
  return {
    assignments: [...own, ...handed],
    ...(unconfirmed.length === 0 ? {} : { unconfirmed }),
    absent: standIns.absent,
    ...(groups.length === 0 ? {} : { groups }),
  };
}
