/** "Review and vote": offers this person only what this person may do, and says why the rest is not offered. Pure. */
import type { KnownBlock } from '@slack/types';
import { LIMITS } from '#src/approvals/text-limits.ts';
import { type FormValues, one } from '#src/delivery/forms/form-values.ts';
import { actions, button, choice, context, dateInput, section, sections, textInput, userInput } from './build.ts';
import type { KindWords } from './kind-words.ts';
import { formModal, type Modal, readingModal } from './modal.ts';
import { inline } from './text.ts';

export type VoteView = {
  readonly requestId: string;
  readonly revision: string;
  readonly shortId: string;
  readonly title: string;
  readonly facts: readonly string[];
  /** Each piece of evidence, one a line, ready to show. */
  readonly evidence: readonly string[];
  /** The role in which the vote counts, and for whom when not for the voter; null when it would not count. */
  readonly role: string | null;
  readonly standsFor: string | null;
  /** What this person may not do, and why. */
  readonly blocked: readonly string[];
  /** The vote given before, in words; null for none. */
  readonly own: string | null;
  readonly reasonDemanded: boolean;
  /** Roles that can confirm a condition. */
  readonly confirmRoles: readonly string[];
  /** What the two phases of a condition are called for this kind of request; null where none can be asked for. */
  readonly phases: KindWords['phases'];
};

const CHOICES = [
  { value: 'approve', label: 'Approve' },
  { value: 'approve_with_conditions', label: 'Approve with conditions' },
  { value: 'reject', label: 'Reject' },
  { value: 'abstain', label: 'Abstain' },
  { value: 'recuse', label: 'Step back (conflict of interest)' },
];

function choicesFor({ phases }: VoteView): typeof CHOICES {
  return phases === null ? CHOICES.filter(({ value }) => value !== 'approve_with_conditions') : CHOICES;
}

/** Renders the modal from what was answered so far; `groups` conditions are shown. */
export function voteModal(view: VoteView, about: string, values: FormValues, groups: number): Modal {
  const value = JSON.stringify({ r: view.requestId, v: view.revision });
  const facts: KnownBlock[] = [
    section(`*${inline(view.title, 250)}*`),
    section(view.facts.map((f) => `• ${inline(f, 400)}`).join('\n')),
    ...(view.evidence.length > 0 ? sections(['*Evidence*', ...view.evidence]) : []),
    ...view.blocked.map((b) => context(inline(b, 500))),
  ];
  if (view.role === null) return { ...readingModal(`Review ${view.shortId}`, []), blocks: facts };
  const chosen = one(values, 'choice');
  const explained = view.reasonDemanded || chosen === 'reject' || chosen === 'approve_with_conditions';
  // Whoever steps back names the conflict instead.
  const reasonNeeded = explained && chosen !== 'recuse';
  const blocks: KnownBlock[] = [
    ...facts,
    ...(view.own === null
      ? []
      : [
          section(`Your present vote: ${inline(view.own, 200)}. Sending again changes it.`),
          actions('own_vote', [button('Take my vote back', 'open_withdraw_vote', value)]),
        ]),
    context(
      `Your vote counts as *${inline(view.role, 100)}*${view.standsFor === null ? '' : `, for ${view.standsFor}`}.`,
    ),
    choice('choice', 'Your vote', choicesFor(view), { redraws: true, initial: chosen ?? '' }),
    textInput('reason', 'Reason', {
      multiline: true,
      charsMax: 1000,
      optional: !reasonNeeded,
      hint: 'Kept as evidence. Demanded for a rejection, a conditional approval and on the high tier.',
      initial: one(values, 'reason') ?? '',
    }),
    ...(chosen === 'approve_with_conditions' && view.phases !== null
      ? conditionGroups(view, view.phases, values, groups)
      : []),
    ...(chosen === 'recuse'
      ? [
          textInput('conflict', 'Conflict of interest', {
            charsMax: 300,
            hint: 'The record shows it. Nothing more is counted from you on this request.',
            initial: one(values, 'conflict') ?? '',
          }),
        ]
      : []),
  ];
  return formModal('vote', about, `Review ${view.shortId}`, blocks, 'Record my vote');
}

function conditionGroups(
  view: VoteView,
  words: NonNullable<VoteView['phases']>,
  values: FormValues,
  shown: number,
): KnownBlock[] {
  const roles = view.confirmRoles.slice(0, 100).map((role) => ({ value: role.slice(0, 75), label: role.slice(0, 75) }));
  const phases = [
    { value: 'before_deployment', label: words.before_deployment },
    { value: 'after_deployment', label: words.after_deployment },
  ];
  const blocks = Array.from({ length: Math.min(shown, LIMITS.conditionsPerVote) }, (_, i) => i).flatMap((i) => {
    const field = (name: string) => `condition.${i}.${name}`;
    const initial = (name: string) => one(values, field(name)) ?? '';
    const optional = i > 0;
    return [
      textInput(field('text'), i === 0 ? 'Condition' : `Condition ${i + 1}`, {
        charsMax: 240,
        optional,
        hint: 'What has to be met.',
        initial: initial('text'),
      }),
      textInput(field('limit'), 'Its measure', {
        charsMax: 300,
        optional: true,
        placeholder: 'traffic at most 25',
        hint: 'With a measure, conditions that cannot both hold are found before anybody accepts them.',
        initial: initial('limit'),
      }),
      userInput(field('owner'), 'Who has to meet it', { optional, initial: one(values, field('owner')) }),
      dateInput(field('due'), 'By', { optional, initial: one(values, field('due')) }),
      choice(field('phase'), 'When', phases, { as: 'select', initial: initial('phase') || 'before_deployment' }),
      choice(field('role'), 'Confirmed by', roles, { as: 'select', optional, initial: initial('role') }),
      textInput(field('evidence'), 'Evidence it wants', {
        charsMax: 160,
        optional: true,
        initial: initial('evidence'),
      }),
    ];
  });
  return shown >= LIMITS.conditionsPerVote
    ? blocks
    : [...blocks, actions('form_add', [button('Another condition', 'form_add', 'condition')])];
}
