/**
 * Integrates committed entries into the tree, signs checkpoints, and has them anchored. Runs after commits, in batches;
 * sequenced, integrated and published are distinct (notes on tlog-tiles). Safe when several processes run it.
 */
import { integratePending, publishCheckpoint } from '#src/evidence/log.ts';
import type { VerifierKey } from '#src/evidence/note.ts';
import type { Crypto, EvidenceStore, SignedMemory, Signer, StoredCheckpoint } from '#src/evidence/ports.ts';
import { createLoop, type Loop } from './loop.ts';

/** A checkpoint goes to the anchors at most this often. */
const ANCHOR_EVERY_MS = 5 * 60_000;
/** Under load a checkpoint covers what was committed in this time: signing one a commit would double the load. */
const PUBLISH_EVERY_MS = 100;
/** A publish that failed is tried again by itself: after a second, then twice as long each time, up to a minute. */
const RETRY_MS = 1_000;
const RETRY_MS_MAX = 60_000;

export type PublisherDeps = {
  readonly crypto: Crypto;
  readonly store: EvidenceStore;
  readonly signer: Signer;
  readonly keys: readonly VerifierKey[];
  /** What was signed last, kept outside the database. */
  readonly memory: SignedMemory;
  readonly now: () => Date;
  /** Hands a checkpoint to the anchors (Slack, a folder). Must not throw for an anchor that is away. */
  readonly anchor: (checkpoint: StoredCheckpoint) => Promise<void>;
  readonly onError: (error: unknown) => void;
};

export type Publisher = Pick<Loop, 'wake' | 'failures'> & {
  /** Brings tree and checkpoint up to everything committed; throws what the store throws, `fork` above all. */
  publish(): Promise<StoredCheckpoint | null>;
  /** The last checkpoint goes to the anchors now, whatever the time; then nothing more. */
  stop(): Promise<void>;
};

/** Makes the publisher. */
export function createPublisher(deps: PublisherDeps): Publisher {
  let anchoredAt = Number.NEGATIVE_INFINITY;
  let waiting: StoredCheckpoint | null = null;
  let timer: NodeJS.Timeout | null = null;
  let endPause: (() => void) | null = null;
  let stopping = false;

  const publish = async (): Promise<StoredCheckpoint | null> => {
    await integratePending(deps.crypto, deps.store);
    return publishCheckpoint(deps.crypto, deps.store, deps.signer, deps.keys, deps.now(), deps.memory);
  };

  const anchorWaiting = async (): Promise<void> => {
    const checkpoint = waiting;
    if (checkpoint === null) return;
    await deps.anchor(checkpoint);
    anchoredAt = deps.now().getTime();
    if (waiting === checkpoint) waiting = null;
  };

  const anchorInTime = async (): Promise<void> => {
    const wait = anchoredAt + ANCHOR_EVERY_MS - deps.now().getTime();
    if (wait <= 0) return anchorWaiting();
    timer ??= setTimeout(() => {
      timer = null;
      anchorWaiting().catch(deps.onError);
    }, wait).unref();
  };

  const pause = (): Promise<void> =>
    new Promise((resolve) => {
      endPause = resolve;
      if (stopping) resolve();
      else setTimeout(resolve, PUBLISH_EVERY_MS).unref();
    });

  const loop = createLoop({
    async round() {
      waiting = (await publish()) ?? waiting;
      // Also one that could not be handed over in an earlier round.
      if (waiting !== null) await anchorInTime();
      await pause();
      return false;
    },
    onError: deps.onError,
    retryAfterMs: (failures) => Math.min(RETRY_MS * 2 ** (failures - 1), RETRY_MS_MAX),
  });

  return {
    wake: loop.wake,
    failures: loop.failures,
    publish,
    async stop() {
      if (timer) clearTimeout(timer);
      stopping = true;
      endPause?.();
      await loop.stop();
      waiting = (await publish()) ?? waiting;
      await anchorWaiting();
    },
  };
}
