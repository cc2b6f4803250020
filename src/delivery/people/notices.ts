/**
 * Bulletins: short messages about systems, people and rules, with buttons. Their text holds no markup: it is escaped
 * when it is sent, and a pseudonym in it becomes a mention of that person.
 */
import { z } from 'zod';
import type { GovernedEvent, Proposal } from '#src/directory/governed.ts';
import type { PolicyEnd, PolicyEvent, PolicyState } from '#src/directory/policies.ts';
import { type Hold, type HoldEvent, scopeWords, shortHold } from '#src/systems/holds.ts';
import type { OutgoingMessage } from '../ports.ts';

const line = z.string().max(600);

export const bulletinSchema = z.object({
  intent: z.literal('bulletin'),
  to: z.discriminatedUnion('kind', [
    /** One Slack user, unseen by others where `channel` is given, else by direct message. */
    z.object({ kind: z.literal('user'), user: z.string().max(40), channel: z.string().max(40).nullable() }),
    z.object({ kind: z.literal('person'), person: z.string().max(60) }),
    z.object({ kind: z.literal('admins') }),
    z.object({ kind: z.literal('committee') }),
  ]),
  title: line,
  lines: z.array(line).max(40),
  buttons: z
    .array(z.object({ label: z.string().max(40), action: z.string().max(60), value: z.string().max(200) }))
    .max(5),
});
export type Bulletin = z.infer<typeof bulletinSchema>;

/** An outbox row of a bulletin. */
export function bulletin(
  key: string,
  to: Bulletin['to'],
  title: string,
  lines: readonly string[] = [],
  buttons: Bulletin['buttons'] = [],
): OutgoingMessage {
  const short = (text: string): string => (text.length <= 600 ? text : `${text.slice(0, 599)}…`);
  const payload: Bulletin = {
    intent: 'bulletin',
    to,
    title: short(title),
    lines: lines.slice(0, 40).map(short),
    buttons,
  };
  return { key, intent: 'bulletin', payload };
}

/** The last day of a period: an end at midnight belongs to the day before. */
function lastDay(until: string): string {
  return new Date(Date.parse(until) - 1).toISOString().slice(0, 10);
}

/** One change of the directory in words. */
export function changeWords(change: Proposal['changes'][number]): string {
  const { person, role } = change;
  switch (change.do) {
    case 'assign': {
      const from = change.from === null ? '' : ` from ${change.from.slice(0, 10)}`;
      const period = `${from}${change.until === null ? '' : ` until ${lastDay(change.until)}`}`;
      return change.deputyOf === null
        ? `${person} becomes ${role}${change.group === undefined ? '' : ` as a member of the group ${change.group}`}${period}`
        : `${person} becomes deputy of ${change.deputyOf} as ${role}${period}`;
    }
    case 'end':
      return `${person} is no longer ${role}`;
    case 'delegate':
      return `${person} stands for ${change.holder} as ${role} until ${lastDay(change.until)}`;
  }
}

/** Buttons under a proposal; pressing one is checked again. */
export function proposalButtons(what: 'directory' | 'policy', id: string): Bulletin['buttons'] {
  return [
    { label: 'Accept', action: 'gov_accept', value: `${what} ${id}` },
    { label: 'Refuse', action: 'gov_refuse', value: `${what} ${id}` },
  ];
}

/** What administrators are told about the directory. */
export function directoryNotices(events: readonly GovernedEvent[]): readonly OutgoingMessage[] {
  return events.flatMap((event) => {
    if (event.type === 'directory.change_proposed') {
      const { proposal, changes, reason } = event.data;
      const lines = changes.slice(0, 30).map(changeWords);
      const more = changes.length > 30 ? [`and ${changes.length - 30} more`] : [];
      const why = reason === '' ? [] : [`Why: ${reason}`];
      const title = 'A change of the directory waits. Two administrators must accept it, none of them appointed by it.';
      const buttons = proposalButtons('directory', proposal);
      return [bulletin(`proposal:${proposal}`, { kind: 'admins' }, title, [...lines, ...more, ...why], buttons)];
    }
    if (event.type === 'directory.reminded') {
      const title = 'The quarter is over: look through who holds which role (POL-5.1).';
      const lines = ['"/governance roles" lists them. When they are right, press the button.'];
      const button = { label: 'Roles are right', action: 'gov_recertify', value: 'roles' };
      return [bulletin('recertify', { kind: 'admins' }, title, lines, [button])];
    }
    return [];
  });
}

/** What committee and owners are told about a hold. */
export function holdNotices(
  event: HoldEvent['type'],
  hold: Hold,
  owners: readonly string[],
): readonly OutgoingMessage[] {
  const { id, scope, incident, by, role, liftedBy } = hold;
  const what = scopeWords(scope);
  if (event === 'incident.hold_placed') {
    const title = `Stopped: ${what}. Incident ${incident}; the gate denies it.`;
    const lines = [`By ${by} as ${role}.`, 'It ends by a post-incident review and a decision newer than the incident.'];
    const how = [
      `Review: /governance review ${shortHold(id)} what was found`,
      `Then: /governance lift ${shortHold(id)} DR-...`,
    ];
    return [
      bulletin(`hold:${id}`, { kind: 'committee' }, title, [...lines, ...how]),
      ...owners.map((owner) => bulletin(`hold:${id}:${owner}`, { kind: 'person', person: owner }, title, lines)),
    ];
  }
  if (event === 'incident.reviewed')
    return [
      bulletin(`hold-review:${id}`, { kind: 'committee' }, `The incident ${incident} was reviewed.`, [
        `${what} is still stopped.`,
      ]),
    ];
  const lines = [`On the strength of the fresh decision on ${liftedBy ?? ''}.`];
  return [
    bulletin(`hold-lifted:${id}`, { kind: 'committee' }, `No longer stopped: ${what} (incident ${incident}).`, lines),
  ];
}

