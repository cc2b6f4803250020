/** From a request's state to what its card and its modals show. Pure: names and roles come in. */
import { capacitiesOf, isExcluded, votingRoles } from '#src/approvals/seats.ts';
import { type Tally, tally } from '#src/approvals/tally.ts';
import type { Person, Roster, SubmittedState, Vote } from '#src/approvals/types.ts';
import type { CardView } from './card.ts';
import type { VoteView } from './forms.ts';
import { mention } from './text.ts';

/** What rendering needs beside the state. */
export type RenderContext = {
  readonly roster: Roster;
  readonly now: Date;
  /** Slack user id of a person; undefined after erasure. */
  readonly slackUser: (person: Person) => string | undefined;
  /** Log index of the decision's entry; null before it. */
  readonly decisionEntry: number | null;
};

/** "Deploy credit-scoring 2.1 to production" */
export function titleOf(state: SubmittedState): string {
  const d = state.document;
  if (d.kind === 'deployment') return `Deploy ${d.system} ${d.version} to ${d.environment}`;
  return `Exception from ${d.deviatesFrom.join(', ')} for ${d.systems.join(', ')}`;
}

/** The card of a request at a moment. */
export function cardView(state: SubmittedState, context: RenderContext): CardView {
  const who = (person: Person) => mention(context.slackUser(person));
  const standing = tally(state, context.roster, context.now.getTime());
  const missing = standing.evidence.filter((e) => e.why !== null);
  const d = state.document;
  return {
    requestId: state.id,
    revision: state.revision.hash,
    shortId: state.shortId,
    kind: d.kind,
    title: titleOf(state),
    tier: state.terms.tier,
    tierReasons: state.terms.tierReasons.map((r) => r.because),
    askedBy: who(state.requester),
    owner: who(state.owner),
    revisionNumber: state.revision.number,
    decideBy: new Date(state.decideByMs),
    earliest: earliestOf(standing, context.now),
    purpose: d.kind === 'deployment' ? d.purpose : d.circumstances,
    evidenceHave: standing.evidence.length - missing.length,
    evidenceWanted: standing.evidence.length,
    evidenceMissing: missing.map((m) => `${m.demand.title} (${m.demand.serves.join(', ')})`),
    facts: [],
    needed: neededOf(state, standing),
    votes: state.votes.map((vote) => ({
      who: who(vote.by),
      role: roleOfVote(vote, standing),
      choice: vote.choice,
      reason: vote.reason,
    })),
    consulted: consultedLines(state, standing, who),
    decision: decisionOf(state, context, who),
    status: state.status,
    standing: standingOf(state),
  };
}

function earliestOf(standing: Tally, now: Date): Date | null {
  const untils = standing.blockers.flatMap((b) => {
    if (b.code === 'minimum_review') return [b.untilMs];
    return [];
  });
  const latest = Math.max(0, ...untils);
  return latest > now.getTime() ? new Date(latest) : null;
}

function neededOf(state: SubmittedState, standing: Tally): readonly string[] {
  if (state.decision !== null) return [];
  return standing.blockers.flatMap((blocker) => {
    switch (blocker.code) {
      case 'quorum':
        return blocker.missing;
      case 'evidence':
        return [`evidence: ${blocker.missing.map((m) => m.demand.title).join(', ')}`];
      case 'information':
        return ['an answer of the requester'];
      case 'rejection':
        return [`the chair (${blocker.chair}) or the full vote, because of a rejection`];
      case 'minimum_review':
        return ['the minimum review period'];
      default:
        return [];
    }
  });
}

function roleOfVote(vote: Vote, standing: Tally): string {
  return standing.counted.find((c) => c.person === vote.by)?.role ?? vote.capacities[0]?.role ?? '';
}

function consultedLines(state: SubmittedState, standing: Tally, who: (p: Person) => string): readonly string[] {
  const answered = state.consults.map((c) => `*Consulted:* ${c.role}: ${c.stance} (${who(c.by)})`);
  const waiting = standing.blockers.flatMap((b) => (b.code === 'consulted' ? b.waiting : []));
  if (waiting.length === 0) return answered;
  const times = waiting.map(
    (w) =>
      `${w.role} until <!date^${Math.floor(w.untilMs / 1000)}^{date_short_pretty} {time}|${new Date(w.untilMs).toISOString()}>`,
  );
  return [...answered, `*Consulted, not answered yet:* ${times.join(', ')}`];
}

