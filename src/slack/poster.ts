/**
 * The writes to Slack, each made at most once as far as that can be known: a message carries the id of its outbox row
 * in its metadata, and a second attempt first looks whether the first one arrived (slack-platform.md, pitfall 9).
 */
import type { KnownBlock, View } from '@slack/types';
import { ErrorCode, type WebClient } from '@slack/web-api';
import type { Message } from './blocks/build.ts';

/** One message to place. `outboxId` identifies it across attempts. */
export type Post = {
  readonly outboxId: string;
  readonly clientMsgId: string;
  readonly attempts: number;
  readonly channel: string;
  readonly threadTs: string | null;
  readonly message: Message;
  /** Log index that the sandbox's side panel shows; null where none. */
  readonly entry?: number | null;
  /** Kept with the message for later: a draft. */
  readonly draft?: string;
};

/** Slack said no for good: trying again cannot help. */
export class SlackRefusedError extends Error {
  readonly code = 'slack_refused';
  readonly slackError: string;
  constructor(method: string, slackError: string, cause: unknown) {
    super(`${method}: ${slackError}`, { cause });
    this.name = 'SlackRefusedError';
    this.slackError = slackError;
  }
}

/** Errors that another attempt may mend; everything else Slack says is final. */
const TRANSIENT = new Set([
  'ratelimited',
  'internal_error',
  'fatal_error',
  'service_unavailable',
  'request_timeout',
  'team_added_to_org',
  'rate_limited',
]);

/** How long to wait before another attempt, in milliseconds; null: give up. */
export function retryAfterMs(error: unknown, attempts: number): number | null {
  if (error instanceof SlackRefusedError) return null;
  const limited = error as { code?: string; retryAfter?: number };
  if (limited.code === ErrorCode.RateLimitedError) return Math.max(1, limited.retryAfter ?? 30) * 1000;
  // Two minutes apart this lasts a week: a message is given up only after an outage that long.
  if (attempts >= 5_000) return null;
  return Math.min(500 * 2 ** Math.min(attempts, 10), 120_000);
}

/** Posts, or finds what an earlier attempt posted. Returns its `ts`. */
export async function post(client: WebClient, p: Post): Promise<string> {
  if (p.attempts > 1) {
    const earlier = await findPosted(client, p);
    if (earlier !== null) return earlier;
  }
  const args = {
    channel: p.channel,
    text: p.message.text,
    blocks: p.message.blocks,
    unfurl_links: false,
    unfurl_media: false,
    client_msg_id: p.clientMsgId,
    metadata: metadata(p),
    ...(p.threadTs === null ? {} : { thread_ts: p.threadTs }),
  };
  const result = await call('chat.postMessage', () => client.chat.postMessage(args));
  if (!result.ts) throw new SlackRefusedError('chat.postMessage', 'no_ts', null);
  return result.ts;
}

/** Rewrites a placed message. */
export async function update(
  client: WebClient,
  place: { channel: string; ts: string },
  p: Omit<Post, 'channel' | 'threadTs'>,
): Promise<void> {
  await call('chat.update', () =>
    client.chat.update({
      channel: place.channel,
      ts: place.ts,
      text: p.message.text,
      blocks: p.message.blocks,
      metadata: metadata(p),
    }),
  );
}

/** A message only `user` sees. */
export async function whisper(
  client: WebClient,
  channel: string,
  user: string,
  threadTs: string | null,
  message: Message,
): Promise<void> {
  await call('chat.postEphemeral', () =>
    client.chat.postEphemeral({
      channel,
      user,
      text: message.text,
      blocks: message.blocks,
      ...(threadTs === null ? {} : { thread_ts: threadTs }),
    }),
  );
}

/** The direct message channel with a user. */
export async function directChannel(client: WebClient, user: string): Promise<string> {
  const opened = await call('conversations.open', () => client.conversations.open({ users: user }));
  const id = opened.channel?.id;
  if (!id) throw new SlackRefusedError('conversations.open', 'no_channel', null);
  return id;
}

/** Opens a modal; returns the view's id and hash. */
export async function openView(
  client: WebClient,
  triggerId: string,
  view: unknown,
): Promise<{ id: string; hash: string }> {
  const opened = await call('views.open', () => client.views.open({ trigger_id: triggerId, view: view as View }));
  return { id: opened.view?.id ?? '', hash: opened.view?.hash ?? '' };
}

/** Opens a modal on top of the one in which a button was pressed. */
export async function pushView(
  client: WebClient,
  triggerId: string,
  view: unknown,
): Promise<{ id: string; hash: string }> {
  const pushed = await call('views.push', () => client.views.push({ trigger_id: triggerId, view: view as View }));
  return { id: pushed.view?.id ?? '', hash: pushed.view?.hash ?? '' };
}

/** Replaces an open modal. */
export async function updateView(client: WebClient, id: string, view: unknown): Promise<void> {
  await call('views.update', () => client.views.update({ view_id: id, view: view as View }));
}

/** Publishes somebody's App Home. */
export async function publishHome(client: WebClient, user: string, blocks: KnownBlock[]): Promise<void> {
  await call('views.publish', () => client.views.publish({ user_id: user, view: { type: 'home', blocks } }));
}

/** The `ts` of a message that was posted under this outbox id; null when it is not there. */
export async function findPosted(
  client: WebClient,
  p: Pick<Post, 'channel' | 'threadTs' | 'outboxId'>,
): Promise<string | null> {
  const args = { channel: p.channel, limit: 100, include_all_metadata: true };
  const threadTs = p.threadTs;
  const page =
    threadTs === null
      ? await call('conversations.history', () => client.conversations.history(args))
      : await call('conversations.replies', () => client.conversations.replies({ ...args, ts: threadTs }));
  const found = page.messages?.find((m) => {
    const payload = (m as { metadata?: { event_payload?: Record<string, unknown> } }).metadata?.event_payload;
    return payload?.['outbox'] === p.outboxId;
  });
  return found?.ts ?? null;
}

function metadata(p: Pick<Post, 'outboxId' | 'entry' | 'draft'>) {
  return {
    event_type: 'countersign_message',
    event_payload: {
      outbox: p.outboxId,
      ...(p.entry === undefined || p.entry === null ? {} : { entry: p.entry }),
      ...(p.draft === undefined ? {} : { draft: p.draft }),
    },
  };
}

/** The draft that a message of ours carries; null when there is none. */
export async function readDraft(client: WebClient, channel: string, ts: string): Promise<string | null> {
  const args = { channel, latest: ts, oldest: ts, inclusive: true, limit: 1, include_all_metadata: true };
  const page = await call('conversations.history', () => client.conversations.history(args));
  const found = page.messages?.find((message) => message.ts === ts) as
    | { readonly metadata?: { readonly event_payload?: Record<string, unknown> } }
    | undefined;
  const draft = found?.metadata?.event_payload?.['draft'];
  return typeof draft === 'string' ? draft : null;
}

/** Turns Slack's final refusals into one error class; lets transient failures through for another attempt. */
export async function call<T>(method: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    const platform = error as { code?: string; data?: { error?: string } };
    const slackError = platform.data?.error;
    if (platform.code === ErrorCode.PlatformError && slackError !== undefined && !TRANSIENT.has(slackError)) {
      throw new SlackRefusedError(method, slackError, error);
    }
    throw error;
  }
}
