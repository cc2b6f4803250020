/**
 * Random desks for the property tests: several people, changing rosters, a clock that jumps both ways, redelivered
 * commands and timers. A step is plain numbers, so that fast-check can shrink a failing run to its core.
 */
import fc from 'fast-check';
import { DRAFT } from '#src/approvals/apply.ts';
import type { Command, Decision } from '#src/approvals/commands.ts';
import { decide } from '#src/approvals/decide.ts';
import type { DeploymentDocument, RequestDocument } from '#src/approvals/document.ts';
import type { ApprovalEvent } from '#src/approvals/events.ts';
import type { Assignment, ConditionProposal, RequestState, Roster } from '#src/approvals/types.ts';
import {
  ALL_EVIDENCE,
  AUDIT,
  approvedEnvelope,
  approvedException,
  approvedUseCase,
  CAIO,
  CISO,
  CTO,
  caseDocument,
  condition,
  DAY,
  DIGEST,
  deployment,
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
  rosterOf,
  SANDBOX_ROLES,
  shipped,
  stand,
  T0,
} from './fixtures.ts';

const PEOPLE = [CAIO, CISO, LEGAL, ETHIC, CTO, MILO, EMMA, AUDIT] as const;

/** Stand-ins that a roster may have beside the sandbox people's own roles. */
const STAND_INS: readonly Assignment[] = [
  stand(EMMA, 'Chief AI Officer', CAIO, 'delegation'),
  stand(CISO, 'Chief AI Officer', CAIO, 'delegation'),
  stand(AUDIT, 'Chief AI Officer', CAIO, 'deputy'),
  stand(EMMA, 'Legal Team', LEGAL, 'delegation'),
  stand(CTO, 'AI Ethics Review Board', ETHIC, 'deputy'),
  stand(MILO, 'Chief Information Security Officer', CISO, 'delegation'),
  stand(AUDIT, 'Chief Risk Officer', CTO, 'deputy'),
  stand(ETHIC, 'Data Protection Officer', LEGAL, 'delegation'),
];

type Step = {
  /** Which command. */
  readonly what: number;
  readonly who: number;
  /** A free choice that the command reads as it likes. */
  readonly a: number;
  readonly b: number;
  /** Clock jump before the command, in hours; mostly none, sometimes backwards. */
  readonly hours: number;
  /** Send the same command once more at once: a redelivery or a double click. */
  readonly twice: boolean;
};

export type Scenario = {
  readonly tier: number;
  readonly roles: { readonly requester: number; readonly owner: number; readonly submitter: number };
  readonly breakGlass: boolean;
  readonly kind: 'deployment' | 'use-case' | 'policy';
  readonly standIns: readonly boolean[];
  readonly steps: readonly Step[];
};

const step: fc.Arbitrary<Step> = fc.record({
  what: fc.nat(99),
  who: fc.nat(PEOPLE.length - 1),
  a: fc.nat(99),
  b: fc.nat(99),
  hours: fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, fc.integer({ min: -30, max: 100 })),
  twice: fc.boolean(),
});

export const scenario: fc.Arbitrary<Scenario> = fc.record({
  tier: fc.nat(11),
  roles: fc.record({
    requester: fc.constantFrom(5, 5, 6, 1, 2),
    owner: fc.constantFrom(5, 5, 6, 3),
    submitter: fc.constantFrom(5, 5, 5, 4),
  }),
  breakGlass: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
  kind: fc.constantFrom('deployment', 'deployment', 'deployment', 'deployment', 'use-case', 'policy'),
  standIns: fc.array(fc.boolean(), { minLength: STAND_INS.length, maxLength: STAND_INS.length }),
  steps: fc.array(step, { maxLength: 40, size: 'max' }),
});

/** One command with everything around it, for the rules to look at. */
export type Sent = {
  readonly command: Command;
  readonly nowMs: number;
  readonly before: RequestState;
  readonly result: Decision;
  readonly redelivery: boolean;
};

export type Run = {
  /** The requests it may rest on, as they stand at the end. */
  readonly related: readonly RequestState[];
  readonly sent: readonly Sent[];
  readonly events: readonly ApprovalEvent[];
  readonly state: RequestState;
  /** Timers as the store would hold them at the end. */
  readonly timers: ReadonlyMap<string, Date>;
  /** Timers that fired, as `kind@ms`. */
  readonly fired: ReadonlySet<string>;
  readonly nowMs: number;
};

type World = {
  state: RequestState;
  nowMs: number;
  roster: Roster;
  related: readonly RequestState[];
  events: ApprovalEvent[];
  sent: Sent[];
  timers: Map<string, Date>;
  fired: Set<string>;
  hashes: string[];
  count: number;
  version: number;
};

