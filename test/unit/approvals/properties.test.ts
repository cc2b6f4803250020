/**
 * The rules that always hold, against random sequences of commands. The checks look at events and rosters only and
 * count for themselves: none of them calls the tally they test. COUNTERSIGN_PROPERTY_RUNS sets the number of runs.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DRAFT, fold } from '#src/approvals/apply.ts';
import { decide } from '#src/approvals/decide.ts';
import { type ApprovalEvent, type EventData, HIDDEN_FIELDS, schemaVersionOf } from '#src/approvals/events.ts';
import { gate } from '#src/approvals/gate.ts';
import { isOpen, timersOf } from '#src/approvals/timers.ts';
import { type RequestState, type Roster, type Terms, TIERS } from '#src/approvals/types.ts';
import { DAY, DIGEST, ROSTER } from './fixtures.ts';
import { play, type Run, runOut, type Scenario, type Sent, scenario } from './simulation.ts';

const RUNS = Number(process.env['COUNTERSIGN_PROPERTY_RUNS'] ?? 2_000);

const holdsFor = (name: string, rule: (run: Run) => void): void => {
  test(name, { timeout: 60_000 + RUNS * 20 }, () => {
    fc.assert(
      fc.property(scenario, (one: Scenario) => rule(play(one))),
      { numRuns: RUNS },
    );
  });
};

type Decided = {
  readonly sent: Sent;
  readonly index: number;
  readonly at: number;
  readonly data: EventData<'decided'>;
};

/** Every decision with the command that led to it and its position among all events. */
function decisions(run: Run): readonly Decided[] {
  let index = -1;
  const found: Decided[] = [];
  for (const sent of run.sent)
    for (const event of sent.result.ok ? sent.result.events : []) {
      index += 1;
      if (event.type === 'decided') found.push({ sent, index, at: Date.parse(event.at), data: event.data });
    }
  return found;
}

const approvals = (run: Run): readonly Decided[] =>
  decisions(run).filter((one) => one.data.outcome.startsWith('approved'));

/** What the events before a decision say, without `apply`. */
function history(events: readonly ApprovalEvent[]) {
  let terms: Terms | null = null;
  let hashes: string[] = [];
  let madeAt = 0;
  let excluded: readonly string[] = [];
  let evidence: readonly { readonly kind: string }[] = [];
  const votes = new Map<string, { choice: string; revision: string; index: number; chair: boolean }>();
  const consulted = new Set<string>();
  let information = false;
  let settled = -1;
  events.forEach((event, index) => {
    if (event.type === 'request.submitted') {
      terms = event.data.terms;
      excluded = [event.data.requester, event.data.owner, event.data.submitter];
    }
    if (event.type === 'request.submitted' || event.type === 'revision.made') {
      const fresh = event.type === 'request.submitted' || event.data.material;
      hashes = fresh ? [event.data.revision.hash] : [...hashes, event.data.revision.hash];
      evidence = event.data.document.evidence;
      if (event.data.terms) terms = event.data.terms;
      if (fresh) {
        madeAt = Date.parse(event.at);
        votes.clear();
        consulted.clear();
        information = false;
      }
    }
    if (event.type === 'vote.cast' || event.type === 'vote.changed') {
      const chair = event.data.capacities.some((one) => one.role === terms?.chair);
      votes.set(event.actor, { choice: event.data.choice, revision: event.data.revision, index, chair });
    }
    if (event.type === 'vote.withdrawn') votes.delete(event.actor);
    if (event.type === 'consult.answered') consulted.add(event.data.role);
    if (event.type === 'information.requested') information = true;
    if (event.type === 'information.provided') information = false;
    if (event.type === 'rejection.settled') settled = index;
  });
  if (terms === null) throw new Error('decided before it was submitted');
  return { terms: terms as Terms, hashes, madeAt, excluded, evidence, votes, consulted, information, settled };
}

