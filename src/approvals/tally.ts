/**
 * Where a request stands: which places of the quorum are filled and by whom, what it still waits for, and whether the
 * quorum can still be reached. Computed anew from votes, terms and the roster of the moment; nothing of it is stored.
 */

import { fillPlaces } from './matching.ts';
import { type EvidenceStatus, evidenceStatus } from './policy.ts';
import { asAppointed, capacitiesOf, isExcluded, isRecused, votingRoles } from './seats.ts';
import type { BasisFlaw, Capacity, Counted, Person, QuorumSlot, Roster, SubmittedState, VoteChoice } from './types.ts';

/** One reason why an approval waits, in the order in which people should read them. */
type Blocker =
  | { readonly code: 'quorum'; readonly missing: readonly string[] }
  | { readonly code: 'evidence'; readonly missing: readonly EvidenceStatus[] }
  | { readonly code: 'information' }
  | { readonly code: 'use_case'; readonly flaws: readonly BasisFlaw[] }
  | { readonly code: 'rejection'; readonly by: readonly Person[]; readonly chair: string }
  | { readonly code: 'consulted'; readonly waiting: readonly { readonly role: string; readonly untilMs: number }[] }
  | { readonly code: 'minimum_review'; readonly untilMs: number };

type SlotTally = {
  readonly slot: QuorumSlot;
  readonly filledBy: readonly Counted[];
  readonly open: number;
};

export type Tally = {
  readonly slots: readonly SlotTally[];
  readonly counted: readonly Counted[];
  /** Open places in words, e.g. `one of Legal Team, Data Protection Officer`. Empty at quorum. */
  readonly stillNeeded: readonly string[];
  readonly vetoedBy: Person | null;
  /** `votes`: what was voted rules the quorum out. `roster`: nobody is there to fill a place (`unfilled` in words). */
  readonly reachable: 'yes' | 'not_by_votes' | 'not_by_roster';
  readonly unfilled: readonly string[];
  readonly evidence: readonly EvidenceStatus[];
  /** Conditions on the way to an approval: put to the requester, accepted, declined, or contradicting each other. */
  readonly conditions: 'none' | 'offered' | 'accepted' | 'declined' | 'contradicted';
  readonly blockers: readonly Blocker[];
};

type Elector = { readonly person: Person; readonly capacities: readonly Capacity[] };
type Voter = Elector & { readonly choice: VoteChoice };

/** Words for places that are open: `Chief AI Officer`, `one of A, B`, `2 of A`, `1 more of A`. */
export function placesInWords(slot: QuorumSlot, open: number): string {
  const roles = slot.anyOf.join(', ');
  if (open < slot.count) return `${open} more of ${roles}`;
  if (slot.count > 1) return `${slot.count} of ${roles}`;
  return slot.anyOf.length === 1 ? roles : `one of ${roles}`;
}

/**
 * Voters with the roles in which their vote counts now: a role lost since the click counts no more; nobody is counted
 * for a person who voted or is excluded, and only the first delegate counts for one person.
 */
function votersOf(state: SubmittedState, roster: Roster): ReadonlyMap<Person, Voter> {
  const roles = votingRoles(state.terms);
  const votes = state.votes.filter((vote) => vote.choice !== 'recuse');
  const spokenFor = new Map(votes.map((vote) => [vote.by, vote.by]));
  const voters = new Map<Person, Voter>();
  for (const vote of votes) {
    const now = capacitiesOf(state, roster, vote.by, roles);
    const capacities = vote.capacities.filter((capacity) => {
      if (!now.some((other) => other.assignment === capacity.assignment && other.role === capacity.role)) return false;
      const speaker = spokenFor.get(capacity.countsFor);
      if (speaker !== undefined) return speaker === vote.by;
      spokenFor.set(capacity.countsFor, vote.by);
      return true;
    });
    if (capacities.length > 0) voters.set(vote.by, { person: vote.by, choice: vote.choice, capacities });
  }
  return voters;
}

const withChoice = (voters: ReadonlyMap<Person, Voter>, ...choices: readonly VoteChoice[]): readonly Voter[] =>
  [...voters.values()].filter((voter) => choices.includes(voter.choice));

