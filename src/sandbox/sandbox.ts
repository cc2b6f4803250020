import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { createCore, type Timers } from './core.ts';
import { createCourier } from './deliver.ts';
import { createEventSender } from './events.ts';
import type { Faults } from './faults.ts';
import { guard, sendJson } from './http.ts';
import type { SandboxLog } from './model.ts';
import { createPageAssets } from './page-assets.ts';
import { createPageStreams } from './page-stream.ts';
import { createResponseBook } from './response-urls.ts';
import { type Parts, route } from './routes.ts';
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

const assemble = (options: SandboxOptions): Parts & { readonly close: () => Promise<void> } => {
  const { eventsUrl } = options;
  const now = options.now ?? (() => new Date());
  const timers = options.timers ?? REAL_TIMERS;
  const random = options.random ?? ((size: number) => randomBytes(size));
  const log = options.log ?? SILENT;
  const core = createCore({ folder: join(options.dataDir, 'sandbox'), now, random, timers, log });
  const urlOf = typeof eventsUrl === 'string' ? () => eventsUrl : eventsUrl;
  const baseUrl = (): string => new URL(urlOf()).origin;
  // Slack signs by its own clock and Bolt judges by the machine's, whatever time it is in this workspace.
  const signedAt = () => new Date();
  const courier = createCourier({ url: urlOf, signingSecret: options.signingSecret, now: signedAt, timers });
  const triggers = createTriggerBook(now, core.randomId);
  const events = createEventSender(core, courier);
  const responses = createResponseBook(core);
  const streams = createPageStreams(core);
  const pageDir = options.pageDir ?? join(import.meta.dirname, '../../dist/sandbox');
  return {
    commands: options.commands ?? COMMANDS,
    botToken: options.botToken,
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