holdsFor('rule 1: no approval without the whole quorum, role by role, held at the moment of the decision', (run) => {
  for (const { sent, index, data } of approvals(run)) {
    const { terms } = history(run.events.slice(0, index));
    const { assignments } = sent.command.roster;
    expect(data.policyHash).toBe(terms.policyHash);
    const quorum = data.envelope === undefined ? terms.quorum : (terms.lighterQuorum ?? []);
    expect(quorum.length).toBeGreaterThan(0);
    quorum.forEach((slot, at) => {
      const counted = data.counted.filter((one) => one.slot === at);
      expect(counted).toHaveLength(slot.count);
      for (const one of counted) {
        expect(slot.anyOf).toContain(one.role);
        const assignment = assignments.find((a) => a.id === one.assignment);
        expect(assignment).toMatchObject({ role: one.role, person: one.person });
        expect(one.countsFor).toBe(assignment?.onBehalfOf ?? one.person);
      }
    });
  }
});

holdsFor(
  'rule 1: no approval before the waiting times, the consulted, the evidence, the answers and the rejections',
  (run) => {
    for (const { sent, index, at, data } of approvals(run)) {
      const { terms, madeAt, evidence, votes, consulted, information, settled } = history(run.events.slice(0, index));
      expect(at - madeAt).toBeGreaterThanOrEqual(terms.minReviewMs);
      for (const { role, withinMs } of terms.consulted)
        expect(consulted.has(role) || at - madeAt >= withinMs).toBe(true);
      for (const demand of terms.evidence)
        expect(evidence.some((item) => item.kind === demand.kind || demand.accepts.includes(item.kind))).toBe(true);
      expect(information).toBe(false);
      const rejections = [...votes].filter(([, vote]) => vote.choice === 'reject');
      for (const [person, vote] of rejections) {
        const vetoRole = sent.command.roster.assignments.some(
          (a) => a.person === person && a.basis === 'holder' && terms.veto.includes(a.role),
        );
        expect(vetoRole).toBe(false);
        const chairAfter = [...votes.values()].some(
          (one) => one.chair && one.choice.startsWith('approve') && one.index > vote.index,
        );
        expect(settled > vote.index || chairAfter || everybodyVoted(sent.command.roster, terms, votes, run)).toBe(true);
      }
      const asked = [...votes.values()].some((vote) => vote.choice === 'approve_with_conditions');
      expect(data.outcome).toBe(asked ? 'approved_with_conditions' : 'approved');
      if (asked) expect(run.events.slice(0, index).some((event) => event.type === 'conditions.accepted')).toBe(true);
    }
  },
);

function everybodyVoted(roster: Roster, terms: Terms, votes: ReadonlyMap<string, unknown>, run: Run): boolean {
  const first = run.events[0];
  if (first?.type !== 'request.submitted') return false;
  const out = [first.data.requester, first.data.owner, first.data.submitter, ...roster.absent];
  return roster.assignments
    .filter((a) => a.basis === 'holder' && terms.quorum.some((slot) => slot.anyOf.includes(a.role)))
    .every((a) => votes.has(a.person) || out.includes(a.person));
}

holdsFor('rule 2: nobody decides on their own request, and one person counts once, in one role', (run) => {
  for (const event of run.events)
    if (event.type.startsWith('vote.') && run.events[0]?.type === 'request.submitted') {
      const { requester, owner, submitter } = run.events[0].data;
      expect([requester, owner, submitter]).not.toContain(event.actor);
    }
  for (const { index, data } of approvals(run)) {
    const { excluded, votes } = history(run.events.slice(0, index));
    const persons = data.counted.map((one) => one.person);
    const principals = data.counted.map((one) => one.countsFor);
    expect(new Set(persons).size).toBe(persons.length);
    expect(new Set(principals).size).toBe(principals.length);
    for (const person of [...persons, ...principals]) expect(excluded).not.toContain(person);
    // Whoever votes in person is not represented beside it; a recused person is not represented by a delegate.
    for (const one of data.counted)
      if (one.person !== one.countsFor) expect(['recuse', undefined]).toContain(votes.get(one.countsFor)?.choice);
  }
});

