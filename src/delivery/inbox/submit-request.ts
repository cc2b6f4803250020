/** A submitted request form: a new request, an emergency deployment, or a revision of a request. */
import type { Likeness, RequestDocument } from '#src/approvals/document.ts';
import { PREFIX_OF } from '#src/approvals/document-facts.ts';
import { type AboutForm, aboutFormSchema, readAbout } from '../forms/about.ts';
import { type FormValues, filledGroups, one } from '../forms/form-values.ts';
import { kindOf, type RequestForm } from '../forms/request-form.ts';
import { bulletin } from '../people/notices.ts';
import type { InboxItem, OutgoingMessage } from '../ports.ts';
import type { DeskCommand } from '../requests/desk.ts';
import { commandIdOf, type HandlerDeps } from './handler-deps.ts';
import type { Incoming } from './incoming.ts';
import { outgoing } from './intents.ts';
import { keepLinks } from './keep-links.ts';
import { keepUploads } from './keep-uploads.ts';
import { type RefusedAct, refuseAct } from './refuse.ts';

type Form = Extract<Incoming, { kind: 'form' }>;

type RequestFormIn = Omit<Form, 'values' | 'form'> & { readonly form: RequestForm; readonly values: FormValues };

/** Handles it. Throws when it is to be tried again. */
export async function submitRequest(
  deps: HandlerDeps,
  item: InboxItem,
  typed: Form & { readonly form: RequestForm },
  person: string,
): Promise<readonly OutgoingMessage[]> {
  const { values, notes: refused } = await keepUploads(
    deps,
    { itemId: item.id, user: typed.user.id, person },
    typed.values,
  );
  const taken = await take(deps, item, { ...typed, values }, person);
  const notes = [...refused, ...taken.notes];
  if (notes.length === 0) return taken.messages;
  // A form that fitted until its files were refused fails for them: said once, with the files.
  const messages = taken.unfit && refused.length > 0 ? [] : taken.messages;
  return [...messages, ...notKept(item, typed, notes, taken.shortId)];
}

/** What became of a form: the request it made or changed, null for none, and what is to be said. */
type Taken = {
  readonly shortId: string | null;
  readonly messages: readonly OutgoingMessage[];
  /** Links that were to be captured and could not. */
  readonly notes: readonly string[];
  /** The form itself does not fit. */
  readonly unfit?: true;
};

async function take(deps: HandlerDeps, item: InboxItem, form: RequestFormIn, person: string): Promise<Taken> {
  const about = readAbout(aboutFormSchema, form.about);
  const at = { id: item.id, at: item.receivedAt, user: form.user.id, person, channel: about?.ch ?? null };
  const refuse = async (refused: Pick<RefusedAct, 'requestId' | 'action' | 'reason' | 'detail'>): Promise<Taken> => {
    return { shortId: null, messages: await refuseAct(deps, { ...at, ...refused }), notes: [] };
  };
  if (about === null) return refuse({ requestId: null, action: 'submit', reason: 'invalid', detail: [] });
  const persons = await personsIn(deps, form.values);
  const { parsed, policy } = await deps.forms.request(form.form, about, form.values, (user) => persons.get(user) ?? '');
  const action = about.e === undefined ? form.form : 'edit';
  if (policy === null) return refuse({ requestId: null, action, reason: 'no_policy', detail: [] });
  if (!parsed.ok) {
    const detail = Object.values(parsed.errors);
    return { ...(await refuse({ requestId: null, action, reason: 'invalid', detail })), unfit: true };
  }
  const base = { commandId: commandIdOf(item.id), by: person };
  if (about.e !== undefined) {
    const record = await deps.desk.read(about.e);
    // A redelivered edit has made its revision already; another person's edit in the meantime must not be overwritten.
    if (record?.state.seen.includes(base.commandId)) return { shortId: record.state.shortId, messages: [], notes: [] };
    if (record !== null && about.v !== undefined && record.state.revision.hash !== about.v)
      return refuse({ requestId: about.e, action, reason: 'old_revision', detail: [] });
  }
  const bringer = { itemId: item.id, user: form.user.id, person, at: item.receivedAt };
  const kept = await keepLinks(deps, bringer, parsed.document);
  const document = { ...parsed.document, evidence: kept.evidence, ...(await likenessIn(deps, about, parsed.document)) };
  const requestId = about.e ?? deps.requestIdFor(item.id, item.receivedAt);
  const command: DeskCommand =
    about.e === undefined
      ? await opening(deps, form, about, requestId, {
          ...base,
          document,
          policy,
          requester: persons.get(one(form.values, 'requester') ?? '') ?? person,
          owner: persons.get(one(form.values, 'owner') ?? '') ?? person,
        })
      : { type: 'edit', ...base, document, policy, nonce: about.n };
  const result = await deps.desk.act(requestId, command);
  if (result.ok || result.reason === 'duplicate_command')
    return { shortId: result.state?.shortId ?? null, messages: [], notes: kept.notes };
  const { reason, detail } = result;
  return refuse({ requestId: result.state === null ? null : requestId, action, reason, detail });
}

