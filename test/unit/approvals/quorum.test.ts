import { describe, expect, test } from 'vitest';
import { tally } from '#src/approvals/tally.ts';
import {
  CAIO,
  CISO,
  CTO,
  DAY,
  deployment,
  desk,
  EMMA,
  ETHIC,
  HIGH,
  HOUR,
  holder,
  LEGAL,
  LIMITED,
  MILO,
  ROSTER,
  rosterOf,
  SANDBOX_ROLES,
  stand,
  submittedDesk,
} from './fixtures.ts';

describe('quorum by role', () => {
  test('when two committee roles approve a minimal request, it is approved at once', () => {
    const one = submittedDesk();
    expect(one.ok(CISO, { type: 'vote' })).toEqual(['vote.cast']);
    expect(one.ok(CAIO, { type: 'vote' })).toEqual(['vote.cast', 'decided']);
    const state = one.submitted();
    expect(state.status).toBe('approved');
    expect(state.decision?.counted.map((counted) => [counted.person, counted.role])).toEqual([
      [CAIO, 'Chief AI Officer'],
      [CISO, 'Chief Information Security Officer'],
    ]);
  });

  test('when the same two places are wanted, the card says in words what is still needed', () => {
    const one = submittedDesk(LIMITED);
    const words = () => tally(one.submitted(), ROSTER, one.nowMs).stillNeeded;
    expect(words()).toEqual([
      'Chief AI Officer',
      'one of Legal Team, Data Protection Officer',
      '2 of AI Governance Committee',
    ]);
    one.ok(ETHIC, { type: 'vote' });
    expect(words()).toEqual([
      'Chief AI Officer',
      'one of Legal Team, Data Protection Officer',
      '1 more of AI Governance Committee',
    ]);
  });

  test.each([
    [[CAIO, LEGAL, CISO, ETHIC]],
    [[ETHIC, CISO, LEGAL, CAIO]],
    [[LEGAL, CAIO, ETHIC, CISO]],
    [[CISO, LEGAL, CAIO, ETHIC]],
  ])('when everybody holds several roles, the best assignment is found in any order of clicks: %s', (order) => {
    const one = submittedDesk(LIMITED);
    one.wait(2 * DAY);
    for (const person of order) one.ok(person, { type: 'vote' });
    expect(one.state.status).toBe('approved');
    const people = one.submitted().decision?.counted.map((counted) => counted.person) ?? [];
    expect(new Set(people).size).toBe(4);
  });

  test('one person does not fill two places, whatever roles they hold', () => {
    const one = submittedDesk(LIMITED);
    one.wait(2 * DAY);
    for (const person of [LEGAL, CISO, ETHIC]) one.ok(person, { type: 'vote' });
    expect(one.state.status).toBe('in_review');
    expect(tally(one.submitted(), ROSTER, one.nowMs).stillNeeded).toEqual(['Chief AI Officer']);
  });

  test('when nobody holds a demanded role, submission is refused and names it', () => {
    const roster = rosterOf({ ...SANDBOX_ROLES, [CAIO]: ['AI Governance Committee'] });
    const one = desk(roster);
    const result = one.send(MILO, { type: 'submit' });
    expect(result).toMatchObject({ ok: false, reason: 'quorum_unreachable', detail: ['Chief AI Officer'] });
  });

  test('when the roster is empty, nothing can be submitted: closed by default', () => {
    expect(desk({ ref: null, assignments: [], absent: [] }).no(MILO, { type: 'submit' })).toBe('quorum_unreachable');
  });

  test('a role lost after the click counts no more, and the open place is escalated once', () => {
    const one = submittedDesk();
    one.ok(CISO, { type: 'vote' });
    one.roster = rosterOf({ [CAIO]: ['Chief AI Officer'] });
    expect(one.ok(CAIO, { type: 'vote' })).toEqual(['vote.cast', 'escalated']);
    expect(one.ok(EMMA, { type: 'comment', text: 'And now?' })).toEqual(['comment.made']);
    expect(one.state.status).toBe('in_review');
    one.roster = ROSTER;
    expect(one.ok(EMMA, { type: 'comment', text: 'Restored' })).toEqual(['comment.made', 'decided']);
  });

  test('a person without a voting role is refused with the roles that may', () => {
    const one = submittedDesk();
    const result = one.send(EMMA, { type: 'vote' });
    expect(result).toMatchObject({ ok: false, reason: 'role_missing' });
  });
});