holdsFor('rule 3: only votes on the revision decided count; a material edit voids the others', (run) => {
  for (const { index, data } of approvals(run)) {
    const { hashes, votes } = history(run.events.slice(0, index));
    expect(hashes.at(-1)).toBe(data.revision);
    for (const { person } of data.counted) {
      expect(votes.get(person)?.choice).toMatch(/^approve/);
      expect(hashes).toContain(votes.get(person)?.revision);
    }
  }
  for (const { command, before, result } of run.sent)
    if (command.type === 'vote' && result.ok && before.status !== 'draft')
      expect(before.revision.equivalents).toContain(command.revision);
});

const PERMITTED_TYPES = new Set<string>(Object.keys(HIDDEN_FIELDS));

holdsFor('rule 4: every event fits one evidence entry and hides what it must; deciding again gives the same', (run) => {
  for (const { command, before, nowMs, result } of run.sent) {
    expect(decide(before, command, new Date(nowMs))).toEqual(result);
    if (!result.ok) continue;
    for (const event of result.events) {
      const json = JSON.stringify(event);
      expect(json.length * 3).toBeLessThan(48_000);
      expect(JSON.parse(json)).toEqual(event);
      expect(PERMITTED_TYPES.has(event.type)).toBe(true);
      expect(event.commandId).toBe(command.commandId);
      expect(event.schemaVersion).toBe(schemaVersionOf(event.type));
    }
  }
});

holdsFor('rule 5: events are only ever added, in time; the state is their fold', (run) => {
  expect(fold(run.events)).toEqual(run.state);
  const middle = Math.floor(run.events.length / 2);
  expect(fold(run.events.slice(middle), fold(run.events.slice(0, middle), DRAFT))).toEqual(run.state);
  const times = run.events.map((event) => Date.parse(event.at));
  expect(times).toEqual([...times].sort((a, b) => a - b));
  expect(run.state.version).toBe(run.events.length);
});

const REVIEW_ONLY =
  /^(vote|revision|consult|information|scope|meeting|conditions|rejection|decided|withdrawn|escalated)/;

holdsFor('rule 6: redelivered commands and timers have no second effect, and there is one decision at most', (run) => {
  run.sent.forEach(({ command, result, redelivery, before }, index) => {
    if (!redelivery) return;
    const tookEffect = before.seen.includes(command.commandId);
    if (tookEffect) expect(result).toMatchObject({ ok: false, reason: 'duplicate_command' });
    // The sweeper ran twice: the second time nothing is left to do. (Later, another roster may well lead to more.)
    if (command.commandId === `${run.sent[index - 1]?.command.commandId}-again`)
      expect(result.ok && result.events).toEqual([]);
  });
  expect(decisions(run).length).toBeLessThanOrEqual(1);
  const decidedAt = run.events.findIndex((event) => event.type === 'decided' || event.type === 'withdrawn');
  if (decidedAt !== -1)
    for (const event of run.events.slice(decidedAt + 1)) expect(event.type).not.toMatch(REVIEW_ONLY);
  const ids = run.sent
    .filter((one) => one.result.ok && one.result.events.length > 0)
    .map((one) => one.command.commandId);
  expect(new Set(ids).size).toBe(ids.length);
});

holdsFor('timers: an open request always has a deadline running, and never stays open for ever', (run) => {
  if (run.state.status === 'draft') return;
  const wanted = new Map(timersOf(run.state).map((timer) => [timer.kind, timer.dueAt.getTime()]));
  for (const [kind, dueAt] of run.timers) expect([kind, wanted.get(kind)]).toEqual([kind, dueAt.getTime()]);
  for (const [kind, dueMs] of wanted) expect(run.timers.has(kind) || run.fired.has(`${kind}@${dueMs}`)).toBe(true);
  if (isOpen(run.state)) expect(run.timers.has('deadline')).toBe(true);
  expect(isOpen(runOut(run, ROSTER, 400 * DAY))).toBe(false);
});

