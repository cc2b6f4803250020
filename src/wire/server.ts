/** The server, from configuration to a listening address, and its orderly end. */
import { createLinks } from '#src/adapters/links/fetch-link.ts';
import { readKnowledgeFolder } from '#src/adapters/parse/yaml-folder.ts';
import type { Config } from '#src/config.ts';
import type { Links } from '#src/delivery/inbox/links.ts';
import { recordStart } from '#src/delivery/streams/start-record.ts';
import { EvidenceError } from '#src/evidence/errors.ts';
import type { Library } from '#src/knowledge/library.ts';
import { sizeInWords } from '#src/knowledge/listing.ts';
import { createSlackApp, type SlackApp } from '#src/slack/app.ts';
import { createGroups } from '#src/slack/groups.ts';
import { FILE_BYTES_MAX } from '#src/systems/evidence-files.ts';
import { createWebServer, type Handler, sendText } from '#src/web/server.ts';
import { type Core, knowledgeOf, openCore } from './core.ts';
import { assertWritable } from './data-folder.ts';
import { type OpenDatabase, openDatabase } from './database.ts';
import { type Engine, openEngine } from './engine.ts';
import { type Evidence, openEvidence } from './evidence/evidence.ts';
import { type Governance, openGovernance, type Rules, startGovernance, takeRecordedRules } from './governance.ts';
import { createGovernanceHooks } from './governance-hooks.ts';
import { healthHandler, slackHandler } from './http.ts';
import { newId, newNonce } from './ids.ts';
import { syncAcceptedPacks } from './knowledge/accepted-packs.ts';
import { openAnswers } from './knowledge/answers.ts';
import { openDocuments } from './knowledge/documents.ts';
import { type LoadedPolicy, loadLibrary, loadPolicy } from './knowledge/knowledge.ts';
import { followLibrary, type LibraryFollower } from './knowledge/library-in-force.ts';
import { createLog, type Log } from './log.ts';
import { outboundDeps } from './outbound-deps.ts';
import { KNOWLEDGE_FOLDER } from './paths.ts';
import { loadAnswerSettings, loadGateSettings } from './settings-files.ts';
import { connectSlack, type SlackSide, uploadsOf } from './slack-side.ts';
import { createSteps, type Steps } from './steps.ts';
import { openSystems, type Systems, tablesOf } from './systems.ts';
import { createWork, type Work } from './work.ts';
import { StartRefusedError } from './workspace.ts';

/** A running server. */
export type RunningServer = {
  readonly address: string;
  readonly port: number;
  readonly core: Core;
  readonly work: Work;
  readonly systems: Systems;
  readonly evidence: Evidence;
  /** The answering engine; its vector index is opened after the start. */
  readonly engine: Engine;
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
  /** Folder of the shipped library and policy; the checkout's by default. */
  readonly knowledgeFolder?: string;
  /** Secret with which the sandbox signs; a new random one by default. For tests that sign payloads themselves. */
  readonly sandboxSecret?: string;
  /** How linked documents are fetched; by default from the hosts of the configuration. For tests with a host of theirs. */
  readonly links?: Links;
};

const DRAIN_MS = 1_500;

