/**
 * What has to be said after something happened to a request: pure, from the events and the state after them. The rows
 * are committed with the events, so whoever has to know is told, also after a crash (DESIGN.md, rules 6 and 11).
 */
import type { ApprovalEvent } from '#src/approvals/events.ts';
import type { SubmittedState } from '#src/approvals/types.ts';
import { type Intent, outgoing } from './intents.ts';
import type { OutgoingMessage } from './ports.ts';

type Tell = Extract<Intent, { intent: 'tell' }>['what'];
type Note = Extract<Intent, { intent: 'thread' }>['note'];

/** The messages that follow. Keys are stable, so that a repeated computation gives the same rows. */
export function reactionsTo(events: readonly ApprovalEvent[], state: SubmittedState): readonly OutgoingMessage[] {
  if (events.length === 0) return [];
  const refusedAtOnce = events.some((event) => event.type === 'request.refused');
  const card = refusedAtOnce ? [] : [outgoing(`card:${state.id}`, { intent: 'card', requestId: state.id })];
  return [...card, ...events.flatMap((event, i) => after(event, state, `${state.id}:${event.commandId}:${i}`))];
}

function after(event: ApprovalEvent, state: SubmittedState, key: string): readonly OutgoingMessage[] {
  const requester = (what: Tell) => tell(key, state, state.requester, what);
  const thread = (note: Note) => outgoing(`note:${key}`, { intent: 'thread', requestId: state.id, note });
  switch (event.type) {
    case 'request.submitted':
      return [requester('submitted'), ...consultations(state, key)];
    case 'request.refused':
      return [requester('refused')];
    case 'decided':
      return [requester('decided'), ...informs(event.data.informed, state)];
    case 'information.requested':
      return [requester('information_requested'), thread('information_requested')];
    case 'information.provided':
      return [thread('information_provided')];
    case 'conditions.offered':
      return [requester('conditions_offered'), thread('conditions_offered')];
    case 'conditions.contradicted':
      return [requester('contradicted'), thread('contradicted')];
    case 'reminded':
      return event.data.what === 'review' ? [requester('review_due')] : [thread('reminded')];
    case 'escalated':
      return [thread('escalated')];
    case 'suspended':
      return [requester('suspended'), ...informs(state.terms.informed, state)];
    case 'revoked':
      return [requester('revoked'), ...informs(state.terms.informed, state)];
    case 'reinstated':
      return [requester('reinstated')];
    case 'breakglass.invoked':
      return [requester('breakglass'), ...informs(state.terms.informed, state)];
    case 'condition.overdue':
      return [requester('condition_overdue')];
    case 'closed':
      return [requester('closed')];
    default:
      return [];
  }
}

function tell(
  key: string,
  state: SubmittedState,
  person: string,
  what: Tell,
  role: string | null = null,
): OutgoingMessage {
  return outgoing(`tell:${what}:${key}:${person}`, { intent: 'tell', person, requestId: state.id, what, role });
}

/** Each consulted role is told that its word is wanted; holders are looked up when the message is sent. */
function consultations(state: SubmittedState, key: string): readonly OutgoingMessage[] {
  return state.terms.consulted.map((term) => tell(key, state, `role:${term.role}`.slice(0, 60), 'consult', term.role));
}

function informs(roles: readonly string[], state: SubmittedState): readonly OutgoingMessage[] {
  return roles.map((role) =>
    outgoing(`inform:${state.id}:${state.version}:${role}`, { intent: 'inform', requestId: state.id, role }),
  );
}
