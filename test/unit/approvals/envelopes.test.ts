import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { basisOf } from '#src/approvals/basis.ts';
import type { DeploymentDocument } from '#src/approvals/document.ts';
import { boundLines, measureLines, readBounds, readMeasures } from '#src/approvals/envelope-form.ts';
import { parsePolicy } from '#src/approvals/policy.ts';
import { quorumOf, tally } from '#src/approvals/tally.ts';
import type { RequestState, Tier } from '#src/approvals/types.ts';
import {
  AUDIT,
  approvedEnvelope,
  approvedException,
  CAIO,
  CISO,
  CTO,
  DAY,
  type Desk,
  deployment,
  desk,
  ETHIC,
  exception,
  INSIDE,
  LEGAL,
  MILO,
  ROSTER,
  rosterOf,
  SANDBOX_ROLES,
  shippedText,
  sourceOf,
  T0,
  WITH_ENVELOPE,
} from './fixtures.ts';

const NOW = T0 + 3 * DAY;
const carrier = approvedEnvelope();

/** A version that claims the envelope of `basis`, three days later. */
function claiming(change: Partial<DeploymentDocument> = {}, basis: RequestState = carrier.state): Desk {
  const one = desk();
  one.nowMs = NOW;
  one.related = [basis];
  one.ok(MILO, { type: 'submit', shortId: 'DR-10', document: deployment({ ...INSIDE, ...change }) });
  return one;
}
const asked = (document: DeploymentDocument, tier: Tier = 'limited') => ({
  document,
  tier,
  requester: MILO,
  owner: MILO,
});
const flaws = (change: Partial<DeploymentDocument>, basis: RequestState = carrier.state, nowMs = NOW) =>
  basisOf(asked(deployment({ ...INSIDE, ...change })), [basis], nowMs)?.envelope?.map((flaw) => flaw.code);
const measures = (metrics: Readonly<Record<string, number>>) => ({ within: { request: 'DR-9', metrics } });

describe('a version inside the envelope', () => {
  test('is decided by the lighter quorum that the policy names, with everything else as before', () => {
    const one = claiming();
    expect(one.submitted().basis).toEqual({ useCase: [], envelope: [] });
    expect(quorumOf(one.submitted())).toEqual(one.submitted().terms.lighterQuorum);
    one.ok(CAIO, { type: 'vote' });
    one.ok(LEGAL, { type: 'vote' });
    expect(tally(one.submitted(), ROSTER, one.nowMs).blockers.map((blocker) => blocker.code)).toEqual([
      'consulted',
      'minimum_review',
    ]);
    one.ok(CTO, { type: 'answer_consult', role: 'Business Unit Leaders' });
    expect(one.wait(2 * DAY)).toContain('decided');
    expect(one.submitted().decision).toMatchObject({
      outcome: 'approved',
      counted: [{ person: CAIO }, { person: LEGAL }],
    });
    expect(one.events.at(-1)).toMatchObject({ type: 'decided', data: { envelope: 'DR-9' } });
  });

  test('is decided by the full quorum where the policy names no lighter one', () => {
    const text = shippedText.replace(/ {8}envelopeQuorum:\n(?: {10}.*\n)+/g, '');
    const parsed = parsePolicy(sourceOf(text));
    if (!parsed.ok) throw new Error('the policy does not parse');
    const one = desk(ROSTER, parsed);
    one.nowMs = NOW;
    one.related = [carrier.state];
    one.ok(MILO, { type: 'submit', document: deployment(INSIDE) });
    expect(quorumOf(one.submitted())).toEqual(one.submitted().terms.quorum);
  });

  test('keeps the separation of duties: requester, owner and submitter never count', () => {
    const one = desk(rosterOf({ ...SANDBOX_ROLES, [AUDIT]: ['Legal Team'] }));
    one.nowMs = NOW;
    one.related = [carrier.state];
    one.ok(LEGAL, { type: 'submit', requester: LEGAL, owner: MILO, document: deployment(INSIDE) });
    expect(one.no(LEGAL, { type: 'vote' })).toBe('self_approval');
    one.ok(CAIO, { type: 'vote' });
    expect(tally(one.submitted(), one.roster, one.nowMs).stillNeeded).toEqual([
      'one of Legal Team, Data Protection Officer',
    ]);
  });

  test('is not approved over the rejection of somebody who sits in the full quorum only, until the chair settles it', () => {
    const one = claiming();
    one.ok(CAIO, { type: 'vote' });
    one.ok(ETHIC, { type: 'vote', choice: 'reject', reason: 'Look at it together' });
    one.ok(LEGAL, { type: 'vote' });
    one.ok(CTO, { type: 'answer_consult', role: 'Business Unit Leaders' });
    expect(one.wait(2 * DAY)).not.toContain('decided');
    expect(one.ok(CAIO, { type: 'settle_rejection', reason: 'Discussed' })).toContain('decided');
  });

  test('carries no envelope of its own, and what passed by one carries none', () => {
    const both = { ...INSIDE, ...WITH_ENVELOPE };
    expect(desk().no(MILO, { type: 'submit', document: deployment(both) })).toBe('invalid');
    const light = claiming().submitted();
    const decided = { ...light, shortId: 'DR-9', document: { ...light.document, envelope: WITH_ENVELOPE.envelope } };
    expect(flaws({}, decided as RequestState)).toEqual(['no_envelope']);
  });
});

