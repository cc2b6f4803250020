/** A file that is added to a request which is still to be decided: kept, then an edit like any other. */
import type { EvidenceItem } from '#src/approvals/document.ts';
import { systemsOf } from '#src/approvals/document-facts.ts';
import { parseMoment } from '#src/approvals/duration.ts';
import { evidenceKindWords } from '#src/systems/evidence-files.ts';
import type { AboutRequest } from '../forms/about.ts';
import { many, one, text } from '../forms/form-values.ts';
import { uploadsOf } from '../forms/request-uploads.ts';
import { bulletin } from '../people/notices.ts';
import type { InboxItem, OutgoingMessage } from '../ports.ts';
import { commandIdOf, type HandlerDeps } from './handler-deps.ts';
import type { Incoming } from './incoming.ts';
import { keepUpload } from './keep-uploads.ts';
import { refuseAct } from './refuse.ts';

type Form = Extract<Incoming, { kind: 'form' }>;

/** Keeps the file and makes the revision that names it. Throws when it is to be tried again. */
export async function addEvidence(
  deps: HandlerDeps,
  item: InboxItem,
  form: Form,
  about: AboutRequest,
  person: string,
): Promise<readonly OutgoingMessage[]> {
  const record = await deps.desk.read(about.r);
  const [upload] = uploadsOf(about.f ?? many(form.values, 'upload'));
  const date = parseMoment(text(form.values, 'date'));
  const policy = record === null ? null : await deps.forms.policyOf(record.state.terms.policyHash);
  if (record === null || upload === undefined || date === null || policy === null) return [];
  const commandId = commandIdOf(item.id);
  if (record.state.seen.includes(commandId)) return [];
  const kind = text(form.values, 'kind');
  const until = one(form.values, 'validUntil');
  const said = {
    date,
    validUntil: until === null ? null : parseMoment(until),
    version: text(form.values, 'version') || '1',
  };
  const by = { itemId: item.id, user: form.user.id, person };
  const systems = systemsOf(record.state.document);
  const kept = await keepUpload(deps, by, { id: upload.id, kind, about: said, systems });
  if (!kept.ok) return notKept(item, form, kept.why);
  const { document } = record.state;
  const title = policy.policy.evidence[kind]?.title ?? evidenceKindWords(kind);
  const added: EvidenceItem = { kind, title, url: kept.address, sha256: kept.sha256, date };
  const evidence = [...document.evidence.filter((other) => other.kind !== kind), added];
  const edit = { type: 'edit', commandId, by: person, policy, nonce: about.n ?? '' } as const;
  const result = await deps.desk.act(about.r, { ...edit, document: { ...document, evidence } });
  if (result.ok || result.reason === 'duplicate_command') return [];
  const { reason, detail } = result;
  const where = { id: item.id, at: item.receivedAt, user: form.user.id, person, channel: deps.committeeChannel };
  return refuseAct(deps, { ...where, requestId: about.r, action: 'add_evidence', reason, detail });
}

/** Tells whoever uploaded a file why it was not kept. */
export function notKept(
  { id }: Pick<InboxItem, 'id'>,
  { user }: Pick<Form, 'user'>,
  why: string,
): readonly OutgoingMessage[] {
  const to = { kind: 'user', user: user.id, channel: null } as const;
  return [bulletin(`uploads:${id}`, to, `The file was not kept. ${why}`, ['The request is as it was.'])];
}
