/**
 * What people type into the forms, turned into request documents or into errors keyed by field. Nothing is stored
 * on an error. The server's own checks stand in `decide`; these say what is right, at the field.
 */
import type { z } from 'zod';
import type {
  Answers,
  CompensatingControl,
  DeploymentDocument,
  EvidenceItem,
  ExceptionDocument,
  FormKind,
  RequestDocument,
  Scope,
  UseCaseDocument,
} from './document.ts';
import { documentProblem, documentSchema } from './document-schema.ts';
import { isoOf, msOf, parseMoment } from './duration.ts';
import { readBounds, readMeasures } from './envelope-form.ts';
import { longestWaitMs, termsFor } from './policy.ts';
import type { ApprovalPolicy } from './policy-schema.ts';
import { type Terms, TIERS, type Tier } from './types.ts';

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

/** Raw input of the deployment form. Lists may be texts with one entry a line. */
export type DeploymentInput = {
  readonly system?: string | undefined;
  readonly version?: string | undefined;
  /** With or without `sha256:`. */
  readonly digest?: string | undefined;
  readonly environment?: string | undefined;
  readonly purpose?: string | undefined;
  readonly dataClasses?: string | readonly string[] | undefined;
  /** `UC-1` */
  readonly useCase?: string | undefined;
  /** Bounds one a line, names of environments, a date. */
  readonly envelope?: { readonly metrics: string; readonly environments: string; readonly until: string } | undefined;
  /** `DR-12`, and what was measured, one a line. */
  readonly within?: string | undefined;
  readonly metrics?: string | undefined;
  /** By question key: true/false or `yes`/`no`. */
  readonly answers?: Readonly<Record<string, boolean | string | undefined>> | undefined;
  /** One a line: `[kind:] address [date]`, e.g. `risk-assessment: https://... 2026-01-31`; or ready items. */
  readonly evidence?: string | readonly EvidenceItem[] | undefined;
  readonly scope?: Scope | null | undefined;
  readonly lastChange?: string | undefined;
  readonly restsOn?: readonly string[] | undefined;
  readonly replaces?: string | null | undefined;
  readonly raisedTier?: string | null | undefined;
};

/** Raw input of the exception form. */
export type ExceptionInput = {
  readonly deviatesFrom?: string | readonly string[] | undefined;
  readonly systems?: string | readonly string[] | undefined;
  readonly environments?: string | readonly string[] | undefined;
  readonly teams?: string | readonly string[] | undefined;
  readonly circumstances?: string | undefined;
  readonly compensatingControls?:
    | readonly { readonly text?: string; readonly owner?: string | null; readonly due?: string }[]
    | undefined;
  readonly remediationPlan?: string | undefined;
  readonly residualRiskLevel?: string | undefined;
  readonly residualRisk?: string | undefined;
  /** A date (its end, UTC) or an ISO time. */
  readonly expires?: string | undefined;
  readonly answers?: DeploymentInput['answers'];
  readonly evidence?: DeploymentInput['evidence'];
  readonly replaces?: string | null | undefined;
  readonly raisedTier?: string | null | undefined;
};

/** Raw input of the use case form. */
export type UseCaseInput = Pick<
  DeploymentInput,
  'system' | 'purpose' | 'dataClasses' | 'answers' | 'evidence' | 'replaces' | 'raisedTier'
> & { readonly affected?: string | undefined };

type Errors = Record<string, string>;

const trimmed = (text: string | null | undefined): string => (text ?? '').normalize('NFC').trim();

/** The entries of a list that was typed with commas, semicolons or line breaks; each once. */
export function listOf(input: string | readonly string[] | undefined): readonly string[] {
  const parts = typeof input === 'string' ? input.split(/[\n,;]/) : (input ?? []);
  return [...new Set(parts.map(trimmed).filter((part) => part !== ''))];
}

function answersOf(policy: ApprovalPolicy, kind: FormKind, input: DeploymentInput['answers'], errors: Errors): Answers {
  const answers: Record<string, boolean> = {};
  for (const question of policy.questions) {
    if (!question.kinds.includes(kind)) continue;
    const given = input?.[question.key];
    const yes = given === true || given === 'yes' || given === 'true';
    const noOrNothing = given === undefined || given === false || given === 'no' || given === 'false' || given === '';
    if (!yes && !noOrNothing) errors[question.key] = 'Answer yes or no.';
    answers[question.key] = yes;
  }
  return answers;
}

