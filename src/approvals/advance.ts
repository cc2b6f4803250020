/**
 * After each command: is it decided now? An approval needs the whole quorum and nothing that still blocks it; a veto
 * or a quorum that the votes made impossible ends it at once (rule 1).
 */
import { canonicalJson } from './canonical.ts';
import { contradictionsOf, controlConditions, uniteConditions } from './conditions.ts';
import { isoOf, msOf } from './duration.ts';
import { emit, type OpenRecorder } from './recorder.ts';
import { isGroupUnread } from './seats.ts';
import { quorumOf, type Tally, tally } from './tally.ts';
import { isOpen } from './timers.ts';
import type { Condition, Outcome, OutcomeCause, SubmittedState } from './types.ts';

/**
 * Draws the consequences of the standing votes as of `atMs` (the click, or the moment a timer was due). Emits at most
 * one decision; on a decided request it does nothing.
 */
export function advance(recorder: OpenRecorder, atMs: number): void {
  if (!isOpen(recorder.state)) return;
  const { roster } = recorder.command;
  const standing = tally(recorder.state, roster, atMs);
  if (standing.vetoedBy !== null) emitDecision(recorder, standing, { outcome: 'rejected', cause: 'veto' });
  else if (standing.reachable === 'not_by_votes') {
    // Final, so never by what Slack did not answer; the next command after it looks again.
    if (!isGroupUnread(roster)) emitDecision(recorder, standing, { outcome: 'rejected', cause: 'unreachable' });
  } else if (standing.reachable === 'not_by_roster') escalateUnfilled(recorder, standing);
  else if (standing.blockers.length === 0) approve(recorder, standing);
}

/** Said once for each set of open places: whoever can fill the roles is told, and the deadline runs on. */
function escalateUnfilled(recorder: OpenRecorder, { unfilled: missing }: Tally): void {
  const { state } = recorder;
  if (canonicalJson(missing) === canonicalJson(state.unfilled)) return;
  emit(recorder, 'escalated', { to: state.terms.escalation.to, cause: 'unfilled', missing }, 'service');
}

/** Everything but the conditions agrees: decide, or put the united conditions to the requester first. */
function approve(recorder: OpenRecorder, standing: Tally): void {
  const { state } = recorder;
  const between = contradictionsOf(state).slice(0, 20);
  const conditions = uniteConditions(state);
  const offered = state.offer !== null && canonicalJson(state.offer.conditions) === canonicalJson(conditions);
  if (between.length > 0) {
    if (!state.contradiction) emit(recorder, 'conditions.contradicted', { between }, 'service');
  } else if (conditions.length === 0) {
    emitDecision(recorder, standing, { outcome: 'approved', cause: 'quorum' });
  } else if (!offered) {
    emit(recorder, 'conditions.offered', { conditions }, 'service');
  } else if (state.offer?.answer === 'accepted') {
    emitDecision(recorder, standing, { outcome: 'approved_with_conditions', cause: 'quorum' }, conditions);
  }
}

/** When an approval given now ends: by the policy, the narrowed scope or the exception's own date, whichever is first; null for rules. */
function validUntil(state: SubmittedState, nowMs: number): number | null {
  const { terms, document } = state;
  const longest = nowMs + terms.maxDurationMs;
  if (document.kind === 'policy') return null;
  if (document.kind === 'exception') return Math.min(msOf(document.expiresAt), longest);
  const scopeEnd =
    document.kind === 'deployment' && document.scope?.until ? msOf(document.scope.until) : Number.POSITIVE_INFINITY;
  return Math.min(nowMs + terms.validityMs, longest, scopeEnd);
}

/** Says so where the lighter quorum decided, and by whose envelope. */
function lighterBy(state: SubmittedState): { readonly envelope?: string } {
  const lighter = state.terms.lighterQuorum !== undefined && quorumOf(state) === state.terms.lighterQuorum;
  return lighter && state.document.kind === 'deployment' && state.document.within !== undefined
    ? { envelope: state.document.within.request }
    : {};
}

/** Records the decision. Conditions accepted by the requester and an exception's controls go with an approval. */
export function emitDecision(
  recorder: OpenRecorder,
  standing: Tally,
  { outcome, cause }: { readonly outcome: Outcome; readonly cause: OutcomeCause },
  conditions: readonly Condition[] = [],
): void {
  const { state, nowMs, command } = recorder;
  const positive = outcome === 'approved' || outcome === 'approved_with_conditions';
  const untilMs = positive ? validUntil(state, nowMs) : null;
  emit(
    recorder,
    'decided',
    {
      outcome,
      cause,
      revision: state.revision.hash,
      policyHash: state.terms.policyHash,
      counted: standing.counted,
      ...(positive ? lighterBy(state) : {}),
      votes: state.votes.map(({ by, choice }) => ({ person: by, choice })),
      vetoedBy: standing.vetoedBy,
      conditions: positive ? [...conditions, ...controlConditions(state, conditions.length)] : [],
      validUntil: untilMs === null ? null : isoOf(untilMs),
      missing: positive ? [] : missingInWords(standing),
      informed: state.terms.informed,
      roster: command.roster.ref,
    },
    'service',
  );
}

/** What an undecided request still waited for, for the record of its end. */
function missingInWords(standing: Tally): readonly string[] {
  return standing.blockers.flatMap((blocker): readonly string[] => {
    if (blocker.code === 'quorum') return blocker.missing;
    if (blocker.code === 'evidence') return blocker.missing.map(({ demand, why }) => `${demand.title}: ${why}`);
    if (blocker.code === 'consulted') return blocker.waiting.map(({ role }) => `answer of ${role}`);
    return [blocker.code];
  });
}
