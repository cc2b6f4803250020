/**
 * Submitted modals: what is wrong with them, before anything is stored, and what they ask of the desk. The parsing of
 * requests is the approvals room's; errors come back on the block.
 */
import { flawsInWords, flawsOfUseCase } from '#src/approvals/basis.ts';
import type { PolicyInForce } from '#src/approvals/commands.ts';
import type { RequestDocument } from '#src/approvals/document.ts';
import { PREFIX_OF } from '#src/approvals/document-facts.ts';
import { listOf } from '#src/approvals/form-fields.ts';
import type { FormResult } from '#src/approvals/form-result.ts';
import { hidesCharacters, isReference, LIMITS } from '#src/approvals/text-limits.ts';
import type { NamedItems } from '#src/knowledge/named-items.ts';
import { looksLike } from '#src/systems/look-alike.ts';
import type { Ledger } from '../ports.ts';
import type { Desk } from '../requests/desk.ts';
import { relatedTo } from '../requests/related.ts';
import { type AboutForm, aboutFormSchema, readAbout } from './about.ts';
import { FACTS_FORM, factsOfForm } from './facts-form.ts';
import { type FieldErrors, type FormValues, many, one, shortIdsIn, text } from './form-values.ts';
import { MANIFEST_FORM, versionOfForm } from './manifest-form.ts';
import { type PolicyChoices, RULES_FORM } from './policy-choices.ts';
import { fieldErrors, kindOf, onBlocks, parseRequest, REQUEST_FORMS, type RequestForm } from './request-form.ts';
import {
  addEvidenceErrors,
  conditionEvidenceErrors,
  documentErrors,
  tableErrors,
  uploadErrors,
  withAddresses,
} from './request-uploads.ts';
import { RISK_FORM, riskOfForm } from './risk-form.ts';
import { voteErrors } from './vote-form.ts';

export type Forms = {
  /** The policy new requests are submitted under; null when none is in force. */
  policy(): PolicyInForce | null;
  /** The policy of a hash, from the stored objects; null when it is not at hand. */
  policyOf(hash: string): Promise<PolicyInForce | null>;
  /** Errors of a submitted modal by block id; null when it fits. Slack waits three seconds for it. */
  validate(form: string, about: string, values: FormValues): Promise<Record<string, string> | null>;
  /** Parses a form that makes a request or a revision. `person` turns member ids into pseudonyms. */
  request(
    form: RequestForm,
    about: AboutForm,
    values: FormValues,
    person: (slackUserId: string) => string,
  ): Promise<{ readonly parsed: FormResult<RequestDocument>; readonly policy: PolicyInForce | null }>;
};

export type FormsDeps = {
  readonly policy: () => PolicyInForce | null;
  readonly policyOf: (hash: string) => Promise<PolicyInForce | null>;
  readonly desk: Pick<Desk, 'read'>;
  readonly findRequest: Ledger['findRequest'];
  /** Names of the systems in the inventory. */
  readonly systemNames: () => Promise<readonly string[]>;
  /** Items of the library in force that texts name. */
  readonly controls: (texts: readonly string[]) => NamedItems;
  readonly choices: Pick<PolicyChoices, 'check'>;
  readonly now: () => Date;
};

const NO_POLICY = {
  ok: false,
  errors: { form: 'No approval policy is in force; an admin has to put one in force.' },
} as const;

/** Makes the parsers for the policy and the time of the moment. */
export function createForms(deps: FormsDeps): Forms {
  const { policy, policyOf, now } = deps;
  const request: Forms['request'] = async (form, about, values, person) => {
    const base = about.e === undefined ? null : await deps.desk.read(about.e);
    const inForce = base === null ? policy() : await policyOf(base.state.terms.policyHash);
    if (inForce === null) return { parsed: NO_POLICY, policy: null };
    const links = await linksOf(deps, form, values);
    const context = {
      policy: inForce,
      now: now(),
      replaces: links.replaces,
      base: base?.state.document ?? null,
      person,
    };
    const controls = controlsIn(deps, form, values, context.base);
    const parsed = parseRequest(form, controls.values, context);
    const named = await nameErrors(deps, values);
    const errors = { ...links.errors, ...(await basisErrors(deps, form, parsed)), ...named, ...controls.errors };
    if (Object.keys(errors).length === 0) return { parsed, policy: inForce };
    return { parsed: { ok: false, errors: { ...(parsed.ok ? {} : parsed.errors), ...errors } }, policy: inForce };
  };
  const errorsOf = async (form: string, about: string, values: FormValues): Promise<FieldErrors> => {
    if (isRequestForm(form)) return requestErrors(request, form, about, values);
    if (form === 'vote') return voteErrors(values, now());
    if (form === RULES_FORM) return deps.choices.check(about, values);
    return inventoryErrors(form, values) ?? textErrors(form, values);
  };
  return {
    policy,
    policyOf,
    request,
    async validate(form, about, values) {
      const errors = await errorsOf(form, about, values);
      return Object.keys(errors).length === 0 ? null : errors;
    },
  };
}

