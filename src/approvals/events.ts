/**
 * What happened to a request: the truth from which its state is folded. Each event carries its own schema version and
 * stays below 48,000 bytes as JSON. Fields named in `HIDDEN_FIELDS` are stored as salted hashes; in memory they are
 * plain values, or `'[erased]'`.
 */
import type { EvidenceItem, RequestDocument, Scope } from './document.ts';
import type {
  Actor,
  Ballot,
  BasisFlaws,
  Capacity,
  Condition,
  Counted,
  MeetingVote,
  Outcome,
  OutcomeCause,
  Person,
  Terms,
  TierReason,
  VoteChoice,
} from './types.ts';

type EventOf<T extends string, D> = {
  readonly type: T;
  readonly schemaVersion: number;
  /** ISO time, UTC, milliseconds. */
  readonly at: string;
  readonly actor: Actor;
  readonly commandId: string;
  readonly data: D;
};

/** Identity of a revision: `hash` = sha256 of the canonical JSON of `{document, nonce}`. */
type RevisionData = { readonly number: number; readonly hash: string; readonly nonce: string };

type VoteData = Ballot & {
  readonly capacities: readonly Capacity[];
  readonly meeting: number | null;
  readonly roster: string | null;
};

/** The role in which somebody acted, with the assignment that proves it. */
type Authority = { readonly role: string; readonly assignment: string };

/** What every request begins with, whether it is opened or refused at once. */
type OpeningData = {
  readonly requestId: string;
  readonly shortId: string;
  readonly requester: Person;
  readonly owner: Person;
  readonly submitter: Person;
  /** Owners by the inventory whom the request does not name; left out where there are none. */
  readonly systemOwners?: readonly Person[];
  readonly document: RequestDocument;
  readonly revision: RevisionData;
  readonly terms: Terms;
};

export type ApprovalEvent =
  | EventOf<'request.submitted', OpeningData & { readonly decideBy: string; readonly roster: string | null }>
  | EventOf<'request.refused', OpeningData & { readonly tierReasons: readonly TierReason[] }>
  | EventOf<
      'revision.made',
      {
        readonly document: RequestDocument;
        readonly revision: RevisionData;
        readonly changed: readonly string[];
        readonly material: boolean;
        /** New terms where the answers led to another tier, under the same policy version; null: unchanged. */
        readonly terms: Terms | null;
        readonly decideBy: string;
        readonly voided: readonly Person[];
        /** Further owners by the inventory, of the systems that it is about now; left out where there are none. */
        readonly systemOwners?: readonly Person[];
        /** Number of the accepted scope proposal, null for the requester's own edit. */
        readonly proposal: number | null;
        /** Why a tier was raised; null for an edit. */
        readonly reason: string | null;
      }
    >
  /** What stands in the way of the requests that a document rests on, whenever that changed. */
  | EventOf<'basis.checked', BasisFlaws>
  | EventOf<'vote.cast', VoteData>
  | EventOf<'vote.changed', VoteData & { readonly before: VoteChoice }>
  | EventOf<
      'vote.withdrawn',
      { readonly revision: string; readonly before: VoteChoice; readonly reason: string | null }
    >
  | EventOf<'rejection.settled', Authority & { readonly reason: string; readonly rejectedBy: readonly Person[] }>
  | EventOf<
      'consult.answered',
      Authority & { readonly stance: 'support' | 'concern' | 'neutral'; readonly text: string }
    >
  | EventOf<'consult.lapsed', { readonly roles: readonly string[] }>
  | EventOf<'information.requested', Authority & { readonly text: string }>
  | EventOf<'information.provided', { readonly text: string }>
  | EventOf<'comment.made', { readonly text: string }>
  | EventOf<'scope.proposed', Authority & { readonly number: number; readonly scope: Scope; readonly reason: string }>
  | EventOf<
      'meeting.recorded',
      Authority & {
        readonly number: number;
        readonly revision: string;
        readonly heldOn: string;
        readonly minutes: string;
        readonly votes: readonly MeetingVote[];
      }
    >
  | EventOf<'conditions.offered', { readonly conditions: readonly Condition[] }>
  | EventOf<
      'conditions.contradicted',
      { readonly between: readonly { readonly a: Person; readonly b: Person; readonly what: string }[] }
    >
  | EventOf<'conditions.accepted', { readonly conditions: readonly string[] }>
  | EventOf<'conditions.declined', { readonly reason: string }>
  | EventOf<
      'decided',
      {
        readonly outcome: Outcome;
        readonly cause: OutcomeCause;
        readonly revision: string;
        readonly policyHash: string;
        readonly counted: readonly Counted[];
        /** Short id of the request in whose envelope the lighter quorum decided; left out for the full quorum. */
        readonly envelope?: string;
        readonly votes: readonly { readonly person: Person; readonly choice: VoteChoice }[];
        readonly vetoedBy: Person | null;
        readonly conditions: readonly Condition[];
        readonly validUntil: string | null;
        /** Words of what was missing, for a rejection or expiry. */
        readonly missing: readonly string[];
        /** Roles that are to be told. That they were is `informed.told`. */
        readonly informed: readonly string[];
        readonly roster: string | null;
      }
    >
  | EventOf<'informed.told', { readonly role: string; readonly persons: readonly Person[] }>
  | EventOf<'withdrawn', { readonly reason: string | null }>
  | EventOf<'reminded', { readonly what: 'deadline' | 'review'; readonly number: number }>
  | EventOf<
      'escalated',
      { readonly to: string; readonly cause: 'time' | 'unfilled'; readonly missing: readonly string[] }
    >
  | EventOf<'condition.evidenced', { readonly condition: string; readonly evidence: EvidenceItem }>
  | EventOf<'condition.confirmed', Authority & { readonly condition: string; readonly reason: string | null }>
  | EventOf<'condition.overdue', { readonly condition: string }>
  | EventOf<'deployed', { readonly environment: string; readonly digest: string }>
  | EventOf<'suspended', Authority & { readonly reason: string; readonly incident: string | null }>
  | EventOf<'reinstated', { readonly by: string }>
  | EventOf<'revoked', Authority & { readonly reason: string }>
  | EventOf<'superseded', { readonly by: string }>
  | EventOf<'renewed', { readonly by: string }>
  | EventOf<'closed', { readonly cause: 'done' | 'validity_ended' | 'decommissioned'; readonly reason: string | null }>
  | EventOf<
      'breakglass.invoked',
      Authority & { readonly reason: string; readonly until: string; readonly reviewBy: string }
    >
  | EventOf<'breakglass.ended', { readonly reviewed: boolean }>;

