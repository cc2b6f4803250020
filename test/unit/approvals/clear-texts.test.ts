/**
 * What a leaf says in the clear, for every kind of event: ids, codes, times, hashes, and the names by which systems,
 * environments, roles and rules are told apart. Everything else that a person types is hidden, and a field that nobody
 * put on this list fails the test.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { HIDDEN_FIELDS } from '#src/approvals/events.ts';
import { createRequestCache } from '#src/delivery/gate/requests.ts';
import { hide } from '#src/evidence/disclose.ts';
import { parseEnvelope } from '#src/evidence/dsse.ts';
import type { Disclosure } from '#src/evidence/ports.ts';
import { parseStatement } from '#src/evidence/statement.ts';
import { clearPaths } from '../evidence/clear-paths.ts';
import { bytesOf, createMemoryLog, crypto, type MemoryLog } from '../evidence/fixtures.ts';
import { recordDesk, storedOf } from '../evidence/recorded.ts';
import {
  ALL_EVIDENCE,
  approvedDesk,
  approvedEnvelope,
  approvedException,
  approvedUseCase,
  CAIO,
  CISO,
  CTO,
  condition,
  DAY,
  type Desk,
  deployment,
  desk,
  EMMA,
  ETHIC,
  HIGH,
  HOUR,
  INSIDE,
  LEGAL,
  LIMITED,
  link,
  MILO,
  policyChange,
  submittedDesk,
  T0,
} from './fixtures.ts';
import { play, scenario } from './simulation.ts';

const ABOUT = [
  ...['requestId', 'shortId', 'requester', 'owner', 'submitter', 'systemOwners.*', 'decideBy', 'roster'],
  ...['changed.*', 'voided.*'],
  ...['revision', 'revision.hash', 'role', 'assignment', 'by', 'actor'],
];
const DOCUMENT = [
  ...['kind', 'system', 'version', 'digest', 'environment', 'useCase', 'replaces', 'lastChange', 'raisedTier'],
  ...['restsOn.*', 'evidence.*.kind', 'evidence.*.sha256', 'evidence.*.date', 'scope.until', 'within.request'],
  ...['likeRequest.request', 'likeRequest.revision'],
  ...['envelope.environments.*', 'envelope.until', 'deviatesFrom.*', 'systems.*', 'environments.*', 'expiresAt'],
  ...['compensatingControls.*.owner', 'compensatingControls.*.dueAt', 'residualRisk.level'],
  ...['from.sha256', 'from.version', 'to.sha256', 'to.version'],
].map((path) => `document.${path}`);
/** The policy's own words; the policy is kept as an object beside. */
const TERMS = ['terms.**', 'tierReasons.**', 'missing.*'];
const VOTE = [
  'choice',
  'before',
  'card',
  'capacities.*.*',
  'votes.*.person',
  'votes.*.choice',
  'heldOn',
  'rejectedBy.*',
];
const CONDITION = [
  ...[
    'id',
    'owner',
    'dueAt',
    'phase',
    'confirmRole',
    'source',
    'askedBy.*',
    'limit.what',
    'limit.is',
    'limit.values.*',
  ],
].map((path) => `conditions.*.${path}`);
const OTHERS = [
  ...['stance', 'roles.*', 'between.*.*', 'conditions.*', 'outcome', 'cause', 'policyHash', 'counted.*.*', 'envelope'],
  ...['vetoedBy', 'validUntil', 'informed.*', 'persons.*', 'what', 'to', 'condition', 'incident', 'until', 'reviewBy'],
  ...['evidence.kind', 'evidence.sha256', 'evidence.date', 'environment', 'digest', 'scope.until'],
  ...['useCase.*.code', 'useCase.*.what', 'envelope.*.code', 'envelope.*.what'],
];
const CLEAR = [...ABOUT, ...DOCUMENT, ...TERMS, ...VOTE, ...CONDITION, ...OTHERS].map(
  (path) =>
    new RegExp(`^${path.replace(/\./g, '\\.').replace(/\*\*|\*/g, (star) => (star === '*' ? '[^.]+' : '.+'))}$`),
);

