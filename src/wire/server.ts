/** The server, from configuration to a listening address, and its orderly end. */
import type { Config } from '#src/config.ts';
import { recordStart } from '#src/delivery/start-record.ts';
import { createSlackApp } from '#src/slack/app.ts';
import { createWebServer, type Handler, sendText } from '#src/web/server.ts';
import { openAnswers } from './answers.ts';
import { type Core, knowledgeOf, openCore } from './core.ts';
import { openDatabase } from './database.ts';
import { startDirectory } from './directory.ts';
import { loadGateSettings } from './gate-settings.ts';
import { healthHandler, slackHandler } from './http.ts';
import { newId, newNonce } from './ids.ts';
import { type LoadedPolicy, loadLibrary, loadPolicy } from './knowledge.ts';
import { createLog } from './log.ts';
import { outboundDeps } from './outbound-deps.ts';
import { connectSlack } from './slack-side.ts';
import { createSteps } from './steps.ts';
import { openSystems, type Systems } from './systems.ts';
import { createWork, type Work } from './work.ts';

/** A running server. */
export type RunningServer = {
  readonly address: string;
  readonly port: number;
  readonly core: Core;
  readonly work: Work;
  readonly systems: Systems;
  /** What became of the vector index, which is opened after the start. */
  readonly vectors: Promise<'loaded' | 'built' | 'failed'>;
  /** Resolves when everything received so far is worked off; for tests. */
  idle(): Promise<void>;
  /** Drains the server, then stops PostgreSQL last. May be called twice. */
  stop(): Promise<void>;
};

export type ServerOptions = {
  readonly write?: (line: string) => void;
  readonly now?: () => Date;
  /** The database went away by itself; the process should end. */
  readonly onLost?: (reason: string) => void;
};

const DRAIN_MS = 5_000;

/** Starts everything. Throws ConfigError, PostgresError, StoreError, StartRefusedError, KnowledgeError or ListenError. */
export async function startServer(config: Config, options: ServerOptions = {}): Promise<RunningServer> {
  const now = options.now ?? (() => new Date());
  const steps = createSteps(options.write ?? ((line) => process.stdout.write(line)), () => performance.now());
  const log = createLog(config.logLevel);
  const ends: (() => Promise<void>)[] = [];
  const stop = stopper(ends);
  try {
    // First the address: a port in use ends the start before anything is touched.
    const handlers: Handler[] = [starting];
    const web = createWebServer({
      handlers,
      onError: (error, path) => log.error({ path, err: error }, 'request failed'),
    });
    const port = await web.listen(config.port, config.host);
    ends.unshift(() => web.close(DRAIN_MS));
    const [library, policy, { settings }] = await Promise.all([
      loadLibrary(config.dataDir),
      loadPolicy(),
      loadGateSettings(),
    ]);
    const answers = await openAnswers(config, library, log, now);
    steps.done(`${library.items.size} items and ${answers.passages} passages indexed`);
    const open = await openDatabase(config, 'server', steps, options.onLost ?? (() => undefined));
    ends.push(open.close);
    const slack = await connectSlack(config, port, now);
    let committed: () => void = () => undefined;
    const core = await openCore(config, open, {
      workspaceId: slack.workspaceId,
      library,
      policy,
      committed: () => committed(),
      now,
    });
    if (core.workspace.first) steps.done(`evidence log ${core.workspace.origin} opened`);
    await recordStart(
      { ledger: core.stores.ledger, recorder: core.recorder, now },
      startFacts(core, policy, library),
      newId(now()),
    );
    await startDirectory(config, core, newId(now()));
    const outbound = outboundDeps(config, core, library, policy, slack.clients, newNonce);
    const work = createWork({ config, core, policy, answer: answers.ask, outbound, log });
    const systems = openSystems({ core, settings, policy: () => policy.policy, committed: () => committed(), log });
    committed = () => {
      work.outbox.wake();
      work.publisher.wake();
      systems.follower.wake();
    };
    const app = createSlackApp({
      inbox: core.stores.inbox,
      wake: work.inbox.wake,
      now,
      log,
      validate: (form, _about, values) => work.forms.validate(form, values),
      identity: slack.identity,
      apiUrl: slack.apiUrl,
      transport: slack.transport,
    });
    const sandbox = slack.sandbox;
    handlers.splice(
      0,
      1,
      slackHandler(app),
      healthHandler(core),
      ...systems.handlers,
      ...(sandbox === null ? [] : [sandbox.handle]),
    );
    // Order of the end: no new requests, no new events, what is under way, the page's streams, the database last.
    ends.splice(
      1,
      0,
      () => app.stop(),
      () => systems.stop(),
      () => work.stop(),
      async () => sandbox?.close(),
    );
    await app.start();
    await work.sweeper.sweep();
    work.start();
    systems.start();
    const vectors = answers.openVectors();
    sandbox?.resume();
    return { address: addressOf(config.host, port), port, core, work, systems, idle: () => idle(work, systems), vectors, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Serves while the rest is still being opened. */
const starting: Handler = (_req, res) => {
  res.setHeader('retry-after', '1');
  sendText(res, 503, 'Countersign is starting. Try again in a moment.');
  return true;
};

function startFacts(core: Core, policy: LoadedPolicy, library: Parameters<typeof knowledgeOf>[0]) {
  const { workspace } = core;
  return {
    origin: workspace.origin,
    workspaceId: workspace.workspaceId,
    statementKeyId: workspace.keys.statement.keyId,
    checkpointKeyId: workspace.keys.checkpoint.keyId,
    policy: { sha256: policy.hash, version: policy.policy.version, bytes: policy.bytes },
    knowledge: knowledgeOf(library),
  };
}

/** Twice round, because what the inbox does fills the outbox. */
async function idle(work: Work, systems: Systems): Promise<void> {
  for (let round = 0; round < 2; round++) {
    await work.inbox.idle();
    await systems.follower.idle();
    await work.outbox.idle();
  }
}

/** Ends everything in order; a step that fails does not keep the others from ending. */
function stopper(ends: readonly (() => Promise<void>)[]): () => Promise<void> {
  let stopping: Promise<void> | null = null;
  const run = async (): Promise<void> => {
    for (const end of ends) await end().catch(() => undefined);
  };
  return () => {
    stopping ??= run();
    return stopping;
  };
}

function addressOf(host: string, port: number): string {
  const bare = host.replace(/^\[|\]$/g, '');
  return `http://${bare.includes(':') ? `[${bare}]` : bare}:${port}`;
}
