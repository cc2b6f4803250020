/** The forms of the acts on a request. Each shows what it is about, asks for what is needed, and says what follows. */
import { evidenceStatus } from '#src/approvals/policy.ts';
import type { SubmittedState } from '#src/approvals/types.ts';
import type { AboutRequest } from '#src/delivery/forms/about.ts';
import {
  type Act,
  conditionsFor,
  filesToAttest,
  openMeetings,
  openProposals,
  ownRoles,
} from '#src/delivery/requests/acts.ts';
import { shownTo } from '#src/delivery/requests/desk.ts';
import { choice, dateInput, fileInput, section, textInput, usersInput } from './blocks/build.ts';
import { type RenderContext, titleOf, voteView } from './blocks/card-view.ts';
import { KIND_WORDS } from './blocks/kind-words.ts';
import { formModal, link, type Modal, textModal } from './blocks/modal.ts';
import { scopeLines } from './blocks/scope.ts';
import { dateToken, inline, mention } from './blocks/text.ts';
import { voteModal } from './blocks/vote-form.ts';

export type ActModalInput = {
  readonly act: Act;
  readonly state: SubmittedState;
  readonly context: RenderContext;
  readonly person: string;
  readonly nonce: string;
  /** A file of the message from which it was opened. */
  readonly files: readonly string[];
};

type Drawn = ActModalInput & { readonly about: AboutRequest; readonly meta: string; readonly intro: string };

/** The form of an act for one person. */
export function actModal(input: ActModalInput): Modal {
  const { state, act } = input;
  const about: AboutRequest = { r: state.id, v: state.revision.hash };
  const intro = `*${state.shortId}* ${inline(titleOf(state), 200)}`;
  const drawn: Drawn = { ...input, about, meta: JSON.stringify(about), intro };
  if (act === 'vote') {
    const card = shownTo(state).sha256;
    return voteModal(voteView(state, input.person, input.context), JSON.stringify({ ...about, card }), {}, 1);
  }
  return speakingModal(drawn) ?? revisionModal(drawn) ?? standingModal(drawn) ?? unknownAct(intro);
}

function unknownAct(intro: string): Modal {
  return { ...formModal('unknown', '', 'Countersign', [section(`${intro}\nThis is not offered any more.`)]) };
}

/** What is said during the review. */
function speakingModal(drawn: Drawn): Modal | null {
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
  const lines = files.map(
    ({ title, kind, url, sha256 }) =>
      `• ${link(url.replace(/#sha256=.*$/, ''), title || kind)} (${inline(kind, 60)}), sha256 ${sha256?.slice(0, 12)}…`,
  );
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
    ],
    'Stand for it',
  );
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
      `${phases[c.phase].toLowerCase()}, confirmed by ${inline(c.confirmRole, 80)}`,
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

/** What leads to a revision, and the meeting. */
function revisionModal(input: Drawn): Modal | null {
  const { act, state, about, meta, intro, nonce, context } = input;
  const withNonce = JSON.stringify({ ...about, n: nonce });
  switch (act) {
    case 'propose_scope': {
      const now = state.document.kind === 'deployment' ? scopeLines(state.document.scope) : [];
      const extra = [
        textInput('scope.users', 'Only for these users', { optional: true, charsMax: 80 }),
        textInput('scope.traffic', 'Share of traffic, in percent', { optional: true, charsMax: 6, placeholder: '25' }),
        textInput('scope.regions', 'Only in these regions', {
          optional: true,
          charsMax: 400,
          hint: 'Separated by commas.',
        }),
        dateInput('scope.until', 'Until', { optional: true }),
      ];
      const text = `${intro}\nScope now: ${now.map((line) => inline(line, 200)).join('; ') || 'not limited'}`;
      return textModal('propose_scope', meta, 'Narrower scope', text, 'Why', { extra, submit: 'Propose' });
    }
    case 'accept_scope': {
      const number = openProposals(state)[0] ?? 0;
      const proposal = state.proposals.find((one) => one.number === number);
      const lines = scopeLines(proposal?.scope ?? null).map((line) => `• ${inline(line, 200)}`);
      const by = proposal ? mention(context.slackUser(proposal.by)) : 'an approver';
      const text = [
        intro,
        `${by} proposes: ${inline(proposal?.reason ?? '', 600)}`,
        ...lines,
        'Accepting it makes a revision with this scope; the votes are given anew.',
      ];
      return formModal(
        'accept_scope',
        JSON.stringify({ ...about, n: nonce, p: number }),
        'Narrower scope',
        [section(text.join('\n'))],
        'Accept',
      );
    }
    case 'raise_tier': {
      const tiers = (['limited', 'high'] as const)
        .filter((tier) => tier === 'high' || state.terms.tier === 'minimal')
        .map((tier) => ({ value: tier, label: tier }));
      const extra = [choice('tier', 'New tier', tiers)];
      const text = `${intro}\n${state.terms.tier} tier now. A stricter tier makes a revision: its evidence and quorum apply.`;
      return textModal('raise_tier', withNonce, 'Raise the tier', text, 'Why', { extra, submit: 'Raise it' });
    }
    case 'add_evidence':
      return addEvidenceModal(input);
    case 'record_meeting':
      return meetingModal(state, meta, intro);
    default:
      return null;
  }
}

