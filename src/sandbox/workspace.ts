import {
  type JournalEntry,
  LIMITS,
  type PendingEvent,
  type SandboxChannel,
  type SandboxFile,
  type SandboxGroup,
  type SandboxMessage,
  type SandboxUser,
  type SandboxView,
  type SuggestedPrompts,
} from './model.ts';
import { CHANNELS, GROUPS, USERS } from './seed.ts';

/** Everything the workspace knows, folded from the journal. Only `applyEntry` changes it. */
export type Workspace = {
  readonly users: ReadonlyMap<string, SandboxUser>;
  readonly channels: Map<string, SandboxChannel>;
  /** Channel id -> ts -> message, in order of ts. */
  readonly messages: Map<string, Map<string, SandboxMessage>>;
  /** `channel client_msg_id` -> ts. */
  readonly clientIds: Map<string, string>;
  /** Person -> ts -> ephemeral message. */
  readonly ephemerals: Map<string, Map<string, SandboxMessage>>;
  /** Person -> open modals, the top one last. */
  readonly stacks: Map<string, SandboxView[]>;
  /** Person -> App Home. */
  readonly homes: Map<string, SandboxView>;
  /** `person channel` -> ts of the last message read. */
  readonly reads: Map<string, string>;
  readonly prompts: Map<string, SuggestedPrompts>;
  readonly files: Map<string, SandboxFile>;
  readonly groups: Map<string, SandboxGroup>;
  readonly pending: Map<string, PendingEvent>;
  /** The largest ts given out. */
  lastTs: string;
};

/** A workspace in which nothing has happened yet. */
export const emptyWorkspace = (): Workspace => ({
  users: new Map(USERS.map((user) => [user.id, user])),
  channels: new Map(CHANNELS.map((channel) => [channel.id, channel])),
  messages: new Map(),
  clientIds: new Map(),
  ephemerals: new Map(),
  stacks: new Map(),
  homes: new Map(),
  reads: new Map(),
  prompts: new Map(),
  files: new Map(),
  groups: new Map(GROUPS.map((group) => [group.id, group])),
  pending: new Map(),
  lastTs: '0.000000',
});

const clientKey = (channel: string, clientMsgId: string): string => `${channel} ${clientMsgId}`;

const inner = <K, V>(map: Map<K, Map<string, V>>, key: K): Map<string, V> => {
  const found = map.get(key);
  if (found) return found;
  const made = new Map<string, V>();
  map.set(key, made);
  return made;
};

/** Messages of a channel in order of ts; empty for a channel without any. */
export const messagesOf = (workspace: Workspace, channel: string): ReadonlyMap<string, SandboxMessage> =>
  workspace.messages.get(channel) ?? new Map();

/** The message that a client_msg_id stored in this channel, if any. */
export const messageByClientId = (
  workspace: Workspace,
  channel: string,
  clientMsgId: string,
): SandboxMessage | undefined => {
  const ts = workspace.clientIds.get(clientKey(channel, clientMsgId));
  return ts === undefined ? undefined : workspace.messages.get(channel)?.get(ts);
};

/** Replies of a thread in order, without the parent. */
export const repliesOf = (workspace: Workspace, channel: string, parentTs: string): readonly SandboxMessage[] =>
  [...messagesOf(workspace, channel).values()].filter(
    (message) => message.thread_ts === parentTs && message.ts !== parentTs,
  );

const noteTs = (workspace: Workspace, ts: string): void => {
  if (Number(ts) > Number(workspace.lastTs)) workspace.lastTs = ts;
};

const dropOldest = (workspace: Workspace, channel: string, log: Map<string, SandboxMessage>): void => {
  while (log.size > LIMITS.messagesPerChannel) {
    const oldest = log.values().next().value;
    if (!oldest) return;
    log.delete(oldest.ts);
    if (oldest.client_msg_id) workspace.clientIds.delete(clientKey(channel, oldest.client_msg_id));
  }
};

const putMessage = (workspace: Workspace, message: SandboxMessage): void => {
  const log = inner(workspace.messages, message.channel);
  log.set(message.ts, message);
  if (message.client_msg_id) {
    workspace.clientIds.set(clientKey(message.channel, message.client_msg_id), message.ts);
  }
  noteTs(workspace, message.ts);
  dropOldest(workspace, message.channel, log);
};

