/**
 * A change envelope: bounds, approved with a full quorum, within which a new version is no new question. Inside it the
 * lighter quorum that the policy names suffices; one step outside, and the full one decides. Closed by default: what
 * the envelope does not mention, or the version does not state, is outside. Pure.
 */
import { ERASED } from '#src/evidence/disclose.ts';
import { canonicalJson } from './canonical.ts';
import type { DeploymentDocument, Envelope, ExceptionId } from './document.ts';
import { msOf } from './duration.ts';
import { byEitherId, exceptionReasons, ownReasons } from './in-force.ts';
import { isNarrower } from './scope.ts';
import { sameWords } from './text-limits.ts';
import { isApproved } from './timers.ts';
import { type BasisFlaw, type SubmittedState, TIERS, type Tier } from './types.ts';

type Version = DeploymentDocument & { readonly within: NonNullable<DeploymentDocument['within']> };

/** A version that claims an envelope, in which tier, and for whom. */
export type Claim = Pick<SubmittedState, 'requester' | 'owner'> & { readonly document: Version; readonly tier: Tier };

/**
 * Everything in which a version leaves the envelope that it claims; empty: it is inside. `found`: the request named;
 * `related`: what both rest on, and what replaced it.
 */
export function envelopeFlaws(
  claim: Claim,
  found: SubmittedState | null,
  related: readonly SubmittedState[],
  nowMs: number,
): readonly BasisFlaw[] {
  const { document: version, tier } = claim;
  if (found?.document.kind !== 'deployment') return [{ code: 'unknown', what: version.within.request }];
  const { document } = found;
  const { envelope } = document;
  // What passed by the lighter quorum carries no envelope of its own: nobody saw its bounds with a full one.
  if (envelope === undefined || document.within !== undefined) return [{ code: 'no_envelope', what: found.shortId }];
  return [
    ...standing(found, envelope, nowMs),
    ...replaced(found, related),
    // Bounds are no open offer: they were approved for whoever answers for the system.
    ...([claim.owner, claim.requester].includes(found.owner) ? [] : [{ code: 'owner', what: 'owner' } as const]),
    ...sameQuestion(version, tier, found, document),
    ...exceptionFlaws(version, document.restsOn, related, nowMs),
    ...measured(envelope, version),
  ];
}

/** The bounds of an approval that later versions may still claim; null for none. `related`: what replaced it. */
export function envelopeInForce(
  found: SubmittedState,
  related: readonly SubmittedState[],
  nowMs: number,
): Envelope | null {
  const { document } = found;
  if (document.kind !== 'deployment' || document.envelope === undefined || document.within !== undefined) return null;
  const ended = [...standing(found, document.envelope, nowMs), ...replaced(found, related)];
  return ended.length === 0 ? document.envelope : null;
}

/** The approval must be in force by a decision; an emergency permission is none. */
function standing(found: SubmittedState, envelope: Envelope, nowMs: number): readonly BasisFlaw[] {
  const flaws: BasisFlaw[] = ownReasons(found, nowMs).map(({ code }) => ({ code: 'not_in_force', what: code }));
  if (flaws.length === 0 && !isApproved(found)) flaws.push({ code: 'not_in_force', what: 'not_decided' });
  if (nowMs > msOf(envelope.until)) flaws.push({ code: 'ended', what: envelope.until.slice(0, 10) });
  return flaws;
}

/**
 * What took the place of the approval by a question of its own ended its envelope. Versions that claimed it carry it on,
 * one after the other; a renewal of one of them changes nothing about that.
 */
function replaced(carrier: SubmittedState, related: readonly SubmittedState[]): readonly BasisFlaw[] {
  const seen = new Set<string>();
  let at: SubmittedState = carrier;
  while (!seen.has(at.id)) {
    const nextId: string | null = at.renewedBy ?? at.supersededBy;
    if (nextId === null) return [];
    seen.add(at.id);
    const next = related.find((state) => state.id === nextId);
    if (next?.document.kind !== 'deployment') return [{ code: 'replaced', what: 'a later version' }];
    if (at.renewedBy === null && next.document.within?.request !== carrier.shortId)
      return [{ code: 'replaced', what: next.shortId }];
    at = next;
  }
  return [{ code: 'replaced', what: 'a later version' }];
}

