/**
 * The words of the approvals room: persons, rosters, votes, terms and the state of one request. State holds times as
 * milliseconds since 1970 (UTC); events hold them as ISO strings, because auditors read those.
 */
import type { Actor, Person, Tier } from './basics.ts';
import type { EvidenceItem, RequestDocument, RequestKind, Scope } from './document.ts';

export { type Actor, type Person, TIERS, type Tier } from './basics.ts';

/** How a person comes to act in a role. A delegate and a deputy count for the person they stand for. */
type Basis = 'holder' | 'delegation' | 'deputy';

/** One line of the roster: this person may act in this role now. */
export type Assignment = {
  readonly id: string;
  readonly role: string;
  readonly person: Person;
  readonly basis: Basis;
  /** For a delegation or deputy: whom the person stands for. Null for the holder. */
  readonly onBehalfOf: Person | null;
  /** Slack user group by which it is held. */
  readonly group?: string;
};

/**
 * Who holds which role at the moment of the click, resolved by the server. Deputies are always listed; the core uses
 * one only where the holder is absent, gone or recused, or after the request was escalated.
 */
export type Roster = {
  /** sha256 of the stored roster object, for the record; null where none was stored. */
  readonly ref: string | null;
  readonly assignments: readonly Assignment[];
  /**
   * Held by a user group that does not confirm the person now: she left it, or it could not be read. Nobody acts by
   * these and no vote counts by them, yet she is waited for: who edits the group stops decisions and makes none.
   */
  readonly unconfirmed?: readonly Assignment[];
  /** Holders who are away now. */
  readonly absent: readonly Person[];
  /** sha256 of the request's captured files that serve now: in force, and somebody outside its side stands for them. */
  readonly files?: readonly string[];
  /** sha256 of captured files given for the request's conditions that are in force; whoever confirms stands for them. */
  readonly conditionFiles?: readonly string[];
  /** User groups by which roles are held: whose members were found in them, and when that was read (ISO). */
  readonly groups?: readonly {
    readonly group: string;
    readonly resolvedAt: string;
    readonly members: readonly Person[];
  }[];
};

/** A role in which a vote may count, as it stood when the vote was cast. */
export type Capacity = {
  readonly role: string;
  readonly assignment: string;
  readonly basis: Basis;
  /** The person for whom it counts: the voter, or who is stood for. */
  readonly countsFor: Person;
};

/** Part of a quorum: so many persons out of these roles ("one of Legal Team or Data Protection Officer"). */
export type QuorumSlot = { readonly count: number; readonly anyOf: readonly string[] };

/** A piece of evidence that the policy demands. */
export type EvidenceDemand = {
  readonly kind: string;
  readonly title: string;
  /** Other kinds that are accepted in its place. */
  readonly accepts: readonly string[];
  /** Control or clause ids it serves. */
  readonly serves: readonly string[];
  /** Oldest permitted date, as an age in milliseconds; null: any age. */
  readonly maxAgeMs: number | null;
  /** Not older than the last significant change named in the request (POL-3.4). */
  readonly afterLastChange: boolean;
  /** Only a captured file counts; a bare link is an assertion. */
  readonly captured: boolean;
};

/** One way in which what a request rests on does not carry it. `what`: an id, a code or a name, never a person's. */
export type BasisFlaw = {
  readonly code:
    | 'unknown'
    | 'missing'
    | 'not_in_force'
    | 'system'
    | 'purpose'
    /** Of a former version: `what` is the text itself. Since then: its position among the document's data classes, from 1. */
    | 'data_class'
    | 'data_class_at'
    | 'data_classes_missing'
    | 'no_envelope'
    | 'ended'
    | 'answers'
    | 'tier'
    | 'use_case'
    | 'answer'
    | 'owner'
    | 'replaced'
    | 'exception'
    | 'exception_not_in_force'
    | 'scope'
    | 'changed'
    | 'environment'
    | 'metric_missing'
    | 'metric_out_of_bounds';
  readonly what: string;
};

/** What stood in the way of the requests that a document rests on, when it was last checked. */
export type BasisFlaws = {
  readonly useCase: readonly BasisFlaw[];
  /** Left out where no envelope is claimed; empty: the version is inside it. */
  readonly envelope?: readonly BasisFlaw[];
};

/** Why a tier was given: one rule of the policy that matched. */
export type TierReason = { readonly tier: Tier; readonly because: string; readonly refs: readonly string[] };

type ConsultTerm = { readonly role: string; readonly withinMs: number };

/** What the policy demands of one request: resolved at submission and stored with it, so that it is judged by that. */
export type Terms = {
  readonly policyHash: string;
  readonly policyVersion: string;
  readonly kind: RequestKind;
  readonly tier: Tier;
  readonly tierReasons: readonly TierReason[];
  readonly quorum: readonly QuorumSlot[];
  /** Decides in place of `quorum` while the version is inside the envelope it claims; left out where there is none. */
  readonly lighterQuorum?: readonly QuorumSlot[];
  readonly veto: readonly string[];
  readonly chair: string;
  readonly consulted: readonly ConsultTerm[];
  readonly informed: readonly string[];
  readonly evidence: readonly EvidenceDemand[];
  readonly minReviewMs: number;
  readonly deadlineMs: number;
  /** Before the deadline, longest first. */
  readonly reminderMs: readonly number[];
  /** Before the deadline the open slots are escalated to this role and deputies may act. */
  readonly escalation: { readonly beforeDeadlineMs: number; readonly to: string };
  readonly validityMs: number;
  /** Longest validity that a request may ask for (an exception's expiry, a scope's end). */
  readonly maxDurationMs: number;
  /** Before the validity ends, longest first: review reminders. */
  readonly reviewReminderMs: readonly number[];
  readonly reasonForEveryVote: boolean;
  /** Nothing is approved without an approved use case behind it; left out where none is demanded. */
  readonly useCaseDemanded?: true;
  readonly materialFields: readonly string[];
  readonly suspendRoles: readonly string[];
  readonly revokeRoles: readonly string[];
  readonly closeRoles: readonly string[];
  /** Confirms compensating controls of an exception. */
  readonly controlRole: string;
  readonly breakGlass: { readonly roles: readonly string[]; readonly validityMs: number; readonly reviewMs: number };
};

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

