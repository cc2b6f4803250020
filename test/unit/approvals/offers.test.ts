import { expect, test } from 'vitest';
import { consultOffers, voteOffer, waitingFor } from '#src/approvals/offers.ts';
import { CAIO, CISO, CTO, EMMA, ETHIC, LEGAL, LIMITED, MILO, ROSTER, submittedDesk, T0 } from './fixtures.ts';

const now = new Date(T0);

test('each person is offered the role in which the vote would count', () => {
  const one = submittedDesk(LIMITED);
  const state = one.submitted();
  expect(voteOffer(state, LEGAL, ROSTER, now)).toMatchObject({ ok: true, role: 'Legal Team', countsFor: LEGAL });
  expect(voteOffer(state, CISO, ROSTER, now)).toMatchObject({ ok: true, role: 'AI Governance Committee' });
  expect(voteOffer(state, MILO, ROSTER, now)).toMatchObject({ ok: false, reason: 'self_approval' });
  expect(voteOffer(state, EMMA, ROSTER, now)).toMatchObject({ ok: false, reason: 'role_missing' });
});

test('an offer changes nothing', () => {
  const one = submittedDesk(LIMITED);
  const before = JSON.stringify(one.state);
  voteOffer(one.submitted(), CAIO, ROSTER, now);
  waitingFor(one.submitted(), ROSTER, now);
  expect(JSON.stringify(one.state)).toBe(before);
});

test('who is waited for: voters and consulted roles until they have spoken', () => {
  const one = submittedDesk(LIMITED);
  expect([...waitingFor(one.submitted(), ROSTER, now)].sort()).toEqual([CAIO, CISO, CTO, ETHIC, LEGAL].sort());
  expect(consultOffers(one.submitted(), CTO, ROSTER)).toEqual(['Business Unit Leaders']);
  one.ok(CTO, { type: 'answer_consult', role: 'Business Unit Leaders' });
  one.ok(CAIO, { type: 'vote' });
  expect([...waitingFor(one.submitted(), ROSTER, now)].sort()).toEqual([CISO, ETHIC, LEGAL].sort());
});
