import { describe, expect, test } from 'vitest';
import { flawsOfUseCase } from '#src/approvals/basis.ts';
import { gate } from '#src/approvals/gate.ts';
import { parsePolicy } from '#src/approvals/policy.ts';
import { tally } from '#src/approvals/tally.ts';
import type { RequestState } from '#src/approvals/types.ts';
import {
  ALL_EVIDENCE,
  approvedUseCase,
  CAIO,
  CISO,
  CTO,
  caseDocument,
  DAY,
  type Desk,
  DIGEST,
  deployment,
  desk,
  ETHIC,
  HIGH,
  LEGAL,
  link,
  MILO,
  policyFrom,
  ROSTER,
  shippedText,
  sourceOf,
} from './fixtures.ts';

const ON_IT = { useCase: 'UC-1', dataClasses: ['Loan applications'] } as const;
const LIMITED_CASE = { answers: { personalData: true }, evidence: ALL_EVIDENCE.slice(0, 12) } as const;
const QUERY = { system: 'credit-scoring', version: '2.1', digest: DIGEST, environment: 'production' };

/** A deployment that rests on a use case of this state. */
function resting(basis: RequestState, change: Parameters<typeof deployment>[0] = {}): Desk {
  const one = desk();
  one.related = [basis];
  one.ok(MILO, { type: 'submit', document: deployment({ ...ON_IT, ...change }) });
  return one;
}

const allow = (one: Desk, ...basis: readonly RequestState[]) =>
  gate([one.state, ...basis], QUERY, new Date(one.nowMs)).allowed;

describe('a use case', () => {
  test('is approved by its own quorum, permits nothing by itself, and is not deployed', () => {
    const one = approvedUseCase();
    expect(one.submitted()).toMatchObject({ status: 'approved', shortId: 'UC-1' });
    expect(allow(one)).toBe(false);
    expect(one.no('service', { type: 'record_deployment' })).toBe('wrong_kind');
    expect(
      one.no(CAIO, {
        type: 'propose_scope',
        scope: { users: 'us', trafficPercent: null, regions: [], until: null },
        reason: 'x',
      }),
    ).toBe('already_decided');
  });

  test('gets its tier from the answers: a high one needs the Ethics Review Board, a prohibited one is refused', () => {
    const high = desk();
    high.ok(MILO, { type: 'submit', shortId: 'UC-1', document: caseDocument(HIGH) });
    expect(high.submitted().terms.quorum.flatMap((slot) => slot.anyOf)).toContain('AI Ethics Review Board');
    const refused = desk();
    expect(refused.ok(MILO, { type: 'submit', document: caseDocument({ answers: { prohibitedUse: true } }) })).toEqual([
      'request.refused',
    ]);
  });

  test('needs a risk assessment before anything is built (POL-2.2)', () => {
    const one = desk();
    expect(one.no(MILO, { type: 'submit', document: caseDocument({ evidence: [] }) })).toBe('evidence_missing');
  });

  test('cannot be asked for in an emergency, nor under a policy that does not know the kind', () => {
    expect(desk().no(CTO, { type: 'break_glass', document: caseDocument() })).toBe('wrong_kind');
    const old = policyFrom(shippedText.slice(0, shippedText.indexOf('\n  # A purpose, approved before')));
    expect(desk(ROSTER, old).no(MILO, { type: 'submit', document: caseDocument() })).toBe('kind_not_in_policy');
    expect(desk(ROSTER, old).ok(MILO, { type: 'submit' })).toEqual(['request.submitted']);
  });

  test('is renewed by a fresh decision that names it', () => {
    const old = approvedUseCase();
    const fresh = desk();
    fresh.ok(MILO, { type: 'submit', requestId: 'u2', shortId: 'UC-2', document: caseDocument({ replaces: 'u1' }) });
    fresh.ok(CISO, { type: 'vote' });
    fresh.ok(CAIO, { type: 'vote' });
    expect(old.ok('service', { type: 'renew', basis: fresh.state })).toEqual(['renewed']);
    const one = desk();
    one.related = [old.state, fresh.state];
    expect(one.ok(MILO, { type: 'submit', document: deployment(ON_IT) })).toEqual([
      'request.submitted',
      'basis.checked',
    ]);
    one.related = [old.state];
    expect(one.ok(CISO, { type: 'vote' })).toContain('basis.checked');
  });
});

