import { describe, expect, test } from 'vitest';
import { gate } from '#src/approvals/gate.ts';
import { timersOf } from '#src/approvals/timers.ts';
import type { RequestState } from '#src/approvals/types.ts';
import {
  approvedDesk,
  CAIO,
  CISO,
  CTO,
  DAY,
  type Desk,
  DIGEST,
  deployment,
  desk,
  EMMA,
  ETHIC,
  exception,
  HIGH,
  HOUR,
  LEGAL,
  LIMITED,
  MILO,
  submittedDesk,
  T0,
} from './fixtures.ts';

const query = { system: 'credit-scoring', version: '2.1', digest: DIGEST, environment: 'production' };
const answer = (states: readonly RequestState[], nowMs: number, change = {}) =>
  gate(states, { ...query, ...change }, new Date(nowMs));
/** The codes of an answer. Every no says what to do about it, and where; a yes leaves nothing to do. */
function codes(states: readonly RequestState[], nowMs: number, change = {}) {
  const { allowed, reasons } = answer(states, nowMs, change);
  for (const { next } of reasons)
    if (allowed) expect(next).toBeNull();
    else expect(next).toMatch(/^[A-Z].*\/governance [a-z-]+( like)?( (DR|EX|UC)-\d+)?/);
  return reasons.map((reason) => reason.code);
}

function approvedException(
  change: Parameters<typeof exception>[0] = {},
  ids = { requestId: 'x1', shortId: 'EX-1' },
): Desk {
  const one = desk();
  one.ok(MILO, { type: 'submit', ...ids, document: exception(change) });
  one.ok(CISO, { type: 'vote' });
  one.ok(CTO, { type: 'vote' });
  return one;
}

describe('the gate', () => {
  test('says yes for exactly what was approved, with the end', () => {
    const one = approvedDesk();
    expect(answer([one.state], one.nowMs)).toMatchObject({
      allowed: true,
      request: { shortId: 'DR-1' },
      until: new Date(T0 + 365 * DAY),
      reasons: [{ code: 'approved' }],
    });
  });

  test.each([
    ['another system', { system: 'other' }, ['unknown_system']],
    ['another version', { version: '2.2' }, ['unknown_version']],
    ['another digest under the same version', { digest: `sha256:${'00'.repeat(32)}` }, ['wrong_digest']],
    ['another environment', { environment: 'staging' }, ['wrong_environment']],
  ])('says no for %s', (_what, change, expected) => {
    const one = approvedDesk();
    expect(answer([one.state], one.nowMs, change).allowed).toBe(false);
    expect(codes([one.state], one.nowMs, change)).toEqual(expected);
  });

  test('says no without any request, and for one that is not decided, rejected, withdrawn or refused', () => {
    expect(codes([], T0)).toEqual(['unknown_system']);
    const open = submittedDesk();
    expect(codes([open.state], T0)).toEqual(['not_decided']);
    open.ok(MILO, { type: 'withdraw' });
    expect(codes([open.state], T0)).toEqual(['withdrawn']);
    const rejected = submittedDesk();
    rejected.ok(CAIO, { type: 'vote', choice: 'reject', reason: 'No' });
    expect(codes([rejected.state], T0)).toEqual(['rejected']);
    const refused = desk();
    refused.ok(MILO, { type: 'submit', document: deployment({ answers: { prohibitedUse: true } }) });
    expect(codes([refused.state], T0)).toEqual(['refused']);
  });

  test('says no after the validity, whether or not the timer has run', () => {
    const one = approvedDesk();
    expect(codes([one.state], T0 + 365 * DAY)).toEqual(['approved']);
    expect(codes([one.state], T0 + 365 * DAY + 1)).toEqual(['expired']);
    expect(one.wait(366 * DAY)).toEqual(['closed']);
    expect(codes([one.state], one.nowMs)).toEqual(['expired']);
    expect(one.state.status).toBe('closed');
  });

  test('says no from the click of a suspension on, and of a revocation', () => {
    const one = approvedDesk();
    one.ok('service', { type: 'record_deployment' });
    expect(one.state.status).toBe('deployed');
    expect(one.no(EMMA, { type: 'suspend' })).toBe('role_missing');
    expect(one.no(CISO, { type: 'suspend', reason: '' })).toBe('reason_required');
    one.ok(CISO, { type: 'suspend' });
    expect(codes([one.state], one.nowMs)).toEqual(['suspended']);
    expect(one.no(CISO, { type: 'suspend' })).toBe('not_in_force');
    expect(one.no(CISO, { type: 'revoke', reason: '' })).toBe('reason_required');
    one.ok(CISO, { type: 'revoke' });
    expect(codes([one.state], one.nowMs)).toEqual(['suspended', 'revoked']);
    expect(one.no(CISO, { type: 'revoke' })).toBe('not_in_force');
  });

  test('of several requests the one that permits it answers', () => {
    const old = approvedDesk();
    old.ok(CISO, { type: 'revoke' });
    const fresh = approvedDesk();
    const open = submittedDesk();
    expect(answer([old.state, open.state, fresh.state], T0).allowed).toBe(true);
  });
});

