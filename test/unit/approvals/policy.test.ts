import { describe, expect, test } from 'vitest';
import { decide } from '#src/approvals/decide.ts';
import { stuckRequests, unreachableQuorums } from '#src/approvals/doctor.ts';
import { parsePolicy, tierOf } from '#src/approvals/policy.ts';
import { rolesOf } from '#src/approvals/seats.ts';
import {
  CAIO,
  CISO,
  deployment,
  desk,
  ETHIC,
  exception,
  HIGH,
  LIMITED,
  MILO,
  policyFrom,
  ROSTER,
  rosterOf,
  SANDBOX_ROLES,
  shipped,
  shippedText,
  sourceOf,
  submittedDesk,
} from './fixtures.ts';

const lineOf = (text: string, part: string): number => text.slice(0, text.indexOf(part)).split('\n').length;
const broken = (from: string, to: string) => {
  if (!shippedText.includes(from)) throw new Error(`not in the file: ${from}`);
  const text = shippedText.replace(from, to);
  const parsed = parsePolicy(sourceOf(text));
  return { text, problems: parsed.ok ? [] : parsed.problems };
};

describe('the policy file', () => {
  test('as shipped is sound, and every quorum is in reach of the sandbox people', () => {
    expect(unreachableQuorums(shipped.policy, ROSTER)).toEqual([]);
  });

  test('its hash changes with a rule and not with a comment', () => {
    expect(policyFrom(`# a note\n${shippedText}`).hash).toBe(shipped.hash);
    expect(policyFrom(shippedText.replace('validity: 365 days', 'validity: 364 days')).hash).not.toBe(shipped.hash);
  });

  test.each([
    ['an unknown key', 'deadline: 5 days', 'deadlin: 5 days'],
    ['a duration in months', 'deadline: 5 days', 'deadline: 2 months'],
    ['an unknown tier', '- tier: prohibited', '- tier: forbidden'],
    ['evidence that is not described', '- robustness-test', '- robustnes-test'],
    ['a rule about a question that is not asked', 'when: { prohibitedUse: true }', 'when: { prohibitedUsage: true }'],
    ['a review longer than the deadline', 'minimumReview: 1 day', 'minimumReview: 10 days'],
    [
      'a consultation longer than the deadline',
      'role: Business Unit Leaders, within: 2 days',
      'role: Business Unit Leaders, within: 10 days',
    ],
    ['a field that no request has', 'restsOn,', 'restOn,'],
  ])('%s is an error on its line', (_what, from, to) => {
    const { text, problems } = broken(from, to);
    expect(problems.length).toBeGreaterThan(0);
    const line = lineOf(text, to);
    expect(problems.some((problem) => problem.line !== null && Math.abs(problem.line - line) <= 8)).toBe(true);
  });

  test('the exact line is named where the mistake has one', () => {
    const { text, problems } = broken('minimumReview: 1 day', 'minimumReview: one day');
    expect(problems).toMatchObject([
      { line: lineOf(text, 'minimumReview: one day'), path: 'kinds.deployment.tiers.limited.minimumReview' },
    ]);
  });

  test('a quorum of one person is refused: nobody decides alone', () => {
    const { problems } = broken(
      `          - Chief AI Officer
          # POL-2.1: a second`,
      `          # POL-2.1: a second`,
    );
    expect(problems).toMatchObject([{ path: 'kinds.deployment.tiers.minimal.quorum' }]);
  });

  test('what is approved cannot be declared immaterial', () => {
    const { problems } = broken('        digest,\n', '');
    expect(problems).toMatchObject([{ path: 'kinds.deployment.material' }]);
  });

  test('a rule without conditions cannot prohibit everything', () => {
    expect(broken('when: { prohibitedUse: true }', 'when: {}').problems).toMatchObject([{ path: 'tierRules.0' }]);
  });

  test.each([null, 7, 'text', [], {}])('%j instead of a policy is refused with problems, not thrown', (data) => {
    const parsed = parsePolicy({ file: 'x', data, locate: () => null });
    expect(parsed.ok).toBe(false);
  });
});

