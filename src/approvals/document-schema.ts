/** The exact shape of a request document, checked again where a command enters the core: forms can be bypassed. */
import { z } from 'zod';
import type { RequestDocument } from './document.ts';
import { isExceptionId } from './document-facts.ts';
import { hidesCharacters, isText, LIMITS, METRIC } from './text-limits.ts';

const text = (max: number, what: string) =>
  z
    .string()
    .refine((value) => value.trim() !== '', `${what} is empty`)
    .refine((value) => isText(value, max), `${what}: at most ${max} characters, no control characters`);
const seen = (max: number, what: string) =>
  text(max, what).refine((value) => !hidesCharacters(value), `${what} holds characters that nobody can see`);
const moment = z.iso.datetime({ precision: 3 });
const id = text(LIMITS.id, 'id');
const exceptionId = z.string().refine(isExceptionId, 'an exception such as EX-3');
const names = z.array(text(LIMITS.name, 'a name')).max(LIMITS.names);
const tier = z.enum(['minimal', 'limited', 'high', 'prohibited']).nullable();
const answers = z
  .record(z.string().regex(/^[a-z][A-Za-z0-9]{1,39}$/), z.boolean())
  .refine((value) => Object.keys(value).length <= 12);

/** Only http and https, and no credentials: the address is shown as a link. */
const urlSchema = text(LIMITS.url, 'the address').refine((value) => {
  const url = URL.canParse(value) ? new URL(value) : null;
  return url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '';
}, 'an address that starts with https:// or http://');

const digestSchema = z.string().regex(/^sha256:[0-9a-f]{64}$/, 'sha256: and 64 hexadecimal digits');

export const evidenceItemSchema = z.strictObject({
  kind: z.string().regex(/^[a-z][a-z0-9-]{1,39}$/),
  title: text(LIMITS.title, 'the title'),
  url: urlSchema,
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .nullable(),
  date: moment.nullable(),
});
const evidence = z.array(evidenceItemSchema).max(LIMITS.evidence);

export const scopeSchema = z.strictObject({
  users: text(LIMITS.name, 'the users').nullable(),
  trafficPercent: z.number().min(0).max(100).nullable(),
  regions: names,
  until: moment.nullable(),
});

const metric = z.string().regex(METRIC, 'a metric such as accuracy');
const bound = z
  .strictObject({ min: z.number().nullable(), max: z.number().nullable() })
  .refine(({ min, max }) => min !== null || max !== null, 'at least one end');
const some = (value: object): boolean => Object.keys(value).length >= 1 && Object.keys(value).length <= LIMITS.metrics;
const envelope = z.strictObject({
  environments: names.min(1),
  metrics: z.record(metric, bound).refine(some, `1 to ${LIMITS.metrics} metrics`),
  until: moment,
});
const within = z.strictObject({
  request: z.string().regex(/^DR-\d{1,9}$/),
  metrics: z.record(metric, z.number()).refine(some, `1 to ${LIMITS.metrics} metrics`),
});

const likeRequest = z
  .strictObject({ request: z.string().regex(/^(DR|EX|UC)-\d{1,9}$/), revision: z.string().regex(/^[0-9a-f]{64}$/) })
  .exactOptional();

/** What every document has that a form makes. */
const asked = { answers, evidence, likeRequest, replaces: id.nullable(), raisedTier: tier };

const deployment = z.strictObject({
  kind: z.literal('deployment'),
  system: seen(LIMITS.name, 'the system'),
  version: seen(60, 'the version'),
  digest: digestSchema,
  environment: seen(40, 'the environment'),
  purpose: text(LIMITS.purpose, 'the purpose'),
  dataClasses: names.min(1).exactOptional(),
  useCase: z
    .string()
    .regex(/^UC-\d{1,9}$/)
    .exactOptional(),
  envelope: envelope.exactOptional(),
  within: within.exactOptional(),
  ...asked,
  scope: scopeSchema.nullable(),
  lastChange: moment.nullable(),
  restsOn: z.array(exceptionId).max(LIMITS.names),
});

const exception = z.strictObject({
  kind: z.literal('exception'),
  deviatesFrom: names.min(1),
  systems: names,
  environments: names,
  teams: names,
  circumstances: text(LIMITS.longText, 'the circumstances'),
  compensatingControls: z
    .array(z.strictObject({ text: text(LIMITS.controlText, 'the control'), owner: id, dueAt: moment }))
    .max(LIMITS.controls),
  remediationPlan: text(LIMITS.longText, 'the remediation plan'),
  residualRisk: z.strictObject({ level: z.enum(['low', 'medium', 'high']), text: text(600, 'the residual risk') }),
  expiresAt: moment,
  ...asked,
});

const useCase = z.strictObject({
  kind: z.literal('use-case'),
  system: seen(LIMITS.name, 'the system'),
  purpose: text(LIMITS.purpose, 'the purpose'),
  affected: text(LIMITS.longText, 'who is affected'),
  dataClasses: names.min(1),
  ...asked,
});

const policyVersion = z.strictObject({ sha256: z.string().regex(/^[0-9a-f]{64}$/), version: text(30, 'the version') });
const policy = z.strictObject({
  kind: z.literal('policy'),
  from: policyVersion,
  to: policyVersion,
  purpose: text(LIMITS.purpose, 'the purpose'),
  changes: z.array(text(LIMITS.change, 'a change')).min(1).max(LIMITS.changes),
  answers: z.strictObject({}),
  evidence: z.array(evidenceItemSchema).max(0),
  replaces: z.null(),
  raisedTier: z.null(),
});

/** A request document of any kind, as the core stores it. */
export const documentSchema = z.discriminatedUnion('kind', [deployment, exception, useCase, policy]);

/** Checks a document; null when it is sound, else the path of the first thing wrong. */
export function documentProblem(document: RequestDocument): string | null {
  if (document.kind === 'deployment' && document.envelope !== undefined) {
    // Its bounds are only worth what the committee saw of the data, and a quorum that was not lightened by another one.
    if (document.within !== undefined) return 'envelope';
    if (document.dataClasses === undefined) return 'dataClasses';
  }
  const parsed = documentSchema.safeParse(document);
  return parsed.success ? null : (parsed.error.issues[0]?.path.join('.') ?? 'document');
}
