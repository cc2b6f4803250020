/**
 * The request form: from its answers to what the approvals room parses, and from a document back to answers, for
 * edits, renewals and "like DR-12". Block ids are the names used here. Pure.
 */
import type { PolicyInForce } from '#src/approvals/commands.ts';
import type { EvidenceItem, FormKind, RequestDocument, Scope } from '#src/approvals/document.ts';
import { parseMoment } from '#src/approvals/duration.ts';
import { boundLines, measureLines } from '#src/approvals/envelope-form.ts';
import type { FormResult } from '#src/approvals/form-result.ts';
import { parseDeploymentForm, parseExceptionForm, parseUseCaseForm } from '#src/approvals/forms.ts';
import { answersIn, type FieldErrors, type FormValues, filledGroups, one, shortIdsIn, text } from './form-values.ts';

/** Modals that make or change a request. */
export const REQUEST_FORMS = ['deploy', 'exception', 'emergency', 'use_case'] as const;
export type RequestForm = (typeof REQUEST_FORMS)[number];

const KIND_OF = {
  deploy: 'deployment',
  exception: 'exception',
  emergency: 'deployment',
  use_case: 'use-case',
} as const satisfies Readonly<Record<RequestForm, FormKind>>;
const FORM_OF = {
  deployment: 'deploy',
  exception: 'exception',
  'use-case': 'use_case',
} as const satisfies Readonly<Record<FormKind, RequestForm>>;

/** The kind of request a form is about. */
export function kindOf(form: RequestForm): FormKind {
  return KIND_OF[form];
}

/** The form in which a request of a kind is edited and renewed. */
export function formOf(kind: FormKind): RequestForm {
  return FORM_OF[kind];
}

export type ParseContext = {
  readonly policy: PolicyInForce;
  readonly now: Date;
  /** Request id of what `replaces` names; null when it names nothing. */
  readonly replaces: string | null;
  /** The document being edited: what a form does not show is kept from it. */
  readonly base: RequestDocument | null;
  /** Slack member id -> pseudonym, for the owners of compensating controls. */
  readonly person: (slackUserId: string) => string;
};

/** Parses a form under a policy. Errors come back by field of the approvals room; see {@link onBlocks}. */
export function parseRequest(
  form: RequestForm,
  values: FormValues,
  context: ParseContext,
): FormResult<RequestDocument> {
  const { policy, now, base } = context;
  const shared = {
    answers: answersIn(values),
    evidence: evidenceLines(values),
    replaces: context.replaces,
    raisedTier: base?.raisedTier ?? null,
  };
  if (kindOf(form) === 'use-case')
    return withKept(parseUseCaseForm({ ...plain(values), ...shared }, { policy, now }), base);
  if (kindOf(form) === 'exception') {
    const compensatingControls = filledGroups(values, 'control').map((i) => ({
      text: text(values, `control.${i}.text`),
      owner: ownerIn(values, i, context),
      due: text(values, `control.${i}.due`),
    }));
    const parsed = parseExceptionForm(
      { ...plain(values), ...shared, expires: text(values, 'expires'), compensatingControls },
      { policy, now },
    );
    return withKept(parsed, base);
  }
  const envelope = {
    metrics: text(values, 'envelope.metrics'),
    environments: text(values, 'envelope.environments'),
    until: text(values, 'envelope.until'),
  };
  const parsed = parseDeploymentForm(
    { ...plain(values), ...shared, envelope, scope: scopeIn(values), restsOn: shortIdsIn(text(values, 'restsOn')) },
    { policy, now, evidenceLater: form === 'emergency' },
  );
  return withKept(parsed, base);
}

function ownerIn(values: FormValues, i: number, { person }: ParseContext): string {
  const user = one(values, `control.${i}.owner`);
  return user === null ? '' : person(user);
}

/** The single-valued fields as they were typed. */
function plain(values: FormValues): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([field, value]) =>
      typeof value === 'string' && !field.includes('.') ? [[field, value]] : [],
    ),
  );
}

