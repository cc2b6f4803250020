/**
 * Whether one request permits anything by itself now, and why not: what the gate, the use case, the envelope and the
 * record of a deployment ask alike. Pure.
 */
import { minuteOf } from './duration.ts';
import { isApproved } from './timers.ts';
import type { SubmittedState } from './types.ts';

/** Why the gate says yes (the first three) or no. */
type GateCode =
  | 'approved'
  | 'superseded_but_valid'
  | 'break_glass'
  | 'unknown_system'
  | 'unknown_version'
  | 'wrong_digest'
  | 'wrong_environment'
  | 'not_decided'
  | 'refused'
  | 'rejected'
  | 'withdrawn'
  | 'expired'
  | 'suspended'
  | 'revoked'
  | 'closed'
  | 'condition_open'
  | 'condition_overdue'
  | 'control_overdue'
  | 'exception_missing'
  | 'exception_not_in_force'
  | 'alias_changed'
  | 'alias_overdue'
  | 'use_case_stopped'
  | 'use_case_exceeded';
export type GateReason = {
  readonly code: GateCode;
  readonly words: string;
  /** What to do about a no, where and with which words; null for a yes. */
  readonly next: string | null;
};

/** A reason for a no. */
export const no = (code: GateCode, words: string, next: string): GateReason => ({ code, words, next });

/** How to look at a request. */
export const lookAt = (shortId: string): string => `Who has to do what: /governance show ${shortId}`;

/** How to ask for the same thing anew. */
export function askAnew({ shortId, document }: Pick<SubmittedState, 'shortId' | 'document'>): string {
  const form = document.kind === 'deployment' ? 'deploy' : document.kind;
  return `Ask in Slack: /governance ${form} like ${shortId}`;
}

const decideAnew = (shortId: string): string => `A fresh decision starts it again: /governance reinstate ${shortId}`;
const renew = (shortId: string): string => `Have it decided anew: /governance renew ${shortId}`;

/** Why one request by itself permits nothing now; empty when it does. Exceptions it rests on are `gate`'s matter. */
export function ownReasons(state: SubmittedState, nowMs: number): readonly GateReason[] {
  const { shortId, suspension } = state;
  const reasons: GateReason[] = [];
  if (suspension)
    reasons.push(no('suspended', `${shortId} is suspended since ${minuteOf(suspension.atMs)}`, decideAnew(shortId)));
  if (isBreakGlassLive(state, nowMs)) return reasons;
  const undecided = decisionReason(state, nowMs);
  if (undecided) return [...reasons, undecided];
  for (const condition of state.conditions) {
    if (condition.status === 'confirmed') continue;
    const { id, source } = condition;
    const overdue = condition.overdue || condition.dueAtMs < nowMs;
    const due = minuteOf(condition.dueAtMs);
    const meet = `Give evidence and have it confirmed: /governance evidence ${shortId}, /governance confirm ${shortId}`;
    if (overdue && source === 'compensating_control')
      reasons.push(no('control_overdue', `${shortId}: compensating control ${id} was due ${due}`, meet));
    else if (overdue) reasons.push(no('condition_overdue', `${shortId}: condition ${id} was due ${due}`, meet));
    else if (condition.phase === 'before_deployment')
      reasons.push(no('condition_open', `${shortId}: condition ${id} must be confirmed before deployment`, meet));
  }
  return reasons;
}

/** An emergency permission is valid for hours, and only while no review has ended it. */
export function isBreakGlassLive(state: SubmittedState, nowMs: number): boolean {
  return (
    state.breakGlass !== null && !state.breakGlass.ended && nowMs < state.breakGlass.untilMs && state.decision === null
  );
}

function decisionReason(state: SubmittedState, nowMs: number): GateReason | null {
  const { shortId, status, decision } = state;
  if (status === 'refused')
    return no(
      'refused',
      `${shortId} was refused at submission as a prohibited use`,
      `What makes it one: /governance show ${shortId}`,
    );
  if (status === 'withdrawn') return no('withdrawn', `${shortId} was withdrawn`, askAnew(state));
  if (state.breakGlass && !decision)
    return no('expired', `${shortId}: the emergency permission is over; its review is open`, lookAt(shortId));
  if (!decision) return no('not_decided', `${shortId} is not decided yet`, lookAt(shortId));
  if (decision.outcome === 'rejected')
    return no('rejected', `${shortId} was rejected`, `Why: /governance show ${shortId}`);
  if (decision.outcome === 'expired')
    return no('expired', `${shortId} was not decided before its deadline`, askAnew(state));
  if (state.revokedAtMs !== null) return no('revoked', `${shortId} was revoked`, askAnew(state));
  const until = decision.validUntilMs ?? 0;
  // The timer may be late; the time itself decides.
  if (nowMs > until || state.closure?.reason === 'validity_ended')
    return no('expired', `${shortId} was valid until ${minuteOf(until)}`, renew(shortId));
  if (!isApproved(state)) return no('closed', `${shortId} was closed`, askAnew(state));
  return null;
}

/** Requests by their id and by their short id. */
export function byEitherId(states: readonly SubmittedState[]): ReadonlyMap<string, SubmittedState> {
  return new Map(states.flatMap((state) => [[state.id, state] as const, [state.shortId, state] as const]));
}

/** The request of an id, or the one that renewed it. */
export function renewed(id: string, byId: ReadonlyMap<string, SubmittedState>): SubmittedState | undefined {
  const seen = new Set<string>();
  let found = byId.get(id);
  while (found?.renewedBy && !seen.has(found.id)) {
    seen.add(found.id);
    found = byId.get(found.renewedBy);
  }
  return found;
}

/** Why an exception does not carry a deployment; a renewed one is followed to the one that renewed it. */
export function exceptionReasons(
  id: string,
  deployment: Pick<SubmittedState, 'shortId' | 'document'>,
  byId: ReadonlyMap<string, SubmittedState>,
  nowMs: number,
): readonly GateReason[] {
  const exception = renewed(id, byId);
  if (exception?.document.kind !== 'exception')
    return [
      no(
        'exception_missing',
        `${deployment.shortId} rests on the exception ${id}, which does not exist`,
        lookAt(deployment.shortId),
      ),
    ];
  const { shortId, document } = exception;
  const own = ownReasons(exception, nowMs);
  if (own.length > 0)
    return own.map(({ words, next }) => ({
      code: 'exception_not_in_force',
      words: `${deployment.shortId} rests on an exception: ${words}`,
      next,
    }));
  const { document: about } = deployment;
  if (about.kind !== 'deployment') return [];
  // An exception reaches as far as its scope says; an empty list says every system, every environment.
  const covered =
    (document.systems.length === 0 || document.systems.includes(about.system)) &&
    (document.environments.length === 0 || document.environments.includes(about.environment));
  return covered
    ? []
    : [
        no(
          'exception_not_in_force',
          `${shortId} does not cover ${about.system} in ${about.environment}`,
          askAnew(exception),
        ),
      ];
}
