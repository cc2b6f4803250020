/** Who may act in which role on one request: exclusions, delegations and deputies, resolved against the roster. */
import type { Assignment, Capacity, Person, Roster, SubmittedState, Terms } from './types.ts';

/**
 * Requester, owner and submitter, and whoever owns the system by the inventory though the request names another: they
 * never decide on it, nor does anybody for them (rule 2, POL-5.1).
 */
export function isExcluded(state: SubmittedState, person: Person): boolean {
  return isAsker(state, person) || state.systemOwners.includes(person);
}

/** Whether the person named a conflict of interest on this request. */
export function isRecused(state: SubmittedState, person: Person): boolean {
  return state.votes.some((vote) => vote.by === person && vote.choice === 'recuse');
}

/** Roles in which one can vote: those of the quorum, also of the lighter one, the veto roles and the chair. */
export function votingRoles(terms: Terms): ReadonlySet<string> {
  const slots = [...terms.quorum, ...(terms.lighterQuorum ?? [])];
  return new Set([...slots.flatMap((slot) => slot.anyOf), ...terms.veto, terms.chair]);
}

/** Every role the terms name, so that the server can pass only these roles' assignments in a roster. */
export function rolesOf(terms: Terms): ReadonlySet<string> {
  const { consulted, informed, suspendRoles, revokeRoles, closeRoles, controlRole, breakGlass, escalation } = terms;
  return new Set([
    ...votingRoles(terms),
    ...consulted.map((consult) => consult.role),
    ...informed,
    ...suspendRoles,
    ...revokeRoles,
    ...closeRoles,
    ...breakGlass.roles,
    controlRole,
    escalation.to,
  ]);
}

/** A roster by person, so that a directory of thousands is walked once and not once a voter. */
type RosterIndex = {
  readonly byPerson: ReadonlyMap<Person, readonly Assignment[]>;
  readonly holders: ReadonlySet<string>;
};
const indexes = new WeakMap<readonly Assignment[], RosterIndex>();

function indexOf(roster: Roster): RosterIndex {
  const known = indexes.get(roster.assignments);
  if (known) return known;
  const byPerson = new Map<Person, Assignment[]>();
  const holders = new Set<string>();
  for (const assignment of roster.assignments) {
    const own = byPerson.get(assignment.person);
    if (own) own.push(assignment);
    else byPerson.set(assignment.person, [assignment]);
    if (assignment.basis === 'holder') holders.add(`${assignment.role}\n${assignment.person}`);
  }
  const index = { byPerson, holders };
  indexes.set(roster.assignments, index);
  return index;
}

function holds(roster: Roster, role: string, person: Person | null): boolean {
  return person !== null && indexOf(roster).holders.has(`${role}\n${person}`);
}

/** Whether nobody stands in for the person unasked: she holds the role, also where her user group is in doubt. */
function isAppointed(roster: Roster, role: string, person: Person | null): boolean {
  const doubted = (roster.unconfirmed ?? []).some(
    (one) => one.person === person && one.role === role && one.basis === 'holder',
  );
  return doubted || holds(roster, role, person);
}

/**
 * Whether an assignment can be used on this request now.
 * - A delegate stands for a holder who is neither excluded nor recused and still holds the role.
 * - A deputy stands in for a holder who is gone, absent or recused, or after escalation; never for an excluded one.
 */
function usable(state: SubmittedState, roster: Roster, assignment: Assignment): boolean {
  const { basis, onBehalfOf, role } = assignment;
  if (basis === 'holder') return true;
  if (onBehalfOf === null || isExcluded(state, onBehalfOf)) return false;
  if (basis === 'delegation') return !isRecused(state, onBehalfOf) && holds(roster, role, onBehalfOf);
  return (
    state.escalatedAtMs !== null ||
    !isAppointed(roster, role, onBehalfOf) ||
    roster.absent.includes(onBehalfOf) ||
    isRecused(state, onBehalfOf)
  );
}

/** The roles in which a person may act on this request, among `roles`; own roles first, then delegated, then deputy. */
export function capacitiesOf(
  state: SubmittedState,
  roster: Roster,
  person: Person,
  roles: { has(role: string): boolean },
): readonly Capacity[] {
  if (isExcluded(state, person)) return [];
  const order = { holder: 0, delegation: 1, deputy: 2 } as const;
  return (indexOf(roster).byPerson.get(person) ?? [])
    .filter((a) => roles.has(a.role) && usable(state, roster, a))
    .sort((a, b) => order[a.basis] - order[b.basis])
    .map(({ id, role, basis, onBehalfOf }) => ({
      role,
      assignment: id,
      basis,
      countsFor: basis === 'holder' ? person : (onBehalfOf ?? person),
    }));
}

/** The roster as though every user group confirmed everybody: who must be waited for. */
export function asAppointed(roster: Roster): Roster {
  const { unconfirmed = [], assignments, ...rest } = roster;
  return unconfirmed.length === 0 ? roster : { ...rest, assignments: [...assignments, ...unconfirmed] };
}

/** Held by user groups that could not be read: nobody knows whether their persons are members. */
function unread({ unconfirmed = [], groups = [] }: Roster): readonly Assignment[] {
  return unconfirmed.filter(({ group }) => !groups.some((read) => read.group === group));
}

/** Whether a user group by which a role is held could not be read: then nothing is known of its members' votes. */
export function isGroupUnread(roster: Roster): boolean {
  return unread(roster).length > 0;
}

/** The first role of `roles` that a person holds or stands in for, whoever asked for the request; null for none. */
export function authorityIn(
  roster: Roster,
  person: Person,
  roles: readonly string[],
): { readonly role: string; readonly assignment: string } | null {
  for (const role of roles) {
    const found = roster.assignments.find(
      (a) =>
        a.person === person &&
        a.role === role &&
        (a.basis !== 'deputy' ||
          a.onBehalfOf === null ||
          !isAppointed(roster, role, a.onBehalfOf) ||
          roster.absent.includes(a.onBehalfOf)),
    );
    if (found) return { role, assignment: found.id };
  }
  return null;
}

/**
 * The same for stopping something at once, where doubt must not be in the way: a stop is undone by a fresh quorum, a
 * missing one by nothing. Whoever was accepted as a member of a group that cannot be read may, and the deputy of
 * whomever a group does not confirm. Who was removed from a group may not.
 */
export function authorityToStop(
  roster: Roster,
  person: Person,
  roles: readonly string[],
): ReturnType<typeof authorityIn> {
  const certain = { ...roster, unconfirmed: [] };
  return authorityIn(certain, person, roles) ?? authorityIn({ ...certain, assignments: unread(roster) }, person, roles);
}

/** Whether the person asked for this request or answers for it. */
export function isAsker({ requester, owner, submitter }: SubmittedState, person: Person): boolean {
  return [requester, owner, submitter].includes(person);
}
