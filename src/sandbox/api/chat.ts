import { audienceOf } from '../core.ts';
import { APP_ID, BOT_ID, BOT_USER, type SandboxChannel, type SandboxMessage } from '../model.ts';
import { type Content, type ContentRefusal, checkContent } from '../posting.ts';
import { directChannelOf } from '../seed.ts';
import { messageByClientId, messagesOf } from '../workspace.ts';
import { type ApiAnswer, type ApiRefusal, type Args, bool, refuse, str, structured } from './args.ts';
import type { ApiContext, ApiMethod, ApiMethods } from './context.ts';
import { messageShape } from './shapes.ts';

/** The channel an argument names: an id, `#name`, or a person (their direct message). */
export const findChannel = (context: ApiContext, value: string | undefined): SandboxChannel | undefined => {
  const { channels, users } = context.core.workspace;
  if (value === undefined) return undefined;
  if (users.has(value) && value !== BOT_USER) return channels.get(directChannelOf(value));
  const found = channels.get(value);
  if (found) return found;
  const name = value.replace(/^#/, '');
  return [...channels.values()].find((channel) => channel.kind === 'channel' && channel.name === name);
};

const readContent = (args: Args, context: ApiContext): ({ readonly ok: true } & Content) | ContentRefusal => {
  const blocks = structured(args, 'blocks');
  const metadata = structured(args, 'metadata');
  if (!blocks.ok) return { ok: false, error: 'invalid_blocks_format', messages: [] };
  if (!metadata.ok) return { ok: false, error: 'invalid_metadata_format', messages: [] };
  return checkContent(context.core, {
    text: str(args, 'text'),
    blocks: blocks.value,
    metadata: metadata.value,
    markdownText: str(args, 'markdown_text'),
  });
};

const threadOf = (
  args: Args,
  context: ApiContext,
  channel: SandboxChannel,
): { readonly ok: true; readonly threadTs: string | undefined } | ApiRefusal => {
  const threadTs = str(args, 'thread_ts');
  if (threadTs === undefined) return { ok: true, threadTs };
  const parent = messagesOf(context.core.workspace, channel.id).get(threadTs);
  if (!parent) return refuse('thread_not_found');
  // A reply to a reply joins the parent's thread.
  return { ok: true, threadTs: parent.thread_ts ?? threadTs };
};

const posted = (context: ApiContext, message: SandboxMessage): ApiAnswer => ({
  ok: true,
  channel: message.channel,
  ts: message.ts,
  message: messageShape(context.core.workspace, message, true),
});

const postMessage: ApiMethod = async (args, context) => {
  const channel = findChannel(context, str(args, 'channel'));
  if (!channel) return refuse('channel_not_found');
  const clientMsgId = str(args, 'client_msg_id');
  const known = clientMsgId && messageByClientId(context.core.workspace, channel.id, clientMsgId);
  if (known) return posted(context, known);
  const content = readContent(args, context);
  if (!content.ok) return refuse(content.error, content.messages);
  const thread = threadOf(args, context, channel);
  if (!thread.ok) return thread;
  const { ok: _ok, ...body } = content;
  const message: SandboxMessage = {
    channel: channel.id,
    ts: context.core.nextTs(),
    user: BOT_USER,
    ...body,
    ...(thread.threadTs ? { thread_ts: thread.threadTs } : {}),
    ...(thread.threadTs && bool(args, 'reply_broadcast') ? { reply_broadcast: true } : {}),
    ...(clientMsgId ? { client_msg_id: clientMsgId } : {}),
  };
  context.core.announce('status', audienceOf(channel), {
    channel: channel.id,
    thread_ts: thread.threadTs ?? '',
    status: '',
  });
  await context.core.commit([{ op: 'message', message }]);
  return posted(context, message);
};

const update: ApiMethod = async (args, context) => {
  const channel = findChannel(context, str(args, 'channel'));
  if (!channel) return refuse('channel_not_found');
  const message = messagesOf(context.core.workspace, channel.id).get(str(args, 'ts') ?? '');
  if (!message || message.tombstone) return refuse('message_not_found');
  if (message.user !== BOT_USER) return refuse('cant_update_message');
  const content = readContent(args, context);
  if (!content.ok) return refuse(content.error, content.messages);
  const { ok: _ok, ...body } = content;
  // Blocks that are not given again go away when text is given; metadata that is not given stays.
  const { blocks: _blocks, ...kept } = message;
  const edited = { user: BOT_USER, ts: context.core.nextTs() };
  const updated: SandboxMessage = { ...kept, ...body, edited };
  await context.core.commit([{ op: 'message', message: updated }]);
  return {
    ok: true,
    channel: channel.id,
    ts: message.ts,
    text: updated.text,
    message: messageShape(context.core.workspace, updated, true),
  };
};

const remove: ApiMethod = async (args, context) => {
  const channel = findChannel(context, str(args, 'channel'));
  if (!channel) return refuse('channel_not_found');
  const message = messagesOf(context.core.workspace, channel.id).get(str(args, 'ts') ?? '');
  if (!message || message.tombstone) return refuse('message_not_found');
  if (message.user !== BOT_USER) return refuse('cant_delete_message');
  await context.core.commit([{ op: 'delete', channel: channel.id, ts: message.ts }]);
  return { ok: true, channel: channel.id, ts: message.ts };
};

const postEphemeral: ApiMethod = async (args, context) => {
  const channel = findChannel(context, str(args, 'channel'));
  if (!channel) return refuse('channel_not_found');
  const user = str(args, 'user');
  if (user === undefined || !context.core.workspace.users.has(user)) return refuse('user_not_found');
  if (!channel.members.includes(user)) return refuse('user_not_in_channel');
  const content = readContent(args, context);
  if (!content.ok) return refuse(content.error, content.messages);
  const thread = threadOf(args, context, channel);
  if (!thread.ok) return thread;
  const { ok: _ok, ...body } = content;
  const ts = context.core.nextTs();
  const message: SandboxMessage = {
    channel: channel.id,
    ts,
    user: BOT_USER,
    ...body,
    ephemeral_to: user,
    ...(thread.threadTs ? { thread_ts: thread.threadTs } : {}),
  };
  await context.core.commit([{ op: 'ephemeral', message }]);
  return { ok: true, message_ts: ts };
};

const getPermalink: ApiMethod = (args, context) => {
  const channel = findChannel(context, str(args, 'channel'));
  if (!channel) return refuse('channel_not_found');
  const ts = str(args, 'message_ts') ?? '';
  const message = messagesOf(context.core.workspace, channel.id).get(ts);
  if (!message) return refuse('message_not_found');
  const thread = message.thread_ts && message.thread_ts !== ts ? `&thread=${message.thread_ts}` : '';
  return {
    ok: true,
    channel: channel.id,
    permalink: `${context.baseUrl()}/?channel=${channel.id}&message=${ts}${thread}`,
  };
};

const addReaction: ApiMethod = async (args, context) => {
  const channel = findChannel(context, str(args, 'channel'));
  if (!channel) return refuse('channel_not_found');
  const message = messagesOf(context.core.workspace, channel.id).get(str(args, 'timestamp') ?? '');
  if (!message) return refuse('message_not_found');
  const name = (str(args, 'name') ?? '').replaceAll(':', '');
  if (!/^[a-z0-9_+'-]{1,100}$/.test(name)) return refuse('invalid_name');
  const reactions = message.reactions ?? [];
  const own = reactions.find((reaction) => reaction.name === name);
  if (own?.users.includes(BOT_USER)) return refuse('already_reacted');
  if (!own && reactions.length >= 23) return refuse('too_many_emoji');
  const users = [...(own?.users ?? []), BOT_USER];
  const next = own
    ? reactions.map((reaction) => (reaction.name === name ? { name, users } : reaction))
    : [...reactions, { name, users }];
  await context.core.commit([{ op: 'message', message: { ...message, reactions: next } }]);
  return { ok: true };
};

const removeReaction: ApiMethod = async (args, context) => {
  const channel = findChannel(context, str(args, 'channel'));
  if (!channel) return refuse('channel_not_found');
  const message = messagesOf(context.core.workspace, channel.id).get(str(args, 'timestamp') ?? '');
  if (!message) return refuse('message_not_found');
  const name = (str(args, 'name') ?? '').replaceAll(':', '');
  const reactions = message.reactions ?? [];
  if (!reactions.some((reaction) => reaction.name === name && reaction.users.includes(BOT_USER))) {
    return refuse('no_reaction');
  }
  const next = reactions
    .map((r) => (r.name === name ? { name, users: r.users.filter((user) => user !== BOT_USER) } : r))
    .filter((reaction) => reaction.users.length > 0);
  await context.core.commit([{ op: 'message', message: { ...message, reactions: next } }]);
  return { ok: true };
};

/** `auth.test`, with the identities the app learns about itself. */
const authTest: ApiMethod = (_args, context) => ({
  ok: true,
  url: `${context.baseUrl()}/`,
  team: 'Countersign sandbox',
  user: 'countersign',
  team_id: 'T0SANDBOX',
  user_id: BOT_USER,
  bot_id: BOT_ID,
  app_id: APP_ID,
  is_enterprise_install: false,
});

/** Messages and reactions. */
export const CHAT_METHODS: ApiMethods = {
  'api.test': () => ({ ok: true }),
  'auth.test': authTest,
  'chat.postMessage': postMessage,
  'chat.update': update,
  'chat.delete': remove,
  'chat.postEphemeral': postEphemeral,
  'chat.getPermalink': getPermalink,
  'reactions.add': addReaction,
  'reactions.remove': removeReaction,
};
