/** The form in which administrators choose periods, evidence and who decides in the approval policy. Pure. */
import type { KnownBlock } from '@slack/types';
import { CHOICE_KINDS, CHOICE_TIERS, type Choice, choicesIn, namesIn } from '#src/approvals/policy-choices.ts';
import type { ApprovalPolicy } from '#src/approvals/policy-schema.ts';
import { type FormValues, one } from '#src/delivery/forms/form-values.ts';
import { choiceBlock, RULES_FORM, scopeOf } from '#src/delivery/forms/policy-choices.ts';
import type { PolicyVersion } from '#src/delivery/policy/version.ts';
import { choice, choices, section, textInput } from './build.ts';
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

/** The form: first the kind and the tier, then what stands there. `roles`: the known ones. */
export function rulesModal({ data, policy }: PolicyVersion, values: FormValues, roles: readonly string[]): Modal {
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
    const lists = listsOf(policy.policy, own, roles);
    for (const [title, starts] of PARTS) {
      const part = own.filter(({ field: name }) => starts.includes(name.split('.')[0] ?? ''));
      if (part.length > 0) blocks.push(section(title));
      blocks.push(...part.map((offered) => field(offered, choiceBlock(scope, offered.field), lists)));
    }
  }
  return formModal(RULES_FORM, JSON.stringify({ b: policy.hash }), 'Choose the rules', blocks, 'Propose');
}

/** The parts of the form, each with how its fields begin. */
const PARTS: readonly (readonly [title: string, starts: readonly string[]])[] = [
  [
    '*Periods*, written as "4 hours", "10 days", "2 weeks" or "none"',
    ['minimumReview', 'deadline', 'reminders', 'escalation', 'consulted', 'validity', 'maximumDuration'],
  ],
  ['*Evidence*', ['evidence', 'capturedEvidence']],
  ['*Quorum*: each place wants so many persons of these roles; a place without a role goes', ['quorum']],
  ['*Inside an approved change envelope* these decide; without a place, the whole quorum', ['envelopeQuorum']],
  ['*On every tier of the kind*', ['suspend', 'breakGlass']],
];

type Lists = Readonly<Record<'roles' | 'evidence', Parameters<typeof choices>[2]>>;

/** What can be chosen from: roles that are known and those that stand there, and the kinds of evidence. */
function listsOf({ evidence }: ApprovalPolicy, own: readonly Choice[], roles: readonly string[]): Lists {
  const standing = own.flatMap(({ as, value }) => (as === 'roles' ? namesIn(value) : []));
  const kinds = Object.entries(evidence);
  return {
    roles: [...new Set([...standing, ...roles])].sort().map((role) => ({ value: role, label: role })),
    evidence: kinds.map(([value, { title, serves }]) => ({ value, label: title, about: serves.join(', ') })),
  };
}

function field(offered: Choice, block: string, lists: Lists): KnownBlock {
  const { as, value } = offered;
  const label = labelOf(offered);
  if (as === 'count') return choice(block, label, COUNTS, { as: 'select', initial: value });
  if (as === 'yes-no') return choice(block, label, YES_NO, { as: 'select', initial: value });
  if (as === 'roles' || as === 'evidence')
    return choices(block, label, lists[as], { initial: namesIn(value), optional: true });
  return textInput(block, label, { initial: value, charsMax: 80, optional: as === 'durations' });
}

function labelOf({ field: name, roles }: Choice): string {
  const who = roles.join(' or ');
  const [first, at, last] = name.split('.');
  if (last === 'count') return who === '' ? 'Another place: how many' : `Place ${Number(at) + 1}: how many of ${who}`;
  if (last === 'roles') return `Place ${Number(at) + 1}: who may fill it`;
  if (first === 'consulted') return `${who} is consulted within`;
  if (first === 'escalation') return `${who} is told this long before the deadline`;
  return LABELS[name] ?? name;
}

const LABELS: Readonly<Record<string, string>> = {
  minimumReview: 'Minimum review: nothing is approved sooner',
  deadline: 'Deadline of the decision',
  reminders: 'Reminders before the deadline, separated by commas',
  validity: 'Validity of an approval',
  maximumDuration: 'Maximum duration that can be asked for',
  evidence: 'Evidence that is wanted',
  capturedEvidence: 'Captured evidence required',
  suspend: 'Any one of these may suspend at once',
  'breakGlass.roles': 'Any one of these may deploy in an emergency, before the decision',
};
