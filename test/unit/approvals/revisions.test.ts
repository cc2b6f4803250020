import { describe, expect, test } from 'vitest';
import { revisionHash } from '#src/approvals/canonical.ts';
import {
  ALL_EVIDENCE,
  CAIO,
  CISO,
  DAY,
  deployment,
  desk,
  EMMA,
  ETHIC,
  LEGAL,
  LIMITED,
  MILO,
  policyFrom,
  ROSTER,
  shippedText,
  submittedDesk,
  T0,
} from './fixtures.ts';

const scope = { users: null, trafficPercent: 10, regions: [], until: null };

describe('revisions', () => {
  test('a material edit voids the votes, and a vote on the old card is refused', () => {
    const one = submittedDesk();
    const old = one.submitted().revision.hash;
    one.ok(CISO, { type: 'vote' });
    expect(one.ok(MILO, { type: 'edit', document: deployment({ digest: `sha256:${'cd'.repeat(32)}` }) })).toEqual([
      'revision.made',
    ]);
    const state = one.submitted();
    expect(state.votes).toEqual([]);
    expect(state.revision).toMatchObject({ number: 2, equivalents: [state.revision.hash] });
    expect(one.events.at(-1)?.data).toMatchObject({ changed: ['digest'], material: true, voided: [CISO] });
    expect(one.no(CAIO, { type: 'vote', revision: old })).toBe('old_revision');
    expect(one.no(CISO, { type: 'withdraw_vote', revision: old })).toBe('no_vote');
    one.ok(CISO, { type: 'vote' });
    expect(one.ok(CAIO, { type: 'vote' })).toContain('decided');
    expect(one.submitted().decision?.revision).toBe(state.revision.hash);
  });

  test('the hash of a revision is that of its document with the nonce, so equal documents differ', () => {
    const one = submittedDesk();
    expect(one.submitted().revision.hash).toBe(revisionHash(deployment(), 'n'.repeat(22)));
    expect(revisionHash(deployment(), 'n'.repeat(22))).not.toBe(revisionHash(deployment(), 'm'.repeat(22)));
  });

  test('an immaterial edit keeps the votes, and the card from before it still counts', () => {
    // This organisation made the purpose immaterial.
    const policy = policyFrom(shippedText.replace('        purpose,\n        dataClasses,', '        dataClasses,'));
    const one = desk(ROSTER, policy);
    one.ok(MILO, { type: 'submit' });
    const old = one.submitted().revision.hash;
    one.ok(CISO, { type: 'vote' });
    one.ok(MILO, { type: 'edit', document: deployment({ purpose: 'Score loan applications (typo fixed)' }) });
    expect(one.submitted().revision.equivalents).toHaveLength(2);
    expect(one.ok(CAIO, { type: 'vote', revision: old })).toContain('decided');
    expect(one.state.status).toBe('approved');
  });

  test('an edit starts the minimum review, the consultations and the deadline anew', () => {
    const one = submittedDesk(LIMITED);
    const first = one.submitted().decideByMs;
    one.wait(3 * DAY);
    one.ok(MILO, { type: 'edit', document: deployment({ ...LIMITED, version: '2.2' }) });
    expect(one.submitted().decideByMs).toBe(first + 3 * DAY);
    for (const person of [CAIO, LEGAL, CISO, ETHIC]) one.ok(person, { type: 'vote' });
    expect(one.state.status).toBe('in_review');
    expect(one.wait(2 * DAY)).toEqual(['consult.lapsed', 'decided']);
  });

  test('nobody but the requesting side edits; nothing changed is no revision', () => {
    const one = submittedDesk();
    expect(one.no(CISO, { type: 'edit', document: deployment({ version: '9' }) })).toBe('not_requester');
    expect(one.no(MILO, { type: 'edit', document: deployment() })).toBe('nothing_changed');
    expect(one.no(MILO, { type: 'edit', document: deployment({ digest: 'sha256:12' }) })).toBe('invalid');
  });

  test('an edit is judged by the policy of the submission, not by a newer one', () => {
    const one = submittedDesk();
    const newer = policyFrom(shippedText.replace('validity: 365 days', 'validity: 300 days'));
    expect(one.no(MILO, { type: 'edit', document: deployment({ version: '2.2' }), policy: newer })).toBe(
      'policy_mismatch',
    );
  });

  test('changed answers raise the tier with its quorum; they never lower it', () => {
    const one = submittedDesk();
    one.ok(MILO, { type: 'edit', document: deployment(LIMITED) });
    expect(one.submitted().terms.tier).toBe('limited');
    expect(one.submitted().terms.quorum).toHaveLength(3);
    expect(one.no(MILO, { type: 'edit', document: deployment() })).toBe('tier_lowered');
  });

  test('an approver or the requester may raise the tier with a reason; nobody lowers it', () => {
    const one = submittedDesk();
    expect(one.no(EMMA, { type: 'raise_tier', tier: 'high' })).toBe('role_missing');
    expect(one.no(CISO, { type: 'raise_tier', tier: 'high', reason: '' })).toBe('reason_required');
    one.ok(CISO, { type: 'raise_tier', tier: 'high' });
    expect(one.submitted().terms.tier).toBe('high');
    expect(one.no(MILO, { type: 'raise_tier', tier: 'limited' })).toBe('tier_lowered');
    expect(one.no(MILO, { type: 'edit', document: deployment({ version: '3' }) })).toBe('tier_lowered');
  });

  test('answers that turn out prohibited end the request, on the record', () => {
    const one = submittedDesk();
    expect(one.ok(MILO, { type: 'edit', document: deployment({ answers: { prohibitedUse: true } }) })).toEqual([
      'revision.made',
      'decided',
    ]);
    expect(one.submitted().decision).toMatchObject({ outcome: 'rejected', cause: 'prohibited' });
  });

  test('a prohibited use is refused at submission, with the reason, and recorded', () => {
    const one = desk();
    expect(one.ok(MILO, { type: 'submit', document: deployment({ answers: { prohibitedUse: true } }) })).toEqual([
      'request.refused',
    ]);
    expect(one.state.status).toBe('refused');
    expect(one.events[0]?.data).toMatchObject({ tierReasons: [{ tier: 'prohibited', refs: ['POL-7.1', 'POL-2.3'] }] });
    expect(one.no(CISO, { type: 'vote' })).toBe('already_decided');
    expect(one.no(MILO, { type: 'submit' })).toBe('already_submitted');
  });

  test('a recusal outlives an edit: the conflict of interest does', () => {
    const one = submittedDesk();
    one.ok(LEGAL, { type: 'vote', choice: 'recuse', reason: null, conflict: 'Former employer' });
    one.ok(MILO, { type: 'edit', document: deployment({ version: '2.2' }) });
    expect(one.no(LEGAL, { type: 'vote' })).toBe('recused');
  });
});