/** People who could still vote, each with the roles in which they could fill a place. */
function electorsOf(state: SubmittedState, roster: Roster, roles: ReadonlySet<string>): readonly Elector[] {
  const voted = new Set(state.votes.map((vote) => vote.by));
  const people = new Set(roster.assignments.filter((a) => roles.has(a.role)).map((a) => a.person));
  return [...people].flatMap((person) => {
    if (voted.has(person) || isExcluded(state, person)) return [];
    const capacities = capacitiesOf(state, roster, person, roles).filter(({ basis, countsFor }) => {
      if (basis === 'holder') return true;
      if (isRecused(state, countsFor)) return true;
      // Whoever is there can vote in person, and it would count once: the stand-in adds nobody.
      return !voted.has(countsFor) && (!people.has(countsFor) || roster.absent.includes(countsFor));
    });
    return capacities.length > 0 ? [{ person, capacities }] : [];
  });
}

const rolesIn = (quorum: readonly QuorumSlot[]): ReadonlySet<string> => new Set(quorum.flatMap((slot) => slot.anyOf));

type Places = readonly { readonly index: number; readonly slot: QuorumSlot }[];

/** Every place of a quorum, with the position of its slot. */
export function placesOf(quorum: readonly QuorumSlot[]): Places {
  return quorum.flatMap((slot, index) => Array.from({ length: slot.count }, () => ({ index, slot })));
}

function fill(places: Places, voters: readonly Elector[]): readonly number[] {
  return fillPlaces(places.length, voters.length, (place, voter) => {
    const roles = places[place]?.slot.anyOf ?? [];
    return voters[voter]?.capacities.some((capacity) => roles.includes(capacity.role)) ?? false;
  });
}

function countedOf(places: Places, voters: readonly Elector[], filled: readonly number[]): readonly Counted[] {
  return places.flatMap(({ index, slot }, place) => {
    const voter = voters[filled[place] ?? -1];
    const capacity = voter?.capacities.find((c) => slot.anyOf.includes(c.role));
    if (!voter || !capacity) return [];
    const { role, assignment, countsFor } = capacity;
    return [{ slot: index, person: voter.person, role, assignment, countsFor }];
  });
}

/** The places that nobody fills, in words. `filled`: by place, the voter's index or -1 (see `fillPlaces`). */
export function openWords(quorum: readonly QuorumSlot[], places: Places, filled: readonly number[]): readonly string[] {
  return quorum.flatMap((slot, index) => {
    const open = places.filter((place, at) => place.index === index && filled[at] === -1).length;
    return open > 0 ? [placesInWords(slot, open)] : [];
  });
}

/** Whose rejection still stands against an early approval: not settled by the chair after it, nor by everybody's vote. */
function unsettled(state: SubmittedState, inFavour: readonly Voter[], present: readonly Elector[]): readonly Person[] {
  const rejections = state.votes.filter((vote) => vote.choice === 'reject');
  if (rejections.length === 0 || present.length === 0) return [];
  // Only who really speaks for the chair: a delegate does not once the chair voted in person.
  const chairs = new Set(
    inFavour
      .filter(({ capacities }) => capacities.some(({ role }) => role === state.terms.chair))
      .map((one) => one.person),
  );
  const settledSeq = state.votes
    .filter((vote) => chairs.has(vote.by))
    .reduce((latest, vote) => Math.max(latest, vote.seq), state.settledSeq);
  return rejections.filter((vote) => vote.seq > settledSeq).map((vote) => vote.by);
}

/**
 * The quorum that decides now: the lighter one only while the version was found inside the envelope that it claims. A
 * claim that was never checked is none.
 */
export function quorumOf({ document, terms, basis }: SubmittedState): readonly QuorumSlot[] {
  const claims = document.kind === 'deployment' && document.within !== undefined;
  const inside = claims && basis?.envelope !== undefined && basis.envelope.length === 0;
  return inside ? (terms.lighterQuorum ?? terms.quorum) : terms.quorum;
}