function decisionOf(state: SubmittedState, context: RenderContext, who: (p: Person) => string): CardView['decision'] {
  const decision = state.decision;
  if (decision === null) return null;
  const reasons = state.votes.map((v) => v.reason).filter((r): r is string => r !== null && r.length > 0);
  return {
    outcome: decision.outcome,
    at: new Date(decision.atMs),
    by:
      decision.vetoedBy !== null
        ? [{ who: who(decision.vetoedBy), role: 'veto' }]
        : decision.counted.map((c) => ({ who: who(c.person), role: c.role })),
    why: reasons
      .slice(0, 3)
      .map((r) => `“${r}”`)
      .join('  '),
    conditions: state.conditions.map((c) => ({
      text: c.text,
      owner: who(c.owner),
      due: new Date(c.dueAtMs),
      status: c.status === 'confirmed' ? 'confirmed' : c.overdue ? 'overdue' : 'open',
    })),
    validUntil: decision.validUntilMs === null ? null : new Date(decision.validUntilMs),
    entry: context.decisionEntry,
  };
}

function standingOf(state: SubmittedState): string | null {
  switch (state.status) {
    case 'suspended':
      return `Suspended${state.suspension?.incident ? ` (${state.suspension.incident})` : ''}; it may not be deployed.`;
    case 'revoked':
      return 'Revoked; it may not be deployed any more.';
    case 'superseded':
      return 'Superseded by a later approval; it stays deployable for rollback until its validity ends.';
    case 'closed':
      return 'Closed.';
    case 'renewed':
      return 'Renewed by a later decision.';
    default:
      return null;
  }
}

/** What somebody may do on a request now, for "Review and vote". */
export function voteView(state: SubmittedState, person: Person, context: RenderContext): VoteView {
  const view = cardView(state, context);
  const capacities = capacitiesOf(state, context.roster, person, votingRoles(state.terms));
  const own = state.votes.find((v) => v.by === person);
  const blocked: string[] = [];
  if (isExcluded(state, person))
    blocked.push('You asked for this or own the system, so you cannot vote on it (separation of duties).');
  else if (capacities.length === 0)
    blocked.push(`Your roles do not decide on this request. Waiting for: ${view.needed.join('; ')}.`);
  if (own) blocked.push(`Your present vote: ${own.choice.replace(/_/g, ' ')}. Sending again changes it.`);
  return {
    shortId: state.shortId,
    title: view.title,
    facts: [
      `${view.tier} tier${view.tierReasons.length > 0 ? `: ${view.tierReasons.join(', ')}` : ''}`,
      view.purpose,
      ...detailFacts(state),
      ...(view.needed.length > 0 ? [`Still needed: ${view.needed.join('; ')}`] : []),
    ],
    evidence: state.document.evidence.map((e) => ({ title: e.title || e.kind, url: e.url })),
    role: capacities[0]?.role ?? null,
    blocked,
    reasonDemanded: state.terms.reasonForEveryVote,
    choices: ['approve', 'approve_with_conditions', 'reject', 'abstain', 'recuse'],
  };
}

/** The request's own facts, one a line. */
export function detailFacts(state: SubmittedState): readonly string[] {
  const d = state.document;
  const answers = Object.entries(d.answers).map(([key, value]) => `${key}: ${value ? 'yes' : 'no'}`);
  if (d.kind === 'deployment')
    return [`System ${d.system}, version ${d.version}, environment ${d.environment}`, d.digest, ...answers];
  return [
    `Deviates from ${d.deviatesFrom.join(', ')}`,
    `Systems ${d.systems.join(', ')}; environments ${d.environments.join(', ')}`,
    ...d.compensatingControls.map((c) => `Instead: ${c.text} (due ${c.dueAt.slice(0, 10)})`),
    `Plan: ${d.remediationPlan}`,
    `Residual risk ${d.residualRisk.level}: ${d.residualRisk.text}`,
    `Ends ${d.expiresAt.slice(0, 10)}`,
    ...answers,
  ];
}
