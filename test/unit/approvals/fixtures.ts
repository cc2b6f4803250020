/** People, policy and a small driver for the tests of the decision core. */
import { readFileSync } from 'node:fs';
import { isMap, isSeq, LineCounter, parseDocument } from 'yaml';
import { DRAFT } from '#src/approvals/apply.ts';
import type { Command, Decision, PolicyInForce, Refusal } from '#src/approvals/commands.ts';
import { decide } from '#src/approvals/decide.ts';
import type {
  DeploymentDocument,
  ExceptionDocument,
  PolicyDocument,
  UseCaseDocument,
} from '#src/approvals/document.ts';
import type { ApprovalEvent } from '#src/approvals/events.ts';
import { type PolicySource, parsePolicy } from '#src/approvals/policy.ts';
import type {
  Assignment,
  ConditionProposal,
  Person,
  RequestState,
  Roster,
  SubmittedState,
} from '#src/approvals/types.ts';

const POLICY_FILE = new URL('../../../knowledge/approval-policy.yaml', import.meta.url);

/** Reads YAML with positions, as the parse adapter does. */
export function sourceOf(text: string, file = 'approval-policy.yaml'): PolicySource {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const locate: PolicySource['locate'] = (path) => {
    let node: unknown = document.contents;
    for (const part of path) {
      if (!isMap(node) && !isSeq(node)) return null;
      node = node.get(part, true);
    }
    const range = (node as { range?: [number, number, number] } | undefined)?.range;
    return range ? { line: lines.linePos(range[0]).line } : null;
  };
  return { file, data: document.toJS(), locate };
}

export const shippedText = readFileSync(POLICY_FILE, 'utf8');

export function policyFrom(text: string): PolicyInForce {
  const parsed = parsePolicy(sourceOf(text));
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return { hash: parsed.hash, policy: parsed.policy };
}

export const shipped: PolicyInForce = policyFrom(shippedText);

export const EMMA = 'p_emma';
export const MILO = 'p_milo';
export const CISO = 'p_ciso';
export const CAIO = 'p_caio';
export const LEGAL = 'p_legal';
export const ETHIC = 'p_ethic';
export const CTO = 'p_cto';
export const AUDIT = 'p_audit';

/** Roles as in the sandbox directory. */
export const SANDBOX_ROLES: Readonly<Record<Person, readonly string[]>> = {
  [CISO]: ['Chief Information Security Officer', 'AI Governance Committee', 'Security Team'],
  [CAIO]: ['Chief AI Officer', 'AI Governance Committee', 'Head of AI Operations'],
  [LEGAL]: ['Legal Team', 'Data Protection Officer', 'AI Governance Committee'],
  [ETHIC]: ['AI Ethics Review Board', 'AI Governance Committee'],
  [AUDIT]: ['Auditor'],
  [CTO]: [
    'Chief Technology Officer',
    'Business Unit Leaders',
    'Management',
    'Chief Risk Officer',
    'Chief Data Officer',
  ],
};

export function holder(person: Person, role: string): Assignment {
  return { id: `a:${person}:${role}`, role, person, basis: 'holder', onBehalfOf: null };
}

export function stand(person: Person, role: string, onBehalfOf: Person, basis: 'delegation' | 'deputy'): Assignment {
  return { id: `a:${person}:${role}:${onBehalfOf}`, role, person, basis, onBehalfOf };
}

export function rosterOf(roles: Readonly<Record<Person, readonly string[]>>, more: readonly Assignment[] = []): Roster {
  const assignments = Object.entries(roles).flatMap(([person, held]) => held.map((role) => holder(person, role)));
  return { ref: null, assignments: [...assignments, ...more], absent: [] };
}

export const ROSTER: Roster = rosterOf(SANDBOX_ROLES);

export const T0 = Date.parse('2026-11-02T09:00:00.000Z');
export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;
export const DIGEST = `sha256:${'ab'.repeat(32)}`;

export const link = (kind: string, date: string | null = '2026-10-01T00:00:00.000Z') => ({
  kind,
  title: kind,
  url: `https://evidence.example/${kind}`,
  sha256: null,
  date,
});

export const ALL_EVIDENCE = Object.keys(shipped.policy.evidence).map((kind) => link(kind));

export function deployment(change: Partial<DeploymentDocument> = {}): DeploymentDocument {
  return {
    kind: 'deployment',
    system: 'credit-scoring',
    version: '2.1',
    digest: DIGEST,
    environment: 'production',
    purpose: 'Score loan applications',
    answers: { personalData: false, affectsPeople: false },
    evidence: ALL_EVIDENCE.slice(0, 12),
    scope: null,
    lastChange: null,
    restsOn: [],
    replaces: null,
    raisedTier: null,
    ...change,
  };
}

export const LIMITED = { answers: { personalData: true } } as const;
export const HIGH = { answers: { personalData: true, affectsPeople: true } } as const;