holdsFor('use cases: nothing is approved on a purpose that is missing, not in force, or another one', (run) => {
  for (const { sent, index } of approvals(run)) {
    const before = run.events.slice(0, index);
    const last = before.findLast((event) => event.type === 'request.submitted' || event.type === 'revision.made');
    if (last?.type !== 'request.submitted' && last?.type !== 'revision.made') throw new Error('no document');
    const { document } = last.data;
    if (document.kind !== 'deployment') continue;
    const { terms } = history(before);
    if (terms.useCaseDemanded) expect(document.useCase).toBeDefined();
    if (document.useCase === undefined) continue;
    const basis = sent.command.related?.find((one) => one.status !== 'draft' && one.shortId === document.useCase);
    if (basis === undefined || basis.status === 'draft') throw new Error('approved without its use case');
    expect(basis.document).toMatchObject({ kind: 'use-case', system: document.system, purpose: document.purpose });
    expect(basis).toMatchObject({ status: 'approved', suspension: null, revokedAtMs: null, closure: null });
    if (basis.document.kind !== 'use-case') throw new Error('no use case');
    expect(TIERS.indexOf(terms.tier)).toBeLessThanOrEqual(TIERS.indexOf(basis.terms.tier));
    for (const [key, yes] of Object.entries(document.answers)) if (yes) expect(basis.document.answers[key]).toBe(true);
    const allowed = basis.document.dataClasses;
    expect(document.dataClasses?.length).toBeGreaterThan(0);
    for (const one of document.dataClasses ?? []) expect(allowed).toContain(one.toLowerCase());
  }
});

holdsFor('envelopes: the lighter quorum decides only what is inside an envelope in force at that moment', (run) => {
  for (const { sent, index, at, data } of approvals(run)) {
    if (data.envelope === undefined) continue;
    const before = run.events.slice(0, index);
    const last = before.findLast((event) => event.type === 'request.submitted' || event.type === 'revision.made');
    if (last?.type !== 'request.submitted' && last?.type !== 'revision.made') throw new Error('no document');
    const { document } = last.data;
    const basis = sent.command.related?.find((one) => one.status !== 'draft' && one.shortId === data.envelope);
    if (document.kind !== 'deployment' || basis === undefined || basis.status === 'draft') throw new Error('no basis');
    expect(basis).toMatchObject({ status: 'approved', suspension: null, revokedAtMs: null, closure: null });
    const approved = basis.document;
    if (approved.kind !== 'deployment' || approved.envelope === undefined) throw new Error('no envelope');
    expect(approved.within).toBeUndefined();
    const { system, purpose, answers, environment, dataClasses, within, restsOn } = document;
    expect(run.state).toSatisfy(
      (now: RequestState) => now.status !== 'draft' && [now.owner, now.requester].includes(basis.owner),
    );
    expect(basis.supersededBy).toBeNull();
    for (const id of restsOn)
      expect(sent.command.related?.find((one) => one.status !== 'draft' && one.shortId === id)).toMatchObject({
        document: { kind: 'exception' },
        status: 'approved',
      });
    expect({ system, purpose, answers, restsOn }).toEqual({
      restsOn: approved.restsOn,
      system: approved.system,
      purpose: approved.purpose,
      answers: approved.answers,
    });
    expect(approved.envelope.environments).toContain(environment);
    for (const one of dataClasses ?? ['none stated']) expect(approved.dataClasses).toContain(one.toLowerCase());
    expect(within?.metrics['accuracy']).toBeGreaterThanOrEqual(0.92);
    expect(within?.metrics['false_positive_rate']).toBeLessThanOrEqual(0.1);
    // A timer that is late acts as of its own time, and looks at the envelope as it is when it runs.
    expect(Math.max(at, sent.nowMs)).toBeLessThanOrEqual(Date.parse(approved.envelope.until));
    expect(history(before).terms.tier).toBe(basis.terms.tier);
  }
});

holdsFor(
  'rules: what was voted on is what was put to the vote; one decision, no conditions, nobody undoes it',
  (run) => {
    const first = run.events[0];
    if (first?.type !== 'request.submitted' || first.data.document.kind !== 'policy') return;
    const types = run.events.map((event) => event.type);
    for (const type of ['revision.made', 'suspended', 'revoked', 'closed', 'renewed', 'deployed', 'breakglass.invoked'])
      expect(types).not.toContain(type);
    expect(run.state.status !== 'draft' && run.state.document).toEqual(first.data.document);
    for (const { data } of approvals(run)) {
      expect(data.outcome).toBe('approved');
      expect(data.validUntil).toBeNull();
      expect(new Set(data.counted.map((one) => one.person)).size).toBeGreaterThanOrEqual(3);
    }
  },
);