describe('one step outside, the full quorum decides', () => {
  test('also where what bounded it was erased: equal words say nothing then', () => {
    const scope = { users: null, trafficPercent: 5, regions: ['[erased]'], until: null };
    const gone = {
      ...carrier.submitted(),
      document: deployment({ ...WITH_ENVELOPE, scope, dataClasses: ['[erased]'] }),
    };
    expect(flaws({ scope, dataClasses: ['[erased]'] }, gone)).toEqual(['scope', 'data_class_at']);
  });

  test.each<[string, Partial<DeploymentDocument>, string]>([
    ['another system', { system: 'credit-limits' }, 'system'],
    ['another purpose', { purpose: 'Rank applicants' }, 'purpose'],
    ['another answer', { answers: { personalData: true, affectsPeople: false } }, 'answers'],
    ['further data', { dataClasses: ['payment history', 'health'] }, 'data_class_at'],
    ['another environment', { environment: 'canary' }, 'environment'],
    ['another use case', { useCase: 'UC-7' }, 'use_case'],
    ['a further exception', { restsOn: ['EX-1'] }, 'exception'],
    ['a significant change since', { lastChange: new Date(NOW).toISOString() }, 'changed'],
    ['a measure below its bound', measures({ accuracy: 0.919, false_positive_rate: 0.05 }), 'metric_out_of_bounds'],
    ['a measure above its bound', measures({ accuracy: 0.95, false_positive_rate: 0.11 }), 'metric_out_of_bounds'],
    ['a measure that is not stated', measures({ accuracy: 0.95 }), 'metric_missing'],
    ['a measure that is no number', measures({ accuracy: Number.NaN, false_positive_rate: 0 }), 'metric_missing'],
    ['an inherited name for a measure', measures({ constructor: 1, false_positive_rate: 0 }), 'metric_missing'],
    ['an envelope that is not known', { within: { request: 'DR-77', metrics: { accuracy: 1 } } }, 'unknown'],
  ])('for %s', (_what, change, code) => {
    expect(flaws(change)).toEqual([code]);
  });

  test('for data that is not stated, and for a scope that is wider', () => {
    const { dataClasses: _none, ...silent } = INSIDE;
    expect(basisOf(asked(deployment(silent)), [carrier.state], NOW)?.envelope).toMatchObject([
      { code: 'data_classes_missing' },
    ]);
    const scoped = { users: null, trafficPercent: 10, regions: [], until: null };
    const narrow = approvedEnvelope({ scope: scoped }).state;
    expect(flaws({ scope: scoped }, narrow)).toEqual([]);
    expect(flaws({ scope: { ...scoped, trafficPercent: 5 } }, narrow)).toEqual([]);
    expect(flaws({ scope: null }, narrow)).toEqual(['scope']);
  });

  test('for a higher tier', () => {
    expect(basisOf(asked(deployment(INSIDE), 'high'), [carrier.state], NOW)?.envelope).toMatchObject([
      { code: 'tier' },
    ]);
    const one = claiming();
    one.ok(MILO, { type: 'raise_tier', tier: 'high' });
    expect(quorumOf(one.submitted())).toEqual(one.submitted().terms.quorum);
  });

  test('after the envelope ended, though its approval goes on', () => {
    expect(flaws({}, carrier.state, T0 + 101 * DAY)).toEqual(['ended']);
  });

  test('on an approval without an envelope, or one that was never decided', () => {
    const { envelope: _none, ...bare } = WITH_ENVELOPE;
    const plain = desk();
    plain.ok(MILO, { type: 'submit', shortId: 'DR-9', document: deployment(bare) });
    expect(flaws({}, plain.state)).toEqual(['no_envelope']);
    const open = desk();
    open.ok(MILO, { type: 'submit', shortId: 'DR-9', document: deployment(WITH_ENVELOPE) });
    expect(flaws({}, open.state)).toEqual(['not_in_force']);
    const emergency = desk();
    emergency.ok(CTO, { type: 'break_glass', shortId: 'DR-9', document: deployment(WITH_ENVELOPE) });
    expect(flaws({}, emergency.state, T0 + 1_000)).toEqual(['not_in_force']);
  });

  test.each([
    ['suspended', { type: 'suspend' as const }],
    ['revoked', { type: 'revoke' as const }],
    ['closed', { type: 'close' as const }],
  ])('once the approval is %s, also between two votes', (_what, stop) => {
    const basis = approvedEnvelope();
    const one = claiming({}, basis.state);
    one.ok(CAIO, { type: 'vote' });
    basis.ok(CAIO, stop);
    one.related = [basis.state];
    expect(one.ok(LEGAL, { type: 'vote' })).toEqual(['basis.checked', 'vote.cast']);
    one.ok(CTO, { type: 'answer_consult', role: 'Business Unit Leaders' });
    expect(one.wait(2 * DAY)).not.toContain('decided');
    expect(tally(one.submitted(), ROSTER, one.nowMs).stillNeeded).toEqual(['2 of AI Governance Committee']);
    for (const person of [CISO, ETHIC]) one.ok(person, { type: 'vote' });
    expect(one.state.status).toBe('approved');
    expect(one.events.at(-1)?.data).not.toHaveProperty('envelope');
  });
});

