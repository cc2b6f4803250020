/** Which predicate type an event gets. The table is closed: an event type that nobody classified cannot be logged. */
import { EvidenceError } from './errors.ts';

/** Kinds of evidence; each version has a published schema `docs/schemas/<kind>.v<version>.json`. */
export const PREDICATE_KINDS = [
  'request',
  'consultation',
  'vote',
  'condition',
  'decision',
  'notice',
  'deployment',
  'suspension',
  'revocation',
  'break-glass',
  'exception-expiry',
  'gate-answer',
  'system-change',
  'risk-change',
  'evidence-file',
  'answer',
  'role-change',
  'policy-change',
  'knowledge-change',
  'erasure',
  'legal-hold',
  'key-rotation',
  'bootstrap',
] as const;

export type PredicateKind = (typeof PREDICATE_KINDS)[number];

/** By the whole event type. */
const BY_TYPE: Readonly<Record<string, PredicateKind>> = {
  'revision.made': 'request',
  'basis.checked': 'request',
  'scope.proposed': 'request',
  withdrawn: 'request',
  superseded: 'request',
  renewed: 'request',
  closed: 'request',
  'rejection.settled': 'vote',
  'meeting.recorded': 'vote',
  'comment.made': 'consultation',
  decided: 'decision',
  'informed.told': 'notice',
  reminded: 'notice',
  escalated: 'notice',
  deployed: 'deployment',
  suspended: 'suspension',
  reinstated: 'suspension',
  revoked: 'revocation',
  // Who may ask the gate is an access right.
  'gate.token_made': 'role-change',
  'gate.token_revoked': 'role-change',
};

/** By what stands before the first dot. */
const BY_PREFIX: Readonly<Record<string, PredicateKind>> = {
  request: 'request',
  consult: 'consultation',
  information: 'consultation',
  vote: 'vote',
  condition: 'condition',
  conditions: 'condition',
  decision: 'decision',
  deployment: 'deployment',
  breakglass: 'break-glass',
  exception: 'exception-expiry',
  gate: 'gate-answer',
  system: 'system-change',
  incident: 'suspension',
  risk: 'risk-change',
  file: 'evidence-file',
  answer: 'answer',
  question: 'answer',
  assignment: 'role-change',
  role: 'role-change',
  directory: 'role-change',
  delegation: 'role-change',
  policy: 'policy-change',
  knowledge: 'knowledge-change',
  pack: 'knowledge-change',
  gap: 'knowledge-change',
  erasure: 'erasure',
  hold: 'legal-hold',
  key: 'key-rotation',
  log: 'bootstrap',
};

/**
 * The kind of an event such as `vote.cast`, or null when it is not classified. The event's data decides where one type
 * serves two kinds: a request `closed` because its validity ended is an expiry.
 */
export function kindOfEvent(eventType: string, data?: unknown): PredicateKind | null {
  if (eventType === 'closed' && causeOf(data) === 'validity_ended') return 'exception-expiry';
  if (Object.hasOwn(BY_TYPE, eventType)) return BY_TYPE[eventType] ?? null;
  const prefix = /^([a-z]+)\./.exec(eventType)?.[1] ?? '';
  return Object.hasOwn(BY_PREFIX, prefix) ? (BY_PREFIX[prefix] ?? null) : null;
}

function causeOf(data: unknown): unknown {
  return typeof data === 'object' && data !== null && 'cause' in data ? data.cause : undefined;
}

/** Kinds whose data has changed since version 1. Entries of the former versions stay as they were signed. */
const VERSIONS: Partial<Readonly<Record<PredicateKind, number>>> = { request: 2, decision: 2 };

/** Version of a kind's predicate as it is written now; each one from 1 on is read. */
export function versionOf(kind: PredicateKind): number {
  return VERSIONS[kind] ?? 1;
}

/** `urn:countersign:<kind>:v1`; of the version that is written now where none is given. */
export function predicateTypeOf(kind: PredicateKind, version: number = versionOf(kind)): string {
  return `urn:countersign:${kind}:v${version}`;
}

/** Every kind with every version it has had, oldest first. */
export const PREDICATES: readonly { readonly kind: PredicateKind; readonly version: number }[] =
  PREDICATE_KINDS.flatMap((kind) => Array.from({ length: versionOf(kind) }, (_, i) => ({ kind, version: i + 1 })));

/** Predicate type of an event; throws `unknown_event_type`. */
export function predicateTypeOfEvent(eventType: string, data?: unknown): string {
  const kind = kindOfEvent(eventType, data);
  if (kind === null)
    throw new EvidenceError('unknown_event_type', `no kind of evidence for the event type ${eventType}`);
  return predicateTypeOf(kind);
}
