/** A small history of requests as the approvals room tells it: deployments, a break-glass, an exception. */
import { hide } from '#src/evidence/disclose.ts';
import type { Disclosure } from '#src/evidence/ports.ts';
import { buildStatement, type Statement } from '#src/evidence/statement.ts';
import { bytesOf, crypto, statementInput } from './fixtures.ts';

export type Event = {
  readonly request: number;
  readonly type: string;
  readonly actor?: string;
  readonly data: unknown;
};

export const DIGEST = `sha256:${'cd'.repeat(32)}`;
const demands = [
  { kind: 'rollback-plan', title: 'A rollback plan', accepts: ['runbook'], serves: ['AICM-AIS-06', 'NIST-CM-3(2)'] },
];
const terms = { tier: 'high', policyHash: '34'.repeat(32), evidence: demands };
const about = { requester: 'p_requester', owner: 'p_owner', submitter: 'p_requester' };

const deployment = (n: number, evidence: readonly object[] = []) => ({
  request: n,
  type: 'request.submitted',
  actor: 'p_requester',
  data: {
    ...about,
    requestId: String(n),
    shortId: `DR-${n}`,
    terms,
    document: {
      kind: 'deployment',
      system: 'scorer',
      version: `${n}.0`,
      digest: DIGEST,
      environment: 'production',
      purpose: 'score',
      evidence,
    },
  },
});
const plan = {
  kind: 'rollback-plan',
  title: 'How to go back',
  url: 'https://wiki.example/rollback plan',
  sha256: 'ee'.repeat(32),
};
const decided = (request: number, outcome: string, conditions: readonly object[] = []) => ({
  request,
  type: 'decided',
  actor: 'service',
  data: { outcome, validUntil: '2027-05-20T23:59:59.000Z', conditions },
});
const vote = (request: number, actor: string) => ({
  request,
  type: 'vote.cast',
  actor,
  data: { choice: 'approve', reason: 'fine' },
});
const condition = {
  id: 'c1',
  text: 'watch the drift',
  owner: 'p_owner',
  dueAt: '2026-12-31T23:59:59.000Z',
  phase: 'after_deployment',
};
const exception = {
  request: 9,
  type: 'request.submitted',
  data: {
    ...about,
    requestId: '9',
    shortId: 'EX-1',
    terms: { ...terms, evidence: [] },
    document: {
      kind: 'exception',
      deviatesFrom: ['AICM-AIS-06'],
      systems: ['scorer'],
      environments: ['production'],
      teams: [],
      circumstances: 'The vendor cannot.\nYet.',
      compensatingControls: [{ text: 'watch by hand', owner: 'p_owner', dueAt: '2026-12-01T00:00:00.000Z' }],
      remediationPlan: 'another vendor',
      residualRisk: { level: 'medium', text: 'some outages' },
      expiresAt: '2027-01-31T23:59:59.000Z',
      evidence: [{ kind: 'link', title: '', url: 'https://wiki.example/x', sha256: null }],
    },
  },
};

/** In log order. */
export const STORY: readonly Event[] = [
  deployment(1, [plan]),
  vote(1, 'p_ciso'),
  vote(1, 'p_caio'),
  decided(1, 'approved_with_conditions', [condition]),
  deployment(2),
  { request: 2, type: 'breakglass.invoked', actor: 'p_ciso', data: { reason: 'outage', until: 'x', reviewBy: 'y' } },
  deployment(3, [{ ...plan, kind: 'runbook' }]),
  decided(3, 'rejected'),
  exception,
  vote(9, 'p_ciso'),
  decided(9, 'approved'),
  { request: 1, type: 'deployed', actor: 'service', data: { environment: 'production', digest: DIGEST } },
  { request: 1, type: 'condition.confirmed', actor: 'p_ciso', data: { condition: 'c1', reason: 'seen' } },
  { request: 7, type: 'comment.made', actor: 'p_x', data: { text: 'a request nobody knows' } },
];

/** The statements of a story; what they hide goes into `disclosures`. */
export async function* told(story: readonly Event[], disclosures: Map<string, Disclosure>) {
  const seqs = new Map<number, number>();
  for (const [index, { request, type, actor, data }] of story.entries()) {
    const seq = (seqs.get(request) ?? 0) + 1;
    seqs.set(request, seq);
    const paths = ['reason', 'text', 'document.purpose', 'document.circumstances', 'document.evidence.*.title'];
    const hidden = await hide(crypto, data, paths, (path) => bytesOf(`${index} ${path}`));
    for (const disclosure of hidden.disclosures) disclosures.set(disclosure.hash, disclosure);
    const base = statementInput(index, hidden.data);
    const statement: Statement = await buildStatement(crypto, {
      ...base,
      event: { ...base.event, type, stream: `request:${request}`, seq },
      actor: {
        id: actor ?? 'service',
        ...(type === 'vote.cast' ? { role: 'Chief Information Security Officer' } : {}),
      },
      request: {
        id: String(request),
        shortId: request === 9 ? 'EX-1' : `DR-${request}`,
        revision: 1,
        revisionHash: 'ab'.repeat(32),
      },
      controls: ['AICM-GRC-05'],
    });
    yield { index, statement };
  }
}
