/**
 * `apply(state, event)`: the only way state comes to be. Pure and total: an event that does not fit the state (which
 * `decide` never makes) leaves everything but the version as it was.
 */
import { applyDecision, applyLifecycle } from './apply-lifecycle.ts';
import { msOf } from './duration.ts';
import type { ApprovalEvent, EventData } from './events.ts';
import type { Patch } from './patch.ts';
import { OPEN_STATUSES } from './timers.ts';
import type { DraftState, RequestState, Revision, SubmittedState, Vote } from './types.ts';

/** The state before anything happened. */
export const DRAFT: DraftState = Object.freeze({ status: 'draft', version: 0, lastAtMs: 0, seen: [] });

/** State after one more event. */
export function apply(state: RequestState, event: ApprovalEvent): RequestState {
  if (event.type === 'request.submitted' || event.type === 'request.refused')
    return state.status === 'draft' ? opened(event) : state;
  if (state.status === 'draft') return state;
  const patch = applyReview(state, event) ?? applyDecision(state, event) ?? applyLifecycle(state, event) ?? {};
  return {
    ...state,
    ...patch,
    version: state.version + 1,
    lastAtMs: Math.max(state.lastAtMs, msOf(event.at)),
    // One command can make several events; its id is kept once.
    seen: state.seen.at(-1) === event.commandId ? state.seen : [...state.seen, event.commandId],
  };
}

/** State of a stream of events, from the draft on or from a given state. */
export function fold(events: Iterable<ApprovalEvent>, from: RequestState = DRAFT): RequestState {
  let state = from;
  for (const event of events) state = apply(state, event);
  return state;
}

type Opening = Extract<ApprovalEvent, { type: 'request.submitted' | 'request.refused' }>;

function opened(event: Opening): SubmittedState {
  const { data } = event;
  const atMs = msOf(event.at);
  return {
    status: event.type === 'request.refused' ? 'refused' : 'submitted',
    id: data.requestId,
    shortId: data.shortId,
    version: 1,
    lastAtMs: atMs,
    requester: data.requester,
    owner: data.owner,
    submitter: data.submitter,
    systemOwners: data.systemOwners ?? [],
    submittedAtMs: atMs,
    document: data.document,
    revision: { number: 1, hash: data.revision.hash, madeAtMs: atMs, equivalents: [data.revision.hash] },
    terms: data.terms,
    basis: null,
    decideByMs: event.type === 'request.submitted' ? msOf(event.data.decideBy) : atMs,
    votes: [],
    consults: [],
    consultsLapsed: [],
    information: null,
    comments: 0,
    proposals: [],
    meetings: [],
    settledSeq: 0,
    offer: null,
    contradiction: false,
    decision: null,
    conditions: [],
    deployments: [],
    suspension: null,
    revokedAtMs: null,
    supersededBy: null,
    renewedBy: null,
    closure: null,
    breakGlass: null,
    reminders: 0,
    reviewReminders: 0,
    escalatedAtMs: null,
    unfilled: [],
    informed: [],
    seen: [event.commandId],
  };
}

/** The status of a request under review once something was said or voted; a vote clears a contradiction. */
function underReview(state: SubmittedState, contradiction = state.contradiction): SubmittedState['status'] {
  // A comment on something withdrawn or decided must not open it again.
  if (!OPEN_STATUSES.includes(state.status)) return state.status;
  return state.information || contradiction ? 'information_requested' : 'in_review';
}

/** Events of the time before the decision; null for others. */
function applyReview(state: SubmittedState, event: ApprovalEvent): Patch | null {
  const atMs = msOf(event.at);
  switch (event.type) {
    case 'revision.made':
      return revised(state, event.data, atMs);
    case 'basis.checked':
      return { basis: event.data };
    case 'vote.cast':
    case 'vote.changed':
      return voted(state, event.actor, event.data, atMs);
    case 'vote.withdrawn':
      return {
        votes: state.votes.filter((vote) => vote.by !== event.actor),
        contradiction: false,
        status: underReview(state, false),
      };
    case 'rejection.settled':
      return { settledSeq: state.version + 1 };
    case 'consult.answered': {
      const { role, stance, text } = event.data;
      return {
        consults: [...state.consults, { role, by: event.actor, stance, text, atMs }],
        status: underReview(state),
      };
    }
    case 'consult.lapsed':
      return { consultsLapsed: [...state.consultsLapsed, ...event.data.roles] };
    case 'information.requested':
      return { information: { by: event.actor, text: event.data.text, atMs }, status: 'information_requested' };
    case 'information.provided':
      return { information: null, status: state.contradiction ? state.status : 'in_review' };
    case 'comment.made':
      return { comments: state.comments + 1, status: underReview(state) };
    case 'scope.proposed': {
      const { number, scope, reason } = event.data;
      return { proposals: [...state.proposals, { number, by: event.actor, scope, reason, status: 'open' }] };
    }
    case 'meeting.recorded': {
      const { number, heldOn, revision, votes } = event.data;
      return { meetings: [...state.meetings, { number, by: event.actor, heldOn, revision, votes, confirmed: [] }] };
    }
    default:
      return null;
  }
}

function voted(state: SubmittedState, by: string, data: EventData<'vote.cast'>, atMs: number): Patch {
  const { choice, reason, conflict, conditions, capacities, revision, meeting } = data;
  const seq = state.version + 1;
  const vote: Vote = { by, choice, reason, conflict, conditions, capacities, revision, atMs, seq, meeting };
  const confirmed = (m: SubmittedState['meetings'][number]) =>
    m.number === meeting ? { ...m, confirmed: [...m.confirmed, by] } : m;
  return {
    votes: [...state.votes.filter((other) => other.by !== by), vote],
    meetings: meeting === null ? state.meetings : state.meetings.map(confirmed),
    contradiction: false,
    status: underReview(state, false),
  };
}

function revised(state: SubmittedState, data: EventData<'revision.made'>, atMs: number): Patch {
  const { hash, number } = data.revision;
  const proposals = state.proposals.map((proposal) => {
    if (proposal.number === data.proposal) return { ...proposal, status: 'accepted' as const };
    // A proposal speaks about the revision it was made on.
    return data.material && proposal.status === 'open' ? { ...proposal, status: 'void' as const } : proposal;
  });
  const systemOwners = [...state.systemOwners, ...(data.systemOwners ?? [])];
  const common: Patch = { document: data.document, terms: data.terms ?? state.terms, proposals, systemOwners };
  if (!data.material) {
    const revision: Revision = { ...state.revision, number, hash, equivalents: [...state.revision.equivalents, hash] };
    return { ...common, revision };
  }
  // Everybody starts anew: votes, consultations and waiting times belong to what was asked (rule 3). A recusal stays,
  // because a conflict of interest does not end with an edit.
  return {
    ...common,
    revision: { number, hash, madeAtMs: atMs, equivalents: [hash] },
    decideByMs: msOf(data.decideBy),
    votes: state.votes.filter((vote) => vote.choice === 'recuse'),
    consults: [],
    consultsLapsed: [],
    information: null,
    settledSeq: 0,
    offer: null,
    contradiction: false,
    reminders: 0,
    escalatedAtMs: null,
    unfilled: [],
    basis: null,
    // An emergency permission was given for what was asked then, not for this.
    breakGlass: state.breakGlass && { ...state.breakGlass, ended: true },
    status: 'submitted',
  };
}