describe('after the approval', () => {
  test('a suspension ends by a fresh approval of the same thing, taken after it', () => {
    const one = approvedDesk();
    const early = approvedDesk({ replaces: 'r1' });
    one.nowMs += HOUR;
    one.ok(CISO, { type: 'suspend' });
    const basis = (state: RequestState) => ({ ...state, id: 'r2' });
    expect(one.no('service', { type: 'reinstate', basis: basis(early.state) })).toBe('wrong_basis');
    const review = submittedDesk({ replaces: 'r1' });
    expect(one.no('service', { type: 'reinstate', basis: basis(review.state) })).toBe('wrong_basis');
    review.nowMs += 2 * HOUR;
    review.ok(CISO, { type: 'vote' });
    review.ok(CAIO, { type: 'vote' });
    expect(one.no(CISO, { type: 'reinstate', basis: basis(review.state) })).toBe('by_service_only');
    one.nowMs += 3 * HOUR;
    expect(one.ok('service', { type: 'reinstate', basis: basis(review.state) })).toEqual(['reinstated']);
    expect(one.state.status).toBe('approved');
    expect(codes([one.state], one.nowMs)).toEqual(['approved']);
  });

  test('a superseded version stays valid for a rollback until its end', () => {
    const one = approvedDesk();
    const next = approvedDesk({ version: '2.2', digest: `sha256:${'cd'.repeat(32)}`, replaces: 'r1' });
    one.ok('service', { type: 'supersede', basis: { ...next.state, id: 'r2' } });
    expect(one.state.status).toBe('superseded');
    expect(codes([one.state], one.nowMs)).toEqual(['superseded_but_valid']);
    expect(codes([one.state], T0 + 366 * DAY)).toEqual(['expired']);
  });

  test('closing needs a reason and the requester or a role that may', () => {
    const one = approvedDesk();
    expect(one.no(EMMA, { type: 'close' })).toBe('role_missing');
    expect(one.no(MILO, { type: 'close', reason: ' ' })).toBe('reason_required');
    one.ok(MILO, { type: 'close' });
    expect(codes([one.state], one.nowMs)).toEqual(['closed']);
    expect(timersOf(one.state)).toEqual([]);
  });

  test('a deployment is recorded only of what is in force', () => {
    const one = approvedDesk();
    expect(one.no('service', { type: 'record_deployment', environment: 'staging' })).toBe('invalid');
    expect(one.no(EMMA, { type: 'record_deployment' })).toBe('role_missing');
    one.ok(CISO, { type: 'suspend' });
    expect(one.no('service', { type: 'record_deployment' })).toBe('not_in_force');
  });
});

