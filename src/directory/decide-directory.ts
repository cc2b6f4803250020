/** What may be done to the directory, by whom: pure. */

import { inForce, rosterAt, sameRole } from './directory.ts';
import {
  adminsAt,
  type Change,
  changeSchema,
  foldGoverned,
  type GovernedDirectory,
  type GovernedEvent,
  type Proposal,
  type Source,
} from './governed.ts';
import { ADMIN_ROLE, isSupported, supportRefusal } from './two-persons.ts';

/** Changes of one proposal; a larger file takes several. */
export const CHANGES_MAX = 150;
const DAY_MS = 24 * 60 * 60 * 1000;
/** A delegation and an absence end by themselves. */
const DELEGATION_DAYS_MAX = 92;
const ABSENCE_DAYS_MAX = 366;

export type DirectoryCommand =
  /** The one recorded beginning: takes effect at once, and after its `last` part never again. */
  | { readonly type: 'bootstrap'; readonly changes: readonly Change[]; readonly last: boolean }
  | {
      readonly type: 'propose';
      readonly proposal: string;
      readonly source: Source;
      readonly reason: string;
      readonly changes: readonly Change[];
    }
  | { readonly type: 'support'; readonly proposal: string }
  | { readonly type: 'refuse'; readonly proposal: string; readonly reason: string }
  | {
      readonly type: 'set_absence';
      readonly absence: string;
      readonly person: string;
      readonly from: string;
      readonly until: string;
    }
  | { readonly type: 'end_absence'; readonly absence: string }
  | { readonly type: 'end_delegation'; readonly delegation: string }
  | { readonly type: 'recertify' };

export const DIRECTORY_REFUSALS = [
  'already_bootstrapped',
  'already_supported',
  'invalid',
  'not_admin',
  'not_holder',
  'not_open',
  'nothing_changed',
  'own_appointment',
  'unknown',
] as const;
export type DirectoryRefusal = (typeof DIRECTORY_REFUSALS)[number];

export type DirectoryDecision =
  | { readonly ok: true; readonly events: readonly GovernedEvent[]; readonly state: GovernedDirectory }
  | { readonly ok: false; readonly reason: DirectoryRefusal; readonly detail: readonly string[] };

const no = (reason: DirectoryRefusal, ...detail: readonly string[]): DirectoryDecision => ({
  ok: false,
  reason,
  detail,
});

/** Decides one command at `now`; `by` is a person, or `service` for a file and the first start. */
export function decideDirectory(
  state: GovernedDirectory,
  command: DirectoryCommand,
  by: string,
  now: Date,
): DirectoryDecision {
  switch (command.type) {
    case 'bootstrap': {
      if (by !== 'service') return no('not_admin');
      if (state.bootstrapped && !isAdminsBeginning(state, command.changes)) return no('already_bootstrapped');
      const events = command.changes.flatMap((change) => eventsOf(state, change, 'bootstrap', now));
      const made = after(state, events, by, now);
      const end: GovernedEvent = {
        type: 'directory.bootstrapped',
        data: { admins: adminsAt(made.assignments.values(), now).size },
      };
      return done(state, command.last ? [...events, end] : events, by, now);
    }
    case 'propose':
      return propose(state, command, by, now);
    case 'support':
      return support(state, command.proposal, by, now);
    case 'refuse': {
      const open = openProposal(state, command.proposal);
      if (typeof open === 'string') return no(open);
      if (by !== open.by && !adminsAt(state.assignments.values(), now).has(by)) return no('not_admin');
      const { proposal, reason } = command;
      if (reason.length > 1_000) return no('invalid', 'reason');
      return done(state, [{ type: 'directory.change_refused', data: { proposal, reason } }], by, now);
    }
    case 'recertify': {
      if (!adminsAt(state.assignments.values(), now).has(by)) return no('not_admin');
      const roster = rosterAt(state.assignments.values(), now);
      const data = { assignments: roster.length, roles: new Set(roster.map((a) => a.role)).size };
      return done(state, [{ type: 'directory.recertified', data }], by, now);
    }
    default:
      return standIn(state, command, by, now);
  }
}