export function exception(change: Partial<ExceptionDocument> = {}): ExceptionDocument {
  return {
    kind: 'exception',
    deviatesFrom: ['POL-5.2'],
    systems: [],
    environments: [],
    teams: [],
    circumstances: 'The old batch host has no second factor',
    compensatingControls: [],
    remediationPlan: 'Replace the host',
    residualRisk: { level: 'low', text: 'Reachable from one network only' },
    expiresAt: new Date(T0 + 60 * DAY).toISOString(),
    answers: {},
    evidence: [link('risk-assessment')],
    replaces: null,
    raisedTier: null,
    ...change,
  };
}

export function caseDocument(change: Partial<UseCaseDocument> = {}): UseCaseDocument {
  return {
    kind: 'use-case',
    system: 'credit-scoring',
    purpose: 'Score loan applications',
    affected: 'Loan officers use it; applicants get an answer sooner',
    dataClasses: ['loan applications', 'payment history'],
    answers: { personalData: false, affectsPeople: false },
    evidence: [link('risk-assessment')],
    replaces: null,
    raisedTier: null,
    ...change,
  };
}

/** A change of the shipped policy. */
export function policyChange(change: Partial<PolicyDocument> = {}): PolicyDocument {
  return {
    kind: 'policy',
    from: { sha256: shipped.hash, version: shipped.policy.version },
    to: { sha256: 'cd'.repeat(32), version: '1.1' },
    purpose: 'Decisions take too long',
    changes: ['deadline: 20 days becomes 15 days'],
    answers: {},
    evidence: [],
    replaces: null,
    raisedTier: null,
    ...change,
  };
}

export function condition(change: Partial<ConditionProposal> = {}): ConditionProposal {
  return {
    text: 'Monitor drift weekly',
    owner: MILO,
    dueAt: new Date(T0 + 30 * DAY).toISOString(),
    phase: 'after_deployment',
    evidenceWanted: 'First report',
    confirmRole: 'Security Team',
    limit: null,
    ...change,
  };
}

/** One request under test: sends commands, keeps events and the clock. */
export type Desk = {
  state: RequestState;
  nowMs: number;
  roster: Roster;
  /** What the server would read of the requests it rests on. */
  related: readonly RequestState[];
  readonly events: ApprovalEvent[];
  /** Sends a command of a person. */
  send(by: Person, command: Loose): Decision;
  /** Sends and expects success; returns the types of the events. */
  ok(by: Person, command: Loose): readonly string[];
  /** Sends and expects a refusal; returns its code. */
  no(by: Person, command: Loose): Refusal;
  /** Moves the clock and fires, in order, what became due. */
  wait(ms: number): readonly string[];
  submitted(): SubmittedState;
};

/** A command without the fields that the driver fills in. */
type Loose = { readonly type: Command['type']; readonly [field: string]: unknown };

let commands = 0;

export function desk(roster: Roster = ROSTER, policy: PolicyInForce = shipped): Desk {
  const timers = new Map<string, Date>();
  const self: Desk = {
    state: DRAFT,
    nowMs: T0,
    roster,
    related: [],
    events: [],
    send(by, loose) {
      commands += 1;
      const command = {
        commandId: `c${commands}`,
        by,
        roster: self.roster,
        related: self.related,
        ...complete(self, loose, policy),
      } as unknown as Command;
      const result = decide(self.state, command, new Date(self.nowMs));
      if (result.ok) {
        self.state = result.state;
        self.events.push(...result.events);
        for (const kind of result.timers.cancel) timers.delete(kind);
        for (const { kind, dueAt } of result.timers.set) timers.set(kind, dueAt);
      }
      return result;
    },
    ok(by, loose) {
      const result = self.send(by, loose);
      if (!result.ok) throw new Error(`${loose.type}: refused ${result.reason} (${result.detail.join('; ')})`);
      return result.events.map((event) => event.type);
    },
    no(by, loose) {
      const result = self.send(by, loose);
      if (result.ok) throw new Error(`${loose.type}: not refused`);
      return result.reason;
    },
    wait(ms) {
      self.nowMs += ms;
      const types: string[] = [];
      for (;;) {
        const due = [...timers]
          .filter(([, at]) => at.getTime() <= self.nowMs)
          .sort((a, b) => a[1].getTime() - b[1].getTime())[0];
        if (!due) return types;
        timers.delete(due[0]);
        types.push(...self.ok('service', { type: 'timer.fired', kind: due[0], dueAt: due[1] }));
      }
    },
    submitted() {
      if (self.state.status === 'draft') throw new Error('draft');
      return self.state;
    },
  };
  return self;
}