describe('a narrower scope', () => {
  test('is proposed by an approver and accepted by the requester as a revision', () => {
    const one = submittedDesk();
    one.ok(CISO, { type: 'vote' });
    expect(one.no(EMMA, { type: 'propose_scope', scope, reason: 'Start small' })).toBe('role_missing');
    expect(one.no(MILO, { type: 'propose_scope', scope, reason: 'Start small' })).toBe('self_approval');
    one.ok(CAIO, { type: 'propose_scope', scope, reason: 'Start small' });
    expect(one.no(CISO, { type: 'accept_scope', proposal: 1 })).toBe('not_requester');
    expect(one.no(MILO, { type: 'accept_scope', proposal: 2 })).toBe('unknown_proposal');
    expect(one.ok(MILO, { type: 'accept_scope', proposal: 1 })).toEqual(['revision.made']);
    expect(one.submitted().document).toMatchObject({ scope });
    expect(one.submitted().votes).toEqual([]);
    expect(one.no(MILO, { type: 'accept_scope', proposal: 1 })).toBe('unknown_proposal');
  });

  test.each([
    ['the same', { users: null, trafficPercent: null, regions: [], until: null }],
    ['more traffic', { ...scope, trafficPercent: 50 }],
    ['another region', { ...scope, trafficPercent: 5, regions: ['us'] }],
    ['no end', { ...scope, trafficPercent: 5, regions: ['eu'], until: null }],
  ])('%s is not narrower', (_what, next) => {
    const current = { users: null, trafficPercent: 10, regions: ['eu'], until: new Date(T0 + 30 * DAY).toISOString() };
    const one = submittedDesk({ scope: current });
    expect(one.no(CAIO, { type: 'propose_scope', scope: next, reason: 'x' })).toBe('not_narrower');
  });

  test('an end date in the scope ends the approval', () => {
    const until = new Date(T0 + 10 * DAY).toISOString();
    const one = submittedDesk({ scope: { ...scope, until } });
    one.ok(CISO, { type: 'vote' });
    one.ok(CAIO, { type: 'vote' });
    expect(one.submitted().decision?.validUntilMs).toBe(T0 + 10 * DAY);
  });
});