describe('separation of duties', () => {
  const everything = rosterOf({ ...SANDBOX_ROLES, [MILO]: ['Legal Team'], [EMMA]: ['AI Ethics Review Board'] });

  test.each([
    ['requester', { requester: CISO, owner: MILO }],
    ['owner', { requester: EMMA, owner: CISO }],
  ])('the %s cannot vote, whatever roles they hold', (_who, roles) => {
    const one = desk(everything);
    one.ok(MILO, { type: 'submit', ...roles });
    expect(one.no(CISO, { type: 'vote' })).toBe('self_approval');
  });

  test('whoever submitted for them cannot vote either', () => {
    const one = desk(everything);
    one.ok(CISO, { type: 'submit', requester: EMMA, owner: MILO });
    expect(one.no(CISO, { type: 'vote' })).toBe('self_approval');
  });

  test('a delegate of the requester has no vote by it', () => {
    const one = desk(rosterOf(SANDBOX_ROLES, [stand(EMMA, 'Chief Information Security Officer', CISO, 'delegation')]));
    one.ok(MILO, { type: 'submit', requester: CISO });
    expect(one.no(EMMA, { type: 'vote' })).toBe('role_missing');
  });

  test('the requester does not vote as the delegate of somebody else', () => {
    const one = desk(rosterOf(SANDBOX_ROLES, [stand(MILO, 'Chief AI Officer', CAIO, 'delegation')]));
    one.ok(MILO, { type: 'submit' });
    expect(one.no(MILO, { type: 'vote' })).toBe('self_approval');
  });

  test('a delegate counts for the delegator, and only once in all', () => {
    const roster = rosterOf(SANDBOX_ROLES, [stand(CISO, 'Chief AI Officer', CAIO, 'delegation')]);
    const one = submittedDesk({}, roster);
    one.ok(CISO, { type: 'vote' });
    // The CISO could fill either place, but not both.
    expect(one.state.status).toBe('in_review');
    expect(one.ok(ETHIC, { type: 'vote' })).toContain('decided');
    expect(one.submitted().decision?.counted).toMatchObject([
      { person: CISO, role: 'Chief AI Officer', countsFor: CAIO },
      { person: ETHIC, role: 'AI Ethics Review Board', countsFor: ETHIC },
    ]);
  });

  test('when the delegator votes in person, the delegate does not count for them', () => {
    const roster = rosterOf(SANDBOX_ROLES, [stand(EMMA, 'Chief AI Officer', CAIO, 'delegation')]);
    const one = submittedDesk({}, roster);
    one.ok(EMMA, { type: 'vote' });
    one.ok(CAIO, { type: 'vote', choice: 'abstain', reason: null });
    expect(one.submitted().decision).toMatchObject({ outcome: 'rejected', cause: 'unreachable' });
  });

  test('two delegates of one person do not both vote for them', () => {
    const roster = rosterOf(SANDBOX_ROLES, [
      stand(EMMA, 'Chief AI Officer', CAIO, 'delegation'),
      stand('p_other', 'Chief AI Officer', CAIO, 'delegation'),
    ]);
    const one = submittedDesk({}, roster);
    one.ok(EMMA, { type: 'vote' });
    expect(one.no('p_other', { type: 'vote' })).toBe('spoken_for');
  });
});

