/**
 * The gate (rule 10): may this version with this digest run in this environment now? Closed by default; each no carries
 * every reason, in words that a pipeline's log can show.
 */
import { isoOf } from './duration.ts';
import { isApproved } from './timers.ts';
import type { RequestState, SubmittedState } from './types.ts';

export type GateQuery = {
  readonly system: string;
  readonly version: string;
  /** `sha256:<64 hex>`. */
  readonly digest: string;
  readonly environment: string;
};

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
  | 'use_case_stopped';
export type GateReason = { readonly code: GateCode; readonly words: string };

export type GateAnswer = {
  readonly allowed: boolean;
  /** The request that permits it, or that comes nearest to it; null where there is none. */
  readonly request: { readonly id: string; readonly shortId: string } | null;
  /** When the permission ends; null for a no. */
  readonly until: Date | null;
  readonly reasons: readonly [GateReason, ...GateReason[]];
};

const no = (code: GateCode, words: string): GateReason => ({ code, words });

/** Why one request by itself permits nothing now; empty when it does. Exceptions it rests on are `gate`'s matter. */
export function ownReasons(state: SubmittedState, nowMs: number): readonly GateReason[] {
  const { shortId, suspension } = state;
  const reasons: GateReason[] = [];
  if (suspension) reasons.push(no('suspended', `${shortId} is suspended since ${isoOf(suspension.atMs)}`));
  if (isBreakGlassLive(state, nowMs)) return reasons;
  const undecided = decisionReason(state, nowMs);
  if (undecided) return [...reasons, undecided];
  for (const condition of state.conditions) {
    if (condition.status === 'confirmed') continue;
    const { id, source } = condition;
    const overdue = condition.overdue || condition.dueAtMs < nowMs;
    const due = isoOf(condition.dueAtMs);
    if (overdue && source === 'compensating_control')
      reasons.push(no('control_overdue', `${shortId}: compensating control ${id} was due ${due}`));
    else if (overdue) reasons.push(no('condition_overdue', `${shortId}: condition ${id} was due ${due}`));
    else if (condition.phase === 'before_deployment')
      reasons.push(no('condition_open', `${shortId}: condition ${id} must be confirmed before deployment`));
  }
  return reasons;
}

/** An emergency permission is valid for hours, and only while no review has ended it. */
function isBreakGlassLive(state: SubmittedState, nowMs: number): boolean {
  return (
    state.breakGlass !== null && !state.breakGlass.ended && nowMs < state.breakGlass.untilMs && state.decision === null
  );
}

function decisionReason(state: SubmittedState, nowMs: number): GateReason | null {
  const { shortId, status, decision } = state;
  if (status === 'refused') return no('refused', `${shortId} was refused at submission as a prohibited use`);
  if (status === 'withdrawn') return no('withdrawn', `${shortId} was withdrawn`);
  if (state.breakGlass && !decision)
    return no('expired', `${shortId}: the emergency permission is over; its review is open`);
  if (!decision) return no('not_decided', `${shortId} is not decided yet`);
  if (decision.outcome === 'rejected') return no('rejected', `${shortId} was rejected`);
  if (decision.outcome === 'expired') return no('expired', `${shortId} was not decided before its deadline`);
  if (state.revokedAtMs !== null) return no('revoked', `${shortId} was revoked`);
  const until = decision.validUntilMs ?? 0;
  // The timer may be late; the time itself decides.
  if (nowMs > until || state.closure?.reason === 'validity_ended')
    return no('expired', `${shortId} was valid until ${isoOf(until)}`);
  if (!isApproved(state)) return no('closed', `${shortId} was closed`);
  return null;
}

/** Requests by their id and by their short id. */
export function byEitherId(states: readonly SubmittedState[]): ReadonlyMap<string, SubmittedState> {
  return new Map(states.flatMap((state) => [[state.id, state] as const, [state.shortId, state] as const]));
}

/**
 * Answers for the given requests (all kinds; drafts are ignored). The best matching request permits; without one, the
 * reasons of the nearest are given.
 */
export function gate(states: readonly RequestState[], query: GateQuery, now: Date): GateAnswer {
  const nowMs = now.getTime();
  const submitted = states.filter((state): state is SubmittedState => state.status !== 'draft');
  const byId = byEitherId(submitted);
  const judged = submitted
    .filter((state) => state.document.kind === 'deployment' && state.document.system === query.system)
    .map((state) => ({ state, ...judge(state, query, byId, nowMs) }))
    .sort(
      (a, b) =>
        a.distance - b.distance || a.reasons.length - b.reasons.length || b.state.submittedAtMs - a.state.submittedAtMs,
    );
  const best = judged[0];
  if (!best) return closed(null, [no('unknown_system', `No request names the system ${query.system}`)]);
  if (best.reasons.length > 0) return closed(best.state, best.reasons);
  const stopped = stoppedTwin(submitted, best.state, query);
  if (stopped !== null) return closed(best.state, [stopped]);
  return opened(best.state, nowMs);
}

/**
 * A request for the same artefact and environment that was revoked or is suspended: what was stopped is not opened by
 * another paper, unless a quorum decided later. An emergency permission is no such decision.
 */