/** Forms about the inventory: each is judged by its answers alone. */
const READERS: Readonly<Record<string, (values: FormValues) => { ok: true } | { ok: false; errors: FieldErrors }>> = {
  [MANIFEST_FORM]: versionOfForm,
  [RISK_FORM]: riskOfForm,
  [FACTS_FORM]: factsOfForm,
};

function inventoryErrors(form: string, values: FormValues): FieldErrors | null {
  const read = Object.hasOwn(READERS, form) ? READERS[form]?.(values) : undefined;
  if (read === undefined) return null;
  return read.ok ? {} : read.errors;
}

/** Stands for a file that is fetched after the form was taken. */
const PENDING_ADDRESS = 'https://files.slack.com/pending';

async function requestErrors(
  request: Forms['request'],
  form: RequestForm,
  about: string,
  values: FormValues,
): Promise<FieldErrors> {
  const known = readAbout(aboutFormSchema, about);
  if (known === null) return {};
  const lines = withAddresses(values, () => PENDING_ADDRESS);
  const own = { ...fieldErrors(lines), ...uploadErrors(values) };
  const reason: FieldErrors =
    form === 'emergency' && one(values, 'reason') === null ? { reason: 'Say why it cannot wait.' } : {};
  const { parsed } = await request(form, known, lines, (user) => user);
  const found = parsed.ok ? {} : onBlocks(parsed.errors, values);
  // The parser sees all evidence as one text; where a piece has its own field, the mistake is shown there only.
  if (Object.keys(own).some((field) => field.startsWith('evidence.'))) delete found['evidence'];
  return { ...found, ...own, ...reason };
}

/** A deployment that leaves the use case it names is told so at the field; in an emergency its review is. */
async function basisErrors(
  deps: FormsDeps,
  form: RequestForm,
  parsed: FormResult<RequestDocument>,
): Promise<FieldErrors> {
  if (!parsed.ok || form === 'emergency') return {};
  const stateOf = async (id: string) => (await deps.desk.read(id))?.state ?? null;
  const related = await relatedTo({ findRequest: deps.findRequest, stateOf }, parsed.document);
  const flaws = flawsOfUseCase({ ...parsed, tier: parsed.terms.tier }, related, deps.now().getTime());
  return flaws.length === 0
    ? {}
    : { useCase: `Outside the use case: ${flawsInWords(flaws, parsed.document).join('; ')}.` };
}

/** A system's name that hides characters, or that looks like another system's and was not said to be a new one. */
async function nameErrors(deps: Pick<FormsDeps, 'systemNames'>, values: FormValues): Promise<FieldErrors> {
  const system = one(values, 'system');
  if (system === null) return {};
  if (hidesCharacters(system))
    return { system: 'The name holds characters that nobody can see. Type it anew instead of pasting it.' };
  const alike = looksLike(system, await deps.systemNames());
  if (alike === null || one(values, 'anotherSystem') === 'yes') return {};
  return { system: `It looks like "${alike}", which is in the inventory. Write that name, or confirm below.` };
}

/** The controls an exception deviates from by their ids; what the request named before stays, whatever is in force now. */
function controlsIn(
  deps: Pick<FormsDeps, 'controls'>,
  form: RequestForm,
  values: FormValues,
  base: RequestDocument | null,
): { readonly values: FormValues; readonly errors: FieldErrors } {
  if (kindOf(form) !== 'exception') return { values, errors: {} };
  const kept = new Set(base?.kind === 'exception' ? base.deviatesFrom : []);
  const typed = listOf(text(values, 'deviatesFrom'));
  const { ids, unknown } = deps.controls(typed.filter((name) => !kept.has(name)));
  const deviatesFrom = [...typed.filter((name) => kept.has(name)), ...ids].join(', ');
  if (unknown.length === 0) return { values: { ...values, deviatesFrom }, errors: {} };
  const names = unknown.slice(0, 5).map((name) => `"${name.slice(0, 60)}"`);
  const more = unknown.length > names.length ? ` and ${unknown.length - names.length} more` : '';
  const next = 'Write ids such as POL-4.3, separated by commas, or have an admin import the catalogue first.';
  return { values, errors: { deviatesFrom: `No document in force has ${names.join(', ')}${more}. ${next}` } };
}

