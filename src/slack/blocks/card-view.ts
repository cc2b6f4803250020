/** From a request's state to what its card and its modals show. Pure: names and roles come in. */
import { flawInWords } from '#src/approvals/basis.ts';
import type { Envelope } from '#src/approvals/document.ts';
import { purposeOf } from '#src/approvals/document-facts.ts';
import { boundLines, measureLines } from '#src/approvals/envelope-form.ts';
import { voteOffer } from '#src/approvals/offers.ts';
import { isExcluded, rolesOf } from '#src/approvals/seats.ts';
import { type Tally, tally } from '#src/approvals/tally.ts';
import type { Person, Roster, SubmittedState, Vote } from '#src/approvals/types.ts';
import { basisLines } from './basis-lines.ts';
import type { CardView } from './card.ts';
import { KIND_WORDS } from './kind-words.ts';
import { scopeLines } from './scope.ts';
import { dateToken, inline, mention } from './text.ts';
import type { VoteView } from './vote-form.ts';

/** What rendering needs beside the state. */
export type RenderContext = {
  readonly roster: Roster;
  readonly now: Date;
  /** Slack user id of a person; undefined after erasure. */
  readonly slackUser: (person: Person) => string | undefined;
  /** Log index of the decision's entry; null before it. */
  readonly decisionEntry: number | null;
  /** Another system of the inventory that the name looks like. */
  readonly alike: string | null;
};

