/** The request form for one person at one moment: empty, or filled in from another request; drawn anew at each choice. */
import { basisOf } from '#src/approvals/basis.ts';
import { placesInWords } from '#src/approvals/tally.ts';
import type { Roster, SubmittedState, Terms } from '#src/approvals/types.ts';
import type { AboutForm } from '#src/delivery/forms/about.ts';
import { basisDocument, previewTerms } from '#src/delivery/forms/form-preview.ts';
import { type FormValues, one } from '#src/delivery/forms/form-values.ts';
import { differingFields, kindOf, type RequestForm, valuesOf } from '#src/delivery/forms/request-form.ts';
import type { ModalSpec } from '#src/delivery/inbox/intents.ts';
import type { RequestRecord } from '#src/delivery/requests/desk.ts';
import { relatedTo } from '#src/delivery/requests/related.ts';
import { looksLike } from '#src/systems/look-alike.ts';
import { basisLines } from './blocks/basis-lines.ts';
import { type Modal, readingModal } from './blocks/modal.ts';
import { type RequestFormView, requestForm } from './blocks/request-form.ts';
import { mention } from './blocks/text.ts';
import type { OutboundDeps } from './outbound-deps.ts';

/** The form as it opens. */
export async function newRequestForm(
  deps: OutboundDeps,
  spec: Extract<ModalSpec, { kind: 'request_form' }>,
  user: string,
): Promise<Modal> {
  const base: AboutForm = { n: deps.newNonce(), ...(spec.channel === null ? {} : { ch: spec.channel }) };
  if (spec.from === null) return drawRequestForm(deps, spec.form, base, {}, user);
  const record = await deps.desk.read(spec.from.requestId);
  if (record === null) return readingModal('Not found', ['That request is not known here any more.']);
  const { why } = spec.from;
  const controls = record.state.document.kind === 'exception' ? record.state.document.compensatingControls.length : 0;
  const about: AboutForm = {
    ...base,
    l: record.state.id,
    why,
    ...(controls > 1 ? { k: Math.min(controls, 8) } : {}),
    ...(why === 'edit' ? { e: record.state.id, v: record.state.revision.hash } : {}),
  };
  return drawRequestForm(deps, spec.form, about, await filledFrom(deps, record, spec.form, why), user);
}

/** The form with what was answered so far, as `user` fills it in. */
export async function drawRequestForm(
  deps: OutboundDeps,
  form: RequestForm,
  about: AboutForm,
  values: FormValues,
  user: string,
): Promise<Modal> {
  const source = about.l === undefined ? null : await deps.desk.read(about.l);
  const edited = about.e === undefined ? null : source;
  const policy =
    edited === null ? deps.policy() : ((await deps.policyOf(edited.state.terms.policyHash)) ?? deps.policy());
  const preview = previewTerms(form, values, policy, edited?.state.document ?? null);
  const { basis, terms } = await withBasis(
    deps,
    form,
    values,
    preview,
    edited?.state ?? (await askingSide(deps, values, user)),
  );
  const view: RequestFormView = {
    basis,
    form,
    about,
    values,
    questions: policy.policy.questions.filter((q) => q.kinds.includes(kindOf(form))),
    terms,
    unfilled: unfilledPlaces(terms, await deps.desk.roster()),
    admins: await adminMentions(deps),
    alike: looksLike(one(values, 'system') ?? '', await deps.systemNames()),
    from:
      source === null
        ? null
        : {
            shortId: source.state.shortId,
            differing: differingFields(await filledFrom(deps, source, form, about.why ?? 'like'), values),
          },
  };
  return requestForm(view);
}

async function filledFrom(
  deps: OutboundDeps,
  record: RequestRecord,
  form: RequestForm,
  why: 'like' | 'renew' | 'edit',
): Promise<FormValues> {
  const { document, shortId } = record.state;
  const owners = document.kind === 'exception' ? document.compensatingControls.map((c) => c.owner) : [];
  const users = await deps.slackUsersOf([...new Set(owners)]);
  const replaced =
    why === 'edit' && document.replaces !== null
      ? ((await deps.desk.read(document.replaces))?.state.shortId ?? null)
      : null;
  const values = valuesOf(document, {
    replaces: why === 'renew' ? shortId : replaced,
    slackUser: (person) => users.get(person) ?? null,
  });
  // A deployment that starts from a use case rests on it, a new version from one with an envelope claims it.
  if (document.kind === 'use-case' && kindOf(form) === 'deployment') return { ...values, useCase: shortId };
  if (document.kind !== 'deployment' || document.envelope === undefined || why === 'edit') return values;
  return { ...values, within: shortId, ...NO_BOUNDS };
}

const NO_BOUNDS = { 'envelope.metrics': null, 'envelope.environments': null, 'envelope.until': null } as const;

type AskingSide = Pick<SubmittedState, 'requester' | 'owner'>;

/** For whom a new request will be: as it is taken when the form is sent. */
async function askingSide(
  deps: Pick<OutboundDeps, 'personFor'>,
  values: FormValues,
  user: string,
): Promise<AskingSide> {
  return {
    requester: await deps.personFor(one(values, 'requester') ?? user),
    owner: await deps.personFor(one(values, 'owner') ?? user),
  };
}

/**
 * How the deployment in the form stands to what it rests on, as the committee will read it on the card; and the terms
 * with the quorum that would decide.
 */
async function withBasis(
  deps: Pick<OutboundDeps, 'desk' | 'findRequest' | 'now'>,
  form: RequestForm,
  values: FormValues,
  terms: Terms,
  { requester, owner }: AskingSide,
): Promise<{ readonly basis: readonly string[]; readonly terms: Terms }> {
  const document = basisDocument(form, values);
  if (document === null) return { basis: [], terms };
  const stateOf = async (id: string) => (await deps.desk.read(id))?.state ?? null;
  const related = await relatedTo({ findRequest: deps.findRequest, stateOf }, document);
  const found = basisOf({ document, requester, owner, tier: terms.tier }, related, deps.now().getTime());
  if (found === null) return { basis: [], terms };
  const { lighterQuorum } = terms;
  const lighter = found.envelope?.length === 0 && lighterQuorum !== undefined;
  return { basis: basisLines(document, found, terms), terms: lighter ? { ...terms, quorum: lighterQuorum } : terms };
}

/** Places of the quorum that the present holders cannot fill, in words. */
function unfilledPlaces(terms: Terms, roster: Roster): readonly string[] {
  if (terms.tier === 'prohibited') return [];
  const holders = new Set(roster.assignments.map((assignment) => assignment.role));
  return terms.quorum.flatMap((slot) =>
    slot.anyOf.some((role) => holders.has(role)) ? [] : [placesInWords(slot, slot.count)],
  );
}

/** Who can name a holder. */
export async function adminMentions(deps: Pick<OutboundDeps, 'admins' | 'slackUsersOf'>): Promise<readonly string[]> {
  const admins = await deps.admins();
  const users = await deps.slackUsersOf(admins);
  return admins.flatMap((person) => (users.has(person) ? [mention(users.get(person))] : [])).slice(0, 5);
}
