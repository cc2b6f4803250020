/**
 * The whole directory: assignments, and what stands around them: proposals that wait for a second person, delegations,
 * absences, recertifications. The fold of the stream `directory`.
 */
import { z } from 'zod';
import { type Assignment, assignmentAfter, type DirectoryEvent, groupId, rosterAt, sameRole } from './directory.ts';
import { ADMIN_ROLE } from './two-persons.ts';

const person = z.string().min(1).max(60);
const role = z.string().trim().min(1).max(200);
const instant = z.iso.datetime();

/** One change of the directory. */
export const changeSchema = z.discriminatedUnion('do', [
  z.strictObject({
    do: z.literal('assign'),
    assignment: z.uuid(),
    role,
    person,
    from: instant.nullable(),
    until: instant.nullable(),
    deputyOf: person.nullable(),
    group: groupId.exactOptional(),
  }),
  z.strictObject({ do: z.literal('end'), assignment: z.uuid(), role, person }),
  z.strictObject({
    do: z.literal('delegate'),
    delegation: z.uuid(),
    role,
    holder: person,
    person,
    from: instant,
    until: instant,
  }),
]);
export type Change = z.infer<typeof changeSchema>;

export const SOURCES = ['slack', 'csv', 'file', 'settings'] as const;
export type Source = (typeof SOURCES)[number];

export type Proposal = {
  readonly id: string;
  readonly by: string;
  readonly source: Source;
  readonly at: string;
  readonly changes: readonly Change[];
  /** Who supports each change, by its position. */
  readonly supporters: readonly (readonly string[])[];
  /** Positions that took effect. */
  readonly applied: readonly number[];
  readonly status: 'open' | 'accepted' | 'refused';
};

export type Delegation = {
  readonly id: string;
  readonly role: string;
  readonly holder: string;
  readonly person: string;
  readonly from: string;
  readonly until: string;
  readonly endedAt: string | null;
};

export type Absence = { readonly id: string; readonly person: string; readonly from: string; readonly until: string };

export type GovernedDirectory = {
  /** Every assignment ever made, by id. */
  readonly assignments: ReadonlyMap<string, Assignment>;
  readonly proposals: ReadonlyMap<string, Proposal>;
  readonly delegations: ReadonlyMap<string, Delegation>;
  readonly absences: ReadonlyMap<string, Absence>;
  readonly bootstrapped: boolean;
  readonly recertified: { readonly at: string; readonly by: string } | null;
};

export type GovernedEvent =
  | DirectoryEvent
  | {
      readonly type: 'directory.change_proposed';
      readonly data: {
        readonly proposal: string;
        readonly source: Source;
        readonly reason: string;
        readonly changes: readonly Change[];
        /** Positions that the proposer supports at once. */
        readonly supports: readonly number[];
      };
    }
  | {
      readonly type: 'directory.change_supported';
      readonly data: { readonly proposal: string; readonly changes: readonly number[] };
    }
  | {
      readonly type: 'directory.change_applied';
      readonly data: {
        readonly proposal: string;
        readonly changes: readonly number[];
        readonly persons: readonly string[];
      };
    }
  | { readonly type: 'directory.change_refused'; readonly data: { readonly proposal: string; readonly reason: string } }
  | {
      readonly type: 'directory.delegation_made';
      readonly data: Omit<Delegation, 'endedAt' | 'id'> & { readonly delegation: string };
    }
  | { readonly type: 'directory.delegation_ended'; readonly data: { readonly delegation: string } }
  | { readonly type: 'directory.absence_set'; readonly data: Omit<Absence, 'id'> & { readonly absence: string } }
  | { readonly type: 'directory.absence_ended'; readonly data: { readonly absence: string } }
  | { readonly type: 'directory.bootstrapped'; readonly data: { readonly admins: number } }
  | { readonly type: 'directory.reminded'; readonly data: { readonly what: 'recertification' } }
  | { readonly type: 'directory.recertified'; readonly data: { readonly assignments: number; readonly roles: number } };

/** Fields that the log hides. */
export const DIRECTORY_HIDDEN: Readonly<Record<GovernedEvent['type'], readonly string[]>> = {
  'directory.assignment_made': [],
  'directory.assignment_ended': [],
  'directory.change_proposed': ['reason'],
  'directory.change_supported': [],
  'directory.change_applied': [],
  'directory.change_refused': ['reason'],
  'directory.delegation_made': [],
  'directory.delegation_ended': [],
  'directory.absence_set': [],
  'directory.absence_ended': [],
  'directory.bootstrapped': [],
  'directory.reminded': [],
  'directory.recertified': [],
};