describe('evidence', () => {
  const wanted = ALL_EVIDENCE.filter((item) =>
    ['risk-assessment', 'privacy-impact-assessment', 'robustness-test', 'monitoring-plan', 'rollback-plan'].includes(
      item.kind,
    ),
  );
  const pia = (date: string | null) => [
    ...wanted.filter((item) => item.kind !== 'privacy-impact-assessment'),
    { kind: 'privacy-impact-assessment', title: 'PIA', url: 'https://e.example/pia', sha256: null, date },
  ];
  const decideWith = (change: Parameters<typeof deployment>[0]) => {
    const one = submittedDesk({ ...LIMITED, ...change });
    for (const person of [CAIO, LEGAL, CISO, ETHIC]) one.ok(person, { type: 'vote' });
    one.wait(2 * DAY);
    return one.state.status;
  };

  test('all there: approved; one missing: the approval waits, the deadline ends it', () => {
    expect(decideWith({ evidence: wanted })).toBe('approved');
    expect(decideWith({ evidence: wanted.slice(1) })).toBe('in_review');
  });

  test.each([
    ['from this year', '2026-10-01T00:00:00.000Z', null, 'approved'],
    ['without a date', null, null, 'in_review'],
    ['older than twelve months', '2025-10-01T00:00:00.000Z', null, 'in_review'],
    ['older than the last significant change', '2026-09-01T00:00:00.000Z', '2026-10-01T00:00:00.000Z', 'in_review'],
    ['newer than the last significant change', '2026-10-05T00:00:00.000Z', '2026-10-01T00:00:00.000Z', 'approved'],
  ])('a privacy impact assessment %s', (_what, date, lastChange, status) => {
    expect(decideWith({ evidence: pia(date), lastChange })).toBe(status);
  });

  test('a request that offers nothing at all is refused with what is wanted', () => {
    const result = desk().send(MILO, { type: 'submit', document: deployment({ evidence: [] }) });
    expect(result).toMatchObject({ ok: false, reason: 'evidence_missing', detail: ['Risk assessment'] });
  });
});

describe('questions and withdrawal', () => {
  test('while information is requested nothing is approved', () => {
    const one = submittedDesk();
    expect(one.no(EMMA, { type: 'request_information', text: 'Why?' })).toBe('role_missing');
    expect(one.no(MILO, { type: 'provide_information', text: 'Because' })).toBe('no_information_asked');
    one.ok(LEGAL, { type: 'request_information', text: 'Which data?' });
    one.ok(CISO, { type: 'vote' });
    one.ok(CAIO, { type: 'vote' });
    expect(one.state.status).toBe('information_requested');
    expect(one.no(EMMA, { type: 'provide_information', text: 'None' })).toBe('not_requester');
    expect(one.ok(MILO, { type: 'provide_information', text: 'Synthetic only' })).toEqual([
      'information.provided',
      'decided',
    ]);
  });

  test('only consulted roles answer a consultation, and never the requester', () => {
    const one = submittedDesk(LIMITED);
    expect(one.no(CISO, { type: 'answer_consult', role: 'Business Unit Leaders' })).toBe('role_missing');
    expect(one.no(CISO, { type: 'answer_consult', role: 'Auditor' })).toBe('not_consulted');
  });

  test('the requester withdraws an open request, and nothing follows', () => {
    const one = submittedDesk();
    expect(one.no(CISO, { type: 'withdraw' })).toBe('not_requester');
    expect(one.ok(MILO, { type: 'withdraw' })).toEqual(['withdrawn']);
    expect(one.wait(30 * DAY)).toEqual([]);
    expect(one.no(CISO, { type: 'vote' })).toBe('already_decided');
  });
});
