/** `system` commands that change the inventory: facts, versions, use cases, decommissioning. */
import { rosterAt } from '#src/directory/directory.ts';
import { adminsAt } from '#src/directory/governed.ts';
import type { FactsInput, SystemActor, SystemCommand } from '#src/systems/decide-system.ts';
import { CHECKLIST, DECOMMISSION_STEPS } from '#src/systems/decommission.ts';
import { type CliContext, CommandError, type ExitCode } from '../context.ts';
import type { AliasFlags, DescribeFlags, StepFlags, VersionFlags } from '../flags.ts';
import { readInput } from '../input.ts';
import { paragraph, table } from '../terminal.ts';
import { type Desks, personOf, withDesks } from './session.ts';

/** States facts about a system; only what is given changes. */
export function describeSystem(context: CliContext, name: string, flags: DescribeFlags): Promise<ExitCode> {
  return withDesks(context, async (desks) =>
    run(context, desks, name, flags, { type: 'describe', facts: await factsOf(desks, flags) }),
  );
}

/** Enters a purpose before anything is built. */
export function enterUseCase(context: CliContext, name: string, flags: DescribeFlags): Promise<ExitCode> {
  return withDesks(context, async (desks) => {
    const owner = await personOf(desks, flags.owner ?? flags.by);
    const facts = { ...(await factsOf(desks, flags)), owner };
    const entry = { origin: 'person', approvalDue: null, runsIn: [], useCase: true } as const;
    return run(context, desks, name, flags, { type: 'register', name, facts, ...entry });
  });
}

/** Records what a version is made of; its digest is its identity, and its vendors are what a hold by vendor stops. */
export function addVersion(context: CliContext, name: string, version: string, flags: VersionFlags): Promise<ExitCode> {
  return withDesks(context, async (desks) => {
    const text = await readInput(context, flags.manifest);
    let manifest: unknown = null;
    try {
      manifest = JSON.parse(text);
    } catch {
      throw new CommandError(
        'input_invalid',
        `${flags.manifest} is not JSON.`,
        'Write it with "countersign manifest digest --out".',
      );
    }
    return run(context, desks, name, flags, { type: 'add_version', version, manifest });
  });
}

/** Records a look at a floating alias. */
export function reviewAlias(context: CliContext, name: string, label: string, flags: AliasFlags): Promise<ExitCode> {
  return withDesks(context, async (desks) => {
    const floating = (await desks.systems.read(name))?.versions.filter((one) => one.reviewEveryDays !== null) ?? [];
    const version = floating.find((one) => one.version === label);
    if (version === undefined) {
      const known = floating.map((one) => one.version).join(', ') || 'none';
      throw new CommandError(
        'input_invalid',
        `No version ${label} of ${name} rests on a floating alias. Those that do: ${known}.`,
        'Look at them with "countersign system show".',
      );
    }
    const command = { type: 'review_alias', digest: version.digest, changed: flags.changed ?? false } as const;
    return run(context, desks, name, flags, command);
  });
}

/** Starts the checklist of WP-2.6.5. */
export function startDecommission(context: CliContext, name: string, flags: StepFlags): Promise<ExitCode> {
  return withDesks(context, async (desks) => {
    const code = await run(context, desks, name, flags, { type: 'start_decommission', reason: flags.reason ?? '' });
    if (code === 0 && !flags.json)
      context.text(
        ...table(
          DECOMMISSION_STEPS.map((step) => [step, `${CHECKLIST[step].words} (${CHECKLIST[step].roles.join(', ')})`]),
          '  ',
        ),
      );
    return code;
  });
}

/** Ticks off one step. */
export function doStep(context: CliContext, name: string, step: string, flags: StepFlags): Promise<ExitCode> {
  return withDesks(context, (desks) =>
    run(context, desks, name, flags, { type: 'do_step', step, note: flags.note ?? '' }),
  );
}

async function run(
  context: CliContext,
  desks: Desks,
  name: string,
  flags: { readonly by: string; readonly json?: true },
  command: SystemCommand,
): Promise<ExitCode> {
  const actor = await actorOf(desks, flags.by, context.now());
  const result = await desks.systems.act(name, command, actor, desks.commandId(command.type));
  if (flags.json) context.json(result.ok ? { ok: true, entry: result.entry } : result);
  else if (result.ok)
    context.text(`Recorded${result.entry === null ? '' : ` (entry ${result.entry} of the evidence log)`}.`);
  else
    context.text(
      ...paragraph(`Not done (${result.reason}${result.detail.length > 0 ? `: ${result.detail.join(', ')}` : ''}).`),
    );
  return result.ok ? 0 : 1;
}

/** Who acts, with the roles held now. */
async function actorOf(desks: Desks, user: string, now: Date): Promise<SystemActor> {
  const person = await personOf(desks, user);
  const state = await desks.people.read();
  const roles = rosterAt(state.assignments.values(), now).filter((a) => a.person === person && a.deputyOf === null);
  return { person, roles: roles.map((a) => a.role), isAdmin: adminsAt(state.assignments.values(), now).has(person) };
}

async function factsOf(desks: Desks, flags: DescribeFlags): Promise<Partial<FactsInput>> {
  const pairs = (list: readonly string[]) =>
    list.map((text) => [text.slice(0, text.lastIndexOf('=')), text.slice(text.lastIndexOf('=') + 1)] as const);
  const kinds = (list: readonly string[]) =>
    list.map((text) => [text.slice(0, text.indexOf('=')), text.slice(text.indexOf('=') + 1)] as const);
  // What is not one of the allowed words is refused by the desk, at its field.
  const facts: Record<string, unknown> = {};
  if (flags.purpose !== undefined) facts['purpose'] = flags.purpose;
  if (flags.owner !== undefined) facts['owner'] = await personOf(desks, flags.owner);
  if (flags.data.length > 0)
    facts['data'] = pairs(flags.data).map(([name, classification]) => ({ name, classification }));
  if (flags.lineage.length > 0) facts['lineage'] = flags.lineage;
  if (flags.vendor.length > 0) facts['vendors'] = flags.vendor;
  if (flags.link.length > 0) facts['links'] = kinds(flags.link).map(([kind, url]) => ({ kind, url }));
  if (flags.ssrm !== undefined) facts['ssrm'] = flags.ssrm.toUpperCase();
  return facts as Partial<FactsInput>;
}