describe('a deployment on a use case', () => {
  test.each([
    ['another purpose', { purpose: 'Decide on loan applications' }],
    ['another system', { system: 'credit-limits' }],
    ['further data', { dataClasses: ['loan applications', 'health records'] }],
    ['a use case that does not exist', { useCase: 'UC-9' }],
  ])('is refused at submission for %s', (_what, change) => {
    const one = desk();
    one.related = [approvedUseCase().state];
    expect(one.no(MILO, { type: 'submit', document: deployment({ ...ON_IT, ...change }) })).toBe('outside_use_case');
  });

  test('finds nothing of its own in texts that were erased, not even where both were', () => {
    const state = approvedUseCase().submitted();
    const erased = { ...state, document: caseDocument({ purpose: '[erased]', dataClasses: ['[erased]'] }) };
    const document = deployment({ ...ON_IT, purpose: '[erased]', dataClasses: ['[erased]'] });
    expect(flawsOfUseCase({ document, tier: 'minimal' }, [erased], state.lastAtMs)).toEqual([
      { code: 'purpose', what: 'purpose' },
      { code: 'data_class_at', what: '1' },
    ]);
  });

  test('is told in words which data is too much, and the record holds its position', () => {
    const one = desk();
    one.related = [approvedUseCase().state];
    const document = deployment({ ...ON_IT, dataClasses: ['loan applications', 'health records'] });
    expect(one.send(MILO, { type: 'submit', document })).toMatchObject({
      detail: ['the data class "health records" is not covered'],
    });
    one.ok(CTO, { type: 'break_glass', document });
    expect(one.events.at(-1)?.data).toEqual({ useCase: [{ code: 'data_class_at', what: '2' }] });
  });

  test('has to state its data, and names a use case that is approved', () => {
    const one = desk();
    one.related = [approvedUseCase().state];
    expect(one.no(MILO, { type: 'submit', document: deployment({ useCase: 'UC-1' }) })).toBe('outside_use_case');
    const open = desk();
    open.ok(MILO, { type: 'submit', requestId: 'u1', shortId: 'UC-1', document: caseDocument() });
    one.related = [open.state];
    expect(one.no(MILO, { type: 'submit', document: deployment(ON_IT) })).toBe('outside_use_case');
  });

  test('asks for no more than was approved: neither a stricter tier nor an answer that the use case did not give', () => {
    const small = desk();
    small.related = [approvedUseCase().state];
    const high = deployment({ ...ON_IT, ...HIGH });
    expect(small.send(MILO, { type: 'submit', document: high })).toMatchObject({
      reason: 'outside_use_case',
      detail: [
        'the tier is higher (high)',
        'the use case did not say yes to personalData',
        'the use case did not say yes to affectsPeople',
      ],
    });
    const limited = desk();
    limited.related = [approvedUseCase(LIMITED_CASE).state];
    const other = deployment({ ...ON_IT, answers: { publicFacing: true } });
    expect(limited.send(MILO, { type: 'submit', document: other })).toMatchObject({
      detail: ['the use case did not say yes to publicFacing'],
    });
    const less = deployment({ ...ON_IT, answers: { personalData: false } });
    expect(limited.ok(MILO, { type: 'submit', document: less })).toContain('basis.checked');
  });

  test('is not approved once its tier was raised above the one of its use case', () => {
    const one = resting(approvedUseCase().state);
    expect(one.ok(CISO, { type: 'raise_tier', tier: 'limited' })).toContain('basis.checked');
    expect(tally(one.submitted(), ROSTER, one.nowMs).blockers).toContainEqual({
      code: 'use_case',
      flaws: [{ code: 'tier', what: 'limited' }],
    });
  });

  test('cannot name a deployment or an exception as its use case', () => {
    const one = desk();
    one.related = [{ ...resting(approvedUseCase().state).submitted(), shortId: 'UC-1' }];
    expect(one.no(MILO, { type: 'submit', document: deployment(ON_IT) })).toBe('outside_use_case');
  });

  test('is not approved once the purpose was stopped, however many agree; it is again when that is put right', () => {
    const basis = approvedUseCase();
    const one = resting(basis.state);
    one.ok(CISO, { type: 'vote' });
    basis.ok(CISO, { type: 'suspend' });
    one.related = [basis.state];
    expect(one.ok(CAIO, { type: 'vote' })).toEqual(['basis.checked', 'vote.cast']);
    expect(tally(one.submitted(), ROSTER, one.nowMs).blockers).toMatchObject([{ code: 'use_case' }]);
    one.related = [approvedUseCase().state];
    expect(one.ok(MILO, { type: 'comment', text: 'It was a false alarm' })).toContain('decided');
    expect(one.state.status).toBe('approved');
  });

  test('is not approved by a timer either, when the purpose ran out while it waited', () => {
    const basis = approvedUseCase(LIMITED_CASE);
    const one = resting(basis.state, { answers: { personalData: true }, evidence: ALL_EVIDENCE.slice(0, 8) });
    one.ok(CAIO, { type: 'vote' });
    one.ok(LEGAL, { type: 'vote' });
    one.ok(CISO, { type: 'vote' });
    one.ok(ETHIC, { type: 'vote' });
    basis.ok(CAIO, { type: 'revoke' });
    one.related = [basis.state];
    expect(one.wait(20 * DAY)).toContain('basis.checked');
    expect(one.submitted().decision).toMatchObject({ outcome: 'expired' });
  });

  test('an edit that leaves the use case is refused, one that drops it makes a revision', () => {
    const one = resting(approvedUseCase().state);
    one.ok(CISO, { type: 'vote' });
    expect(one.no(MILO, { type: 'edit', document: deployment({ ...ON_IT, purpose: 'Another' }) })).toBe(
      'outside_use_case',
    );
    expect(one.ok(MILO, { type: 'edit', document: deployment() })).toEqual(['revision.made']);
    expect(one.submitted()).toMatchObject({ votes: [], basis: null });
  });

  test('of the high tier needs one: nothing is approved without', () => {
    const one = desk();
    one.ok(MILO, { type: 'submit', document: deployment(HIGH) });
    const { blockers } = tally(one.submitted(), ROSTER, one.nowMs);
    expect(blockers).toContainEqual({ code: 'use_case', flaws: [{ code: 'missing', what: 'use case' }] });
  });

  test('in an emergency it may be named later; its review waits for it', () => {
    const one = desk();
    one.ok(CTO, { type: 'break_glass', document: deployment({ ...ON_IT, evidence: [link('risk-assessment')] }) });
    expect(one.submitted().basis?.useCase).toMatchObject([{ code: 'unknown' }]);
    expect(allow(one)).toBe(false);
  });
});