const freezeDeep = <T>(value: T): T => {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) freezeDeep(inner);
  }
  return value;
};

function dispatch(world: World, sent: Command, redelivery = false): void {
  const before = world.state;
  const command = { ...sent, related: world.related };
  const result = decide(before, command, new Date(world.nowMs));
  world.sent.push({ command, nowMs: world.nowMs, before, result, redelivery });
  if (!result.ok) return;
  // Frozen, so that a later command that changed it in place would throw.
  world.state = freezeDeep(result.state);
  world.events.push(...result.events);
  for (const kind of result.timers.cancel) world.timers.delete(kind);
  for (const { kind, dueAt } of result.timers.set) world.timers.set(kind, dueAt);
  if (world.state.status !== 'draft' && !world.hashes.includes(world.state.revision.hash))
    world.hashes.push(world.state.revision.hash);
}

const at = <T>(list: readonly T[], index: number): T => list[index % list.length] as T;

/** An approval whose envelope a version may claim, as it stands at different times. */
const ENVELOPES: readonly RequestState[] = (() => {
  const stopped = approvedEnvelope();
  stopped.ok(CISO, { type: 'suspend' });
  const ended = approvedEnvelope();
  ended.ok(CAIO, { type: 'revoke' });
  const excepted = approvedEnvelope({ restsOn: ['EX-1'] }).state;
  return [approvedEnvelope().state, approvedEnvelope().state, stopped.state, ended.state, excepted];
})();

/** The exception that such an approval may rest on, as it stands at different times. */
const EXCEPTIONS: readonly RequestState[] = (() => {
  const ended = approvedException();
  ended.ok(CISO, { type: 'revoke' });
  return [approvedException().state, ended.state];
})();

/** The use case that a deployment may rest on, as it stands at different times. */
const USE_CASES: readonly RequestState[] = (() => {
  const approved = approvedUseCase();
  const asked = approvedUseCase();
  asked.ok(MILO, { type: 'close' });
  const stopped = approvedUseCase();
  stopped.ok(CISO, { type: 'suspend' });
  const ended = approvedUseCase();
  ended.ok(CAIO, { type: 'revoke' });
  return [approved.state, approved.state, asked.state, stopped.state, ended.state];
})();
const ON_USE_CASE = { useCase: 'UC-1', dataClasses: ['Loan applications'] } as const;

function documentFor(world: World, a: number): RequestDocument {
  const current = world.state.status === 'draft' ? null : world.state.document;
  world.version += 1;
  if (current?.kind === 'use-case' && a % 7 !== 0)
    return { ...current, ...at([{ purpose: `Purpose ${world.version}` }, { dataClasses: ['loans'] }, {}], a) };
  if (current?.kind === 'policy') return { ...current, to: { ...current.to, version: `2.${world.version}` } };
  const base = current?.kind === 'deployment' ? current : deployment();
  const changes: readonly Partial<DeploymentDocument>[] = [
    { version: `2.${world.version}` },
    { digest: `sha256:${String(world.version).padStart(64, '0')}` },
    { evidence: base.evidence.slice(1) },
    { evidence: ALL_EVIDENCE.slice(0, 12) },
    { answers: { ...base.answers, personalData: true } },
    { answers: { ...base.answers, affectsPeople: true } },
    { purpose: `Purpose ${world.version}` },
    {},
    ON_USE_CASE,
    ON_USE_CASE,
    { ...ON_USE_CASE, dataClasses: ['health'] },
    INSIDE,
    INSIDE,
    { ...INSIDE, restsOn: ['EX-1'] },
    { ...INSIDE, purpose: 'Another' },
    { ...INSIDE, within: { request: 'DR-9', metrics: { accuracy: 0.5 } } },
  ];
  return { ...base, ...at(changes, a) };
}

function conditionsFor(b: number): readonly ConditionProposal[] {
  const limits = [
    null,
    { what: 'traffic', is: 'at_most', value: 10 },
    { what: 'traffic', is: 'at_least', value: 50 },
  ] as const;
  const phase = b % 2 === 0 ? 'before_deployment' : 'after_deployment';
  return [
    condition({
      text: `Condition ${b % 3}`,
      phase,
      limit: at(limits, b),
      dueAt: new Date(T0 + 200 * DAY).toISOString(),
    }),
  ];
}

const CHOICES = [
  ...(['approve', 'approve', 'approve', 'approve', 'approve'] as const),
  ...(['approve_with_conditions', 'approve_with_conditions', 'reject', 'abstain', 'recuse'] as const),
];

