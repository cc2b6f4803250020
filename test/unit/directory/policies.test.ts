/** The rules change by two administrators, never by one, a file or a start (rule 9). */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  applyPolicy,
  decidePolicy,
  emptyPolicies,
  type PolicyCommand,
  type PolicyState,
} from '#src/directory/policies.ts';

const NOW = new Date('2026-05-01T00:00:00.000Z');
const ADMINS = new Set(['p_ann', 'p_ben', 'p_cat']);
const PEOPLE = ['p_ann', 'p_ben', 'p_cat', 'p_dan', 'service'] as const;
const file = (n: number) => ({ sha256: String(n).repeat(64).slice(0, 64), version: `${n}.0` });

function run(state: PolicyState, command: PolicyCommand, by: string, admins: ReadonlySet<string> = ADMINS) {
  const decision = decidePolicy(state, command, by, admins, NOW);
  return decision.ok ? { reason: null, ...decision } : { ...decision, state, events: [] };
}

const begun = run(emptyPolicies, { type: 'begin', document: 'approval-policy', to: file(1) }, 'service').state;
const proposed = run(
  begun,
  { type: 'propose', proposal: 'x', document: 'approval-policy', to: file(2) },
  'service',
).state;
const inForce = (state: PolicyState) => state.inForce.get('approval-policy')?.version;
const support = { type: 'support', proposal: 'x' } as const;

describe('the rules in force', () => {
  it('begin once, by the first start', () => {
    expect(inForce(begun)).toBe('1.0');
    expect(run(begun, { type: 'begin', document: 'approval-policy', to: file(9) }, 'service').reason).toBe(
      'nothing_changed',
    );
    expect(run(emptyPolicies, { type: 'begin', document: 'approval-policy', to: file(9) }, 'p_ann').reason).toBe(
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
        document: 'approval-policy',
        to: file(n),
      }),
    ),
    proposal.map((p): PolicyCommand => ({ type: 'support', proposal: p })),
    proposal.map((p): PolicyCommand => ({ type: 'support', proposal: p })),
    proposal.map((p): PolicyCommand => ({ type: 'refuse', proposal: p, reason: '' })),
    fc.constant<PolicyCommand>({ type: 'begin', document: 'approval-policy', to: file(5) }),
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
