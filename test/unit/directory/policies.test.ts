/** Settings change by two administrators, the policy by a vote; never by one person, a file or a start (rule 9). */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  applyPolicy,
  decidePolicy,
  emptyPolicies,
  type PolicyCommand,
  type PolicyEnd,
  type PolicyState,
  saidNoTo,
} from '#src/directory/policies.ts';

const NOW = new Date('2026-05-01T00:00:00.000Z');
const ADMINS = new Set(['p_ann', 'p_ben', 'p_cat']);
const PEOPLE = ['p_ann', 'p_ben', 'p_cat', 'p_dan', 'service'] as const;
const file = (n: number) => ({ sha256: String(n).repeat(64).slice(0, 64), version: `${n}.0` });

function run(state: PolicyState, command: PolicyCommand, by: string, admins: ReadonlySet<string> = ADMINS) {
  const decision = decidePolicy(state, command, by, admins, NOW);
  return decision.ok ? { reason: null, ...decision } : { ...decision, state, events: [] };
}

const begun = run(emptyPolicies, { type: 'begin', document: 'gate-settings', to: file(1) }, 'service').state;
const proposed = run(
  begun,
  { type: 'propose', proposal: 'x', document: 'gate-settings', to: file(2) },
  'service',
).state;
const inForce = (state: PolicyState) => state.inForce.get('gate-settings')?.version;
const support = { type: 'support', proposal: 'x' } as const;

describe('the rules in force', () => {
  it('begin once, by the first start', () => {
    expect(inForce(begun)).toBe('1.0');
    expect(run(begun, { type: 'begin', document: 'gate-settings', to: file(9) }, 'service').reason).toBe(
      'nothing_changed',
    );
    expect(run(emptyPolicies, { type: 'begin', document: 'gate-settings', to: file(9) }, 'p_ann').reason).toBe(
      'nothing_changed',
    );
  });

  it('change with the second administrator; a file that was found counts as nobody', () => {
    expect(inForce(proposed)).toBe('1.0');
    const one = run(proposed, support, 'p_ann');
    expect([one.reason, inForce(one.state)]).toEqual([null, '1.0']);
    expect(run(one.state, support, 'p_ann').reason).toBe('already_supported');
    expect(run(one.state, support, 'p_dan').reason).toBe('not_admin');
    const two = run(one.state, support, 'p_ben');
    expect([inForce(two.state), two.state.proposals.get('x')?.status]).toEqual(['2.0', 'accepted']);
    expect(run(two.state, support, 'p_cat').reason).toBe('not_open');
  });

  it('do not change where the first supporter stopped administering in between', () => {
    const one = run(proposed, support, 'p_ann').state;
    const two = run(one, support, 'p_ben', new Set(['p_ben', 'p_cat']));
    expect(inForce(two.state)).toBe('1.0');
    expect(inForce(run(two.state, support, 'p_cat', new Set(['p_ben', 'p_cat'])).state)).toBe('2.0');
  });

  it('are the fold of their events', () => {
    const one = run(proposed, support, 'p_ann');
    const again = one.events.reduce((state, event) => applyPolicy(state, event, { at: NOW, actor: 'p_ann' }), proposed);
    expect(again).toEqual(one.state);
  });
});

describe('whatever is tried in whatever order', () => {
  const proposal = fc.constantFrom('x', 'y', 'z');
  const command: fc.Arbitrary<PolicyCommand> = fc.oneof(
    fc.record({ proposal, n: fc.integer({ min: 1, max: 4 }) }).map(
      ({ proposal: p, n }): PolicyCommand => ({
        type: 'propose',
        proposal: p,
        document: 'gate-settings',
        to: file(n),
      }),
    ),
    proposal.map((p): PolicyCommand => ({ type: 'support', proposal: p })),
    proposal.map((p): PolicyCommand => ({ type: 'support', proposal: p })),
    proposal.map((p): PolicyCommand => ({ type: 'refuse', proposal: p, reason: '', ended: 'declined' })),
    fc.constant<PolicyCommand>({ type: 'begin', document: 'gate-settings', to: file(5) }),
  );

  it('each adoption names two different administrators', () => {
    let adopted = 0;
    const steps = fc.array(fc.tuple(command, fc.constantFrom(...PEOPLE)), { minLength: 10, maxLength: 40 });
    fc.assert(
      fc.property(steps, (sequence) => {
        let state = begun;
        for (const [step, by] of sequence) {
          const result = run(state, step, by);
          for (const event of result.events) {
            if (event.type !== 'policy.adopted') continue;
            const persons = new Set(event.data.persons);
            expect(persons.size).toBeGreaterThanOrEqual(2);
            for (const person of persons) expect(ADMINS.has(person)).toBe(true);
            adopted += 1;
          }
          state = result.state;
        }
      }),
      { numRuns: 300 },
    );
    expect(adopted).toBeGreaterThan(20);
  });

  it('one person alone changes nothing', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 40 }), fc.constantFrom(...PEOPLE), (sequence, by) => {
        expect(inForce(sequence.reduce((state, step) => run(state, step, by).state, begun))).toBe('1.0');
      }),
    );
  });
});