/** Votes come most often; everything else often enough. */
function commandFor(world: World, one: Step): Command | null {
  world.count += 1;
  const by = at(PEOPLE, one.who);
  const base = { commandId: `k${world.count}`, by, roster: world.roster };
  const service = { ...base, by: 'service' };
  const nonce = `nonce-${world.count}`.padEnd(24, '0');
  const revision = one.b < 80 ? (world.hashes.at(-1) ?? '') : at(world.hashes.length > 0 ? world.hashes : [''], one.b);
  const { what, a, b } = one;
  const reason = a % 10 === 0 ? null : 'Because';
  if (what < 40) {
    const choice = at(CHOICES, a);
    const conditions = choice === 'approve_with_conditions' ? conditionsFor(b) : [];
    return {
      ...base,
      type: 'vote',
      revision,
      choice,
      reason,
      conflict: choice === 'recuse' ? 'Friend' : null,
      conditions,
      card: null,
    };
  }
  const ids = world.state.status === 'draft' ? [] : (world.state.offer?.conditions.map((one) => one.id) ?? []);
  if (what < 44) return { ...base, type: 'accept_conditions', conditions: ids };
  if (what < 47) return { ...base, type: 'withdraw_vote', revision, reason: null };
  if (what < 51) return { ...base, type: 'edit', document: documentFor(world, a), policy: shipped, nonce };
  if (what < 52)
    return {
      ...base,
      type: 'raise_tier',
      tier: at(['limited', 'high', 'minimal'] as const, a),
      reason: 'Risky',
      policy: shipped,
      nonce,
    };
  if (what < 56)
    return {
      ...base,
      type: 'answer_consult',
      role: at(['Business Unit Leaders', 'Chief Data Officer', 'Auditor'], a),
      stance: 'support',
      text: 'Fine',
    };
  if (what < 58) return { ...base, type: 'request_information', text: 'Which?' };
  if (what < 60) return { ...base, type: 'provide_information', text: 'This' };
  if (what < 62) return { ...base, type: 'settle_rejection', reason: 'Settled' };
  if (what < 64)
    return {
      ...base,
      type: 'propose_scope',
      scope: { users: null, trafficPercent: a, regions: [], until: null },
      reason: 'Small',
    };
  if (what < 66) return { ...base, type: 'accept_scope', proposal: (a % 3) + 1, nonce };
  if (what < 68) {
    const votes = PEOPLE.slice(0, 4).map((person) => ({ person, choice: 'approve' as const, reason: 'Met' }));
    return {
      ...base,
      type: 'record_meeting',
      revision,
      heldOn: new Date(T0).toISOString(),
      minutes: 'Met',
      votes: votes.filter((vote) => vote.person !== at(PEOPLE, a)),
    };
  }
  if (what < 71) return { ...base, type: 'confirm_meeting_vote', meeting: (a % 2) + 1 };
  if (what < 72) return { ...base, type: 'decline_conditions', reason: 'No' };
  if (what < 73) return { ...base, type: 'withdraw', reason: null };
  if (what < 75) return { ...base, type: 'comment', text: 'Hm' };
  if (what < 76) return { ...base, type: 'suspend', reason: 'Drift', incident: null };
  if (what < 77) return { ...base, type: 'revoke', reason: 'Bad' };
  if (what < 79) return { ...base, type: 'confirm_condition', condition: 'c1', reason: null };
  if (what < 80) return { ...base, type: 'evidence_condition', condition: 'c1', evidence: link('link') };
  if (what < 81) return { ...base, type: 'close', cause: 'done', reason: 'Over' };
  if (what < 83) return { ...service, type: 'record_deployment', environment: 'production', digest: DIGEST };
  if (what < 85) {
    // A stale timer out of the blue.
    const kind = at(['deadline', 'minimum_review', 'escalation', 'validity_end', 'breakglass_end', 'reminder:0'], a);
    return { ...service, type: 'timer.fired', kind, dueAt: new Date(T0 + b * DAY) };
  }
  return null;
}