describe('what the approval rests on, who has it, and what replaced it', () => {
  const NEXT = { requestId: 'r10', shortId: 'DR-10' } as const;
  const resting = (change: Partial<DeploymentDocument>, ...related: readonly RequestState[]) =>
    basisOf(asked(deployment({ ...INSIDE, ...change })), related, NOW)?.envelope;
  const onException = approvedEnvelope({ restsOn: ['EX-1'] }).state;

  test('its exceptions are named again, and each carries the version now', () => {
    const open = desk();
    open.ok(MILO, { type: 'submit', requestId: 'x1', shortId: 'EX-1', document: exception() });
    const sound = approvedException();
    const restsOn = ['EX-1'] as const;
    expect(resting({ restsOn }, onException, sound.state)).toEqual([]);
    expect(resting({ restsOn: [] }, onException, sound.state)).toEqual([{ code: 'exception', what: 'EX-1' }]);
    const lapsed = [{ code: 'exception_not_in_force', what: 'EX-1' }];
    expect(resting({ restsOn }, onException)).toEqual(lapsed);
    expect(resting({ restsOn }, onException, open.state)).toEqual(lapsed);
    const elsewhere = approvedException({ environments: ['production'] });
    expect(resting({ restsOn, environment: 'staging' }, onException, elsewhere.state)).toEqual(lapsed);
    expect(resting({ restsOn }, onException, approvedException({ systems: ['other'] }).state)).toEqual(lapsed);
    sound.ok(CISO, { type: 'revoke' });
    expect(resting({ restsOn }, onException, sound.state)).toEqual(lapsed);
  });

  test('an exception that is revoked between two votes brings back the full quorum', () => {
    const basis = approvedException();
    const one = desk();
    one.nowMs = NOW;
    one.related = [onException, basis.state];
    one.ok(MILO, { type: 'submit', ...NEXT, document: deployment({ ...INSIDE, restsOn: ['EX-1'] }) });
    expect(quorumOf(one.submitted())).toEqual(one.submitted().terms.lighterQuorum);
    one.ok(CAIO, { type: 'vote' });
    basis.ok(CISO, { type: 'revoke' });
    one.related = [onException, basis.state];
    expect(one.ok(LEGAL, { type: 'vote' })).toEqual(['basis.checked', 'vote.cast']);
    expect(quorumOf(one.submitted())).toEqual(one.submitted().terms.quorum);
  });

  test('only the owner of what was approved claims it', () => {
    const by = (people: { requester: string; owner: string }) =>
      basisOf({ ...asked(deployment(INSIDE)), ...people }, [carrier.state], NOW)?.envelope;
    expect(by({ requester: CISO, owner: CISO })).toEqual([{ code: 'owner', what: 'owner' }]);
    expect(by({ requester: CISO, owner: MILO })).toEqual([]);
    expect(by({ requester: MILO, owner: CISO })).toEqual([]);
    const one = desk();
    one.nowMs = NOW;
    one.related = [carrier.state];
    one.ok(CTO, { type: 'submit', ...NEXT, requester: CTO, owner: CTO, document: deployment(INSIDE) });
    expect(quorumOf(one.submitted())).toEqual(one.submitted().terms.quorum);
  });

  /** A carrier that was superseded by `next`, and that version after its approval. */
  const superseded = (next: Partial<DeploymentDocument>) => {
    const old = approvedEnvelope();
    const fresh = desk();
    fresh.nowMs = NOW;
    fresh.related = [old.state];
    fresh.ok(MILO, { type: 'submit', ...NEXT, document: deployment({ ...INSIDE, ...next, replaces: 'e1' }) });
    for (const person of [CAIO, LEGAL, CISO, ETHIC]) fresh.ok(person, { type: 'vote' });
    fresh.ok(CTO, { type: 'answer_consult', role: 'Business Unit Leaders' });
    fresh.wait(2 * DAY);
    old.nowMs = fresh.nowMs;
    expect(old.ok('service', { type: 'supersede', basis: fresh.state })).toEqual(['superseded']);
    return { old: old.submitted(), fresh: fresh.submitted() };
  };

  test('a version that claimed it carries it on; one that did not has ended it, also further down the line', () => {
    const on = superseded({});
    const claim = { version: '2.3' };
    expect(resting(claim, on.old, on.fresh)).toEqual([]);
    expect(resting(claim, on.old)).toEqual([{ code: 'replaced', what: 'a later version' }]);
    const { within: _none, ...own } = deployment(INSIDE);
    const last = { ...on.fresh, id: 'r11', shortId: 'DR-11', document: own };
    const passed = { ...on.fresh, supersededBy: 'r11' };
    expect(resting(claim, on.old, passed, last)).toEqual([{ code: 'replaced', what: 'DR-11' }]);
    expect(resting(claim, on.old, { ...on.fresh, supersededBy: 'e1' })).toHaveLength(1);
    const off = superseded({ within: { request: 'DR-8', metrics: { accuracy: 1 } } });
    expect(resting(claim, off.old, off.fresh)).toEqual([{ code: 'replaced', what: 'DR-10' }]);
  });
});

