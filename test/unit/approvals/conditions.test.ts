import { describe, expect, test } from 'vitest';
import { gate } from '#src/approvals/gate.ts';
import { tally } from '#src/approvals/tally.ts';
import {
  CAIO,
  CISO,
  CTO,
  condition,
  DAY,
  type Desk,
  DIGEST,
  EMMA,
  ETHIC,
  LEGAL,
  link,
  MILO,
  submittedDesk,
  T0,
} from './fixtures.ts';

const withConditions = (conditions: readonly unknown[]) =>
  ({ type: 'vote', choice: 'approve_with_conditions', reason: 'Only so', conditions }) as const;
const query = { system: 'credit-scoring', version: '2.1', digest: DIGEST, environment: 'production' };
const codes = (one: Desk) => gate([one.state], query, new Date(one.nowMs)).reasons.map((reason) => reason.code);
const before = condition({
  text: 'Pen test',
  phase: 'before_deployment',
  dueAt: new Date(T0 + 10 * DAY).toISOString(),
});

describe('conditions of an approval', () => {
  test('are united from several votes, accepted by the requester, and only then decided', () => {
    const one = submittedDesk();
    one.ok(CISO, withConditions([condition(), before]));
    const later = new Date(T0 + 60 * DAY).toISOString();
    expect(one.ok(CAIO, withConditions([condition({ text: '  monitor DRIFT weekly ', dueAt: later })]))).toEqual([
      'vote.cast',
      'conditions.offered',
    ]);
    const offered = one.submitted().offer?.conditions ?? [];
    expect(offered.map(({ id, text, askedBy, dueAt }) => [id, text, askedBy, dueAt])).toEqual([
      ['c1', 'Monitor drift weekly', [CISO, CAIO], condition().dueAt],
      ['c2', 'Pen test', [CISO], before.dueAt],
    ]);
    expect(one.no(CISO, { type: 'accept_conditions', conditions: ['c1', 'c2'] })).toBe('not_requester');
    expect(one.no(MILO, { type: 'accept_conditions', conditions: ['c1'] })).toBe('conditions_changed');
    expect(one.ok(MILO, { type: 'accept_conditions', conditions: ['c1', 'c2'] })).toEqual([
      'conditions.accepted',
      'decided',
    ]);
    expect(one.state.status).toBe('approved_with_conditions');
  });

  test('of a vote that is changed after the offer are offered anew', () => {
    const one = submittedDesk();
    one.ok(CISO, withConditions([condition()]));
    one.ok(CAIO, { type: 'vote' });
    expect(one.ok(CISO, withConditions([before]))).toEqual(['vote.changed', 'conditions.offered']);
    one.ok(MILO, { type: 'decline_conditions', reason: 'Impossible' });
    expect(one.state.status).toBe('in_review');
    expect(one.no(MILO, { type: 'accept_conditions', conditions: ['c1'] })).toBe('no_conditions_offered');
    expect(one.ok(CISO, { type: 'vote' })).toEqual(['vote.changed', 'decided']);
    expect(one.state.status).toBe('approved');
  });

  test('that contradict each other send the request back until a vote changes', () => {
    const one = submittedDesk();
    one.ok(
      CISO,
      withConditions([condition({ text: 'At most 10 %', limit: { what: 'traffic', is: 'at_most', value: 10 } })]),
    );
    expect(
      one.ok(
        CAIO,
        withConditions([condition({ text: 'At least 50 %', limit: { what: 'traffic', is: 'at_least', value: 50 } })]),
      ),
    ).toEqual(['vote.cast', 'conditions.contradicted']);
    expect(one.state.status).toBe('information_requested');
    one.ok(EMMA, { type: 'comment', text: 'Which?' });
    expect(one.state.status).toBe('information_requested');
    expect(tally(one.submitted(), one.roster, one.nowMs).conditions).toBe('contradicted');
    expect(one.events.at(-2)?.data).toEqual({ between: [{ a: CISO, b: CAIO, what: 'traffic' }] });
    expect(one.ok(CAIO, { type: 'vote' })).toEqual(['vote.changed', 'conditions.offered']);
  });

  test.each([
    [{ what: 'region', is: 'only', values: ['eu'] }, { what: 'region', is: 'only', values: ['us'] }, true],
    [{ what: 'region', is: 'only', values: ['eu', 'us'] }, { what: 'region', is: 'only', values: ['us'] }, false],
    [{ what: 'region', is: 'only', values: ['eu'] }, { what: 'region', is: 'not', values: ['eu'] }, true],
    [{ what: 'traffic', is: 'at_most', value: 10 }, { what: 'traffic', is: 'at_most', value: 5 }, false],
    [{ what: 'users', is: 'at_least', value: 10 }, { what: 'traffic', is: 'at_most', value: 5 }, false],
  ])('limits %j and %j: contradiction %s', (a, b, contradictory) => {
    const one = submittedDesk();
    one.ok(CISO, withConditions([condition({ text: 'a', limit: a as never })]));
    const types = one.ok(CAIO, withConditions([condition({ text: 'b', limit: b as never })]));
    expect(types.includes('conditions.contradicted')).toBe(contradictory);
  });

  test('the stricter of two equal limits stays', () => {
    const one = submittedDesk();
    one.ok(CISO, withConditions([condition({ text: '10 %', limit: { what: 'traffic', is: 'at_most', value: 10 } })]));
    one.ok(CAIO, withConditions([condition({ text: '5 %', limit: { what: 'traffic', is: 'at_most', value: 5 } })]));
    expect(one.submitted().offer?.conditions).toMatchObject([{ text: '5 %', limit: { value: 5 } }]);
  });

  test("lists of which neither keeps the other stay two conditions, in both voters' words", () => {
    const one = submittedDesk();
    const not = (...values: string[]) =>
      condition({ text: `Not in ${values.join(', ')}`, limit: { what: 'region', is: 'not', values } });
    one.ok(CISO, withConditions([not('us')]));
    one.ok(CAIO, withConditions([not('cn')]));
    const texts = () => one.submitted().offer?.conditions.map(({ text, askedBy }) => [text, askedBy]);
    expect(texts()).toEqual([
      ['Not in us', [CISO]],
      ['Not in cn', [CAIO]],
    ]);
    one.ok(CAIO, withConditions([not('us', 'cn')]));
    expect(texts()).toEqual([['Not in us, cn', [CISO, CAIO]]]);
  });

  test.each([
    ['none', []],
    ['without an owner', [condition({ owner: ' ' })]],
    ['with a limit in free words', [condition({ limit: { what: 'what Milo said', is: 'at_most', value: 1 } })]],
    ['with a free text in a list', [condition({ limit: { what: 'region', is: 'only', values: ['near Milo'] } })]],
    ['due in the past', [condition({ dueAt: new Date(T0 - 1).toISOString() })]],
    ['due at no time', [condition({ dueAt: 'soon' })]],
    ['without who confirms', [condition({ confirmRole: '' })]],
  ])('%s is refused', (_what, conditions) => {
    expect(['conditions_required', 'invalid']).toContain(submittedDesk().no(CISO, withConditions(conditions)));
  });

  test('before deployment: the gate stays shut until another role confirms it, never requester nor owner', () => {
    const one = submittedDesk();
    one.ok(CISO, withConditions([before]));
    one.ok(CAIO, { type: 'vote' });
    one.ok(MILO, { type: 'accept_conditions', conditions: ['c1'] });
    expect(codes(one)).toEqual(['condition_open']);
    expect(one.no(MILO, { type: 'record_deployment' })).toBe('not_in_force');
    expect(one.no(EMMA, { type: 'evidence_condition', condition: 'c1', evidence: link('link') })).toBe('not_requester');
    one.ok(MILO, { type: 'evidence_condition', condition: 'c1', evidence: link('link') });
    expect(one.no(MILO, { type: 'confirm_condition', condition: 'c1' })).toBe('self_approval');
    expect(one.no(LEGAL, { type: 'confirm_condition', condition: 'c1' })).toBe('role_missing');
    one.ok(CISO, { type: 'confirm_condition', condition: 'c1' });
    expect(codes(one)).toEqual(['approved']);
    expect(one.no(CISO, { type: 'confirm_condition', condition: 'c1' })).toBe('condition_confirmed');
    expect(one.no(CISO, { type: 'confirm_condition', condition: 'c9' })).toBe('unknown_condition');
  });

  test('after deployment: the gate opens at once and shuts when it is overdue', () => {
    const one = submittedDesk();
    one.ok(CISO, withConditions([condition()]));
    one.ok(CAIO, { type: 'vote' });
    one.ok(MILO, { type: 'accept_conditions', conditions: ['c1'] });
    expect(codes(one)).toEqual(['approved']);
    expect(one.wait(31 * DAY)).toEqual(['condition.overdue']);
    expect(codes(one)).toEqual(['condition_overdue']);
    one.ok(CISO, { type: 'confirm_condition', condition: 'c1' });
    expect(codes(one)).toEqual(['approved']);
  });

  test('the owner of a condition does not confirm it, also not by role', () => {
    const one = submittedDesk();
    one.ok(CAIO, withConditions([condition({ owner: CISO })]));
    one.ok(CISO, { type: 'vote' });
    one.ok(MILO, { type: 'accept_conditions', conditions: ['c1'] });
    expect(one.no(CISO, { type: 'confirm_condition', condition: 'c1' })).toBe('condition_owner');
  });

  test('more than an event can hold are refused at the vote, not lost at the decision', () => {
    const one = submittedDesk();
    const five = (name: string) => Array.from({ length: 5 }, (_, index) => condition({ text: `${name} ${index}` }));
    one.ok(CISO, withConditions(five('a')));
    one.ok(LEGAL, withConditions(five('b')));
    expect(one.no(ETHIC, withConditions(five('c')))).toBe('too_large');
    expect(one.no(CTO, withConditions(five('d')))).toBe('role_missing');
  });
});