/** "Deploy credit-scoring 2.1 to production" */
export function titleOf(state: SubmittedState): string {
  const d = state.document;
  if (d.kind === 'deployment') return `Deploy ${d.system} ${d.version} to ${d.environment}`;
  if (d.kind === 'use-case') return `Use case ${d.system}`;
  if (d.kind === 'policy') return `Approval policy: ${d.to.version} in place of ${d.from.version}`;
  return `Exception from ${d.deviatesFrom.join(', ')}${d.systems.length > 0 ? ` for ${d.systems.join(', ')}` : ''}`;
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
    title: titleOf(state),
    tier: state.terms.tier,
    // The rules that gave this tier; weaker ones that hold as well would only blur it.
    tierReasons: state.terms.tierReasons.filter((r) => r.tier === state.terms.tier).map((r) => r.because),
    askedBy: who(state.requester),
    owner: who(state.owner),
    revisionNumber: state.revision.number,
    decideBy: new Date(state.decideByMs),
    earliest: earliestOf(standing, context.now),
    purpose: purposeOf(d),
    evidenceHave: standing.evidence.length - missing.length,
    evidenceWanted: standing.evidence.length,
    evidenceMissing: missing.map(
      (m) => `${m.demand.title} ${WHY_MISSING[m.why ?? 'missing']} (${m.demand.serves.join(', ')})`,
    ),
    facts: [...alikeFact(context.alike), ...factsOf(state, who)],
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

function alikeFact(alike: string | null): readonly string[] {
  return alike === null
    ? []
    : [`⚠️ The name looks like *${inline(alike, 120)}*, which is another system of the inventory.`];
}

/** What a reader of the card has to know beside the votes. Mentions are ready; texts are still raw. */
function factsOf(state: SubmittedState, who: (person: Person) => string): readonly string[] {
  const facts: string[] = [];
  const emergency = state.breakGlass;
  if (emergency && !emergency.ended && state.decision === null)
    facts.push(
      `🚨 *Emergency deployment* by ${who(emergency.by)} (${emergency.role}), permitted until ${dateToken(new Date(emergency.untilMs))}. This is its review.`,
    );
  else if (emergency && state.decision === null)
    facts.push('🚨 The emergency permission is over; the review goes on, and the gate says no until it is approved.');
  const stopped = state.suspension !== null && state.decision === null;
  if (stopped) facts.push('⚠️ *Suspended*; it may not run.');
  if (state.decision !== null) return facts;
  if (state.offer !== null && state.offer.answer === null)
    facts.push(
      `${state.offer.conditions.length === 1 ? 'One condition is' : `${state.offer.conditions.length} conditions are`} with ${who(state.requester)} for an answer.`,
    );
  if (state.offer?.answer === 'declined') facts.push(`${who(state.requester)} declined the conditions.`);
  if (state.contradiction) facts.push('Two voters asked for conditions that contradict each other.');
  facts.push(...basisFacts(state), ...policyFacts(state));
  const proposals = state.proposals.filter((proposal) => proposal.status === 'open').length;
  if (proposals > 0) facts.push(`A narrower scope is proposed; ${who(state.requester)} has to answer.`);
  for (const meeting of state.meetings) {
    if (!state.revision.equivalents.includes(meeting.revision)) continue;
    const open = meeting.votes.filter((vote) => !meeting.confirmed.includes(vote.person));
    if (open.length > 0)
      facts.push(
        `Meeting of ${meeting.heldOn.slice(0, 10)}: ${open.map((vote) => who(vote.person)).join(', ')} still have to confirm.`,
      );
  }
  if (state.escalatedAtMs !== null || state.unfilled.length > 0)
    facts.push(`Escalated to ${state.terms.escalation.to}; deputies may act.`);
  return facts;
}

/** What a deployment rests on, and whether it carries it. One that was never checked carries nothing. */
function basisFacts({ document, basis, terms }: SubmittedState): readonly string[] {
  if (document.kind !== 'deployment') return [];
  const unknown = (id: string | undefined) => (id === undefined ? [] : [{ code: 'unknown', what: id } as const]);
  const unchecked = { useCase: unknown(document.useCase), envelope: unknown(document.within?.request) };
  return basisLines(document, basis ?? unchecked, terms);
}

/** Characters of a card's section that a difference may take. */
const CHANGES_CHARS_MAX = 2_000;

/** What a new policy changes; as much as a card holds, the rest is behind "Details". */
function policyFacts({ document }: SubmittedState): readonly string[] {
  if (document.kind !== 'policy') return [];
  const lines: string[] = [];
  let chars = 0;
  for (const change of document.changes) {
    const line = `• ${inline(change, 240)}`;
    chars += line.length;
    if (chars > CHANGES_CHARS_MAX)
      return [...lines, `and ${document.changes.length - lines.length} more behind "Details".`];
    lines.push(line);
  }
  return [...lines, 'No open request would be left without a quorum that can be reached.'];
}

/** Why a piece of evidence does not count, in words. */
const WHY_MISSING: Readonly<Record<string, string>> = {
  missing: 'missing',
  undated: 'without a usable date',
  too_old: 'too old',
  before_last_change: 'older than the last change',
  not_captured: 'only linked; this tier wants the file: the requester adds it with Edit',
  not_attested: 'waits for somebody of another side to stand for it (More, Stand for a file)',
};

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
      case 'use_case':
        return [`a use case that carries it (${blocker.flaws.map(flawInWords).join('; ')})`];
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
  // Reasons of those whose votes made it so.
  const rejected = decision.outcome === 'rejected';
  const reasons = state.votes
    .filter((v) => (rejected ? v.choice === 'reject' : v.choice.startsWith('approve')))
    .map((v) => v.reason)
    .filter((r): r is string => r !== null && r.length > 0);
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
  const { stopped } = KIND_WORDS[state.document.kind];
  switch (state.status) {
    case 'suspended':
      return `Suspended${state.suspension?.incident ? ` (${state.suspension.incident})` : ''}; ${stopped}.`;
    case 'revoked':
      return `Revoked; ${stopped} any more.`;
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
  const offer = voteOffer(state, person, context.roster, context.now);
  const own = state.votes.find((v) => v.by === person);
  const blocked: string[] = [];
  if (isExcluded(state, person))
    blocked.push(
      `You ${KIND_WORDS[state.document.kind].yours('this')}, so you cannot vote on it (separation of duties, POL-5.1).`,
    );
  else if (!offer.ok)
    blocked.push(
      `Your vote would not count (${offer.reason.replace(/_/g, ' ')}). Waiting for: ${view.needed.join('; ')}.`,
    );
  const reasons = state.terms.tierReasons.map(
    (r) => `${r.because}${r.refs.length > 0 ? ` (${r.refs.join(', ')})` : ''}`,
  );
  const tierName = `${view.tier.slice(0, 1).toUpperCase()}${view.tier.slice(1)}`;
  return {
    requestId: state.id,
    revision: state.revision.hash,
    shortId: state.shortId,
    title: view.title,
    facts: [
      `${tierName} tier${reasons.length > 0 ? `: ${reasons.join(', ')}` : ''}`,
      view.purpose,
      ...detailFacts(state),
      ...(view.evidenceMissing.length > 0 ? [`Evidence missing: ${view.evidenceMissing.join(', ')}`] : []),
      ...(view.needed.length > 0 ? [`Still needed: ${view.needed.join('; ')}`] : []),
    ],
    evidence: state.document.evidence.map((e) => ({ title: e.title || e.kind, url: e.url })),
    role: offer.ok ? offer.role : null,
    standsFor: offer.ok && offer.countsFor !== person ? mention(context.slackUser(offer.countsFor)) : null,
    blocked,
    own: own === undefined ? null : own.choice.replace(/_/g, ' '),
    reasonDemanded: state.terms.reasonForEveryVote,
    confirmRoles: [...rolesOf(state.terms)].sort(),
    phases: KIND_WORDS[state.document.kind].phases,
  };
}

/** The request's own facts, one a line. */
export function detailFacts(state: SubmittedState): readonly string[] {
  const d = state.document;
  const answered = (wanted: boolean) =>
    Object.entries(d.answers)
      .filter(([, value]) => value === wanted)
      .map(([key]) => keyWords(key).toLowerCase())
      .sort();
  const answers = [
    ...(answered(true).length > 0 ? [`Answered yes: ${answered(true).join(', ')}`] : []),
    ...(answered(false).length > 0 ? [`Answered no: ${answered(false).join(', ')}`] : []),
  ];
  if (d.kind === 'deployment')
    return [
      `System ${d.system}, version ${d.version}, environment ${d.environment}`,
      d.digest,
      ...answers,
      ...(d.dataClasses === undefined ? [] : [`Data: ${d.dataClasses.join(', ')}`]),
      ...(d.useCase === undefined ? [] : [`Use case ${d.useCase}`]),
      ...(d.within === undefined
        ? []
        : [`Claims the envelope of ${d.within.request}: ${measureLines(d.within.metrics).join(', ')}`]),
      ...(d.envelope === undefined ? [] : [envelopeLine(d.envelope)]),
      ...(d.scope === null ? [] : [`Scope: ${scopeLines(d.scope).join('; ')}`]),
      ...(d.restsOn.length === 0 ? [] : [`Rests on ${d.restsOn.join(', ')}`]),
      ...(d.lastChange === null ? [] : [`Last significant change ${d.lastChange.slice(0, 10)}`]),
    ];
  if (d.kind === 'use-case')
    return [`System ${d.system}`, `Affected: ${d.affected}`, `Data: ${d.dataClasses.join(', ')}`, ...answers];
  if (d.kind === 'policy')
    return [
      `${d.from.sha256.slice(0, 16)}… becomes ${d.to.sha256.slice(0, 16)}…`,
      ...d.changes.map((change) => `• ${change}`),
    ];
  return [
    `Deviates from ${d.deviatesFrom.join(', ')}`,
    `Systems ${d.systems.join(', ') || 'all'}; environments ${d.environments.join(', ') || 'all'}`,
    ...(d.teams.length === 0 ? [] : [`Teams ${d.teams.join(', ')}`]),
    ...d.compensatingControls.map((c) => `Instead: ${c.text} (due ${c.dueAt.slice(0, 10)})`),
    `Plan: ${d.remediationPlan}`,
    `Residual risk ${d.residualRisk.level}: ${d.residualRisk.text}`,
    `Ends ${d.expiresAt.slice(0, 10)}`,
    ...answers,
  ];
}

/** The bounds that later versions may stay in. */
function envelopeLine({ metrics, environments, until }: Envelope): string {
  return `Envelope for later versions: ${boundLines(metrics).join(', ')}; in ${environments.join(', ')}; until ${until.slice(0, 10)}`;
}

/** `personalData` as a reader says it: "Personal data". */
function keyWords(key: string): string {
  const words = key.replace(/([A-Z])/g, ' $1').toLowerCase();
  return `${words.slice(0, 1).toUpperCase()}${words.slice(1)}`;
}