describe('the approval policy', () => {
  const first = run(emptyPolicies, { type: 'begin', document: 'approval-policy', to: file(1) }, 'service').state;
  const waiting = run(
    first,
    { type: 'propose', proposal: 'x', document: 'approval-policy', to: file(2) },
    'service',
  ).state;
  const voted = run(waiting, { type: 'put_to_vote', proposal: 'x', request: 'PC-1' }, 'service').state;
  const version = (state: PolicyState) => state.inForce.get('approval-policy')?.version;
  const adopt = {
    type: 'adopt',
    proposal: 'x',
    request: 'PC-1',
    fromHash: file(1).sha256,
    toHash: file(2).sha256,
    persons: ['p_dan', 'p_eve'],
  } as const;

  it('is not adopted by administrators, however many', () => {
    for (const by of ADMINS) expect(run(waiting, support, by).reason).toBe('by_vote');
  });

  it('is adopted by the decision that the server draws, which names the request and who filled the quorum', () => {
    const done = run(voted, adopt, 'service');
    expect(version(done.state)).toBe('2.0');
    expect([...voted.adopted]).toEqual([file(1).sha256]);
    expect([...done.state.adopted]).toEqual([file(1).sha256, file(2).sha256]);
    expect(done.events).toMatchObject([
      { type: 'policy.adopted', data: { basis: 'vote', request: 'PC-1', persons: ['p_dan', 'p_eve'] } },
    ]);
    for (const by of ADMINS) expect(run(voted, adopt, by).reason).toBe('by_vote');
  });

  it.each([
    ['one person', { persons: ['p_dan', 'p_dan'] }, 'invalid'],
    ['another version than the one voted on', { toHash: file(3).sha256 }, 'invalid'],
    ['another version to be replaced than the one in force', { fromHash: file(3).sha256 }, 'stale'],
    ['a proposal that is not there', { proposal: 'y' }, 'unknown'],
  ])('is not adopted for %s', (_what, change, reason) => {
    const tried = run(voted, { ...adopt, ...change }, 'service');
    expect([tried.reason, version(tried.state)]).toEqual([reason, '1.0']);
  });

  it('is not taken from the committee while it decides', () => {
    const refuse = { type: 'refuse', proposal: 'x', reason: '', ended: 'declined' } as const;
    expect(run(voted, refuse, 'p_ann').reason).toBe('by_vote');
    expect(run(waiting, refuse, 'p_ann').reason).toBeNull();
    expect(run(voted, refuse, 'service').reason).toBeNull();
  });

  it('and settings are not adopted by a vote', () => {
    expect(run(proposed, adopt, 'service').reason).toBe('invalid');
    expect(run(proposed, { type: 'put_to_vote', proposal: 'x', request: 'PC-1' }, 'service').reason).toBe('invalid');
  });
});

describe('a version of the rules', () => {
  const propose = (n: number, id: string): PolicyCommand => {
    return { type: 'propose', proposal: id, document: 'gate-settings', to: file(n) };
  };
  const end = (ended: PolicyEnd) => run(proposed, { type: 'refuse', proposal: 'x', reason: '', ended }, 'p_ann').state;

  it('that waits is not proposed a second time beside itself', () => {
    expect(run(proposed, propose(2, 'y'), 'p_ann').reason).toBe('waits_already');
    expect(run(proposed, propose(3, 'y'), 'p_ann').reason).toBeNull();
    expect(run(end('declined'), propose(2, 'y'), 'p_ann').reason).toBeNull();
  });

  it.each([
    ['rejected', true],
    ['withdrawn', true],
    ['declined', true],
    ['expired', false],
    ['replaced', false],
    ['stale', false],
    ['strands_requests', false],
  ] as const)('that was %s is remembered as a no: %s', (ended, isNo) => {
    const { sha256 } = file(2);
    expect(saidNoTo(end(ended), 'gate-settings', sha256) !== null).toBe(isNo);
    expect(saidNoTo(proposed, 'gate-settings', sha256)).toBeNull();
  });
});
