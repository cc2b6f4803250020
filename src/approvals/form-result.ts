/** What becomes of a filled form: a document with the terms it would be judged by, or an error at each field. Pure. */
import type { z } from 'zod';
import type { RequestDocument } from './document.ts';
import { documentProblem, documentSchema } from './document-schema.ts';
import { minuteOf, msOf } from './duration.ts';
import { type EndProblem, endProblem } from './ends.ts';
import type { Errors } from './form-fields.ts';
import { termsFor } from './policy.ts';
import type { ApprovalPolicy } from './policy-schema.ts';
import type { Terms } from './types.ts';

/** What a form needs beside its input: the policy in force and the time. */
export type FormContext = {
  readonly policy: { readonly hash: string; readonly policy: ApprovalPolicy };
  readonly now: Date;
  /** An emergency: evidence is wanted by its review, not before it. */
  readonly evidenceLater?: boolean;
};

/** A document with the terms it would be judged by (tier with reasons, evidence wanted), or errors by field name. */
export type FormResult<D extends RequestDocument> =
  | { readonly ok: true; readonly document: D; readonly terms: Terms }
  | { readonly ok: false; readonly errors: Readonly<Record<string, string>> };

/** What is right in a field, by the member of the document. */
const REMEDY: Readonly<Record<string, string>> = {
  system: 'Name the system, in at most 80 characters.',
  version: 'Name the version, in at most 60 characters.',
  digest: 'Give the artefact digest: sha256: and 64 hexadecimal digits.',
  environment: 'Name the environment, such as staging or production.',
  purpose: 'Say what it is for, in at most 1,500 characters.',
  affected: 'Say who uses it and whom its results touch, in at most 1,500 characters.',
  dataClasses: 'Name up to 10 kinds of data, separated by commas.',
  useCase: 'Name one use case, such as UC-1.',
  envelope: 'Give bounds, allowed environments and an end; a version that claims an envelope carries none.',
  within: 'Name the deployment that carries the envelope, such as DR-12, and what was measured.',
  evidence: 'Give up to 12 addresses that start with https://.',
  deviatesFrom: 'Name at least one control or clause, such as POL-4.3.',
  circumstances: 'Say why the exception is needed, in at most 1,500 characters.',
  remediationPlan: 'Say how it will be put right, in at most 1,500 characters.',
  residualRisk: 'Say what risk remains, in at most 600 characters.',
  compensatingControls: 'Up to 8 controls, each with a text of at most 240 characters, an owner and a due date.',
};

/** Judges the document of a form: its terms where nothing is wrong, else `errors` with what is, by field. */
export function finish<D extends RequestDocument>(document: D, errors: Errors, context: FormContext): FormResult<D> {
  const parsed = documentSchema.safeParse(document);
  const flawed = parsed.success ? documentProblem(document) : null;
  if (flawed !== null) errors[flawed] ??= REMEDY[flawed] ?? 'Correct this field.';
  if (!parsed.success) for (const issue of parsed.error.issues.slice(0, 20)) addIssue(issue, errors);
  if (Object.keys(errors).length > 0) return { ok: false, errors };
  const terms = termsFor(context.policy, document);
  const timing = timeErrors(document, terms, context.now);
  const wanted = terms.tier !== 'prohibited' && terms.evidence.length > 0 && context.evidenceLater !== true;
  if (wanted && document.evidence.length === 0)
    timing[`evidence.${terms.evidence[0]?.kind}`] =
      `This tier wants: ${terms.evidence.map((demand) => demand.title).join(', ')}. Give at least one.`;
  return Object.keys(timing).length > 0 ? { ok: false, errors: timing } : { ok: true, document, terms };
}

function addIssue(issue: z.core.$ZodIssue, errors: Errors): void {
  const top = String(issue.path[0] ?? 'form');
  errors[fieldOf(issue.path)] ??= REMEDY[top] ?? issue.message;
}

/** Field of the form for a path in the document; each limit of the scope and each part of a control has its own. */
function fieldOf([top = 'form', second, third]: readonly PropertyKey[]): string {
  if (top === 'scope' && second !== undefined)
    return second === 'trafficPercent' ? 'scope.traffic' : `scope.${String(second)}`;
  if (top === 'compensatingControls' && third !== undefined)
    return `compensatingControls.${String(second)}.${third === 'dueAt' ? 'due' : String(third)}`;
  return top === 'expiresAt' ? 'expires' : String(top);
}

const END_WORDS: Readonly<Record<EndProblem['reason'], (at: string) => string>> = {
  expiry_in_past: () => 'The end lies in the past.',
  expiry_too_soon: (at) => `The review alone lasts until ${minuteOf(msOf(at))}; choose a later end.`,
  expiry_beyond_maximum: (at) => `The policy allows at most until ${at.slice(0, 10)}.`,
};

function timeErrors(document: RequestDocument, terms: Terms, now: Date): Errors {
  const errors: Errors = {};
  const wrong = endProblem(document, terms, now.getTime());
  if (wrong !== null) errors[wrong.field] = END_WORDS[wrong.reason](wrong.at);
  if (document.kind !== 'exception') return errors;
  for (const [index, { dueAt }] of document.compensatingControls.entries())
    if (msOf(dueAt) <= now.getTime()) errors[`compensatingControls.${index}.due`] = 'This day lies in the past.';
  return errors;
}