/** The inputs for demanded evidence and the free lines, as the lines the parser takes. */
function evidenceLines(values: FormValues): string {
  const demanded = Object.keys(values)
    .filter((field) => field.startsWith('evidence.') && text(values, field) !== '')
    .map((field) => `${field.slice('evidence.'.length)}: ${text(values, field)}`);
  return [...demanded, text(values, 'evidence')].filter((line) => line !== '').join('\n');
}

/** The scope named in a form; null where nothing limits it. */
export function scopeIn(values: FormValues): Scope | null {
  const users = one(values, 'scope.users');
  const traffic = one(values, 'scope.traffic');
  const until = one(values, 'scope.until');
  const regions = text(values, 'scope.regions')
    .split(/[,;\n]/)
    .map((region) => region.trim())
    .filter((region) => region !== '');
  if (users === null && traffic === null && until === null && regions.length === 0) return null;
  return {
    users,
    trafficPercent: traffic === null ? null : Number(traffic.replace(/\s*%$/, '')),
    regions,
    until: until === null ? null : (parseMoment(until) ?? until),
  };
}

/** What an edit leaves as it was: the capture of a file whose address stayed, and the request it was filled in from. */
function withKept(parsed: FormResult<RequestDocument>, base: RequestDocument | null): FormResult<RequestDocument> {
  if (!parsed.ok) return parsed;
  const keyOf = (item: EvidenceItem): string => `${item.kind} ${item.url} ${item.date ?? ''}`;
  const known = new Map((base?.evidence ?? []).map((item) => [keyOf(item), item]));
  const named = (item: EvidenceItem): EvidenceItem => {
    const sha256 = CAPTURED.exec(item.url)?.[1];
    return sha256 === undefined ? item : { ...item, sha256 };
  };
  const evidence = parsed.document.evidence.map((item) => known.get(keyOf(item)) ?? named(item));
  const like = base !== null && 'likeRequest' in base ? { likeRequest: base.likeRequest } : {};
  return { ...parsed, document: { ...parsed.document, evidence, ...like } };
}

/** An address that names the captured file it stands for; whether that file serves is checked at submission. */
const CAPTURED = /#sha256=([0-9a-f]{64})$/;

const ADDRESS_WITH_DATE = /^https?:\/\/\S+(?:\s+\(?\d{4}-\d{2}-\d{2}\)?)?$/i;

/** What the modal itself can say before the parser does: a demanded piece that is no address, traffic that is no share. */
export function fieldErrors(values: FormValues): FieldErrors {
  const errors: Record<string, string> = {};
  for (const field of Object.keys(values)) {
    if (!field.startsWith('evidence.') || text(values, field) === '') continue;
    if (!ADDRESS_WITH_DATE.test(text(values, field)))
      errors[field] = 'Write an address that starts with https://, and behind it the document’s date: 2026-01-31.';
  }
  const traffic = one(values, 'scope.traffic');
  if (traffic !== null && !/^(100|\d{1,2})(\.\d+)?\s*%?$/.test(traffic))
    errors['scope.traffic'] = 'Write a share from 0 to 100 percent.';
  return errors;
}

const BLOCK_OF: Readonly<Record<string, string>> = {
  compensatingControls: 'control.0.text',
  scope: 'scope.until',
  envelope: 'envelope.metrics',
};

/** The block in which an error of the approvals room is mended; empty groups of the form are no controls. */
function blockOf(field: string, values: FormValues): string {
  const [, number, part] = /^compensatingControls\.(\d+)\.(\w+)$/.exec(field) ?? [];
  if (number !== undefined) return `control.${filledGroups(values, 'control')[Number(number)]}.${part}`;
  // A demanded piece that is not shown yet goes where links can be written.
  return BLOCK_OF[field] ?? (field.startsWith('evidence.') ? 'evidence' : `answers.${field}`);
}

