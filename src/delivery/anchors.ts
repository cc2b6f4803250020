/**
 * Anchors outside Slack: places that keep a checkpoint, so that a rewritten log is found out. A place that is away holds
 * up nothing; it gets the newest checkpoint when it is back, which covers all before it.
 */
import type { AnchorStrength } from '#src/evidence/anchors.ts';
import type { StoredCheckpoint } from '#src/evidence/ports.ts';

/** A checkpoint that is kept somewhere. */
export type AnchorReceipt = { readonly kind: string; readonly place: string; readonly size: number };

/** One place. `put` throws when it is away; putting the same checkpoint twice changes nothing. */
export interface AnchorKeeper {
  readonly kind: string;
  /** How far the place is out of the operator's reach. */
  readonly strength: Exclude<AnchorStrength, 'none'>;
  put(checkpoint: StoredCheckpoint): Promise<void>;
  /** The newest checkpoints that it holds, at most `limit`, by size. */
  list(limit: number): Promise<readonly AnchorReceipt[]>;
}

export type Anchors = {
  /** Gives a checkpoint to every place. Never throws. */
  anchor(checkpoint: StoredCheckpoint): Promise<void>;
  /** Tries again where it failed. */
  retry(): Promise<void>;
  /** What is held, and the strength of the strongest place that holds anything. */
  held(limit: number): Promise<{ readonly strength: AnchorStrength; readonly places: readonly AnchorReceipt[] }>;
};

/** Puts places together. `onError` is told which one failed. */
export function createAnchors(
  keepers: readonly AnchorKeeper[],
  onError: (kind: string, error: unknown) => void,
): Anchors {
  const waiting = new Map<AnchorKeeper, StoredCheckpoint>();
  const give = async (keeper: AnchorKeeper, checkpoint: StoredCheckpoint): Promise<void> => {
    const older = waiting.get(keeper);
    if (older !== undefined && older.size > checkpoint.size) return;
    waiting.set(keeper, checkpoint);
    try {
      await keeper.put(checkpoint);
      if (waiting.get(keeper) === checkpoint) waiting.delete(keeper);
    } catch (error) {
      onError(keeper.kind, error);
    }
  };
  return {
    async anchor(checkpoint) {
      await Promise.all(keepers.map((keeper) => give(keeper, checkpoint)));
    },
    async retry() {
      await Promise.all([...waiting].map(([keeper, checkpoint]) => give(keeper, checkpoint)));
    },
    async held(limit) {
      const lists = await Promise.all(
        keepers.map(async (keeper) => {
          const places = await keeper.list(limit).catch(() => []);
          return { strength: keeper.strength, places };
        }),
      );
      const full = lists.filter(({ places }) => places.length > 0);
      const outside = full.some(({ strength }) => strength === 'outside');
      const strength = outside ? 'outside' : full.length > 0 ? 'operator' : 'none';
      return { strength, places: full.flatMap(({ places }) => places) };
    },
  };
}