/** A request that was filled in from one of its kind says from which, as that one stands at this moment. */
async function likenessIn(
  { desk }: Pick<HandlerDeps, 'desk'>,
  { l: id, why }: AboutForm,
  { kind }: RequestDocument,
): Promise<{ readonly likeRequest?: Likeness }> {
  const source = id === undefined || why !== 'like' ? null : await desk.read(id);
  if (source?.state.document.kind !== kind) return {};
  return { likeRequest: { request: source.state.shortId, revision: source.state.revision.hash } };
}

/** What was not kept and what to do about it. Where nothing was submitted, the form is kept as a draft. */
function notKept(
  item: InboxItem,
  { user, form, about, values }: Form & { readonly form: RequestForm },
  notes: readonly string[],
  shortId: string | null,
): readonly OutgoingMessage[] {
  const to = { kind: 'user', user: user.id, channel: null } as const;
  const say = (next: string) => bulletin(`uploads:${item.id}`, to, 'Not every document was kept.', [...notes, next]);
  if (shortId !== null) return [say(`Everything else was submitted. Add it later: /governance evidence ${shortId}`)];
  const typed = Object.fromEntries(Object.entries(values).filter(([field]) => !field.startsWith('file.')));
  const draft = outgoing(`draft:${item.id}`, { intent: 'draft', user: user.id, form, about, values: typed });
  return [draft, say('Nothing was submitted. What you wrote is kept as a draft: press Continue and upload again.')];
}

type Opening = Pick<
  Extract<DeskCommand, { type: 'submit' }>,
  'commandId' | 'by' | 'document' | 'policy' | 'requester' | 'owner'
>;

async function opening(
  deps: HandlerDeps,
  form: RequestFormIn,
  about: AboutForm,
  requestId: string,
  base: Opening,
): Promise<DeskCommand> {
  const known = await deps.ledger.findRequest(requestId);
  const prefix = PREFIX_OF[kindOf(form.form)];
  const shortId = known?.shortId ?? (await deps.ledger.nextShortId(prefix));
  const shared = { ...base, requestId, shortId, nonce: about.n };
  if (form.form !== 'emergency') return { type: 'submit', ...shared };
  return { type: 'break_glass', ...shared, reason: one(form.values, 'reason') ?? '' };
}

/** Pseudonyms of everybody whom the form names. */
async function personsIn(deps: HandlerDeps, values: FormValues): Promise<ReadonlyMap<string, string>> {
  const fields = ['owner', 'requester', ...filledGroups(values, 'control').map((i) => `control.${i}.owner`)];
  const persons = new Map<string, string>();
  for (const field of fields) {
    const user = one(values, field);
    if (user !== null && !persons.has(user)) persons.set(user, await deps.people.personFor(user, null));
  }
  return persons;
}