export const emptyGoverned: GovernedDirectory = {
  assignments: new Map(),
  proposals: new Map(),
  delegations: new Map(),
  absences: new Map(),
  bootstrapped: false,
  recertified: null,
};

export type Stamp = { readonly at: Date; readonly actor: string };

/** Copies of the maps are filled in place: folding ten thousand events must not copy ten thousand maps. */
type Draft = {
  assignments: Map<string, Assignment>;
  proposals: Map<string, Proposal>;
  delegations: Map<string, Delegation>;
  absences: Map<string, Absence>;
  bootstrapped: boolean;
  recertified: GovernedDirectory['recertified'];
};

function draftFrom(state: GovernedDirectory): Draft {
  return {
    assignments: new Map(state.assignments),
    proposals: new Map(state.proposals),
    delegations: new Map(state.delegations),
    absences: new Map(state.absences),
    bootstrapped: state.bootstrapped,
    recertified: state.recertified,
  };
}

/** State after some events. Total: an event about something unknown changes nothing. */
export function foldGoverned(
  state: GovernedDirectory,
  events: Iterable<readonly [GovernedEvent, Stamp]>,
): GovernedDirectory {
  const draft = draftFrom(state);
  for (const [event, stamp] of events) applyTo(draft, event, stamp);
  return draft;
}

function applyTo(draft: Draft, event: GovernedEvent, stamp: Stamp): void {
  const at = stamp.at.toISOString();
  switch (event.type) {
    case 'directory.assignment_made':
    case 'directory.assignment_ended': {
      const id = event.data.assignment;
      const one = assignmentAfter(draft.assignments.get(id), event, stamp.at);
      if (one !== undefined) draft.assignments.set(id, one);
      return;
    }
    case 'directory.bootstrapped':
      draft.bootstrapped = true;
      return;
    case 'directory.delegation_made': {
      const { delegation: id, ...rest } = event.data;
      draft.delegations.set(id, { id, ...rest, endedAt: null });
      return;
    }
    case 'directory.delegation_ended': {
      const known = draft.delegations.get(event.data.delegation);
      if (known !== undefined) draft.delegations.set(known.id, { ...known, endedAt: at });
      return;
    }
    case 'directory.absence_set': {
      const { absence: id, ...rest } = event.data;
      draft.absences.set(id, { id, ...rest });
      return;
    }
    case 'directory.absence_ended': {
      const known = draft.absences.get(event.data.absence);
      if (known !== undefined) draft.absences.set(known.id, { ...known, until: at });
      return;
    }
    case 'directory.recertified':
      draft.recertified = { at, by: stamp.actor };
      return;
    case 'directory.reminded':
      return;
    default:
      applyProposal(draft, event, stamp);
  }
}

type ProposalEvent = Extract<GovernedEvent, { type: `directory.change_${string}` }>;

function applyProposal(draft: Draft, event: ProposalEvent, { at, actor }: Stamp): void {
  const { proposal: id } = event.data;
  if (event.type === 'directory.change_proposed') {
    const { source, changes, supports } = event.data;
    const supporters = changes.map((_, index) => (supports.includes(index) ? [actor] : []));
    const fresh = { source, changes, supporters, applied: [], status: 'open' } as const;
    draft.proposals.set(id, { id, by: actor, at: at.toISOString(), ...fresh });
    return;
  }
  const known = draft.proposals.get(id);
  if (known === undefined) return;
  if (event.type === 'directory.change_refused') {
    draft.proposals.set(id, { ...known, status: 'refused' });
  } else if (event.type === 'directory.change_supported') {
    const { changes } = event.data;
    const supporters = known.supporters.map((own, index) => (changes.includes(index) ? [...own, actor] : own));
    draft.proposals.set(id, { ...known, supporters });
  } else {
    const applied = [...known.applied, ...event.data.changes];
    const status = applied.length >= known.changes.length ? 'accepted' : 'open';
    draft.proposals.set(id, { ...known, applied, status });
  }
}

/** Who administers now: in their own right, for an administrator's deputy appoints nobody and erases nothing. */
export function adminsAt(assignments: Iterable<Assignment>, now: Date): ReadonlySet<string> {
  const held = rosterAt(assignments, now).filter((a) => sameRole(a.role, ADMIN_ROLE));
  return new Set(held.filter((a) => a.deputyOf === null).map((a) => a.person));
}