/** The standing of an undecided request at a time, under the roster of that moment. */
export function tally(state: SubmittedState, roster: Roster, atMs: number): Tally {
  const { terms } = state;
  const quorum = quorumOf(state);
  const places = placesOf(quorum);
  const voters = votersOf(state, roster);
  const inFavour = withChoice(voters, 'approve', 'approve_with_conditions');
  const filled = fill(places, inFavour);
  const counted = countedOf(places, inFavour, filled);
  const stillNeeded = openWords(quorum, places, filled);
  const slots = quorum.map((slot, index) => {
    const filledBy = counted.filter((one) => one.slot === index);
    return { slot, filledBy, open: slot.count - filledBy.length };
  });
  // Whoever a user group does not confirm fills no place, but may again: a vote given or to be given is not lost yet.
  const appointed = asAppointed(roster);
  const waitedFor = appointed === roster ? voters : votersOf(state, appointed);
  const electors = electorsOf(state, appointed, rolesIn(quorum));
  const reach =
    stillNeeded.length === 0
      ? null
      : reachability(
          quorum,
          places,
          [...withChoice(waitedFor, 'approve', 'approve_with_conditions'), ...electors],
          withChoice(waitedFor, 'reject', 'abstain'),
        );
  const evidence = evidenceStatus(terms.evidence, state.document, atMs, roster.files);
  // "Everybody has voted" means the whole quorum's people, also while the lighter one decides: whoever rejected may sit
  // in the full one only.
  const everybody = quorum === terms.quorum ? electors : electorsOf(state, appointed, rolesIn(terms.quorum));
  const present = everybody.filter((elector) => !roster.absent.includes(elector.person));
  return {
    slots,
    counted,
    stillNeeded,
    vetoedBy: vetoOf(state, withChoice(voters, 'reject')),
    reachable: reach?.reachable ?? 'yes',
    unfilled: reach?.unfilled ?? [],
    evidence,
    conditions: state.contradiction ? 'contradicted' : state.offer ? (state.offer.answer ?? 'offered') : 'none',
    blockers: blockersOf(state, { stillNeeded, evidence, rejectedBy: unsettled(state, inFavour, present) }, atMs),
  };
}

function vetoOf(state: SubmittedState, against: readonly Voter[]): Person | null {
  const { veto } = state.terms;
  return against.find((voter) => voter.capacities.some(({ role }) => veto.includes(role)))?.person ?? null;
}

/** `possible`: voters in favour and everybody who could still vote; `against`: rejections and abstentions. */
function reachability(
  quorum: readonly QuorumSlot[],
  places: Places,
  possible: readonly Elector[],
  against: readonly Elector[],
): { readonly reachable: Tally['reachable']; readonly unfilled: readonly string[] } {
  if (!fill(places, possible).includes(-1)) return { reachable: 'yes', unfilled: [] };
  // Would it be reachable had those against agreed? Then the votes decided it; otherwise people are missing.
  const otherwise = fill(places, [...possible, ...against]);
  if (!otherwise.includes(-1)) return { reachable: 'not_by_votes', unfilled: [] };
  return { reachable: 'not_by_roster', unfilled: openWords(quorum, places, otherwise) };
}

/** Why the use case does not carry the request. One that is named and was never checked carries nothing. */
function flawsOfUseCase({ document, terms, basis }: SubmittedState): readonly BasisFlaw[] {
  if (document.kind !== 'deployment') return [];
  if (document.useCase === undefined)
    return terms.useCaseDemanded === true ? [{ code: 'missing', what: 'use case' }] : [];
  return basis?.useCase ?? [{ code: 'unknown', what: document.useCase }];
}

function blockersOf(
  state: SubmittedState,
  found: {
    readonly stillNeeded: readonly string[];
    readonly evidence: readonly EvidenceStatus[];
    readonly rejectedBy: readonly Person[];
  },
  atMs: number,
): readonly Blocker[] {
  const { terms, revision } = state;
  const blockers: Blocker[] = [];
  if (found.stillNeeded.length > 0) blockers.push({ code: 'quorum', missing: found.stillNeeded });
  const missing = found.evidence.filter((status) => status.why !== null);
  if (missing.length > 0) blockers.push({ code: 'evidence', missing });
  const flaws = flawsOfUseCase(state);
  if (flaws.length > 0) blockers.push({ code: 'use_case', flaws });
  if (state.information) blockers.push({ code: 'information' });
  if (found.rejectedBy.length > 0) blockers.push({ code: 'rejection', by: found.rejectedBy, chair: terms.chair });
  const waiting = terms.consulted
    .map(({ role, withinMs }) => ({ role, untilMs: revision.madeAtMs + withinMs }))
    .filter(({ role, untilMs }) => untilMs > atMs && !state.consults.some((answer) => answer.role === role));
  if (waiting.length > 0) blockers.push({ code: 'consulted', waiting });
  const untilMs = revision.madeAtMs + terms.minReviewMs;
  if (untilMs > atMs) blockers.push({ code: 'minimum_review', untilMs });
  return blockers;
}
