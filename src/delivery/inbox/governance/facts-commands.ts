/** `/governance describe NAME`: an owner states what a system is, what data it uses and what it rests on, in a form. */
import { readAbout } from '../../forms/about.ts';
import { aboutFactsSchema, FACTS_FORM, factsOfForm } from '../../forms/facts-form.ts';
import { bulletin } from '../../people/notices.ts';
import type { InboxItem, OutgoingMessage } from '../../ports.ts';
import { modal } from '../handle-press.ts';
import { commandIdOf } from '../handler-deps.ts';
import type { Incoming } from '../incoming.ts';
import type { GovernanceHandlerDeps, Said } from './handler.ts';
import { systemActorOf } from './system-actor.ts';
import { wordsOf } from './words.ts';

type Form = Extract<Incoming, { kind: 'form' }>;

/** Messages that answer; null where the payload is about something else. */
export async function handleFacts(
  deps: GovernanceHandlerDeps,
  item: InboxItem,
  incoming: Incoming,
): Promise<readonly OutgoingMessage[] | null> {
  const words = incoming.kind === 'command' ? wordsOf(incoming.text) : [];
  if (incoming.kind === 'command' && words[0]?.toLowerCase() === 'describe') {
    const system = words.slice(1).join(' ').slice(0, 200);
    return [modal(item.id, incoming, { kind: 'facts', system }, item.receivedAt)];
  }
  if (incoming.kind !== 'form' || incoming.form !== FACTS_FORM) return null;
  const person = await deps.people.personFor(incoming.user.id, incoming.user.name);
  const said = await stated(deps, incoming, person, commandIdOf(item.id));
  return [bulletin(`gov:${item.id}`, { kind: 'user', user: incoming.user.id, channel: null }, said.title, said.lines)];
}

async function stated(deps: GovernanceHandlerDeps, form: Form, person: string, commandId: string): Promise<Said> {
  const read = factsOfForm(form.values);
  const about = readAbout(aboutFactsSchema, form.about);
  // What does not fit was shown at its field before the form was taken.
  if (!read.ok || about === null) return { title: 'Nothing was stated.' };
  const known = await deps.systems.read(about.s);
  if (known !== null && known.version !== about.v)
    return {
      title: `${known.name} changed while the form was open. Nothing of yours was stated.`,
      lines: [`Open it again: /governance describe ${known.name}`],
    };
  const facts = { ...read.facts, owner: await deps.people.personFor(read.facts.owner, null) };
  const actor = await systemActorOf(deps, person);
  const result = await deps.systems.act(about.s, { type: 'describe', facts }, actor, commandId);
  if (result.ok) return { title: `Stated: ${result.state.name}.`, lines: [`Shown by /governance system ${about.s}`] };
  return { title: WHY_NOT[result.reason] ?? `Nothing was stated (${result.reason}).`, lines: result.detail };
}

const WHY_NOT: Readonly<Record<string, string>> = {
  unknown_system: 'The inventory has no such system. Nothing was stated; a request enters it.',
  not_owner: 'Nothing was stated: only the owner of the system or an administrator does.',
  nothing_changed: 'That is what stands there already.',
  vendor_held:
    'Nothing was stated: this vendor is held by an incident and stays stated until that is lifted. "/governance holds" shows it:',
  decommissioned: 'Nothing was stated: the system is decommissioned.',
};
