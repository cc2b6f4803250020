/**
 * The only writer to Slack. It takes outbox rows, renders them from the state of this moment, and sends them. It
 * throws when a row is to be tried again, and returns when it is done with it.
 */
import type { Answer } from '#src/answers/types.ts';
import { waitingFor } from '#src/approvals/offers.ts';
import { isOpen } from '#src/approvals/timers.ts';
import { type Intent, intentSchema, type Tell } from '#src/delivery/inbox/intents.ts';
import { personsIn } from '#src/delivery/people/names.ts';
import type { OutboxItem } from '#src/delivery/ports.ts';
import { type Act, awaitedOf } from '#src/delivery/requests/acts.ts';
import { renderAnswer } from './blocks/answer.ts';
import { type Message, section } from './blocks/build.ts';
import { renderCard } from './blocks/card.ts';
import {
  HOME_LINES,
  renderGreeting,
  renderHelp,
  renderHome,
  renderStatus,
  STATUS_LINES,
  type StatusLine,
} from './blocks/general.ts';
import { renderDependent, renderInform, renderNote, renderTell } from './blocks/notices.ts';
import { renderPointer } from './blocks/pointer.ts';
import { renderRefusal } from './blocks/refusals.ts';
import { inline, joinWords } from './blocks/text.ts';
import { bulletinBlocks } from './bulletin.ts';
import { sendDraft } from './drafts.ts';
import { openModal, redrawModal } from './modals.ts';
import { type OutboundDeps, viewOf } from './outbound-deps.ts';
import { directChannel, findPosted, post, publishHome, update, whisper } from './poster.ts';
import { adminMentions } from './request-forms.ts';

export type Outbound = { send(item: OutboxItem): Promise<void> };

/** Makes the writer. */
export function createOutbound(deps: OutboundDeps): Outbound {
  return {
    async send(item) {
      const parsed = intentSchema.safeParse(item.payload);
      if (!parsed.success)
        throw new Error(`outbox row ${item.id} is not an intent: ${parsed.error.issues[0]?.message ?? ''}`);
      await sendIntent(deps, item, parsed.data);
    },
  };
}

async function sendIntent(deps: OutboundDeps, item: OutboxItem, intent: Intent): Promise<void> {
  switch (intent.intent) {
    case 'answer':
      return sendAnswer(deps, item, intent);
    case 'card':
      return sendCard(deps, item, intent.requestId);
    case 'thread':
      return sendNote(deps, item, intent);
    case 'tell':
      return sendTell(deps, item, intent);
    case 'inform':
      return sendInform(deps, item, intent);
    case 'refusal':
      return sendRefusal(deps, intent);
    case 'modal':
      return openModal(deps, intent);
    case 'redraw':
      return redrawModal(deps, intent);
    case 'dependents':
      return tellDependents(deps, item, intent.requestId);
    case 'follow_up':
      return deps.followUp(intent.requestId);
    case 'draft':
      return sendDraft(deps, item, intent);
    case 'home':
      return publishHome(deps.client, intent.user, await homeOf(deps, intent.user));
    case 'status':
      return sendStatus(deps, intent);
    case 'anchor':
      return sendAnchor(deps, item, intent);
    default:
      return sendSmall(deps, item, intent);
  }
}

type Small = Extract<Intent, { intent: 'greeting' | 'help' | 'thanks' | 'ask_human' }>;

async function sendAnswer(
  deps: OutboundDeps,
  item: OutboxItem,
  intent: Extract<Intent, { intent: 'answer' }>,
): Promise<void> {
  // Made by this program; the renderer escapes every text in it.
  const answer = intent.answer as Answer;
  const authorities = answer.citations.map(({ id, hash }) => deps.source(id, hash, '')?.authority ?? null);
  const pointer = renderPointer(intent.pointer);
  const message = renderAnswer(answer, { wasCut: intent.wasCut, authorities, pointer });
  await post(deps.client, at(item, intent.channel, intent.threadTs, message));
}

