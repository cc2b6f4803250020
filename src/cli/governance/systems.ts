import { isLegacy, liveVersions, statusOf, tierOfSystem } from '#src/systems/system.ts';
import { type CliContext, CommandError, type ExitCode } from '../context.ts';
import type { ByFlags, JsonFlags } from '../flags.ts';
import { count, paragraph, table } from '../terminal.ts';
import { peopleIn } from './people.ts';
import { withDesks } from './session.ts';
import { takeFile } from './tables.ts';

/** Prints the inventory. */
export function listSystems(context: CliContext, flags: JsonFlags): Promise<ExitCode> {
  return withDesks(context, async ({ session }) => {
    const rows = await session.stores.records.list({ kind: 'system', limit: 10_000 });
    const people = await peopleIn(
      session.stores.people,
      rows.map((row) => row.parent),
    );
    const lines = rows.map(({ id, status, parent, state }) => {
      const { name, tier, approvalDue } = state as { name?: string; tier?: string | null; approvalDue?: string | null };
      return {
        name: name ?? id,
        status,
        tier: tier ?? null,
        owner: people.view(parent ?? ''),
        approvalDue: approvalDue ?? null,
      };
    });
    if (flags.json) for (const line of lines) context.json(line);
    else {
      context.text(count(lines.length, 'system'));
      context.text(
        ...table(
          lines.map((l) => [l.name, l.status, l.tier ?? '-', l.owner.user ?? l.owner.person]),
          '  ',
        ),
      );
    }
    return 0;
  });
}

/** Prints one system. Throws CommandError `unknown_id`. */
export function showSystem(context: CliContext, name: string, flags: JsonFlags): Promise<ExitCode> {
  return withDesks(context, async ({ session, systems }) => {
    const state = await systems.read(name);
    if (state === null)
      throw new CommandError('unknown_id', `The inventory has no system ${name}.`, 'Run "countersign system list".', 1);
    const people = await peopleIn(session.stores.people, state);
    const status = statusOf(state);
    if (flags.json) {
      context.json({ ...state, status, tier: tierOfSystem(state), owner: people.view(state.owner) });
      return 0;
    }
    context.text(
      `${state.name}: ${status}`,
      ...paragraph(state.purpose === '' ? 'No purpose is stated.' : state.purpose),
    );
    const facts: (readonly string[])[] = [
      ['tier', tierOfSystem(state) ?? 'not assessed'],
      ['owner', people.words(state.owner)],
      ['data', state.data.map((d) => `${d.name} (${d.classification})`).join(', ') || 'not stated'],
      [
        'vendors',
        [...new Set([...state.vendors, ...state.versions.flatMap((v) => v.vendors)])].join(', ') || 'none known',
      ],
      [
        'runs now',
        liveVersions(state)
          .map((v) => `${v.version} in ${v.environment}`)
          .join(', ') ||
          state.runsIn.join(', ') ||
          'nowhere',
      ],
    ];
    if (isLegacy(state)) facts.push(['approval due', state.approvalDue ?? '']);
    context.text('', ...table(facts, '  '));
    const requests = [
      ...state.useCases.map((u) => [u.shortId, u.phase, 'use case']),
      ...state.requests.map((r) => [r.shortId, r.phase, `${r.version} in ${r.environment}`]),
    ];
    if (requests.length > 0) context.text('', 'Requests', ...table(requests, '  '));
    return 0;
  });
}

/** Enters systems that run already. Exit 1 where some were there before; nothing is entered from a faulty table. */
export function importSystems(context: CliContext, file: string, flags: ByFlags): Promise<ExitCode> {
  return withDesks(context, async (desks) => {
    const result = await takeFile(context, desks, 'systems', file, flags.by);
    const [entered, there] = result.ok ? [result.done.length, result.left] : [0, result.problems];
    if (flags.json) context.json({ entered, skipped: there });
    else {
      context.text(`${count(entered, 'system')} entered; each must be approved by its day.`);
      if (there.length > 0) context.text(...paragraph(`Not entered: ${there.join(', ')}`));
    }
    return there.length === 0 ? 0 : 1;
  });
}