/** `[kind:] address [YYYY-MM-DD]`. A bare address gets the kind `link`. */
function evidenceLine(line: string, policy: ApprovalPolicy): EvidenceItem | string {
  const match = /^(?:([a-z][a-z0-9-]{1,39})\s*[:=]\s*)?(https?:\/\/\S+)(?:\s+\(?(\d{4}-\d{2}-\d{2})\)?)?$/i.exec(line);
  if (!match)
    return `"${line.slice(0, 60)}" is no address: write https://..., with "kind:" in front and a date behind if needed.`;
  const [, kind = 'link', url = '', date] = match;
  const at = date === undefined ? null : parseMoment(date);
  if (date !== undefined && at === null) return `"${date}" is no date: write it as 2026-01-31.`;
  const title = policy.evidence[kind.toLowerCase()]?.title ?? 'Link';
  return { kind: kind.toLowerCase(), title, url, sha256: null, date: at };
}

function evidenceOf(
  input: DeploymentInput['evidence'],
  policy: ApprovalPolicy,
  errors: Errors,
): readonly EvidenceItem[] {
  if (typeof input !== 'string') return input ?? [];
  const items: EvidenceItem[] = [];
  for (const line of input.split('\n').map(trimmed)) {
    if (line === '') continue;
    const item = evidenceLine(line, policy);
    if (typeof item === 'string') errors['evidence'] ??= item;
    else items.push(item);
  }
  return items;
}

function momentOf(field: string, input: string | undefined, errors: Errors): string | null {
  const text = trimmed(input);
  if (text === '') return null;
  const at = parseMoment(text);
  if (at === null) errors[field] = 'Write a date such as 2026-01-31; it means the end of that day, UTC.';
  return at;
}

function tierIn(input: string | null | undefined, errors: Errors): Tier | null {
  const text = trimmed(input);
  if (text === '') return null;
  const tier = TIERS.find((one) => one === text);
  if (!tier || tier === 'prohibited') errors['raisedTier'] = 'Choose minimal, limited or high.';
  return tier ?? null;
}

/** Parses the deployment form. */
export function parseDeploymentForm(input: DeploymentInput, context: FormContext): FormResult<DeploymentDocument> {
  const errors: Errors = {};
  const { policy } = context.policy;
  const digest = trimmed(input.digest).toLowerCase();
  const dataClasses = listOf(input.dataClasses);
  const useCase = trimmed(input.useCase).toUpperCase();
  const document: DeploymentDocument = {
    kind: 'deployment',
    system: trimmed(input.system),
    version: trimmed(input.version),
    digest: /^[0-9a-f]{64}$/.test(digest) ? `sha256:${digest}` : digest,
    environment: trimmed(input.environment).toLowerCase(),
    purpose: trimmed(input.purpose),
    ...(dataClasses.length === 0 ? {} : { dataClasses }),
    ...(useCase === '' ? {} : { useCase }),
    ...envelopeIn(input, errors),
    ...claimIn(input, errors),
    answers: answersOf(policy, 'deployment', input.answers, errors),
    evidence: evidenceOf(input.evidence, policy, errors),
    scope: input.scope ?? null,
    lastChange: momentOf('lastChange', input.lastChange, errors),
    restsOn: listOf(input.restsOn),
    replaces: input.replaces ?? null,
    raisedTier: tierIn(input.raisedTier, errors),
  };
  if (document.lastChange !== null && msOf(document.lastChange) > context.now.getTime() + 86_400_000)
    errors['lastChange'] = 'The last significant change lies in the future.';
  return finish(document, errors, context);
}

function envelopeIn({ envelope }: DeploymentInput, errors: Errors): Pick<DeploymentDocument, 'envelope'> {
  if (envelope === undefined || Object.values(envelope).every((value) => trimmed(value) === '')) return {};
  const bounds = readBounds(envelope.metrics);
  if (!bounds.ok) errors['envelope.metrics'] = bounds.problem;
  const until = momentOf('envelope.until', envelope.until, errors);
  if (until === null) errors['envelope.until'] ??= 'An envelope needs an end: a date such as 2026-01-31.';
  const environments = listOf(envelope.environments).map((name) => name.toLowerCase());
  if (!bounds.ok || until === null) return {};
  return { envelope: { environments, metrics: bounds.value, until } };
}

function claimIn({ within, metrics }: DeploymentInput, errors: Errors): Pick<DeploymentDocument, 'within'> {
  const request = trimmed(within).toUpperCase();
  if (request === '') return {};
  const measures = readMeasures(metrics ?? '');
  if (!measures.ok) errors['metrics'] = measures.problem;
  return measures.ok ? { within: { request, metrics: measures.value } } : {};
}

/** Parses the use case form. */
export function parseUseCaseForm(input: UseCaseInput, context: FormContext): FormResult<UseCaseDocument> {
  const errors: Errors = {};
  const { policy } = context.policy;
  const document: UseCaseDocument = {
    kind: 'use-case',
    system: trimmed(input.system),
    purpose: trimmed(input.purpose),
    affected: trimmed(input.affected),
    dataClasses: listOf(input.dataClasses),
    answers: answersOf(policy, 'use-case', input.answers, errors),
    evidence: evidenceOf(input.evidence, policy, errors),
    replaces: input.replaces ?? null,
    raisedTier: tierIn(input.raisedTier, errors),
  };
  return finish(document, errors, context);
}

