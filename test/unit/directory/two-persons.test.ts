/** Rule 9 against random sequences of commands: whatever one person does, they alone appoint nobody. */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { appointeesOf, type DirectoryCommand, decideDirectory } from '#src/directory/decide-directory.ts';
import { rosterAt } from '#src/directory/directory.ts';
import {
  adminsAt,
  type Change,
  emptyGoverned,
  type GovernedDirectory,
  type GovernedEvent,
} from '#src/directory/governed.ts';
import { ADMIN_ROLE } from '#src/directory/two-persons.ts';

const START = new Date('2026-05-01T00:00:00.000Z');
const PEOPLE = ['p_ann', 'p_ben', 'p_cat', 'p_dan'] as const;
const ROLES = [ADMIN_ROLE, 'CISO', 'Chief AI Officer'] as const;

const uuid = (name: string) => {
  const hex = createHash('sha256').update(name).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
};
const assign = (name: string, role: string, person: string, deputyOf: string | null = null): Change => ({
  do: 'assign',
  assignment: uuid(name),
  role,
  person,
  from: null,
  until: null,
  deputyOf,
});
const delegate = (name: string, role: string, holder: string, person: string, days = 7): Change => ({
  do: 'delegate',
  delegation: uuid(name),
  role,
  holder,
  person,
  from: START.toISOString(),
  until: new Date(START.getTime() + days * 86_400_000).toISOString(),
});

function run(state: GovernedDirectory, command: DirectoryCommand, by: string, now = START) {
  const decision = decideDirectory(state, command, by, now);
  return decision.ok ? { reason: null, ...decision } : { ...decision, state, events: [] as readonly GovernedEvent[] };
}

const founded = run(
  emptyGoverned,
  {
    type: 'bootstrap',
    last: true,
    changes: [
      assign('a1', ADMIN_ROLE, 'p_ann'),
      assign('a2', ADMIN_ROLE, 'p_ben'),
      assign('a3', ADMIN_ROLE, 'p_cat'),
      assign('a4', 'CISO', 'p_ann'),
    ],
  },
  'service',
).state;
const propose = (changes: readonly Change[], proposal = 'x'): DirectoryCommand => ({
  type: 'propose',
  proposal,
  source: 'slack',
  reason: 'because',
  changes,
});

describe('the first start', () => {
  it('makes one bootstrap, and only the service makes it', () => {
    const again = { type: 'bootstrap', last: true, changes: [assign('b', ADMIN_ROLE, 'p_dan')] } as const;
    expect(run(founded, again, 'service').reason).toBe('already_bootstrapped');
    expect(run(emptyGoverned, again, 'p_dan').reason).toBe('not_admin');
    expect([...adminsAt(founded.assignments.values(), START)]).toEqual(
      expect.arrayContaining(['p_ann', 'p_ben', 'p_cat']),
    );
  });
});

describe('a change of the directory', () => {
  const proposed = run(founded, propose([assign('n', 'Chief AI Officer', 'p_dan')]), 'p_ann').state;
  const support = { type: 'support', proposal: 'x' } as const;

  it('takes effect with the second administrator, not before', () => {
    expect(proposed.assignments.size).toBe(4);
    expect(run(proposed, support, 'p_ann').reason).toBe('already_supported');
    expect(run(proposed, support, 'p_dan').reason).toBe('own_appointment');
    const done = run(proposed, support, 'p_ben');
    expect(rosterAt(done.state.assignments.values(), START).some((a) => a.person === 'p_dan')).toBe(true);
    expect(done.state.proposals.get('x')?.status).toBe('accepted');
    expect(run(done.state, support, 'p_cat').reason).toBe('not_open');
  });

  it('an administrator may not support their own appointment; two others must', () => {
    const own = run(founded, propose([assign('n', 'CISO', 'p_ben')]), 'p_ben').state;
    expect(own.proposals.get('x')?.supporters).toEqual([[]]);
    const one = run(own, support, 'p_ann').state;
    expect(one.assignments.size).toBe(4);
    expect(run(one, support, 'p_cat').state.assignments.size).toBe(5);
  });

  it('of several changes each waits for its own two', () => {
    const both = run(founded, propose([assign('n1', 'CISO', 'p_ben'), assign('n2', 'CISO', 'p_dan')]), 'service').state;
    const first = run(both, support, 'p_ben').state;
    const second = run(first, support, 'p_ann');
    expect(second.state.proposals.get('x')).toMatchObject({ applied: [1], status: 'open' });
    expect(run(second.state, support, 'p_cat').state.proposals.get('x')).toMatchObject({ status: 'accepted' });
  });

  it('by somebody who administers nothing it is not even proposed', () => {
    expect(run(founded, propose([assign('n', 'CISO', 'p_cat')]), 'p_dan').reason).toBe('not_admin');
  });

  it('supporters who stopped administering no longer count', () => {
    const [ann] = rosterAt(founded.assignments.values(), START).filter(
      (a) => a.person === 'p_ann' && a.role === ADMIN_ROLE,
    );
    const endAnn: Change = { do: 'end', assignment: ann?.id ?? '', role: ADMIN_ROLE, person: 'p_ann' };
    const leaving = run(
      run(proposed, propose([endAnn], 'y'), 'p_ben').state,
      { type: 'support', proposal: 'y' },
      'p_cat',
    ).state;
    expect(adminsAt(leaving.assignments.values(), START).has('p_ann')).toBe(false);
    const one = run(leaving, support, 'p_ben');
    expect(one.state.proposals.get('x')?.status).toBe('open');
    expect(run(one.state, support, 'p_cat').state.proposals.get('x')?.status).toBe('accepted');
  });

  it('refused, it is over', () => {
    const refused = run(proposed, { type: 'refuse', proposal: 'x', reason: '' }, 'p_cat').state;
    expect(run(refused, support, 'p_ben').reason).toBe('not_open');
  });
});

