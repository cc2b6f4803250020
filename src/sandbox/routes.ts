import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ApiContext } from './api/context.ts';
import { serveApi } from './api/server.ts';
import type { Core } from './core.ts';
import { serveFile, serveUpload } from './files.ts';
import { readBody, sendJson } from './http.ts';
import { LIMITS, type SandboxUser } from './model.ts';
import type { PageAssets } from './page-assets.ts';
import { PAGE_CALLS, type PageDeps } from './page-calls.ts';
import { channelsOf, messagesBefore, pageState } from './page-state.ts';
import type { PageStreams } from './page-stream.ts';
import type { CommandHint } from './seed.ts';

/** What the routes serve from. */
export type Parts = {
  readonly deps: PageDeps;
  readonly api: ApiContext;
  readonly assets: PageAssets;
  readonly streams: PageStreams;
  readonly commands: readonly CommandHint[];
  readonly botToken: string;
};

const refuseMethod = (res: ServerResponse): void => sendJson(res, 405, { ok: false, error: 'method_not_allowed' });

const isJson = (req: IncomingMessage): boolean => (req.headers['content-type'] ?? '').startsWith('application/json');

const readJson = async (
  req: IncomingMessage,
  res: ServerResponse,
  limit: number,
): Promise<{ value: unknown } | null> => {
  const read = await readBody(req, limit);
  if (!read.ok) {
    sendJson(res, 413, { ok: false, error: 'too_large', message: 'That is too much at once.' });
    return null;
  }
  try {
    return { value: JSON.parse(read.body.toString('utf8')) as unknown };
  } catch {
    sendJson(res, 400, { ok: false, error: 'invalid', message: 'The body is not JSON.' });
    return null;
  }
};

const servePageCall = async (req: IncomingMessage, res: ServerResponse, name: string, parts: Parts): Promise<void> => {
  const run = Object.hasOwn(PAGE_CALLS, name) ? PAGE_CALLS[name] : undefined;
  if (!run) return sendJson(res, 404, { ok: false, error: 'not_found', message: 'There is no such call.' });
  if (req.method !== 'POST') return refuseMethod(res);
  if (!isJson(req)) return sendJson(res, 415, { ok: false, error: 'invalid', message: 'Only JSON is taken.' });
  const body = await readJson(req, res, LIMITS.pageBodyBytes);
  if (!body) return;
  const result = await run(body.value, parts.deps);
  const status = result.ok || result.error === 'fields' || result.error === 'app_failed' ? 200 : 400;
  sendJson(res, status, result);
};

const serveResponseUrl = async (
  req: IncomingMessage,
  res: ServerResponse,
  token: string,
  parts: Parts,
): Promise<void> => {
  if (req.method !== 'POST') return refuseMethod(res);
  const body = await readJson(req, res, LIMITS.pageBodyBytes);
  if (!body) return;
  const result = await parts.deps.responses.respond(token, body.value);
  res.writeHead(result.status, { 'content-type': 'text/plain; charset=utf-8' });
  res.end(result.body);
};

const serveOlder = (res: ServerResponse, user: SandboxUser, url: URL, core: Core): void => {
  const channel = channelsOf(core, user).find((other) => other.id === url.searchParams.get('channel'));
  const before = Number(url.searchParams.get('before') ?? Number.NaN);
  if (channel && !Number.isNaN(before)) sendJson(res, 200, { ok: true, ...messagesBefore(core, channel.id, before) });
  else sendJson(res, 400, { ok: false, error: 'invalid', message: 'channel, before: not understood' });
};

const serveRead = (
  req: IncomingMessage,
  res: ServerResponse,
  name: 'state' | 'stream' | 'older',
  url: URL,
  parts: Parts,
): void => {
  const { core } = parts.deps;
  const user = core.workspace.users.get(url.searchParams.get('as') ?? '');
  if (req.method !== 'GET') refuseMethod(res);
  else if (!user || user.is_bot) sendJson(res, 400, { ok: false, error: 'invalid', message: 'as: no such person' });
  else if (name === 'stream') parts.streams.serve(req, res, user.id);
  else if (name === 'older') serveOlder(res, user, url, core);
  else sendJson(res, 200, pageState(core, user, parts.commands, parts.deps.shortcuts));
};

/** Serves one request that the guard has let through: the page, its assets and calls, the Web API, response_urls. */
export const route = async (req: IncomingMessage, res: ServerResponse, url: URL, parts: Parts): Promise<void> => {
  const method = req.method ?? 'GET';
  const reading = method === 'GET' || method === 'HEAD';
  if (url.pathname === '/') return reading ? parts.assets.servePage(res, method) : refuseMethod(res);
  const [area = '', ...rest] = url.pathname.slice('/sandbox/'.length).split('/');
  const name = rest.join('/');
  if (area === 'api') {
    return method === 'POST' || method === 'GET'
      ? serveApi(req, res, name, parts.api, parts.botToken)
      : refuseMethod(res);
  }
  if (area === 'assets') {
    if (reading && parts.assets.serveAsset(res, method, name)) return;
    return sendJson(res, 404, { ok: false, error: 'not_found' });
  }
  if (area === 'upload') return serveUpload(req, res, url, parts.deps.core, parts.deps.baseUrl());
  if (area === 'file' || area === 'files-pri') {
    if (!reading) return refuseMethod(res);
    const id = area === 'file' ? name : (/^[A-Z0-9]+-(F0[0-9A-F]{8})\//.exec(`${name}/`)?.[1] ?? '');
    return serveFile(req, res, { id, asApp: area === 'files-pri' }, parts.deps.core, parts.botToken);
  }
  if (area === 'response') return serveResponseUrl(req, res, name, parts);
  if (area === 'state' || area === 'stream' || area === 'older') return serveRead(req, res, area, url, parts);
  return servePageCall(req, res, area, parts);
};
