import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FaultVerdict } from '../faults.ts';
import { readBody, sendJson } from '../http.ts';
import { LIMITS } from '../model.ts';
import { triggerRef } from '../trace.ts';
import { type ApiAnswer, type Args, parseArgs, refuse, str, structured } from './args.ts';
import { ASSISTANT_METHODS } from './assistant.ts';
import { CHAT_METHODS } from './chat.ts';
import type { ApiContext, ApiMethods } from './context.ts';
import { DIRECTORY_METHODS } from './conversations.ts';
import { FILE_METHODS } from './files.ts';
import { VIEW_METHODS } from './views.ts';

const METHODS: ApiMethods = {
  ...CHAT_METHODS,
  ...VIEW_METHODS,
  ...DIRECTORY_METHODS,
  ...ASSISTANT_METHODS,
  ...FILE_METHODS,
};

const sameToken = (given: string, expected: string): boolean => {
  const a = Buffer.from(given);
  const b = Buffer.from(expected);
  return a.length === b.length && timingSafeEqual(a, b);
};

const authRefusal = (req: IncomingMessage, args: Args, botToken: string): ApiAnswer | null => {
  const header = /^Bearer\s+(.+)$/i.exec(req.headers.authorization ?? '')?.[1];
  const token = header ?? str(args, 'token');
  if (token === undefined) return refuse('not_authed');
  return sameToken(token, botToken) ? null : refuse('invalid_auth');
};

/** What a call was about, for the side panel: its channel, person or view. */
const targetOf = (args: Args, context: ApiContext): string => {
  const id =
    str(args, 'channel') ??
    str(args, 'channel_id') ??
    str(args, 'user_id') ??
    str(args, 'user') ??
    str(args, 'users') ??
    '';
  const { channels, users } = context.core.workspace;
  const channel = channels.get(id);
  if (channel?.kind === 'im') return `DM ${users.get(channel.members[0] ?? '')?.real_name ?? ''}`;
  return channel ? `#${channel.name}` : (users.get(id)?.real_name ?? '');
};

/** The evidence entry a message's metadata names, as text. */
const evidenceOf = (args: Args): string | null => {
  const metadata = structured(args, 'metadata');
  const payload = metadata.ok
    ? (metadata.value as { event_payload?: Record<string, unknown> } | undefined)?.event_payload
    : null;
  const entry = payload?.['entry'] ?? payload?.['log_index'] ?? payload?.['logIndex'];
  return typeof entry === 'number' || (typeof entry === 'string' && entry !== '') ? String(entry) : null;
};

const run = async (name: string, args: Args, context: ApiContext): Promise<ApiAnswer> => {
  const method = Object.hasOwn(METHODS, name) ? METHODS[name] : undefined;
  if (!method) return refuse('unknown_method');
  try {
    return await method(args, context);
  } catch (error) {
    context.core.log.error({ err: error, method: name }, 'sandbox Web API method failed');
    return refuse('internal_error');
  }
};

/** Acts out a fault that comes before the call; true when the call must not be carried out. */
const sufferFault = (verdict: FaultVerdict, req: IncomingMessage, res: ServerResponse): boolean => {
  if (verdict.before === 'none') return false;
  if (verdict.before === 'refuse') req.socket.destroy();
  else if (verdict.before === '503') sendJson(res, 503, { ok: false, error: 'service_unavailable' });
  else sendJson(res, 429, { ok: false, error: 'ratelimited' }, { 'retry-after': String(verdict.retryAfterSeconds) });
  return true;
};

const wait = (context: ApiContext, ms: number): Promise<void> =>
  ms <= 0 ? Promise.resolve() : new Promise((resolve) => context.core.timers.set(resolve, ms));

/** Serves `/sandbox/api/<method>`: forms and JSON, bearer token or `token`, Slack's answers and error codes. */
export const serveApi = async (
  req: IncomingMessage,
  res: ServerResponse,
  name: string,
  context: ApiContext,
  botToken: string,
): Promise<void> => {
  const started = performance.now();
  const read = await readBody(req, LIMITS.apiBodyBytes);
  if (!read.ok) return sendJson(res, 413, refuse('request_too_large'));
  const query = new URL(req.url ?? '/', 'http://localhost').searchParams;
  const type = req.headers['content-type'] ?? '';
  const body = type.startsWith('multipart/') ? null : parseArgs(type, read.body.toString('utf8'));
  const args: Args | null = body && { ...Object.fromEntries(query), ...body };
  const channel = name === 'chat.postMessage' && args ? (str(args, 'channel') ?? null) : null;
  const verdict = context.core.faults.judge(name, channel, context.core.now().getTime());
  await wait(context, verdict.slowMs);
  const note = (ok: boolean, error: string | null): void =>
    context.core.trace.call(
      {
        method: name,
        ok,
        error,
        ms: Math.round(performance.now() - started),
        target: args ? targetOf(args, context) : '',
        evidence: args && ok ? evidenceOf(args) : null,
      },
      args && str(args, 'trigger_id') ? triggerRef(str(args, 'trigger_id') ?? '') : null,
    );
  if (sufferFault(verdict, req, res)) return note(false, `fault: ${verdict.before}`);
  const answer = args
    ? (authRefusal(req, args, botToken) ?? (await run(name, args, context)))
    : refuse('invalid_post_type');
  if (name !== 'auth.test' && name !== 'api.test') note(answer.ok, answer.ok ? null : answer.error);
  if (verdict.dropAnswer) {
    req.socket.destroy();
    return;
  }
  sendJson(res, 200, answer, {
    'x-oauth-scopes': 'chat:write,commands,files:read,usergroups:read,users:read',
    'x-slack-req-id': context.core.randomId(8),
  });
};
