/**
 * The state of one request and what it rests on. State holds times as milliseconds since 1970 (UTC); events hold them as
 * ISO strings, because auditors read those. The room's other words: ballots, basics, roster, terms.
 */
import type { Condition, ConditionState, Counted, Vote, VoteChoice } from './ballots.ts';
import type { Actor, Person } from './basics.ts';
import type { RequestDocument, Scope } from './document.ts';
import type { Terms } from './terms.ts';

export * from './ballots.ts';
export { type Actor, type Person, TIERS, type Tier } from './basics.ts';
export type * from './roster.ts';
export type * from './terms.ts';

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
  /** Whom the inventory named as owners of its systems when it was submitted or revised, beside the three above. */
  readonly systemOwners: readonly Person[];
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
