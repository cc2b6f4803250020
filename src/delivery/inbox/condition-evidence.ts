/** Evidence for a condition of an approval: a file, kept as those of requests are, or a link, kept where its host is known. */
import type { EvidenceItem } from '#src/approvals/document.ts';
import { systemsOf } from '#src/approvals/document-facts.ts';
import { parseMoment } from '#src/approvals/duration.ts';
import { CONDITION_EVIDENCE } from '#src/systems/evidence-files.ts';
import type { AboutRequest } from '../forms/about.ts';
import { many, one, text } from '../forms/form-values.ts';
import { uploadsOf } from '../forms/request-uploads.ts';
import { bulletin } from '../people/notices.ts';
import type { InboxItem, OutgoingMessage } from '../ports.ts';
import { notKept } from './add-evidence.ts';
import { commandIdOf, type HandlerDeps } from './handler-deps.ts';
import type { Incoming } from './incoming.ts';
import { keepLinks } from './keep-links.ts';
import { keepUpload } from './keep-uploads.ts';
import { refuseAct } from './refuse.ts';

type Form = Extract<Incoming, { kind: 'form' }>;

/** Keeps what was given and hands it in. Throws when it is to be tried again. */
export async function conditionEvidence(
  deps: HandlerDeps,
  item: InboxItem,
  form: Form,
  about: AboutRequest,
  person: string,
): Promise<readonly OutgoingMessage[]> {
  const { values, user } = form;
  const record = await deps.desk.read(about.r);
  const commandId = commandIdOf(item.id);
  if (record === null || record.state.seen.includes(commandId)) return [];
  const { document } = record.state;
  const by = { itemId: item.id, user: user.id, person };
  const kind = CONDITION_EVIDENCE;
  const [upload] = uploadsOf(many(values, 'upload'));
  const date = parseMoment(text(values, 'date'));
  const title = one(values, 'title') ?? 'Evidence';
  let evidence: EvidenceItem = { kind, title, url: text(values, 'url'), sha256: null, date };
  let notes: readonly string[] = [];
  if (upload !== undefined && date !== null) {
    const said = { date, validUntil: null, version: '1' };
    const kept = await keepUpload(deps, by, { id: upload.id, kind, about: said, systems: systemsOf(document) });
    if (!kept.ok) return notKept(item, form, kept.why);
    evidence = { ...evidence, url: kept.address, sha256: kept.sha256 };
  } else {
    const linked = await keepLinks(deps, { ...by, at: item.receivedAt }, { ...document, evidence: [evidence] });
    evidence = linked.evidence[0] ?? evidence;
    notes = linked.notes;
  }
  const condition = text(values, 'condition');
  const result = await deps.desk.act(about.r, {
    type: 'evidence_condition',
    commandId,
    by: person,
    condition,
    evidence,
  });
  if (result.ok || result.reason === 'duplicate_command')
    return notes.length === 0 ? [] : linkOnly(item, user.id, notes);
  const { reason, detail } = result;
  const where = { id: item.id, at: item.receivedAt, user: user.id, person, channel: deps.committeeChannel };
  return refuseAct(deps, { ...where, requestId: about.r, action: 'evidence_condition', reason, detail });
}

function linkOnly({ id }: InboxItem, user: string, notes: readonly string[]): readonly OutgoingMessage[] {
  const to = { kind: 'user', user, channel: null } as const;
  return [bulletin(`uploads:${id}`, to, 'The evidence was handed in as a link.', notes)];
}
