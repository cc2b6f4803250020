import {
  APP_ID,
  BOT_ID,
  BOT_USER,
  type SandboxChannel,
  type SandboxMessage,
  type SandboxUser,
  type SandboxView,
  TEAM,
} from '../model.ts';
import { repliesOf, type Workspace } from '../workspace.ts';

/** A message as the Web API and event payloads show it. */
export const messageShape = (
  workspace: Workspace,
  message: SandboxMessage,
  includeMetadata = false,
): Record<string, unknown> => {
  const { channel: _channel, tombstone, ephemeral_to: _to, metadata, ...rest } = message;
  const shape: Record<string, unknown> = { type: 'message', team: TEAM.id, ...rest };
  if (tombstone) shape['subtype'] = 'tombstone';
  if (message.user === BOT_USER) Object.assign(shape, botFields());
  if (includeMetadata && metadata) shape['metadata'] = metadata;
  const reactions = message.reactions?.map((reaction) => ({ ...reaction, count: reaction.users.length }));
  if (reactions) shape['reactions'] = reactions;
  const replies =
    message.thread_ts && message.thread_ts !== message.ts ? [] : repliesOf(workspace, message.channel, message.ts);
  const latest = replies.at(-1);
  if (latest) {
    shape['thread_ts'] = message.ts;
    shape['reply_count'] = replies.length;
    shape['reply_users'] = [...new Set(replies.map((reply) => reply.user))];
    shape['reply_users_count'] = new Set(replies.map((reply) => reply.user)).size;
    shape['latest_reply'] = latest.ts;
  }
  return shape;
};

/** Fields that mark a message as the app's. */
const botFields = (): Record<string, unknown> => ({
  bot_id: BOT_ID,
  app_id: APP_ID,
  bot_profile: { id: BOT_ID, app_id: APP_ID, name: 'Countersign', deleted: false, team_id: TEAM.id },
});

export const userShape = (user: SandboxUser): Record<string, unknown> => {
  const [first = '', ...others] = user.real_name.split(' ');
  return {
    id: user.id,
    team_id: TEAM.id,
    name: user.name,
    deleted: false,
    real_name: user.real_name,
    tz: 'Etc/UTC',
    tz_label: 'Coordinated Universal Time',
    tz_offset: 0,
    is_admin: user.is_admin,
    is_owner: false,
    is_restricted: false,
    is_ultra_restricted: false,
    is_bot: user.is_bot,
    is_app_user: false,
    updated: 1_767_225_600,
    profile: {
      title: user.title,
      real_name: user.real_name,
      display_name: user.real_name,
      first_name: first,
      last_name: others.join(' '),
      ...(user.email === '' ? {} : { email: user.email }),
      ...(user.is_bot ? { bot_id: BOT_ID, api_app_id: APP_ID } : {}),
      team: TEAM.id,
    },
  };
};

export const channelShape = (channel: SandboxChannel): Record<string, unknown> => {
  const base = {
    id: channel.id,
    created: channel.created,
    is_archived: false,
    is_im: channel.kind === 'im',
    is_mpim: channel.kind === 'mpim',
    is_channel: channel.kind === 'channel',
    is_group: false,
    is_private: channel.kind !== 'channel',
    context_team_id: TEAM.id,
  };
  if (channel.kind === 'im') {
    return { ...base, user: channel.members.find((member) => member !== BOT_USER) ?? '', is_open: true };
  }
  return {
    ...base,
    name: channel.name,
    name_normalized: channel.name,
    is_member: channel.members.includes(BOT_USER),
    is_general: false,
    topic: { value: channel.topic, creator: '', last_set: 0 },
    purpose: { value: channel.topic, creator: '', last_set: 0 },
    num_members: channel.members.length,
  };
};

/** A view as the Web API and interaction payloads show it; `values` are what its inputs hold. */
export const viewShape = (view: SandboxView, values: unknown = {}): Record<string, unknown> => ({
  id: view.id,
  team_id: TEAM.id,
  type: view.type,
  blocks: view.blocks,
  private_metadata: view.private_metadata,
  callback_id: view.callback_id,
  state: { values },
  hash: view.hash,
  title: view.title ?? { type: 'plain_text', text: 'View Title', emoji: true },
  clear_on_close: view.clear_on_close,
  notify_on_close: view.notify_on_close,
  close: view.close,
  submit: view.submit,
  previous_view_id: view.previous_view_id,
  root_view_id: view.root_view_id,
  app_id: APP_ID,
  external_id: view.external_id,
  app_installed_team_id: TEAM.id,
  bot_id: BOT_ID,
});
