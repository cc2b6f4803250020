/** The committee card and what it becomes after the decision (screens.md, "Committee card"). Pure. */
import type { Button, KnownBlock } from '@slack/types';
import { actions, button, context, header, type Message, section, sections } from './build.ts';
import { capital, dateToken, inline, joinWords } from './text.ts';

/** Everything a card shows, with people already turned into mentions and texts still raw. */
export type CardView = {
  readonly requestId: string;
  readonly revision: string;
  readonly shortId: string;
  /** "Deploy credit-scoring 2.1 to production" */
  readonly title: string;
  /** "High tier", or what stands in its place. */
  readonly tier: string;
  readonly tierReasons: readonly string[];
  readonly askedBy: string;
  readonly owner: string;
  readonly revisionNumber: number;
  readonly decideBy: Date;
  /** Earliest moment of a decision; null when that is now. */
  readonly earliest: Date | null;
  readonly purpose: string;
  readonly evidenceHave: number;
  /** Null where nothing can be demanded. */
  readonly evidenceWanted: number | null;
  /** Each piece that is demanded or was given, one a line, ready to show. */
  readonly evidence: readonly string[];
  readonly facts: readonly string[];
  readonly needed: readonly string[];
  readonly votes: readonly {
    readonly who: string;
    readonly role: string;
    readonly choice: string;
    readonly reason: string | null;
  }[];
  readonly consulted: readonly string[];
  /** Null while it is open. */
  readonly decision: {
    readonly outcome: string;
    readonly at: Date;
    readonly by: readonly { readonly who: string; readonly role: string }[];
    readonly why: string;
    readonly conditions: readonly {
      readonly text: string;
      readonly owner: string;
      readonly due: Date;
      readonly status: string;
    }[];
    readonly validUntil: Date | null;
    readonly entry: number | null;
  } | null;
  readonly status: string;
  /** Why it is not in force although it was approved (suspended, revoked ...). */
  readonly standing: string | null;
};

const CHOICE_WORDS: Readonly<Record<string, string>> = {
  approve: 'Approved',
  approve_with_conditions: 'Approved with conditions',
  reject: 'Rejected',
  abstain: 'Abstained',
  recuse: 'Stepped back',
};
const OUTCOME: Readonly<Record<string, { readonly sign: string; readonly word: string }>> = {
  approved: { sign: '✓', word: 'Approved' },
  approved_with_conditions: { sign: '✓', word: 'Approved with conditions' },
  rejected: { sign: '✗', word: 'Rejected' },
  expired: { sign: '–', word: 'Expired without a decision' },
};

/** Renders the card of an open or decided request. */
export function renderCard(view: CardView): Message {
  return view.decision === null ? openCard(view) : decidedCard(view, view.decision);
}

function openCard(view: CardView): Message {
  const waiting =
    view.status === 'withdrawn' ? 'Withdrawn by the requester; nothing more is needed.' : neededLine(view);
  const text = `${view.shortId}: ${inline(view.title, 200)}. ${plainText(waiting)}`;
  const blocks: KnownBlock[] = [
    header(`${view.shortId}  ${view.title}`),
    section(
      `*${view.tier}*${view.tierReasons.length > 0 ? ` (${view.tierReasons.map((r) => inline(r, 120)).join(', ')})` : ''}\n` +
        `Asked by ${view.askedBy}${view.owner === view.askedBy ? '' : ` for ${view.owner}`} · decide by ${dateToken(view.decideBy)}` +
        `${view.earliest ? ` · earliest ${dateToken(view.earliest)}` : ''}${view.revisionNumber > 1 ? ` · revision ${view.revisionNumber}` : ''}`,
    ),
    section(inline(view.purpose, 600)),
  ];
  const standing = [waiting, votesLine(view), ...view.consulted].filter((line) => line.length > 0);
  if (standing.length > 0) blocks.push(section(standing.join('\n')));
  if (view.evidenceWanted !== null)
    blocks.push(...sections([evidenceLine(view.evidenceHave, view.evidenceWanted), ...view.evidence]));
  if (view.facts.length > 0) blocks.push(section(view.facts.join('\n')));
  if (view.status !== 'withdrawn') blocks.push(actions(`request:${view.requestId}`, openButtons(view)));
  return { text, blocks };
}

function openButtons(view: CardView): Button[] {
  const value = JSON.stringify({ r: view.requestId, v: view.revision });
  return [
    button('Review and vote', 'open_vote', value, 'primary'),
    button('Ask for information', 'open_ask_information', value),
    button('Details', 'open_details', value),
    button('More', 'open_more', value),
  ];
}

function decidedCard(view: CardView, decision: NonNullable<CardView['decision']>): Message {
  const outcome = OUTCOME[decision.outcome] ?? { sign: '•', word: decision.outcome };
  const by = joinWords(decision.by.map((b) => `${b.who} (${inline(b.role, 60)})`));
  const value = JSON.stringify({ r: view.requestId, v: view.revision });
  const lines = [
    `${outcome.sign} *${outcome.word}*${by.length > 0 ? ` by ${by}` : ''} · ${dateToken(decision.at)}`,
    ...(decision.why.length > 0 ? [inline(decision.why, 300)] : []),
    ...(view.standing ? [`*${inline(view.standing, 300)}*`] : []),
    ...decision.conditions.map(
      (c) => `• ${inline(c.text, 300)} — ${c.owner}, due ${dateToken(c.due)}: ${inline(c.status, 40)}`,
    ),
    ...(decision.validUntil ? [`Valid until ${dateToken(decision.validUntil)}`] : []),
  ];
  return {
    text: `${view.shortId} ${outcome.word.toLowerCase()}: ${inline(view.title, 200)}.`,
    blocks: [
      header(`${view.shortId}  ${view.title}`),
      section(lines.join('\n')),
      ...(view.facts.length > 0 ? [section(view.facts.join('\n'))] : []),
      context(
        `${view.tier} · asked by ${view.askedBy}${decision.entry === null ? '' : ` · evidence entry ${decision.entry}`}`,
      ),
      actions(`request:${view.requestId}`, [
        button('Details', 'open_details', value),
        button('Verify', 'open_verify', value),
        ...(view.status === 'rejected' || view.status === 'expired' ? [] : [button('More', 'open_more', value)]),
      ]),
    ],
  };
}

/** "High tier" */
export function tierWord(tier: string): string {
  return `${capital(tier)} tier`;
}

function evidenceLine(have: number, wanted: number): string {
  return wanted === 0 ? 'Evidence: none demanded at this tier' : `Evidence ${have} of ${wanted}`;
}

/** What an approval still waits for, on one line; empty for nothing. */
export function neededWords({ needed }: { readonly needed: readonly string[] }): string {
  return needed.map((one) => inline(one, 200)).join(' · ');
}

function neededLine(view: CardView): string {
  return view.needed.length === 0 ? '' : `*Still needed:* ${neededWords(view)}`;
}

function votesLine(view: CardView): string {
  const groups = new Map<string, string[]>();
  for (const vote of view.votes) {
    const word = CHOICE_WORDS[vote.choice] ?? vote.choice;
    const reason = vote.reason ? `, “${inline(vote.reason, 160)}”` : '';
    const role = vote.role.length > 0 ? ` (${inline(vote.role, 60)}${reason})` : reason;
    groups.set(word, [...(groups.get(word) ?? []), `${vote.who}${role}`]);
  }
  return [...groups].map(([word, people]) => `*${word}:* ${people.join(', ')}`).join('\n');
}

function plainText(mrkdwn: string): string {
  return mrkdwn.replace(/[*_]/g, '');
}
