/** One event as an in-toto Statement v1 (in-toto attestation framework) with a predicate of our own. */
import { z } from 'zod';
import { canonicalBytes, canonicalText } from './canonical.ts';
import { STATEMENT_BYTES_MAX } from './dsse.ts';
import { fromUtf8, toHex } from './encoding.ts';
import { EvidenceError } from './errors.ts';
import { PREDICATES, type PredicateKind, predicateTypeOf, predicateTypeOfEvent } from './event-kinds.ts';
import type { Crypto } from './ports.ts';

const STATEMENT_TYPE = 'https://in-toto.io/Statement/v1';
const PREDICATE_SCHEMA_VERSION = 1;

const sha256Hex = z.string().regex(/^[0-9a-f]{64}$/);
const id = z.string().min(1).max(200);
const wholeNumber = z.int().min(0).max(Number.MAX_SAFE_INTEGER);
/** UTC, milliseconds: `2026-11-21T00:45:11.000Z`. */
const utcTime = z.iso.datetime({ precision: 3 });

/** The predicate, version 1; the published JSON Schemas in docs/schemas say the same. */
const predicateSchema = z.strictObject({
  schemaVersion: z.literal(PREDICATE_SCHEMA_VERSION),
  event: z.strictObject({
    id,
    type: z.string().min(1).max(100),
    schemaVersion: wholeNumber,
    stream: id,
    seq: wholeNumber.min(1),
    at: utcTime,
  }),
  /** Who, as a pseudonym; the role held and the assignment it was held by. */
  actor: z.strictObject({ id, role: z.string().min(1).max(200).optional(), assignment: id.optional() }),
  command: z.strictObject({ id, kind: z.string().min(1).max(100) }),
  request: z
    .strictObject({
      id,
      shortId: z.string().min(1).max(40),
      revision: wholeNumber.min(1),
      /** SHA-256 of the canonical request document of that revision. */
      revisionHash: sha256Hex,
    })
    .optional(),
  /** What the card showed when it was clicked. */
  card: z.strictObject({ sha256: sha256Hex }).optional(),
  policy: z.strictObject({ sha256: sha256Hex, version: z.string().min(1).max(100).optional() }).optional(),
  knowledge: z.array(z.strictObject({ document: id, version: z.string().min(1).max(100), sha256: sha256Hex })).max(200),
  controls: z.array(id).max(300),
  /** The event's data; names and free text stand in it as `{"$hidden": hex}`. */
  data: z.unknown(),
  service: z.strictObject({ name: z.string().min(1).max(100), version: z.string().min(1).max(100) }),
});

const predicateTypes = PREDICATES.map(({ kind, version }) => predicateTypeOf(kind, version));

/** A whole statement as it is signed. */
export const statementSchema = z.strictObject({
  _type: z.literal(STATEMENT_TYPE),
  subject: z
    .array(z.strictObject({ name: z.string().min(1).max(300), digest: z.strictObject({ sha256: sha256Hex }) }))
    .min(1)
    .max(50),
  predicateType: z.string().refine((type) => predicateTypes.includes(type), 'a predicate type of Countersign'),
  predicate: predicateSchema,
});

export type Statement = z.infer<typeof statementSchema>;

/** What the caller knows about one event when it is committed. All strings are ids, hashes and codes: no names. */
export type StatementInput = {
  readonly event: {
    readonly id: string;
    readonly type: string;
    readonly schemaVersion: number;
    readonly stream: string;
    /** 1-based. */
    readonly seq: number;
    readonly at: Date;
    /** Event data with names and free text already hidden (`hide`). */
    readonly data: unknown;
  };
  readonly actor: { readonly id: string; readonly role?: string; readonly assignment?: string };
  readonly command: { readonly id: string; readonly kind: string };
  readonly request?: {
    readonly id: string;
    readonly shortId: string;
    readonly revision: number;
    readonly revisionHash: string;
  };
  /** Artefact digests the event is about; `sha256:` prefix allowed. */
  readonly artefacts?: readonly { readonly name: string; readonly sha256: string }[];
  readonly card?: { readonly sha256: string };
  readonly policy?: { readonly sha256: string; readonly version?: string };
  readonly knowledge?: readonly { readonly document: string; readonly version: string; readonly sha256: string }[];
  readonly controls?: readonly string[];
  readonly service: { readonly name: string; readonly version: string };
  /** Overrides the kind that the event type implies (a deployment's `request.closed` that is an expiry, say). */
  readonly kind?: PredicateKind;
};