const unlisted = (data: unknown): readonly string[] =>
  [...new Set(clearPaths(data))].filter((path) => !CLEAR.some((listed) => listed.test(path)));

const MARK = 'Quokka Quigley';
const scope = { users: MARK, trafficPercent: 50, regions: [MARK], until: null };
const marked = {
  purpose: MARK,
  dataClasses: [MARK],
  scope,
  evidence: ALL_EVIDENCE.slice(0, 12).map((item) => ({ ...item, title: MARK, url: `https://e.example/${MARK}` })),
};
const vote = { type: 'vote', reason: MARK } as const;
const withConditions = (limit: object | null = null) => {
  const conditions = [condition({ text: MARK, evidenceWanted: MARK, limit: limit as never })];
  return { ...vote, choice: 'approve_with_conditions', conditions } as const;
};
const at = (days: number, basis: Parameters<typeof deployment>[0], ids: object): Desk => {
  const one = desk();
  one.nowMs = T0 + days * DAY;
  one.ok(MILO, { type: 'submit', document: deployment({ ...marked, replaces: 'r1', ...basis }), ...ids });
  one.ok(CISO, vote);
  one.ok(CAIO, vote);
  return one;
};

/** Every kind of event, with the mark wherever people write. */
function everything(): readonly Desk[] {
  const open = submittedDesk({ ...LIMITED, ...marked });
  open.ok(MILO, { type: 'edit', document: deployment({ ...LIMITED, ...marked, version: '2.2' }) });
  open.ok(CISO, withConditions());
  open.ok(CISO, { type: 'withdraw_vote', reason: MARK });
  open.ok(LEGAL, { type: 'request_information', text: MARK });
  open.ok(MILO, { type: 'provide_information', text: MARK });
  open.ok(EMMA, { type: 'comment', text: MARK });
  open.ok(CTO, { type: 'answer_consult', role: 'Business Unit Leaders', text: MARK });
  open.ok(CAIO, { type: 'propose_scope', scope: { ...scope, trafficPercent: 1 }, reason: MARK });
  open.ok(CAIO, { type: 'record_meeting', minutes: MARK, votes: [{ person: CISO, choice: 'approve', reason: MARK }] });
  open.ok(MILO, { type: 'accept_scope', proposal: 1 });
  open.ok(CAIO, { type: 'raise_tier', tier: 'high', reason: MARK });
  open.ok(LEGAL, { ...vote, choice: 'recuse', conflict: MARK });
  open.ok(MILO, { type: 'withdraw', reason: MARK });

  const settled = submittedDesk(marked);
  settled.ok(CAIO, vote);
  settled.ok(ETHIC, { ...vote, choice: 'reject' });
  settled.ok(CAIO, { type: 'settle_rejection', reason: MARK });

  const late = submittedDesk({ ...LIMITED, ...marked });
  late.wait(400 * DAY);
  const slow = submittedDesk(marked);
  slow.wait(4 * DAY);

  const conditional = submittedDesk(marked);
  conditional.ok(CISO, withConditions({ what: 'traffic', is: 'at_most', value: 10 }));
  conditional.ok(CAIO, withConditions({ what: 'traffic', is: 'at_least', value: 50 }));
  conditional.ok(CAIO, withConditions({ what: 'region', is: 'only', values: ['eu-west'] }));
  conditional.ok(MILO, { type: 'decline_conditions', reason: MARK });
  conditional.ok(CAIO, vote);
  conditional.ok(MILO, { type: 'accept_conditions', conditions: ['c1'] });
  const evidence = { ...link('link'), title: MARK, url: `https://e.example/${MARK}` };
  conditional.ok(MILO, { type: 'evidence_condition', condition: 'c1', evidence });
  conditional.wait(31 * DAY);
  conditional.ok(CISO, { type: 'confirm_condition', condition: 'c1', reason: MARK });
  conditional.ok('service', { type: 'record_informed', role: 'Head of AI Operations', persons: [CAIO] });
  conditional.ok(MILO, { type: 'record_deployment' });
  conditional.ok(CISO, { type: 'suspend', reason: MARK });
  conditional.ok('service', { type: 'reinstate', basis: at(40, {}, { requestId: 'r2', shortId: 'DR-2' }).state });
  conditional.ok('service', { type: 'supersede', basis: at(40, { version: '3' }, { requestId: 'r3' }).state });
  conditional.ok(CAIO, { type: 'revoke', reason: MARK });

  const renewed = approvedDesk(marked);
  renewed.ok('service', { type: 'renew', basis: at(1, {}, { requestId: 'r4' }).state });
  const likeRequest = { request: 'DR-1', revision: 'ab'.repeat(32) };
  const closed = approvedDesk({ ...marked, likeRequest });
  closed.ok(MILO, { type: 'close', reason: MARK });

  const refused = desk();
  refused.ok(MILO, { type: 'submit', document: deployment({ ...marked, answers: { prohibitedUse: true } }) });
  const urgent = desk();
  urgent.related = [approvedUseCase().state];
  const outside = deployment({ ...HIGH, ...marked, useCase: 'UC-1' });
  urgent.ok(CTO, { type: 'break_glass', document: outside, reason: MARK });
  urgent.wait(40 * HOUR);
  const further = desk();
  further.related = [approvedEnvelope().state];
  further.nowMs = T0 + 3 * DAY;
  further.ok(MILO, { type: 'submit', document: deployment({ ...INSIDE, ...marked }) });

  const waiver = approvedException({
    circumstances: MARK,
    remediationPlan: MARK,
    residualRisk: { level: 'low', text: MARK },
    compensatingControls: [{ text: MARK, owner: MILO, dueAt: new Date(T0 + DAY).toISOString() }],
    teams: [MARK],
  });
  const rules = desk();
  const change = policyChange({ purpose: MARK, changes: [MARK] });
  rules.ok(CTO, { type: 'submit', requester: CTO, owner: CTO, document: change });
  const useCase = approvedUseCase({ purpose: MARK, affected: MARK, dataClasses: [MARK] });
  return [open, settled, late, slow, conditional, renewed, closed, refused, urgent, further, waiver, rules, useCase];
}

