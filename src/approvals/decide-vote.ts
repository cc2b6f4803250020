/** Voting, and settling a rejection. Every check of rules 1 to 3 for a single click stands here. */
import { canonicalJson } from './canonical.ts';
import type { Command } from './commands.ts';
import { CONDITIONS_MAX, uniteConditions } from './conditions.ts';
import { msOf, parseMoment } from './duration.ts';
import { openNow, textGiven } from './guards.ts';
import { emit, type Handled, type OpenRecorder, refuse } from './recorder.ts';
import { capacitiesOf, isExcluded, isRecused, votingRoles } from './seats.ts';
import { isBlank, isReference, isText, LIMITS, METRIC } from './text-limits.ts';
import type { Ballot, Capacity, ConditionProposal, Person } from './types.ts';

type CommandOf<T extends Command['type']> = Extract<Command, { type: T }>;

/** A vote by a click, or by confirming the minutes of a meeting. */
type Given = Ballot & { readonly meeting: number | null };

/** A click on a card: cast, or change what was cast. */
export function decideVote(recorder: OpenRecorder, command: CommandOf<'vote'>): Handled {
  const { revision, choice, reason, conflict, conditions, card } = command;
  return castVote(recorder, command.by, { revision, choice, reason, conflict, conditions, card, meeting: null });
}

/** The checks and the event of one vote. */
export function castVote(recorder: OpenRecorder, by: Person, ballot: Given): Handled {
  const { state, command } = recorder;
  const voter = mayVote(recorder, by, ballot.revision);
  if ('reason' in voter) return voter;
  const refused = ballotProblem(recorder, ballot);
  if (refused) return refused;
  const before = state.votes.find((vote) => vote.by === by);
  if (before && sameBallot(before, ballot)) return refuse('already_voted', before.choice);
  if (!before && state.votes.length >= LIMITS.voters) return refuse('request_full', String(LIMITS.voters));
  const data = { ...ballot, capacities: voter.capacities, roster: command.roster.ref };
  if (before) emit(recorder, 'vote.changed', { ...data, before: before.choice });
  else emit(recorder, 'vote.cast', data);
  return uniteConditions(recorder.state).length > CONDITIONS_MAX ? refuse('too_large', String(CONDITIONS_MAX)) : null;
}

function sameBallot(before: Pick<Given, 'choice' | 'reason' | 'conditions'>, ballot: Given): boolean {
  const key = ({ choice, reason, conditions }: Pick<Given, 'choice' | 'reason' | 'conditions'>) =>
    canonicalJson({ choice, reason, conditions });
  return key(before) === key(ballot);
}

/** The roles in which a person's vote on a revision would count now, or why it would not. */
export function mayVote(
  recorder: OpenRecorder,
  by: Person,
  revision: string,
): { readonly capacities: readonly Capacity[] } | NonNullable<Handled> {
  const { state, command } = recorder;
  const refused = openNow(recorder);
  if (refused) return refused;
  if (isExcluded(state, by)) return refuse('self_approval');
  if (isRecused(state, by)) return refuse('recused');
  if (!state.revision.equivalents.includes(revision)) return refuse('old_revision', String(state.revision.number));
  const roles = votingRoles(state.terms);
  const capacities = capacitiesOf(state, command.roster, by, roles);
  if (capacities.length === 0) return refuse('role_missing', ...roles);
  const taken = new Set(
    state.votes
      .filter((vote) => vote.by !== by && vote.choice !== 'recuse')
      .flatMap((vote) => [
        vote.by,
        ...vote.capacities.map((capacity) => capacity.countsFor).filter((one) => one !== vote.by),
      ]),
  );
  // A delegate may be second to vote for somebody; whoever is stood for may always vote in person.
  const free = capacities.filter(({ basis, countsFor }) => basis === 'holder' || !taken.has(countsFor));
  return free.length > 0 ? { capacities: free } : refuse('spoken_for', ...capacities.map((capacity) => capacity.role));
}

