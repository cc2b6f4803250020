/** How the events of a request become evidence: their kind, and what their statement names beside the event's data. */
import { type ApprovalEvent, type EventType, HIDDEN_FIELDS } from '#src/approvals/events.ts';
import { tally } from '#src/approvals/tally.ts';
import type { Roster, SubmittedState } from '#src/approvals/types.ts';
import type { PredicateKind } from '#src/evidence/event-kinds.ts';
import type { EventContext, EventDraft } from '../streams/record.ts';

/** Exhaustive on purpose: a new event type does not compile until somebody says what evidence it is. */
const KIND: Readonly<Record<EventType, PredicateKind>> = {
  'request.submitted': 'request',
  'request.refused': 'decision',
  'revision.made': 'request',
  'basis.checked': 'request',
  'vote.cast': 'vote',
  'vote.changed': 'vote',
  'vote.withdrawn': 'vote',
  'rejection.settled': 'decision',
  'consult.answered': 'vote',
  'consult.lapsed': 'request',
  'information.requested': 'request',
  'information.provided': 'request',
  'comment.made': 'request',
  'scope.proposed': 'request',
  'meeting.recorded': 'vote',
  'conditions.offered': 'condition',
  'conditions.contradicted': 'condition',
  'conditions.accepted': 'condition',
  'conditions.declined': 'condition',
  decided: 'decision',
  'informed.told': 'request',
  withdrawn: 'request',
  reminded: 'request',
  escalated: 'request',
  'condition.evidenced': 'condition',
  'condition.confirmed': 'condition',
  'condition.overdue': 'condition',
  deployed: 'request',
  suspended: 'suspension',
  reinstated: 'suspension',
  revoked: 'revocation',
  superseded: 'request',
  renewed: 'decision',
  closed: 'request',
  'breakglass.invoked': 'break-glass',
  'breakglass.ended': 'break-glass',
};

/** Drafts of a request's events; `state` is the state after them, `knowledge` the packs in force. */
export function draftsOf(
  events: readonly ApprovalEvent[],
  state: SubmittedState,
  knowledge: NonNullable<EventContext['knowledge']>,
  roster: Roster,
): readonly EventDraft[] {
  return events.map((event) => ({
    type: event.type,
    schemaVersion: event.schemaVersion,
    data: event.data,
    hide: HIDDEN_FIELDS[event.type],
    actor: event.actor,
    context: contextOf(event, state, knowledge, roster),
  }));
}

function contextOf(
  event: ApprovalEvent,
  state: SubmittedState,
  knowledge: NonNullable<EventContext['knowledge']>,
  roster: Roster,
): EventContext {
  const controls = state.terms.evidence.flatMap((demand) => demand.serves).filter((id) => id.length > 0);
  const digest = state.document.kind === 'deployment' ? state.document.digest.replace(/^sha256:/, '') : null;
  return {
    kind: kindOf(event, state),
    request: {
      id: state.id,
      shortId: state.shortId,
      revision: state.revision.number,
      revisionHash: state.revision.hash,
    },
    ...(digest !== null && /^[0-9a-f]{64}$/.test(digest) ? { artefacts: [{ name: 'artefact', sha256: digest }] } : {}),
    policy: { sha256: state.terms.policyHash, version: state.terms.policyVersion },
    knowledge,
    controls: [...new Set(controls)],
    ...authorityOf(event, state, roster),
    ...cardOf(event),
  };
}

function kindOf(event: ApprovalEvent, state: SubmittedState): PredicateKind {
  const ended = event.type === 'closed' && event.data.cause === 'validity_ended';
  return ended && state.document.kind === 'exception' ? 'exception-expiry' : KIND[event.type];
}

/** The role and assignment by which somebody acted, where the event names them. */
function authorityOf(
  event: ApprovalEvent,
  state: SubmittedState,
  roster: Roster,
): Pick<EventContext, 'role' | 'assignment'> {
  if ('role' in event.data && 'assignment' in event.data) {
    return { role: event.data.role, assignment: event.data.assignment };
  }
  if (event.type === 'vote.cast' || event.type === 'vote.changed') {
    // The place that the vote fills with the votes given so far; before it fills one, the first role it could count in.
    const filled = tally(state, roster, state.lastAtMs).counted.find((one) => one.person === event.actor);
    const authority = filled ?? event.data.capacities[0];
    return authority === undefined ? {} : { role: authority.role, assignment: authority.assignment };
  }
  return {};
}

function cardOf(event: ApprovalEvent): Pick<EventContext, 'card'> {
  if (event.type !== 'vote.cast' && event.type !== 'vote.changed') return {};
  return event.data.card === null ? {} : { card: { sha256: event.data.card } };
}