function propose(
  state: GovernedDirectory,
  command: Extract<DirectoryCommand, { type: 'propose' }>,
  by: string,
  now: Date,
): DirectoryDecision {
  const { proposal, source, reason, changes } = command;
  if (state.proposals.has(proposal)) return no('not_open');
  if (changes.length === 0) return no('nothing_changed');
  if (changes.length > CHANGES_MAX || reason.length > 1_000) return no('invalid', 'size');
  // Whoever hands on a role says why: the administrator who agrees, and a later auditor, must be able to judge it.
  if (reason.trim() === '' && changes.some((change) => change.do === 'delegate')) return no('invalid', 'reason');
  for (const change of changes) {
    const problem = problemOf(state, change, now);
    if (problem !== null) return no('invalid', problem);
  }
  const ids = changes.map((change) => `${change.do} ${'assignment' in change ? change.assignment : change.delegation}`);
  if (new Set(ids).size !== ids.length) return no('invalid', 'twice');
  const admins = adminsAt(state.assignments.values(), now);
  const own = changes.every((change) => handedOnBy(change) === by);
  if (by !== 'service' && !admins.has(by) && !own) return no('not_admin');
  if (own && !changes.every((change) => holds(state, by, change.role, now))) return no('not_holder');
  const supports = positions(changes, (change) => supportsNow(change, by, admins, []));
  const event: GovernedEvent = {
    type: 'directory.change_proposed',
    data: { proposal, source, reason, changes, supports },
  };
  return done(state, [event], by, now);
}

/** A second person stands behind what does not appoint them; whatever has two takes effect with it. */
function support(state: GovernedDirectory, proposalId: string, by: string, now: Date): DirectoryDecision {
  const open = openProposal(state, proposalId);
  if (typeof open === 'string') return no(open);
  const admins = adminsAt(state.assignments.values(), now);
  const waiting = open.changes
    .map((change, index) => ({ change, index }))
    .filter(({ index }) => !open.applied.includes(index));
  const mine = waiting.filter(({ change, index }) => supportsNow(change, by, admins, open.supporters[index] ?? []));
  if (mine.length === 0) {
    const first = waiting[0];
    if (first === undefined) return no('not_open');
    const question = {
      by,
      admins,
      appointees: appointeesOf(first.change),
      supporters: open.supporters[first.index] ?? [],
    };
    return no(supportRefusal({ ...question, also: handedOnBy(first.change) }) ?? 'not_admin');
  }
  const changes = mine.map(({ index }) => index);
  const supported: GovernedEvent = { type: 'directory.change_supported', data: { proposal: proposalId, changes } };
  const stood = after(state, [supported], by, now).proposals.get(proposalId) ?? open;
  const ripe = mine.filter(({ change, index }) =>
    isSupported(stood.supporters[index] ?? [], admins, handedOnBy(change)),
  );
  if (ripe.length === 0) return done(state, [supported], by, now);
  const persons = [...new Set(ripe.flatMap(({ index }) => stood.supporters[index] ?? []))];
  const applied: GovernedEvent = {
    type: 'directory.change_applied',
    data: { proposal: proposalId, changes: ripe.map(({ index }) => index), persons },
  };
  const effects = ripe.flatMap(({ change }) =>
    eventsOf(state, change, open.source === 'file' ? 'file' : 'decision', now),
  );
  return done(state, [supported, applied, ...effects], by, now);
}

function supportsNow(change: Change, by: string, admins: ReadonlySet<string>, supporters: readonly string[]): boolean {
  const question = { by, admins, appointees: appointeesOf(change), supporters, also: handedOnBy(change) };
  return supportRefusal(question) === null;
}

type StandIn = Extract<DirectoryCommand, { type: 'set_absence' | 'end_absence' | 'end_delegation' }>;

/** Absence and the end of a delegation take one person: the one concerned, or an administrator. */
function standIn(state: GovernedDirectory, command: StandIn, by: string, now: Date): DirectoryDecision {
  const admin = adminsAt(state.assignments.values(), now).has(by);
  if (command.type === 'set_absence') {
    const { absence, person, from, until } = command;
    if (by !== person && !admin) return no('not_admin');
    if (state.absences.has(absence)) return no('nothing_changed');
    if (!isPeriod(from, until, ABSENCE_DAYS_MAX) || Date.parse(until) <= now.getTime()) return no('invalid', 'period');
    return done(state, [{ type: 'directory.absence_set', data: { absence, person, from, until } }], by, now);
  }
  if (command.type === 'end_absence') {
    const known = state.absences.get(command.absence);
    if (known === undefined || Date.parse(known.until) <= now.getTime()) return no('unknown');
    if (by !== known.person && !admin) return no('not_admin');
    return done(state, [{ type: 'directory.absence_ended', data: { absence: known.id } }], by, now);
  }
  const known = state.delegations.get(command.delegation);
  if (known === undefined || known.endedAt !== null) return no('unknown');
  // Whoever lent the role takes it back alone: that appoints nobody.
  if (by !== known.holder && by !== known.person && !admin) return no('not_admin');
  return done(state, [{ type: 'directory.delegation_ended', data: { delegation: known.id } }], by, now);
}

