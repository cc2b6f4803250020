/** `/governance version`: what a version is made of, by a form; its digest, and its entry in the inventory. */

import type { SystemVersion } from '#src/systems/system.ts';
import { MANIFEST_FORM, versionOfForm } from '../../forms/manifest-form.ts';
import { bulletin } from '../../people/notices.ts';
import type { InboxItem, OutgoingMessage } from '../../ports.ts';
import { modal } from '../handle-press.ts';
import { commandIdOf } from '../handler-deps.ts';
import type { Incoming } from '../incoming.ts';
import type { Asked, GovernanceHandlerDeps, Said } from './handler.ts';
import { systemActorOf } from './system-actor.ts';
import { wordsOf } from './words.ts';

/** Messages that answer; null where the payload is about something else. */
export async function handleVersion(
  deps: GovernanceHandlerDeps,
  item: InboxItem,
  incoming: Incoming,
): Promise<readonly OutgoingMessage[] | null> {
  const words = incoming.kind === 'command' ? wordsOf(incoming.text) : [];
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

/**
 * `alias "Ticket Router" 1.5.0 same|changed`: whoever owns the system looked at what the vendor's floating alias means.
 * `changed` closes the gate for it until a later decision.
 */
export async function lookAtAlias(deps: GovernanceHandlerDeps, asked: Asked): Promise<Said> {
  const said = asked.words.at(-1)?.toLowerCase();
  const label = asked.words.at(-2) ?? '';
  const state = await deps.systems.read(asked.words.slice(0, -2).join(' '));
  const floating = state?.versions.filter((one) => one.reviewEveryDays !== null) ?? [];
  const version = floating.find((one) => one.version === label);
  if (state === null || version === undefined || (said !== 'same' && said !== 'changed'))
    return {
      title: 'Which floating alias, and what does it mean now? Nothing was recorded.',
      lines: [
        'For instance: /governance alias "Ticket Router" 1.5.0 same (or: changed)',
        ...(state === null ? [] : [`On a floating alias: ${floating.map((one) => one.version).join(', ') || 'none'}`]),
      ],
    };
  return recordLook(deps, asked, { system: state.name, version, changed: said === 'changed' });
}

/** A press under a reminder: `same|changed DIGEST KEY`. */
export async function pressAlias(deps: GovernanceHandlerDeps, asked: Asked): Promise<Said> {
  const [said, digest, ...key] = asked.words;
  const state = await deps.systems.read(key.join(' '));
  const version = state?.versions.find((one) => one.digest === digest);
  if (state === null || version === undefined) return { title: 'The inventory does not know this version any more.' };
  return recordLook(deps, asked, { system: state.name, version, changed: said === 'changed' });
}

async function recordLook(
  deps: GovernanceHandlerDeps,
  { person, commandId }: Asked,
  look: { readonly system: string; readonly version: SystemVersion; readonly changed: boolean },
): Promise<Said> {
  const { system, version, changed } = look;
  const command = { type: 'review_alias', digest: version.digest, changed } as const;
  const result = await deps.systems.act(system, command, await systemActorOf(deps, person), commandId);
  if (!result.ok) return { title: WHY_NOT[result.reason] ?? `Nothing was recorded (${result.reason}).` };
  const about = `${system} ${version.version}`;
  if (!changed)
    return {
      title: `Recorded: the alias behind ${about} means what it meant. Next look in ${version.reviewEveryDays} days.`,
    };
  const title = `The vendor's alias behind ${about} means another model than the one that was approved.`;
  const lines = ['The gate denies it until it is approved anew: /governance deploy like DR-…'];
  const key = `alias:${version.digest}:${commandId}`;
  return { title, lines, tell: [bulletin(key, { kind: 'committee' }, title, [`Found by ${person}.`, ...lines])] };
}

const WHY_NOT: Readonly<Record<string, string>> = {
  not_owner: 'Not recorded in the inventory: only the owner of the system or an administrator can.',
  nothing_changed: 'The inventory holds this manifest already; nothing changed.',
  decommissioned: 'Not recorded: the system is decommissioned.',
};
