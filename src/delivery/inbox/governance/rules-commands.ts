/** `/governance rules` and its form: for administrators; what comes of it waits for the committee's vote. */
import { adminsAt } from '#src/directory/governed.ts';
import { RULES_FORM } from '../../forms/policy-choices.ts';
import { bulletin } from '../../people/notices.ts';
import type { InboxItem, OutgoingMessage } from '../../ports.ts';
import { modal } from '../handle-press.ts';
import { commandIdOf } from '../handler-deps.ts';
import type { Incoming } from '../incoming.ts';
import type { Asked, GovernanceHandlerDeps, Said } from './handler.ts';
import { uuidFor } from './people-commands.ts';
import { rulesWaiting } from './policy-commands.ts';

/** Messages that answer; null where the payload is about something else. */
export async function handleRules(
  deps: GovernanceHandlerDeps,
  item: InboxItem,
  incoming: Incoming,
): Promise<readonly OutgoingMessage[] | null> {
  if (incoming.kind === 'command' && incoming.text.trim().toLowerCase() === 'rules') {
    const person = await deps.people.personFor(incoming.user.id, incoming.user.name);
    if (adminsAt((await deps.directory.read()).assignments.values(), deps.now()).has(person))
      return [modal(item.id, incoming, { kind: 'rules' }, item.receivedAt)];
    return [answer(item, incoming.user.id, incoming.channel, await refused(deps, item, person, 'not_admin'))];
  }
  if (incoming.kind !== 'form' || incoming.form !== RULES_FORM) return null;
  const person = await deps.people.personFor(incoming.user.id, incoming.user.name);
  const by = { person, commandId: commandIdOf(item.id), at: item.receivedAt };
  const result = await deps.choices.propose(incoming, by);
  const said = result.ok
    ? await rulesWaiting(deps, result.proposal)
    : await refused(deps, item, person, result.reason, Object.values(result.errors));
  return [answer(item, incoming.user.id, null, said)];
}

/** Proposes a version again that ended, for the administrator who asks; it is decided anew. */
export async function proposeAgain(deps: GovernanceHandlerDeps, asked: Asked): Promise<Said> {
  const { person, commandId, item, words } = asked;
  const { proposals } = await deps.rules.read();
  const ended = proposals.get(words[0] ?? '');
  if (ended?.status !== 'refused') return refused(deps, item, person, 'unknown');
  const { document, to } = ended;
  const proposal = uuidFor(commandId, 'again');
  // A second change of settings beside the first would take back what the first changes.
  const waits = [...proposals.values()].some(
    (one) => one.status === 'open' && one.document === document && one.id !== proposal,
  );
  if (waits && document !== 'approval-policy') return refused(deps, item, person, 'waits_already');
  const result = await deps.rules.act({ type: 'propose', proposal, document, to }, person, commandId);
  if (!result.ok) return refused(deps, item, person, result.reason);
  const made = result.state.proposals.get(proposal);
  return made === undefined ? refused(deps, item, person, 'unknown') : rulesWaiting(deps, made);
}

function answer(item: InboxItem, user: string, channel: string | null, { title, lines, buttons }: Said) {
  return bulletin(`gov:${item.id}`, { kind: 'user', user, channel }, title, lines, buttons);
}

async function refused(
  { refusals }: GovernanceHandlerDeps,
  item: InboxItem,
  person: string,
  reason: string,
  lines: readonly string[] = [],
): Promise<Said> {
  await refusals.put({ at: item.receivedAt, person, requestId: null, action: 'policy_rules', reason });
  return { title: REFUSED[reason] ?? `Nothing was proposed (${reason}).`, lines };
}

const REFUSED: Readonly<Record<string, string>> = {
  not_admin:
    'Only an administrator proposes other rules. Nothing was changed; "/governance policy" shows what is in force.',
  stale: 'Other rules were proposed or adopted meanwhile. Nothing was proposed; open the form again: /governance rules',
  invalid: 'Nothing was proposed; open the form again with "/governance rules" and correct this:',
  nothing_changed: 'These rules are in force already.',
  unknown: 'There is no such proposal any more. "/governance policy" shows what waits and what ended.',
  waits_already: 'It waits already, or another change of these settings does: "/governance proposals" shows it.',
};