test('never lighter when any bound is violated or anything is unknown: random versions', () => {
  const value = fc.oneof(
    fc.constantFrom(0.92, 0.95, 0.1, 0.05),
    fc.double({ min: 0, max: 1 }),
    fc.constant(Number.NaN),
  );
  const version = fc.record({
    purpose: fc.constantFrom('Score loan applications', ' score  LOAN applications', 'Rank people'),
    environment: fc.constantFrom('production', 'staging', 'canary'),
    data: fc.subarray(['payment history', 'loan applications', 'health']),
    personalData: fc.constantFrom(true, true, true, false),
    metrics: fc.record({ accuracy: value, false_positive_rate: value, recall: value }, { requiredKeys: [] }),
    days: fc.integer({ min: 0, max: 120 }),
    stopped: fc.constantFrom(null, null, 'suspend', 'revoke', 'close'),
  });
  let light = 0;
  fc.assert(
    fc.property(version, ({ purpose, environment, data, personalData, metrics, days, stopped }) => {
      const basis = approvedEnvelope();
      if (stopped !== null) basis.ok(CAIO, { type: stopped as 'suspend' });
      const document = deployment({
        ...INSIDE,
        purpose,
        environment,
        answers: { personalData },
        dataClasses: data,
        ...measures(metrics),
      });
      const nowMs = T0 + 3 * DAY + days * DAY;
      const inside =
        purpose.toLowerCase().includes('score') &&
        environment !== 'canary' &&
        !data.includes('health') &&
        personalData &&
        (metrics['accuracy'] ?? 0) >= 0.92 &&
        (metrics['false_positive_rate'] ?? 1) <= 0.1 &&
        days < 97 &&
        stopped === null;
      const found = basisOf(asked(document), [basis.state], nowMs)?.envelope ?? [];
      expect(found.length === 0).toBe(inside);
      if (inside) light += 1;
    }),
    { numRuns: 3_000, seed: 12 },
  );
  expect(light).toBeGreaterThan(10);
});

