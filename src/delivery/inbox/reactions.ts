/**
 * What has to be said after something happened to a request: pure, from the events and the state after them. The rows
 * are committed with the events, so whoever has to know is told, also after a crash (DESIGN.md, rules 6 and 11).
 */
import type { ApprovalEvent } from '#src/approvals/events.ts';
import type { SubmittedState } from '#src/approvals/types.ts';
import type { OutgoingMessage } from '../ports.ts';
import { type Note, outgoing, type Tell } from './intents.ts';

/** The messages that follow. Keys are stable, so that a repeated computation gives the same rows. */
export function reactionsTo(events: readonly ApprovalEvent[], state: SubmittedState): readonly OutgoingMessage[] {
  if (events.length === 0) return [];
  const refusedAtOnce = events.some((event) => event.type === 'request.refused');
  const card = refusedAtOnce ? [] : [outgoing(`card:${state.id}`, { intent: 'card', requestId: state.id })];
  return [...card, ...events.flatMap((event, i) => after(event, teller(state, `${state.id}:${event.commandId}:${i}`)))];
}

type Teller = {
  readonly state: SubmittedState;
  /** One person; the requester where nobody is named. */
  to(what: Tell, person?: string): OutgoingMessage;
  /** Requester and owner, each once. */
  side(what: Tell): readonly OutgoingMessage[];
  role(what: Tell, role: string): OutgoingMessage;
  waiting(what: Tell): OutgoingMessage;
  note(note: Note): OutgoingMessage;
  informs(roles: readonly string[]): readonly OutgoingMessage[];
  followUp(): readonly OutgoingMessage[];
  dependents(): readonly OutgoingMessage[];
};

function teller(state: SubmittedState, key: string): Teller {
  const requestId = state.id;
  const row = (what: Tell, whom: string, person: string | null, role: string | null) =>
    outgoing(`tell:${what}:${key}:${whom}`, { intent: 'tell', person, requestId, what, role });
  const to = (what: Tell, person: string = state.requester) => row(what, person, person, null);
  return {
    state,
    to,
    side: (what) => [...new Set([state.requester, state.owner])].map((person) => to(what, person)),
    role: (what, role) => row(what, `role:${role}`, null, role),
    waiting: (what) => row(what, 'waiting', null, null),
    note: (note) => outgoing(`note:${key}:${note}`, { intent: 'thread', requestId, note }),
    informs: (roles) =>
      roles.map((role) =>
        outgoing(`inform:${requestId}:${state.version}:${role}`, { intent: 'inform', requestId, role }),
      ),
    followUp: () =>
      state.document.replaces === null
        ? []
        : [outgoing(`follow:${requestId}:${state.version}`, { intent: 'follow_up', requestId })],
    dependents: () =>
      state.document.kind !== 'deployment'
        ? [outgoing(`dependents:${requestId}:${state.version}`, { intent: 'dependents', requestId })]
        : [],
  };
}

/** Messages after one event. */
function after(event: ApprovalEvent, tell: Teller): readonly OutgoingMessage[] {
  return underReview(event, tell) ?? aboutConditions(event, tell) ?? standing(event, tell) ?? [];
}

function underReview(event: ApprovalEvent, tell: Teller): readonly OutgoingMessage[] | null {
  const { state } = tell;
  const consultations = () => state.terms.consulted.map((term) => tell.role('consult', term.role));
  switch (event.type) {
    case 'request.submitted':
      return [tell.to('submitted'), ...consultations()];
    case 'request.refused':
      return [tell.to('refused')];
    case 'revision.made': {
      if (!event.data.material) return [];
      const voided = event.data.voided.map((person) => tell.to('revised', person));
      return [tell.note('revised'), ...voided, ...consultations()];
    }
    case 'information.requested':
      return [...tell.side('information_requested'), tell.note('information_requested')];
    case 'information.provided':
      return [tell.note('information_provided')];
    case 'comment.made':
      return [tell.note('comment')];
    case 'consult.answered':
      return [tell.note('consult_answered')];
    case 'consult.lapsed':
      return [tell.note('consult_lapsed')];
    case 'scope.proposed':
      return [...tell.side('scope_proposed'), tell.note('scope_proposed')];
    case 'rejection.settled':
      return [tell.note('rejection_settled')];
    case 'meeting.recorded':
      return [tell.note('meeting'), ...event.data.votes.map((vote) => tell.to('meeting', vote.person))];
    case 'escalated':
      return [tell.note('escalated'), tell.role('escalated', event.data.to)];
    case 'reminded':
      return event.data.what === 'review' ? tell.side('review_due') : [tell.note('reminded'), tell.waiting('reminder')];
    default:
      return null;
  }
}

function aboutConditions(event: ApprovalEvent, tell: Teller): readonly OutgoingMessage[] | null {
  const { state } = tell;
  const condition = (id: string) => state.conditions.find((one) => one.id === id);
  switch (event.type) {
    case 'conditions.offered':
      return [...tell.side('conditions_offered'), tell.note('conditions_offered')];
    case 'conditions.declined':
      return [tell.note('conditions_declined')];
    case 'conditions.contradicted':
      return [...tell.side('contradicted'), tell.note('contradicted')];
    case 'condition.evidenced': {
      const role = condition(event.data.condition)?.confirmRole;
      return role === undefined ? [] : [tell.role('condition_evidence', role)];
    }
    case 'condition.confirmed':
      return [...tell.side('condition_confirmed'), tell.note('condition_confirmed'), ...tell.followUp()];
    case 'condition.overdue': {
      const owner = condition(event.data.condition)?.owner;
      const owners = owner === undefined || owner === state.requester ? [] : [tell.to('condition_overdue', owner)];
      return [tell.to('condition_overdue'), ...owners, ...tell.dependents()];
    }
    default:
      return null;
  }
}

function standing(event: ApprovalEvent, tell: Teller): readonly OutgoingMessage[] | null {
  const { state } = tell;
  const { informed } = state.terms;
  switch (event.type) {
    case 'decided': {
      const owners = new Set(state.conditions.map((one) => one.owner).filter((owner) => owner !== state.requester));
      const yours = [...owners].map((owner) => tell.to('condition_yours', owner));
      return [...tell.side('decided'), ...yours, ...tell.informs(event.data.informed), ...tell.followUp()];
    }
    case 'suspended':
      return [...tell.side('suspended'), ...tell.informs(informed), ...tell.dependents()];
    case 'revoked':
      return [...tell.side('revoked'), ...tell.informs(informed), ...tell.dependents()];
    case 'reinstated':
      return [...tell.side('reinstated'), ...tell.informs(informed)];
    case 'superseded':
      return tell.side('superseded');
    case 'renewed':
      return tell.side('renewed');
    case 'closed':
      return [...tell.side('closed'), ...tell.dependents()];
    case 'breakglass.invoked':
      return [...tell.side('breakglass'), ...tell.informs(informed)];
    case 'breakglass.ended':
      return tell.side('breakglass_ended');
    default:
      return null;
  }
}
