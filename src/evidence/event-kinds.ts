/** Which predicate type an event gets. The table is closed: an event type that nobody classified cannot be logged. */
import { EvidenceError } from './errors.ts';

/** Kinds of evidence; each has a published schema `docs/schemas/<kind>.v1.json`. */
export const PREDICATE_KINDS = [
  'decision',
  'vote',
  'request',
  'condition',
  'suspension',
  'revocation',
  'role-change',
  'policy-change',
  'knowledge-change',
  'exception-expiry',
  'break-glass',
  'gate-answer',
  'answer',
  'erasure',
  'legal-hold',
  'key-rotation',
  'bootstrap',
] as const;

export type PredicateKind = (typeof PREDICATE_KINDS)[number];

/** Event types by their first word, unless `EXACT` names the whole type. */
const BY_PREFIX: Readonly<Record<string, PredicateKind>> = {
  request: 'request',
  vote: 'vote',
  decision: 'decision',
  condition: 'condition',
  suspension: 'suspension',
  revocation: 'revocation',
  assignment: 'role-change',
  role: 'role-change',
  directory: 'role-change',
  delegation: 'role-change',
  policy: 'policy-change',
  knowledge: 'knowledge-change',
  pack: 'knowledge-change',
  gap: 'knowledge-change',
  exception: 'exception-expiry',
  'break-glass': 'break-glass',
  gate: 'gate-answer',
  answer: 'answer',
  question: 'answer',
  erasure: 'erasure',
  hold: 'legal-hold',
  key: 'key-rotation',
  log: 'bootstrap',
  bootstrap: 'bootstrap',
};

const EXACT: Readonly<Record<string, PredicateKind>> = {};

/** The kind of an event type such as `vote.cast`, or null when it is not classified. */
export function kindOfEvent(eventType: string): PredicateKind | null {
  const exact = Object.hasOwn(EXACT, eventType) ? EXACT[eventType] : undefined;
  if (exact !== undefined) return exact;
  const word = /^([a-z]+(?:-[a-z]+)*)(?:[._:/]|$)/.exec(eventType)?.[1] ?? '';
  return Object.hasOwn(BY_PREFIX, word) ? (BY_PREFIX[word] ?? null) : null;
}

/** `urn:countersign:<kind>:v1`. */
export function predicateTypeOf(kind: PredicateKind): string {
  return `urn:countersign:${kind}:v1`;
}

/** Predicate type of an event type; throws `unknown_event_type`. */
export function predicateTypeOfEvent(eventType: string): string {
  const kind = kindOfEvent(eventType);
  if (kind === null)
    throw new EvidenceError('unknown_event_type', `no kind of evidence for the event type ${eventType}`);
  return predicateTypeOf(kind);
}