/** The requests that a form names: whether they exist, and which id stands behind `replaces`. */
async function linksOf(
  deps: Pick<FormsDeps, 'findRequest'>,
  form: RequestForm,
  values: FormValues,
): Promise<{ readonly replaces: string | null; readonly errors: FieldErrors }> {
  const errors: Record<string, string> = {};
  let replaces: string | null = null;
  const prefix = PREFIX_OF[kindOf(form)];
  if (one(values, 'replaces') !== null) {
    const [id] = shortIdsIn(text(values, 'replaces'));
    const found = id?.startsWith(prefix) ? await deps.findRequest(id) : null;
    if (found === null) errors['replaces'] = `Name one request that exists, such as ${prefix}-12.`;
    else replaces = found.id;
  }
  if (one(values, 'within') !== null) {
    const [id] = shortIdsIn(text(values, 'within'));
    const found = id?.startsWith(PREFIX_OF.deployment) ? await deps.findRequest(id) : null;
    if (found === null) errors['within'] = 'Name the deployment that carries the envelope, such as DR-12.';
  }
  if (one(values, 'restsOn') !== null) {
    const ids = shortIdsIn(text(values, 'restsOn'));
    if (ids.length === 0) errors['restsOn'] = 'Name exceptions that exist, such as EX-3.';
    // Slack waits three seconds for the answer: no more are looked up than a request can hold.
    const known = await Promise.all(
      ids.slice(0, LIMITS.names).map(async (id) => id.startsWith(PREFIX_OF.exception) && (await deps.findRequest(id))),
    );
    const unknown = ids[known.findIndex((found) => !found)];
    if (unknown !== undefined) errors['restsOn'] = `${unknown} is no exception known here.`;
  }
  return { replaces, errors };
}

/** Whether a form makes a request, and not something about one. */
export function isRequestForm(form: string): form is RequestForm {
  return REQUEST_FORMS.some((one) => one === form);
}

/** Forms whose text may stay empty. */
const TEXT_OPTIONAL = new Set([
  'withdraw',
  'withdraw_vote',
  'confirm_meeting',
  'condition_confirm',
  'accept_scope',
  'record_deployment',
  'attest',
]);

function textErrors(form: string, values: FormValues): FieldErrors {
  const errors: Record<string, string> = {};
  const given = text(values, 'text') !== '';
  if (form === 'accept_conditions') {
    if (one(values, 'answer') === 'decline' && !given) errors['text'] = 'Say why you decline; the committee reads it.';
    return errors;
  }
  if (form === 'condition_evidence') return conditionEvidenceErrors(values);
  if (form === 'add_evidence') return addEvidenceErrors(values);
  if (form === 'table_import') return tableErrors(values);
  if (form === 'document_import') return documentErrors(values);
  if (form === 'record_meeting') return meetingErrors(values);
  if (form === 'propose_scope') {
    Object.assign(errors, fieldErrors(values));
    const some = ['users', 'traffic', 'regions', 'until'].some((field) => one(values, `scope.${field}`) !== null);
    if (!some) errors['scope.users'] = 'Fill in at least one limit.';
  }
  const incident = one(values, 'incident');
  if (incident !== null && !isReference(incident)) errors['incident'] = 'Give it as one word, such as INC-7.';
  if (!given && !TEXT_OPTIONAL.has(form)) errors['text'] = 'Write one sentence.';
  return errors;
}

function meetingErrors(values: FormValues): FieldErrors {
  const errors: Record<string, string> = {};
  if (one(values, 'heldOn') === null) errors['heldOn'] = 'Choose the day of the meeting.';
  if (one(values, 'text') === null) errors['text'] = 'Write in a few sentences what was decided.';
  const all = ['approved', 'rejected', 'abstained'].flatMap((field) => many(values, field));
  if (all.length === 0) errors['approved'] = 'Name at least one voter.';
  if (new Set(all).size !== all.length) errors['rejected'] = 'A person votes once: name each in one list only.';
  if (many(values, 'rejected').length > 0 && one(values, 'reason') === null)
    errors['reason'] = 'A rejection needs its reason on record.';
  return errors;
}