describe('when it is decided', () => {
  test('two quick clicks do not silence Legal: not before the minimum review period nor before the consulted answered', () => {
    const one = submittedDesk(LIMITED);
    for (const person of [CAIO, LEGAL, CISO, ETHIC]) one.ok(person, { type: 'vote' });
    expect(one.state.status).toBe('in_review');
    const codes = () => tally(one.submitted(), ROSTER, one.nowMs).blockers.map((blocker) => blocker.code);
    expect(codes()).toEqual(['consulted', 'minimum_review']);
    expect(one.wait(DAY)).toEqual([]);
    expect(codes()).toEqual(['consulted']);
    expect(one.ok(CTO, { type: 'answer_consult', role: 'Business Unit Leaders' })).toEqual([
      'consult.answered',
      'decided',
    ]);
  });

  test('a consulted role that stays silent lapses, and that is recorded', () => {
    const one = submittedDesk(LIMITED);
    for (const person of [CAIO, LEGAL, CISO, ETHIC]) one.ok(person, { type: 'vote' });
    expect(one.wait(2 * DAY)).toEqual(['consult.lapsed', 'decided']);
    expect(one.state.status).toBe('approved');
  });

  test('a veto ends it at once', () => {
    const one = submittedDesk(HIGH);
    expect(one.ok(ETHIC, { type: 'vote', choice: 'reject', reason: 'Unfair' })).toEqual(['vote.cast', 'decided']);
    expect(one.submitted().decision).toMatchObject({ outcome: 'rejected', cause: 'veto', vetoedBy: ETHIC });
  });

  test('when the quorum can no longer be reached, it is rejected', () => {
    const one = submittedDesk();
    expect(one.ok(CAIO, { type: 'vote', choice: 'reject', reason: 'Not tested' })).toContain('decided');
    expect(one.submitted().decision).toMatchObject({ outcome: 'rejected', cause: 'unreachable' });
  });

  test('a rejection stops an early approval until the chair settles it', () => {
    const one = submittedDesk();
    one.ok(ETHIC, { type: 'vote', choice: 'reject', reason: 'No fairness test' });
    one.ok(CISO, { type: 'vote' });
    // The chair's own approval after the rejection settles it.
    expect(one.ok(CAIO, { type: 'vote' })).toContain('decided');
  });

  test('when the chair approved before the rejection, an explicit settlement with a reason is needed', () => {
    const one = submittedDesk();
    one.ok(CAIO, { type: 'vote' });
    one.ok(ETHIC, { type: 'vote', choice: 'reject', reason: 'No fairness test' });
    one.ok(CISO, { type: 'vote' });
    expect(one.state.status).toBe('in_review');
    expect(one.no(CISO, { type: 'settle_rejection', reason: 'I think so' })).toBe('not_chair');
    expect(one.no(CAIO, { type: 'settle_rejection', reason: ' ' })).toBe('reason_required');
    expect(one.ok(CAIO, { type: 'settle_rejection', reason: 'Fairness does not apply' })).toEqual([
      'rejection.settled',
      'decided',
    ]);
  });

  test('without the chair, the full vote settles a rejection', () => {
    const one = submittedDesk();
    one.ok(CAIO, { type: 'vote' });
    one.ok(ETHIC, { type: 'vote', choice: 'reject', reason: 'No' });
    one.ok(CISO, { type: 'vote' });
    expect(one.state.status).toBe('in_review');
    expect(one.ok(LEGAL, { type: 'vote' })).toContain('decided');
    expect(one.state.status).toBe('approved');
  });

  test('abstaining counts as having voted and fills no place', () => {
    const one = submittedDesk();
    one.ok(CISO, { type: 'vote', choice: 'abstain', reason: null });
    one.ok(CAIO, { type: 'vote' });
    expect(one.state.status).toBe('in_review');
    expect(one.ok(LEGAL, { type: 'vote' })).toContain('decided');
  });

  test('at the deadline an undecided request expires, and says what was missing', () => {
    const one = submittedDesk();
    one.ok(CISO, { type: 'vote' });
    const types = one.wait(5 * DAY);
    expect(types).toEqual(['decided']);
    expect(one.submitted().decision).toMatchObject({ outcome: 'expired', cause: 'deadline' });
    expect(one.events.at(-1)?.data).toMatchObject({ missing: ['Chief AI Officer'] });
  });

  test('reminders and escalation run before the deadline, each once', () => {
    const one = submittedDesk();
    expect(one.wait(4 * DAY)).toEqual(['reminded']);
    expect(one.wait(12 * HOUR)).toEqual(['escalated']);
    expect(one.wait(11 * HOUR)).toEqual([]);
  });

  test('a vote after the deadline is refused, also while the timer has not run yet', () => {
    const one = submittedDesk();
    one.nowMs += 5 * DAY;
    expect(one.no(CISO, { type: 'vote' })).toBe('deadline_passed');
  });

  test('informed roles are named in the decision, and that they were told is recorded once', () => {
    const one = submittedDesk();
    one.ok(CISO, { type: 'vote' });
    one.ok(CAIO, { type: 'vote' });
    expect(one.events.at(-1)?.data).toMatchObject({ informed: ['Head of AI Operations'] });
    const told = { type: 'record_informed', role: 'Head of AI Operations', persons: [CAIO] } as const;
    expect(one.ok('service', told)).toEqual(['informed.told']);
    expect(one.no('service', told)).toBe('nothing_changed');
    expect(one.no(CAIO, told)).toBe('by_service_only');
  });
});

