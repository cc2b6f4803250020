/** Proof files (C2SP tlog-proof v1): index, inclusion proof and checkpoint in one text. */

import { type Checkpoint, openCheckpoint } from './checkpoint.ts';
import { fromBase64, parseIndex, toBase64 } from './encoding.ts';
import { EvidenceError } from './errors.ts';
import { HASH_BYTES, leafHash, PROOF_HASHES_MAX, verifyInclusion } from './merkle.ts';
import type { VerifierKey } from './note.ts';
import type { Crypto } from './ports.ts';

const HEADER = 'c2sp.org/tlog-proof@v1';
const CHARS_MAX = 131_072;

export type ProofFile = {
  readonly index: number;
  /** Siblings, leaf to root. */
  readonly proof: readonly Uint8Array[];
  /** The signed note, verbatim. */
  readonly checkpoint: string;
  /** Not authenticated by anything: context only. */
  readonly extra?: Uint8Array;
};

/** Text of a `.tlog-proof` file. */
export function formatProofFile(file: ProofFile): string {
  const lines = [HEADER];
  if (file.extra !== undefined) lines.push(`extra ${toBase64(file.extra)}`);
  lines.push(`index ${file.index}`, ...file.proof.map(toBase64), '');
  return `${lines.join('\n')}\n${file.checkpoint}`;
}

/** Parses a proof file; throws `proof_file_invalid`. Nothing is verified. */
export function parseProofFile(text: string): ProofFile {
  if (text.length > CHARS_MAX) throw new EvidenceError('proof_file_invalid', 'too long');
  const split = text.indexOf('\n\n');
  const lines = text.slice(0, Math.max(split, 0)).split('\n');
  if (split < 0 || lines[0] !== HEADER) throw new EvidenceError('proof_file_invalid', 'not a tlog-proof@v1 file');
  const hasExtra = lines[1]?.startsWith('extra ') === true;
  const indexLine = lines[hasExtra ? 2 : 1] ?? '';
  const hashes = lines.slice(hasExtra ? 3 : 2);
  if (!indexLine.startsWith('index ') || hashes.length > PROOF_HASHES_MAX) {
    throw new EvidenceError('proof_file_invalid', 'no index, or too many hashes');
  }
  try {
    const proof = hashes.map(fromBase64);
    if (proof.some((hash) => hash.length !== HASH_BYTES)) throw new EvidenceError('bad_hash', 'not 32 bytes');
    const file = { index: parseIndex(indexLine.slice(6)), proof, checkpoint: text.slice(split + 2) };
    return hasExtra ? { ...file, extra: fromBase64((lines[1] ?? '').slice(6)) } : file;
  } catch (cause) {
    throw new EvidenceError('proof_file_invalid', 'a line that cannot be read', { cause });
  }
}

/**
 * Verifies that `leaf` is in the log at the file's index, under a checkpoint signed by one of `keys`. Throws the codes of
 * `parseProofFile`, `openCheckpoint` and `verifyInclusion`.
 */
export async function verifyProofFile(
  crypto: Crypto,
  text: string,
  leaf: Uint8Array,
  keys: readonly VerifierKey[],
  origin?: string,
): Promise<{ readonly index: number; readonly checkpoint: Checkpoint }> {
  const file = parseProofFile(text);
  const { checkpoint } = await openCheckpoint(crypto, file.checkpoint, keys, origin);
  await verifyInclusion(crypto, {
    leafHash: await leafHash(crypto, leaf),
    index: file.index,
    size: checkpoint.size,
    proof: file.proof,
    root: checkpoint.root,
  });
  return { index: file.index, checkpoint };
}
