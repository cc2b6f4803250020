/** Replacing a signing key: announced by an entry that the old statement key signs, then recorded; the old one overlaps. */
import { z } from 'zod';
import { KeyError, type LogKeys } from '#src/adapters/keys/key-files.ts';
import type { Stores } from '#src/adapters/prisma/stores.ts';
import type { Recorder } from '#src/delivery/streams/record.ts';
import { onStream, readEvents } from '#src/delivery/streams/stream.ts';
import { formatCheckpoint } from '#src/evidence/checkpoint.ts';
import { utf8 } from '#src/evidence/encoding.ts';
import { formatSignature, keyHashOf } from '#src/evidence/note.ts';
import type { Crypto, EvidenceStore, RecordedKey, Signer } from '#src/evidence/ports.ts';
import { newId } from '../ids.ts';

const STREAM = 'keys';
/** So that every running server hears of a rotation, and stops, before the old key ends. */
const OVERLAP_LEAST_MS = 5 * 60_000;
const rotatedSchema = z.object({
  purpose: z.enum(['statement', 'checkpoint']),
  keyId: z.string(),
  overlapUntil: z.iso.datetime(),
});

export type Rotation = {
  readonly stores: Pick<Stores, 'ledger' | 'evidence'>;
  readonly recorder: Recorder;
  readonly now: () => Date;
  readonly purpose: RecordedKey['purpose'];
  /** Opens the key to change to: a given one, or one that `announced` names and whose file is there, or a new one. */
  readonly next: (announced: string | null) => Promise<Signer>;
  /** How long the old key still counts; five minutes at least. */
  readonly overlapMs: number;
};

/**
 * Rotates a key. An announcement that was never recorded, because the program was killed in between, is finished instead
 * of making another. The new key signs from the next start on.
 */
export async function rotateKey(
  rotation: Rotation,
): Promise<{ readonly key: Signer; readonly overlapUntil: Date; readonly entry: number }> {
  const { stores, recorder, now, purpose, overlapMs } = rotation;
  const recorded = (await stores.evidence.readKeys()).filter((key) => key.purpose === purpose);
  const open = await unfinished(rotation, recorded);
  const key = await rotation.next(open?.keyId ?? null);
  let announced = open !== null && open.keyId === key.keyId ? open : null;
  if (announced === null) {
    const overlapUntil = new Date(now().getTime() + Math.max(overlapMs, OVERLAP_LEAST_MS)).toISOString();
    const previous = recorded.filter(({ retiredAt }) => retiredAt === null).map(({ keyId }) => keyId);
    const data = { purpose, keyId: key.keyId, previous, overlapUntil };
    const entry = await onStream<number>(
      { ledger: stores.ledger, recorder, now, newId, committed: () => undefined },
      { stream: STREAM, actor: 'service', commandId: `rotate:${key.keyId}`, commandKind: 'key.rotate' },
      () => ({ kind: 'commit', drafts: [{ type: 'key.rotated', data }], records: [], result: (index) => index }),
      async () => -1,
    );
    announced = { keyId: key.keyId, overlapUntil, entry };
  }
  const validFrom = now();
  const { keyId, publicKey } = key;
  // First the new one: between the two statements both count, and none is without an end but one.
  await stores.evidence.recordKey({ purpose, keyId, publicKey, validFrom, retiredAt: null });
  const overlapUntil = new Date(announced.overlapUntil);
  for (const old of recorded) {
    if (old.retiredAt === null && old.keyId !== keyId)
      await stores.evidence.recordKey({ ...old, retiredAt: overlapUntil });
  }
  return { key, overlapUntil, entry: announced.entry };
}

type Announced = { readonly keyId: string; readonly overlapUntil: string; readonly entry: number };

/** The last rotation of this purpose, if its key was never recorded. */
async function unfinished({ stores, purpose }: Rotation, recorded: readonly RecordedKey[]): Promise<Announced | null> {
  const events = await readEvents(stores.ledger, STREAM);
  const rotations = events.flatMap(({ type, data, logIndex }) => {
    const parsed = type === 'key.rotated' ? rotatedSchema.safeParse(data) : null;
    return parsed?.success === true && parsed.data.purpose === purpose ? [{ ...parsed.data, entry: logIndex }] : [];
  });
  const last = rotations.at(-1);
  return last === undefined || recorded.some(({ keyId }) => keyId === last.keyId) ? null : last;
}

/**
 * The same store, whose checkpoints also carry the signatures of the keys that were replaced and still count: whoever
 * was given the old verifier key can check until the overlap ends.
 */
export function withOverlap(
  crypto: Crypto,
  store: EvidenceStore,
  workspace: { readonly origin: string; readonly keys: LogKeys },
): EvidenceStore {
  const { origin, keys } = workspace;
  const also = keys.alsoCheckpoint ?? [];
  if (also.length === 0) return store;
  return {
    ...store,
    async saveCheckpoint(checkpoint) {
      const text = formatCheckpoint({ origin, size: checkpoint.size, root: checkpoint.root });
      let { note } = checkpoint;
      for (const signer of also) {
        const signature = await signer.sign(utf8(text)).catch(nothingWhenRetired);
        if (signature === null) continue;
        note += `${formatSignature(origin, await keyHashOf(crypto, origin, signer.publicKey), signature)}\n`;
      }
      return store.saveCheckpoint({ ...checkpoint, note });
    },
  };
}

function nothingWhenRetired(error: unknown): null {
  if (error instanceof KeyError && error.code === 'key_retired') return null;
  throw error;
}
