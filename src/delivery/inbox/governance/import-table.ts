/** A table that an administrator uploads in Slack: fetched, read as CSV, and handed to the desks. */
import { many, text } from '../../forms/form-values.ts';
import { uploadsOf } from '../../forms/request-uploads.ts';
import { bulletin, proposalButtons } from '../../people/notices.ts';
import type { InboxItem, OutgoingMessage } from '../../ports.ts';
import { commandIdOf, type HandlerDeps } from '../handler-deps.ts';
import type { Incoming } from '../incoming.ts';
import { uploadRefusal } from '../keep-uploads.ts';
import { uuidFor } from './people-commands.ts';
import { TABLES, type TableResult } from './tables.ts';

type Form = Extract<Incoming, { kind: 'form' }>;

/** Takes the table of a submitted form; what became of it is said to whoever uploaded it. */
export async function importTable(
  deps: HandlerDeps,
  item: InboxItem,
  form: Form,
  person: string,
): Promise<readonly OutgoingMessage[]> {
  const kind = TABLES.find((one) => one === text(form.values, 'table'));
  const [upload] = uploadsOf(many(form.values, 'upload'));
  if (kind === undefined || upload === undefined) return [];
  const to = { kind: 'user', user: form.user.id, channel: null } as const;
  const say = (title: string, lines: readonly string[] = [], buttons?: ReturnType<typeof proposalButtons>) => [
    bulletin(`table:${item.id}`, to, title, lines.slice(0, 35), buttons),
  ];
  const fetched = await deps.uploads.fetch(upload.id);
  const refused = uploadRefusal(fetched, form.user.id);
  if (!fetched.ok || refused !== null) return say(`The table was not read. ${refused ?? ''}`);
  const rows = await deps.tables.rows(fetched.bytes, fetched.name);
  if (rows === null)
    return say('The table was not read: it is no CSV. Save it as CSV in the spreadsheet and upload that.');
  const commandId = commandIdOf(item.id);
  const by = {
    person,
    reason: 'From a table that was uploaded in Slack.',
    commandId: (what: string) => commandIdOf(`${item.id}:${what}`),
    uuid: (what: string) => uuidFor(commandId, what),
  };
  const result = await deps.tables.take(kind, rows, by);
  if (!result.ok) return say(REFUSED[result.reason] ?? `Refused (${result.reason}).`, result.problems);
  if (result.proposal !== null)
    return say(
      `${result.done.length} change(s) of roles are proposed.`,
      ['They take effect when another administrator accepts them: /governance proposals.'],
      proposalButtons('directory', result.proposal),
    );
  return say(saidOf(kind, result), result.left.length === 0 ? [] : [`Not entered: ${result.left.join(', ')}`]);
}

function saidOf(kind: string, { done }: Extract<TableResult, { ok: true }>): string {
  const names = done.length === 0 ? '' : `: ${done.join(', ')}`;
  return `${done.length} ${kind === 'risks' ? 'risk(s) recorded' : 'system(s) entered'}${names}.`;
}

const REFUSED: Readonly<Record<string, string>> = {
  unusable: 'The table has mistakes; nothing was entered. Correct these lines and upload it again:',
  not_admin: 'Nothing was entered: only an administrator brings tables.',
  nothing_changed: 'The directory says this already; nothing was proposed.',
};
