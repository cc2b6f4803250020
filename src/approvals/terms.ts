/** What the policy demands of one request, kept with it. Lengths of time are in milliseconds. */
import type { Tier } from './basics.ts';
import type { RequestKind } from './document.ts';

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
