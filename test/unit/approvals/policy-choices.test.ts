import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import {
  applyChoices,
  type ChoiceScope,
  choicesIn,
  nextVersion,
  unreachableBy,
} from '#src/approvals/policy-choices.ts';
import { policyDifference } from '#src/approvals/policy-difference.ts';
import { ROSTER, rosterOf, SANDBOX_ROLES, shipped, shippedText } from './fixtures.ts';

const data: unknown = parse(shippedText);
const HIGH: ChoiceScope = { kind: 'deployment', tier: 'high' };
const LIMITED: ChoiceScope = { kind: 'deployment', tier: 'limited' };
const EXCEPTION: ChoiceScope = { kind: 'exception', tier: 'high' };

/** The form as it opens, with some fields answered otherwise. */
const given = (scope: ChoiceScope, change: Readonly<Record<string, string | null>>) => ({
  ...Object.fromEntries(choicesIn(data, scope).map(({ field, value }) => [field, value])),
  ...change,
});
const apply = (scope: ChoiceScope, change: Readonly<Record<string, string | null>>) =>
  applyChoices(data, scope, given(scope, change), '1.1');
const listed = (field: string) => choicesIn(data, LIMITED).find((one) => one.field === field)?.value ?? '';
const errorsOf = (scope: ChoiceScope, change: Readonly<Record<string, string | null>>) => {
  const result = apply(scope, change);
  return result.ok ? {} : result.errors;
};

