/** `/governance` on people and rules: roles, proposals, appointing and handing on; and the buttons that settle them. */
import { createHash } from 'node:crypto';
import { parseMoment } from '#src/approvals/duration.ts';
import { rosterAt, sameRole } from '#src/directory/directory.ts';
import { startOf } from '#src/directory/file.ts';
import { adminsAt, type Change } from '#src/directory/governed.ts';
import { ADMIN_ROLE } from '#src/directory/two-persons.ts';
import { rolesNeeded, unfilledRoles } from '#src/directory/unfilled.ts';
import { groupNews } from '../../people/groups.ts';
import { changeWords, proposalButtons } from '../../people/notices.ts';
import type { Asked, GovernanceHandlerDeps, Said } from './handler.ts';
import { rulesWaiting } from './policy-commands.ts';

/** What a refusal of the directory or the rules means to whoever asked. */
export const REFUSED: Readonly<Record<string, string>> = {
  already_supported: 'You stand behind it already. It takes another administrator.',
  by_vote: 'The approval policy changes by the vote of the committee: "/governance policy" shows how.',
  not_admin: 'Only an administrator can do this.',
  not_holder: 'You can hand on only a role that you hold.',
  not_open: 'It is decided already.',
  nothing_changed: 'That is so already.',
  own_appointment: 'It would appoint you, so others must stand behind it.',
  unknown: 'There is no such proposal any more.',
  waits_already: 'It waits already: "/governance proposals" shows it.',
};

/** Who holds what, and which roles nobody holds. */
export async function roles(deps: GovernanceHandlerDeps, { person }: Asked): Promise<Said> {
  const now = deps.now();
  const held = rosterAt(await deps.ledger.listAssignments(), now);
  const byRole = Map.groupBy(held, (a) => a.role);
  const missing = unfilledRoles(rolesNeeded(deps.policy()), held, now);
  const lines = [
    ...[...byRole].map(
      ([role, own]) =>
        `${role}: ${own.map((a) => (a.deputyOf === null ? a.person : `${a.person} (deputy)`)).join(', ')}`,
    ),
    ...missing.map(({ role, for: uses }) => `${role}: NOBODY (needed for ${uses.join(', ')})`),
  ];
  const admin = adminsAt(held, now).has(person);
  const hint = admin ? [...(await groupNews(deps)), 'Propose a change: /governance appoint U024BE7LH Legal Team'] : [];
  return {
    title: `Roles${missing.length > 0 ? `, ${missing.length} held by nobody` : ''}`,
    lines: [...lines.slice(0, 40 - Math.min(10, hint.length)), ...hint.slice(-10)],
  };
}

/** The first of what waits, with its buttons. */
export async function proposals(deps: GovernanceHandlerDeps): Promise<Said> {
  const state = await deps.directory.read();
  const open = [...state.proposals.values()].filter((p) => p.status === 'open');
  const rules = [...(await deps.rules.read()).proposals.values()].filter((p) => p.status === 'open');
  // The newest first: it is the one that people talk about.
  const first = open.at(-1);
  const rule = rules.at(-1);
  if (first !== undefined) {
    const lines = first.changes.map((c, i) => `${changeWords(c)} (${first.supporters[i]?.length ?? 0} of 2)`);
    const more = open.length + rules.length > 1 ? [`${open.length + rules.length - 1} more wait beside this one.`] : [];
    return {
      title: 'Waiting: a change of the directory',
      lines: [...lines.slice(0, 36), ...more],
      buttons: proposalButtons('directory', first.id),
    };
  }
  if (rule === undefined) return { title: 'Nothing waits.' };
  return rulesWaiting(deps, rule);
}

/** Accept or refuse, by a button. */
export async function settle(deps: GovernanceHandlerDeps, asked: Asked, verb: 'support' | 'refuse'): Promise<Said> {
  const [what = '', proposal = ''] = asked.words;
  const { person, commandId, item } = asked;
  const refusal = { type: 'refuse', proposal, reason: '', ended: 'declined' } as const;
  const command = verb === 'support' ? ({ type: verb, proposal } as const) : refusal;
  const desk = what === 'policy' ? deps.rules : deps.directory;
  const result = await desk.act(command, person, commandId);
  if (!result.ok) {
    await deps.refusals.put({
      at: item.receivedAt,
      person,
      requestId: null,
      action: `${what}_${verb}`,
      reason: result.reason,
    });
    return { title: REFUSED[result.reason] ?? `Not done (${result.reason}).` };
  }
  const status = result.state.proposals.get(proposal)?.status;
  if (status === 'accepted') return { title: 'It is in force.' };
  return {
    title:
      status === 'refused'
        ? 'It is ended; nothing changed.'
        : 'You stand behind it. It takes effect with one more administrator.',
  };
}

