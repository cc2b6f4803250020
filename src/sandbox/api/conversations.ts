import { BOT_USER, LIMITS, type SandboxChannel, type SandboxMessage } from '../model.ts';
import { directChannelOf } from '../seed.ts';
import { messagesOf, repliesOf } from '../workspace.ts';
import { type Args, bool, page, refuse, str } from './args.ts';
import { findChannel } from './chat.ts';
import type { ApiContext, ApiMethod, ApiMethods } from './context.ts';
import { channelShape, messageShape, userShape } from './shapes.ts';

const open: ApiMethod = async (args, context) => {
  const { workspace } = context.core;
  const known = str(args, 'channel');
  if (known !== undefined) {
    const channel = workspace.channels.get(known);
    return channel
      ? { ok: true, channel: openedShape(args, channel), already_open: true }
      : refuse('channel_not_found');
  }
  const users = [...new Set((str(args, 'users') ?? '').split(',').map((user) => user.trim()))].filter(
    (user) => user !== '' && user !== BOT_USER,
  );
  if (users.length === 0) return refuse('users_list_not_supplied');
  if (users.length > 8) return refuse('too_many_users');
  if (users.some((user) => !workspace.users.has(user))) return refuse('user_not_found');
  const [only] = users;
  if (users.length === 1 && only !== undefined) {
    const direct = workspace.channels.get(directChannelOf(only));
    return direct ? { ok: true, channel: openedShape(args, direct), already_open: true } : refuse('channel_not_found');
  }
  const members = [...users].sort().concat(BOT_USER);
  const same = [...workspace.channels.values()].find(
    (channel) => channel.kind === 'mpim' && channel.members.join() === members.join(),
  );
  if (same) return { ok: true, channel: openedShape(args, same), already_open: true };
  if (workspace.channels.size >= LIMITS.channels) return refuse('channel_limit_reached');
  const names = users.map((user) => workspace.users.get(user)?.name ?? user);
  const channel: SandboxChannel = {
    id: `G0${context.core.randomId(4)}`,
    name: `mpdm-${names.join('--')}-1`,
    kind: 'mpim',
    topic: '',
    members,
    created: Math.floor(context.core.now().getTime() / 1000),
  };
  await context.core.commit([{ op: 'channel', channel }]);
  return { ok: true, channel: openedShape(args, channel), already_open: false };
};

const openedShape = (args: Args, channel: SandboxChannel): Record<string, unknown> =>
  bool(args, 'return_im') ? channelShape(channel) : { id: channel.id };

const info: ApiMethod = (args, context) => {
  const channel = context.core.workspace.channels.get(str(args, 'channel') ?? '');
  return channel ? { ok: true, channel: channelShape(channel) } : refuse('channel_not_found');
};

const TYPE_OF: Readonly<Record<SandboxChannel['kind'], string>> = { channel: 'public_channel', im: 'im', mpim: 'mpim' };

const list: ApiMethod = (args, context) => {
  const types = (str(args, 'types') ?? 'public_channel').split(',').map((type) => type.trim());
  const wanted = [...context.core.workspace.channels.values()].filter((channel) =>
    types.includes(TYPE_OF[channel.kind]),
  );
  const { items, nextCursor } = page(wanted, args, 100);
  return { ok: true, channels: items.map(channelShape), response_metadata: { next_cursor: nextCursor } };
};

const members: ApiMethod = (args, context) => {
  const channel = context.core.workspace.channels.get(str(args, 'channel') ?? '');
  if (!channel) return refuse('channel_not_found');
  const { items, nextCursor } = page(channel.members, args, 100);
  return { ok: true, members: items, response_metadata: { next_cursor: nextCursor } };
};