describe('the gate', () => {
  const approved = () => {
    const basis = approvedUseCase();
    const one = resting(basis.state);
    one.ok(CISO, { type: 'vote' });
    one.ok(CAIO, { type: 'vote' });
    return { basis, one };
  };

  test('stops what rests on a purpose that was suspended or revoked', () => {
    const { basis, one } = approved();
    expect(allow(one, basis.state)).toBe(true);
    basis.ok(CISO, { type: 'suspend' });
    expect(allow(one, basis.state)).toBe(false);
    basis.ok(CAIO, { type: 'revoke' });
    expect(gate([one.state, basis.state], QUERY, new Date(one.nowMs)).reasons).toMatchObject([
      { code: 'use_case_stopped', words: 'DR-1 rests on the use case UC-1, which was revoked' },
    ]);
  });

  test('does not stop what runs because its use case ran out, and is closed when it cannot be found', () => {
    const { basis, one } = approved();
    basis.ok(MILO, { type: 'close' });
    expect(allow(one, basis.state)).toBe(true);
    expect(allow(one)).toBe(false);
  });

  // As older rules left it: decided, and never held against its use case in this.
  type Left = { readonly document?: object; readonly tier?: 'high' };
  test.each<[string, Left, string]>([
    ['a stricter tier', { tier: 'high' }, 'the tier is higher (high)'],
    [
      'a yes that it did not give',
      { document: { answers: { personalData: true } } },
      'the use case did not say yes to personalData',
    ],
    ['further data', { document: { dataClasses: ['Health records'] } }, 'data class 1 is not covered'],
    ['data that nobody stated', { document: { dataClasses: undefined } }, 'the data classes are not stated'],
  ])('stops an earlier approval whose use case does not carry %s, and says so', (_what, { document, tier }, words) => {
    const { basis, one } = approved();
    const now = one.submitted();
    const old = {
      ...now,
      document: { ...now.document, ...document } as typeof now.document,
      terms: { ...now.terms, tier: tier ?? now.terms.tier },
    };
    expect(gate([old, basis.state], QUERY, new Date(one.nowMs))).toMatchObject({
      allowed: false,
      reasons: [
        {
          code: 'use_case_exceeded',
          words: `DR-1 rests on the use case UC-1, which does not carry it: ${words}`,
          next: 'Have a use case approved that does: /governance use-case like UC-1',
        },
      ],
    });
  });

  test('looks at what it can still read: neither an erased purpose nor erased data stops anything', () => {
    const { basis, one } = approved();
    const now = one.submitted();
    const erased = { ...now, document: { ...now.document, purpose: '[erased]' } as typeof now.document };
    expect(gate([erased, basis.state], QUERY, new Date(one.nowMs)).allowed).toBe(true);
    const gone = { ...now, document: { ...now.document, dataClasses: ['[erased]'] } as typeof now.document };
    expect(gate([gone, basis.state], QUERY, new Date(one.nowMs)).allowed).toBe(true);
    const useCase = { ...basis.submitted(), document: caseDocument({ dataClasses: ['[erased]', 'x'] }) };
    expect(gate([now, useCase], QUERY, new Date(one.nowMs)).allowed).toBe(true);
  });
});

test('a policy that leaves the purpose or the data of a use case immaterial is refused', () => {
  const text = shippedText.replace(
    'material: [system, purpose, affected, dataClasses,',
    'material: [system, affected,',
  );
  const parsed = parsePolicy(sourceOf(text));
  expect(parsed.ok ? [] : parsed.problems.map((problem) => problem.problem)).toEqual([
    '"purpose" must be material: votes are bound to it',
    '"dataClasses" must be material: votes are bound to it',
  ]);
});