function complete(self: Desk, loose: Loose, policy: PolicyInForce): Record<string, unknown> {
  const revision = self.state.status === 'draft' ? '' : self.state.revision.hash;
  const defaults: Record<string, Record<string, unknown>> = {
    submit: {
      requestId: 'r1',
      shortId: 'DR-1',
      requester: MILO,
      owner: MILO,
      document: deployment(),
      policy,
      nonce: 'n'.repeat(22),
    },
    vote: { revision, choice: 'approve', reason: 'Reviewed', conflict: null, conditions: [], card: null },
    withdraw_vote: { revision, reason: null },
    withdraw: { reason: null },
    edit: { policy, nonce: `e${self.state.version}`.padEnd(22, 'x') },
    raise_tier: { policy, nonce: `e${self.state.version}`.padEnd(22, 'x'), reason: 'Larger than it looks' },
    accept_scope: { nonce: `e${self.state.version}`.padEnd(22, 'x') },
    record_meeting: { revision, heldOn: new Date(T0).toISOString(), minutes: 'Weekly meeting' },
    suspend: { reason: 'Drift', incident: 'INC-7' },
    revoke: { reason: 'Unsafe' },
    close: { cause: 'done', reason: 'No longer needed' },
    record_deployment: { environment: 'production', digest: DIGEST },
    confirm_condition: { reason: null },
    answer_consult: { stance: 'support', text: 'Fine with us' },
  };
  const opening =
    loose.type === 'break_glass' ? { ...defaults['submit'], reason: 'Outage' } : (defaults[loose.type] ?? {});
  return { ...opening, ...loose };
}

/** A desk with a submitted deployment. */
export function submittedDesk(change: Partial<DeploymentDocument> = {}, roster: Roster = ROSTER): Desk {
  const one = desk(roster);
  one.ok(MILO, { type: 'submit', document: deployment(change) });
  return one;
}

/** A version in the limited tier whose approval carries an envelope for later ones. */
export const WITH_ENVELOPE: Partial<DeploymentDocument> = {
  answers: { personalData: true },
  dataClasses: ['payment history', 'loan applications'],
  envelope: {
    environments: ['production', 'staging'],
    metrics: { accuracy: { min: 0.92, max: null }, false_positive_rate: { min: null, max: 0.1 } },
    until: new Date(T0 + 100 * DAY).toISOString(),
  },
};

/** A desk with an approved deployment that carries an envelope, as DR-9. */
export function approvedEnvelope(change: Partial<DeploymentDocument> = {}): Desk {
  const one = desk();
  const document = deployment({ ...WITH_ENVELOPE, ...change });
  one.ok(MILO, { type: 'submit', requestId: 'e1', shortId: 'DR-9', document });
  for (const person of [CAIO, LEGAL, CISO, ETHIC]) one.ok(person, { type: 'vote' });
  one.ok(CTO, { type: 'answer_consult', role: 'Business Unit Leaders' });
  one.wait(2 * DAY);
  if (one.state.status !== 'approved') throw new Error(`the envelope is ${one.state.status}`);
  return one;
}

/** A later version inside it. */
export const INSIDE: Partial<DeploymentDocument> = {
  version: '2.2',
  digest: `sha256:${'ba'.repeat(32)}`,
  answers: { personalData: true },
  dataClasses: ['Payment history'],
  within: { request: 'DR-9', metrics: { accuracy: 0.95, false_positive_rate: 0.05 } },
};

/** A desk with an approved exception, as EX-1. */
export function approvedException(change: Partial<ExceptionDocument> = {}): Desk {
  const one = desk();
  one.ok(MILO, { type: 'submit', requestId: 'x1', shortId: 'EX-1', document: exception(change) });
  for (const person of [CISO, CAIO]) one.ok(person, { type: 'vote' });
  if (one.state.status !== 'approved') throw new Error(`the exception is ${one.state.status}`);
  return one;
}

/** A desk with an approved use case of the minimal or the limited tier. */
export function approvedUseCase(change: Partial<UseCaseDocument> = {}): Desk {
  const one = desk();
  one.ok(MILO, { type: 'submit', requestId: 'u1', shortId: 'UC-1', document: caseDocument(change) });
  one.ok(CISO, { type: 'vote' });
  one.ok(CAIO, { type: 'vote' });
  if (one.submitted().terms.tier === 'limited') {
    one.ok(LEGAL, { type: 'vote' });
    one.ok(CTO, { type: 'answer_consult', role: 'Business Unit Leaders' });
    one.wait(2 * DAY);
  }
  if (one.state.status !== 'approved') throw new Error(`the use case is ${one.state.status}`);
  return one;
}

/** A desk with a minimal deployment approved by two people. */
export function approvedDesk(change: Partial<DeploymentDocument> = {}): Desk {
  const one = submittedDesk(change);
  one.ok(CISO, { type: 'vote' });
  one.ok(CAIO, { type: 'vote' });
  return one;
}

/** A request of so many events, votes and comments, with a vote of its chair on it: what is measured. */
export function measuredVote(events: number): {
  readonly desk: Desk;
  readonly state: SubmittedState;
  readonly command: Command;
} {
  const one = submittedDesk(HIGH);
  for (let count = 1; count < events; count += 1) {
    if (count % 3 === 0) one.ok(CISO, { type: 'vote', reason: `Again ${count}` });
    else if (count % 3 === 1) one.ok(LEGAL, { type: 'vote', reason: `Again ${count}` });
    else one.ok(EMMA, { type: 'comment', text: `Note ${count}` });
  }
  const state = one.submitted();
  const command: Command = {
    type: 'vote',
    commandId: 'measured',
    by: CAIO,
    roster: ROSTER,
    revision: state.revision.hash,
    choice: 'approve',
    reason: 'Measured',
    conflict: null,
    conditions: [],
    card: null,
  };
  return { desk: one, state, command };
}