async function sendSmall(deps: OutboundDeps, item: OutboxItem, intent: Small): Promise<void> {
  if (intent.intent === 'greeting') {
    // Slack tells of every opening of the tab; the greeting comes once.
    if ((await deps.places.placeOf(item.key)) !== null) return;
    const ts = await post(deps.client, at(item, intent.channel, null, renderGreeting()));
    await deps.places.placed(item.key, intent.channel, ts);
  } else if (intent.intent === 'help') {
    await whisper(deps.client, intent.channel, intent.user, null, renderHelp());
  } else if (intent.intent === 'thanks') {
    const text = intent.helpful
      ? 'Thank you, noted.'
      : 'Thank you, noted. The question is with the governance team now.';
    await whisper(deps.client, intent.channel, intent.user, intent.threadTs, oneLine(text));
  } else {
    const text = `<@${intent.user}> asks a person: ${inline(intent.question, 500)}`;
    await post(deps.client, at(item, deps.channels.committee, null, oneLine(text)));
    await whisper(
      deps.client,
      intent.channel,
      intent.user,
      intent.threadTs,
      oneLine(`Your question is with the committee in <#${deps.channels.committee}>.`),
    );
  }
}

async function sendCard(deps: OutboundDeps, item: OutboxItem, requestId: string): Promise<void> {
  const record = await deps.desk.read(requestId);
  if (record === null) return;
  const { view, entry } = await viewOf(deps, record);
  const message = renderCard(view);
  const channel = deps.channels.committee;
  const own = { ...at(item, channel, null, message), outboxId: item.key, entry };
  const known = await deps.places.placeOf(item.key);
  // A copy that was sent but not noted (a crash in between) carries the card's key: it is rewritten, not doubled.
  const ts = known === null ? await findPosted(deps.client, own) : known.ts;
  if (ts !== null) await update(deps.client, known ?? { channel, ts }, own);
  const placed = ts ?? (await post(deps.client, { ...own, attempts: 1 }));
  if (known === null) await deps.places.placed(item.key, channel, placed);
}

async function sendNote(
  deps: OutboundDeps,
  item: OutboxItem,
  intent: Extract<Intent, { intent: 'thread' }>,
): Promise<void> {
  const record = await deps.desk.read(intent.requestId);
  const place = await deps.places.placeOf(`card:${intent.requestId}`);
  if (record === null) return;
  if (place === null) throw new Error('the card is not posted yet');
  const { view } = await viewOf(deps, record);
  await post(deps.client, at(item, place.channel, place.ts, renderNote(intent.note, record.state, view)));
}

async function sendTell(
  deps: OutboundDeps,
  item: OutboxItem,
  intent: Extract<Intent, { intent: 'tell' }>,
): Promise<void> {
  const record = await deps.desk.read(intent.requestId);
  if (record === null) return;
  const { state } = record;
  // What is over by now needs nobody's attention.
  if (ASKING.has(intent.what) && !isOpen(state)) return;
  const { view, context } = await viewOf(deps, record);
  const message = renderTell(intent.what, state, view, deps.channels.committee);
  if (intent.person !== null) return sendTo(deps, item, [intent.person], message);
  if (intent.role !== null) return sendTo(deps, item, await deps.holdersOf(intent.role), message);
  await sendTo(deps, item, waitingFor(state, context.roster, deps.now()), message);
}

/** Messages that ask for something before the decision. */
const ASKING: ReadonlySet<Tell> = new Set([
  'consult',
  'reminder',
  'escalated',
  'revised',
  'meeting',
  'scope_proposed',
  'conditions_offered',
  'information_requested',
]);

/** Tells the requester's side of every deployment that rests on an exception what became of it. */
async function tellDependents(deps: OutboundDeps, item: OutboxItem, requestId: string): Promise<void> {
  const exception = await deps.desk.read(requestId);
  if (exception === null) return;
  const { id, shortId } = exception.state;
  for (const [i, deployment] of (await deps.restingOn({ id, shortId })).entries()) {
    const record = await deps.desk.read(deployment);
    if (record === null) continue;
    const { view } = await viewOf(deps, record);
    const message = renderDependent(record.state, view, exception.state);
    const persons = [...new Set([record.state.requester, record.state.owner])];
    const own = { ...item, id: `${item.id}@${i}`, clientMsgId: `${item.clientMsgId}-d${i}` };
    await sendTo(deps, own, persons, message);
  }
}

async function sendInform(
  deps: OutboundDeps,
  item: OutboxItem,
  intent: Extract<Intent, { intent: 'inform' }>,
): Promise<void> {
  const record = await deps.desk.read(intent.requestId);
  if (record === null) return;
  const { view } = await viewOf(deps, record);
  const persons = await deps.holdersOf(intent.role);
  await sendTo(deps, item, persons, renderInform(intent.role, record.state, view, deps.channels.committee));
  await deps.told(intent.requestId, intent.role, persons);
}

