/** Quorums that nobody can reach, in a policy and among open requests: for `doctor`, and before a policy is adopted. */
import type { PolicyInForce } from './commands.ts';
import type { RequestKind } from './document.ts';
import { fillPlaces } from './matching.ts';
import { termsFor } from './policy.ts';
import type { ApprovalPolicy } from './policy-schema.ts';
import { openWords, placesOf, tally } from './tally.ts';
import { isOpen } from './timers.ts';
import type { RequestState, Roster, Terms } from './types.ts';

/** A quorum of the policy that the roster's people cannot fill, with the open places in words. */
export type UnreachableQuorum = {
  readonly kind: RequestKind;
  readonly tier: 'minimal' | 'limited' | 'high';
  readonly missing: readonly string[];
};

/** Every kind and tier whose quorum the people of the roster could not fill even if all agreed. */
export function unreachableQuorums(policy: ApprovalPolicy, roster: Roster): readonly UnreachableQuorum[] {
  const found: UnreachableQuorum[] = [];
  for (const kind of ['deployment', 'exception', 'use-case', 'policy'] as const)
    for (const tier of ['minimal', 'limited', 'high'] as const) {
      if (kind === 'policy' && tier !== 'high') continue;
      const missing = missingPlaces(policy.kinds[kind]?.tiers[tier].quorum ?? [], roster);
      if (missing.length > 0) found.push({ kind, tier, missing });
    }
  return found;
}

/** The places of a policy's own change that nobody could fill: in force, it could never be changed again. */
export function unreachableChange({ policy }: PolicyInForce, roster: Roster): readonly string[] {
  const kind = policy.kinds.policy ?? policy.kinds.deployment;
  return missingPlaces(kind.tiers.high.quorum, roster);
}

/**
 * Open requests that nobody could decide any more were they judged by a new policy: what they ask for would have to be
 * asked for again under it, and could not. A change of the rules is not counted; it is decided by those it would replace.
 */
export function strandedBy(
  policy: PolicyInForce,
  states: readonly RequestState[],
  roster: Roster,
  now: Date,
): readonly StuckRequest[] {
  const judged = states.flatMap((state): readonly RequestState[] =>
    state.status === 'draft' || state.document.kind === 'policy'
      ? []
      : [{ ...state, terms: termsFor(policy, state.document) }],
  );
  return stuckRequests(judged, roster, now);
}

/** Why a policy must not come into force. `detail`: the open places in words, or the requests with theirs. */
export type RulesFlaw = {
  readonly code: 'cannot_be_changed_again' | 'strands_requests';
  readonly detail: readonly string[];
};

/** What is in the way of a policy by the people there are; null for nothing. */
export function rulesFlaw(
  policy: PolicyInForce,
  states: readonly RequestState[],
  roster: Roster,
  now: Date,
): RulesFlaw | null {
  const locked = unreachableChange(policy, roster);
  if (locked.length > 0) return { code: 'cannot_be_changed_again', detail: locked };
  const stranded = strandedBy(policy, states, roster, now);
  if (stranded.length === 0) return null;
  const detail = stranded.map(({ shortId, missing }) => `${shortId} (${missing.join('; ')})`);
  return { code: 'strands_requests', detail };
}

/** The places of a quorum that the people of the roster could not fill even if all agreed, in words. */
export function missingPlaces(quorum: Terms['quorum'], roster: Roster): readonly string[] {
  const roles = new Map<string, Set<string>>();
  for (const { person, role, basis } of roster.assignments)
    if (basis === 'holder') roles.set(person, (roles.get(person) ?? new Set()).add(role));
  const people = [...roles.values()];
  const places = placesOf(quorum);
  const filled = fillPlaces(places.length, people.length, (place, person) =>
    (places[place]?.slot.anyOf ?? []).some((role) => people[person]?.has(role)),
  );
  return openWords(quorum, places, filled);
}

/** An open request with the places of its quorum that nobody can fill, in words. */
type StuckRequest = { readonly id: string; readonly shortId: string; readonly missing: readonly string[] };

/** Open requests whose own quorum can no longer be reached by the people there are, each with what is missing. */
export function stuckRequests(states: readonly RequestState[], roster: Roster, now: Date): readonly StuckRequest[] {
  return states.flatMap((state) => {
    if (state.status === 'draft' || !isOpen(state)) return [];
    // Whom a user group does not confirm cannot be counted on.
    const standing = tally(state, { ...roster, unconfirmed: [] }, now.getTime());
    return standing.reachable === 'not_by_roster'
      ? [{ id: state.id, shortId: state.shortId, missing: standing.unfilled }]
      : [];
  });
}
