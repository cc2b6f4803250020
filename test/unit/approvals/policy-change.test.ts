import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { rulesFlaw, strandedBy, unreachableChange } from '#src/approvals/doctor.ts';
import { policyDifference } from '#src/approvals/policy-difference.ts';
import { asAppointed } from '#src/approvals/seats.ts';
import { LIMITS } from '#src/approvals/text-limits.ts';
import {
  CAIO,
  CISO,
  CTO,
  desk,
  ETHIC,
  LEGAL,
  MILO,
  policyChange,
  policyFrom,
  ROSTER,
  rosterOf,
  shipped,
  shippedText,
  submittedDesk,
} from './fixtures.ts';

const withoutPolicyKind = policyFrom(shippedText.slice(0, shippedText.indexOf('\n  # A change of this file:')));

/** A change of the rules, put to the vote by somebody. */
function voted(policy = shipped, by = CTO) {
  const one = desk(ROSTER, policy);
  const from = { sha256: policy.hash, version: policy.policy.version };
  one.ok(by, { type: 'submit', shortId: 'PC-1', requester: by, owner: by, document: policyChange({ from }) });
  return one;
}

describe('a change of the rules', () => {
  test('is of the high tier, and decided by the places that the policy in force names for it', () => {
    const one = voted();
    expect(one.submitted().terms).toMatchObject({
      tier: 'high',
      evidence: [],
      quorum: shipped.policy.kinds.policy?.tiers.high.quorum,
    });
    for (const person of [LEGAL, ETHIC]) expect(one.ok(person, { type: 'vote' })).toEqual(['vote.cast']);
    expect(one.ok(CAIO, { type: 'vote' })).toContain('decided');
    expect(one.submitted()).toMatchObject({ status: 'approved', decision: { validUntilMs: null } });
  });

  test('is not voted on by whoever put it to the vote', () => {
    const one = desk();
    one.ok(CISO, { type: 'submit', requester: CISO, owner: CISO, document: policyChange() });
    expect(one.no(CISO, { type: 'vote' })).toBe('self_approval');
  });

  test('under a policy that says nothing about changes is decided like its strictest deployment', () => {
    const { terms } = voted(withoutPolicyKind, MILO).submitted();
    expect(terms).toMatchObject({
      tier: 'high',
      quorum: shipped.policy.kinds.deployment.tiers.high.quorum,
      evidence: [],
    });
    expect(terms.useCaseDemanded).toBeUndefined();
  });

  test('is refused under any other policy than the one that it would replace', () => {
    const document = policyChange({ from: { sha256: 'ef'.repeat(32), version: '0.9' } });
    expect(desk().no(CTO, { type: 'submit', requester: CTO, owner: CTO, document })).toBe('policy_mismatch');
  });

  test('has no conditions, no revision and no emergency', () => {
    const one = voted();
    const conditions = { choice: 'approve_with_conditions', conditions: [], reason: 'Yes, but' };
    expect(one.no(CAIO, { type: 'vote', ...conditions })).toBe('wrong_kind');
    expect(one.no(CTO, { type: 'edit', document: policyChange({ purpose: 'Another' }) })).toBe('wrong_kind');
    expect(desk().no(CTO, { type: 'break_glass', document: policyChange() })).toBe('wrong_kind');
  });

  test('once decided is undone by nobody alone', () => {
    const one = voted();
    for (const person of [LEGAL, ETHIC, CAIO]) one.ok(person, { type: 'vote' });
    for (const type of ['suspend', 'revoke', 'close'] as const) expect(one.no(CISO, { type })).toBe('not_in_force');
  });
});