/**
 * Builds the statement of one event. Subjects: the request document's revision, the artefacts, and where neither exists
 * the event's own data. Throws `unknown_event_type`, or `bad_statement` naming the field.
 */
export async function buildStatement(crypto: Crypto, input: StatementInput): Promise<Statement> {
  const predicateType =
    input.kind === undefined ? predicateTypeOfEvent(input.event.type, input.event.data) : predicateTypeOf(input.kind);
  const { event, request } = input;
  const statement = {
    _type: STATEMENT_TYPE,
    subject: await subjectsOf(crypto, input),
    predicateType,
    predicate: {
      schemaVersion: PREDICATE_SCHEMA_VERSION,
      event: {
        id: event.id,
        type: event.type,
        schemaVersion: event.schemaVersion,
        stream: event.stream,
        seq: event.seq,
        at: event.at.toISOString(),
      },
      actor: input.actor,
      command: input.command,
      ...(request === undefined ? {} : { request }),
      ...(input.card === undefined ? {} : { card: input.card }),
      ...(input.policy === undefined ? {} : { policy: input.policy }),
      knowledge: input.knowledge ?? [],
      controls: [...(input.controls ?? [])].sort(),
      data: event.data,
      service: input.service,
    },
  };
  const parsed = statementSchema.safeParse(statement);
  if (!parsed.success) throw new EvidenceError('bad_statement', firstIssue(parsed.error), { cause: parsed.error });
  return parsed.data;
}

async function subjectsOf(crypto: Crypto, input: StatementInput): Promise<Statement['subject']> {
  const subject: Statement['subject'] = [];
  if (input.request !== undefined) {
    subject.push({
      name: `request:${input.request.id}#${input.request.revision}`,
      digest: { sha256: input.request.revisionHash },
    });
  }
  for (const artefact of input.artefacts ?? []) {
    subject.push({ name: artefact.name, digest: { sha256: artefact.sha256.replace(/^sha256:/, '') } });
  }
  if (subject.length === 0) {
    const digest = toHex(await crypto.sha256(canonicalBytes(input.event.data)));
    subject.push({ name: `event:${input.event.id}`, digest: { sha256: digest } });
  }
  return subject;
}

/** Canonical bytes of a statement; throws `statement_too_large` above 48,000 bytes. */
export function statementBytes(statement: Statement): Uint8Array {
  const bytes = canonicalBytes(statement);
  if (bytes.length > STATEMENT_BYTES_MAX) {
    throw new EvidenceError('statement_too_large', `${bytes.length} bytes, at most ${STATEMENT_BYTES_MAX}`);
  }
  return bytes;
}

/** Parses a statement's bytes. Throws `statement_too_large` or `bad_statement`; only canonical JSON is accepted. */
export function parseStatement(bytes: Uint8Array): Statement {
  if (bytes.length > STATEMENT_BYTES_MAX) throw new EvidenceError('statement_too_large', `${bytes.length} bytes`);
  const text = fromUtf8(bytes);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new EvidenceError('bad_statement', 'not JSON', { cause });
  }
  const parsed = statementSchema.safeParse(json);
  if (!parsed.success) throw new EvidenceError('bad_statement', firstIssue(parsed.error), { cause: parsed.error });
  if (canonicalText(json) !== text) throw new EvidenceError('bad_statement', 'not canonical JSON');
  return parsed.data;
}

function firstIssue(error: z.ZodError): string {
  const issue = error.issues[0];
  return issue === undefined ? 'not a statement' : `${issue.path.join('.')}: ${issue.message}`;
}