describe('delegation and absence', () => {
  const support = { type: 'support', proposal: 'x' } as const;
  it('a holder hands on their own role for a time, with one administrator beside', () => {
    const handed = run(founded, propose([delegate('d', 'CISO', 'p_ann', 'p_dan')]), 'p_ann').state;
    expect(handed.delegations.size).toBe(0);
    const done = run(handed, support, 'p_ben').state;
    const own = { role: 'CISO', holder: 'p_ann', person: 'p_dan', endedAt: null };
    expect([...done.delegations.values()]).toMatchObject([own]);
    const taken = run(done, { type: 'end_delegation', delegation: uuid('d') }, 'p_ann').state;
    expect([...taken.delegations.values()]).toMatchObject([{ ...own, endedAt: START.toISOString() }]);
  });

  it('a role that is not held, or for a whole year, cannot be handed on', () => {
    expect(run(founded, propose([delegate('d', 'Chief AI Officer', 'p_dan', 'p_ben')]), 'p_dan').reason).toBe(
      'not_holder',
    );
    expect(run(founded, propose([delegate('d', 'CISO', 'p_ann', 'p_dan', 365)]), 'p_ann').reason).toBe('invalid');
  });

  it('absence is said by the person or an administrator, and ends by itself', () => {
    const until = new Date(START.getTime() + 86_400_000).toISOString();
    const away = { type: 'set_absence', absence: 'v', person: 'p_dan', from: START.toISOString(), until } as const;
    expect(run(founded, { ...away, person: 'p_ann' }, 'p_dan').reason).toBe('not_admin');
    const state = run(founded, away, 'p_dan').state;
    expect([...state.absences.values()]).toEqual([{ id: 'v', person: 'p_dan', from: START.toISOString(), until }]);
  });
});

describe('whatever is tried in whatever order', () => {
  const change = fc.oneof(
    fc
      .record({ n: fc.nat(30), role: fc.constantFrom(...ROLES), person: fc.constantFrom(...PEOPLE) })
      .map(({ n, role, person }) => assign(`r${n}`, role, person)),
    fc
      .record({
        n: fc.nat(10),
        role: fc.constantFrom(...ROLES),
        holder: fc.constantFrom(...PEOPLE),
        person: fc.constantFrom(...PEOPLE),
      })
      .map(({ n, role, holder, person }) => delegate(`g${n}`, role, holder, person)),
    fc.constantFrom(1, 2, 3, 4).map((n): Change => {
      const known = founded.assignments.get(uuid(`a${n}`));
      return { do: 'end', assignment: uuid(`a${n}`), role: known?.role ?? '', person: known?.person ?? '' };
    }),
  );
  const proposal = fc.nat(3).map((n) => `x${n}`);
  const command: fc.Arbitrary<DirectoryCommand> = fc.oneof(
    fc
      .record({ proposal, changes: fc.array(change, { minLength: 1, maxLength: 3 }) })
      .map(({ proposal: p, changes }) => propose(changes, p)),
    proposal.map((p): DirectoryCommand => ({ type: 'support', proposal: p })),
    proposal.map((p): DirectoryCommand => ({ type: 'support', proposal: p })),
    proposal.map((p): DirectoryCommand => ({ type: 'refuse', proposal: p, reason: '' })),
    fc.constant<DirectoryCommand>({ type: 'recertify' }),
  );
  const steps = fc.array(fc.tuple(command, fc.constantFrom(...PEOPLE, 'service')), { minLength: 20, maxLength: 60 });

  it('nobody comes into a role without two other persons, of whom at least one administers', () => {
    let appointed = 0;
    fc.assert(
      fc.property(steps, (sequence) => {
        let state = founded;
        for (const [step, by] of sequence) {
          const admins = adminsAt(state.assignments.values(), START);
          const result = run(state, step, by);
          for (const event of result.events) {
            if (event.type !== 'directory.change_applied') continue;
            const applied = result.state.proposals.get(event.data.proposal);
            for (const index of event.data.changes) {
              const one = applied?.changes[index];
              const behind = new Set(applied?.supporters[index] ?? []);
              if (one === undefined) throw new Error('a change that is not there');
              for (const appointee of appointeesOf(one)) expect(behind.has(appointee)).toBe(false);
              expect(behind.has('service')).toBe(false);
              const standing = [...behind].filter((p) => admins.has(p) || (one.do === 'delegate' && p === one.holder));
              expect(standing.length).toBeGreaterThanOrEqual(2);
              expect(standing.some((p) => admins.has(p))).toBe(true);
              appointed += 1;
            }
          }
          state = result.state;
        }
      }),
      { numRuns: 400 },
    );
    expect(appointed).toBeGreaterThan(20);
  });

  it('one person alone changes nothing, whatever they try', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 60 }), fc.constantFrom(...PEOPLE), (sequence, by) => {
        const end = sequence.reduce((state, step) => run(state, step, by).state, founded);
        expect(end.assignments).toEqual(founded.assignments);
        expect(end.delegations.size).toBe(0);
      }),
      { numRuns: 300 },
    );
  });
});