describe('bounds and measures as they are written', () => {
  test('come back as they were read', () => {
    const bounds = readBounds('accuracy >= 0.92\nfalse_positive_rate <= 0.1; f1≥0.5\nf1 ≤ 0.9');
    if (!bounds.ok) throw new Error(bounds.problem);
    expect(bounds.value).toEqual({
      accuracy: { min: 0.92, max: null },
      false_positive_rate: { min: null, max: 0.1 },
      f1: { min: 0.5, max: 0.9 },
    });
    expect(readBounds(boundLines(bounds.value).join('\n'))).toEqual(bounds);
    const read = readMeasures('Accuracy = 0.95\nrecall: -1');
    expect(read).toEqual({ ok: true, value: { accuracy: 0.95, recall: -1 } });
    expect(readMeasures(measureLines({ accuracy: 0.95 }).join('\n'))).toMatchObject({ value: { accuracy: 0.95 } });
  });

  test.each(['accuracy = 0.92', 'accuracy > 0.92', '0.92', 'accuracy >= high', 'a b >= 1', 'f1 >= 0.9; F1 >= 0.5'])(
    '%s is no bound',
    (line) => {
      expect(readBounds(line).ok).toBe(false);
    },
  );

  test.each(['accuracy >= 0.92', 'good', 'accuracy = 1e9', 'f1 = 0.9; F1 = 0.5'])('%s is no measure', (line) => {
    expect(readMeasures(line).ok).toBe(false);
  });
});

test('a lighter quorum of one place is no quorum', () => {
  const text = shippedText.replace(
    '          - Chief AI Officer # WP-2.5.2\n          - anyOf: [Legal Team, Data Protection Officer]\n        # Organisation',
    '          - Chief AI Officer\n        # Organisation',
  );
  const parsed = parsePolicy(sourceOf(text));
  expect(parsed.ok ? [] : parsed.problems.map((one) => one.path)).toEqual([
    'kinds.deployment.tiers.limited.envelopeQuorum',
  ]);
});
