/** The form in which administrators choose periods and quorums of the approval policy. Pure. */
import type { KnownBlock } from '@slack/types';
import { CHOICE_KINDS, CHOICE_TIERS, type Choice, choicesIn } from '#src/approvals/policy-choices.ts';
import { type FormValues, one } from '#src/delivery/forms/form-values.ts';
import { choiceBlock, RULES_FORM, scopeOf } from '#src/delivery/forms/policy-choices.ts';
import type { PolicyVersion } from '#src/delivery/policy/version.ts';
import { choice, section, textInput } from './build.ts';
import { formModal, type Modal } from './modal.ts';
import { inline } from './text.ts';

/** Most persons that one place of a quorum can ask for; the policy's own limit. */
const COUNT_MAX = 9;
const COUNTS = Array.from({ length: COUNT_MAX }, (_, index) => {
  return { value: String(index + 1), label: String(index + 1) };
});
const YES_NO = [
  { value: 'yes', label: 'Yes: each piece is a captured file that somebody stands for' },
  { value: 'no', label: 'No: a link does' },
];
const KIND_WORDS = { deployment: 'Deployments', exception: 'Exceptions', 'use-case': 'Use cases' } as const;

/** The form: first the kind and the tier, then what stands there. */
export function rulesModal({ data, policy }: PolicyVersion, values: FormValues): Modal {
  const kinds = CHOICE_KINDS.filter((kind) => policy.policy.kinds[kind] !== undefined);
  const scope = scopeOf(values);
  const blocks: KnownBlock[] = [
    section(
      `Starting from version ${inline(policy.policy.version, 30)} of the approval policy. What you send is a proposal: nothing changes before the committee has voted on it.`,
    ),
    choice(
      'kind',
      'Rules for',
      kinds.map((kind) => ({ value: kind, label: KIND_WORDS[kind] })),
      { as: 'select', redraws: true, initial: one(values, 'kind') ?? '' },
    ),
    choice(
      'tier',
      'Tier',
      CHOICE_TIERS.map((tier) => ({ value: tier, label: tier })),
      { as: 'select', redraws: true, initial: one(values, 'tier') ?? '' },
    ),
  ];
  if (scope !== null) {
    const own = choicesIn(data, scope);
    blocks.push(section('*Periods*, written as "4 hours", "10 days", "2 weeks" or "none"'));
    blocks.push(
      ...own.filter(({ as }) => as !== 'count').map((offered) => field(offered, choiceBlock(scope, offered.field))),
    );
    blocks.push(section('*Quorum*: how many persons of each place must agree'));
    blocks.push(
      ...own.filter(({ as }) => as === 'count').map((offered) => field(offered, choiceBlock(scope, offered.field))),
    );
  }
  return formModal(RULES_FORM, JSON.stringify({ b: policy.hash }), 'Choose the rules', blocks, 'Propose');
}

function field(offered: Choice, block: string): KnownBlock {
  const { as, value } = offered;
  const label = labelOf(offered);
  if (as === 'count') return choice(block, label, COUNTS, { as: 'select', initial: value });
  if (as === 'yes-no') return choice(block, label, YES_NO, { as: 'select', initial: value });
  const several = as === 'durations';
  return textInput(block, label, { initial: value, charsMax: 80, optional: several });
}

function labelOf({ field: name, roles }: Choice): string {
  const who = roles.join(' or ');
  if (name.startsWith('quorum.')) return who;
  if (name.startsWith('consulted.')) return `${who} is consulted within`;
  if (name.startsWith('escalation.')) return `${who} is told this long before the deadline`;
  return LABELS[name] ?? name;
}

const LABELS: Readonly<Record<string, string>> = {
  minimumReview: 'Minimum review: nothing is approved sooner',
  deadline: 'Deadline of the decision',
  reminders: 'Reminders before the deadline, separated by commas',
  validity: 'Validity of an approval',
  maximumDuration: 'Maximum duration that can be asked for',
  capturedEvidence: 'Captured evidence required',
};
