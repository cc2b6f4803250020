/** `/governance policy`: which rules are in force, what waits, what it would change; and how it is put to the vote. */
import { policyDifference } from '#src/approvals/policy-difference.ts';
import type { GovernedFile, PolicyEnd, PolicyProposal, PolicyState } from '#src/directory/policies.ts';
import { againButton, NOT_ADOPTED, proposalButtons, voteButton } from '../../people/notices.ts';
import { rulesDifference } from '../../policy/version.ts';
import type { Asked, GovernanceHandlerDeps, Said } from './handler.ts';

/** Lines of a difference in one message. */
const LINES = 24;
/** Buttons under one message. */
const BUTTONS_MAX = 5;

/** Shows what waits; with an id and a reason behind it, puts it to the vote. */
export async function policyCommand(deps: GovernanceHandlerDeps, asked: Asked): Promise<Said> {
  const [proposal, ...reason] = asked.words;
  if (proposal !== undefined) return putToVote(deps, asked, proposal, reason.join(' ').trim());
  const state = await deps.rules.read();
  const waiting = [...state.proposals.values()].filter((one) => one.status === 'open');
  const policy = waiting.findLast((one) => one.document === 'approval-policy');
  if (policy !== undefined) return withOthers(await rulesWaiting(deps, policy), policy, waiting);
  const inForce = [...state.inForce].map(([document, { version, since }]) => {
    return `${document.replace('-', ' ')}: version ${version} since ${since.slice(0, 10)}`;
  });
  const more = waiting.length > 0 ? ['"/governance proposals" shows the settings that wait.'] : [];
  const ended = [...state.inForce.keys()].flatMap((document) => endedLast(state, document) ?? []);
  const buttons = ended.map(({ id, to }) => againButton(id, to.version));
  return { title: 'In force', lines: [...inForce, ...ended.map(endedWords), ...more], buttons };
}

/** Adds the other policies that wait, each with its button. */
function withOthers(said: Said, shown: PolicyProposal, waiting: readonly PolicyProposal[]): Said {
  const others = waiting.filter((one) => one !== shown && one.document === 'approval-policy');
  const lines = others.map(
    ({ to, vote }) => `Also waits: version ${to.version}${vote === null ? '' : `, as ${vote}`}.`,
  );
  const buttons = others.flatMap(({ id, to, vote }) => (vote === null ? [voteButton(id, to.version)] : []));
  return {
    ...said,
    lines: [...(said.lines ?? []), ...lines],
    buttons: [...(said.buttons ?? []), ...buttons].slice(0, BUTTONS_MAX),
  };
}

/** The newest proposal of a document where it came to nothing by a decision or for want of one; else null. */
function endedLast({ proposals }: PolicyState, wanted: GovernedFile): PolicyProposal | null {
  const last = [...proposals.values()].findLast(({ document }) => document === wanted);
  return last?.ended === undefined || last.ended === 'replaced' ? null : last;
}

function endedWords({ document, to, vote, ended = 'declined' }: PolicyProposal): string {
  const how =
    NOT_ADOPTED[ended] === undefined ? ENDED[ended] : `was approved, but is not in force: ${NOT_ADOPTED[ended][0]}`;
  return `Version ${to.version} of the ${document.replace('-', ' ')} ${how ?? ended}${vote === null ? '' : ` (${vote})`}.`;
}

const ENDED: Readonly<Partial<Record<PolicyEnd, string>>> = {
  rejected: 'was rejected',
  withdrawn: 'was withdrawn from the vote',
  declined: 'was refused by an administrator or its author',
  expired: 'was not decided in time',
};

/** A file of rules that waits: settings with their buttons, the policy with what it changes. */
export async function rulesWaiting(deps: GovernanceHandlerDeps, waiting: PolicyProposal): Promise<Said> {
  const { id, document, from, to, supporters, vote } = waiting;
  const versions = `Version ${to.version} in place of ${from.version}`;
  const title = `Waiting: the ${document.replace('-', ' ')}`;
  if (document !== 'approval-policy') {
    const changes = (await settingsDifference(deps, waiting)).slice(0, LINES);
    const lines = [`${versions}; ${supporters.length} of 2 stand behind it.`, ...changes];
    return { title, lines, buttons: proposalButtons('policy', id) };
  }
  const changes = await rulesDifference(deps.rules, waiting);
  const shown = (changes ?? ['It cannot be read by this version of Countersign.']).slice(0, LINES);
  const more = changes !== null && changes.length > LINES ? [`and ${changes.length - LINES} more`] : [];
  const next =
    vote === null
      ? ['It waits until an administrator puts it to the vote.']
      : [`The committee decides on it as ${vote}: /governance show ${vote}`];
  const buttons = vote === null ? [voteButton(id, to.version)] : [];
  return { title, lines: [`${versions}.`, ...shown, ...more, ...next], buttons };
}

/** What waiting settings change of those in force, in words; the schema of each is checked where they are adopted. */
async function settingsDifference(
  { rules }: GovernanceHandlerDeps,
  { document, to }: PolicyProposal,
): Promise<readonly string[]> {
  const current = (await rules.read()).inForce.get(document);
  const [before, after] = await Promise.all([current?.sha256 ?? '', to.sha256].map((sha256) => rules.bytesOf(sha256)));
  if (!before || !after) return ['It cannot be read by this version of Countersign.'];
  const dataOf = (bytes: Uint8Array): unknown => JSON.parse(Buffer.from(bytes).toString('utf8'));
  return policyDifference(dataOf(before), dataOf(after));
}

/** Puts a waiting policy to the vote, or says why not. */
export async function putToVote(
  deps: GovernanceHandlerDeps,
  { person, commandId, item }: Omit<Asked, 'words'>,
  proposal: string,
  reason: string,
): Promise<Said> {
  if (reason === '')
    return { title: 'Why does it change? The committee reads it: /governance policy ID why it changes' };
  const result = await deps.votes.submit(proposal, { by: person, reason: reason.slice(0, 1_500), commandId });
  if (result.ok)
    return {
      title: `${result.state.shortId}: the committee decides on it under the policy in force.`,
      lines: [
        'You put it to the vote, so you do not vote on it.',
        'It takes effect with the decision; nothing else changes it.',
      ],
    };
  const { reason: code, detail } = result;
  await deps.refusals.put({ at: item.receivedAt, person, requestId: null, action: 'policy_vote', reason: code });
  return { title: REFUSED[code] ?? `Not put to the vote (${code}).`, lines: detail };
}

const REFUSED: Readonly<Record<string, string>> = {
  unknown: 'No waiting policy has this id. "/governance policy" shows what waits.',
  not_admin: 'Only an administrator can put a policy to the vote.',
  not_open: 'It is decided already.',
  already_submitted: 'It is with the committee already.',
  unreadable: 'It cannot be read by this version of Countersign, so nobody could be asked about it.',
  holders_unconfirmed:
    'It was not put to the vote: these places depend on user groups that Slack does not confirm now. Try again later, or name holders:',
  quorum_unreachable: 'Nobody can fill these places of the vote now. Name holders first, or let somebody else ask:',
  strands_requests: 'It was not put to the vote: under it nobody could decide these open requests. Name holders first:',
  cannot_be_changed_again: 'It was not put to the vote: nobody could ever change it again. Name holders first:',
};
