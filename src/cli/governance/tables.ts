/** Tables on the command line: read as CSV and handed to the desks, as an upload in Slack is. */
import { randomUUID } from 'node:crypto';
import { csvRows } from '#src/adapters/parse/csv.ts';
import { type TableKind, type TableResult, takeTable } from '#src/delivery/inbox/governance/tables.ts';
import { type CliContext, CommandError } from '../context.ts';
import { readBytes } from '../input.ts';
import { adminOf, type Desks, personOf } from './session.ts';

/**
 * Takes the table of a file in the name of an administrator. Throws CommandError `input_invalid` naming each line that
 * cannot be used; then nothing was entered.
 */
export async function takeFile(
  context: CliContext,
  desks: Desks,
  kind: TableKind,
  file: string,
  user: string,
): Promise<TableResult> {
  const person = await adminOf(desks, user, context.now());
  const bytes = await readBytes(context, file);
  const { people: directory, systems, risks, session } = desks;
  const personFor = (id: string) => personOf(desks, id);
  const deps = { directory, systems, risks, ledger: session.stores.ledger, personFor, now: context.now };
  const by = { person, reason: `From a table, by ${user}.`, commandId: desks.commandId, uuid: () => randomUUID() };
  const result = await takeTable(deps, kind, await csvRows(bytes, file), by);
  if (result.ok || result.reason !== 'unusable') return result;
  const lines = result.problems.map((line) => `  ${line}`);
  throw new CommandError('input_invalid', ['Nothing was entered.', ...lines].join('\n'), 'Correct these lines.');
}
