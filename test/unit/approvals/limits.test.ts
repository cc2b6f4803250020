import { expect, test } from 'vitest';
import { fold } from '#src/approvals/apply.ts';
import { decide, EVENTS_MAX } from '#src/approvals/decide.ts';
import type { ApprovalEvent } from '#src/approvals/events.ts';
import { parseDeploymentForm } from '#src/approvals/forms.ts';
import { tally } from '#src/approvals/tally.ts';
import { LIMITS } from '#src/approvals/text-limits.ts';
import {
  approvedDesk,
  CAIO,
  CISO,
  condition,
  type Desk,
  desk,
  EMMA,
  exception,
  HIGH,
  LIMITED,
  link,
  MILO,
  measuredVote,
  rosterOf,
  SANDBOX_ROLES,
  shipped,
  submittedDesk,
  T0,
} from './fixtures.ts';

const wide = (length: number) => '€'.repeat(length);
const bytes = (event: ApprovalEvent): number => Buffer.byteLength(JSON.stringify(event));
const largest = (one: Desk): number => Math.max(...one.events.map(bytes));

test('the longest deployment still fits its entry', () => {
  const evidence = Array.from({ length: LIMITS.evidence }, (_, index) => ({
    ...link('risk-assessment'),
    title: wide(LIMITS.title),
    url: `https://e.example/${index}/${'x'.repeat(LIMITS.url - 30)}`,
    sha256: 'a'.repeat(64),
  }));
  const one = submittedDesk({ ...HIGH, purpose: wide(LIMITS.purpose), system: wide(80), evidence });
  expect(largest(one)).toBeLessThan(46_000);
});

test('the longest exception still fits its entry', () => {
  const document = exception({
    circumstances: wide(LIMITS.longText),
    remediationPlan: wide(LIMITS.longText),
    residualRisk: { level: 'low', text: wide(600) },
    teams: Array.from({ length: LIMITS.names }, (_, index) => wide(78) + index),
    systems: Array.from({ length: LIMITS.names }, (_, index) => wide(78) + index),
    environments: Array.from({ length: LIMITS.names }, (_, index) => wide(78) + index),
    deviatesFrom: Array.from({ length: LIMITS.names }, (_, index) => wide(78) + index),
    compensatingControls: Array.from({ length: LIMITS.controls }, () => ({
      text: wide(LIMITS.controlText),
      owner: 'p'.repeat(200),
      dueAt: new Date(T0 + 1).toISOString(),
    })),
    evidence: Array.from({ length: LIMITS.evidence }, () => ({
      ...link('link'),
      title: wide(LIMITS.title),
      url: `https://e.example/${'x'.repeat(370)}`,
    })),
  });
  const one = desk();
  one.ok(MILO, { type: 'submit', document });
  expect(largest(one)).toBeLessThan(46_000);
});

test('a decision with the most conditions fits its entry', () => {
  const one = submittedDesk();
  const many = (name: string) =>
    Array.from({ length: LIMITS.conditionsPerVote }, (_, index) =>
      condition({
        text: wide(LIMITS.conditionText - 4) + name + index,
        evidenceWanted: wide(LIMITS.conditionEvidence),
        confirmRole: wide(80),
      }),
    );
  const vote = { type: 'vote', choice: 'approve_with_conditions', reason: wide(LIMITS.reason) } as const;
  one.ok(CISO, { ...vote, conditions: many('a') });
  one.ok(CAIO, { ...vote, conditions: many('b') });
  one.ok(MILO, { type: 'accept_conditions', conditions: one.submitted().offer?.conditions.map((c) => c.id) ?? [] });
  expect(one.state.status).toBe('approved_with_conditions');
  expect(largest(one)).toBeLessThan(46_000);
});

test('a request that was talked over a thousand times takes no more talk, but can still be stopped', () => {
  const one = approvedDesk();
  for (let count = one.state.version; count < EVENTS_MAX; count += 1)
    one.ok(EMMA, { type: 'comment', text: `Note ${count}` });
  expect(one.no(EMMA, { type: 'comment', text: 'One more' })).toBe('request_full');
  expect(one.ok(CISO, { type: 'suspend' })).toEqual(['suspended']);
});

test('a state folded from erased events still decides', () => {
  const one = submittedDesk({ purpose: 'Name of a person' });
  const erased = one.events.map(
    (event) => JSON.parse(JSON.stringify(event).replace('Name of a person', '[erased]')) as ApprovalEvent,
  );
  const again = desk();
  again.state = fold(erased);
  again.ok(CISO, { type: 'vote' });
  again.ok(CAIO, { type: 'vote' });
  expect(again.state.status).toBe('approved');
});

test('decide on a request of 200 events takes microseconds', () => {
  const { desk: one, state, command } = measuredVote(200);
  expect(state.version).toBe(200);
  const now = new Date(one.nowMs);
  const times: number[] = [];
  for (let round = 0; round < 300; round += 1) {
    const start = performance.now();
    for (let count = 0; count < 10; count += 1) decide(state, command, now);
    times.push(((performance.now() - start) / 10) * 1_000);
  }
  const median = times.sort((a, b) => a - b)[150] ?? 0;
  process.stdout.write(`decide on 200 events: median ${median.toFixed(1)} µs\n`);
  // The target is 50 µs (`npm run bench`); a shared machine gets room before this test fails.
  expect(median).toBeLessThan(250);
});

test('a directory of 5,000 people resolves a quorum below 5 ms', () => {
  const roles = Object.fromEntries(
    Array.from({ length: 5_000 }, (_, index) => [
      `p_${index}`,
      [`Role ${index % 200}`, ...(index % 50 === 0 ? ['AI Governance Committee'] : [])],
    ]),
  );
  const roster = rosterOf({ ...SANDBOX_ROLES, ...roles });
  const one = submittedDesk(LIMITED, roster);
  const times = Array.from({ length: 20 }, () => {
    // A new roster each time, as the server resolves one for each click.
    const fresh = { ...roster, assignments: [...roster.assignments] };
    const start = performance.now();
    tally(one.submitted(), fresh, one.nowMs);
    return performance.now() - start;
  });
  const median = times.sort((a, b) => a - b)[10] ?? 0;
  process.stdout.write(`quorum in a directory of 5,000: median ${median.toFixed(2)} ms\n`);
  expect(median).toBeLessThan(25);
});

test('the form and the core agree: what the form lets through, the core takes', () => {
  const form = parseDeploymentForm(
    {
      system: 's',
      version: '1',
      digest: 'ab'.repeat(32),
      environment: 'prod',
      purpose: 'x',
      evidence: 'https://e.example',
    },
    { policy: shipped, now: new Date(T0) },
  );
  if (!form.ok) throw new Error('form');
  expect(desk().ok(MILO, { type: 'submit', document: form.document })).toEqual(['request.submitted']);
});
