/**
 * What the worker does with a stored payload: it becomes a question to answer, a command to the desk, or a modal to
 * open. Every effect is idempotent under the payload's id, so a crash in between costs nothing (DESIGN.md, rule 6).
 */
import type { Answer, ModelCall } from '#src/answers/types.ts';
import { pointerFor } from '../answers/pointer.ts';
import type { InboxItem, OutgoingMessage } from '../ports.ts';
import { handleCommand } from './handle-command.ts';
import { handleForm } from './handle-form.ts';
import { handlePress } from './handle-press.ts';
import { commandIdOf, type HandlerDeps } from './handler-deps.ts';
import { type Incoming, incomingSchema } from './incoming.ts';
import { type Intent, outgoing } from './intents.ts';

/** How a follow-up begins that is asked outside a thread. */
const GOES_ON = /^\s*(?:and|or|but|also|same|what about|how about|in short|shorter|why|what else)\b/i;

/** Answers of abstention that say nothing about the library's gaps. */
const NO_GAP = new Set(['empty_question', 'request_to_act', 'instruction_in_question', 'unclear', 'restricted']);

/** Handles one stored payload. Throws when it is to be tried again. */
export async function handleIncoming(deps: HandlerDeps, item: InboxItem): Promise<void> {
  const parsed = incomingSchema.safeParse(item.payload);
  if (!parsed.success) {
    deps.log.warn({ id: item.id }, 'a stored payload cannot be read; it is dropped');
    return;
  }
  const messages = await messagesFor(deps, item, parsed.data);
  if (messages.length === 0) return;
  await deps.outbox.put(messages);
  deps.wakeOutbox();
}

async function messagesFor(
  deps: HandlerDeps,
  item: InboxItem,
  incoming: Incoming,
): Promise<readonly OutgoingMessage[]> {
  switch (incoming.kind) {
    case 'ask':
      return handleAsk(deps, item, incoming);
    case 'command':
      return handleCommand(deps, item, incoming);
    case 'press':
      if (incoming.action.startsWith('ask:')) return handleSuggestion(deps, item, incoming);
      return handlePress(deps, item.id, incoming, item.receivedAt);
    case 'form':
      return handleForm(deps, item, incoming);
    case 'home':
      return [outgoing(`home:${incoming.user.id}`, { intent: 'home', user: incoming.user.id })];
    case 'greeting': {
      const { user, channel } = incoming;
      return [outgoing(`greeting:${user.id}`, { intent: 'greeting', user: user.id, channel })];
    }
  }
}

/** "help" alone is no question about the documents. */
const ASKS_FOR_HELP =
  /^\s*(?:(?:hi|hello|hey)[\s,!]+)?(?:help(?: me)?|hilfe|what can you do|how do you work)\s*[?!.]*\s*$/i;

async function handleAsk(
  deps: HandlerDeps,
  item: InboxItem,
  ask: Extract<Incoming, { kind: 'ask' }>,
): Promise<readonly OutgoingMessage[]> {
  if (ask.place === 'channel' && deps.quietChannels.includes(ask.channel) && !ask.mentioned) return [];
  if (ASKS_FOR_HELP.test(ask.text))
    return [outgoing(`help:${item.id}`, { intent: 'help', user: ask.user.id, channel: ask.channel })];
  // In a channel the answer goes into the question's thread; in a direct message it follows the question.
  const threadTs = ask.place === 'channel' ? (ask.threadTs ?? ask.ts) : ask.threadTs;
  return answerTo(deps, item, {
    user: ask.user.id,
    channel: ask.channel,
    threadTs,
    text: ask.text,
    wasCut: ask.wasCut,
  });
}

type Question = {
  readonly user: string;
  readonly channel: string;
  readonly threadTs: string | null;
  readonly text: string;
  readonly wasCut: boolean;
};

async function answerTo(deps: HandlerDeps, item: InboxItem, q: Question): Promise<readonly OutgoingMessage[]> {
  // Outside a thread a question stands by itself, unless its first words say that it goes on from the last one.
  const goesOn = q.threadTs !== null || GOES_ON.test(q.text);
  const place = { channel: q.channel, thread: q.threadTs ?? 'dm' };
  const thread = goesOn ? await deps.conversations.of(place, item.id) : [];
  const person = await deps.people.personFor(q.user, null);
  const calls: ModelCall[] = [];
  const onModelCall = (call: ModelCall) => calls.push(call);
  const options = { audience: 'internal', thread, holders: await deps.holders(), onModelCall } as const;
  const answer = await deps.answer(q.text, options, person);
  const pointer = await pointerTo(deps, answer);
  // What a command does is no gap of the documents.
  if (answer.abstained && answer.reason !== null && !NO_GAP.has(answer.reason) && pointer === null) {
    const nearest = answer.related.slice(0, 5);
    await deps.gaps.put({ question: q.text.slice(0, 500), reason: answer.reason, nearest, at: item.receivedAt });
  }
  const { channel, threadTs, user, wasCut } = q;
  const message = outgoing(`answer:${item.id}`, { intent: 'answer', channel, threadTs, user, wasCut, answer, pointer });
  const logged = await deps.answerLog.record({
    id: deps.requestIdFor(item.id, item.receivedAt),
    commandId: commandIdOf(item.id),
    question: q.text,
    answer,
    calls,
    message,
  });
  await deps.conversations.add({ id: item.id, person, ...place, question: q.text, answer });
  return logged ? [] : [message];
}

/** Where else to turn with a question about the desk itself; the answer stays what it is. */
async function pointerTo(deps: HandlerDeps, answer: Answer): Promise<Extract<Intent, { intent: 'answer' }>['pointer']> {
  const pointer = pointerFor(answer);
  if (pointer === null) return null;
  const named = pointer.shortId === null ? null : await deps.ledger.findRequest(pointer.shortId);
  return { ...pointer, requestId: named?.id ?? null };
}

/** A suggested question: answered where it was pressed, or in the person's direct message. */
async function handleSuggestion(
  deps: HandlerDeps,
  item: InboxItem,
  press: Extract<Incoming, { kind: 'press' }>,
): Promise<readonly OutgoingMessage[]> {
  const channel = press.channel ?? press.user.id;
  return answerTo(deps, item, { user: press.user.id, channel, threadTs: null, text: press.value, wasCut: false });
}