/** Where a request stands. `draft`: nothing is in the log yet; `closed` also: its validity ended by itself. */
type Status =
  | 'draft'
  | 'refused'
  | 'submitted'
  | 'in_review'
  | 'information_requested'
  | 'approved'
  | 'approved_with_conditions'
  | 'rejected'
  | 'withdrawn'
  | 'expired'
  | 'deployed'
  | 'superseded'
  | 'suspended'
  | 'revoked'
  | 'renewed'
  | 'closed';

export type Outcome = 'approved' | 'approved_with_conditions' | 'rejected' | 'expired';
export type OutcomeCause = 'quorum' | 'veto' | 'unreachable' | 'deadline' | 'prohibited';

type DecisionState = {
  readonly outcome: Outcome;
  readonly cause: OutcomeCause;
  readonly atMs: number;
  readonly counted: readonly Counted[];
  readonly vetoedBy: Person | null;
  readonly validUntilMs: number | null;
  readonly revision: string;
};

/** Before submission: nothing is in the log. Drafts of a form are kept outside the core. */
export type DraftState = {
  readonly status: 'draft';
  readonly version: 0;
  readonly lastAtMs: number;
  readonly seen: readonly string[];
};

export type Revision = {
  readonly number: number;
  readonly hash: string;
  readonly madeAtMs: number;
  /** Hashes that differ only in immaterial fields: a vote on any of these counts. Includes `hash`. */
  readonly equivalents: readonly string[];
};

type ConsultAnswer = {
  readonly role: string;
  readonly by: Person;
  readonly stance: 'support' | 'concern' | 'neutral';
  readonly text: string;
  readonly atMs: number;
};

type ScopeProposal = {
  readonly number: number;
  readonly by: Person;
  readonly scope: Scope;
  readonly reason: string;
  readonly status: 'open' | 'accepted' | 'void';
};

export type MeetingVote = { readonly person: Person; readonly choice: VoteChoice; readonly reason: string };
type Meeting = {
  readonly number: number;
  readonly by: Person;
  readonly heldOn: string;
  readonly revision: string;
  readonly votes: readonly MeetingVote[];
  readonly confirmed: readonly Person[];
};

type BreakGlassState = {
  readonly by: Person;
  readonly role: string;
  readonly untilMs: number;
  /** True once the emergency permission is over: time, rejection, or replaced by the regular approval. */
  readonly ended: boolean;
};

/** A submitted request. */
export type SubmittedState = {
  readonly status: Exclude<Status, 'draft'>;
  readonly id: string;
  readonly shortId: string;
  /** Number of events folded in: the guard of the next commit. */
  readonly version: number;
  readonly lastAtMs: number;
  readonly requester: Person;
  readonly owner: Person;
  readonly submitter: Person;
  readonly submittedAtMs: number;
  readonly document: RequestDocument;
  readonly revision: Revision;
  readonly terms: Terms;
  /** Null where it rests on nothing, or was not checked yet. */
  readonly basis: BasisFlaws | null;
  readonly decideByMs: number;
  readonly votes: readonly Vote[];
  readonly consults: readonly ConsultAnswer[];
  readonly consultsLapsed: readonly string[];
  readonly information: { readonly by: Actor; readonly text: string; readonly atMs: number } | null;
  readonly comments: number;
  readonly proposals: readonly ScopeProposal[];
  readonly meetings: readonly Meeting[];
  /** Votes up to this position were settled by the chair despite a rejection. */
  readonly settledSeq: number;
  /** Conditions put to the requester; `answer` null while waiting. */
  readonly offer: { readonly conditions: readonly Condition[]; readonly answer: 'accepted' | 'declined' | null } | null;
  readonly contradiction: boolean;
  readonly decision: DecisionState | null;
  readonly conditions: readonly ConditionState[];
  readonly deployments: readonly {
    readonly environment: string;
    readonly digest: string;
    readonly atMs: number;
    readonly by: Actor;
  }[];
  readonly suspension: {
    readonly by: Actor;
    readonly reason: string;
    readonly incident: string | null;
    readonly atMs: number;
    readonly before: SubmittedState['status'];
  } | null;
  readonly revokedAtMs: number | null;
  readonly supersededBy: string | null;
  readonly renewedBy: string | null;
  readonly closure: {
    readonly reason: 'done' | 'validity_ended' | 'renewed' | 'decommissioned';
    readonly atMs: number;
  } | null;
  readonly breakGlass: BreakGlassState | null;
  readonly reminders: number;
  readonly reviewReminders: number;
  readonly escalatedAtMs: number | null;
  /** Words of the open slots that nobody could fill when it was last escalated; empty when not for that cause. */
  readonly unfilled: readonly string[];
  readonly informed: readonly { readonly role: string; readonly persons: readonly Person[]; readonly atMs: number }[];
  /** Command ids that took effect, so that a redelivered command has none. */
  readonly seen: readonly string[];
};

/** The state of one request: the fold of its events. */
export type RequestState = DraftState | SubmittedState;