function stoppedTwin(states: readonly SubmittedState[], permits: SubmittedState, query: GateQuery): GateReason | null {
  for (const twin of states) {
    const { document, revokedAtMs, suspension } = twin;
    if (twin.id === permits.id || document.kind !== 'deployment') continue;
    if (document.digest !== query.digest || document.environment !== query.environment) continue;
    const stoppedAtMs = revokedAtMs ?? suspension?.atMs ?? null;
    if (stoppedAtMs === null || (permits.decision?.atMs ?? Number.NEGATIVE_INFINITY) > stoppedAtMs) continue;
    const code = revokedAtMs === null ? 'suspended' : 'revoked';
    return no(
      code,
      `${twin.shortId}, about the same artefact, was ${code} on ${isoOf(stoppedAtMs)}; a later decision of the committee is needed`,
    );
  }
  return null;
}

function closed(state: SubmittedState | null, reasons: readonly GateReason[]): GateAnswer {
  const [first = no('not_decided', 'Not approved'), ...rest] = reasons;
  return {
    allowed: false,
    request: state && { id: state.id, shortId: state.shortId },
    until: null,
    reasons: [first, ...rest],
  };
}

function opened(state: SubmittedState, nowMs: number): GateAnswer {
  const emergency = isBreakGlassLive(state, nowMs);
  const untilMs = emergency ? (state.breakGlass?.untilMs ?? nowMs) : (state.decision?.validUntilMs ?? nowMs);
  const until = isoOf(untilMs);
  const reason = emergency
    ? no('break_glass', `${state.shortId} permits it as an emergency until ${until}; its review is open`)
    : state.supersededBy
      ? no('superseded_but_valid', `${state.shortId} was superseded and stays valid for a rollback until ${until}`)
      : no('approved', `${state.shortId} permits it until ${until}`);
  return {
    allowed: true,
    request: { id: state.id, shortId: state.shortId },
    until: new Date(untilMs),
    reasons: [reason],
  };
}

/** How far a request is from the query (0: about exactly this), and why it does not permit it. */
function judge(
  state: SubmittedState,
  query: GateQuery,
  byId: ReadonlyMap<string, SubmittedState>,
  nowMs: number,
): { readonly distance: number; readonly reasons: readonly GateReason[] } {
  const { document, shortId } = state;
  if (document.kind !== 'deployment') return { distance: 9, reasons: [no('unknown_system', 'Not a deployment')] };
  const reasons: GateReason[] = [];
  let distance = 0;
  if (document.version !== query.version) {
    distance += 4;
    reasons.push(no('unknown_version', `${shortId} is about version ${document.version}`));
  }
  if (document.digest !== query.digest) {
    distance += 2;
    reasons.push(no('wrong_digest', `${shortId} is about ${document.digest}, not ${query.digest}`));
  }
  if (document.environment !== query.environment) {
    distance += 1;
    reasons.push(no('wrong_environment', `${shortId} is about ${document.environment}`));
  }
  reasons.push(...ownReasons(state, nowMs));
  for (const id of document.restsOn) reasons.push(...exceptionReasons(id, state, byId, nowMs));
  if (document.useCase !== undefined) reasons.push(...reasonsOfUseCase(document.useCase, state, byId));
  return { distance, reasons };
}

/** The request of an id, or the one that renewed it. */
function renewed(id: string, byId: ReadonlyMap<string, SubmittedState>): SubmittedState | undefined {
  const seen = new Set<string>();
  let found = byId.get(id);
  while (found?.renewedBy && !seen.has(found.id)) {
    seen.add(found.id);
    found = byId.get(found.renewedBy);
  }
  return found;
}

/**
 * A purpose that was stopped stops what was built for it. One that merely ran out does not: a use case is needed to
 * begin, and each deployment has its own end.
 */
function reasonsOfUseCase(
  id: string,
  deployment: SubmittedState,
  byId: ReadonlyMap<string, SubmittedState>,
): readonly GateReason[] {
  const useCase = renewed(id, byId);
  const rests = `${deployment.shortId} rests on the use case ${id}`;
  if (useCase?.document.kind !== 'use-case') return [no('use_case_stopped', `${rests}, which cannot be found`)];
  if (useCase.revokedAtMs !== null) return [no('use_case_stopped', `${rests}, which was revoked`)];
  return useCase.suspension === null ? [] : [no('use_case_stopped', `${rests}, which is suspended`)];
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
    return [no('exception_missing', `${deployment.shortId} rests on the exception ${id}, which does not exist`)];
  const { shortId, document } = exception;
  const own = ownReasons(exception, nowMs);
  if (own.length > 0)
    return own.map(({ words }) =>
      no('exception_not_in_force', `${deployment.shortId} rests on an exception: ${words}`),
    );
  const { document: about } = deployment;
  if (about.kind !== 'deployment') return [];
  // An exception reaches as far as its scope says; an empty list says every system, every environment.
  const covered =
    (document.systems.length === 0 || document.systems.includes(about.system)) &&
    (document.environments.length === 0 || document.environments.includes(about.environment));
  return covered
    ? []
    : [no('exception_not_in_force', `${shortId} does not cover ${about.system} in ${about.environment}`)];
}
