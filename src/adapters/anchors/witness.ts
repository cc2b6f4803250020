/**
 * A witness (C2SP tlog-witness): it is shown that the new checkpoint extends the last one it saw, and cosigns it. Only a
 * cosignature that verifies with the witness's own key is stored.
 */
import type { AnchorKeeper, AnchorReceipt } from '#src/delivery/anchors.ts';
import { verifyCosignatures } from '#src/evidence/checkpoint.ts';
import { toBase64 } from '#src/evidence/encoding.ts';
import { EvidenceError } from '#src/evidence/errors.ts';
import { consistencyProof } from '#src/evidence/merkle.ts';
import { parseNote, type VerifierKey } from '#src/evidence/note.ts';
import type { Crypto, EvidenceStore, StoredCheckpoint } from '#src/evidence/ports.ts';
import { createTileNodeReader } from '#src/evidence/tiles.ts';
import { AnchorError } from './folder.ts';

const WAIT_MS = 20_000;
const ANSWER_CHARS_MAX = 16_384;
const ROUNDS_MAX = 3;

export type WitnessOptions = {
  readonly crypto: Crypto;
  readonly store: EvidenceStore;
  /** Submission prefix; `/add-checkpoint` is put behind it. */
  readonly url: string;
  /** Key of type 4. */
  readonly key: VerifierKey;
  readonly fetch?: typeof fetch;
};

/** Has checkpoints cosigned. */
export function witnessKeeper({ crypto, store, url, key, ...options }: WitnessOptions): AnchorKeeper {
  const send = options.fetch ?? fetch;
  // What the witness saw last. After a restart it says so itself.
  let seen = 0;

  const offer = async (checkpoint: StoredCheckpoint): Promise<string | number> => {
    const reader = createTileNodeReader(crypto, (level, index) => store.readTile(level, index));
    const proof = seen === 0 ? [] : await consistencyProof(crypto, reader, seen, checkpoint.size);
    const body = [`old ${seen}`, ...proof.map(toBase64), '', checkpoint.note].join('\n');
    const signal = AbortSignal.timeout(WAIT_MS);
    const res = await send(`${url.replace(/\/$/, '')}/add-checkpoint`, {
      method: 'POST',
      body,
      redirect: 'error',
      signal,
    });
    const answer = (await res.text()).slice(0, ANSWER_CHARS_MAX);
    if (res.ok) return answer;
    if (res.status === 409 && /^[0-9]{1,15}\n?$/.test(answer)) return Number(answer);
    throw new AnchorError('refused', `The witness ${key.name} answered ${res.status}.`);
  };

  const accept = async (checkpoint: StoredCheckpoint, lines: string): Promise<void> => {
    for (const line of lines.split('\n').filter((text) => text !== '')) {
      let valid: readonly unknown[] = [];
      try {
        // The line alone: a cosignature that the note carries already must not speak for this one.
        valid = await verifyCosignatures(crypto, `${parseNote(checkpoint.note).text}\n${line}\n`, [key]);
      } catch (error) {
        if (!(error instanceof EvidenceError)) throw error;
      }
      if (valid.length === 0) continue;
      await store.addCosignature(checkpoint.size, line);
      seen = checkpoint.size;
      return;
    }
    throw new AnchorError('unusable_answer', `The witness ${key.name} sent no cosignature that its key verifies.`);
  };

  return {
    kind: 'witness',
    strength: 'outside',
    async put(checkpoint) {
      for (let round = 0; round < ROUNDS_MAX; round += 1) {
        const answer = await offer(checkpoint);
        if (typeof answer === 'string') return accept(checkpoint, answer);
        if (answer > checkpoint.size) {
          throw new AnchorError(
            'refused',
            `The witness has seen ${answer} entries of this log; here are ${checkpoint.size}.`,
          );
        }
        seen = answer;
      }
      throw new AnchorError('refused', `The witness ${key.name} keeps naming another size.`);
    },
    async list(limit) {
      const found: AnchorReceipt[] = [];
      // The newest first: each look checks signatures.
      for (const { size, note } of (await recentCheckpoints(store)).toReversed()) {
        const cosigned = await verifyCosignatures(crypto, note, [key]).catch(() => []);
        if (cosigned.length > 0) found.push({ kind: 'witness', place: key.name, size });
        if (found.length >= limit) break;
      }
      return found.toReversed();
    },
  };
}

/** Checkpoints over the last 5,000 entries, the oldest first. */
async function recentCheckpoints(store: EvidenceStore): Promise<readonly StoredCheckpoint[]> {
  const latest = await store.latestCheckpoint();
  if (latest === null) return [];
  const found: StoredCheckpoint[] = [];
  for (let from = Math.max(0, latest.size - 5_000); from <= latest.size; ) {
    const page = await store.listCheckpoints(from, 1_000);
    found.push(...page);
    from = (page.at(-1)?.size ?? latest.size) + 1;
  }
  return found;
}
