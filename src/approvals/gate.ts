/**
 * The gate (rule 10): may this version with this digest run in this environment now? Closed by default; each no carries
 * every reason, in words that a pipeline's log can show.
 */

import { ERASED } from '#src/evidence/disclose.ts';
import { flawsInWords, flawsOfUseCase } from './basis.ts';
import { minuteOf } from './duration.ts';
import {
  askAnew,
  byEitherId,
  exceptionReasons,
  type GateReason,
  isBreakGlassLive,
  lookAt,
  no,
  ownReasons,
  renewed,
} from './in-force.ts';
import type { BasisFlaw, RequestState, SubmittedState } from './types.ts';

export type GateQuery = {
  readonly system: string;
  readonly version: string;
  /** `sha256:<64 hex>`. */
  readonly digest: string;
  readonly environment: string;
};

export type GateAnswer = {
  readonly allowed: boolean;
  /** The request that permits it, or that comes nearest to it; null where there is none. */
  readonly request: { readonly id: string; readonly shortId: string } | null;
  /** When the permission ends; null for a no. */
  readonly until: Date | null;
  readonly reasons: readonly [GateReason, ...GateReason[]];
};

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
  if (!best)
    return closed(null, [
      no(
        'unknown_system',
        `No request names the system ${query.system}`,
        'Check the spelling, or ask in Slack: /governance deploy',
      ),
    ]);
  const permits = judged
    .filter(({ reasons }) => reasons.length === 0)
    .map(({ state }) => ({ state, stopped: stoppedTwin(submitted, state, query) }));
  const open = permits.find(({ stopped }) => stopped === null);
  if (open !== undefined) return opened(open.state, nowMs);
  const stopped = permits[0]?.stopped ?? null;
  return stopped === null ? closed(best.state, best.reasons) : closed(best.state, [stopped]);
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
      `${twin.shortId}, about the same artefact, was ${code} on ${minuteOf(stoppedAtMs)}; a later decision is needed`,
      askAnew(twin),
    );
  }
  return null;
}

function closed(state: SubmittedState | null, reasons: readonly GateReason[]): GateAnswer {
  const [first = no('not_decided', 'Not approved', 'Ask in Slack: /governance deploy'), ...rest] = reasons;
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
  const until = minuteOf(untilMs);
  const id = state.shortId;
  const [code, words] = emergency
    ? (['break_glass', `${id} permits it as an emergency until ${until}; its review is open`] as const)
    : state.supersededBy
      ? (['superseded_but_valid', `${id} was superseded and stays valid for a rollback until ${until}`] as const)
      : (['approved', `${id} permits it until ${until}`] as const);
  return {
    allowed: true,
    request: { id: state.id, shortId: state.shortId },
    until: new Date(untilMs),
    reasons: [{ code, words, next: null }],
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
  if (document.kind !== 'deployment')
    return { distance: 9, reasons: [no('unknown_system', 'Not a deployment', 'Ask in Slack: /governance deploy')] };
  const reasons: GateReason[] = [];
  let distance = 0;
  if (document.version !== query.version) {
    distance += 4;
    reasons.push(no('unknown_version', `${shortId} is about version ${document.version}`, askAnew(state)));
  }
  if (document.digest !== query.digest) {
    distance += 2;
    reasons.push(no('wrong_digest', `${shortId} is about ${document.digest}, not ${query.digest}`, askAnew(state)));
  }
  if (document.environment !== query.environment) {
    distance += 1;
    reasons.push(no('wrong_environment', `${shortId} is about ${document.environment}`, askAnew(state)));
  }
  reasons.push(...ownReasons(state, nowMs));
  for (const id of document.restsOn) reasons.push(...exceptionReasons(id, state, byId, nowMs));
  if (document.useCase !== undefined) reasons.push(...reasonsOfUseCase(document.useCase, state, byId, nowMs));
  return { distance, reasons };
}

/**
 * A purpose that was stopped stops what was built for it, and none carries more than its quorum saw: a stricter tier, a
 * yes or data that it did not name, whatever the rules said on the day of the approval. One that merely ran out stops
 * nothing: a use case is needed to begin, and each deployment has its own end. The purpose is not compared again,
 * because its text may have been erased since; data only while all of it can be read.
 */
function reasonsOfUseCase(
  id: string,
  deployment: SubmittedState,
  byId: ReadonlyMap<string, SubmittedState>,
  nowMs: number,
): readonly GateReason[] {
  const useCase = renewed(id, byId);
  const rests = `${deployment.shortId} rests on the use case ${id}`;
  const next = lookAt(id);
  if (useCase?.document.kind !== 'use-case') return [no('use_case_stopped', `${rests}, which cannot be found`, next)];
  if (useCase.revokedAtMs !== null) return [no('use_case_stopped', `${rests}, which was revoked`, next)];
  if (useCase.suspension !== null) return [no('use_case_stopped', `${rests}, which is suspended`, next)];
  const asked = { document: deployment.document, tier: deployment.terms.tier };
  const dataKnown = ![useCase, deployment].flatMap(({ document }) => dataIn(document)).includes(ERASED);
  const exceeded = flawsOfUseCase(asked, [...byId.values()], nowMs).filter(
    ({ code }) => CARRIED.has(code) || (code === 'data_class_at' && dataKnown),
  );
  // Without the document: an answer of the gate is logged as it is.
  return flawsInWords(exceeded, null).map((words) =>
    no(
      'use_case_exceeded',
      `${rests}, which does not carry it: ${words}`,
      `Have a use case approved that does: /governance use-case like ${id}`,
    ),
  );
}

/** What a use case carries, as far as it can be compared for ever. */
const CARRIED: ReadonlySet<BasisFlaw['code']> = new Set(['system', 'tier', 'answer', 'data_classes_missing']);

function dataIn(document: SubmittedState['document']): readonly string[] {
  return 'dataClasses' in document ? document.dataClasses : [];
}
