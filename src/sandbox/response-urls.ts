import type { Core } from './core.ts';
import { BOT_USER, type JournalEntry, LIMITS, type SandboxMessage } from './model.ts';
import { checkContent } from './posting.ts';
import { messagesOf } from './workspace.ts';

/** A response_url may be used this often, for this long in milliseconds. */
const RESPONSE_USES = 5;
const RESPONSE_TTL_MS = 30 * 60_000;

/** Where answers to one interaction go, and the message it came from. */
type ResponsePlace = {
  readonly channel: string;
  readonly user: string;
  /** The message the interaction came from; null for a command. */
  readonly source: { readonly ts: string; readonly ephemeral: boolean } | null;
  readonly threadTs: string | null;
};

type ResponseResult = { readonly status: number; readonly body: string };

export type ResponseBook = {
  /** Path of a new response_url. */
  issue(place: ResponsePlace): string;
  /** Carries out what was posted to a response_url. */
  respond(token: string, body: unknown): Promise<ResponseResult>;
  /** Posts an answer as if it had come to a response_url of this place: how a command's acknowledgement is shown. */
  post(place: ResponsePlace, body: unknown): Promise<ResponseResult>;
};

type Issued = { readonly place: ResponsePlace; readonly issuedAt: number; uses: number };

const failed = (error: string, status = 200): ResponseResult => ({
  status,
  body: JSON.stringify({ ok: false, error }),
});

const removalOf = (place: ResponsePlace): readonly JournalEntry[] => {
  if (!place.source) return [];
  return place.source.ephemeral
    ? [{ op: 'ephemeral_delete', user: place.user, ts: place.source.ts }]
    : [{ op: 'delete', channel: place.channel, ts: place.source.ts }];
};

const replacement = (core: Core, place: ResponsePlace, content: Partial<SandboxMessage>): JournalEntry | null => {
  if (!place.source) return null;
  const { ts, ephemeral } = place.source;
  const old = ephemeral
    ? core.workspace.ephemerals.get(place.user)?.get(ts)
    : messagesOf(core.workspace, place.channel).get(ts);
  if (!old) return null;
  const { blocks: _blocks, ...kept } = old;
  const message: SandboxMessage = { ...kept, ...content, edited: { user: BOT_USER, ts: core.nextTs() } };
  return ephemeral ? { op: 'ephemeral', message } : { op: 'message', message };
};

/** Keeps the response_urls in memory, as they are short-lived; a restart ends them. */
export const createResponseBook = (core: Core): ResponseBook => {
  const issued = new Map<string, Issued>();
  const post: ResponseBook['post'] = async (place, raw) => {
    const body = (typeof raw === 'object' && raw !== null ? raw : { text: String(raw) }) as Record<string, unknown>;
    if (body['delete_original'] === true) {
      await core.commit(removalOf(place));
      return { status: 200, body: 'ok' };
    }
    const content = checkContent(core, {
      text: body['text'],
      blocks: body['blocks'] ?? undefined,
      metadata: body['metadata'],
      markdownText: body['markdown_text'],
    });
    if (!content.ok) return failed(content.error, 400);
    const { ok: _ok, ...fields } = content;
    const replaced = body['replace_original'] === true ? replacement(core, place, fields) : null;
    if (replaced) {
      await core.commit([replaced]);
      return { status: 200, body: 'ok' };
    }
    const threadTs = typeof body['thread_ts'] === 'string' ? body['thread_ts'] : place.threadTs;
    const inChannel = body['response_type'] === 'in_channel';
    const message: SandboxMessage = {
      channel: place.channel,
      ts: core.nextTs(),
      user: BOT_USER,
      ...fields,
      ...(threadTs ? { thread_ts: threadTs } : {}),
      ...(inChannel ? {} : { ephemeral_to: place.user }),
    };
    await core.commit([{ op: inChannel ? 'message' : 'ephemeral', message }]);
    return { status: 200, body: 'ok' };
  };
  return {
    issue: (place) => {
      const token = core.randomId(20).toLowerCase();
      issued.set(token, { place, issuedAt: core.now().getTime(), uses: 0 });
      for (const old of issued.keys()) {
        if (issued.size <= LIMITS.responseUrls) break;
        issued.delete(old);
      }
      return `/sandbox/response/${token}`;
    },
    respond: async (token, body) => {
      const entry = issued.get(token);
      if (!entry) return failed('invalid_url', 404);
      if (core.now().getTime() - entry.issuedAt > RESPONSE_TTL_MS) return failed('expired_url', 404);
      if (entry.uses >= RESPONSE_USES) return failed('used_url', 404);
      entry.uses += 1;
      return post(entry.place, body);
    },
    post,
  };
};