describe('the tier', () => {
  test.each([
    [{}, 'minimal'],
    [{ personalData: true }, 'limited'],
    [{ affectsPeople: true }, 'limited'],
    [{ thirdParty: true }, 'limited'],
    [{ personalData: true, affectsPeople: true }, 'high'],
    [{ decidesAlone: true }, 'high'],
    [{ prohibitedUse: true }, 'prohibited'],
  ])('of answers %j is %s', (answers, tier) => {
    expect(tierOf(shipped.policy, deployment({ answers })).tier).toBe(tier);
  });

  test('names every rule that matched, with its clauses', () => {
    const { reasons } = tierOf(shipped.policy, deployment(HIGH));
    expect(reasons.map((reason) => reason.tier)).toEqual(['high', 'limited', 'limited']);
    expect(reasons.every((reason) => reason.refs.length > 0)).toBe(true);
  });

  test('can be raised by a person, never lowered', () => {
    expect(tierOf(shipped.policy, deployment({ raisedTier: 'high' })).tier).toBe('high');
    expect(tierOf(shipped.policy, deployment({ ...HIGH, raisedTier: 'minimal' })).tier).toBe('high');
  });

  test('of an exception follows its residual risk', () => {
    const of = (level: 'low' | 'medium' | 'high') =>
      tierOf(shipped.policy, exception({ residualRisk: { level, text: 'x' } })).tier;
    expect([of('low'), of('medium'), of('high')]).toEqual(['minimal', 'limited', 'high']);
  });
});

describe('the policy in force decides', () => {
  test('changing the YAML changes the outcome: another quorum, other people', () => {
    const changed = policyFrom(
      shippedText.replace(
        `          - Chief AI Officer
          # POL-2.1: a second`,
        `          - Chief AI Officer
          - { count: 2, anyOf: [AI Governance Committee] }
          # POL-2.1: a second`,
      ),
    );
    const vote = (policy: typeof shipped) => {
      const one = desk(ROSTER, policy);
      one.ok(MILO, { type: 'submit' });
      one.ok(CISO, { type: 'vote' });
      one.ok(CAIO, { type: 'vote' });
      return one.state.status;
    };
    expect(vote(shipped)).toBe('approved');
    expect(vote(changed)).toBe('in_review');
  });

  test('changing the YAML changes the tier', () => {
    const changed = policyFrom(shippedText.replace('when: { personalData: true }', 'when: { personalData: false }'));
    expect(tierOf(changed.policy, deployment({ answers: {} })).tier).toBe('limited');
  });

  test('a request keeps the terms it was submitted under', () => {
    const one = submittedDesk();
    expect(one.submitted().terms).toMatchObject({ policyHash: shipped.hash, tier: 'minimal' });
  });

  test('the server needs to pass only the roles that the terms name', () => {
    const one = submittedDesk(LIMITED);
    const roles = rolesOf(one.submitted().terms);
    const small = { ...ROSTER, assignments: ROSTER.assignments.filter((assignment) => roles.has(assignment.role)) };
    const command = { type: 'comment', commandId: 'x', by: MILO, roster: small, text: 'x' } as const;
    expect(decide(one.state, command, new Date(one.nowMs)).ok).toBe(true);
    expect(roles.has('Auditor')).toBe(false);
  });

  test('doctor names open requests that nobody can decide any more', () => {
    const one = submittedDesk();
    const { [CAIO]: _gone, ...rest } = SANDBOX_ROLES;
    expect(stuckRequests([one.state], ROSTER, new Date(one.nowMs))).toEqual([]);
    expect(stuckRequests([one.state], rosterOf(rest), new Date(one.nowMs))).toEqual([
      { id: 'r1', shortId: 'DR-1', missing: ['Chief AI Officer'] },
    ]);
    expect(unreachableQuorums(shipped.policy, rosterOf({ [ETHIC]: ['AI Ethics Review Board'] }))).toHaveLength(10);
  });
});

describe('the shipped policy follows the documents', () => {
  const { deployment: deploy } = shipped.policy.kinds;
  const roles = (tier: 'minimal' | 'limited' | 'high') => deploy.tiers[tier].quorum.map((slot) => slot.anyOf);

  test('the Chief AI Officer approves every tier, the Ethics Review Board and the Chief Risk Officer the high one', () => {
    for (const tier of ['minimal', 'limited', 'high'] as const)
      expect(roles(tier)).toContainEqual(['Chief AI Officer']);
    expect(roles('high')).toContainEqual(['AI Ethics Review Board']);
    expect(roles('high')).toContainEqual(['Chief Risk Officer']);
  });

  test('business unit leaders are consulted where there is something to weigh', () => {
    for (const tier of ['limited', 'high'] as const)
      expect(deploy.tiers[tier].consulted.map((consult) => consult.role)).toContain('Business Unit Leaders');
  });

  test('every piece of evidence names what it serves; the privacy assessment ages', () => {
    expect(Object.values(shipped.policy.evidence).every((entry) => entry.serves.length > 0)).toBe(true);
    expect(shipped.policy.evidence['privacy-impact-assessment']).toMatchObject({
      maxAge: 365 * 86_400_000,
      afterLastChange: true,
    });
  });

  test('the lowest tier waits for nothing but two people', () => {
    expect(deploy.tiers.minimal).toMatchObject({ minimumReview: 0, consulted: [], reasonForEveryVote: false });
    expect(deploy.tiers.minimal.quorum).toHaveLength(2);
  });
});