/**
 * `appoint U0EMMA Legal Team [from 2027-01-01] [until 2027-01-31] [deputy of U0LEGAL]`, `dismiss U0EMMA Legal Team`,
 * `delegate U0EMMA CISO until 2027-01-31 because on leave`; each with `because ...`, which a delegation demands.
 */
export async function proposeRole(
  deps: GovernanceHandlerDeps,
  asked: Asked,
  verb: 'assign' | 'end' | 'delegate',
): Promise<Said> {
  const { person, commandId, words } = asked;
  const [text = '', ...why] = words
    .slice(1)
    .join(' ')
    .split(/(?:^| )because /i);
  const reason = why.join(' because ').trim().slice(0, 1_000);
  const deputy = / deputy of (\S+)/i.exec(` ${text}`)?.[1];
  const untilText = / until (\S+)/i.exec(` ${text}`)?.[1];
  const fromText = / from (\S+)/i.exec(` ${text}`)?.[1];
  const role = text.replace(/(^| )(from|until|deputy of) \S+/gi, '').trim();
  const [user, deputyUser] = [userOf(words[0] ?? ''), deputy === undefined ? null : userOf(deputy)];
  const until = untilText === undefined ? null : parseMoment(untilText);
  const from = fromText === undefined || parseMoment(fromText) === null ? null : startOf(fromText);
  if (
    user === null ||
    role === '' ||
    (untilText !== undefined && until === null) ||
    (fromText !== undefined && from === null) ||
    (deputy !== undefined && deputyUser === null)
  )
    return { title: `Whom, and which role? For instance: /governance ${EXAMPLE[verb]}` };
  const who = await deps.people.personFor(user, null);
  const held = (await deps.ledger.listAssignments()).filter((a) => a.endedAt === null);
  const canonical = canonicalRole(deps, held, role);
  const now = deps.now();
  let change: Change | undefined;
  if (verb === 'assign') {
    const deputyOf = deputyUser === null ? null : await deps.people.personFor(deputyUser, null);
    change = {
      do: 'assign',
      assignment: uuidFor(commandId, 'assign'),
      role: canonical,
      person: who,
      from: from?.toISOString() ?? null,
      until,
      deputyOf,
    };
  } else if (verb === 'end') {
    const known = held.find((a) => a.person === who && sameRole(a.role, canonical));
    if (known !== undefined) change = { do: 'end', assignment: known.id, role: known.role, person: who };
  } else if (until !== null) {
    const period = { from: now.toISOString(), until };
    change = {
      do: 'delegate',
      delegation: uuidFor(commandId, 'delegate'),
      role: canonical,
      holder: person,
      person: who,
      ...period,
    };
  }
  if (change === undefined)
    return {
      title: verb === 'end' ? `${who} does not hold ${canonical}.` : 'Until when? Add for instance: until 2027-01-31',
    };
  const proposal = uuidFor(commandId, 'proposal');
  const command = { type: 'propose', proposal, source: 'slack', reason, changes: [change] } as const;
  const result = await deps.directory.act(command, person, commandId);
  if (!result.ok) return { title: notProposed(result) };
  const behind = result.state.proposals.get(proposal)?.supporters[0]?.length ?? 0;
  return {
    title: `Proposed: ${changeWords(change)}.`,
    lines: [
      ...(verb === 'assign' && !knownRoles(deps, held).includes(canonical)
        ? [`⚠️ No rule asks for the role ${canonical} and nobody holds it: whoever gets it decides nothing by it.`]
        : []),
      `It takes ${2 - behind} more; the administrators are told.`,
    ],
  };
}

const EXAMPLE: Readonly<Record<'assign' | 'end' | 'delegate', string>> = {
  assign: 'appoint U024BE7LH Legal Team until 2027-06-30',
  end: 'dismiss U024BE7LH Legal Team',
  delegate: 'delegate U024BE7LH Legal Team until 2027-01-31 because I am on leave',
};