/** What stands in the way of a change; null when nothing does. */
function problemOf(state: GovernedDirectory, change: Change, now: Date): string | null {
  if (!changeSchema.safeParse(change).success) return 'change';
  if (change.do === 'assign') {
    if (state.assignments.has(change.assignment)) return 'assignment';
    const ends = change.until === null ? Number.POSITIVE_INFINITY : Date.parse(change.until);
    if (ends <= now.getTime() || (change.from !== null && ends <= Date.parse(change.from))) return 'period';
    // Whoever edits a group in Slack must never make administrators.
    if (change.group !== undefined && sameRole(change.role, ADMIN_ROLE)) return 'group';
    return change.deputyOf === change.person ? 'deputy' : null;
  }
  if (change.do === 'end') {
    const known = state.assignments.get(change.assignment);
    if (known === undefined || known.endedAt !== null) return 'assignment';
    return known.person === change.person && sameRole(known.role, change.role) ? null : 'assignment';
  }
  if (state.delegations.has(change.delegation) || change.holder === change.person) return 'delegation';
  return isPeriod(change.from, change.until, DELEGATION_DAYS_MAX) ? null : 'period';
}

function isPeriod(from: string, until: string, daysMax: number): boolean {
  const ms = Date.parse(until) - Date.parse(from);
  return ms > 0 && ms <= daysMax * DAY_MS;
}

/** Whom a change puts into a role. Ending one appoints nobody. */
export function appointeesOf(change: Change): readonly string[] {
  return change.do === 'assign' || change.do === 'delegate' ? [change.person] : [];
}

/** The holder who hands on their own role; null for every other change. */
function handedOnBy(change: Change): string | null {
  return change.do === 'delegate' ? change.holder : null;
}

function holds(state: GovernedDirectory, person: string, role: string, now: Date): boolean {
  return [...state.assignments.values()].some(
    (a) => a.person === person && a.deputyOf === null && sameRole(a.role, role) && inForce(a, now),
  );
}

/** Events of a change that took effect; none where it has no object any more. */
function eventsOf(
  state: GovernedDirectory,
  change: Change,
  basis: 'bootstrap' | 'file' | 'decision',
  now: Date,
): readonly GovernedEvent[] {
  switch (change.do) {
    case 'assign': {
      if (state.assignments.has(change.assignment)) return [];
      const { do: _, ...data } = change;
      return [{ type: 'directory.assignment_made', data: { ...data, basis } }];
    }
    case 'end': {
      const known = state.assignments.get(change.assignment);
      if (known === undefined || known.endedAt !== null) return [];
      const { assignment, role, person } = change;
      const data = { assignment, role, person, basis: basis === 'file' ? ('file' as const) : ('decision' as const) };
      return [{ type: 'directory.assignment_ended', data }];
    }
    case 'delegate': {
      const { do: _, ...data } = change;
      return holds(state, change.holder, change.role, now) ? [{ type: 'directory.delegation_made', data }] : [];
    }
  }
}

function openProposal(state: GovernedDirectory, id: string): Proposal | 'unknown' | 'not_open' {
  const known = state.proposals.get(id);
  if (known === undefined) return 'unknown';
  return known.status === 'open' ? known : 'not_open';
}

function positions(changes: readonly Change[], wanted: (change: Change) => boolean): readonly number[] {
  return changes.flatMap((change, index) => (wanted(change) ? [index] : []));
}

/** The first administrators ever, named after a beginning that named none: until then nobody could change anything. */
function isAdminsBeginning(state: GovernedDirectory, changes: readonly Change[]): boolean {
  const named = changes.length > 0 && changes.every((c) => c.do === 'assign' && sameRole(c.role, ADMIN_ROLE));
  return named && !hadAdmin(state);
}

/** Whether anybody ever administered. */
export function hadAdmin(state: GovernedDirectory): boolean {
  return [...state.assignments.values()].some((a) => sameRole(a.role, ADMIN_ROLE));
}

function after(state: GovernedDirectory, events: readonly GovernedEvent[], by: string, now: Date): GovernedDirectory {
  return foldGoverned(
    state,
    events.map((event) => [event, { at: now, actor: by }] as const),
  );
}

function done(state: GovernedDirectory, events: readonly GovernedEvent[], by: string, now: Date): DirectoryDecision {
  return { ok: true, events, state: after(state, events, by, now) };
}
