/** The evidence pages, the log's static resources and what is done with checkpoints, on an open core. */
import type { Config } from '#src/config.ts';
import type { StoredCheckpoint } from '#src/evidence/ports.ts';
import { createEvidencePages } from '#src/web/evidence.ts';
import { type Access, loopbackAccess } from '#src/web/evidence-access.ts';
import type { Handler } from '#src/web/server.ts';
import { createTiles } from '#src/web/tiles.ts';
import type { Core } from './core.ts';
import { built, createEvidenceReader, slackPlaces } from './evidence-reader.ts';
import type { Log } from './log.ts';

const LOOPBACK_HOSTS = ['127.0.0.1', 'localhost', '[::1]'];

export type Evidence = {
  readonly handlers: readonly Handler[];
  /** Gives a checkpoint to the anchors outside Slack. Never throws: an anchor that is away is reported and tried again. */
  anchor(checkpoint: StoredCheckpoint): Promise<void>;
  start(): void;
  stop(): Promise<void>;
};

export type EvidenceParts = {
  readonly config: Config;
  readonly core: Core;
  readonly committed: () => void;
  readonly log: Log;
};

/** Puts the pages together; nothing runs before `start`. */
export function openEvidence({ config, core }: EvidenceParts): Evidence {
  const access = accessFor(config);
  const places = async () => {
    const known = await slackPlaces(core);
    return { strength: known.length > 0 ? ('operator' as const) : ('none' as const), places: known };
  };
  const pages = createEvidencePages({
    reader: createEvidenceReader({ config, core, places }),
    access,
    sandbox: config.slack.kind === 'sandbox',
    verifyPage: () => built('verify.html'),
    signIn: null,
  });
  return {
    handlers: [createTiles({ store: core.stores.evidence, access }), pages],
    anchor: async () => undefined,
    start: () => undefined,
    stop: async () => undefined,
  };
}

function accessFor(config: Config): Access {
  if (config.slack.kind === 'sandbox') return loopbackAccess(LOOPBACK_HOSTS);
  const words = 'Signing in to the evidence pages is not set up.';
  return async () => ({ ok: false, status: 403, code: 'not_set_up', words, signIn: null });
}
