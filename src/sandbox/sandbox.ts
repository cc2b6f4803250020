import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { ApiContext } from './api/context.ts';
import { serveApi } from './api/server.ts';
import { createCore, type Timers } from './core.ts';
import { createCourier } from './deliver.ts';
import { createEventSender } from './events.ts';
import type { Faults } from './faults.ts';
import { guard, readBody, sendJson } from './http.ts';
import { LIMITS, type SandboxLog } from './model.ts';
import { createPageAssets, type PageAssets } from './page-assets.ts';
import { PAGE_CALLS, type PageDeps } from './page-calls.ts';
import { pageState } from './page-state.ts';
import { createPageStreams, type PageStreams } from './page-stream.ts';
import { createResponseBook } from './response-urls.ts';
import { COMMANDS, type CommandHint, SHORTCUTS, type ShortcutHint } from './seed.ts';
import { createTriggerBook } from './triggers.ts';

/** How to make a sandbox. Only the first five have no default. */
export type SandboxOptions = {
  /** Its journal goes to `<dataDir>/sandbox/journal.jsonl`. */
  readonly dataDir: string;
  readonly signingSecret: string;
  /** The token the app must present: `xoxb-sandbox`. */
  readonly botToken: string;
  /** Where signed events go: the app's `/slack/events`, absolute. A function when the port is known later. */
  readonly eventsUrl: string | (() => string);
  /** Values of `Host` that are served: with a port exactly, without one on any port. */
  readonly allowedHosts: readonly string[];
  /** Folder of the built page; `dist/sandbox` of the checkout by default. */
  readonly pageDir?: string;
  readonly now?: () => Date;
  readonly random?: (size: number) => Uint8Array;
  readonly timers?: Timers;
  readonly log?: SandboxLog;
  readonly commands?: readonly CommandHint[];
  readonly shortcuts?: readonly ShortcutHint[];
};

/** A Slack workspace on this machine. */
export type Sandbox = {
  /** Serves `/` and `/sandbox/*`; false for every other path, which is left untouched. */
  handle(req: IncomingMessage, res: ServerResponse): Promise<boolean>;
  /** Makes the Web API misbehave; for tests. */
  setFaults(change: Partial<Faults>): void;
  /** Sends events again that a former process left unacknowledged; call it when the app listens. */
  resume(): void;
  /** Ends streams and retries and writes what waits. */
  close(): Promise<void>;
};

const REAL_TIMERS: Timers = {
  set: (run, ms) => {
    const handle = setTimeout(run, ms);
    // Waiting for a retry or a heartbeat is no reason to stay alive.
    handle.unref();
    return handle;
  },
  clear: (handle) => clearTimeout(handle as NodeJS.Timeout),
};

const SILENT: SandboxLog = { debug: () => undefined, warn: () => undefined, error: () => undefined };

type Parts = {
  readonly deps: PageDeps;
  readonly api: ApiContext;
  readonly assets: PageAssets;
  readonly streams: PageStreams;
  readonly options: SandboxOptions;
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

const serveRead = (
  req: IncomingMessage,
  res: ServerResponse,
  name: 'state' | 'stream',
  url: URL,
  parts: Parts,
): void => {
  const { core } = parts.deps;
  const user = core.workspace.users.get(url.searchParams.get('as') ?? '');
  if (req.method !== 'GET') refuseMethod(res);
  else if (!user || user.is_bot) sendJson(res, 400, { ok: false, error: 'invalid', message: 'as: no such person' });
  else if (name === 'stream') parts.streams.serve(req, res, user.id);
  else
    sendJson(res, 200, pageState(core, user, parts.options.commands ?? COMMANDS, parts.options.shortcuts ?? SHORTCUTS));
};

const route = async (req: IncomingMessage, res: ServerResponse, url: URL, parts: Parts): Promise<void> => {
  const method = req.method ?? 'GET';
  const reading = method === 'GET' || method === 'HEAD';
  if (url.pathname === '/') return reading ? parts.assets.servePage(res, method) : refuseMethod(res);
  const [area = '', ...rest] = url.pathname.slice('/sandbox/'.length).split('/');
  const name = rest.join('/');
  if (area === 'api') {
    return method === 'POST' || method === 'GET'
      ? serveApi(req, res, name, parts.api, parts.options.botToken)
      : refuseMethod(res);
  }
  if (area === 'assets') {
    if (reading && parts.assets.serveAsset(res, method, name)) return;
    return sendJson(res, 404, { ok: false, error: 'not_found' });
  }
  if (area === 'response') return serveResponseUrl(req, res, name, parts);
  if (area === 'state' || area === 'stream') return serveRead(req, res, area, url, parts);
  return servePageCall(req, res, area, parts);
};

const assemble = (options: SandboxOptions): Parts & { readonly close: () => Promise<void> } => {
  const { eventsUrl } = options;
  const now = options.now ?? (() => new Date());
  const timers = options.timers ?? REAL_TIMERS;
  const random = options.random ?? ((size: number) => randomBytes(size));
  const log = options.log ?? SILENT;
  const core = createCore({ folder: join(options.dataDir, 'sandbox'), now, random, timers, log });
  const urlOf = typeof eventsUrl === 'string' ? () => eventsUrl : eventsUrl;
  const baseUrl = (): string => new URL(urlOf()).origin;
  const courier = createCourier({ url: urlOf, signingSecret: options.signingSecret, now, timers });
  const triggers = createTriggerBook(now, core.randomId);
  const events = createEventSender(core, courier);
  const responses = createResponseBook(core);
  const streams = createPageStreams(core);
  const pageDir = options.pageDir ?? join(import.meta.dirname, '../../dist/sandbox');
  return {
    options,
    deps: { core, courier, triggers, responses, baseUrl, shortcuts: options.shortcuts ?? SHORTCUTS, events },
    api: { core, triggers, baseUrl },
    assets: createPageAssets(pageDir),
    streams,
    close: async () => {
      events.close();
      streams.close();
      await core.close();
    },
  };
};

/**
 * Opens the sandbox workspace: Web API under `/sandbox/api/<method>`, the page at `/`, its data under `/sandbox/`, and
 * signed events to the app. Mount `handle` in the app's HTTP server in front of everything else. Throws SandboxError
 * `journal_corrupt` when its folder cannot be read.
 */
export const createSandbox = (options: SandboxOptions): Sandbox => {
  const parts = assemble(options);
  return {
    handle: async (req, res) => {
      const url = URL.parse(req.url ?? '/', 'http://localhost');
      if (!url || (url.pathname !== '/' && !url.pathname.startsWith('/sandbox/'))) return false;
      const refusal = guard(req, options.allowedHosts);
      if (refusal) {
        sendJson(res, 403, { ok: false, error: refusal });
        return true;
      }
      try {
        await route(req, res, url, parts);
      } catch (error) {
        parts.deps.core.log.error({ err: error, path: url.pathname }, 'sandbox request failed');
        sendJson(res, 500, { ok: false, error: 'internal_error', message: 'The sandbox failed; its log says why.' });
      }
      return true;
    },
    setFaults: (change) => parts.deps.core.faults.set(change),
    resume: () => parts.deps.events.resume(),
    close: parts.close,
  };
};
