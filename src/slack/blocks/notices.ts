/** Direct messages and thread notes about a request; one sentence first, then what to do. Pure. */
import type { SubmittedState } from '#src/approvals/types.ts';
import type { Intent } from '#src/delivery/intents.ts';
import { actions, button, context, type Message, section } from './build.ts';
import type { CardView } from './card.ts';
import { dateToken, inline, joinWords } from './text.ts';

type Tell = Extract<Intent, { intent: 'tell' }>['what'];
type Note = Extract<Intent, { intent: 'thread' }>['note'];

const OUTCOME_WORDS: Readonly<Record<string, string>> = {
  approved: 'is approved',
  approved_with_conditions: 'is approved with conditions',
  rejected: 'is rejected',
  expired: 'expired without a decision',
};

/** Tells one person about a request. `committee` is the committee channel's id. */
export function renderTell(what: Tell, state: SubmittedState, view: CardView, committee: string): Message {
  const id = `*${state.shortId}*`;
  const title = inline(view.title, 200);
  const lines = TELL[what](state, view, `<#${committee}>`);
  const first = `${id} ${lines[0] ?? ''}`;
  const value = JSON.stringify({ r: state.id, v: state.revision.hash });
  return {
    text: `${state.shortId} ${plainly(lines[0] ?? '')}`,
    blocks: [
      section([first, title, ...lines.slice(1)].join('\n')),
      actions(`tell:${state.id}`, [button('Details', 'open_details', value), ...tellButtons(what, value)]),
    ],
  };
}

type Lines = (state: SubmittedState, view: CardView, committee: string) => readonly string[];

const TELL: Readonly<Record<Tell, Lines>> = {
  submitted: (_state, view, committee) => [
    `is submitted. It is decided in ${committee} by ${dateToken(view.decideBy)}.`,
    `${view.tier.slice(0, 1).toUpperCase()}${view.tier.slice(1)} tier${view.tierReasons.length > 0 ? `: ${view.tierReasons.map((r) => inline(r, 120)).join(', ')}` : ''}`,
    view.needed.length > 0 ? `Waiting for: ${view.needed.map((n) => inline(n, 200)).join(' · ')}` : '',
  ],
  refused: (state) => [
    'was refused at submission: the approval policy prohibits this use.',
    ...state.terms.tierReasons.map(
      (r) => `• ${inline(r.because, 200)}${r.refs.length > 0 ? ` (${r.refs.join(', ')})` : ''}`,
    ),
    'The refusal is recorded. A changed purpose is a new request.',
  ],
  decided: (_state, view) => {
    const d = view.decision;
    if (d === null) return ['is being decided.'];
    const by = joinWords(d.by.map((b) => `${b.who} (${inline(b.role, 60)})`));
    return [
      `${OUTCOME_WORDS[d.outcome] ?? d.outcome}${by.length > 0 ? ` by ${by}` : ''}.`,
      d.why,
      ...d.conditions.map((c) => `• ${inline(c.text, 300)} (${c.owner}, due ${dateToken(c.due)})`),
      d.validUntil ? `Valid until ${dateToken(d.validUntil)}.` : '',
      d.entry === null ? '' : `Evidence entry ${d.entry}.`,
    ];
  },
  information_requested: (state) => [
    'waits for information from you:',
    `> ${inline(state.information?.text ?? 'see the thread of the card', 900)}`,
    'Answer with the button; the votes given so far stand.',
  ],
  conditions_offered: (state) => [
    'can be approved with these conditions. Accept them, or decline with a reason:',
    ...(state.offer?.conditions ?? []).map((c) => `• ${inline(c.text, 400)}`),
  ],
  contradicted: () => [
    'came back: two voters asked for conditions that contradict each other. Revise the request, or talk to the committee.',
  ],
  consult: (_state, view, committee) => [
    `asks for your advice before it is decided in ${committee}.`,
    view.consulted.join('\n'),
  ],
  suspended: (state) => ['is suspended; it may not be deployed.', `> ${inline(state.suspension?.reason ?? '', 600)}`],
  revoked: () => ['is revoked; it may not be deployed any more. A new request is needed.'],
  review_due: () => ['is due for review before it ends. Renew it, or let it end by itself.'],
  condition_overdue: (state) => [
    'has a condition that is overdue, so the gate says no until it is confirmed:',
    ...state.conditions.filter((c) => c.overdue && c.status === 'open').map((c) => `• ${inline(c.text, 300)}`),
  ],
  closed: (state) => [
    state.closure?.reason === 'validity_ended'
      ? 'has ended: its validity is over, and what it allowed is no longer allowed.'
      : 'is closed.',
  ],
  reinstated: () => ['is reinstated and may be deployed again.'],
  breakglass: (state) => [
    `is deployed as an emergency until ${state.breakGlass ? dateToken(new Date(state.breakGlass.untilMs)) : 'its end'}. The review after the fact is open in the committee channel.`,
  ],
};

function tellButtons(what: Tell, value: string) {
  if (what === 'information_requested') return [button('Give information', 'open_give_information', value, 'primary')];
  if (what === 'conditions_offered')
    return [button('Look at the conditions', 'open_accept_conditions', value, 'primary')];
  if (what === 'consult') return [button('Give advice', 'open_consult', value, 'primary')];
  if (what === 'submitted') return [button('Withdraw', 'open_withdraw', value)];
  return [];
}

/** A note in the card's thread. */
export function renderNote(note: Note, state: SubmittedState, view: CardView): Message {
  const needed = view.needed.map((n) => inline(n, 200)).join(' · ');
  const texts: Readonly<Record<Note, string>> = {
    reminded: `${state.shortId} is to be decided by ${dateToken(view.decideBy)}. Still needed: ${needed}`,
    escalated: `${state.shortId} is escalated to ${inline(state.terms.escalation.to, 80)}${state.unfilled.length > 0 ? `, because nobody can fill: ${state.unfilled.map((u) => inline(u, 100)).join('; ')}` : ''}. Still needed: ${needed}`,
    information_requested: `Information is asked of the requester: ${inline(state.information?.text ?? '', 900)}`,
    information_provided: `The requester answered the question on ${state.shortId}; see Details.`,
    conditions_offered: `The conditions of ${state.shortId} are with the requester.`,
    contradicted: `Conditions asked for on ${state.shortId} contradict each other, so it went back to the requester.`,
    comment: `A comment was made on ${state.shortId}; see Details.`,
  };
  return { text: plainly(texts[note]), blocks: [section(texts[note])] };
}

/** Tells a role's holder, who decides nothing. */
export function renderInform(role: string, state: SubmittedState, view: CardView, committee: string): Message {
  const base = renderTell(
    state.status === 'suspended' ? 'suspended' : state.status === 'revoked' ? 'revoked' : 'decided',
    state,
    view,
    committee,
  );
  return {
    text: base.text,
    blocks: [...base.blocks.slice(0, 1), context(`You are told as ${inline(role, 80)}; nothing is asked of you.`)],
  };
}

function plainly(mrkdwn: string): string {
  return mrkdwn
    .replace(/[*_`]/g, '')
    .replace(/<!date\^[^|>]*\|([^>]*)>/g, '$1')
    .slice(0, 900);
}
