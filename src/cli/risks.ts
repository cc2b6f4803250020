/** `risk`: the register as a table, out and in. */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { readCsv } from '#src/adapters/parse/csv.ts';
import { parseMoment } from '#src/approvals/duration.ts';
import { readRisks } from '#src/systems/risk-import.ts';
import { riskCsv } from '#src/systems/risks.ts';
import { type CliContext, CommandError, type ExitCode } from './context.ts';
import type { ByFlags } from './flags.ts';
import { adminOf, personOf, withDesks } from './governance-session.ts';
import { peopleIn } from './people.ts';
import { count } from './terminal.ts';

/** Prints the risk register as CSV. */
export function exportRisks(context: CliContext): Promise<ExitCode> {
  return withDesks(context, async ({ session, risks }) => {
    const all = await risks.list();
    const people = await peopleIn(
      session.stores.people,
      all.map((risk) => risk.owner),
    );
    context.raw(riskCsv(all, (person) => people.view(person).user ?? person));
    return 0;
  });
}

/** Records the risks of a table. Throws CommandError `input_invalid` naming each line; then nothing was recorded. */
export function importRisks(context: CliContext, file: string, flags: ByFlags): Promise<ExitCode> {
  return withDesks(context, async (desks) => {
    const by = await adminOf(desks, flags.by, context.now());
    const bytes = await readFile(resolve(context.cwd, file)).catch((error: Error) => {
      throw new CommandError('file_unreadable', error.message, 'Check the path.');
    });
    const content = await readCsv(bytes, file, []);
    const read = readRisks(content.kind === 'rows' ? (content.sheets[0]?.rows ?? []) : [], parseMoment);
    if (!read.ok) {
      const lines = read.problems.map((p) => `  line ${p.line}: ${p.column}: ${p.problem}`);
      throw new CommandError('input_invalid', ['Nothing was recorded.', ...lines].join('\n'), 'Correct these lines.');
    }
    const ids: string[] = [];
    for (const facts of read.risks) {
      const id = await desks.session.stores.ledger.nextShortId('RK');
      const owner = await personOf(desks, facts.owner);
      const actor = { person: by, commandId: desks.commandId('risk'), isAdmin: true };
      const result = await desks.risks.record(id, { ...facts, owner }, actor);
      if (result.ok) ids.push(id);
    }
    if (flags.json) context.json({ recorded: ids });
    else context.text(`${count(ids.length, 'risk')} recorded${ids.length > 0 ? `: ${ids.join(', ')}` : ''}`);
    return 0;
  });
}
