/** The evidence pages, the log's static resources and what is done with checkpoints, on an open core. */
import type { Config } from '#src/config.ts';
import { applyRetention } from '#src/delivery/erasure/retention.ts';
import type { StoredCheckpoint } from '#src/evidence/ports.ts';
import { createEvidencePages } from '#src/web/evidence.ts';
import type { Handler } from '#src/web/server.ts';
import { createTiles } from '#src/web/tiles.ts';
import type { Core } from '../core.ts';
import type { LoadedPolicy } from '../knowledge/knowledge.ts';
import type { Log } from '../log.ts';
import { evidenceAccess } from './access.ts';
import { anchorPlaces, openAnchors } from './anchors.ts';
import { type ErasureDesks, loadRetention, openErasure } from './erasure.ts';
import { built, createEvidenceReader } from './reader.ts';

const ANCHOR_AGAIN_MS = 5 * 60 * 1000;
const PLACES_SHOWN = { slack: 100, each: 20 } as const;
const RETAIN_EVERY_MS = 60 * 60 * 1000;

export type Evidence = ErasureDesks & {
  readonly handlers: readonly Handler[];
  /** Gives a checkpoint to the anchors outside Slack. Never throws: an anchor that is away is reported and tried again. */
  anchor(checkpoint: StoredCheckpoint): Promise<void>;
  start(): void;
  stop(): Promise<void>;
};

export type EvidenceParts = {
  readonly config: Config;
  readonly core: Core;
  /** Whoever decides under it reads the evidence. */
  readonly policy: LoadedPolicy;
  readonly committed: () => void;
  readonly log: Log;
};

/** Puts the pages together; nothing runs before `start`. */
export function openEvidence({ config, core, policy, committed, log }: EvidenceParts): Evidence {
  const access = evidenceAccess(config, core, policy, log);
  const { crypto, workspace } = core;
  const kept = { origin: workspace.origin, crypto, store: core.stores.evidence };
  const anchors = openAnchors(config, kept, (kind, error) =>
    log.error({ what: `anchor: ${kind}`, err: error }, 'a checkpoint could not be anchored; it will be tried again'),
  );
  const posted = workspace.workspaceId === 'sandbox' ? 'sandbox channel' : 'Slack channel';
  const places = () => anchorPlaces(core.stores.outbox, anchors, posted, PLACES_SHOWN);
  const pages = createEvidencePages({
    reader: createEvidenceReader({ config, core, places }),
    access: access.pages,
    sandbox: config.slack.kind === 'sandbox',
    verifyPage: () => built('verify.html'),
    signIn: access.signIn,
  });
  const { stores, recorder, now } = core;
  const desks = openErasure({ stores, recorder, now, committed });
  const failed = (what: string) => (error: unknown) => log.error({ what, err: error }, 'work failed');
  const retain = async (): Promise<void> => {
    const days = await loadRetention();
    await applyRetention({
      days,
      erasing: stores.erasing,
      records: stores.records,
      requestsAbout: desks.requestsAbout,
      now,
    });
  };
  let clock: NodeJS.Timeout | null = null;
  let again: NodeJS.Timeout | null = null;
  return {
    ...desks,
    handlers: [createTiles({ store: core.stores.evidence, access: access.log }), pages],
    anchor: (checkpoint) => anchors.anchor(checkpoint),
    start() {
      // What was decided before a crash is carried out now.
      desks.erasure.resume().catch(failed('erasure'));
      retain().catch(failed('retention'));
      clock = setInterval(() => void retain().catch(failed('retention')), RETAIN_EVERY_MS);
      clock.unref();
      again = setInterval(() => void anchors.retry(), ANCHOR_AGAIN_MS);
      again.unref();
    },
    async stop() {
      for (const timer of [clock, again]) if (timer) clearInterval(timer);
    },
  };
}