describe('absence, deputies, recusal', () => {
  const deputy = rosterOf(SANDBOX_ROLES, [stand(EMMA, 'Chief AI Officer', CAIO, 'deputy')]);

  test('a deputy acts only where the holder is absent, gone or recused', () => {
    const one = submittedDesk({}, deputy);
    expect(one.no(EMMA, { type: 'vote' })).toBe('role_missing');
    one.roster = { ...deputy, absent: [CAIO] };
    expect(one.ok(EMMA, { type: 'vote' })).toEqual(['vote.cast']);
    expect(one.submitted().votes[0]?.capacities).toMatchObject([{ role: 'Chief AI Officer', countsFor: CAIO }]);
  });

  test('when the holder has left, the deputy fills the place and the request is not blocked', () => {
    const one = submittedDesk({}, deputy);
    one.roster = { ...deputy, assignments: deputy.assignments.filter((a) => a.person !== CAIO) };
    one.ok(EMMA, { type: 'vote' });
    expect(one.ok(CISO, { type: 'vote' })).toContain('decided');
    expect(one.state.status).toBe('approved');
  });

  test('after escalation the deputy may act although the holder is there', () => {
    const one = submittedDesk({}, deputy);
    one.wait(5 * DAY - 6 * HOUR);
    expect(one.submitted().escalatedAtMs).not.toBeNull();
    expect(one.ok(EMMA, { type: 'vote' })).toEqual(['vote.cast']);
  });

  test('a recusal names its conflict, opens the place for the deputy and cannot be taken back', () => {
    const one = submittedDesk({}, deputy);
    expect(one.no(CAIO, { type: 'vote', choice: 'recuse', reason: null })).toBe('conflict_required');
    one.ok(CAIO, { type: 'vote', choice: 'recuse', reason: null, conflict: 'My team built it' });
    expect(one.no(CAIO, { type: 'vote' })).toBe('recused');
    expect(one.no(CAIO, { type: 'withdraw_vote' })).toBe('recused');
    one.ok(EMMA, { type: 'vote' });
    expect(one.ok(CISO, { type: 'vote' })).toContain('decided');
  });

  test('a recused person does not vote through a delegate', () => {
    const roster = rosterOf(SANDBOX_ROLES, [stand(EMMA, 'Chief AI Officer', CAIO, 'delegation')]);
    const one = submittedDesk({}, roster);
    one.ok(CAIO, { type: 'vote', choice: 'recuse', reason: null, conflict: 'My team built it' });
    expect(one.no(EMMA, { type: 'vote' })).toBe('role_missing');
  });

  test('a recusal that leaves nobody is escalated, not decided', () => {
    const one = submittedDesk();
    const types = one.ok(CAIO, { type: 'vote', choice: 'recuse', reason: null, conflict: 'My team built it' });
    expect(types).toEqual(['vote.cast', 'escalated']);
    expect(one.state.status).toBe('in_review');
  });

  test('a deputy of the requester has no vote by it', () => {
    const roster = rosterOf({ ...SANDBOX_ROLES, p_second: ['Chief AI Officer'] }, [
      stand(EMMA, 'Chief AI Officer', CAIO, 'deputy'),
    ]);
    const one = desk({ ...roster, absent: [CAIO] });
    one.ok(MILO, { type: 'submit', requester: CAIO });
    expect(one.no(EMMA, { type: 'vote' })).toBe('role_missing');
  });
});

