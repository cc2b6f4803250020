import { mkdtempSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Logger, LogLevel, WebClient } from '@slack/web-api';
import type { Timers } from '../../src/sandbox/core.ts';
import { createSandbox, type Sandbox, type SandboxOptions } from '../../src/sandbox/sandbox.ts';

export const SECRET = 'sandbox-test-secret';
export const TOKEN = 'xoxb-sandbox';

/** A request that the app received, its body parsed. */
export type Received = {
  readonly headers: IncomingMessage['headers'];
  readonly raw: string;
  /** The JSON body, or the `payload` field of a form, or the form itself for a command. */
  readonly body: Record<string, unknown>;
};

/** What the scripted app answers. */
type AppAnswer = {
  readonly status?: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
};
export type AppScript = (received: Received) => AppAnswer | Promise<AppAnswer>;

export type Stage = {
  readonly url: string;
  readonly sandbox: Sandbox;
  readonly client: WebClient;
  readonly received: Received[];
  script: AppScript;
  /** A page call. */
  page(path: string, body: Record<string, unknown>): Promise<Record<string, unknown>>;
  state(as: string): Promise<Record<string, unknown>>;
  /** Resolves when the app has received something that fits. */
  heard(fits: (received: Received) => boolean): Promise<Received>;
  close(): Promise<void>;
};

/** Timers that run when told to; each entry is due at its delay. */
export const manualTimers = () => {
  const due = new Map<number, { readonly run: () => void; readonly ms: number }>();
  let last = 0;
  const timers: Timers = {
    set: (run, ms) => {
      last += 1;
      due.set(last, { run, ms });
      return last;
    },
    clear: (handle) => due.delete(handle as number),
  };
  return {
    timers,
    pending: () => [...due.values()].map((entry) => entry.ms),
    /** Runs the timers of exactly this delay. */
    fire: (ms: number) => {
      for (const [id, entry] of [...due]) {
        if (entry.ms !== ms) continue;
        due.delete(id);
        entry.run();
      }
    },
  };
};

const bodyOf = async (req: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of req) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
};

const parse = (raw: string, type: string): Record<string, unknown> => {
  if (type.startsWith('application/json')) return JSON.parse(raw) as Record<string, unknown>;
  const form = Object.fromEntries(new URLSearchParams(raw));
  return form['payload'] === undefined ? form : (JSON.parse(form['payload']) as Record<string, unknown>);
};

/** Looks again and again, without a pause of its own, until something is so; gives up after five seconds. */
export const until = async (so: () => boolean | Promise<boolean>): Promise<void> => {
  const end = performance.now() + 5_000;
  while (!(await so())) {
    if (performance.now() > end) throw new Error('it did not become so within five seconds');
    await new Promise((resolve) => setImmediate(resolve));
  }
};

const quiet = (): undefined => undefined;
/** The client prints every refusal; here refusals are what is tested. */
const SILENT: Logger = {
  debug: quiet,
  info: quiet,
  warn: quiet,
  error: quiet,
  setLevel: quiet,
  getLevel: () => LogLevel.ERROR,
  setName: quiet,
};

export const temporaryFolder = (): string => mkdtempSync(join(tmpdir(), 'countersign-sandbox-'));

/** One HTTP server with the sandbox and a scripted app on it, as `main` would mount them. */
export const openStage = async (options: Partial<SandboxOptions> = {}): Promise<Stage> => {
  const received: Received[] = [];
  const waiting = new Set<() => void>();
  let url = '';
  const sandbox = createSandbox({
    dataDir: temporaryFolder(),
    signingSecret: SECRET,
    botToken: TOKEN,
    eventsUrl: () => `${url}/slack/events`,
    allowedHosts: ['127.0.0.1'],
    ...options,
  });
  const server: Server = createServer((req, res) => {
    const serve = async (): Promise<void> => {
      if (await sandbox.handle(req, res)) return;
      const raw = await bodyOf(req);
      const item = { headers: req.headers, raw, body: parse(raw, req.headers['content-type'] ?? '') };
      received.push(item);
      for (const wake of waiting) wake();
      const answer = await stage.script(item);
      res.statusCode = answer.status ?? 200;
      res.setHeaders(new Headers({ 'content-type': 'application/json', ...answer.headers }));
      res.end(answer.body === undefined ? '' : JSON.stringify(answer.body));
    };
    serve().catch((error: unknown) => res.destroy(error as Error));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const stage: Stage = {
    url,
    sandbox,
    received,
    script: () => ({}),
    client: new WebClient(TOKEN, { slackApiUrl: `${url}/sandbox/api/`, retryConfig: { retries: 0 }, logger: SILENT }),
    page: async (path, body) => {
      const response = await fetch(`${url}/sandbox/${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      return (await response.json()) as Record<string, unknown>;
    },
    state: async (as) => (await (await fetch(`${url}/sandbox/state?as=${as}`)).json()) as Record<string, unknown>,
    heard: (fits) =>
      new Promise((resolve) => {
        const look = (): void => {
          const found = received.find(fits);
          if (!found) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      }),
    close: async () => {
      await sandbox.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return stage;
};
