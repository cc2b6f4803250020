/** Roles by Slack user group in the core: who edits a group, or Slack's silence, stops decisions and makes none. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { tally } from '#src/approvals/tally.ts';
import type { Roster } from '#src/approvals/types.ts';
import { confirmedAssignments, rosterFrom } from '#src/delivery/people/roster.ts';
import {
  CAIO,
  CISO,
  CTO,
  DAY,
  type Desk,
  desk,
  ETHIC,
  LEGAL,
  LIMITED,
  MILO,
  SANDBOX_ROLES,
  submittedDesk,
  T0,
} from './fixtures.ts';
import { play, scenario } from './simulation.ts';

const DORA = 'p_dora';
const DEPUTY = 'p_deputy';
const XENIA = 'p_xenia';
const COMMITTEE = 'AI Governance Committee';
const GROUP = 'S0COMMITTEE';

const row = (id: string, person: string, role: string, deputyOf: string | null = null) => {
  return { table: 'assignment' as const, id, role, person, from: null, until: null, deputyOf, endedAt: null };
};
const direct = Object.entries(SANDBOX_ROLES).flatMap(([person, roles]) =>
  roles.map((role) => row(`a:${person}:${role}`, person, role)),
);
const held = [...direct, row('g:dora', DORA, COMMITTEE)];
/** Only where it is meant: a deputy would fill the place that the other tests leave open. */
const deputy = row('d:dora', DEPUTY, COMMITTEE, DORA);

/** Dora is of the committee by the group. `members`: the group as Slack has it; null: it cannot be read. */
function roster(members: readonly string[] | null, more: typeof held = []): Roster {
  const at = new Date(T0);
  const groups = members === null ? [] : [{ group: GROUP, resolvedAt: at.toISOString(), members }];
  const grouped = [{ assignment: 'g:dora', group: GROUP, person: DORA }];
  const from = at.toISOString();
  const until = new Date(T0 + DAY).toISOString();
  const delegations = [{ id: 'x:dora', role: COMMITTEE, holder: DORA, person: 'p_delegate', from, until }];
  return { ref: null, ...rosterFrom([...held, ...more], { delegations, absent: [], grouped, groups }, at) };
}

function asked(start: Roster, inFavour: readonly string[]): Desk {
  const one = submittedDesk(LIMITED, start);
  for (const person of inFavour) one.ok(person, { type: 'vote' });
  return one;
}

describe.each([
  ['removed from the group in Slack', [] as readonly string[]],
  ['in a group that cannot be read', null],
])('a holder %s', (_what, members) => {
  test('who has not voted still keeps a rejection from being passed over without the chair', () => {
    const more = [row('a:xenia', XENIA, COMMITTEE)];
    const one = asked(roster([DORA], more), [LEGAL, CISO, CAIO, XENIA]);
    one.ok(ETHIC, { type: 'vote', choice: 'reject', reason: 'Not safe' });
    one.ok(CTO, { type: 'answer_consult', role: 'Business Unit Leaders' });
    one.wait(2 * DAY);
    const before = tally(one.submitted(), one.roster, one.nowMs).blockers;
    expect(before).toMatchObject([{ code: 'rejection', by: [ETHIC] }]);
    one.roster = roster(members, more);
    expect(one.ok(MILO, { type: 'comment', text: 'Ping' })).toEqual(['comment.made']);
    expect(tally(one.submitted(), one.roster, one.nowMs).blockers).toEqual(before);
  });

  test('lets neither the deputy nor a delegate in, and cannot vote', () => {
    const one = asked(roster([DORA], [deputy]), []);
    expect(one.no(DEPUTY, { type: 'vote' })).toBe('role_missing');
    one.roster = roster(members, [deputy]);
    for (const person of [DEPUTY, DORA, 'p_delegate']) expect(one.no(person, { type: 'vote' })).toBe('role_missing');
  });

  test.each([
    ['who could still vote', [CAIO, LEGAL, CISO]],
    ['whose vote is given', [DORA, CAIO, LEGAL]],
  ])('%s loses no request its quorum', (_who, inFavour) => {
    const one = asked(roster([DORA]), inFavour);
    one.ok(ETHIC, { type: 'vote', choice: 'reject', reason: 'Not safe' });
    one.roster = roster(members);
    expect(one.ok(MILO, { type: 'comment', text: 'Is Slack down?' })).toEqual(['comment.made']);
    one.roster = roster([DORA]);
    for (const person of [DORA, CISO].filter((voter) => !inFavour.includes(voter))) one.ok(person, { type: 'vote' });
    expect(tally(one.submitted(), one.roster, one.nowMs).stillNeeded).toEqual([]);
  });
});

