/** Direct messages and thread notes about a request; one sentence first, then what to do. Pure. */
import type { SubmittedState } from '#src/approvals/types.ts';
import type { Note, Tell } from '#src/delivery/inbox/intents.ts';
import { actions, button, context, type Message, section } from './build.ts';
import { type CardView, neededWords } from './card.ts';
import { KIND_WORDS } from './kind-words.ts';
import { scopeLines } from './scope.ts';
import { dateToken, inline, joinWords } from './text.ts';

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
      section([first, title, ...lines.slice(1).filter((line) => line !== '')].join('\n')),
      actions(`tell:${state.id}`, [button('Details', 'open_details', value), ...tellButtons(what, value)]),
    ],
  };
}

type Lines = (state: SubmittedState, view: CardView, committee: string) => readonly string[];

const TELL: Readonly<Record<Tell, Lines>> = {
  submitted: (_state, view, committee) => [
    `is submitted. It is decided in ${committee} by ${dateToken(view.decideBy)}.`,
    `${view.tier}${view.tierReasons.length > 0 ? `: ${view.tierReasons.map((r) => inline(r, 120)).join(', ')}` : ''}`,
    view.needed.length > 0 ? `Waiting for: ${neededWords(view)}` : '',
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
  revised: (state, view) => [
    `was revised (revision ${state.revision.number}), so your vote on the earlier one does not count any more.`,
    view.needed.length > 0 ? `Waiting for: ${neededWords(view)}` : '',
    'Look at it and vote again.',
  ],
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
  reminder: (_state, view) => [
    `waits for you; it is decided by ${dateToken(view.decideBy)}.`,
    view.needed.length > 0 ? `Still needed: ${neededWords(view)}` : '',
  ],
  escalated: (state, view) => [
    `is escalated to you as ${inline(state.terms.escalation.to, 80)}${state.unfilled.length > 0 ? `: nobody can fill ${state.unfilled.map((u) => inline(u, 100)).join('; ')}` : ': its time is running out'}.`,
    `Decided by ${dateToken(view.decideBy)}, or it expires. Deputies may act now; an admin can name holders.`,
  ],
  scope_proposed: (state, _view) => {
    const proposal = state.proposals.findLast((one) => one.status === 'open');
    return [
      'could be approved with a narrower scope:',
      ...scopeLines(proposal?.scope ?? null).map((line) => `• ${inline(line, 200)}`),
      proposal ? `> ${inline(proposal.reason, 600)}` : '',
      'Accepting it makes a revision; otherwise the request stays as it is.',
    ];
  },
  meeting: (state) => [
    `was decided on in a meeting${state.meetings.at(-1) ? ` on ${state.meetings.at(-1)?.heldOn.slice(0, 10)}` : ''}. The minutes name your vote; it counts once you confirm it.`,
  ],
  condition_yours: (state) => [
    'is approved with conditions, and you have to meet some of them:',
    ...state.conditions
      .filter((c) => c.status === 'open')
      .map((c) => `• *${c.id}* ${inline(c.text, 300)}, due ${dateToken(new Date(c.dueAtMs))}`),
    'Give the evidence with the button when it is done.',
  ],
  condition_evidence: (state) => [
    'has evidence for a condition that your role confirms:',
    ...state.conditions
      .filter((c) => c.status === 'open' && c.evidence.length > 0)
      .map((c) => `• *${c.id}* ${inline(c.text, 300)} (${inline(c.confirmRole, 80)})`),
  ],
  condition_confirmed: (state) => {
    const open = state.conditions.filter((c) => c.status === 'open').length;
    return [`has a condition confirmed. ${open === 0 ? 'None is open any more.' : `${open} still open.`}`];
  },
  suspended: (state) => [
    `is suspended; ${KIND_WORDS[state.document.kind].stopped}.`,
    `> ${inline(state.suspension?.reason ?? '', 600)}`,
  ],
  revoked: ({ document }) => [`is revoked; ${KIND_WORDS[document.kind].stopped} any more. A new request is needed.`],
  review_due: (_state, view) => [
    `is due for review${view.decision?.validUntil ? `; it ends ${dateToken(view.decision.validUntil)}` : ''}. Renew it, or let it end by itself.`,
  ],
  condition_overdue: (state) => [
    'has a condition that is overdue, so the gate says no until it is confirmed:',
    ...state.conditions.filter((c) => c.overdue && c.status === 'open').map((c) => `• ${inline(c.text, 300)}`),
  ],
  superseded: (_state, view) => [
    `is superseded by a newer approval. It stays deployable for a rollback${view.decision?.validUntil ? ` until ${dateToken(view.decision.validUntil)}` : ''}.`,
  ],
  renewed: () => ['is renewed by a fresh decision, which now stands in its place.'],
  closed: (state) => [
    state.closure?.reason === 'validity_ended'
      ? 'has ended: its validity is over, and what it allowed is no longer allowed.'
      : 'is closed; what it allowed is no longer allowed.',
  ],
  reinstated: ({ document }) => [`is reinstated and ${KIND_WORDS[document.kind].again}.`],
  breakglass: (state) => [
    `is deployed as an emergency until ${state.breakGlass ? dateToken(new Date(state.breakGlass.untilMs)) : 'its end'}. The review after the fact is open in the committee channel.`,
  ],
  breakglass_ended: () => [
    'may not run as an emergency any more: the time is over. It needs the approval of its review.',
  ],
  exception_ended: () => ['rests on an exception that does not carry it any more.'],
};

/** Buttons under a message, by what it says. The rest is behind "Details". */
const BUTTONS: Readonly<Partial<Record<Tell, readonly [label: string, action: string, style?: 'primary']>>> = {
  information_requested: ['Give information', 'open_give_information', 'primary'],
  conditions_offered: ['Look at the conditions', 'open_accept_conditions', 'primary'],
  consult: ['Give advice', 'open_consult', 'primary'],
  submitted: ['Withdraw', 'open_withdraw'],
  revised: ['Review and vote', 'open_vote', 'primary'],
  reminder: ['Review and vote', 'open_vote', 'primary'],
  scope_proposed: ['Look at the narrower scope', 'open_accept_scope', 'primary'],
  meeting: ['Confirm my vote', 'open_confirm_meeting', 'primary'],
  contradicted: ['Edit', 'open_edit'],
  condition_yours: ['Give evidence', 'open_condition_evidence', 'primary'],
  condition_overdue: ['Give evidence', 'open_condition_evidence', 'primary'],
  condition_evidence: ['Confirm a condition', 'open_condition_confirm', 'primary'],
  review_due: ['Renew or replace', 'open_renew', 'primary'],
  suspended: ['Renew or replace', 'open_renew'],
  exception_ended: ['More', 'open_more'],
};

function tellButtons(what: Tell, value: string) {
  const found = BUTTONS[what];
  return found === undefined ? [] : [button(found[0], found[1], value, found[2])];
}

/** Tells those who rest on an exception or a use case what became of it. */
export function renderDependent(state: SubmittedState, view: CardView, basis: SubmittedState): Message {
  const how =
    basis.suspension !== null && basis.closure === null
      ? 'is suspended'
      : basis.revokedAtMs !== null
        ? 'is revoked'
        : basis.closure !== null
          ? 'has ended'
          : 'has an overdue control';
  const useCase = basis.document.kind === 'use-case';
  // A use case is needed to begin; one that merely ran out stops nothing that runs.
  const effect =
    useCase && basis.suspension === null && basis.revokedAtMs === null
      ? 'what runs may go on, and nothing new is approved on it'
      : 'the gate says no to it until that is put right';
  const first = `*${state.shortId}* rests on ${basis.shortId}, which ${how}: ${effect}.`;
  const value = JSON.stringify({ r: state.id, v: state.revision.hash });
  const lines = [
    first,
    inline(view.title, 200),
    `Renew ${basis.shortId}, or change the deployment so that it needs no basis.`,
  ];
  return {
    text: plainly(first),
    blocks: [
      section(lines.join('\n')),
      actions(`dependent:${state.id}`, [
        button('Details', 'open_details', value),
        button(`Details of ${basis.shortId}`, 'open_details', JSON.stringify({ r: basis.id, v: basis.revision.hash })),
      ]),
    ],
  };
}

/** A note in the card's thread. */
export function renderNote(note: Note, state: SubmittedState, view: CardView): Message {
  const needed = neededWords(view);
  const id = state.shortId;
  const advice = state.consults.at(-1);
  const texts: Readonly<Record<Note, string>> = {
    reminded: `${id} is to be decided by ${dateToken(view.decideBy)}. Still needed: ${needed}`,
    escalated: `${id} is escalated to ${inline(state.terms.escalation.to, 80)}${state.unfilled.length > 0 ? `, because nobody can fill: ${state.unfilled.map((u) => inline(u, 100)).join('; ')}` : ''}. Still needed: ${needed}`,
    revised: `${id} was revised (revision ${state.revision.number}); votes on the earlier one do not count. Still needed: ${needed}`,
    information_requested: `Information is asked of the requester: ${inline(state.information?.text ?? '', 900)}`,
    information_provided: `The requester answered the question on ${id}; see Details.`,
    conditions_offered: `The conditions of ${id} are with the requester.`,
    conditions_declined: `The requester declined the conditions of ${id}; see Details. Voters may vote otherwise.`,
    contradicted: `Conditions asked for on ${id} contradict each other, so it went back to the requester.`,
    scope_proposed: `A narrower scope is proposed for ${id}: ${scopeLines(state.proposals.at(-1)?.scope ?? null)
      .map((line) => inline(line, 120))
      .join('; ')}. The requester has to answer.`,
    rejection_settled: `The chair settled the rejection of ${id}; the quorum decides. Still needed: ${needed}`,
    meeting: `A meeting's decision on ${id} was entered. It counts when each voter confirms it; they are asked in a direct message.`,
    consult_answered: advice
      ? `Advice on ${id} as ${inline(advice.role, 80)}, ${advice.stance}: ${inline(advice.text, 900)}`
      : `Advice on ${id} was given.`,
    consult_lapsed: `No advice came in time on ${id}: ${state.consultsLapsed.map((role) => inline(role, 80)).join(', ')}. It is decided without it.`,
    comment: `A comment was made on ${id}; see Details.`,
    condition_confirmed: `A condition of ${id} is confirmed; ${state.conditions.filter((c) => c.status === 'open').length} still open.`,
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
