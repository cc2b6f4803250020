/** `/governance rules` and its form: for administrators; what comes of it waits for the committee's vote. */
import { adminsAt } from '#src/directory/governed.ts';
import { aboutPolicyVoteSchema, readAbout } from '../../forms/about.ts';
import { one } from '../../forms/form-values.ts';
import { RULES_FORM } from '../../forms/policy-choices.ts';
import { bulletin } from '../../people/notices.ts';
import { POLICY_VOTE_FORM } from '../../policy/vote.ts';
import type { InboxItem, OutgoingMessage } from '../../ports.ts';
import { modal } from '../handle-press.ts';
import { commandIdOf } from '../handler-deps.ts';
import type { Incoming } from '../incoming.ts';
import type { Asked, GovernanceHandlerDeps, Said } from './handler.ts';
import { uuidFor } from './people-commands.ts';
import { putToVote, rulesWaiting } from './policy-commands.ts';

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
  if (incoming.kind === 'press' && incoming.action.startsWith('gov_vote:'))
    return [await openVote(deps, item, incoming)];
  if (incoming.kind !== 'form') return null;
  const vote = incoming.form === POLICY_VOTE_FORM ? readAbout(aboutPolicyVoteSchema, incoming.about) : null;
  if (vote === null && incoming.form !== RULES_FORM) return null;
  const person = await deps.people.personFor(incoming.user.id, incoming.user.name);
  if (vote !== null) {
    const asked = { item, person, commandId: commandIdOf(item.id) };
    const said = await putToVote(deps, asked, vote.p, (one(incoming.values, 'text') ?? '').trim());
    return [answer(item, incoming.user.id, null, said)];
  }
  const by = { person, commandId: commandIdOf(item.id), at: item.receivedAt };
  const result = await deps.choices.propose(incoming, by);
  const said = result.ok
    ? await rulesWaiting(deps, result.proposal)
    : await refused(deps, item, person, result.reason, Object.values(result.errors));
  return [answer(item, incoming.user.id, null, said)];
}

/** The form in which it is said why, for an administrator and while the policy waits; sent, it is checked again. */
async function openVote(
  deps: GovernanceHandlerDeps,
  item: InboxItem,
  press: Extract<Incoming, { kind: 'press' }>,
): Promise<OutgoingMessage> {
  const person = await deps.people.personFor(press.user.id, press.user.name);
  const proposal = (await deps.rules.read()).proposals.get(press.value);
  const isAdmin = adminsAt((await deps.directory.read()).assignments.values(), deps.now()).has(person);
  const reason = !isAdmin ? 'not_admin' : proposal?.status === 'open' ? null : 'unknown';
  if (reason === null && proposal?.vote === null)
    return modal(item.id, press, { kind: 'policy_vote', proposal: press.value }, item.receivedAt);
  return answer(item, press.user.id, press.channel, await refused(deps, item, person, reason ?? 'already_submitted'));
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
  already_submitted: 'It is with the committee already: "/governance policy" shows as what.',
  nothing_changed: 'These rules are in force already.',
  unknown: 'There is no such proposal any more. "/governance policy" shows what waits and what ended.',
  waits_already: 'It waits already, or another change of these settings does: "/governance proposals" shows it.',
};