describe('what a new policy would leave behind', () => {
  const roles = {
    [CAIO]: ['Chief AI Officer', 'AI Governance Committee'],
    [CISO]: ['Chief Information Security Officer'],
  };

  test('names the open requests that nobody could decide under it', () => {
    const open = submittedDesk();
    const now = new Date(open.nowMs);
    expect(strandedBy(shipped, [open.state], ROSTER, now)).toEqual([]);
    const minimal = policyFrom(
      shippedText.replace(/(minimal:[\s\S]*?quorum:\n[\s\S]*?)- Chief AI Officer/, '$1- Chief Wizard'),
    );
    expect(strandedBy(minimal, [open.state], ROSTER, now)).toEqual([
      { id: 'r1', shortId: 'DR-1', missing: ['Chief Wizard'] },
    ]);
    expect(strandedBy(minimal, [voted().state], ROSTER, now)).toEqual([]);
  });

  test('names the places that would keep it from ever being changed again', () => {
    expect(unreachableChange(shipped, ROSTER)).toEqual([]);
    expect(unreachableChange(shipped, rosterOf(roles))).toEqual(['1 more of AI Governance Committee']);
    expect(unreachableChange(withoutPolicyKind, rosterOf(roles)).length).toBeGreaterThan(0);
  });
});

describe('rules whose only deciders a user group does not confirm', () => {
  const open = submittedDesk();
  const now = new Date(open.nowMs);
  const role = 'Chief AI Officer';
  const of = (wanted: string) => ROSTER.assignments.filter((one) => one.role === wanted);
  const without = (wanted: string) => ({
    ...ROSTER,
    assignments: ROSTER.assignments.filter((one) => one.role !== wanted),
  });
  const doubted = (wanted: string) => ({ ...without(wanted), unconfirmed: of(wanted) });

  test('are not put to the vote, and are not undone either: they wait for whoever was appointed', () => {
    expect(rulesFlaw(shipped, [open.state], ROSTER, now)).toBeNull();
    expect(rulesFlaw(shipped, [open.state], doubted(role), now)).toMatchObject({ code: 'strands_requests' });
    expect(rulesFlaw(shipped, [open.state], asAppointed(doubted(role)), now)).toBeNull();
    expect(rulesFlaw(shipped, [open.state], asAppointed(without(role)), now)).toMatchObject({
      code: 'strands_requests',
      detail: ['DR-1 (Chief AI Officer)'],
    });
  });

  test('also where the places of their own change are in doubt', () => {
    const committee = 'AI Governance Committee';
    expect(rulesFlaw(shipped, [], doubted(committee), now)).toMatchObject({ code: 'cannot_be_changed_again' });
    expect(rulesFlaw(shipped, [], asAppointed(doubted(committee)), now)).toBeNull();
    expect(rulesFlaw(shipped, [], asAppointed(without(committee)), now)).not.toBeNull();
  });
});

describe('the difference in words', () => {
  test('says what was and is, what was added and taken away, and an order', () => {
    const before = { a: { deadline: '5 days', roles: ['X', 'Y'], gone: true }, order: [1, 2], same: 1 };
    const after = {
      a: { deadline: '1 day', roles: ['Y', { count: 2, anyOf: ['Z'] }] },
      order: [2, 1],
      same: 1,
      more: 'x',
    };
    expect(policyDifference(before, after)).toEqual([
      'a / deadline: 5 days becomes 1 day',
      'a / roles: without X',
      'a / roles: also count 2; anyOf Z',
      'removed a / gone: was true',
      'order: in another order',
      'added more: x',
    ]);
    expect(policyDifference(before, structuredClone(before))).toEqual([]);
  });

  test('is bounded whatever the files hold, fits a request, and is empty only for equal data', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (before, after) => {
        const lines = policyDifference(before, after);
        expect(lines.length).toBeLessThanOrEqual(LIMITS.changes);
        for (const line of lines) expect(line.length).toBeLessThanOrEqual(LIMITS.change);
        expect(lines.length === 0).toBe(JSON.stringify(sorted(before)) === JSON.stringify(sorted(after)));
      }),
      { numRuns: 500 },
    );
  });
});

/** The same data with its keys in one order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, inner]) => [key, sorted(inner)] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}