describe('a quorum that the votes made impossible', () => {
  const against = (one: Desk) => {
    one.ok(ETHIC, { type: 'vote', choice: 'reject', reason: 'Not safe' });
    return one.ok(CISO, { type: 'vote', choice: 'reject', reason: 'Not safe' });
  };

  test('ends the request, but not while a group cannot be read', () => {
    expect(against(asked(roster([]), [CAIO]))).toContain('decided');
    const one = asked(roster(null), [CAIO]);
    expect(against(one)).not.toContain('decided');
    one.roster = roster([DORA]);
    expect(one.ok(MILO, { type: 'comment', text: 'Slack is back' })).toContain('decided');
  });
});

describe('stopping what runs', () => {
  const SECURITY = 'Security Team';
  const of = [row('s:dora', DORA, SECURITY), row('t:dora', DEPUTY, SECURITY, DORA)];
  /** Dora is of the security team by the group, with a deputy of her own. */
  const secured = (members: readonly string[] | null): Roster => {
    const at = new Date(T0);
    const groups = members === null ? [] : [{ group: GROUP, resolvedAt: at.toISOString(), members }];
    const grouped = [{ assignment: 's:dora', group: GROUP, person: DORA }];
    return { ref: null, ...rosterFrom([...direct, ...of], { delegations: [], absent: [], grouped, groups }, at) };
  };
  const approved = () => {
    const one = submittedDesk({}, secured([DORA]));
    for (const person of [CAIO, LEGAL]) one.ok(person, { type: 'vote' });
    expect(one.submitted().status).toBe('approved');
    return one;
  };
  const stop = { type: 'suspend', reason: 'It leaks', incident: 'INC-1' } as const;

  test.each([
    ['a member, not her deputy', [DORA] as readonly string[], { [DORA]: true, [DEPUTY]: false }],
    ['an accepted member and her deputy while the group cannot be read', null, { [DORA]: true, [DEPUTY]: true }],
    ['the deputy of a member who was removed, not she', [], { [DORA]: false, [DEPUTY]: true }],
  ])('is for %s', (_who, members, may) => {
    for (const [person, can] of Object.entries(may)) {
      const one = approved();
      one.roster = secured(members);
      if (can) expect(one.ok(person, stop)).toEqual(['suspended']);
      else expect(one.no(person, stop)).toBe('role_missing');
    }
  });

  test('in doubt permits nothing else: no revocation, no emergency, no vote', () => {
    const one = approved();
    one.roster = { ...one.roster, assignments: [], unconfirmed: one.roster.assignments };
    expect(one.no(CISO, { type: 'revoke', reason: 'It leaks' })).toBe('role_missing');
    expect(desk(one.roster).no(CTO, { type: 'break_glass' })).toBe('no_break_glass_role');
    expect(one.ok(CISO, stop)).toEqual(['suspended']);
  });
});

test('whatever happened, doubt about holders never makes a decision that certainty would not', () => {
  fc.assert(
    fc.property(scenario, fc.nat(), fc.nat(), (one, step, pick) => {
      const { sent } = play(one);
      const chosen = sent[step % Math.max(1, sent.length)];
      if (chosen === undefined || chosen.before.status === 'draft') return;
      const { assignments, ...rest } = chosen.command.roster;
      const doubted = (index: number) => assignments[index]?.basis === 'holder' && ((pick >> (index % 30)) & 1) === 1;
      const inDoubt: Roster = {
        ...rest,
        assignments: assignments.filter((_, index) => !doubted(index)),
        unconfirmed: assignments.filter((_, index) => doubted(index)),
      };
      const sure = tally(chosen.before, chosen.command.roster, chosen.nowMs);
      const unsure = tally(chosen.before, inDoubt, chosen.nowMs);
      if (sure.blockers.length > 0) expect(unsure.blockers).not.toEqual([]);
      if (sure.reachable === 'yes') expect(unsure.reachable).toBe('yes');
    }),
    { numRuns: 500 },
  );
});

test('who asks nobody for the members of a group counts nobody by it; who asks counts those who are in it', async () => {
  const stores = {
    ledger: { listAssignments: async () => [...held, deputy] },
    records: {
      list: async () => [
        {
          kind: 'group-assignment' as const,
          id: 'g:dora',
          parent: GROUP,
          status: 'open',
          version: 1,
          state: { person: DORA },
        },
      ],
    },
  };
  const counted = async (members?: readonly string[]) => {
    const membersOf = members && (async () => ({ members, resolvedAt: new Date(T0) }));
    return (await confirmedAssignments(stores, membersOf)).map(({ id }) => id);
  };
  const ids = [...held, deputy].map(({ id }) => id);
  const without = ids.filter((id) => id !== 'g:dora');
  expect([await counted(), await counted([]), await counted([DORA])]).toEqual([without, without, ids]);
});
