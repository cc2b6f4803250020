/** From what a file, a table or the settings say to the changes that would make it so. Pure. */
import { type Assignment, sameRole } from './directory.ts';
import { reconcile, type WantedAssignment } from './file.ts';
import type { Change, GovernedDirectory, Proposal, Source } from './governed.ts';
import { ADMIN_ROLE } from './two-persons.ts';

export type Wanted = {
  /** Assignments of every role but the administrators'; null: the roles are kept in Slack and by decisions. */
  readonly roles: readonly WantedAssignment[] | null;
  /** Who should administer; empty: left as it is. */
  readonly admins: readonly string[];
};

/** The changes from the directory as it is to what is wanted, at `now`. `newId` makes UUIDs. */
export function changesTo(
  state: Pick<GovernedDirectory, 'assignments'>,
  wanted: Wanted,
  now: Date,
  newId: () => string,
): readonly Change[] {
  const isAdmin = (a: { readonly role: string }) => sameRole(a.role, ADMIN_ROLE);
  const all = [...state.assignments.values()];
  const changes: Change[] = [];
  const plan = (current: readonly Assignment[], target: readonly WantedAssignment[]): void => {
    const { make, end } = reconcile(current, target, now);
    for (const { id: assignment, role, person } of end) changes.push({ do: 'end', assignment, role, person });
    for (const { role, person, from, until, deputyOf } of make) {
      const period = { from: from?.toISOString() ?? null, until: until?.toISOString() ?? null };
      changes.push({ do: 'assign', assignment: newId(), role, person, ...period, deputyOf });
    }
  };
  if (wanted.roles !== null)
    plan(
      all.filter((a) => !isAdmin(a)),
      wanted.roles.filter((a) => !isAdmin(a)),
    );
  if (wanted.admins.length > 0) {
    const target = wanted.admins.map((person) => ({
      role: ADMIN_ROLE,
      person,
      from: null,
      until: null,
      deputyOf: null,
    }));
    plan(all.filter(isAdmin), target);
  }
  return changes;
}

/** What a list of changes comes to, whatever ids its new assignments carry: two equal ones need one proposal. */
export function gistOf(changes: readonly Change[]): string {
  return changes
    .map((change) => {
      const { do: what, role, person } = change;
      if (change.do !== 'assign') return [what, role, person].join('\t');
      return [what, role, person, change.from, change.until, change.deputyOf].join('\t');
    })
    .sort()
    .join('\n');
}

/** Open proposals of a source. */
export function openOf(state: GovernedDirectory, sources: readonly Source[]): readonly Proposal[] {
  return [...state.proposals.values()].filter((p) => p.status === 'open' && sources.includes(p.source));
}

/** The part of a proposal that has not taken effect yet. */
export function restOf(proposal: Proposal): readonly Change[] {
  return proposal.changes.filter((_, index) => !proposal.applied.includes(index));
}