const inRange = (args: Args) => {
  const inclusive = bool(args, 'inclusive');
  const oldest = Number(str(args, 'oldest') ?? '0');
  const latest = Number(str(args, 'latest') ?? Number.POSITIVE_INFINITY);
  return (message: SandboxMessage): boolean => {
    const ts = Number(message.ts);
    return inclusive ? ts >= oldest && ts <= latest : ts > oldest && ts < latest;
  };
};

const shapes = (args: Args, context: ApiContext, messages: readonly SandboxMessage[]): readonly unknown[] =>
  messages.map((message) => messageShape(context.core.workspace, message, bool(args, 'include_all_metadata')));

const history: ApiMethod = (args, context) => {
  const channel = findChannel(context, str(args, 'channel'));
  if (!channel) return refuse('channel_not_found');
  const wanted = [...messagesOf(context.core.workspace, channel.id).values()]
    .filter((message) => !message.thread_ts || message.thread_ts === message.ts || message.reply_broadcast)
    .filter(inRange(args))
    .reverse();
  const { items, nextCursor } = page(wanted, args, 100);
  return {
    ok: true,
    messages: shapes(args, context, items),
    has_more: nextCursor !== '',
    pin_count: 0,
    response_metadata: { next_cursor: nextCursor },
  };
};

const replies: ApiMethod = (args, context) => {
  const channel = findChannel(context, str(args, 'channel'));
  if (!channel) return refuse('channel_not_found');
  const named = messagesOf(context.core.workspace, channel.id).get(str(args, 'ts') ?? '');
  const parentTs = named?.thread_ts ?? named?.ts ?? '';
  const parent = messagesOf(context.core.workspace, channel.id).get(parentTs);
  if (!parent) return refuse('thread_not_found');
  const thread = repliesOf(context.core.workspace, channel.id, parentTs).filter(inRange(args));
  const { items, nextCursor } = page([parent, ...thread], args, 1000);
  return {
    ok: true,
    messages: shapes(args, context, items),
    has_more: nextCursor !== '',
    response_metadata: { next_cursor: nextCursor },
  };
};

const userInfo: ApiMethod = (args, context) => {
  const user = context.core.workspace.users.get(str(args, 'user') ?? '');
  return user ? { ok: true, user: userShape(user) } : refuse('user_not_found');
};

const userList: ApiMethod = (args, context) => {
  const { items, nextCursor } = page([...context.core.workspace.users.values()], args, 200);
  return {
    ok: true,
    members: items.map(userShape),
    cache_ts: Math.floor(context.core.now().getTime() / 1000),
    response_metadata: { next_cursor: nextCursor },
  };
};

const lookupByEmail: ApiMethod = (args, context) => {
  const email = str(args, 'email')?.toLowerCase();
  const user = [...context.core.workspace.users.values()].find((other) => other.email !== '' && other.email === email);
  return user ? { ok: true, user: userShape(user) } : refuse('users_not_found');
};

const groupList: ApiMethod = (args, context) => ({
  ok: true,
  usergroups: [...context.core.workspace.groups.values()].map((group) => ({
    id: group.id,
    team_id: 'T0SANDBOX',
    is_usergroup: true,
    name: group.name,
    handle: group.handle,
    description: '',
    date_delete: 0,
    user_count: group.users.length,
    ...(bool(args, 'include_users') ? { users: group.users } : {}),
  })),
});

const groupUsers: ApiMethod = (args, context) => {
  const group = context.core.workspace.groups.get(str(args, 'usergroup') ?? '');
  return group ? { ok: true, users: group.users } : refuse('no_such_subteam');
};

/** Channels, people and user groups. */
export const DIRECTORY_METHODS: ApiMethods = {
  'conversations.open': open,
  'conversations.info': info,
  'conversations.list': list,
  'conversations.members': members,
  'conversations.history': history,
  'conversations.replies': replies,
  'conversations.join': info,
  'users.info': userInfo,
  'users.list': userList,
  'users.lookupByEmail': lookupByEmail,
  'usergroups.list': groupList,
  'usergroups.users.list': groupUsers,
};