const statementsOf = (log: MemoryLog) => log.entries.map(({ leaf }) => parseStatement(parseEnvelope(leaf).payload));

test('no leaf holds what somebody wrote, in any kind of event', async () => {
  const log = await createMemoryLog();
  for (const one of everything()) await recordDesk(log, one);
  const statements = statementsOf(log);
  const types = new Set(statements.map(({ predicate }) => predicate.event.type));
  expect(Object.keys(HIDDEN_FIELDS).filter((type) => !types.has(type))).toEqual([]);
  expect([...log.disclosures.values()].filter(({ value }) => value?.includes(MARK)).length).toBeGreaterThan(100);
  for (const statement of statements) {
    expect(JSON.stringify(statement)).not.toContain('Quokka');
    expect(unlisted(statement.predicate.data), statement.predicate.event.type).toEqual([]);
  }
});

test('of what is hidden, the gate reads the data classes alone, and judges without them once they are erased', async () => {
  const log = await createMemoryLog();
  await recordDesk(log, approvedDesk({ ...marked, dataClasses: ['Health records'] }));
  const readStreams = async () => storedOf(log, 'r1');
  const load = async (kept: boolean) => {
    const readTexts = async (hashes: readonly string[]) =>
      new Map(hashes.flatMap((hash) => (kept ? [[hash, log.disclosures.get(hash) as Disclosure]] : [])));
    const [state] = await createRequestCache({ readStreams, readTexts }).load([{ id: 'r1', version: 1 }]);
    return state;
  };
  expect(await load(true)).toMatchObject({ document: { dataClasses: ['Health records'], purpose: '[erased]' } });
  expect(await load(false)).toMatchObject({ status: 'approved', document: { dataClasses: ['[erased]'] } });
});

test('whatever people do, an event shows nothing in the clear but what is listed', async () => {
  await fc.assert(
    fc.asyncProperty(scenario, async (one) => {
      for (const { type, data } of play(one).events) {
        const hidden = await hide(crypto, data, HIDDEN_FIELDS[type], bytesOf);
        expect(unlisted(hidden.data), type).toEqual([]);
      }
    }),
    { numRuns: 200 },
  );
});
