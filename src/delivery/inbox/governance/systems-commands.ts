/**
 * `/governance` on systems, incidents, people and rules, and the buttons under bulletins. Each command is handled once
 * under its payload's id; what it may do is decided by the desks at that moment.
 */
import { type HoldScope, scopeWords, shortHold } from '#src/systems/holds.ts';
import { bulletin } from '../../people/notices.ts';
import type { InboxItem, OutgoingMessage } from '../../ports.ts';
import { holdsNow } from '../../systems/rows.ts';
import { commandIdOf } from '../handler-deps.ts';
import { type Incoming, incomingSchema } from '../incoming.ts';
import { decommission, tickOff } from './decommission-commands.ts';
import { handleFacts } from './facts-commands.ts';
import { withdrawFile } from './file-commands.ts';
import type { Asked, GovernanceHandlerDeps, Said } from './handler.ts';
import { acceptDocument } from './import-document.ts';
import { proposals, proposeGroup, proposeRole, REFUSED, roles, settle, uuidFor } from './people-commands.ts';
import { policyCommand } from './policy-commands.ts';
import { handleRisk, listRisks, oneRisk } from './risk-commands.ts';
import { handleRules, proposeAgain } from './rules-commands.ts';
import { gateCommand, loggingCommand } from './settings-commands.ts';
import { absent, back, takeBack } from './standin-commands.ts';
import { holdWords, systemCommand } from './system-card.ts';
import { handleVersion, lookAtAlias, pressAlias } from './version-commands.ts';
import { wordsOf } from './words.ts';

/** Handles a stored payload that is about governance; null for every other, which is somebody else's. */
export async function handleGovernance(
  deps: GovernanceHandlerDeps,
  item: InboxItem,
): Promise<readonly OutgoingMessage[] | null> {
  const parsed = incomingSchema.safeParse(item.payload);
  if (!parsed.success) return null;
  const incoming = parsed.data;
  for (const handle of [handleRules, handleVersion, handleFacts, handleRisk]) {
    const messages = await handle(deps, item, incoming);
    if (messages !== null) return messages;
  }
  const act = actOf(incoming);
  if (act === null || (incoming.kind !== 'command' && incoming.kind !== 'press')) return null;
  const person = await deps.people.personFor(incoming.user.id, incoming.user.name);
  const asked = { item, person, words: act.words, commandId: commandIdOf(item.id) };
  const said = await act.run(deps, asked);
  const channel = incoming.channel;
  return [
    bulletin(`gov:${item.id}`, { kind: 'user', user: incoming.user.id, channel }, said.title, said.lines, said.buttons),
    ...(said.tell ?? []),
  ];
}

type Act = {
  readonly words: readonly string[];
  readonly run: (deps: GovernanceHandlerDeps, asked: Asked) => Promise<Said>;
};

function actOf(incoming: Incoming): Act | null {
  if (incoming.kind === 'command') {
    const [word = '', ...words] = wordsOf(incoming.text);
    const name = word.toLowerCase();
    // `suspend DR-12` is about one request and belongs to its card.
    if (name === 'suspend' && /^(dr|ex|uc|pc)-\d+$/i.test(words[0] ?? '')) return null;
    const run = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
    return run === undefined ? null : { words, run };
  }
  if (incoming.kind !== 'press') return null;
  const run = BUTTONS[incoming.action.split(':', 1)[0] ?? ''];
  return run === undefined ? null : { words: incoming.value.split(' '), run };
}

const COMMANDS: Readonly<Record<string, Act['run']>> = {
  system: systemCommand,
  systems: async ({ records }) => {
    const rows = await records.list({ kind: 'system', limit: 40 });
    const lines = rows.map(({ id, status, state }) => `${nameOf(state) ?? id}: ${status.replace('_', ' ')}`);
    return { title: rows.length === 0 ? 'No system is entered yet.' : `Systems (${rows.length})`, lines };
  },
  alias: lookAtAlias,
  decommission,
  'withdraw-file': withdrawFile,
  risks: listRisks,
  risk: oneRisk,
  suspend,
  holds: async ({ records }) => {
    const lines = (await holdsNow(records)).map(holdWords);
    return { title: lines.length === 0 ? 'Nothing is held.' : 'Held now', lines };
  },
  review: async ({ incidents, records }, { person, words, commandId }) => {
    const [hold = '', ...text] = words;
    const result = await incidents.review(
      await holdNamed(records, hold),
      { findings: text.join(' '), file: null },
      { person, commandId },
    );
    if (!result.ok) {
      const why = LIFT[result.reason] ?? 'what was found is missing, or too long.';
      return { title: `Not recorded: ${why}`, lines: [...result.detail.slice(0, 20), ...help('review')] };
    }
    return {
      title: `The review of ${result.hold.incident} is recorded. It can be lifted by a decision newer than the incident.`,
    };
  },
  lift: async ({ incidents, records }, { person, words, commandId }) => {
    const result = await incidents.lift(await holdNamed(records, words[0] ?? ''), (words[1] ?? '').toUpperCase(), {
      person,
      commandId,
    });
    if (!result.ok) return { title: `Not lifted: ${LIFT[result.reason] ?? result.reason}`, lines: result.detail };
    return {
      title: `Lifted: ${scopeWords(result.hold.scope)}. Other approvals it stopped each need their own fresh decision.`,
    };
  },
  roles,
  policy: policyCommand,
  gate: gateCommand,
  logging: loggingCommand,
  proposals,
  group: proposeGroup,
  appoint: (deps, asked) => proposeRole(deps, asked, 'assign'),
  dismiss: (deps, asked) => proposeRole(deps, asked, 'end'),
  delegate: (deps, asked) => proposeRole(deps, asked, 'delegate'),
  takeback: takeBack,
  absent,
  back,
};

