/** `policy` and `directory`: what is in force, what waits, and standing behind it. */
import { changeWords } from '#src/delivery/people/notices.ts';
import { confirmedAssignments } from '#src/delivery/people/roster.ts';
import { adminsAt } from '#src/directory/governed.ts';
import { rolesNeeded, unfilledRoles } from '#src/directory/unfilled.ts';
import type { CliContext, ExitCode } from '../context.ts';
import type { ByFlags, JsonFlags } from '../flags.ts';
import { rulesInForce } from '../reading.ts';
import { count, paragraph, table } from '../terminal.ts';
import { peopleIn } from './people.ts';
import { type Desks, personOf, withDesks } from './session.ts';
import { standingOf } from './standing.ts';
import { takeFile } from './tables.ts';

type What = 'policy' | 'directory';

/** Prints what is in force and what waits. */
export function printStatus(context: CliContext, what: What, flags: JsonFlags): Promise<ExitCode> {
  return withDesks(context, async (desks) => {
    if (what === 'policy') return printPolicies(context, desks, flags);
    const state = await desks.people.read();
    const open = [...state.proposals.values()].filter((proposal) => proposal.status === 'open');
    const admins = [...adminsAt(state.assignments.values(), context.now())];
    const people = await peopleIn(desks.session.stores.people, { open, admins, all: [...state.assignments.values()] });
    if (flags.json) {
      context.json({ admins: admins.map(people.view), waiting: open });
      return 0;
    }
    context.text(...paragraph(`Administrators: ${admins.map(people.words).join(', ') || 'nobody'}`));
    context.text(...paragraph(open.length === 0 ? 'Nothing waits.' : `${count(open.length, 'proposal')} waiting:`));
    for (const { id, changes, applied, supporters } of open) {
      context.text('', id);
      const rows = changes.map((change, index) => [
        applied.includes(index) ? 'done' : `${supporters[index]?.length ?? 0} of 2`,
        people.inText(changeWords(change)),
      ]);
      context.text(...table(rows, '  '));
    }
    return 0;
  });
}

async function printPolicies(context: CliContext, { policies }: Desks, flags: JsonFlags): Promise<ExitCode> {
  const state = await policies.read();
  const inForce = [...state.inForce].map(([document, version]) => ({ document, ...version }));
  const waiting = [...state.proposals.values()].filter((proposal) => proposal.status === 'open');
  if (flags.json) {
    context.json({ inForce, waiting });
    return 0;
  }
  context.text(
    'In force',
    ...table(
      inForce.map((one) => [one.document, `version ${one.version}, sha256 ${one.sha256.slice(0, 16)}...`]),
      '  ',
    ),
  );
  if (waiting.length === 0) context.text('Nothing waits.');
  for (const one of waiting)
    context.text('', one.id, ...table([[one.document, `version ${one.to.version}; ${standingOf(one)}`]], '  '));
  return 0;
}

/** Supports or ends a proposal. Exit 1 where it does not count, with the reason. */
export function settle(
  context: CliContext,
  what: What,
  verb: 'accept' | 'refuse',
  proposal: string,
  flags: ByFlags,
): Promise<ExitCode> {
  return withDesks(context, async (desks) => {
    const by = await personOf(desks, flags.by);
    const commandId = desks.commandId(verb);
    const command =
      verb === 'accept'
        ? ({ type: 'support', proposal } as const)
        : ({ type: 'refuse', proposal, reason: `By ${flags.by} on the command line.`, ended: 'declined' } as const);
    const desk = what === 'policy' ? desks.policies : desks.people;
    const result = await desk.act(command, by, commandId);
    const status = result.ok ? (result.state.proposals.get(proposal)?.status ?? 'open') : null;
    if (flags.json) context.json(result.ok ? { ok: true, status } : { ok: false, reason: result.reason });
    else
      context.text(
        ...paragraph(result.ok ? SETTLED[status ?? 'open'] : (REFUSED[result.reason] ?? `Refused (${result.reason}).`)),
      );
    return result.ok ? 0 : 1;
  });
}

const SETTLED: Readonly<Record<'open' | 'accepted' | 'refused', string>> = {
  open: 'You stand behind it. It takes effect with one more administrator.',
  accepted: 'It is in force.',
  refused: 'It is ended; nothing changed.',
};
const REFUSED: Readonly<Record<string, string>> = {
  already_supported: 'You stand behind it already. It takes another administrator.',
  by_vote:
    'The approval policy changes by the vote of the committee, in Slack: "/governance policy" shows what waits and how.',
  not_admin: 'Only an administrator can do this.',
  not_open: 'It is decided already.',
  own_appointment: 'It would appoint you, so others must stand behind it.',
  unknown: 'There is no such proposal. "status" lists those that wait.',
};

/** Proposes what a CSV file describes. Exit 1 where it would change nothing. */
export function proposeDirectory(context: CliContext, file: string, flags: ByFlags): Promise<ExitCode> {
  return withDesks(context, async (desks) => {
    const result = await takeFile(context, desks, 'roles', file, flags.by);
    const { ok } = result;
    if (flags.json)
      context.json(ok ? { ok, proposal: result.proposal, changes: result.done.length } : { ok, reason: result.reason });
    else if (ok)
      context.text(
        ...paragraph(`${count(result.done.length, 'change')} proposed. Another administrator accepts them with:`),
        `  countersign directory accept ${result.proposal} --by USER`,
      );
    else
      context.text(
        ...paragraph(
          result.reason === 'nothing_changed'
            ? 'The directory says this already.'
            : `Refused (${result.reason}: ${result.problems}).`,
        ),
      );
    return ok ? 0 : 1;
  });
}

/** Roles that the policy in force names and nobody holds. */
export function printUnfilled(context: CliContext, flags: JsonFlags): Promise<ExitCode> {
  return withDesks(context, async (desks) => {
    const { policy } = (await rulesInForce(desks.session, context)).policy;
    const unfilled = unfilledRoles(
      rolesNeeded(policy),
      await confirmedAssignments(desks.session.stores),
      context.now(),
    );
    if (flags.json) context.json({ unfilled });
    else if (unfilled.length === 0) context.text('Every role that the policy names is held.');
    else
      context.text(
        `${count(unfilled.length, 'role')} held by nobody`,
        ...table(
          unfilled.map(({ role, for: what }) => [role, what.join(', ')]),
          '  ',
        ),
      );
    return unfilled.length === 0 ? 0 : 1;
  });
}
