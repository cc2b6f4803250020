/** The background work: inbox, outbox, timers, evidence. Each part can be woken, drained and stopped. */
import type { Config } from '#src/config.ts';
import { createConversations } from '#src/delivery/answers/conversations.ts';
import { createForms, type Forms } from '#src/delivery/forms/forms.ts';
import { handleIncoming } from '#src/delivery/inbox/handle.ts';
import type { HandlerDeps } from '#src/delivery/inbox/handler-deps.ts';
import { outgoing } from '#src/delivery/inbox/intents.ts';
import { createPublisher, type Publisher } from '#src/delivery/publisher.ts';
import { backoffMs, createPump, type Pump } from '#src/delivery/pump.ts';
import { createSweeper, type Sweeper } from '#src/delivery/requests/sweeper.ts';
import { holdersOf } from '#src/directory/directory.ts';
import type { StoredCheckpoint } from '#src/evidence/ports.ts';
import type { Library } from '#src/knowledge/library.ts';
import { namedItems } from '#src/knowledge/named-items.ts';
import { createOutbound } from '#src/slack/outbound.ts';
import type { OutboundDeps } from '#src/slack/outbound-deps.ts';
import { retryAfterMs } from '#src/slack/poster.ts';
import type { Core } from './core.ts';
import { withOverlap } from './evidence/keys.ts';
import type { GovernanceHooks } from './governance-hooks.ts';
import { idFor } from './ids.ts';
import type { OpenAnswers } from './knowledge/answers.ts';
import type { LoadedPolicy } from './knowledge/knowledge.ts';
import type { Log } from './log.ts';

/** How often timers are looked at. */
const SWEEP_EVERY_MS = 1000;

export type Work = {
  readonly forms: Forms;
  readonly inbox: Pump;
  readonly outbox: Pump;
  readonly publisher: Publisher;
  readonly sweeper: Sweeper;
  start(): void;
  /** Stops taking, waits for what is under way, and publishes the last checkpoint. */
  stop(): Promise<void>;
};

export type WorkParts = {
  readonly config: Config;
  readonly core: Core;
  readonly policy: LoadedPolicy;
  readonly answers: Pick<OpenAnswers, 'ask' | 'log'>;
  readonly outbound: OutboundDeps;
  /** The library in force. */
  readonly library: () => Library;
  readonly hooks: GovernanceHooks;
  readonly files: HandlerDeps['files'];
  readonly uploads: HandlerDeps['uploads'];
  readonly links: HandlerDeps['links'];
  readonly tables: HandlerDeps['tables'];
  readonly documents: HandlerDeps['documents'];
  /** Takes each checkpoint that goes to the anchors to those outside Slack; never throws. */
  readonly anchor: (checkpoint: StoredCheckpoint) => Promise<void>;
  readonly log: Log;
};

/** Puts the work together; nothing runs before `start`. */
export function createWork(parts: WorkParts): Work {
  const { core, log } = parts;
  const { stores, now } = core;
  const onError = (what: string) => (error: unknown, item?: { readonly id: string } | null) =>
    log.error({ what, id: item?.id, err: error }, 'work failed; it will be tried again');
  const forms = formsOf(parts);
  const writer = createOutbound(parts.outbound);
  const outbox = createPump({
    queue: stores.outbox,
    handle: async (item) => {
      if (!(await parts.hooks.send(item))) await writer.send(item);
    },
    now,
    retryAfterMs,
    onError: onError('outbox'),
    lanes: 4,
  });
  const publisher = createPublisher({
    crypto: core.crypto,
    store: withOverlap(core.crypto, stores.evidence, core.workspace),
    signer: core.workspace.keys.checkpoint,
    keys: core.workspace.checkpointKeys,
    memory: core.workspace.lastSigned,
    now,
    anchor: async (checkpoint) => {
      const { size, note } = checkpoint;
      await stores.outbox.put([outgoing(`anchor:${size}`, { intent: 'anchor', size, note })]);
      outbox.wake();
      await parts.anchor(checkpoint);
    },
    onError: onError('publisher'),
  });
  const handlers = handlerDeps(parts, forms, outbox.wake);
  const inbox = createPump({
    queue: stores.inbox,
    handle: async (item) => {
      if (!(await parts.hooks.take(item))) await handleIncoming(handlers, item);
    },
    now,
    retryAfterMs: (_, attempts) => backoffMs(attempts),
    onError: onError('inbox'),
    lanes: 8,
  });
  const sweeper = createSweeper({
    timers: stores.timers,
    desk: core.desk,
    others: parts.hooks.timers,
    now,
    onError: onError('timer'),
  });
  const clocks: NodeJS.Timeout[] = [];
  return {
    forms,
    inbox,
    outbox,
    publisher,
    sweeper,
    start() {
      clocks.push(setInterval(() => void sweeper.sweep().catch(onError('sweeper')), SWEEP_EVERY_MS));
      publisher.wake();
      inbox.wake();
      outbox.wake();
    },
    async stop() {
      for (const clock of clocks) clearInterval(clock);
      await inbox.stop();
      await outbox.stop();
      await publisher.stop();
    },
  };
}

function formsOf({ core, policy, outbound, library }: WorkParts): Forms {
  const { stores, desk, now } = core;
  const { policyOf, choices } = outbound;
  return createForms({
    policy: () => policy,
    policyOf,
    desk,
    findRequest: (id) => stores.ledger.findRequest(id),
    systemNames: () => stores.records.names('system'),
    controls: (texts) => namedItems(library(), texts),
    choices,
    now,
  });
}

function handlerDeps(parts: WorkParts, forms: Forms, wakeOutbox: () => void): HandlerDeps {
  const { core } = parts;
  const { stores } = core;
  const { committee, evidence } = parts.outbound.channels;
  return {
    desk: core.desk,
    ledger: stores.ledger,
    people: stores.people,
    outbox: stores.outbox,
    gaps: stores.gaps,
    refusals: stores.refusals,
    forms,
    files: parts.files,
    uploads: parts.uploads,
    links: parts.links,
    tables: parts.tables,
    documents: parts.documents,
    answer: parts.answers.ask,
    holders: async () => {
      const assignments = await core.assignments();
      const users = await stores.people.slackUsersOf([...new Set(assignments.map((a) => a.person))]);
      return (role) => holdersOf(assignments, role, core.now()).flatMap((a) => users.get(a.person) ?? []);
    },
    conversations: createConversations(stores.turns, core.now),
    answerLog: parts.answers.log,
    quietChannels: evidence === null ? [committee] : [committee, evidence],
    committeeChannel: committee,
    requestIdFor: idFor,
    log: { warn: (fields, message) => parts.log.warn(fields, message) },
    wakeOutbox,
  };
}
