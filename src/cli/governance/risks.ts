import { riskCsv } from '#src/systems/risks.ts';
import type { CliContext, ExitCode } from '../context.ts';
import type { ByFlags } from '../flags.ts';
import { count } from '../terminal.ts';
import { peopleIn } from './people.ts';
import { withDesks } from './session.ts';
import { takeFile } from './tables.ts';

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
    const result = await takeFile(context, desks, 'risks', file, flags.by);
    const ids = result.ok ? result.done : [];
    if (flags.json) context.json({ recorded: ids });
    else context.text(`${count(ids.length, 'risk')} recorded${ids.length > 0 ? `: ${ids.join(', ')}` : ''}`);
    return 0;
  });
}