describe('exceptions', () => {
  const control = { text: 'Watch the host', owner: MILO, dueAt: new Date(T0 + 20 * DAY).toISOString() };

  test('have an end within the policy: not in the past, not beyond the maximum', () => {
    const at = (ms: number) =>
      ({ type: 'submit', document: exception({ expiresAt: new Date(ms).toISOString() }) }) as const;
    expect(desk().no(MILO, at(T0 - 1))).toBe('expiry_in_past');
    expect(desk().no(MILO, at(T0 + 181 * DAY))).toBe('expiry_beyond_maximum');
    expect(desk().ok(MILO, at(T0 + 180 * DAY))).toEqual(['request.submitted']);
  });

  test('are not taken when they would end before anybody could approve them', () => {
    const soon = {
      expiresAt: new Date(T0 + DAY).toISOString(),
      residualRisk: { level: 'medium' as const, text: 'Some' },
    };
    expect(desk().no(MILO, { type: 'submit', document: exception(soon) })).toBe('expiry_too_soon');
    expect(desk().ok(MILO, { type: 'submit', document: exception({ expiresAt: soon.expiresAt }) })).toEqual([
      'request.submitted',
    ]);
  });

  test('end by themselves, and what rests on them is no longer allowed', () => {
    const waiver = approvedException();
    const one = approvedDesk({ restsOn: ['EX-1'] });
    expect(codes([one.state, waiver.state], T0)).toEqual(['approved']);
    expect(codes([one.state], T0)).toEqual(['exception_missing']);
    expect(codes([one.state, waiver.state], T0 + 60 * DAY + 1)).toEqual(['exception_not_in_force']);
    expect(waiver.wait(61 * DAY)).toEqual(['closed']);
    expect(waiver.submitted().closure?.reason).toBe('validity_ended');
    expect(codes([one.state, waiver.state], waiver.nowMs)).toEqual(['exception_not_in_force']);
  });

  test('that are undecided, suspended or about something else carry nothing', () => {
    const one = approvedDesk({ restsOn: ['EX-1'] });
    const open = desk();
    open.ok(MILO, { type: 'submit', requestId: 'x1', shortId: 'EX-1', document: exception() });
    expect(codes([one.state, open.state], T0)).toEqual(['exception_not_in_force']);
    const waiver = approvedException();
    waiver.ok(CISO, { type: 'suspend' });
    expect(codes([one.state, waiver.state], T0)).toEqual(['exception_not_in_force']);
    const other = approvedException({ systems: ['other'] });
    expect(codes([one.state, other.state], T0)).toEqual(['exception_not_in_force']);
  });

  test('carry their compensating controls as conditions; an overdue one closes the gate', () => {
    const waiver = approvedException({ compensatingControls: [control] });
    const one = approvedDesk({ restsOn: ['EX-1'] });
    expect(waiver.submitted().conditions).toMatchObject([
      { id: 'c1', source: 'compensating_control', confirmRole: 'Security Team' },
    ]);
    expect(codes([one.state, waiver.state], T0)).toEqual(['approved']);
    waiver.wait(21 * DAY);
    expect(codes([one.state, waiver.state], waiver.nowMs)).toEqual(['exception_not_in_force']);
    waiver.ok(CISO, { type: 'confirm_condition', condition: 'c1' });
    expect(codes([one.state, waiver.state], waiver.nowMs)).toEqual(['approved']);
  });

  test('are reviewed before their end, each reminder once', () => {
    const waiver = approvedException();
    expect(waiver.wait(30 * DAY)).toEqual(['reminded']);
    expect(waiver.wait(22 * DAY)).toEqual([]);
    expect(waiver.wait(DAY)).toEqual(['reminded']);
  });

  test('are renewed by a new decision with a fresh quorum, which then carries what rests on the old one', () => {
    const waiver = approvedException();
    const one = approvedDesk({ restsOn: ['EX-1'] });
    const ids = { requestId: 'x2', shortId: 'EX-2' };
    const next = approvedException({ replaces: 'x1', expiresAt: new Date(T0 + 120 * DAY).toISOString() }, ids);
    const open = desk();
    open.ok(MILO, { type: 'submit', ...ids, document: exception({ replaces: 'x1' }) });
    expect(waiver.no('service', { type: 'renew', basis: open.state })).toBe('wrong_basis');
    waiver.ok('service', { type: 'renew', basis: next.state });
    expect(waiver.state.status).toBe('renewed');
    expect(codes([one.state, waiver.state, next.state], T0 + 90 * DAY)).toEqual(['approved']);
    expect(codes([one.state, waiver.state], T0 + 30 * DAY)).toEqual(['exception_missing']);
  });

  test('follow the security chapter: the CISO accountable, Legal and Compliance consulted, Management informed', () => {
    const one = desk();
    one.ok(MILO, { type: 'submit', document: exception({ residualRisk: { level: 'medium', text: 'Some' } }) });
    const { terms } = one.submitted();
    expect(terms.quorum[0]).toEqual({ count: 1, anyOf: ['Chief Information Security Officer'] });
    expect(terms.consulted.map((consult) => consult.role)).toEqual(['Legal Team', 'Compliance Team']);
    expect(terms.informed).toEqual(['Management']);
    expect(terms.controlRole).toBe('Security Team');
  });

  test('lapsing consultations of a role that nobody holds do not block for ever', () => {
    const one = desk();
    one.ok(MILO, { type: 'submit', document: exception({ residualRisk: { level: 'medium', text: 'Some' } }) });
    for (const person of [CISO, CTO, ETHIC]) one.ok(person, { type: 'vote' });
    one.ok(LEGAL, { type: 'answer_consult', role: 'Legal Team' });
    expect(one.wait(2 * DAY)).toEqual(['consult.lapsed', 'decided']);
  });
});