/** One file for one demanded piece. The file itself comes from the message, or is uploaded here. */
function addEvidenceModal({ state, about, intro, nonce, files, context }: Drawn): Modal {
  const standing = evidenceStatus(state.terms.evidence, state.document, context.now.getTime(), context.roster.files);
  const kinds = [...standing].sort((a, b) => Number(a.why === null) - Number(b.why === null));
  const options = kinds.map(({ demand, why }) => {
    return { value: demand.kind, label: `${demand.title}${why === null ? ' (there already)' : ''}` };
  });
  if (options.length === 0) options.push({ value: 'link', label: 'A document' });
  const text = `${intro}\nIt makes a revision: votes given so far are given anew. Somebody of another side then stands for the file.`;
  const meta = { ...about, n: nonce, ...(files.length === 0 ? {} : { f: files }) };
  return formModal(
    'add_evidence',
    JSON.stringify(meta),
    'Add evidence',
    [
      section(text),
      choice('kind', 'What it is', options, { as: 'select', initial: options[0]?.value ?? '' }),
      ...(files.length === 0 ? [fileInput('upload', 'The file')] : []),
      dateInput('date', 'Date of the document'),
      dateInput('validUntil', 'Valid until', { optional: true }),
      textInput('version', 'Version', { optional: true, charsMax: 60 }),
    ],
    'Add it',
  );
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

/** What happens to an approval. */
function standingModal(drawn: Drawn): Modal | null {
  const { act, state, meta, intro } = drawn;
  switch (act) {
    case 'suspend':
      return textModal(
        'suspend',
        meta,
        'Suspend',
        `${intro}\n${KIND_WORDS[state.document.kind].effect} A fresh decision starts it again.`,
        'Reason',
        {
          submit: 'Suspend',
          extra: [textInput('incident', 'Incident number', { optional: true, charsMax: 80 })],
        },
      );
    case 'revoke':
      return textModal(
        'revoke',
        meta,
        'Revoke',
        `${intro}\nThis ends the approval for good; only a new request permits it again.`,
        'Reason',
        { submit: 'Revoke' },
      );
    case 'close': {
      const causes = [
        { value: 'done', label: 'It is done' },
        { value: 'decommissioned', label: 'It is out of service' },
      ];
      return textModal('close', meta, 'Close', `${intro}\nWhat it allowed is then no longer allowed.`, 'Reason', {
        submit: 'Close it',
        extra: [choice('cause', 'Why', causes, { initial: 'decommissioned' })],
      });
    }
    case 'record_deployment': {
      const { environment, digest } =
        state.document.kind === 'deployment' ? state.document : { environment: '', digest: '' };
      return formModal(
        'record_deployment',
        meta,
        'Record the deployment',
        [
          section(`${intro}\nOnly the approved artefact in the approved environment can be recorded.`),
          textInput('environment', 'Environment', { charsMax: 40, initial: environment }),
          textInput('digest', 'Digest of what runs', { charsMax: 71, initial: digest }),
        ],
        'Record',
      );
    }
    case 'condition_evidence':
    case 'condition_confirm':
      return conditionModal(drawn, act);
    default:
      return null;
  }
}

function conditionModal(drawn: Drawn, act: 'condition_evidence' | 'condition_confirm'): Modal {
  const { state, context, person, meta, intro } = drawn;
  const mine = new Set(conditionsFor(act, { state, person, roster: context.roster, now: context.now }));
  const open = state.conditions.filter((condition) => mine.has(condition.id));
  const lines = open.map((c) => {
    const given = c.evidence.length === 0 ? 'no evidence yet' : `${c.evidence.length} given`;
    return `• *${c.id}* ${inline(c.text, 240)}: wants ${inline(c.evidenceWanted, 160)}; ${given}; due ${dateToken(new Date(c.dueAtMs))}`;
  });
  const options = open.slice(0, 100).map((c) => ({ value: c.id, label: `${c.id} ${c.text}`.slice(0, 75) }));
  const which = choice('condition', 'Condition', options, { as: 'select', initial: options[0]?.value ?? '' });
  const text = [intro, ...lines].join('\n');
  if (act === 'condition_confirm')
    return textModal('condition_confirm', meta, 'Confirm a condition', text, 'Remark', {
      optional: true,
      submit: 'Confirm it is met',
      extra: [which],
    });
  return formModal('condition_evidence', meta, 'Evidence', [
    section(text),
    which,
    textInput('url', 'Address', { charsMax: 400, placeholder: 'https://…' }),
    textInput('title', 'What it is', { charsMax: 120, optional: true }),
    dateInput('date', 'Its date', { optional: true }),
  ]);
}
