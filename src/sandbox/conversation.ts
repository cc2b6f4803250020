import { viewShape } from './api/shapes.ts';
import type { Core } from './core.ts';
import type { EventSender } from './events.ts';
import type { PageResult } from './interactions.ts';
import {
  BOT_USER,
  LIMITS,
  type PendingEvent,
  type SandboxChannel,
  type SandboxMessage,
  type SandboxUser,
  TEAM,
} from './model.ts';
import { textFromTyping } from './typed-text.ts';
import { messageByClientId, messagesOf } from './workspace.ts';

export type TypedMessage = {
  readonly text: string;
  readonly threadTs: string | null;
  /** Ids of uploads that go with it. */
  readonly files: readonly string[];
  /** Made by the page, so that a repeated call stores one message. */
  readonly clientMsgId: string;
};

const eventsFor = (
  events: EventSender,
  channel: SandboxChannel,
  message: SandboxMessage,
  parent?: SandboxMessage,
): PendingEvent[] => {
  const common = {
    user: message.user,
    ts: message.ts,
    client_msg_id: message.client_msg_id,
    text: message.text,
    ...(message.files ? { subtype: 'file_share', files: message.files, upload: false } : {}),
    team: TEAM.id,
    ...(parent ? { thread_ts: parent.ts, parent_user_id: parent.user } : {}),
    channel: channel.id,
    event_ts: message.ts,
  };
  const prepared = [events.prepare({ type: 'message', ...common, channel_type: channel.kind })];
  if (channel.kind === 'channel' && message.text.includes(`<@${BOT_USER}>`)) {
    prepared.push(events.prepare({ type: 'app_mention', ...common }));
  }
  return prepared;
};

/**
 * Stores what a person typed and sends it to the app: `message` with its channel type, and `app_mention` where the bot
 * is named in a channel. The message and its events are on disk before the page is answered; delivery follows.
 */
export const sendTyped = async (
  core: Core,
  events: EventSender,
  user: SandboxUser,
  channel: SandboxChannel,
  typed: TypedMessage,
): Promise<PageResult> => {
  const known = messageByClientId(core.workspace, channel.id, typed.clientMsgId);
  if (known) return { ok: true, ts: known.ts, cut: false };
  const parent = typed.threadTs === null ? undefined : messagesOf(core.workspace, channel.id).get(typed.threadTs);
  if (typed.threadTs !== null && !parent) return { ok: false, error: 'not_found', message: 'That thread is gone.' };
  if (core.workspace.pending.size >= LIMITS.pendingEvents) {
    return { ok: false, error: 'app_failed', message: 'Countersign acknowledges no events. The message was not sent.' };
  }
  // A file is shared by whoever uploaded it.
  const files = typed.files.flatMap((id) => {
    const file = core.workspace.files.get(id);
    return file?.user === user.id ? [file] : [];
  });
  const { text, cut } = textFromTyping(typed.text, core.workspace.users, core.workspace.channels);
  const message: SandboxMessage = {
    channel: channel.id,
    ts: core.nextTs(),
    user: user.id,
    text,
    client_msg_id: typed.clientMsgId,
    ...(files.length > 0 ? { files } : {}),
    ...(parent ? { thread_ts: parent.thread_ts ?? parent.ts } : {}),
  };
  const prepared =
    core.workspace.pending.size >= LIMITS.pendingEvents ? [] : eventsFor(events, channel, message, parent);
  await core.commit([
    { op: 'message', message },
    { op: 'read', user: user.id, channel: channel.id, ts: message.ts },
    ...prepared.map((event) => ({ op: 'event' as const, event })),
  ]);
  events
    .dispatch(prepared, user.id)
    .catch((error: unknown) => core.log.error({ err: error }, 'sandbox event not delivered'));
  return { ok: true, ts: message.ts, cut };
};

/** A person opens the app's Home or Messages tab: the app is told (`app_home_opened`). */
export const openApp = async (
  core: Core,
  events: EventSender,
  user: SandboxUser,
  channel: SandboxChannel,
  tab: 'home' | 'messages',
): Promise<PageResult> => {
  const view = core.workspace.homes.get(user.id);
  const prepared = events.prepare({
    type: 'app_home_opened',
    user: user.id,
    channel: channel.id,
    tab,
    event_ts: core.nextTs(),
    ...(tab === 'home' && view ? { view: viewShape(view) } : {}),
  });
  await core.commit([{ op: 'event', event: prepared }]);
  events
    .dispatch([prepared], user.id)
    .catch((error: unknown) => core.log.error({ err: error }, 'sandbox event not delivered'));
  return { ok: true };
};

/** Notes how far a person has read a channel; never backwards. */
export const markRead = async (
  core: Core,
  user: SandboxUser,
  channel: SandboxChannel,
  ts: string,
): Promise<PageResult> => {
  const before = core.workspace.reads.get(`${user.id} ${channel.id}`) ?? '0';
  if (Number(ts) <= Number(before)) return { ok: true };
  await core.commit([{ op: 'read', user: user.id, channel: channel.id, ts }]);
  return { ok: true };
};