describe('break-glass', () => {
  const open = (change = {}) => {
    const one = desk();
    one.ok(CTO, { type: 'break_glass', document: deployment({ ...LIMITED, ...change }) });
    return one;
  };

  test('only by a role the policy names, with a reason, for a deployment', () => {
    expect(desk().no(EMMA, { type: 'break_glass' })).toBe('no_break_glass_role');
    expect(desk().no(CTO, { type: 'break_glass', reason: '' })).toBe('reason_required');
    expect(desk().no(CTO, { type: 'break_glass', document: exception() })).toBe('wrong_kind');
  });

  test('permits for hours and opens a review with its own deadline at once', () => {
    const one = open();
    expect(one.events.map((event) => event.type)).toEqual(['request.submitted', 'breakglass.invoked']);
    expect(answer([one.state], T0)).toMatchObject({
      allowed: true,
      until: new Date(T0 + 24 * HOUR),
      reasons: [{ code: 'break_glass' }],
    });
    expect(one.submitted().decideByMs).toBe(T0 + 5 * DAY);
    expect(one.wait(24 * HOUR)).toEqual(['breakglass.ended']);
    expect(codes([one.state], one.nowMs)).toEqual(['expired']);
    expect(one.wait(5 * DAY)).toContain('decided');
    expect(one.state.status).toBe('expired');
  });

  test('does not open what was revoked or is suspended: that takes a later decision of the committee', () => {
    for (const [type, code] of [
      ['revoke', 'revoked'],
      ['suspend', 'suspended'],
    ] as const) {
      const stopped = approvedDesk();
      stopped.ok(CISO, { type, reason: 'It leaks.' });
      const { document, revision } = stopped.submitted();
      const emergency = desk();
      emergency.ok(CTO, { type: 'break_glass', document });
      const twin = { ...emergency.submitted(), id: 'another', shortId: 'DR-2', revision };
      expect(codes([stopped.state, twin], stopped.nowMs)).toEqual([code]);
      // A later decision does, also where a newer paper that is none stands beside it.
      const again = approvedDesk().submitted();
      const decision = again.decision && { ...again.decision, atMs: stopped.nowMs };
      const later = { ...again, id: 'a third', shortId: 'DR-3', decision, revokedAtMs: null };
      const newer = { ...twin, submittedAtMs: later.submittedAtMs + 1 };
      stopped.nowMs += 1;
      expect(codes([stopped.state, newer, later], stopped.nowMs)).toEqual([code]);
      const decided = { ...later, decision: decision && { ...decision, atMs: stopped.nowMs } };
      expect(codes([stopped.state, newer, decided], stopped.nowMs)).toEqual(['approved']);
    }
  });

  test('whoever broke the glass does not review it, nor can it be withdrawn', () => {
    const one = open();
    expect(one.no(CTO, { type: 'answer_consult', role: 'Business Unit Leaders' })).toBe('self_approval');
    expect(one.no(MILO, { type: 'withdraw' })).toBe('review_due');
  });

  test('the review of the whole quorum turns it into a regular approval', () => {
    const one = open();
    for (const person of [CAIO, LEGAL, CISO, ETHIC]) one.ok(person, { type: 'vote' });
    expect(one.wait(2 * DAY)).toContain('decided');
    expect(codes([one.state], one.nowMs)).toEqual(['approved']);
  });

  test('a rejecting review ends the permission at once', () => {
    const one = open(HIGH);
    one.ok(ETHIC, { type: 'vote', choice: 'reject', reason: 'Harmful' });
    expect(codes([one.state], one.nowMs)).toEqual(['rejected']);
  });

  test('can be suspended and revoked before its review', () => {
    const one = open();
    one.ok(CISO, { type: 'suspend' });
    expect(codes([one.state], one.nowMs)).toContain('suspended');
    const two = open();
    two.ok(CISO, { type: 'revoke' });
    expect(answer([two.state], two.nowMs).allowed).toBe(false);
  });

  test('a suspension during the review outlasts the approval', () => {
    const one = open();
    one.ok(CISO, { type: 'suspend' });
    for (const person of [CAIO, LEGAL, CISO, ETHIC]) one.ok(person, { type: 'vote' });
    one.wait(2 * DAY);
    expect(one.state.status).toBe('suspended');
    expect(answer([one.state], one.nowMs).allowed).toBe(false);
  });

  test('an edit cannot put the review off', () => {
    const one = open();
    one.nowMs += DAY;
    one.ok(MILO, { type: 'edit', document: deployment({ ...LIMITED, version: '2.2' }) });
    expect(one.submitted().decideByMs).toBe(T0 + 5 * DAY);
  });

  test('an edit ends the permission: it was given for another artefact', () => {
    const one = open();
    const other = `sha256:${'cd'.repeat(32)}`;
    one.ok(MILO, { type: 'edit', document: deployment({ ...LIMITED, digest: other }) });
    expect(answer([one.state], one.nowMs, { digest: other }).allowed).toBe(false);
    expect(answer([one.state], one.nowMs).allowed).toBe(false);
  });

  test('never for a prohibited use', () => {
    const one = desk();
    expect(one.ok(CTO, { type: 'break_glass', document: deployment({ answers: { prohibitedUse: true } }) })).toEqual([
      'request.refused',
    ]);
  });
});