/** Parses the exception form. */
export function parseExceptionForm(input: ExceptionInput, context: FormContext): FormResult<ExceptionDocument> {
  const errors: Errors = {};
  const { policy } = context.policy;
  const level = (['low', 'medium', 'high'] as const).find((one) => one === trimmed(input.residualRiskLevel));
  if (!level) errors['residualRiskLevel'] = 'Choose low, medium or high.';
  const expiresAt = momentOf('expires', input.expires, errors);
  if (expiresAt === null) errors['expires'] ??= 'An exception needs an end: a date such as 2026-01-31.';
  const document: ExceptionDocument = {
    kind: 'exception',
    deviatesFrom: listOf(input.deviatesFrom),
    systems: listOf(input.systems),
    environments: listOf(input.environments).map((name) => name.toLowerCase()),
    teams: listOf(input.teams),
    circumstances: trimmed(input.circumstances),
    compensatingControls: controlsOf(input.compensatingControls, errors),
    remediationPlan: trimmed(input.remediationPlan),
    residualRisk: { level: level ?? 'high', text: trimmed(input.residualRisk) },
    expiresAt: expiresAt ?? isoOf(context.now.getTime()),
    answers: answersOf(policy, 'exception', input.answers, errors),
    evidence: evidenceOf(input.evidence, policy, errors),
    replaces: input.replaces ?? null,
    raisedTier: tierIn(input.raisedTier, errors),
  };
  return finish(document, errors, context);
}

function controlsOf(input: ExceptionInput['compensatingControls'], errors: Errors): readonly CompensatingControl[] {
  return (input ?? []).flatMap((control): CompensatingControl[] => {
    const text = trimmed(control.text);
    const owner = trimmed(control.owner);
    const due = parseMoment(trimmed(control.due));
    if (text === '' && owner === '' && trimmed(control.due) === '') return [];
    if (text === '') errors['compensatingControls'] ??= 'Say what the compensating control is.';
    if (owner === '') errors['compensatingControls'] ??= 'Each compensating control needs an owner.';
    if (due === null)
      errors['compensatingControls'] ??= 'Each compensating control needs a due date such as 2026-01-31.';
    return due === null ? [] : [{ text, owner, dueAt: due }];
  });
}

/** Field of the form for a path in the document, and what is right there. */
const FIELD_OF: Readonly<Record<string, string>> = { expiresAt: 'expires' };
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

function finish<D extends RequestDocument>(document: D, errors: Errors, context: FormContext): FormResult<D> {
  const parsed = documentSchema.safeParse(document);
  const flawed = parsed.success ? documentProblem(document) : null;
  if (flawed !== null) errors[flawed] ??= REMEDY[flawed] ?? 'Correct this field.';
  if (!parsed.success) for (const issue of parsed.error.issues.slice(0, 20)) addIssue(issue, errors);
  if (Object.keys(errors).length > 0) return { ok: false, errors };
  const terms = termsFor(context.policy, document);
  const timing = timeErrors(document, terms, context.now);
  const wanted = terms.tier !== 'prohibited' && terms.evidence.length > 0 && context.evidenceLater !== true;
  if (wanted && document.evidence.length === 0)
    timing['evidence'] =
      `This tier wants: ${terms.evidence.map((demand) => demand.title).join(', ')}. Give at least one.`;
  return Object.keys(timing).length > 0 ? { ok: false, errors: timing } : { ok: true, document, terms };
}

function addIssue(issue: z.core.$ZodIssue, errors: Errors): void {
  const top = String(issue.path[0] ?? 'form');
  const field = FIELD_OF[top] ?? top;
  errors[field] ??= REMEDY[top] ?? issue.message;
}

function timeErrors(document: RequestDocument, terms: Terms, now: Date): Errors {
  const errors: Errors = {};
  const latestMs = now.getTime() + terms.maxDurationMs;
  const day = isoOf(latestMs).slice(0, 10);
  const check = (field: string, end: string): void => {
    const earliestMs = now.getTime() + longestWaitMs(terms);
    if (msOf(end) <= now.getTime()) errors[field] = 'The end lies in the past.';
    else if (msOf(end) <= earliestMs)
      errors[field] = `The review alone lasts until ${isoOf(earliestMs)}; choose a later end.`;
    else if (msOf(end) > latestMs) errors[field] = `The policy allows at most until ${day}.`;
  };
  if (document.kind === 'exception') {
    check('expires', document.expiresAt);
    if (document.compensatingControls.some((control) => msOf(control.dueAt) <= now.getTime()))
      errors['compensatingControls'] = 'The due date of a compensating control lies in the past.';
  } else if (document.kind === 'deployment' && document.scope?.until) check('scope', document.scope.until);
  return errors;
}
