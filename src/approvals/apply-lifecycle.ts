/** The second half of `apply`: conditions, the decision, and what comes after it. */
import { msOf } from './duration.ts';
import type { ApprovalEvent, EventData } from './events.ts';
import type { Patch } from './patch.ts';
import type { Condition, ConditionState, SubmittedState } from './types.ts';

/** A condition as it stands on the day of the decision. */
function opened(condition: Condition): ConditionState {
  return {
    ...condition,
    dueAtMs: msOf(condition.dueAt),
    status: 'open',
    overdue: false,
    evidence: [],
    confirmedBy: null,
  };
}

/** Events around the decision; null for others. */
export function applyDecision(state: SubmittedState, event: ApprovalEvent): Patch | null {
  const atMs = msOf(event.at);
  switch (event.type) {
    case 'conditions.offered':
      return { offer: { conditions: event.data.conditions, answer: null }, contradiction: false };
    case 'conditions.contradicted':
      return { contradiction: true, offer: null, status: 'information_requested' };
    case 'conditions.accepted':
      return state.offer ? { offer: { ...state.offer, answer: 'accepted' } } : {};
    case 'conditions.declined':
      return state.offer ? { offer: { ...state.offer, answer: 'declined' } } : {};
    case 'decided':
      return decided(state, event.data, atMs);
    case 'informed.told':
      return { informed: [...state.informed, { role: event.data.role, persons: event.data.persons, atMs }] };
    case 'withdrawn':
      return { status: 'withdrawn' };
    case 'reminded':
      return event.data.what === 'deadline' ? { reminders: event.data.number } : { reviewReminders: event.data.number };
    case 'escalated':
      return event.data.cause === 'time' ? { escalatedAtMs: atMs } : { unfilled: event.data.missing };
    default:
      return null;
  }
}

function decided(state: SubmittedState, data: EventData<'decided'>, atMs: number): Patch {
  const { outcome, cause, counted, vetoedBy, revision } = data;
  const positive = outcome === 'approved' || outcome === 'approved_with_conditions';
  const stopped = positive ? state.suspension : null;
  const validUntilMs = data.validUntil === null ? null : msOf(data.validUntil);
  return {
    decision: { outcome, cause, atMs, counted, vetoedBy, validUntilMs, revision },
    // An emergency deployment can be stopped before its review ends: the review does not start it again.
    status: positive && state.revokedAtMs !== null ? 'revoked' : stopped ? 'suspended' : outcome,
    suspension: stopped ? { ...stopped, before: outcome } : null,
    conditions: data.conditions.map(opened),
    information: null,
    contradiction: false,
    // The review has spoken: an approval replaces the emergency permission, anything else ends it.
    breakGlass: state.breakGlass ? { ...state.breakGlass, ended: true } : null,
  };
}

/** Events after the decision; null for others. */
export function applyLifecycle(state: SubmittedState, event: ApprovalEvent): Patch | null {
  const atMs = msOf(event.at);
  const { actor } = event;
  // Before the decision (break-glass) these stop the permission but leave the review where it is.
  const status = (after: SubmittedState['status']): Patch => (state.decision ? { status: after } : {});
  switch (event.type) {
    case 'condition.evidenced':
    case 'condition.confirmed':
    case 'condition.overdue':
      return applyCondition(state, event);
    case 'deployed':
      return {
        deployments: [...state.deployments, { ...event.data, atMs, by: actor }],
        ...(state.status === 'approved' || state.status === 'approved_with_conditions' ? status('deployed') : {}),
      };
    case 'suspended': {
      const { reason, incident } = event.data;
      return { suspension: { by: actor, reason, incident, atMs, before: state.status }, ...status('suspended') };
    }
    case 'reinstated':
      return {
        suspension: null,
        ...status(state.supersededBy ? 'superseded' : (state.suspension?.before ?? state.status)),
      };
    case 'revoked':
      return {
        revokedAtMs: atMs,
        ...status('revoked'),
        breakGlass: state.breakGlass && { ...state.breakGlass, ended: true },
      };
    case 'superseded':
      return { supersededBy: event.data.by, ...(state.suspension ? {} : status('superseded')) };
    case 'renewed':
      return { renewedBy: event.data.by, closure: { reason: 'renewed', atMs }, ...status('renewed') };
    case 'closed':
      return { closure: { reason: event.data.cause, atMs }, ...status('closed') };
    case 'breakglass.invoked':
      return {
        breakGlass: { by: actor, role: event.data.role, untilMs: msOf(event.data.until), ended: false },
        decideByMs: msOf(event.data.reviewBy),
      };
    case 'breakglass.ended':
      return { breakGlass: state.breakGlass && { ...state.breakGlass, ended: true } };
    default:
      return null;
  }
}

type ConditionEvent = Extract<ApprovalEvent, { type: `condition.${string}` }>;

function applyCondition(state: SubmittedState, event: ConditionEvent): Patch {
  const change = (condition: ConditionState): ConditionState => {
    if (condition.id !== event.data.condition) return condition;
    if (event.type === 'condition.overdue') return { ...condition, overdue: true };
    if (event.type === 'condition.confirmed')
      return { ...condition, status: 'confirmed', overdue: false, confirmedBy: event.actor };
    return { ...condition, evidence: [...condition.evidence, event.data.evidence] };
  };
  return { conditions: state.conditions.map(change) };
}
