/** What people and timers ask of a request, and the answers `decide` gives. */
import type { EvidenceItem, RequestDocument, Scope } from './document.ts';
import type { ApprovalEvent } from './events.ts';
import type { ApprovalPolicy } from './policy-schema.ts';
import type { Actor, Ballot, MeetingVote, Person, RequestState, Roster, Tier } from './types.ts';

type Base = {
  /** The Slack event id, or view/trigger id and person. A command id takes effect once. */
  readonly commandId: string;
  /** Who clicked; `service` only for `timer.fired`, `record_*`, `supersede`, `renew` and `reinstate`. */
  readonly by: Actor;
  /** Who holds which role now. */
  readonly roster: Roster;
  /** The requests that the document rests on ({@link basisIdsOf}) and what renewed them, as they stand now. */
  readonly related?: readonly RequestState[];
  /** Who owns the systems that the document is about, as the inventory says; of a new document or a changed one. */
  readonly systemOwners?: readonly Person[];
};
type CommandOf<T extends string, D> = Base & { readonly type: T } & D;

/** A parsed policy with the sha256 of its canonical JSON. */
export type PolicyInForce = { readonly hash: string; readonly policy: ApprovalPolicy };

type Opening = {
  readonly requestId: string;
  readonly shortId: string;
  /** On whose behalf; the submitter where nobody else. */
  readonly requester: Person;
  /** Owner of the system (of the exception: who is answerable for it). */
  readonly owner: Person;
  readonly document: RequestDocument;
  readonly policy: PolicyInForce;
  /** Random, at least 16 bytes as text: hides the document behind its revision hash. */
  readonly nonce: string;
};

export type Command =
  | CommandOf<'submit', Opening>
  | CommandOf<'break_glass', Opening & { readonly reason: string }>
  /** Needs the policy of the request's own policy hash, because changed answers can change the tier. */
  | CommandOf<'edit', { readonly document: RequestDocument; readonly policy: PolicyInForce; readonly nonce: string }>
  /** By the requester's side or an approver; needs the request's own policy. */
  | CommandOf<
      'raise_tier',
      { readonly tier: Tier; readonly reason: string; readonly policy: PolicyInForce; readonly nonce: string }
    >
  | CommandOf<'comment', { readonly text: string }>
  | CommandOf<'request_information', { readonly text: string }>
  | CommandOf<'provide_information', { readonly text: string }>
  | CommandOf<
      'answer_consult',
      { readonly role: string; readonly stance: 'support' | 'concern' | 'neutral'; readonly text: string }
    >
  | CommandOf<'vote', Ballot>
  | CommandOf<'withdraw_vote', { readonly revision: string; readonly reason: string | null }>
  | CommandOf<'settle_rejection', { readonly reason: string }>
  | CommandOf<'withdraw', { readonly reason: string | null }>
  | CommandOf<'propose_scope', { readonly scope: Scope; readonly reason: string }>
  | CommandOf<'accept_scope', { readonly proposal: number; readonly nonce: string }>
  | CommandOf<
      'record_meeting',
      {
        readonly revision: string;
        /** ISO time of the meeting. */
        readonly heldOn: string;
        readonly minutes: string;
        readonly votes: readonly MeetingVote[];
      }
    >
  | CommandOf<'confirm_meeting_vote', { readonly meeting: number }>
  | CommandOf<'accept_conditions', { readonly conditions: readonly string[] }>
  | CommandOf<'decline_conditions', { readonly reason: string }>
  | CommandOf<'evidence_condition', { readonly condition: string; readonly evidence: EvidenceItem }>
  | CommandOf<'confirm_condition', { readonly condition: string; readonly reason: string | null }>
  | CommandOf<'record_deployment', { readonly environment: string; readonly digest: string }>
  | CommandOf<'record_informed', { readonly role: string; readonly persons: readonly Person[] }>
  | CommandOf<'suspend', { readonly reason: string; readonly incident: string | null }>
  /** `basis`: the approved request whose document `replaces` this one, decided after the suspension. */
  | CommandOf<'reinstate', { readonly basis: RequestState }>
  | CommandOf<'revoke', { readonly reason: string }>
  /** `basis`: the approved deployment whose document `replaces` this one. */
  | CommandOf<'supersede', { readonly basis: RequestState }>
  | CommandOf<'renew', { readonly basis: RequestState }>
  | CommandOf<'close', { readonly cause: 'done' | 'decommissioned'; readonly reason: string }>
  | CommandOf<'timer.fired', { readonly kind: string; readonly dueAt: Date }>;

export type CommandType = Command['type'];

export const REFUSALS = [
  'already_decided',
  'already_submitted',
  'already_voted',
  'by_service_only',
  'condition_confirmed',
  'condition_owner',
  'conditions_changed',
  'conditions_required',
  'conflict_required',
  'deadline_passed',
  'duplicate_command',
  'evidence_missing',
  'expiry_beyond_maximum',
  'expiry_in_past',
  'expiry_too_soon',
  'invalid',
  'kind_not_in_policy',
  'link_only',
  'no_break_glass_role',
  'no_conditions_offered',
  'no_information_asked',
  'no_rejection',
  'no_vote',
  'not_chair',
  'not_consulted',
  'not_decided',
  'not_in_force',
  'not_narrower',
  'not_requester',
  'not_submitted',
  'not_suspended',
  'nothing_changed',
  'old_revision',
  'outside_use_case',
  'policy_mismatch',
  'quorum_unreachable',
  'reason_required',
  'recused',
  'request_full',
  'review_due',
  'role_missing',
  'self_approval',
  'spoken_for',
  'tier_lowered',
  'too_large',
  'unknown_condition',
  'unknown_meeting',
  'unknown_proposal',
  'wrong_basis',
  'wrong_kind',
] as const;
/** Why a command has no effect. What the reader sees comes from one table code -> message outside the core. */
export type Refusal = (typeof REFUSALS)[number];

/** A timer that is to run for this request: `kind` is unique within the request (`deadline`, `condition_due:c1`). */
export type Timer = { readonly kind: string; readonly dueAt: Date };

/** Cancel first, then set: a moved timer is in both. */
export type TimerChange = { readonly cancel: readonly string[]; readonly set: readonly Timer[] };

export type Decision =
  | {
      readonly ok: true;
      /** Empty for a timer that has nothing left to do. */
      readonly events: readonly ApprovalEvent[];
      readonly timers: TimerChange;
      /** The state after the events: what the projection stores and the card shows. */
      readonly state: RequestState;
    }
  | {
      readonly ok: false;
      readonly reason: Refusal;
      /** Facts for the message: role names, ids, times, missing slots. Never a person's name. */
      readonly detail: readonly string[];
    };
