/** The published JSON Schemas of the predicates, made from the zod schemas that verification uses. */
import { z } from 'zod';
import { answerDataSchema } from './answer-data.ts';
import { PREDICATES, type PredicateKind, predicateTypeOf, versionOf } from './event-kinds.ts';
import { statementSchema } from './statement.ts';

const DESCRIPTIONS: Readonly<Record<PredicateKind, string>> = {
  request:
    'A request (deployment, exception, use case or change of the rules) was submitted, refused, revised, rescoped, withdrawn, superseded, renewed or closed.',
  consultation: 'A consulted role answered or let its time pass, or information was asked for and given.',
  vote: 'A vote was cast, changed or withdrawn, a meeting was minuted, or a rejection was settled.',
  condition: 'A condition was offered, accepted, declined, evidenced, confirmed or became overdue.',
  decision: 'A request was decided: the outcome, its cause, the votes counted and the policy that demanded them.',
  notice: 'Somebody was informed, reminded, or the request was escalated.',
  deployment: 'The approved system was deployed to an environment.',
  suspension: 'An approval, or whatever an incident touches, was suspended or reinstated.',
  revocation: 'An approval was revoked.',
  'break-glass': 'Somebody acted before approval in an emergency, or that emergency ended.',
  'exception-expiry': 'The validity of an approval or exception ended.',
  'gate-answer': 'The gate was asked whether a system may run in an environment, and answered.',
  'system-change': 'The inventory of AI systems changed: an entry, a version, a status, a checklist.',
  'risk-change': 'The risk register changed.',
  'evidence-file': 'A file was captured as evidence, attested, extended to other systems, or withdrawn.',
  answer: 'A question was answered with citations, or not answered and why.',
  'role-change': 'A role was assigned, ended or delegated, or the roster changed.',
  'policy-change': 'The approval policy was proposed, accepted or changed.',
  'knowledge-change': 'A version of a document was proposed, accepted, rolled back or withdrawn.',
  erasure: "A person's names and texts were erased.",
  'legal-hold': 'Erasure was blocked for a person, system or request, or unblocked.',
  'key-rotation': 'A signing key was replaced.',
  bootstrap: 'The log began: its origin and its first keys.',
};

/** Of a version that is read and not written any more. */
const FORMER = 'Former version: entries that were signed under it hide less of their data.';

/** Kinds whose event data has a shape of its own; the data of the others depends on the event's type. */
const DATA: Partial<Readonly<Record<PredicateKind, z.ZodType>>> = { answer: answerDataSchema };

/** JSON Schema (draft 2020-12) of the whole statement with the predicate type of this kind and version. */
function schemaOf({ kind, version }: (typeof PREDICATES)[number]): Readonly<Record<string, unknown>> {
  const predicateType = z.literal(predicateTypeOf(kind, version));
  const { predicate } = statementSchema.shape;
  const data = DATA[kind];
  const shape = statementSchema.extend({
    predicateType,
    ...(data === undefined ? {} : { predicate: predicate.extend({ data }) }),
  });
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: `urn:countersign:schema:${kind}:v${version}`,
    title: `Countersign ${kind} statement, version ${version}`,
    description: version === versionOf(kind) ? DESCRIPTIONS[kind] : `${DESCRIPTIONS[kind]} ${FORMER}`,
    ...withoutMeta(z.toJSONSchema(shape, { target: 'draft-2020-12' })),
  };
}

function withoutMeta(schema: object): object {
  return Object.fromEntries(Object.entries(schema).filter(([key]) => key !== '$schema' && key !== '~standard'));
}

/** All schemas as files: name -> text, as published in docs/schemas and in each bundle. */
export function publishedSchemas(): ReadonlyMap<string, string> {
  return new Map(
    PREDICATES.map((one) => [`${one.kind}.v${one.version}.json`, `${JSON.stringify(schemaOf(one), null, 2)}\n`]),
  );
}
