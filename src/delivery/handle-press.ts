/** Buttons: most open a modal for the person who pressed, some act at once. */
import { z } from 'zod';
import { capacitiesOf, isExcluded, votingRoles } from '#src/approvals/seats.ts';
import { tally } from '#src/approvals/tally.ts';
import type { HandlerDeps } from './handler-deps.ts';
import type { Incoming } from './incoming.ts';
import { type ModalSpec, outgoing } from './intents.ts';
import type { OutgoingMessage } from './ports.ts';

type Press = Extract<Incoming, { kind: 'press' }>;

/** What a request's buttons carry: the request and the revision that was shown. */
const requestValue = z.object({ r: z.string().min(1).max(60), v: z.string().max(80) });
const sourceValue = z.object({ id: z.string().max(60), h: z.string().max(80), q: z.string().max(4000).default('') });
const sourcesValue = z.array(z.tuple([z.string().max(60), z.string().max(80)])).max(30);

/** A trigger lives three seconds; what could not be opened by then is not opened at all. */
const TRIGGER_MS = 3000;

const REQUEST_MODALS = {
  open_details: 'details',
  open_verify: 'verify',
  open_ask_information: 'ask_information',
  open_give_information: 'give_information',
  open_withdraw: 'withdraw',
  open_suspend: 'suspend',
  open_consult: 'consult',
  open_accept_conditions: 'accept_conditions',
} as const;

/** Messages that answer a press. Anything unknown is ignored: old cards may carry buttons that are gone. */
export async function handlePress(
  deps: HandlerDeps,
  id: string,
  press: Press,
  receivedAt: Date,
): Promise<readonly OutgoingMessage[]> {
  const open = (view: ModalSpec) => [modal(id, press, view, receivedAt)];
  const place = {
    user: press.user.id,
    channel: press.channel ?? press.user.id,
    threadTs: press.threadTs ?? press.messageTs,
  };
  if (press.action === 'open_deploy') return open({ kind: 'deploy', channel: press.channel });
  if (press.action === 'open_exception') return open({ kind: 'exception', channel: press.channel });
  if (press.action.startsWith('open_source:')) {
    const value = parse(sourceValue, press.value);
    return value === null ? [] : open({ kind: 'source', itemId: value.id, hash: value.h, quote: value.q });
  }
  if (press.action === 'open_sources') {
    const value = parse(sourcesValue, press.value);
    const citations = (value ?? []).map(([item, hash]) => ({
      id: item,
      title: '',
      document: '',
      version: '',
      hash,
      quote: '',
    }));
    return citations.length === 0 ? [] : open({ kind: 'sources', citations });
  }
  if (press.action === 'helpful_yes' || press.action === 'helpful_no') {
    const helpful = press.action === 'helpful_yes';
    if (!helpful)
      await deps.gaps.put({ question: press.value.slice(0, 500), reason: 'not_helpful', nearest: [], at: receivedAt });
    return [outgoing(`thanks:${id}`, { intent: 'thanks', ...place, helpful })];
  }
  if (press.action === 'ask_human')
    return [outgoing(`human:${id}`, { intent: 'ask_human', ...place, question: press.value.slice(0, 500) })];
  const request = parse(requestValue, press.value);
  if (request === null) return [];
  if (press.action === 'open_vote') return openVote(deps, id, press, request.r, receivedAt);
  const kind = REQUEST_MODALS[press.action as keyof typeof REQUEST_MODALS];
  return kind === undefined ? [] : open({ kind, requestId: request.r });
}

/**
 * "Review and vote": the modal for whoever may vote; for anybody else the reason why not, and the card is refreshed.
 * The vote itself is checked again when it arrives.
 */
async function openVote(
  deps: HandlerDeps,
  id: string,
  press: Press,
  requestId: string,
  receivedAt: Date,
): Promise<readonly OutgoingMessage[]> {
  const record = await deps.desk.read(requestId);
  const place = { user: press.user.id, channel: press.channel, threadTs: null, requestId };
  if (record === null)
    return [
      outgoing(`refusal:${id}`, {
        intent: 'refusal',
        ...place,
        reason: 'unknown_request',
        detail: [],
        requestId: null,
      }),
    ];
  const { state } = record;
  const person = await deps.people.personFor(press.user.id, press.user.name);
  const roster = await deps.desk.roster();
  const refresh = outgoing(`card:${requestId}`, { intent: 'card', requestId });
  const refuse = async (reason: 'already_decided' | 'self_approval' | 'role_missing', detail: readonly string[]) => {
    await deps.refusals.put({ at: receivedAt, person, requestId, action: press.action, reason });
    return [outgoing(`refusal:${id}`, { intent: 'refusal', ...place, reason, detail: [...detail] }), refresh];
  };
  if (state.decision !== null || state.status === 'withdrawn') return refuse('already_decided', []);
  const needed = tally(state, roster, receivedAt.getTime()).stillNeeded;
  if (isExcluded(state, person)) return refuse('self_approval', needed);
  if (capacitiesOf(state, roster, person, votingRoles(state.terms)).length === 0) return refuse('role_missing', needed);
  return [modal(id, press, { kind: 'vote', requestId }, receivedAt)];
}

/** A row that opens a modal for the person who pressed. */
export function modal(
  id: string,
  from: { readonly user: { readonly id: string }; readonly triggerId: string },
  view: ModalSpec,
  receivedAt: Date,
): OutgoingMessage {
  const expiresAt = new Date(receivedAt.getTime() + TRIGGER_MS).toISOString();
  return outgoing(`modal:${id}`, { intent: 'modal', user: from.user.id, triggerId: from.triggerId, expiresAt, view });
}

function parse<T extends z.ZodType>(schema: T, value: string): z.infer<T> | null {
  try {
    const parsed = schema.safeParse(JSON.parse(value));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