describe('a choice', () => {
  test.each([
    [HIGH, 'minimumReview', '2 days', 'minimumReview: 3 days becomes 2 days'],
    [HIGH, 'deadline', ' 15  Days', 'deadline: 20 days becomes 15 days'],
    [HIGH, 'reminders', '5 days,1 day', 'reminders: also 5 days'],
    [HIGH, 'reminders', '', 'reminders: without 7 days'],
    [HIGH, 'escalation.beforeDeadline', '5 days', 'escalation / beforeDeadline: 4 days becomes 5 days'],
    [HIGH, 'consulted.1.within', '4 days', 'consulted: also role Chief Data Officer; within 4 days'],
    [HIGH, 'validity', '90 days', 'validity: 180 days becomes 90 days'],
    [EXCEPTION, 'maximumDuration', '120 days', 'maximumDuration: 90 days becomes 120 days'],
    [HIGH, 'capturedEvidence', 'no', 'capturedEvidence: true becomes false'],
    [LIMITED, 'capturedEvidence', 'yes', 'added kinds / deployment / tiers / limited / capturedEvidence: true'],
    [HIGH, 'quorum.4.count', '2', 'quorum: also count 2; anyOf AI Governance Committee'],
    [LIMITED, 'quorum.2.count', '1', 'quorum: also count 1; anyOf AI Governance Committee'],
  ])('%o %s = "%s" changes that and the version, nothing else', (scope, field, value, line) => {
    const result = apply(scope, { [field]: value });
    if (!result.ok) throw new Error(JSON.stringify(result.errors));
    const lines = policyDifference(data, result.data);
    expect(lines.join('\n')).toContain(line);
    expect(lines).toContain('version: 1.0 becomes 1.1');
    const under = `kinds / ${scope.kind} / tiers / ${scope.tier} / ${field.split('.')[0]}`;
    expect(lines.filter((one) => !one.includes(under))).toEqual(['version: 1.0 becomes 1.1']);
    expect(result.policy.hash).not.toBe(shipped.hash);
  });

  test.each([
    ['a role of a place', HIGH, { 'quorum.0.roles': 'Management' }, 'quorum: also count 1; anyOf Management'],
    [
      'a role beside another',
      LIMITED,
      { 'quorum.0.roles': 'Management\nChief AI Officer' },
      'quorum: also count 1; anyOf Chief AI Officer, Management',
    ],
    [
      'another place',
      HIGH,
      { 'quorum.5.roles': 'Management', 'quorum.5.count': '2' },
      'quorum: also count 2; anyOf Management',
    ],
    ['a place less', HIGH, { 'quorum.1.roles': '' }, 'quorum: without Chief Risk Officer'],
    ['a piece of evidence more', LIMITED, { evidence: `${listed('evidence')}\nbias-test` }, 'evidence: also bias-test'],
    [
      'a piece of evidence less',
      LIMITED,
      { evidence: listed('evidence').replace('\nrobustness-test', '') },
      'evidence: without robustness-test',
    ],
    [
      'the roles of an envelope',
      LIMITED,
      { 'envelopeQuorum.1.roles': 'Legal Team' },
      'envelopeQuorum: also count 1; anyOf Legal Team',
    ],
    [
      'no envelope of its own',
      LIMITED,
      { 'envelopeQuorum.0.roles': '', 'envelopeQuorum.1.roles': '' },
      'removed kinds / deployment / tiers / limited / envelopeQuorum',
    ],
    ['who suspends', HIGH, { suspend: 'Security Team' }, 'kinds / deployment / suspend: without Chief AI Officer'],
    [
      'who may act in an emergency',
      HIGH,
      { 'breakGlass.roles': '' },
      'breakGlass / roles: without Chief Technology Officer',
    ],
  ])('of %s changes that and nothing else', (_what, scope, change, line) => {
    const result = apply(scope, change);
    if (!result.ok) throw new Error(JSON.stringify(result.errors));
    const lines = policyDifference(data, result.data);
    expect(lines.join('\n')).toContain(line);
    const parts = new Set(Object.keys(change).map((field) => field.split('.')[0]));
    const others = lines.filter((one) => ![...parts].some((part) => one.includes(` / ${part}`)));
    expect(others).toEqual(['version: 1.0 becomes 1.1']);
  });

  test('of the same names in another order, or of a count without a role, is none', () => {
    const turned = listed('evidence').split('\n').toReversed().join('\n');
    expect(errorsOf(LIMITED, { evidence: turned, 'quorum.3.count': '2' })).toEqual({
      minimumReview: 'Nothing differs from what stands there.',
    });
  });

  test.each([
    [
      'no quorum',
      HIGH,
      { 'quorum.0.roles': '', 'quorum.1.roles': '', 'quorum.2.roles': '', 'quorum.3.roles': '', 'quorum.4.roles': '' },
      'quorum.0.count',
    ],
    ['nobody who suspends', HIGH, { suspend: '' }, 'suspend'],
    ['evidence that the policy does not describe', HIGH, { evidence: 'a-song' }, 'evidence'],
    ['an envelope that one person decides', LIMITED, { 'envelopeQuorum.1.roles': '' }, 'envelopeQuorum.0.count'],
  ])('of %s is refused on its field', (_what, scope, change, field) => {
    expect(Object.keys(errorsOf(scope, change))).toEqual([field]);
  });

  test('leaves the document that it started from alone', () => {
    const before = structuredClone(data);
    apply(HIGH, { deadline: '15 days', 'quorum.0.count': '2' });
    expect(data).toEqual(before);
  });

  test.each([
    [HIGH, 'deadline', 'soon', /a duration such as/],
    [HIGH, 'deadline', null, /a duration such as/],
    [HIGH, 'deadline', '3 months', /a duration such as/],
    [HIGH, 'deadline', 'none', /longer than none/],
    [HIGH, 'minimumReview', '20 days', /shorter than the deadline/],
    [HIGH, 'reminders', '7 days; 2 days', /a duration such as/],
    [HIGH, 'reminders', '30 days', /deadline/],
    [HIGH, 'escalation.beforeDeadline', '20 days', /shorter than the deadline/],
    [HIGH, 'consulted.0.within', '20 days', /shorter than the deadline/],
    [HIGH, 'validity', '366 days', /not longer than maximumDuration/],
    [HIGH, 'capturedEvidence', 'perhaps', /boolean/],
    [HIGH, 'quorum.0.count', '0', /1/],
    [HIGH, 'quorum.0.count', '10', /9/],
    [HIGH, 'quorum.0.count', '1.5', /number/],
  ])('%o %s = "%s" is refused on its own field', (scope, field, value, text) => {
    const errors = errorsOf(scope, { [field]: value });
    expect(Object.keys(errors)).toEqual([field]);
    expect(errors[field]).toMatch(text);
  });

  test('that does not go with another part of the policy names that part', () => {
    const { minimumReview } = errorsOf(HIGH, { minimumReview: '6 days' });
    expect(minimumReview).toContain('kinds.deployment.breakGlass.review');
  });

  test('that shortens the deadline below a reminder says so at the reminder', () => {
    expect(Object.keys(errorsOf(HIGH, { deadline: '6 days' }))).toEqual(['reminders']);
  });

  test('that leaves one person to decide is refused at the quorum', () => {
    const alone = structuredClone(data) as typeof data & {
      kinds: { deployment: { tiers: { minimal: { quorum: unknown[] } } } };
    };
    alone.kinds.deployment.tiers.minimal.quorum = [{ count: 2, anyOf: ['Chief AI Officer'] }];
    const scope: ChoiceScope = { kind: 'deployment', tier: 'minimal' };
    const form = Object.fromEntries(choicesIn(alone, scope).map(({ field, value }) => [field, value]));
    const result = applyChoices(alone, scope, { ...form, 'quorum.0.count': '1' }, '1.1');
    expect(result.ok ? {} : result.errors).toEqual({
      'quorum.0.count': 'Expected: at least two places: no single person decides.',
    });
  });

  test('of nothing is no new policy', () => {
    expect(Object.values(errorsOf(HIGH, {}))).toEqual(['Nothing differs from what stands there.']);
    expect(Object.values(errorsOf(HIGH, { deadline: ' 20 DAYS ' }))).toEqual([
      'Nothing differs from what stands there.',
    ]);
  });

  test('of a kind that the policy does not know is none', () => {
    const old = structuredClone(data) as { kinds: Record<string, unknown> };
    delete old.kinds['use-case'];
    expect(choicesIn(old, { kind: 'use-case', tier: 'high' })).toEqual([]);
    expect(applyChoices(old, { kind: 'use-case', tier: 'high' }, { deadline: '1 day' }, '1.1').ok).toBe(false);
  });

  test('is offered for every period and place of every kind and tier, and parses as it stands', () => {
    for (const kind of ['deployment', 'exception', 'use-case'] as const)
      for (const tier of ['minimal', 'limited', 'high'] as const) {
        const offered = choicesIn(data, { kind, tier });
        const terms = shipped.policy.kinds[kind]?.tiers[tier];
        const counts = offered.filter(({ field }) => /^quorum\.\d\.count$/.test(field));
        // The last one is for another place.
        expect(counts.map(({ value }) => Number(value))).toEqual([
          ...(terms?.quorum.map(({ count }) => count) ?? []),
          1,
        ]);
        expect(offered.some(({ field }) => /^(breakGlass|envelopeQuorum)/.test(field))).toBe(kind === 'deployment');
        expect(offered.filter(({ field }) => field.startsWith('consulted'))).toHaveLength(
          terms?.consulted.length ?? -1,
        );
      }
  });
});