export type EventType = ApprovalEvent['type'];
export type EventData<T extends EventType> = Extract<ApprovalEvent, { type: T }>['data'];

/** Version of an event's data as it is written now; `fold` reads all of them. Two hid less, see docs/decisions/0017. */
const SCHEMA_VERSIONS: Partial<Readonly<Record<EventType, number>>> = {
  'request.submitted': 2,
  'request.refused': 2,
  'revision.made': 2,
  'scope.proposed': 2,
  'basis.checked': 2,
};
/** Version of the shape in which an event of this type is written now. */
export function schemaVersionOf(type: EventType): number {
  return SCHEMA_VERSIONS[type] ?? 1;
}

const DOCUMENT_TEXTS = [
  'document.purpose',
  'document.affected',
  'document.dataClasses.*',
  'document.circumstances',
  'document.remediationPlan',
  'document.residualRisk.text',
  'document.compensatingControls.*.text',
  'document.teams.*',
  'document.scope.users',
  'document.scope.regions.*',
  'document.evidence.*.title',
  'document.evidence.*.url',
  'document.changes.*',
  // With the nonce in the open, the hash of a short document could be guessed after its texts were erased.
  'revision.nonce',
] as const;
const CONDITION_TEXTS = ['conditions.*.text', 'conditions.*.evidenceWanted'] as const;
const VOTE_TEXTS = ['reason', 'conflict', ...CONDITION_TEXTS] as const;

/**
 * Fields of an event's `data` that are names or free text, as paths with `*` for each element of an array. The
 * delivery room stores each string found there as a salted hash; a path that meets null or nothing is skipped.
 */
export const HIDDEN_FIELDS: Readonly<Record<EventType, readonly string[]>> = {
  'request.submitted': DOCUMENT_TEXTS,
  'request.refused': DOCUMENT_TEXTS,
  'revision.made': [...DOCUMENT_TEXTS, 'reason'],
  'basis.checked': [],
  'vote.cast': VOTE_TEXTS,
  'vote.changed': VOTE_TEXTS,
  'vote.withdrawn': ['reason'],
  'rejection.settled': ['reason'],
  'consult.answered': ['text'],
  'consult.lapsed': [],
  'information.requested': ['text'],
  'information.provided': ['text'],
  'comment.made': ['text'],
  'scope.proposed': ['reason', 'scope.users', 'scope.regions.*'],
  'meeting.recorded': ['minutes', 'votes.*.reason'],
  'conditions.offered': CONDITION_TEXTS,
  'conditions.contradicted': [],
  'conditions.accepted': [],
  'conditions.declined': ['reason'],
  decided: CONDITION_TEXTS,
  'informed.told': [],
  withdrawn: ['reason'],
  reminded: [],
  escalated: [],
  'condition.evidenced': ['evidence.title', 'evidence.url'],
  'condition.confirmed': ['reason'],
  'condition.overdue': [],
  deployed: [],
  suspended: ['reason'],
  reinstated: [],
  revoked: ['reason'],
  superseded: [],
  renewed: [],
  closed: ['reason'],
  'breakglass.invoked': ['reason'],
  'breakglass.ended': [],
};
