/** Submitted forms: requests, votes and what else needs words. Each becomes one command under the payload's id. */
import { z } from 'zod';
import type { DeskCommand, DeskResult } from './desk.ts';
import type { FormValues } from './forms.ts';
import { commandIdOf, type HandlerDeps } from './handler-deps.ts';
import type { Incoming } from './incoming.ts';
import { outgoing } from './intents.ts';
import type { InboxItem, OutgoingMessage } from './ports.ts';

type Form = Extract<Incoming, { kind: 'form' }>;

/** `private_metadata` of a form about a request, and of one that makes a request. */
const aboutRequest = z.object({
  r: z.string().min(1).max(60),
  v: z.string().max(80),
  card: z.string().max(80).optional(),
  c: z.array(z.string().max(20)).max(60).optional(),
});
const aboutNew = z.object({ n: z.string().min(16).max(80), ch: z.string().max(40).optional() });

/** Handles one submitted form. Throws when it is to be tried again. */
export async function handleForm(deps: HandlerDeps, item: InboxItem, form: Form): Promise<readonly OutgoingMessage[]> {
  const person = await deps.people.personFor(form.user.id, form.user.name);
  if (form.form === 'deploy' || form.form === 'exception') return submit(deps, item, form, person);
  const about = parse(aboutRequest, form.about);
  if (about === null) return [];
  const command = await commandOf(deps, form, about, { commandId: commandIdOf(item.id), by: person });
  if (command === null) return [];
  const result = await deps.desk.act(about.r, command);
  return answerTo(deps, item, form, person, about.r, command.type, result);
}

type About = z.infer<typeof aboutRequest>;
type Base = { readonly commandId: string; readonly by: string };

async function commandOf(deps: HandlerDeps, form: Form, about: About, base: Base): Promise<DeskCommand | null> {
  const text = one(form.values, 'text') ?? '';
  switch (form.form) {
    case 'vote':
      return deps.forms.vote(form.values, { ...base, revision: about.v, card: about.card ?? null }, (user) =>
        deps.people.personFor(user, null),
      );
    case 'ask_information':
      return { type: 'request_information', ...base, text };
    case 'give_information':
      return { type: 'provide_information', ...base, text };
    case 'withdraw':
      return { type: 'withdraw', ...base, reason: text === '' ? null : text };
    case 'suspend':
      return { type: 'suspend', ...base, reason: text, incident: null };
    case 'consult': {
      const stance = one(form.values, 'stance');
      if (stance !== 'support' && stance !== 'concern' && stance !== 'neutral') return null;
      return { type: 'answer_consult', ...base, role: one(form.values, 'role') ?? '', stance, text };
    }
    case 'accept_conditions':
      return one(form.values, 'answer') === 'accept'
        ? { type: 'accept_conditions', ...base, conditions: about.c ?? [] }
        : { type: 'decline_conditions', ...base, reason: text };
    default:
      return null;
  }
}

async function submit(
  deps: HandlerDeps,
  item: InboxItem,
  form: Form,
  person: string,
): Promise<readonly OutgoingMessage[]> {
  const about = parse(aboutNew, form.about);
  const policy = deps.forms.policy();
  const personFor = (user: string) => deps.people.personFor(user, null);
  const channel = about?.ch ?? null;
  const refusal = (reason: 'no_policy' | 'invalid', detail: readonly string[]) => [
    outgoing(`refusal:${item.id}`, {
      intent: 'refusal',
      user: form.user.id,
      channel,
      threadTs: null,
      reason,
      detail: [...detail],
      requestId: null,
    }),
  ];
  if (policy === null) return refusal('no_policy', []);
  const parsed = await (form.form === 'deploy'
    ? deps.forms.deployment(form.values)
    : deps.forms.exception(form.values, personFor));
  if (!parsed.ok || about === null) return refusal('invalid', parsed.ok ? [] : Object.values(parsed.errors));
  const requestId = deps.requestIdFor(item.id, item.receivedAt);
  const known = await deps.ledger.findRequest(requestId);
  const shortId = known?.shortId ?? (await deps.ledger.nextShortId(form.form === 'deploy' ? 'DR' : 'EX'));
  const result = await deps.desk.act(requestId, {
    type: 'submit',
    commandId: commandIdOf(item.id),
    by: person,
    requestId,
    shortId,
    requester: person,
    owner: person,
    document: parsed.document,
    policy,
    nonce: about.n,
  });
  return answerTo(deps, item, form, person, requestId, 'submit', result);
}

/** Nothing where the command took effect: its reactions are in the outbox. Else the reason, and the card anew. */
async function answerTo(
  deps: HandlerDeps,
  item: InboxItem,
  form: Form,
  person: string,
  requestId: string,
  action: string,
  result: DeskResult,
): Promise<readonly OutgoingMessage[]> {
  if (result.ok || result.reason === 'duplicate_command') return [];
  const known = result.state !== null;
  await deps.refusals.put({
    at: item.receivedAt,
    person,
    requestId: known ? requestId : null,
    action,
    reason: result.reason,
  });
  const refusal = outgoing(`refusal:${item.id}`, {
    intent: 'refusal',
    user: form.user.id,
    channel: known && action !== 'submit' ? deps.committeeChannel : null,
    threadTs: null,
    reason: result.reason,
    detail: result.detail.slice(0, 20).map((d) => d.slice(0, 500)),
    requestId: known ? requestId : null,
  });
  return known ? [refusal, outgoing(`card:${requestId}`, { intent: 'card', requestId })] : [refusal];
}

/** One answer of a form as text; null where left empty. */
export function one(values: FormValues, field: string): string | null {
  const value = values[field];
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
}

function parse<T extends z.ZodType>(schema: T, value: string): z.infer<T> | null {
  try {
    const parsed = schema.safeParse(JSON.parse(value));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