/** Errors by block id: a question's block is `answers.<key>`; what has no block of its own goes to the first one. */
export function onBlocks(errors: FieldErrors, values: FormValues): Record<string, string> {
  const first = Object.keys(values)[0] ?? 'system';
  return Object.fromEntries(
    Object.entries(errors).map(([field, message]) => {
      if (field in values) return [field, message];
      const block = blockOf(field, values);
      return [block in values ? block : first, message];
    }),
  );
}

/** What a document would look like in the form. */
export function valuesOf(
  document: RequestDocument,
  names: { readonly replaces: string | null; readonly slackUser: (person: string) => string | null },
): FormValues {
  const values: Record<string, string | null> = {};
  for (const [key, yes] of Object.entries(document.answers)) values[`answers.${key}`] = yes ? 'yes' : 'no';
  const rest: string[] = [];
  for (const item of document.evidence) {
    const line = item.date === null ? item.url : `${item.url} ${item.date.slice(0, 10)}`;
    if (item.kind === 'link' || `evidence.${item.kind}` in values)
      rest.push(item.kind === 'link' ? line : `${item.kind}: ${line}`);
    else values[`evidence.${item.kind}`] = line;
  }
  values['evidence'] = rest.length === 0 ? null : rest.join('\n');
  values['replaces'] = names.replaces;
  if (document.kind === 'use-case') {
    const { system, purpose, affected, dataClasses } = document;
    return Object.assign(values, { system, purpose, affected, dataClasses: dataClasses.join(', ') });
  }
  if (document.kind === 'deployment') {
    const { system, version, digest, environment, purpose, scope, lastChange, restsOn } = document;
    Object.assign(values, { system, version, digest, environment, purpose });
    values['useCase'] = document.useCase ?? null;
    values['dataClasses'] = document.dataClasses?.join(', ') ?? null;
    values['within'] = document.within?.request ?? null;
    values['metrics'] = measureLines(document.within?.metrics ?? {}).join('\n') || null;
    values['envelope.metrics'] = boundLines(document.envelope?.metrics ?? {}).join('\n') || null;
    values['envelope.environments'] = document.envelope?.environments.join(', ') ?? null;
    values['envelope.until'] = document.envelope?.until.slice(0, 10) ?? null;
    values['lastChange'] = lastChange?.slice(0, 10) ?? null;
    values['restsOn'] = restsOn.length === 0 ? null : restsOn.join(', ');
    values['scope.users'] = scope?.users ?? null;
    values['scope.traffic'] = scope?.trafficPercent == null ? null : String(scope.trafficPercent);
    values['scope.regions'] = scope === null || scope.regions.length === 0 ? null : scope.regions.join(', ');
    values['scope.until'] = scope?.until?.slice(0, 10) ?? null;
    return values;
  }
  // Nobody fills in a change of the rules: it comes from a file.
  if (document.kind === 'policy') return values;
  const { deviatesFrom, systems, environments, teams, circumstances, remediationPlan, residualRisk } = document;
  Object.assign(values, {
    deviatesFrom: deviatesFrom.join(', '),
    systems: systems.join(', ') || null,
    environments: environments.join(', ') || null,
    teams: teams.join(', ') || null,
    circumstances,
    remediationPlan,
    residualRiskLevel: residualRisk.level,
    residualRisk: residualRisk.text,
    expires: document.expiresAt.slice(0, 10),
  });
  document.compensatingControls.forEach((control, i) => {
    values[`control.${i}.text`] = control.text;
    values[`control.${i}.owner`] = names.slackUser(control.owner);
    values[`control.${i}.due`] = control.dueAt.slice(0, 10);
  });
  return values;
}

/** Names of the blocks in which two fillings differ, for "like DR-12" and for edits. */
export function differingFields(base: FormValues, now: FormValues): readonly string[] {
  const plainOf = (value: FormValues[string] | undefined) =>
    Array.isArray(value) ? value.join(',') : ((value as string | null | undefined) ?? '').trim();
  return Object.keys({ ...base, ...now }).filter(
    (field) => field in now && plainOf(base[field]) !== plainOf(now[field]),
  );
}