/** Starts everything. Throws ConfigError, PostgresError, StoreError, StartRefusedError, KnowledgeError or ListenError. */
export async function startServer(config: Config, options: ServerOptions = {}): Promise<RunningServer> {
  const context: StartContext = {
    config,
    now: options.now ?? (() => new Date()),
    steps: createSteps(options.write ?? ((line) => process.stdout.write(line)), () => performance.now()),
    log: createLog(config.logLevel),
    onLost: options.onLost ?? (() => undefined),
    knowledgeFolder: options.knowledgeFolder,
    sandboxSecret: options.sandboxSecret,
    links: options.links,
    ends: [],
  };
  const stop = stopper(context.ends);
  try {
    return await start(context, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

type StartContext = {
  readonly config: Config;
  readonly now: () => Date;
  readonly steps: Steps;
  readonly log: Log;
  readonly onLost: (reason: string) => void;
  readonly knowledgeFolder: string | undefined;
  readonly sandboxSecret: string | undefined;
  readonly links: Links | undefined;
  /** What has to be ended, in this order. */
  readonly ends: (() => Promise<void>)[];
};

async function start(context: StartContext, stop: () => Promise<void>): Promise<RunningServer> {
  const { config, now, steps, log, ends } = context;
  // First the address: a port in use ends the start before anything is touched.
  const handlers: Handler[] = [starting];
  const web = createWebServer({
    handlers,
    onError: (error, path) => log.error({ path, err: error }, 'request failed'),
  });
  const port = await web.listen(config.port, config.host);
  ends.unshift(() => web.close(DRAIN_MS));
  await assertWritable(config.dataDir);
  const open = await openDatabase(config, 'server', steps, context.onLost);
  ends.push(open.close);
  const { policy, gate, answerSettings, engine, follow, shipped } = await openKnowledge(context, open);
  const slack = await connectSlack(config, port, now, context.sandboxSecret);
  const wakes: (() => void)[] = [];
  const committed = () => {
    for (const wake of wakes) wake();
  };
  const groups = createGroups(slack.clients.client, now);
  const core = await openCore(config, open, {
    workspaceId: slack.workspaceId,
    groups,
    library: engine.library,
    policy,
    committed,
    now,
  });
  const { refresh } = follow(core);
  const governance = openGovernance(core, committed);
  const rules: Rules = { policy, gate, answers: answerSettings };
  const settings = () => rules.answers.settings;
  const answers = openAnswers({ engine, refresh, core, settings, committed, log });
  await recordOpening(context, core, governance, rules, engine.library());
  const address = addressOf(config.host, port);
  const outbound = outboundDeps(config, core, engine.library, policy, slack.clients, newNonce, governance, address);
  const evidence = openEvidence({ config, core, policy, committed, log });
  const { anchor } = evidence;
  const systems = openSystems({ core, rules, governance, knowledgeChanged: refresh, committed, log });
  const documents = openDocuments({ core, dataDir: config.dataDir, files: shipped, refresh, committed });
  const told = { clients: slack.clients, committeeChannel: outbound.channels.committee, wake: committed };
  const hooks = createGovernanceHooks({ core, systems, rules, groups, documents, ...told });
  const links = context.links ?? createLinks({ hosts: config.captureHosts, bytesMax: FILE_BYTES_MAX });
  const { library } = engine;
  const brought = { uploads: uploadsOf(slack), links, tables: tablesOf(core, systems), documents };
  const rooms = { answers, hooks, files: systems.evidence, library, anchor };
  const work = createWork({ config, core, policy, outbound, ...rooms, ...brought, log });
  wakes.push(work.outbox.wake, work.publisher.wake, systems.follower.wake);
  const app = slackAppOf(slack, core, work, now, log);
  const own = [slackHandler(app), healthHandler(core, work.publisher), ...systems.handlers, ...evidence.handlers];
  handlers.splice(0, 1, ...own, ...(slack.sandbox === null ? [] : [slack.sandbox.handle]));
  // Order of the end: no new requests, no new events, what is under way, the page's streams, the database last.
  const parts = [
    () => app.stop(),
    () => systems.stop(),
    () => work.stop(),
    () => evidence.stop(),
    () => engine.close(),
    async () => slack.sandbox?.close(),
  ];
  ends.splice(1, 0, ...parts);
  await publishHistory(work);
  await app.start();
  await work.sweeper.sweep();
  work.start();
  systems.start();
  evidence.start();
  void engine.openVectors();
  slack.sandbox?.resume();
  return { address, port, core, work, systems, evidence, idle: () => idle(work, systems), engine, stop };
}

/** The library with its answering engine, and the rules, as files and accepted packs say. */
async function openKnowledge({ config, now, steps, log, knowledgeFolder }: StartContext, open: OpenDatabase) {
  const { dataDir } = config;
  const files = await readKnowledgeFolder(knowledgeFolder ?? KNOWLEDGE_FOLDER);
  const synced = await syncAcceptedPacks(dataDir, open.database, now, files);
  const [library, policy, gate, answerSettings] = await Promise.all([
    loadLibrary(dataDir, files),
    loadPolicy(knowledgeFolder),
    loadGateSettings(knowledgeFolder),
    loadAnswerSettings(knowledgeFolder),
  ]);
  const engine = await openEngine(config, library, log, (line) => steps.say(`  ${line}`));
  steps.done(sizeInWords(library.items.size, library.documents.size));
  const follow = (core: Core): LibraryFollower =>
    followLibrary({ ledger: core.stores.ledger, dataDir, files, ...synced, take: engine.take, log });
  return { policy, gate, answerSettings, engine, follow, shipped: files };
}

/**
 * The log's first entry or what changed since the last start; then the directory and the rules. `rules` come as the
 * files say and leave as they are in force.
 */
async function recordOpening(
  { config, now, steps }: StartContext,
  core: Core,
  governance: Governance,
  rules: Rules,
  library: Library,
): Promise<void> {
  if (core.workspace.first) steps.done(`evidence log ${core.workspace.origin} opened`);
  const deps = { ledger: core.stores.ledger, recorder: core.recorder, now };
  const files = { policy: { ...rules.policy }, gate: { ...rules.gate }, answers: { ...rules.answers } };
  await takeRecordedRules(governance, rules);
  await recordStart(deps, startFacts(core, rules.policy, library), newId(now()));
  await startGovernance(config, core, governance, files, steps);
}

function slackAppOf(slack: SlackSide, core: Core, work: Work, now: () => Date, log: Log): SlackApp {
  return createSlackApp({
    inbox: core.stores.inbox,
    wake: work.inbox.wake,
    now,
    log,
    validate: (form, about, values) => work.forms.validate(form, about, values),
    identity: slack.identity,
    apiUrl: slack.apiUrl,
    transport: slack.transport,
  });
}

/** Everything committed goes under a checkpoint before anybody is served; a second history ends the start. */
async function publishHistory(work: Work): Promise<void> {
  try {
    await work.publisher.publish();
  } catch (error) {
    if (!(error instanceof EvidenceError) || error.code !== 'fork') throw error;
    throw new StartRefusedError(
      'history_forked',
      `The log in this database does not continue what was signed here before (${error.message}). Nothing was signed or changed. The database was put back to an earlier state, or its log was rewritten: restore the latest database. If the later entries are lost for good, keep data/keys/last-checkpoint.json as proof of what is missing and start a new log with a new data folder and database.`,
      error,
    );
  }
}

/** Serves while the rest is still being opened. */
const starting: Handler = (_req, res) => {
  res.setHeader('retry-after', '1');
  sendText(res, 503, 'Countersign is starting. Try again in a moment.');
  return true;
};

function startFacts(core: Core, policy: LoadedPolicy, library: Library) {
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