describe('timers', () => {
  test('fired twice, late, early or for something gone, they do nothing twice', () => {
    const one = submittedDesk();
    const dueAt = new Date(one.submitted().decideByMs);
    const early = one.send('service', { type: 'timer.fired', kind: 'deadline', dueAt });
    expect(early).toMatchObject({
      ok: true,
      events: [],
      timers: { cancel: ['deadline'], set: [{ kind: 'deadline', dueAt }] },
    });
    one.nowMs += 5 * DAY;
    expect(one.ok('service', { type: 'timer.fired', kind: 'deadline', dueAt })).toEqual(['decided']);
    expect(one.ok('service', { type: 'timer.fired', kind: 'deadline', dueAt })).toEqual([]);
    expect(one.ok('service', { type: 'timer.fired', kind: 'nonsense', dueAt })).toEqual([]);
    expect(one.no(MILO, { type: 'timer.fired', kind: 'deadline', dueAt })).toBe('by_service_only');
  });

  test('a server that was down for a month decides what would have been decided then', () => {
    const one = submittedDesk(LIMITED);
    for (const person of [CAIO, LEGAL, CISO, ETHIC]) one.ok(person, { type: 'vote' });
    expect(one.wait(30 * DAY)).toEqual(['consult.lapsed', 'decided']);
    expect(one.state.status).toBe('approved');
    const two = submittedDesk(LIMITED);
    for (const person of [CAIO, LEGAL, CISO]) two.ok(person, { type: 'vote' });
    expect(two.wait(30 * DAY)).toEqual(['consult.lapsed', 'decided']);
    expect(two.state.status).toBe('expired');
  });

  test('after the decision only those of the approval run', () => {
    const one = approvedDesk();
    expect(timersOf(one.state).map((timer) => timer.kind)).toEqual(['validity_end', 'review:0']);
  });
});