const BUTTONS: Readonly<Record<string, Act['run']>> = {
  gov_accept: (deps, asked) =>
    asked.words[0] === 'document' ? acceptDocument(deps, asked) : settle(deps, asked, 'support'),
  gov_refuse: (deps, asked) => settle(deps, asked, 'refuse'),
  gov_alias: pressAlias,
  gov_step: tickOff,
  gov_again: proposeAgain,
  gov_recertify: async ({ directory }, { person, commandId }) => {
    const result = await directory.act({ type: 'recertify' }, person, commandId);
    return {
      title: result.ok ? 'Recorded. The next look is due in a quarter.' : (REFUSED[result.reason] ?? result.reason),
    };
  },
};

type Records = GovernanceHandlerDeps['records'];

/** The hold whose id begins so, where it is the only one; else the word as it was written. */
async function holdNamed(records: Records, word: string): Promise<string> {
  const start = word.toLowerCase();
  const named = (await holdsNow(records)).filter(({ id }) => id.startsWith(start));
  return start.length >= 8 && named.length === 1 ? (named[0]?.id ?? word) : word;
}

const LIFT: Readonly<Record<string, string>> = {
  review_missing: 'the post-incident review is missing.',
  no_fresh_quorum: 'this request was not approved after the incident began, or is not in force.',
  wrong_basis: 'this request is about something else.',
  own_review: 'you asked for this deployment, so somebody else lifts the hold.',
  role_missing: 'it takes one of these roles:',
  not_held: 'it is not held any more.',
  unknown_hold: 'there is no such hold. "/governance holds" lists them.',
  unknown_request: 'there is no such request.',
};

function help(word: 'suspend' | 'review'): readonly string[] {
  return word === 'suspend'
    ? [
        '/governance suspend "Ticket Router" INC-7 prompts leaked',
        '/governance suspend version "Ticket Router" 1.4.0 INC-7 prompts leaked',
        '/governance suspend vendor "Nimbus AI" INC-7 prompts leaked',
        '/governance suspend environment production INC-7 prompts leaked',
      ]
    : ['/governance review HOLD what was found and done', '"/governance holds" lists what is held.'];
}

async function suspend(deps: GovernanceHandlerDeps, { item, person, words, commandId }: Asked): Promise<Said> {
  const kind = (words[0] ?? '').toLowerCase();
  const named = ['system', 'version', 'vendor', 'environment'].includes(kind) && words.length > 3;
  const rest = named ? words.slice(1) : words;
  const [name = '', ...more] = rest;
  const scope: HoldScope =
    named && kind === 'version'
      ? { by: 'version', system: name, version: more.shift() ?? '' }
      : named && kind === 'vendor'
        ? { by: 'vendor', vendor: name }
        : named && kind === 'environment'
          ? { by: 'environment', environment: name }
          : { by: 'system', system: name };
  const [incident = '', ...reason] = more;
  const holdId = uuidFor(commandId, 'hold');
  const result = await deps.incidents.place(
    holdId,
    { scope, incident, reason: reason.join(' ') },
    { person, commandId },
  );
  if (result.ok)
    return {
      title: `Stopped: ${scopeWords(scope)}, incident ${result.hold.incident}. The gate denies it from now on.`,
      lines: [
        ...(await unknownIn(deps, scope)),
        `Review: /governance review ${shortHold(holdId)} what was found`,
        'Owners and informed roles are told.',
      ],
    };
  await deps.refusals.put({
    at: item.receivedAt,
    person,
    requestId: null,
    action: 'suspend_system',
    reason: result.reason,
  });
  if (result.reason === 'role_missing')
    return { title: 'Nothing was stopped: it takes one of these roles.', lines: result.detail };
  return {
    title: `Nothing was stopped: ${MISSING[result.detail[0] ?? ''] ?? result.reason}. Write what, the incident, and why:`,
    lines: help('suspend'),
  };
}

const MISSING: Readonly<Record<string, string>> = {
  scope: 'what is to stop is missing, or too long',
  incident: 'the number of the incident is missing, or is none',
  reason: 'the reason is missing, or too long',
};

/** A hold stops what it names, known or not; a slip of the pen would leave running what was meant. */
async function unknownIn({ systems }: GovernanceHandlerDeps, scope: HoldScope): Promise<readonly string[]> {
  if (scope.by !== 'system' && scope.by !== 'version') return [];
  const state = await systems.read(scope.system);
  if (state === null)
    return [`⚠️ The inventory has no system "${scope.system}": look whether the name is right. "/governance systems"`];
  const known = [...state.versions, ...state.requests].map(({ version }) => version);
  if (scope.by === 'system' || known.includes(scope.version)) return [];
  return [
    `⚠️ No version ${scope.version} of ${state.name} is known. Known: ${[...new Set(known)].join(', ') || 'none'}`,
  ];
}

function nameOf(state: unknown): string | null {
  return typeof state === 'object' && state !== null && 'name' in state && typeof state.name === 'string'
    ? state.name
    : null;
}