const deleteMessage = (workspace: Workspace, channel: string, ts: string): void => {
  const log = workspace.messages.get(channel);
  const message = log?.get(ts);
  if (!log || !message) return;
  if (message.client_msg_id) workspace.clientIds.delete(clientKey(channel, message.client_msg_id));
  if (repliesOf(workspace, channel, ts).length === 0) {
    log.delete(ts);
    return;
  }
  log.set(ts, { channel, ts, user: message.user, text: 'This message was deleted.', tombstone: true, thread_ts: ts });
};

const putEphemeral = (workspace: Workspace, message: SandboxMessage): void => {
  const own = inner(workspace.ephemerals, message.ephemeral_to ?? '');
  own.set(message.ts, message);
  noteTs(workspace, message.ts);
  for (const ts of own.keys()) {
    if (own.size <= LIMITS.ephemeralsPerUser) break;
    own.delete(ts);
  }
};

const putView = (workspace: Workspace, view: SandboxView): void => {
  const stack = workspace.stacks.get(view.user) ?? [];
  const at = stack.findIndex((other) => other.id === view.id);
  const next = at < 0 ? [...stack, view] : stack.map((other) => (other.id === view.id ? view : other));
  workspace.stacks.set(view.user, next.slice(-LIMITS.viewsPerStack));
};

const closeView = (workspace: Workspace, user: string, viewId: string): void => {
  const stack = workspace.stacks.get(user) ?? [];
  workspace.stacks.set(
    user,
    stack.filter((view) => view.id !== viewId),
  );
};

/** Folds one journal entry into the workspace. Every entry is an upsert or a removal, so that repeats do no harm. */
export const applyEntry = (workspace: Workspace, entry: JournalEntry): void => {
  switch (entry.op) {
    case 'start':
      noteTs(workspace, entry.last_ts);
      return;
    case 'channel':
      workspace.channels.set(entry.channel.id, entry.channel);
      return;
    case 'message':
      putMessage(workspace, entry.message);
      return;
    case 'group':
      workspace.groups.set(entry.group.id, entry.group);
      return;
    case 'file':
      workspace.files.set(entry.file.id, entry.file);
      return;
    case 'delete':
      deleteMessage(workspace, entry.channel, entry.ts);
      return;
    case 'ephemeral':
      putEphemeral(workspace, entry.message);
      return;
    case 'ephemeral_delete':
      workspace.ephemerals.get(entry.user)?.delete(entry.ts);
      return;
    case 'view':
      putView(workspace, entry.view);
      return;
    case 'view_close':
      closeView(workspace, entry.user, entry.view_id);
      return;
    case 'home':
      workspace.homes.set(entry.view.user, entry.view);
      return;
    case 'read':
      workspace.reads.set(`${entry.user} ${entry.channel}`, entry.ts);
      return;
    case 'prompts':
      workspace.prompts.set(entry.channel, entry.prompts);
      return;
    case 'event':
      workspace.pending.set(entry.event.event_id, entry.event);
      return;
    case 'event_done':
      workspace.pending.delete(entry.event_id);
      return;
  }
};

/** The shortest journal that folds into this workspace. */
export const snapshotOf = (workspace: Workspace): readonly JournalEntry[] => {
  const seeded = new Set(CHANNELS.map((channel) => channel.id));
  const entries: JournalEntry[] = [{ op: 'start', version: 1, last_ts: workspace.lastTs }];
  for (const channel of workspace.channels.values()) {
    if (!seeded.has(channel.id)) entries.push({ op: 'channel', channel });
  }
  for (const file of workspace.files.values()) entries.push({ op: 'file', file });
  for (const group of workspace.groups.values()) entries.push({ op: 'group', group });
  for (const log of workspace.messages.values()) {
    for (const message of log.values()) entries.push({ op: 'message', message });
  }
  for (const own of workspace.ephemerals.values()) {
    for (const message of own.values()) entries.push({ op: 'ephemeral', message });
  }
  for (const stack of workspace.stacks.values()) {
    for (const view of stack) entries.push({ op: 'view', view });
  }
  for (const view of workspace.homes.values()) entries.push({ op: 'home', view });
  for (const [key, ts] of workspace.reads) {
    const [user = '', channel = ''] = key.split(' ');
    entries.push({ op: 'read', user, channel, ts });
  }
  for (const [channel, prompts] of workspace.prompts) entries.push({ op: 'prompts', channel, prompts });
  for (const event of workspace.pending.values()) entries.push({ op: 'event', event });
  return entries;
};