describe('a vote', () => {
  test('can be changed and withdrawn before the decision, and repeated without effect', () => {
    const one = submittedDesk();
    one.ok(CISO, { type: 'vote' });
    expect(one.no(CISO, { type: 'vote' })).toBe('already_voted');
    expect(one.ok(CISO, { type: 'vote', choice: 'reject', reason: 'Found a hole' })).toEqual(['vote.changed']);
    expect(one.ok(CISO, { type: 'withdraw_vote' })).toEqual(['vote.withdrawn']);
    expect(one.no(CISO, { type: 'withdraw_vote' })).toBe('no_vote');
    expect(one.submitted().votes).toEqual([]);
  });

  test.each([
    ['reject', null],
    ['reject', '   '],
    ['approve_with_conditions', null],
  ])('%s without a reason is refused', (choice, reason) => {
    expect(submittedDesk().no(CISO, { type: 'vote', choice, reason })).toBe('reason_required');
  });

  test('on a high tier every vote needs a reason; on a minimal one an approval does not', () => {
    expect(submittedDesk(HIGH).no(CISO, { type: 'vote', reason: null })).toBe('reason_required');
    expect(submittedDesk().ok(CISO, { type: 'vote', reason: null })).toEqual(['vote.cast']);
  });

  test('on a decided request it is refused', () => {
    const one = submittedDesk();
    one.ok(CISO, { type: 'vote' });
    one.ok(CAIO, { type: 'vote' });
    expect(one.no(LEGAL, { type: 'vote' })).toBe('already_decided');
  });

  test('before submission it is refused', () => {
    expect(desk().no(CISO, { type: 'vote', revision: 'x' })).toBe('not_submitted');
  });

  test('text over its limit or with control characters is refused', () => {
    expect(submittedDesk().no(CISO, { type: 'vote', reason: 'x'.repeat(1_001) })).toBe('invalid');
    expect(submittedDesk().no(CISO, { type: 'vote', reason: 'bell\u0007' })).toBe('invalid');
  });
});

describe('a meeting', () => {
  const votes = [
    { person: CISO, choice: 'approve', reason: 'As discussed' },
    { person: CAIO, choice: 'approve', reason: 'As discussed' },
  ];

  test('is entered by the chair and decides nothing until each voter confirms', () => {
    const one = submittedDesk();
    expect(one.no(CISO, { type: 'record_meeting', votes })).toBe('not_chair');
    expect(one.ok(CAIO, { type: 'record_meeting', votes })).toEqual(['meeting.recorded']);
    expect(one.no(LEGAL, { type: 'confirm_meeting_vote', meeting: 1 })).toBe('unknown_meeting');
    expect(one.ok(CISO, { type: 'confirm_meeting_vote', meeting: 1 })).toEqual(['vote.cast']);
    expect(one.no(CISO, { type: 'confirm_meeting_vote', meeting: 1 })).toBe('already_voted');
    expect(one.ok(CAIO, { type: 'confirm_meeting_vote', meeting: 1 })).toEqual(['vote.cast', 'decided']);
  });

  test('cannot carry a vote of the requester or of somebody without a role', () => {
    const one = submittedDesk();
    const entry = (person: string) =>
      ({ type: 'record_meeting', votes: [{ person, choice: 'approve', reason: 'x' }] }) as const;
    expect(one.no(CAIO, entry(MILO))).toBe('self_approval');
    expect(one.no(CAIO, entry(EMMA))).toBe('role_missing');
  });

  test('of an older revision is not confirmed any more', () => {
    const one = submittedDesk();
    one.ok(CAIO, { type: 'record_meeting', votes });
    one.ok(MILO, { type: 'edit', document: deployment({ version: '2.2' }) });
    expect(one.no(CISO, { type: 'confirm_meeting_vote', meeting: 1 })).toBe('old_revision');
  });
});

test('an unknown extra holder never lowers a quorum: more people, same places', () => {
  const roster = rosterOf({ ...SANDBOX_ROLES, p_x: ['Chief AI Officer'], p_y: ['Chief AI Officer'] }, [
    holder('p_z', 'Legal Team'),
  ]);
  const one = submittedDesk({}, roster);
  one.ok('p_x', { type: 'vote' });
  one.ok('p_y', { type: 'vote' });
  one.ok(CAIO, { type: 'vote' });
  expect(one.state.status).toBe('in_review');
  expect(one.ok('p_z', { type: 'vote' })).toContain('decided');
});
