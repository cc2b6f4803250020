import { adminsAt } from '#src/directory/governed.ts';
import { riskCsv } from '#src/systems/risks.ts';
import type { CliContext, ExitCode } from '../context.ts';
import type { ByFlags } from '../flags.ts';
import { count, paragraph } from '../terminal.ts';
import { peopleIn } from './people.ts';
import { personOf, withDesks } from './session.ts';
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
    const [ids, left] = result.ok ? [result.done, result.left] : [[], []];
    if (flags.json) context.json({ recorded: ids, left });
    else {
      context.text(`${count(ids.length, 'risk')} recorded${ids.length > 0 ? `: ${ids.join(', ')}` : ''}`);
      if (left.length > 0) context.text(...paragraph(`Left as they are: ${left.join(', ')}`));
    }
    return 0;
  });
}

/** Ends a risk, with the reason. Exit 1 where the desk refuses. */
export function closeRisk(context: CliContext, id: string, flags: ByFlags & { reason: string }): Promise<ExitCode> {
  return withDesks(context, async (desks) => {
    const person = await personOf(desks, flags.by);
    const isAdmin = adminsAt((await desks.people.read()).assignments.values(), context.now()).has(person);
    const by = { person, commandId: desks.commandId('risk.close'), isAdmin };
    const result = await desks.risks.close(id.toUpperCase(), flags.reason, by);
    if (flags.json) context.json(result.ok ? { ok: true, entry: result.entry } : result);
    else context.text(result.ok ? `${result.risk.id} is closed.` : `Not closed (${result.reason}).`);
    return result.ok ? 0 : 1;
  });
}
