import type {
  PageState,
  SandboxChannel,
  SandboxMessage,
  StateAnswer,
  StreamChange,
  SuggestedPrompts,
  TraceEntry,
} from './page-types.ts';

const keyOf = (message: { readonly channel: string; readonly ts: string }): string =>
  `${message.channel} ${message.ts}`;

/** The page's state from the server's answer. */
export const stateFrom = (answer: StateAnswer): PageState => ({
  ...answer,
  users: new Map(answer.users.map((user) => [user.id, user])),
  messages: new Map(answer.messages.map((message) => [keyOf(message), message])),
  ephemerals: new Map(answer.ephemerals.map((message) => [message.ts, message])),
  trace: new Map(answer.trace.map((entry) => [entry.id, entry])),
  status: new Map(),
});

const withEntry = <K, V>(map: ReadonlyMap<K, V>, key: K, value: V): ReadonlyMap<K, V> => new Map(map).set(key, value);

const without = <K, V>(map: ReadonlyMap<K, V>, key: K): ReadonlyMap<K, V> => {
  const next = new Map(map);
  next.delete(key);
  return next;
};

const applyKind = (state: PageState, change: StreamChange): PageState => {
  switch (change.kind) {
    case 'message': {
      const message = change.data as SandboxMessage;
      return { ...state, messages: withEntry(state.messages, keyOf(message), message) };
    }
    case 'delete':
      return { ...state, messages: without(state.messages, keyOf(change.data as SandboxMessage)) };
    case 'ephemeral': {
      const message = change.data as SandboxMessage;
      return { ...state, ephemerals: withEntry(state.ephemerals, message.ts, message) };
    }
    case 'ephemeral_delete':
      return { ...state, ephemerals: without(state.ephemerals, (change.data as { ts: string }).ts) };
    case 'views':
      return { ...state, views: (change.data as { views: PageState['views'] }).views };
    case 'home':
      return { ...state, home: change.data as PageState['home'] };
    case 'read': {
      const { channel, ts } = change.data as { channel: string; ts: string };
      return { ...state, reads: { ...state.reads, [channel]: ts } };
    }
    case 'channel': {
      const channel = change.data as SandboxChannel;
      const others = state.channels.filter((other) => other.id !== channel.id);
      return { ...state, channels: [...others, channel] };
    }
    case 'prompts': {
      const { channel, prompts } = change.data as { channel: string; prompts: SuggestedPrompts };
      return { ...state, prompts: { ...state.prompts, [channel]: prompts } };
    }
    case 'status': {
      const {
        channel,
        thread_ts: thread,
        status,
      } = change.data as { channel: string; thread_ts: string; status: string };
      return { ...state, status: withEntry(state.status, `${channel} ${thread}`, status) };
    }
    case 'trace': {
      const entry = change.data as TraceEntry;
      return { ...state, trace: withEntry(state.trace, entry.id, entry) };
    }
  }
};

/** The state with a change; changes that it already holds are left out. */
export const applyChange = (state: PageState, change: StreamChange): PageState =>
  change.rev <= state.rev ? state : { ...applyKind(state, change), rev: change.rev };

/** The state with older messages of a channel. */
export const withOlder = (
  state: PageState,
  channel: string,
  older: { readonly messages: readonly SandboxMessage[]; readonly more: boolean },
): PageState => {
  const messages = new Map(state.messages);
  for (const message of older.messages) messages.set(keyOf(message), message);
  const others = state.more.filter((id) => id !== channel);
  return { ...state, messages, more: older.more ? [...others, channel] : others };
};

const byTs = (a: SandboxMessage, b: SandboxMessage): number => Number(a.ts) - Number(b.ts);

/** Messages shown in a channel: top-level ones, broadcast replies, and the person's ephemeral ones, in order. */
export const channelMessages = (
  state: Pick<PageState, 'messages' | 'ephemerals'>,
  channel: string,
): readonly SandboxMessage[] =>
  [...state.messages.values(), ...state.ephemerals.values()]
    .filter(
      (message) =>
        message.channel === channel &&
        (!message.thread_ts || message.thread_ts === message.ts || message.reply_broadcast === true),
    )
    .sort(byTs);

/** A thread: its parent first, then the replies. */
export const threadMessages = (state: PageState, channel: string, parentTs: string): readonly SandboxMessage[] =>
  [...state.messages.values(), ...state.ephemerals.values()]
    .filter((message) => message.channel === channel && (message.ts === parentTs || message.thread_ts === parentTs))
    .sort(byTs);

/** Replies by parent ts for one channel. */
export const threadSummaries = (
  state: Pick<PageState, 'messages'>,
  channel: string,
): ReadonlyMap<string, { readonly count: number; readonly users: readonly string[]; readonly latest: string }> => {
  const summaries = new Map<string, { count: number; users: string[]; latest: string }>();
  for (const message of [...state.messages.values()].sort(byTs)) {
    if (message.channel !== channel || !message.thread_ts || message.thread_ts === message.ts) continue;
    const summary = summaries.get(message.thread_ts) ?? { count: 0, users: [], latest: message.ts };
    summary.count += 1;
    summary.latest = message.ts;
    if (!summary.users.includes(message.user)) summary.users.push(message.user);
    summaries.set(message.thread_ts, summary);
  }
  return summaries;
};

/** How many messages of others a person has not read in a channel. */
export const unreadCount = (state: PageState, channel: string): number => {
  const read = Number(state.reads[channel] ?? '0');
  let count = 0;
  for (const message of state.messages.values()) {
    if (message.channel === channel && message.user !== state.me && Number(message.ts) > read) count += 1;
  }
  return count;
};

/** The ts of the newest message of a channel, or null. */
export const newestTs = (state: PageState, channel: string): string | null => {
  let newest: string | null = null;
  for (const message of state.messages.values()) {
    if (message.channel === channel && Number(message.ts) > Number(newest ?? '0')) newest = message.ts;
  }
  return newest;
};