/** One direct message to each person who still has a Slack user. */
async function sendTo(
  deps: OutboundDeps,
  item: OutboxItem,
  persons: readonly string[],
  message: Message,
): Promise<void> {
  const users = await deps.slackUsersOf(persons);
  for (const [i, person] of persons.entries()) {
    const user = users.get(person);
    if (user === undefined) continue;
    const channel = await directChannel(deps.client, user);
    const one = { ...item, id: i === 0 ? item.id : `${item.id}#${i}` };
    await post(deps.client, {
      ...at(one, channel, null, message),
      clientMsgId: i === 0 ? item.clientMsgId : `${item.clientMsgId}-${i}`,
    });
  }
}

async function sendRefusal(deps: OutboundDeps, intent: Extract<Intent, { intent: 'refusal' }>): Promise<void> {
  const record = intent.requestId === null ? null : await deps.desk.read(intent.requestId);
  const refused = record === null ? null : { shortId: record.state.shortId, kind: record.state.document.kind };
  const said = renderRefusal(intent.reason, intent.detail, refused);
  const admins = intent.reason === 'quorum_unreachable' ? await adminMentions(deps) : [];
  const text = admins.length === 0 ? said : `${said} Who can name one: ${joinWords(admins, 'or')}.`;
  const message = { text, blocks: [section(text)] };
  const channel = intent.channel ?? (await directChannel(deps.client, intent.user));
  await whisper(deps.client, channel, intent.user, intent.threadTs, message);
}

async function sendStatus(deps: OutboundDeps, intent: Extract<Intent, { intent: 'status' }>): Promise<void> {
  const open = await deps.openRequests();
  const lines = await linesOf(deps, open.slice(0, STATUS_LINES));
  await whisper(deps.client, intent.channel, intent.user, null, renderStatus(lines, open.length));
}

async function sendAnchor(
  deps: OutboundDeps,
  item: OutboxItem,
  intent: Extract<Intent, { intent: 'anchor' }>,
): Promise<void> {
  if (deps.channels.evidence === null) return;
  const text = `Checkpoint of the evidence log at ${intent.size} entries.`;
  await post(
    deps.client,
    at(item, deps.channels.evidence, null, {
      text,
      blocks: [section(`${text}\n\`\`\`${intent.note.replace(/`/g, '')}\`\`\``)],
    }),
  );
}

async function homeOf(deps: OutboundDeps, user: string) {
  const person = await deps.personFor(user);
  const [open, mine, roster] = await Promise.all([deps.openRequests(), deps.requestsOf(person), deps.desk.roster()]);
  const waiting = new Map<string, readonly Act[]>();
  for (const id of [...new Set([...open, ...mine])].slice(0, 100)) {
    const record = await deps.desk.read(id);
    const asked = { person, roster, policy: null, now: deps.now() };
    const acts = record === null ? [] : awaitedOf({ ...asked, state: record.state });
    if (acts.length > 0) waiting.set(id, acts);
  }
  const extra = await deps.homeParts(person);
  const users = await deps.slackUsersOf(personsIn(extra));
  const parts = extra.flatMap((part, index) => bulletinBlocks(part, users, `home_part_${index}`));
  const rest = mine.filter((id) => !waiting.has(id)).slice(0, 10);
  const lines = await linesOf(deps, [...waiting.keys()].slice(0, HOME_LINES));
  return renderHome({
    waiting: lines.map((line) => ({ ...line, acts: waiting.get(line.requestId) ?? [] })),
    mine: await linesOf(deps, rest),
    parts,
  });
}

async function linesOf(deps: OutboundDeps, ids: readonly string[]): Promise<readonly StatusLine[]> {
  const lines: StatusLine[] = [];
  for (const id of ids) {
    const record = await deps.desk.read(id);
    if (record === null) continue;
    const { view } = await viewOf(deps, record);
    const decideBy = record.state.decision === null ? view.decideBy : null;
    lines.push({
      requestId: id,
      revision: view.revision,
      shortId: view.shortId,
      title: view.title,
      status: view.status,
      needed: view.needed,
      decideBy,
    });
  }
  return lines;
}

function at(item: OutboxItem, channel: string, threadTs: string | null, message: Message) {
  return { outboxId: item.id, clientMsgId: item.clientMsgId, attempts: item.attempts, channel, threadTs, message };
}

function oneLine(text: string): Message {
  return { text, blocks: [section(text)] };
}
