/** The forms of what is said while a request is reviewed. */
import { systemsOf } from '#src/approvals/document-facts.ts';
import type { SubmittedState } from '#src/approvals/types.ts';
import { filesToAttest, openMeetings, ownRoles } from '#src/delivery/requests/acts.ts';
import type { Drawn } from './act-input.ts';
import { choice, dateInput, section, textInput, usersInput } from './blocks/build.ts';
import type { RenderContext } from './blocks/card-view.ts';
import { evidenceText } from './blocks/evidence-lines.ts';
import { KIND_WORDS } from './blocks/kind-words.ts';
import { formModal, type Modal, textModal } from './blocks/modal.ts';
import { dateToken, inline, mention } from './blocks/text.ts';

/** What is said during the review. */
export function speakingModal(drawn: Drawn): Modal | null {
  const { act, state, meta, intro, context } = drawn;
  const asked = inline(state.information?.text ?? '', 900);
  switch (act) {
    case 'attest':
      return attestModal(drawn);
    case 'comment':
      return textModal('comment', meta, 'Comment', intro, 'Comment', { hint: 'Everybody who opens Details reads it.' });
    case 'ask_information':
      return textModal('ask_information', meta, 'Ask for information', intro, 'What is missing?');
    case 'give_information':
      return textModal('give_information', meta, 'Give information', `${intro}\n> ${asked}`, 'Your answer');
    case 'withdraw_vote':
      return textModal('withdraw_vote', meta, 'Take my vote back', `${intro}\nYour vote no longer counts.`, 'Reason', {
        optional: true,
        submit: 'Take it back',
      });
    case 'withdraw':
      return textModal('withdraw', meta, 'Withdraw', `${intro}\nThis ends the request; the record stays.`, 'Reason', {
        optional: true,
        submit: 'Withdraw',
      });
    case 'settle': {
      const against = state.votes.filter((vote) => vote.choice === 'reject');
      const lines = against.map(
        (vote) => `• ${mention(context.slackUser(vote.by))}: ${inline(vote.reason ?? 'no reason', 400)}`,
      );
      return textModal('settle', meta, 'Settle the rejection', [intro, ...lines].join('\n'), 'Why it may go on', {
        submit: 'Settle',
        hint: 'The quorum then decides despite the rejection. A later rejection has to be settled anew.',
      });
    }
    case 'record_meeting':
      return meetingModal(state, meta, intro);
    case 'confirm_meeting':
      return minutesModal(drawn);
    case 'consult':
      return consultModal(state, meta, intro);
    case 'accept_conditions':
      return conditionsModal(state, meta, intro, context);
    default:
      return null;
  }
}

/** Which file, in which role. The file is read where it was captured; its hash says that it is the same one. */
function attestModal({ state, context, person, meta, intro }: Drawn): Modal {
  const files = filesToAttest(state, context.roster);
  const lines = files.map((item) => `• ${evidenceText(item, state, context)}`);
  const options = files.map(({ kind, sha256 }) => {
    return { value: sha256 ?? '', label: `${kind.replace(/-/g, ' ')} ${sha256?.slice(0, 12)}` };
  });
  const roles = ownRoles(context.roster, person).map((role) => ({ value: role.slice(0, 75), label: role }));
  const why = 'Read the file first: your name and role stand in the record for its being what it says.';
  return formModal(
    'attest',
    meta,
    'Stand for a file',
    [
      section([intro, why, ...lines].join('\n')),
      choice('file', 'File', options, { as: 'select', initial: options[0]?.value ?? '' }),
      choice('role', 'You stand for it as', roles, { as: 'select', initial: roles[0]?.value ?? '' }),
      choice('reach', 'You stand for it for', reachesOf(state), {
        initial: reachesOf(state)[0]?.value ?? '',
        hint: 'It serves no other system until somebody stands for it there, too.',
      }),
    ],
    'Stand for it',
  );
}

/** For what somebody can stand for a file of a request: its systems by name, or expressly everything. */
function reachesOf({ document }: SubmittedState) {
  const systems = systemsOf(document);
  const all = { value: 'organisation', label: 'Every system of the organisation' };
  return systems.length === 0 ? [all] : [{ value: 'systems', label: `Only ${systems.join(', ')}`.slice(0, 75) }, all];
}

function minutesModal({ state, person, about, intro }: Drawn): Modal {
  const number = openMeetings(state, person)[0] ?? 0;
  const meeting = state.meetings.find((one) => one.number === number);
  const entry = meeting?.votes.find((vote) => vote.person === person);
  const text = `${intro}\nThe minutes of ${meeting?.heldOn.slice(0, 10) ?? 'the meeting'} say that you voted *${(entry?.choice ?? '').replace(/_/g, ' ')}*: ${inline(entry?.reason ?? '', 600)}`;
  return formModal(
    'confirm_meeting',
    JSON.stringify({ ...about, p: number }),
    'Confirm my vote',
    [section(text)],
    'Confirm',
  );
}

function consultModal(state: SubmittedState, meta: string, intro: string): Modal {
  const roles = state.terms.consulted.map((c) => ({ value: c.role.slice(0, 75), label: c.role }));
  const stances = [
    { value: 'support', label: 'Support' },
    { value: 'concern', label: 'Concern' },
    { value: 'neutral', label: 'Neutral' },
  ];
  const only = roles.length === 1 ? { initial: roles[0]?.value ?? '' } : {};
  const extra = [
    choice('role', 'You advise as', roles, { as: 'select', ...only }),
    choice('stance', 'Your advice', stances),
  ];
  return textModal('consult', meta, 'Give advice', intro, 'In words', { extra });
}

function conditionsModal(state: SubmittedState, meta: string, intro: string, context: RenderContext): Modal {
  const { phases } = KIND_WORDS[state.document.kind];
  const conditions = state.offer?.conditions ?? [];
  const lines = conditions.map(
    (c) =>
      `• ${inline(c.text, 300)}: ${mention(context.slackUser(c.owner))}, due ${dateToken(new Date(c.dueAt))}, ` +
      `${(phases?.[c.phase] ?? 'at once').toLowerCase()}, confirmed by ${inline(c.confirmRole, 80)}`,
  );
  const answers = [
    { value: 'accept', label: 'Accept all of them' },
    { value: 'decline', label: 'Decline; the committee decides on' },
  ];
  const about = JSON.stringify({ ...JSON.parse(meta), c: conditions.map((c) => c.id) });
  return textModal('accept_conditions', about, 'Conditions', [intro, ...lines].join('\n'), 'Reason, when you decline', {
    optional: true,
    extra: [choice('answer', 'Your answer', answers)],
  });
}

function meetingModal(state: SubmittedState, meta: string, intro: string): Modal {
  return formModal('record_meeting', meta, 'Enter a meeting', [
    section(`${intro}\nMinutes decide nothing by themselves: each voter confirms what is entered here with one press.`),
    dateInput('heldOn', 'Day of the meeting'),
    textInput('text', 'Minutes', { multiline: true, charsMax: 2000, hint: 'What was discussed and decided.' }),
    usersInput('approved', 'Approved', { optional: true }),
    usersInput('rejected', 'Rejected', { optional: true }),
    usersInput('abstained', 'Abstained', { optional: true }),
    textInput('reason', 'Reason they gave', {
      multiline: true,
      charsMax: 1000,
      optional: !state.terms.reasonForEveryVote,
      hint: 'Stands as the reason of each of these votes.',
    }),
  ]);
}
