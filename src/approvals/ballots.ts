/** Votes: what somebody chose, under which conditions, and where it was counted. */
import type { Person } from './basics.ts';
import type { EvidenceItem } from './document.ts';
import type { Capacity } from './roster.ts';

export const VOTE_CHOICES = ['approve', 'approve_with_conditions', 'reject', 'abstain', 'recuse'] as const;
export type VoteChoice = (typeof VOTE_CHOICES)[number];

/** The measurable part of a condition, by which contradictions are found. */
export type Limit =
  | { readonly what: string; readonly is: 'at_most' | 'at_least'; readonly value: number }
  | { readonly what: string; readonly is: 'only' | 'not'; readonly values: readonly string[] };

/** A condition as a voter asks for it. */
export type ConditionProposal = {
  readonly text: string;
  readonly owner: Person;
  /** ISO time; a bare date was turned into the end of that day, UTC, by the form. */
  readonly dueAt: string;
  readonly phase: 'before_deployment' | 'after_deployment';
  readonly evidenceWanted: string;
  /** The role that confirms it is met. */
  readonly confirmRole: string;
  readonly limit: Limit | null;
};

/** What somebody votes on a revision, as they saw it. */
export type Ballot = {
  /** Hash of the revision on the card that was clicked. */
  readonly revision: string;
  readonly choice: VoteChoice;
  readonly reason: string | null;
  /** Named conflict, demanded for `recuse`. */
  readonly conflict: string | null;
  readonly conditions: readonly ConditionProposal[];
  /** sha256 of the card the voter saw; null when unknown. */
  readonly card: string | null;
};

/** A condition of an approval, united from the votes or taken from an exception's compensating controls. */
export type Condition = ConditionProposal & {
  /** `c1`, `c2`, ... within the request. */
  readonly id: string;
  readonly source: 'vote' | 'compensating_control';
  readonly askedBy: readonly Person[];
};

export type ConditionState = Condition & {
  readonly dueAtMs: number;
  readonly status: 'open' | 'confirmed';
  readonly overdue: boolean;
  readonly evidence: readonly EvidenceItem[];
  readonly confirmedBy: Person | null;
};

export type Vote = {
  readonly by: Person;
  readonly choice: VoteChoice;
  readonly reason: string | null;
  readonly conflict: string | null;
  readonly conditions: readonly ConditionProposal[];
  readonly capacities: readonly Capacity[];
  readonly revision: string;
  readonly atMs: number;
  /** Position of its event in the request: later is larger. */
  readonly seq: number;
  /** Number of the meeting it was given in, null for a click. */
  readonly meeting: number | null;
};

/** One filled place of the quorum. */
export type Counted = {
  readonly slot: number;
  readonly person: Person;
  readonly role: string;
  readonly assignment: string;
  readonly countsFor: Person;
};