/** What is wrong with a change, in words; each says what to write instead. */
const WRONG: Readonly<Record<string, string>> = {
  reason: 'Why? Add for instance: because I am on leave. Nothing was proposed.',
  period: 'This period cannot be: it must end in the future, and a role is handed on for at most three months.',
  delegation: 'A role is handed on to somebody else than its holder. Nothing was proposed.',
  deputy: 'Nobody is their own deputy. Nothing was proposed.',
};

/** Why a change is not proposed. */
function notProposed({ reason, detail }: { readonly reason: string; readonly detail: readonly string[] }): string {
  return REFUSED[reason] ?? WRONG[detail[0] ?? ''] ?? `Not proposed (${reason}: ${detail.join()}).`;
}

/** The role's name as the policy or the directory writes it. */
export function canonicalRole(deps: Pick<GovernanceHandlerDeps, 'policy'>, held: Held, role: string): string {
  return knownRoles(deps, held).find((one) => sameRole(one, role)) ?? role;
}

type Held = readonly { readonly role: string }[];

function knownRoles(deps: Pick<GovernanceHandlerDeps, 'policy'>, held: Held): readonly string[] {
  return [...rolesNeeded(deps.policy()).keys(), ADMIN_ROLE, ...held.map((a) => a.role)];
}

/**
 * `group @handle Legal Team`: proposes that the members of a user group, as they are now, hold a role. What two
 * administrators accept is this list of persons; whoever joins the group later is proposed anew, whoever leaves it holds
 * nothing by it at once.
 */
export async function proposeGroup(deps: GovernanceHandlerDeps, { person, commandId, words }: Asked): Promise<Said> {
  const [named = '', ...rest] = words;
  const wanted = /^<!subteam\^([A-Z0-9]+)/.exec(named)?.[1] ?? named;
  const role = rest.join(' ').trim();
  if (wanted === '' || role === '')
    return { title: 'Which group, and which role? For instance: /governance group @legal Legal Team' };
  const group = await deps.groups.find(wanted);
  const now = group === null ? null : await deps.groups.members(group.id);
  if (group === null || now === null)
    return { title: `Slack knows no user group ${wanted}. Write its handle (@legal) or its id (S...).` };
  const held = (await deps.ledger.listAssignments()).filter((a) => a.endedAt === null);
  const canonical = canonicalRole(deps, held, role);
  const bound = await deps.records.list({
    kind: 'group-assignment',
    status: ['open'],
    parent: group.id,
    limit: 10_000,
  });
  const ids = new Set(bound.map(({ id }) => id));
  const ours = held.filter((a) => ids.has(a.id) && sameRole(a.role, canonical));
  const members = await Promise.all(now.users.map((user) => deps.people.personFor(user, null)));
  const joined = members.filter((member) => !ours.some((a) => a.person === member));
  const changes: readonly Change[] = [
    ...joined.map((member, index): Change => {
      const assignment = uuidFor(commandId, `group ${index}`);
      const open = { from: null, until: null, deputyOf: null, group: group.id };
      return { do: 'assign', assignment, role: canonical, person: member, ...open };
    }),
    ...ours
      .filter((a) => !members.includes(a.person))
      .map((a): Change => ({ do: 'end', assignment: a.id, role: a.role, person: a.person })),
  ];
  const proposal = uuidFor(commandId, 'proposal');
  const command = { type: 'propose', proposal, source: 'slack', reason: '', changes } as const;
  const result = await deps.directory.act(command, person, commandId);
  if (!result.ok) return { title: notProposed(result) };
  return {
    title: `Proposed: ${canonical} by the user group @${group.handle}, ${changes.length} change(s).`,
    lines: [
      ...changes.slice(0, 30).map(changeWords),
      'Two administrators accept it; nobody counts for what appoints them.',
    ],
  };
}

/** A Slack user id from `U024BE7LH`, `@U...` or `<@U024BE7LH|name>`. */
export function userOf(text: string): string | null {
  return /^<?@?([UW][A-Z0-9]{2,20})(\|[^>]*)?>?$/.exec(text)?.[1] ?? null;
}

/** The same UUID for the same payload, so that a repeated one makes nothing twice. */
export function uuidFor(commandId: string, what: string): string {
  const hex = createHash('sha256').update(`${what} ${commandId}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