holdsFor('use cases: the gate never opens by one', (run) => {
  const { state } = run;
  if (state.status === 'draft' || state.document.kind !== 'use-case') return;
  const query = { system: state.document.system, version: '2.1', environment: 'production', digest: DIGEST };
  for (const days of [0, 20, 150]) expect(gate([state], query, new Date(run.nowMs + days * DAY)).allowed).toBe(false);
});

const isUseCase = (state: RequestState): boolean => state.status !== 'draft' && state.document.kind === 'use-case';

holdsFor('rule 10: the gate opens only for the approved thing, within its validity, not stopped', (run) => {
  const { state } = run;
  if (state.status === 'draft' || state.document.kind !== 'deployment') return;
  const { system, version, environment, digest } = state.document;
  for (const days of [0, 20, 150, 400]) {
    const at = run.nowMs + days * DAY;
    const answer = gate(
      [state, ...run.related.filter(isUseCase)],
      { system, version, environment, digest },
      new Date(at),
    );
    expect(
      gate([state], { system, version, environment, digest: `${DIGEST.slice(0, -1)}0` }, new Date(at)).allowed,
    ).toBe(false);
    if (!answer.allowed) continue;
    const types = run.events.map((event) => event.type);
    expect(types.includes('suspended') || types.includes('revoked') || types.includes('closed')).toBe(false);
    expect(at).toBeLessThanOrEqual(answer.until?.getTime() ?? 0);
    const decided = run.events.find((event) => event.type === 'decided');
    const glass = run.events.findIndex((event) => event.type === 'breakglass.invoked');
    if (decided?.type === 'decided') {
      expect(decided.data.outcome).toMatch(/^approved/);
      expect(at).toBeLessThanOrEqual(Date.parse(decided.data.validUntil ?? ''));
      for (const one of decided.data.conditions)
        if (one.phase === 'before_deployment' || Date.parse(one.dueAt) < at)
          expect(
            run.events.some((event) => event.type === 'condition.confirmed' && event.data.condition === one.id),
          ).toBe(true);
    } else {
      expect(glass).toBeGreaterThanOrEqual(0);
      expect(run.events.slice(glass).some((event) => event.type === 'revision.made' && event.data.material)).toBe(
        false,
      );
    }
  }
});

test('the random runs reach what they are meant to test', () => {
  const seen = new Map<string, number>();
  fc.assert(
    fc.property(scenario, (one) => {
      const run = play(one);
      if (one.kind === 'policy' && approvals(run).length > 0) seen.set('policy/approved', 1);
      if (approvals(run).some(({ data }) => data.envelope !== undefined)) seen.set('lighter', 1);
      const names = run.events.map((event) =>
        event.type === 'decided' ? `${event.data.outcome}/${event.data.cause}` : event.type,
      );
      const refused = run.sent.flatMap((sent) => (sent.result.ok ? [] : [sent.result.reason]));
      for (const name of new Set([...names, ...refused])) seen.set(name, (seen.get(name) ?? 0) + 1);
    }),
    { numRuns: 3_000, seed: 8 },
  );
  const wanted = [
    'approved/quorum',
    'approved_with_conditions/quorum',
    'rejected/veto',
    'rejected/unreachable',
    'expired/deadline',
    'revision.made',
    'vote.changed',
    'conditions.contradicted',
    'rejection.settled',
    'consult.lapsed',
    'escalated',
    'breakglass.invoked',
    'meeting.recorded',
    'old_revision',
    'self_approval',
    'role_missing',
    'duplicate_command',
    'already_voted',
    'spoken_for',
    'deadline_passed',
    'basis.checked',
    'outside_use_case',
    'policy/approved',
    'lighter',
  ];
  expect(wanted.filter((name) => !seen.has(name))).toEqual([]);
});
