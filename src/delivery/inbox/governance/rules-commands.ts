/** `/governance rules` and its form: for administrators; what comes of it waits for the committee's vote. */
import { adminsAt } from '#src/directory/governed.ts';
import { RULES_FORM } from '../../forms/policy-choices.ts';
import { bulletin } from '../../people/notices.ts';
import type { InboxItem, OutgoingMessage } from '../../ports.ts';
import { modal } from '../handle-press.ts';
import { commandIdOf } from '../handler-deps.ts';
import type { Incoming } from '../incoming.ts';
import type { GovernanceHandlerDeps, Said } from './handler.ts';
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
};
