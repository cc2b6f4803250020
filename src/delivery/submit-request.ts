/** A submitted request form: a new request, an emergency deployment, or a revision of a request. */
import { PREFIX_OF } from '#src/approvals/document-facts.ts';
import { type AboutForm, aboutFormSchema, readAbout } from './about.ts';
import type { DeskCommand } from './desk.ts';
import { type FormValues, filledGroups, one } from './form-values.ts';
import { commandIdOf, type HandlerDeps } from './handler-deps.ts';
import type { Incoming } from './incoming.ts';
import type { InboxItem, OutgoingMessage } from './ports.ts';
import { refuseAct } from './refuse.ts';
import { kindOf, type RequestForm } from './request-form.ts';

type Form = Extract<Incoming, { kind: 'form' }>;

/** Handles it. Throws when it is to be tried again. */
export async function submitRequest(
  deps: HandlerDeps,
  item: InboxItem,
  form: Form & { readonly form: RequestForm },
  person: string,
): Promise<readonly OutgoingMessage[]> {
  const about = readAbout(aboutFormSchema, form.about);
  const at = { id: item.id, at: item.receivedAt, user: form.user.id, person, channel: about?.ch ?? null };
  if (about === null)
    return refuseAct(deps, { ...at, requestId: null, action: 'submit', reason: 'invalid', detail: [] });
  const persons = await personsIn(deps, form.values);
  const { parsed, policy } = await deps.forms.request(form.form, about, form.values, (user) => persons.get(user) ?? '');
  const action = about.e === undefined ? form.form : 'edit';
  const refuse = (reason: 'no_policy' | 'invalid', detail: readonly string[]) =>
    refuseAct(deps, { ...at, requestId: null, action, reason, detail });
  if (policy === null) return refuse('no_policy', []);
  if (!parsed.ok) return refuse('invalid', Object.values(parsed.errors));
  const base = { commandId: commandIdOf(item.id), by: person };
  if (about.e !== undefined) {
    const record = await deps.desk.read(about.e);
    // A redelivered edit has made its revision already; another person's edit in the meantime must not be overwritten.
    if (record?.state.seen.includes(base.commandId)) return [];
    if (record !== null && about.v !== undefined && record.state.revision.hash !== about.v)
      return refuseAct(deps, { ...at, requestId: about.e, action, reason: 'old_revision', detail: [] });
  }
  const requestId = about.e ?? deps.requestIdFor(item.id, item.receivedAt);
  const command: DeskCommand =
    about.e === undefined
      ? await opening(deps, form, about, requestId, {
          ...base,
          document: parsed.document,
          policy,
          requester: persons.get(one(form.values, 'requester') ?? '') ?? person,
          owner: persons.get(one(form.values, 'owner') ?? '') ?? person,
        })
      : { type: 'edit', ...base, document: parsed.document, policy, nonce: about.n };
  const result = await deps.desk.act(requestId, command);
  if (result.ok || result.reason === 'duplicate_command') return [];
  const known = result.state === null ? null : requestId;
  return refuseAct(deps, { ...at, requestId: known, action, reason: result.reason, detail: result.detail });
}

type Opening = Pick<
  Extract<DeskCommand, { type: 'submit' }>,
  'commandId' | 'by' | 'document' | 'policy' | 'requester' | 'owner'
>;

async function opening(
  deps: HandlerDeps,
  form: Form & { readonly form: RequestForm },
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
