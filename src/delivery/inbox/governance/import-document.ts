/** A document for the library that an administrator uploads in Slack: proposed with what it would change, and accepted. */
import { adminsAt } from '#src/directory/governed.ts';
import { proposalLines } from '#src/knowledge/packs/explain.ts';
import { IMPORT_KINDS } from '#src/knowledge/packs/kinds.ts';
import { many, one, text } from '../../forms/form-values.ts';
import { uploadsOf } from '../../forms/request-uploads.ts';
import { bulletin } from '../../people/notices.ts';
import type { InboxItem, OutgoingMessage } from '../../ports.ts';
import { commandIdOf, type HandlerDeps } from '../handler-deps.ts';
import type { Incoming } from '../incoming.ts';
import { uploadRefusal } from '../keep-uploads.ts';
import type { Asked, GovernanceHandlerDeps, Said } from './handler.ts';

type Form = Extract<Incoming, { kind: 'form' }>;

/** Takes the document of a submitted form; the administrators are asked, or whoever uploaded it is told why not. */
export async function importDocument(
  deps: HandlerDeps,
  item: InboxItem,
  form: Form,
  person: string,
): Promise<readonly OutgoingMessage[]> {
  const kind = IMPORT_KINDS.find((known) => known === text(form.values, 'kind'));
  const [upload] = uploadsOf(many(form.values, 'upload'));
  if (kind === undefined || upload === undefined) return [];
  const to = { kind: 'user', user: form.user.id, channel: null } as const;
  const no = (why: readonly string[]) => [
    bulletin(`document:${item.id}`, to, 'Nothing was proposed; the library is as it was.', why.slice(0, 20)),
  ];
  if (!(await isAdmin(deps, person, item.receivedAt))) return no(['Only an administrator brings documents.']);
  const fetched = await deps.uploads.fetch(upload.id);
  const refused = uploadRefusal(fetched, form.user.id);
  if (!fetched.ok || refused !== null) return no([refused ?? '']);
  const as = { kind, id: one(form.values, 'id'), version: one(form.values, 'version') };
  const actor = { person, commandId: commandIdOf(item.id), decision: null };
  const result = await deps.documents.propose({ name: fetched.name, bytes: fetched.bytes }, as, actor);
  if (!result.ok) return no(result.problem);
  const { id, pack } = result.proposal;
  const title = `${person} proposes a document: ${pack.document.title}, ${pack.document.version} (${id}).`;
  const lines = proposalLines(result.proposal);
  if (pack.document.authority === 'binding') {
    const approver = pack.document.approver ?? 'its approver';
    const how = `It binds by decision of ${approver}, which somebody who holds that role records on the server: npx countersign knowledge accept ${id} --by USER --approver … --decision … --decided-on …`;
    return [bulletin(`document:${item.id}`, { kind: 'admins' }, title, [...lines, how])];
  }
  const how = 'It comes in force when another administrator accepts it. Nothing has changed yet.';
  const button = { label: 'Accept', action: 'gov_accept', value: `document ${id}` };
  return [bulletin(`document:${item.id}`, { kind: 'admins' }, title, [...lines, how], [button])];
}

/** Puts a proposed document in force, by a button. */
export async function acceptDocument(deps: GovernanceHandlerDeps, asked: Asked): Promise<Said> {
  const { person, commandId, item, words } = asked;
  const refuse = async (reason: string, title: string): Promise<Said> => {
    await deps.refusals.put({ at: item.receivedAt, person, requestId: null, action: 'document_accept', reason });
    return { title };
  };
  if (!(await isAdmin(deps, person, item.receivedAt)))
    return refuse('not_admin', 'Only an administrator can do this. Nothing was changed.');
  const result = await deps.documents.accept(words[1] ?? '', { person, commandId, decision: null });
  if (!result.ok) return refuse(result.reason, `Not accepted: ${result.problem}`);
  const { document, logIndex, proposedBy, affected } = result;
  const title = `In force: ${document.title}, ${document.version} (entry ${logIndex} of the evidence log).`;
  const cited = affected
    .slice(0, 30)
    .map(({ subject, itemId, because }) => `${subject}: ${itemId}, ${spaced(because)}`);
  return {
    title,
    lines: cited.length === 0 ? [] : ['Requests that cite what changed:', ...cited],
    tell: [bulletin(`document-accepted:${item.id}`, { kind: 'person', person: proposedBy }, title)],
  };
}

const spaced = (word: string): string => word.replace(/_/g, ' ');

async function isAdmin(
  { ledger }: { readonly ledger: Pick<GovernanceHandlerDeps['ledger'], 'listAssignments'> },
  person: string,
  at: Date,
): Promise<boolean> {
  return adminsAt(await ledger.listAssignments(), at).has(person);
}
