/** From a request's state to what its card shows. Pure: names and roles come in. */
import { flawsInWords } from '#src/approvals/basis.ts';
import { purposeOf } from '#src/approvals/document-facts.ts';
import { type Tally, tally } from '#src/approvals/tally.ts';
import type { Person, Roster, SubmittedState, Vote } from '#src/approvals/types.ts';
import type { Compared } from '#src/delivery/requests/likeness.ts';
import { type CardView, tierWord } from './card.ts';
import { alikeFact, factsOf, likeFacts } from './card-facts.ts';
import { type EvidenceContext, evidenceLines } from './evidence-lines.ts';
import { KIND_WORDS } from './kind-words.ts';
import { titleOf } from './request-facts.ts';
import { mention } from './text.ts';

/** What rendering needs beside the state. */
export type RenderContext = EvidenceContext & {
  readonly roster: Roster;
  readonly now: Date;
  /** Slack user id of a person; undefined after erasure. */
  readonly slackUser: (person: Person) => string | undefined;
  /** Log index of the decision's entry; null before it. */
  readonly decisionEntry: number | null;
  /** Another system of the inventory that the name looks like. */
  readonly alike: string | null;
  /** How it differs from the request from which it was filled in; null where it was not. */
  readonly like: Compared | null;
  /** Of a vote on the rules: what has become of them. */
  readonly rules: string | null;
};

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
    tier: d.kind === 'policy' ? 'Change of the rules' : tierWord(state.terms.tier),
    // The rules that gave this tier; weaker ones that hold as well would only blur it.
    tierReasons: state.terms.tierReasons.filter((r) => r.tier === state.terms.tier).map((r) => r.because),
    askedBy: who(state.requester),
    owner: who(state.owner),
    revisionNumber: state.revision.number,
    decideBy: new Date(state.decideByMs),
    earliest: earliestOf(standing, context.now),
    purpose: purposeOf(d),
    evidenceHave: standing.evidence.length - missing.length,
    evidenceWanted: d.kind === 'policy' ? null : standing.evidence.length,
    evidence: evidenceLines(state, standing.evidence, context),
    facts: [
      ...(state.decision === null ? [...alikeFact(context.alike), ...likeFacts(context.like)] : []),
      ...factsOf(state, who),
    ],
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
    standing: context.rules ?? standingOf(state),
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
        return [`evidence (${blocker.missing.length} of ${standing.evidence.length} missing)`];
      case 'use_case':
        return [`a use case that carries it (${flawsInWords(blocker.flaws, state.document).join('; ')})`];
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