function ballotProblem({ state, nowMs }: OpenRecorder, ballot: Given): Handled {
  const { choice, reason, conflict, conditions } = ballot;
  // Rules are adopted as they stand, or not.
  if (choice === 'approve_with_conditions' && state.document.kind === 'policy') return refuse('wrong_kind', 'policy');
  const demanded = choice === 'reject' || choice === 'approve_with_conditions' || state.terms.reasonForEveryVote;
  const text = textGiven(reason, LIMITS.reason, demanded && choice !== 'recuse');
  if (text) return text;
  if (choice === 'recuse') {
    if (isBlank(conflict)) return refuse('conflict_required');
  } else if (conflict !== null) return refuse('invalid', 'conflict');
  if (conflict !== null && !isText(conflict, LIMITS.reason)) return refuse('invalid', 'conflict');
  if (ballot.card !== null && !/^[0-9a-f]{64}$/.test(ballot.card)) return refuse('invalid', 'card');
  if (choice !== 'approve_with_conditions') return conditions.length === 0 ? null : refuse('invalid', 'conditions');
  if (conditions.length === 0) return refuse('conditions_required');
  if (conditions.length > LIMITS.conditionsPerVote) return refuse('too_large', String(LIMITS.conditionsPerVote));
  return conditions.every((condition) => isSound(condition, nowMs)) ? null : refuse('invalid', 'conditions');
}

/** A condition somebody can keep: words, an owner, a date to come, the evidence wanted and a role that confirms it. */
function isSound(condition: ConditionProposal, nowMs: number): boolean {
  const { text, owner, dueAt, evidenceWanted, confirmRole, limit } = condition;
  const words = [text, owner, evidenceWanted, confirmRole].every((value) => !isBlank(value));
  const sizes =
    isText(text, LIMITS.conditionText) &&
    isText(evidenceWanted, LIMITS.conditionEvidence) &&
    isText(owner, LIMITS.id) &&
    isText(confirmRole, LIMITS.name);
  // Written in one form only, so that equal dates are equal texts.
  const due = isText(dueAt, 40) && parseMoment(dueAt) === dueAt && msOf(dueAt) > nowMs;
  return words && sizes && due && (limit === null || isSoundLimit(limit));
}

function isSoundLimit(limit: NonNullable<ConditionProposal['limit']>): boolean {
  if (!METRIC.test(limit.what)) return false;
  if ('value' in limit) return Number.isFinite(limit.value);
  return limit.values.length > 0 && limit.values.length <= 8 && limit.values.every((value) => isReference(value));
}

/** Takes one's own vote back. A recusal stays: a conflict of interest does not go away by a click. */
export function decideWithdrawVote(recorder: OpenRecorder, command: CommandOf<'withdraw_vote'>): Handled {
  const refused = openNow(recorder) ?? textGiven(command.reason, LIMITS.reason, false);
  if (refused) return refused;
  const { state } = recorder;
  if (isRecused(state, command.by)) return refuse('recused');
  const vote = state.votes.find((one) => one.by === command.by);
  if (!vote) return refuse('no_vote');
  if (!state.revision.equivalents.includes(command.revision))
    return refuse('old_revision', String(state.revision.number));
  emit(recorder, 'vote.withdrawn', { revision: vote.revision, before: vote.choice, reason: command.reason });
  return null;
}

/** The chair's role settles the rejections cast so far, with a reason; a later one has to be settled anew. */
export function decideSettle(recorder: OpenRecorder, command: CommandOf<'settle_rejection'>): Handled {
  const refused = openNow(recorder) ?? textGiven(command.reason, LIMITS.reason, true);
  if (refused) return refused;
  const { state } = recorder;
  const chair = chairOf(recorder, command.by);
  if ('reason' in chair) return chair;
  const rejectedBy = state.votes
    .filter((vote) => vote.choice === 'reject' && vote.seq > state.settledSeq)
    .map((vote) => vote.by);
  if (rejectedBy.length === 0) return refuse('no_rejection');
  emit(recorder, 'rejection.settled', { ...chair, reason: command.reason, rejectedBy });
  return null;
}

/** The chair's authority of a person; never of somebody who asked for the request or is recused. */
export function chairOf(
  { state, command }: OpenRecorder,
  by: Person,
): { readonly role: string; readonly assignment: string } | NonNullable<Handled> {
  if (isExcluded(state, by)) return refuse('self_approval');
  if (isRecused(state, by)) return refuse('recused');
  const capacity = capacitiesOf(state, command.roster, by, new Set([state.terms.chair]))[0];
  return capacity ? { role: capacity.role, assignment: capacity.assignment } : refuse('not_chair', state.terms.chair);
}
