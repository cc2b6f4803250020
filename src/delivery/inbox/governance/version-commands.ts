/** `/governance version`: what a version is made of, by a form; its digest, and its entry in the inventory. */
import { MANIFEST_FORM, versionOfForm } from '../../forms/manifest-form.ts';
import { bulletin } from '../../people/notices.ts';
import type { InboxItem, OutgoingMessage } from '../../ports.ts';
import { modal } from '../handle-press.ts';
import { commandIdOf } from '../handler-deps.ts';
import type { Incoming } from '../incoming.ts';
import type { GovernanceHandlerDeps, Said } from './handler.ts';
import { systemActorOf } from './system-actor.ts';

/** Messages that answer; null where the payload is about something else. */
export async function handleVersion(
  deps: GovernanceHandlerDeps,
  item: InboxItem,
  incoming: Incoming,
  words: readonly string[],
): Promise<readonly OutgoingMessage[] | null> {
  if (incoming.kind === 'command' && words[0]?.toLowerCase() === 'version') {
    // The version is the last word; a name of several words needs no quotes.
    const [system, version] = words.length > 2 ? [words.slice(1, -1).join(' '), words.at(-1)] : [words[1], ''];
    const spec = { system: (system ?? '').slice(0, 200), version: (version ?? '').slice(0, 60) };
    return [modal(item.id, incoming, { kind: 'manifest', ...spec }, item.receivedAt)];
  }
  if (incoming.kind !== 'form' || incoming.form !== MANIFEST_FORM) return null;
  const person = await deps.people.personFor(incoming.user.id, incoming.user.name);
  const { title, lines } = await recorded(deps, incoming.values, person, commandIdOf(item.id));
  return [bulletin(`gov:${item.id}`, { kind: 'user', user: incoming.user.id, channel: null }, title, lines)];
}

async function recorded(
  deps: GovernanceHandlerDeps,
  values: Extract<Incoming, { kind: 'form' }>['values'],
  person: string,
  commandId: string,
): Promise<Said> {
  const read = versionOfForm(values);
  // What does not fit was shown at its field before the form was taken.
  if (!read.ok) return { title: 'Nothing was recorded.', lines: Object.values(read.errors) };
  const { system, version, manifest, digest } = read;
  const command = { type: 'add_version', version, manifest } as const;
  const result = await deps.systems.act(system, command, await systemActorOf(deps, person), commandId);
  const title = `${system} ${version} is ${digest}`;
  const next = 'This digest goes into "/governance deploy", and the pipeline asks the gate with it.';
  if (result.ok) return { title, lines: ['Recorded in the inventory with its manifest.', next] };
  if (result.reason === 'unknown_system')
    return {
      title,
      lines: [
        next,
        'The inventory does not know the system yet, so its parts are not recorded. The request enters it; send this form again then, so that a stop of a vendor finds it.',
      ],
    };
  return { title, lines: [WHY_NOT[result.reason] ?? `Not recorded in the inventory (${result.reason}).`] };
}

const WHY_NOT: Readonly<Record<string, string>> = {
  not_owner: 'Not recorded in the inventory: only the owner of the system or an administrator records its versions.',
  nothing_changed: 'The inventory holds this manifest already; nothing changed.',
  decommissioned: 'Not recorded: the system is decommissioned.',
};
