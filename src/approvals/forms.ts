/**
 * What people type into the forms, turned into request documents or into errors keyed by field. Nothing is stored
 * on an error. The server's own checks stand in `decide`; these say what is right, at the field.
 */
import type { DeploymentDocument, ExceptionDocument, Scope, UseCaseDocument } from './document.ts';
import { isExceptionId } from './document-facts.ts';
import { isoOf, msOf } from './duration.ts';
import { readBounds, readMeasures } from './envelope-form.ts';
import {
  type AnswersInput,
  answersOf,
  type ControlsInput,
  controlsOf,
  type Errors,
  type EvidenceInput,
  evidenceOf,
  listOf,
  momentOf,
  tierIn,
  trimmed,
} from './form-fields.ts';
import { type FormContext, type FormResult, finish } from './form-result.ts';

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
  readonly answers?: AnswersInput;
  readonly evidence?: EvidenceInput;
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
  readonly compensatingControls?: ControlsInput;
  readonly remediationPlan?: string | undefined;
  readonly residualRiskLevel?: string | undefined;
  readonly residualRisk?: string | undefined;
  /** A date (its end, UTC) or an ISO time. */
  readonly expires?: string | undefined;
  readonly answers?: AnswersInput;
  readonly evidence?: EvidenceInput;
  readonly replaces?: string | null | undefined;
  readonly raisedTier?: string | null | undefined;
};

/** Raw input of the use case form. */
export type UseCaseInput = Pick<
  DeploymentInput,
  'system' | 'purpose' | 'dataClasses' | 'answers' | 'evidence' | 'replaces' | 'raisedTier'
> & { readonly affected?: string | undefined };

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
    restsOn: exceptionsIn(input.restsOn, errors),
    replaces: input.replaces ?? null,
    raisedTier: tierIn(input.raisedTier, errors),
  };
  if (document.lastChange !== null && msOf(document.lastChange) > context.now.getTime() + 86_400_000)
    errors['lastChange'] = 'The last significant change lies in the future.';
  return finish(document, errors, context);
}

function exceptionsIn(input: DeploymentInput['restsOn'], errors: Errors): DeploymentDocument['restsOn'] {
  const named = listOf(input);
  if (!named.every(isExceptionId)) errors['restsOn'] = 'Name exceptions by their ids, such as EX-3.';
  return named.filter(isExceptionId);
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