/** The approval rests on its exceptions: the version names the very same ones, and each carries it now. */
function exceptionFlaws(
  version: Version,
  approved: readonly ExceptionId[],
  related: readonly SubmittedState[],
  nowMs: number,
): readonly BasisFlaw[] {
  const byId = byEitherId(related);
  const isBoth = (id: ExceptionId): boolean => version.restsOn.includes(id) && approved.includes(id);
  const carries = (id: string): boolean =>
    exceptionReasons(id, { shortId: 'it', document: version }, byId, nowMs).length === 0;
  return [...new Set([...version.restsOn, ...approved])].flatMap((what): readonly BasisFlaw[] => {
    if (!isBoth(what)) return [{ code: 'exception', what }];
    return carries(what) ? [] : [{ code: 'exception_not_in_force', what }];
  });
}

/** Whatever the committee looked at beside the artefact has to be as it was. */
function sameQuestion(
  version: Version,
  tier: Tier,
  found: SubmittedState,
  approved: DeploymentDocument,
): readonly BasisFlaw[] {
  const flaws: BasisFlaw[] = [];
  const add = (code: BasisFlaw['code'], what: string): void => {
    flaws.push({ code, what });
  };
  if (!sameWords(version.system, approved.system)) add('system', approved.system);
  if (!sameWords(version.purpose, approved.purpose)) add('purpose', 'purpose');
  if (canonicalJson(version.answers) !== canonicalJson(approved.answers)) add('answers', 'answers');
  if (TIERS.indexOf(tier) > TIERS.indexOf(found.terms.tier)) add('tier', tier);
  if (version.useCase !== approved.useCase) add('use_case', version.useCase ?? 'none');
  const wider =
    canonicalJson(version.scope) !== canonicalJson(approved.scope) &&
    !isNarrower(approved.scope, version.scope ?? NO_LIMIT);
  // What was erased bounds nothing any more.
  if (wider || [approved.scope?.users, ...(approved.scope?.regions ?? [])].includes(ERASED)) add('scope', 'scope');
  if (version.lastChange !== null && msOf(version.lastChange) > (found.decision?.atMs ?? 0))
    add('changed', version.lastChange.slice(0, 10));
  if (version.dataClasses === undefined) add('data_classes_missing', 'data classes');
  return [...flaws, ...furtherData(approved.dataClasses ?? [], version.dataClasses ?? [])];
}

/** The data classes that are not allowed, each by its position: the text itself is hidden in the log. */
export function furtherData(allowed: readonly string[], used: readonly string[]): readonly BasisFlaw[] {
  return used.flatMap((one, i) =>
    allowed.some((known) => sameWords(known, one)) ? [] : [{ code: 'data_class_at' as const, what: String(i + 1) }],
  );
}

const NO_LIMIT = { users: null, trafficPercent: null, regions: [], until: null } as const;

function measured(envelope: Envelope, { environment, within }: Version): readonly BasisFlaw[] {
  const flaws: BasisFlaw[] = [];
  if (!envelope.environments.some((one) => sameWords(one, environment)))
    flaws.push({ code: 'environment', what: environment });
  for (const [name, { min, max }] of Object.entries(envelope.metrics)) {
    const value = Object.hasOwn(within.metrics, name) ? within.metrics[name] : undefined;
    if (value === undefined || !Number.isFinite(value)) flaws.push({ code: 'metric_missing', what: name });
    else if ((min !== null && value < min) || (max !== null && value > max))
      flaws.push({ code: 'metric_out_of_bounds', what: name });
  }
  return flaws;
}
