/** What one person may do on a request now, and why not the rest: for the buttons and the modal of the card. */
import type { Refusal } from './commands.ts';
import { mayVote } from './decide-vote.ts';
import { createRecorder, type OpenRecorder } from './recorder.ts';
import { capacitiesOf, isExcluded } from './seats.ts';
import { tally } from './tally.ts';
import { isOpen } from './timers.ts';
import type { Person, Roster, SubmittedState } from './types.ts';

export type VoteOffer =
  /** `role`: where the vote would count now, with everybody's best assignment; `roles`: all it could count in. */
  | {
      readonly ok: true;
      readonly role: string;
      readonly roles: readonly string[];
      readonly countsFor: Person;
      readonly reasonDemanded: boolean;
    }
  | { readonly ok: false; readonly reason: Refusal; readonly detail: readonly string[] };

/** Whether and in which role a person's vote on the current revision would count. */
export function voteOffer(state: SubmittedState, person: Person, roster: Roster, now: Date): VoteOffer {
  const nowMs = Math.max(now.getTime(), state.lastAtMs);
  // Only `by`, `roster` and the time matter to the checks; the command is never run.
  const probe = { type: 'comment', commandId: 'probe', by: person, roster, text: 'probe' } as const;
  const recorder = createRecorder(state, probe, nowMs) as OpenRecorder;
  const voter = mayVote(recorder, person, state.revision.hash);
  if ('reason' in voter) return { ok: false, ...voter };
  const { capacities } = voter;
  const vote = {
    by: person,
    choice: 'approve' as const,
    reason: null,
    conflict: null,
    conditions: [],
    capacities,
    revision: state.revision.hash,
    atMs: nowMs,
    seq: state.version + 1,
    meeting: null,
  };
  const votes = [...state.votes.filter((other) => other.by !== person), vote];
  const counted = tally({ ...state, votes }, roster, nowMs).counted.find((one) => one.person === person);
  const first = capacities[0];
  return {
    ok: true,
    role: counted?.role ?? first?.role ?? '',
    roles: [...new Set(capacities.map((capacity) => capacity.role))],
    countsFor: counted?.countsFor ?? first?.countsFor ?? person,
    reasonDemanded: state.terms.reasonForEveryVote,
  };
}

/** The consulted roles that a person can answer for and that have not answered yet. */
export function consultOffers(state: SubmittedState, person: Person, roster: Roster): readonly string[] {
  if (!isOpen(state) || isExcluded(state, person)) return [];
  return state.terms.consulted
    .map((consulted) => consulted.role)
    .filter((role) => !state.consults.some((answer) => answer.role === role))
    .filter((role) => capacitiesOf(state, roster, person, new Set([role])).length > 0);
}

/** People who could still vote or answer a consultation: whom to remind. Empty once decided. */
export function waitingFor(state: SubmittedState, roster: Roster, now: Date): readonly Person[] {
  if (!isOpen(state)) return [];
  const people = new Set(roster.assignments.map((assignment) => assignment.person));
  return [...people].filter(
    (person) =>
      consultOffers(state, person, roster).length > 0 ||
      (!state.votes.some((vote) => vote.by === person) && voteOffer(state, person, roster, now).ok),
  );
}