/** Steps that are more than one command: everybody agrees, the roster changes, or old commands come again. */
function otherwise(world: World, one: Step): void {
  if (one.what < 89) {
    // Without this, four or five agreeing people would be too rare to try the higher tiers.
    const revision = world.hashes.at(-1) ?? '';
    for (const by of PEOPLE.slice(0, 5)) {
      world.count += 1;
      const base = { commandId: `k${world.count}`, by, roster: world.roster };
      if (by === at(PEOPLE, one.who)) continue;
      if (by === CTO && one.a % 2 === 0)
        dispatch(world, {
          ...base,
          type: 'answer_consult',
          role: 'Business Unit Leaders',
          stance: 'support',
          text: 'Fine',
        });
      else
        dispatch(world, {
          ...base,
          type: 'vote',
          revision,
          choice: 'approve',
          reason: 'All',
          conflict: null,
          conditions: [],
          card: null,
        });
    }
    return;
  }
  if (one.what < 91) {
    world.related = one.b % 9 === 0 ? [] : [at(USE_CASES, one.a), at(ENVELOPES, one.b), at(EXCEPTIONS, one.a)];
    return;
  }
  if (one.what < 95) {
    const absent = PEOPLE.filter((_person, index) => (one.a >> index) % 2 === 1 && index < 3);
    const gone = one.b < 60 ? at(PEOPLE, one.b) : null;
    // From the first roster each time, so that people come back as well.
    const first = world.sent[0]?.command.roster.assignments ?? [];
    const assignments = first.filter((a) => a.person !== gone || a.basis !== 'holder');
    world.roster = { ref: null, absent, assignments };
    return;
  }
  const old = world.sent[one.a % Math.max(1, world.sent.length)];
  if (old) dispatch(world, { ...old.command, roster: world.roster }, true);
}

function fireDue(world: World): void {
  for (let guard = 0; guard < 100; guard += 1) {
    const due = [...world.timers]
      .filter(([, time]) => time.getTime() <= world.nowMs)
      .sort((a, b) => a[1].getTime() - b[1].getTime())[0];
    if (!due) return;
    world.timers.delete(due[0]);
    world.fired.add(`${due[0]}@${due[1].getTime()}`);
    world.count += 1;
    const command: Command = {
      type: 'timer.fired',
      commandId: `k${world.count}`,
      by: 'service',
      roster: world.roster,
      kind: due[0],
      dueAt: due[1],
    };
    dispatch(world, command);
    dispatch(world, { ...command, commandId: `${command.commandId}-again` }, true);
  }
}

const TIER_CHANGES: readonly Partial<DeploymentDocument>[] = [
  {},
  {},
  LIMITED,
  LIMITED,
  HIGH,
  { ...LIMITED, evidence: ALL_EVIDENCE.slice(1) },
  { answers: { prohibitedUse: true } },
  ON_USE_CASE,
  INSIDE,
  INSIDE,
  { ...INSIDE, environment: 'canary' },
  { ...HIGH, ...ON_USE_CASE, evidence: ALL_EVIDENCE.slice(0, 12) },
];

function documentOf(kind: Scenario['kind'], tier: number): RequestDocument {
  if (kind === 'policy') return policyChange();
  return kind === 'use-case' ? caseDocument(at([{}, LIMITED, HIGH], tier)) : deployment(at(TIER_CHANGES, tier));
}

/** Plays a scenario from the draft on. */
export function play({ tier, roles, breakGlass, kind, standIns, steps }: Scenario): Run {
  const roster = rosterOf(
    SANDBOX_ROLES,
    STAND_INS.filter((_one, index) => standIns[index]),
  );
  const world: World = {
    state: DRAFT,
    nowMs: T0,
    roster,
    related: [...USE_CASES.slice(0, 1), ...ENVELOPES.slice(0, 1), ...EXCEPTIONS.slice(0, 1)],
    events: [],
    sent: [],
    timers: new Map(),
    fired: new Set(),
    hashes: [],
    count: 0,
    version: 0,
  };
  const opening = {
    commandId: 'k0',
    by: breakGlass ? CTO : at(PEOPLE, roles.submitter),
    roster,
    requestId: 'r1',
    shortId: 'DR-1',
    requester: at(PEOPLE, roles.requester),
    owner: at(PEOPLE, roles.owner),
    document: documentOf(kind, tier),
    policy: shipped,
    nonce: 'nonce-0'.padEnd(24, '0'),
  };
  dispatch(world, breakGlass ? { ...opening, type: 'break_glass', reason: 'Outage' } : { ...opening, type: 'submit' });
  for (const one of steps) {
    world.nowMs += one.hours * HOUR;
    // The sweeper is late now and then.
    if (one.b % 5 !== 0) fireDue(world);
    const command = commandFor(world, one);
    if (command === null) otherwise(world, one);
    else {
      dispatch(world, command);
      if (one.twice) dispatch(world, command, true);
    }
  }
  return {
    related: world.related,
    sent: world.sent,
    events: world.events,
    state: world.state,
    timers: world.timers,
    fired: world.fired,
    nowMs: world.nowMs,
  };
}

/** Lets the clock run past every deadline, firing what is due. */
export function runOut(run: Run, roster: Roster, ms: number): RequestState {
  const world: World = {
    ...run,
    roster,
    related: [],
    events: [...run.events],
    sent: [],
    timers: new Map(run.timers),
    fired: new Set(run.fired),
    hashes: [],
    count: 10_000,
    version: 0,
  };
  world.nowMs = run.nowMs + ms;
  fireDue(world);
  return world.state;
}
