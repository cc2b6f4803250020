/** A refusal at a click: kept in the audit table (rate-limited there), said to the person, and the card drawn anew. */
import type { Refusal } from '#src/approvals/commands.ts';
import type { OutgoingMessage } from '../ports.ts';
import type { HandlerDeps } from './handler-deps.ts';
import { type OTHER_REFUSALS, outgoing } from './intents.ts';

export type RefusedAct = {
  /** Id of the stored payload. */
  readonly id: string;
  readonly at: Date;
  readonly user: string;
  readonly person: string | null;
  /** Where it is said, to this person only; null: the direct message. */
  readonly channel: string | null;
  readonly requestId: string | null;
  readonly action: string;
  readonly reason: Refusal | (typeof OTHER_REFUSALS)[number];
  readonly detail: readonly string[];
};

/** Records a refused attempt and returns what is to be said. */
export async function refuseAct(
  deps: Pick<HandlerDeps, 'refusals'>,
  refused: RefusedAct,
): Promise<readonly OutgoingMessage[]> {
  const { id, at, user, person, channel, requestId, action, reason, detail } = refused;
  if (person !== null) await deps.refusals.put({ at, person, requestId, action, reason });
  const said = outgoing(`refusal:${id}`, {
    intent: 'refusal',
    user,
    channel,
    threadTs: null,
    // A vote is told for whom the request waits; any other act, whose it is.
    reason: reason === 'role_missing' && !/^(open_)?vote$/.test(action) ? 'not_for_your_roles' : reason,
    detail: detail.slice(0, 20).map((fact) => fact.slice(0, 500)),
    requestId,
  });
  return requestId === null ? [said] : [said, outgoing(`card:${requestId}`, { intent: 'card', requestId })];
}