describe('a quorum that nobody can fill', () => {
  const changed = (value: string) => {
    const result = apply(HIGH, { 'quorum.1.count': value });
    if (!result.ok) throw new Error(JSON.stringify(result.errors));
    return result.policy;
  };

  test('is refused at the place that asks for more', () => {
    const errors = unreachableBy(shipped, changed('3'), HIGH, ROSTER);
    expect(Object.keys(errors)).toEqual(['quorum.1.count']);
    expect(errors['quorum.1.count']).toContain('Chief Risk Officer');
  });

  test('is refused at the place, of the full quorum or the lighter one, that asks for a role nobody holds', () => {
    for (const name of ['quorum', 'envelopeQuorum']) {
      const result = apply(LIMITED, { [`${name}.0.roles`]: 'Chief Wizard' });
      if (!result.ok) throw new Error(JSON.stringify(result.errors));
      const errors = unreachableBy(shipped, result.policy, LIMITED, ROSTER);
      expect(Object.keys(errors)).toEqual([`${name}.0.roles`]);
    }
  });

  test('because nobody holds the role yet does not stand in the way of other choices', () => {
    const nobody = rosterOf(
      Object.fromEntries(
        Object.entries(SANDBOX_ROLES).map(([person, roles]) => [
          person,
          roles.filter((role) => role !== 'Chief Risk Officer'),
        ]),
      ),
    );
    const result = apply(HIGH, { deadline: '15 days' });
    if (!result.ok) throw new Error(JSON.stringify(result.errors));
    expect(unreachableBy(shipped, result.policy, HIGH, nobody)).toEqual({});
    expect(Object.keys(unreachableBy(shipped, changed('2'), HIGH, nobody))).toEqual(['quorum.1.count']);
  });
});

test('the next version has a name that no other has', () => {
  expect(nextVersion('1.0', [])).toBe('1.1');
  expect(nextVersion('1.9', ['1.10', '1.11'])).toBe('1.12');
  expect(nextVersion('2027 spring', [])).toBe('2027 spring.1');
  expect(nextVersion('a'.repeat(30), []).length).toBeLessThanOrEqual(30);
});