/** What the owner of a system on a vendor's floating alias is reminded of; each button is a look that is recorded. */
export function aliasReminder(
  { key, version, digest }: { readonly key: string; readonly version: string; readonly digest: string },
  overdue: boolean,
): Pick<Bulletin, 'title' | 'lines' | 'buttons'> {
  const look = (said: 'same' | 'changed') => `${said} ${digest} ${key}`;
  return {
    title: `${key} ${version}: look again at what the vendor's floating alias means.`,
    lines: [
      overdue
        ? 'Nobody has looked in time: the gate denies it until somebody does.'
        : 'Ask the vendor, or compare its answers with those of the approval. When the time is over, the gate denies it.',
    ],
    buttons: [
      { label: 'It is the same model', action: 'gov_alias', value: look('same') },
      { label: 'It is another model', action: 'gov_alias', value: look('changed') },
    ],
  };
}

/** What administrators are told about the rules. */
export function policyNotices(events: readonly PolicyEvent[], state: PolicyState): readonly OutgoingMessage[] {
  return events.flatMap((event) => {
    if (event.type === 'policy.proposed') {
      const { proposal, document, from, to } = event.data;
      const title = `A new version of the ${words(document)} waits: ${to.version} in place of ${from.version}.`;
      if (document === 'approval-policy')
        return [
          bulletin(
            `policy:${proposal}`,
            { kind: 'admins' },
            title,
            [
              'The committee decides on it under the policy in force; until then nothing changes.',
              'What it changes: /governance policy',
            ],
            [voteButton(proposal, to.version)],
          ),
        ];
      const lines = ['Two administrators must accept it. What it changes: /governance proposals'];
      return [bulletin(`policy:${proposal}`, { kind: 'admins' }, title, lines, proposalButtons('policy', proposal))];
    }
    if (event.type === 'policy.adopted' && event.data.basis !== 'bootstrap') {
      const { document, to, persons, request } = event.data;
      const since = state.inForce.get(document)?.since ?? '';
      const title = `The ${words(document)} is now version ${to.version}.`;
      return [
        bulletin(`adopted:${document}:${since}`, { kind: 'committee' }, title, [
          request === undefined
            ? `Accepted by ${persons.join(' and ')}.`
            : `Decided as ${request} by ${persons.join(', ')}.`,
        ]),
      ];
    }
    return [];
  });
}

/** Rules that the committee approved and that are not in force: why, and what to do next. */
export const NOT_ADOPTED: Readonly<Partial<Record<PolicyEnd, readonly [why: string, next: string]>>> = {
  strands_requests: ['nobody could decide these open requests under it', 'Name holders first (/governance appoint).'],
  cannot_be_changed_again: ['nobody could ever change it again', 'Name holders first (/governance appoint).'],
  stale: ['other rules came into force during the vote', 'Look first at what it would change now.'],
  unreadable: ['this version of Countersign cannot read it', 'Update Countersign first.'],
  invalid: ['its record does not fit the decision', 'Ask whoever runs the server to look at the log first.'],
};

/** What has become of the rules that a vote was about; null while nothing has, or where the vote itself says it. */
export function standingOfVote({ proposals, inForce }: PolicyState, id: string): string | null {
  const proposal = proposals.get(id);
  if (proposal === undefined) return null;
  const { status, document, to, ended } = proposal;
  if (status === 'refused') {
    const why = ended === undefined ? undefined : NOT_ADOPTED[ended]?.[0];
    return why === undefined ? null : `Not in force: ${why}.`;
  }
  const current = inForce.get(document);
  if (status === 'open' || current === undefined) return null;
  const since = `${current.since.slice(0, 16).replace('T', ' ')} UTC`;
  return current.sha256 === to.sha256
    ? `In force since ${since}.`
    : `In force no more: version ${current.version} is, since ${since}.`;
}

/** Tells committee, administrators and whoever asked for it. */
export function notAdopted(about: {
  readonly id: string;
  readonly shortId: string;
  readonly version: string;
  readonly code: PolicyEnd;
  readonly detail: readonly string[];
  /** Who asked for it, beside the administrators. */
  readonly side: readonly string[];
}): readonly OutgoingMessage[] {
  const { id, shortId, version, code, detail, side } = about;
  const [why = code, next = ''] = NOT_ADOPTED[code] ?? [];
  const title = `Version ${version} of the approval policy is not in force, although ${shortId} approved it: ${why}.`;
  const kept = 'What was in force stays in force; the decision and the version are kept.';
  const lines = [...detail, kept, `${next} An administrator may then propose it again; the committee votes anew.`];
  const row = (to: Bulletin['to'], part: string, buttons: Bulletin['buttons'] = []) =>
    bulletin(`not-adopted:${id}:${part}`, to, title, lines, buttons);
  return [
    row({ kind: 'committee' }, 'committee'),
    row({ kind: 'admins' }, 'admins', [againButton(id, version)]),
    ...side.map((person) => row({ kind: 'person', person }, person)),
  ];
}

/** Opens the form in which an administrator says why a waiting policy is put to the vote; pressing it is checked. */
export function voteButton(proposal: string, version: string): Bulletin['buttons'][number] {
  return { label: `Put ${version.slice(0, 20)} to the vote`, action: 'gov_vote', value: proposal };
}

/** Proposes a version again that ended; pressing it is checked. */
export function againButton(proposal: string, version: string): Bulletin['buttons'][number] {
  return { label: `Propose ${version.slice(0, 20)} again`, action: 'gov_again', value: proposal };
}

function words(document: string): string {
  return document.replace('-', ' ');
}
