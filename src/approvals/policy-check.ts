/** Checks of a policy that the shape alone cannot make: references, orders of time, and that no one decides alone. */
import type { ApprovalPolicy, PolicyWhen, TierTerms } from './policy-schema.ts';

type Path = readonly (string | number)[];
type Found = { readonly path: Path; readonly text: string };

/** Fields of a request that a rule may look at beside the answers. */
const TEXT_FIELDS = ['environment', 'residualRisk'];
/** Fields that can be named as material, per kind. */
const FIELDS = {
  deployment: [
    'system',
    'version',
    'digest',
    'environment',
    'purpose',
    'dataClasses',
    'useCase',
    'envelope',
    'within',
    'answers',
    'evidence',
    'scope',
    'lastChange',
    'restsOn',
    'replaces',
    'raisedTier',
  ],
  exception: [
    'deviatesFrom',
    'systems',
    'environments',
    'teams',
    'circumstances',
    'compensatingControls',
    'remediationPlan',
    'residualRisk',
    'expiresAt',
    'answers',
    'evidence',
    'replaces',
    'raisedTier',
  ],
  'use-case': ['system', 'purpose', 'affected', 'dataClasses', 'answers', 'evidence', 'replaces', 'raisedTier'],
} as const;
/** What is approved must be in every list: a change of it that kept the votes would approve something else (rule 3). */
const ALWAYS_MATERIAL = {
  deployment: ['system', 'version', 'digest', 'environment', 'answers', 'scope', 'restsOn', 'raisedTier'],
  exception: [
    'deviatesFrom',
    'systems',
    'environments',
    'teams',
    'compensatingControls',
    'expiresAt',
    'residualRisk',
    'answers',
    'raisedTier',
  ],
  'use-case': ['system', 'purpose', 'affected', 'dataClasses', 'answers', 'raisedTier'],
} as const;
/** Terms are stored inside the first event of a request, which has 48,000 bytes for all. */
const TERMS_BYTES_MAX = 16_000;

/** Everything wrong with a policy of the right shape; empty when it can be used. */
export function checkPolicy(policy: ApprovalPolicy): readonly Found[] {
  const found: Found[] = [];
  const keys = policy.questions.map((question) => question.key);
  keys.forEach((key, index) => {
    if (keys.indexOf(key) !== index) found.push({ path: ['questions', index, 'key'], text: `"${key}" is asked twice` });
  });
  policy.tierRules.forEach((rule, index) => {
    if (Object.keys(rule.when).length === 0 && rule.tier === 'prohibited')
      found.push({ path: ['tierRules', index], text: 'a rule without conditions would prohibit everything' });
    found.push(...checkWhen(rule.when, keys, ['tierRules', index, 'when']));
  });
  for (const kind of ['deployment', 'exception', 'use-case'] as const) {
    const terms = policy.kinds[kind];
    if (terms === undefined) continue;
    terms.material.forEach((field, index) => {
      if (!(FIELDS[kind] as readonly string[]).includes(field))
        found.push({ path: ['kinds', kind, 'material', index], text: `"${field}" is no field of a ${kind} request` });
    });
    for (const field of ALWAYS_MATERIAL[kind])
      if (!terms.material.includes(field))
        found.push({ path: ['kinds', kind, 'material'], text: `"${field}" must be material: votes are bound to it` });
    for (const tier of ['minimal', 'limited', 'high'] as const) {
      found.push(...checkTier(policy, terms.tiers[tier], keys, ['kinds', kind, 'tiers', tier]));
      const { minimumReview, consulted } = terms.tiers[tier];
      const longestMs = Math.max(minimumReview, ...consulted.map((one) => one.within));
      if (terms.breakGlass.roles.length > 0 && terms.breakGlass.review <= longestMs)
        found.push({
          path: ['kinds', kind, 'breakGlass', 'review'],
          text: `longer than the review and consultation of the ${tier} tier, or nobody can approve in time`,
        });
    }
  }
  if (policy.kinds.policy !== undefined)
    found.push(...checkTier(policy, policy.kinds.policy.tiers.high, keys, ['kinds', 'policy']));
  return found;
}

function checkWhen(when: PolicyWhen, keys: readonly string[], path: Path): readonly Found[] {
  return Object.entries(when).flatMap(([key, wanted]): Found[] => {
    if (typeof wanted === 'boolean')
      return keys.includes(key) ? [] : [{ path: [...path, key], text: `no question has the key "${key}"` }];
    return TEXT_FIELDS.includes(key)
      ? []
      : [
          {
            path: [...path, key],
            text: `lists of values are for ${TEXT_FIELDS.join(', ')}; questions take true or false`,
          },
        ];
  });
}

function checkTier(policy: ApprovalPolicy, terms: TierTerms, keys: readonly string[], path: Path): readonly Found[] {
  const found: Found[] = [];
  for (const field of ['quorum', 'envelopeQuorum'] as const) {
    const places = (terms[field] ?? []).reduce((sum, slot) => sum + slot.count, 0);
    if (terms[field] !== undefined && places < 2)
      found.push({ path: [...path, field], text: 'at least two places: no single person decides' });
  }
  terms.evidence.forEach((wanted, index) => {
    if (!policy.evidence[wanted.kind])
      found.push({ path: [...path, 'evidence', index], text: `"${wanted.kind}" is not described under evidence` });
    found.push(...checkWhen(wanted.when, keys, [...path, 'evidence', index, 'when']));
  });
  if (terms.minimumReview >= terms.deadline)
    found.push({ path: [...path, 'minimumReview'], text: 'shorter than the deadline' });
  terms.consulted.forEach((consulted, index) => {
    if (consulted.within >= terms.deadline)
      found.push({ path: [...path, 'consulted', index, 'within'], text: 'shorter than the deadline' });
  });
  terms.reminders.forEach((reminder, index) => {
    if (reminder >= terms.deadline)
      found.push({ path: [...path, 'reminders', index], text: 'each shorter than the deadline' });
  });
  if (terms.escalation.beforeDeadline >= terms.deadline)
    found.push({ path: [...path, 'escalation', 'beforeDeadline'], text: 'shorter than the deadline' });
  if (terms.validity > terms.maximumDuration)
    found.push({ path: [...path, 'validity'], text: 'not longer than maximumDuration' });
  const bytes = JSON.stringify([terms, policy.tierRules, policy.evidence]).length;
  if (bytes > TERMS_BYTES_MAX)
    found.push({ path, text: `resolved terms of ${bytes} bytes; at most ${TERMS_BYTES_MAX}` });
  return found;
}
