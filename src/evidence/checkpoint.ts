/** Checkpoints (C2SP tlog-checkpoint v1) and witness cosignatures (C2SP tlog-cosignature v1, Ed25519). */
import { concat, fromBase64, parseIndex, toBase64, utf8 } from './encoding.ts';
import { EvidenceError } from './errors.ts';
import { HASH_BYTES } from './merkle.ts';
import {
  formatSignature,
  keyHashOf,
  type NoteSignature,
  type ParsedNote,
  parseNote,
  signNote,
  type VerifierKey,
  verifyNote,
} from './note.ts';
import type { Crypto, Signer } from './ports.ts';

/** The head of a named log. */
export type Checkpoint = { readonly origin: string; readonly size: number; readonly root: Uint8Array };

/** A verified witness signature: the witness and the time it states. */
export type Cosignature = { readonly key: VerifierKey; readonly at: Date };

const COSIGNATURE_BYTES = 8 + 64;

/** The note text: origin, size and base64 root, each with its newline. */
export function formatCheckpoint(checkpoint: Checkpoint): string {
  return `${checkpoint.origin}\n${checkpoint.size}\n${toBase64(checkpoint.root)}\n`;
}

/** Parses a note's text; throws `checkpoint_invalid`, also for extension lines, which nobody could audit. */
export function parseCheckpoint(text: string): Checkpoint {
  const lines = text.split('\n');
  const [origin = '', size = '', root = ''] = lines;
  if (lines.length !== 4 || lines[3] !== '' || origin === '') {
    throw new EvidenceError('checkpoint_invalid', 'not three lines');
  }
  try {
    const checkpoint = { origin, size: parseIndex(size), root: fromBase64(root) };
    if (checkpoint.root.length === HASH_BYTES) return checkpoint;
  } catch (cause) {
    throw new EvidenceError('checkpoint_invalid', 'a size or root that cannot be read', { cause });
  }
  throw new EvidenceError('checkpoint_invalid', `a root has ${HASH_BYTES} bytes`);
}

/** Signs a checkpoint with the log's key, whose name is the origin. Returns the whole note. */
export function signCheckpoint(crypto: Crypto, checkpoint: Checkpoint, signer: Signer): Promise<string> {
  return signNote(crypto, formatCheckpoint(checkpoint), checkpoint.origin, signer);
}

/** A checkpoint without any check of its signatures: for showing, never for trusting. Throws as the parsers do. */
export function readCheckpoint(note: string): { readonly checkpoint: Checkpoint; readonly note: ParsedNote } {
  const parsed = parseNote(note);
  return { checkpoint: parseCheckpoint(parsed.text), note: parsed };
}

/**
 * Opens a signed checkpoint: some known plain key must have signed it, and `origin`, if given, must be its origin.
 * Throws the codes of `verifyNote`, `checkpoint_invalid` or `origin_mismatch`.
 */
export async function openCheckpoint(
  crypto: Crypto,
  note: string,
  keys: readonly VerifierKey[],
  origin?: string,
): Promise<{ readonly checkpoint: Checkpoint; readonly signedBy: readonly VerifierKey[] }> {
  const { note: parsed, signedBy } = await verifyNote(crypto, note, keys);
  const checkpoint = parseCheckpoint(parsed.text);
  if (origin !== undefined && checkpoint.origin !== origin) {
    throw new EvidenceError('origin_mismatch', 'a checkpoint of another log');
  }
  return { checkpoint, signedBy };
}

function cosignedMessage(seconds: number, text: string): Uint8Array {
  return utf8(`cosignature/v1\ntime ${seconds}\n${text}`);
}

/** A witness's signature line for a note's text; what our own test witness makes. */
export async function cosign(crypto: Crypto, text: string, name: string, signer: Signer, at: Date): Promise<string> {
  const seconds = Math.floor(at.getTime() / 1_000);
  const signature = await signer.sign(cosignedMessage(seconds, text));
  const time = new Uint8Array(8);
  new DataView(time.buffer).setBigUint64(0, BigInt(seconds));
  return formatSignature(name, await keyHashOf(crypto, name, signer.publicKey, 4), concat(time, signature));
}

/**
 * Verified cosignatures of known witnesses (keys of type 4) on a note. Unknown ones are ignored; a wrong one of a known
 * witness throws `note_signature_invalid`.
 */
export async function verifyCosignatures(
  crypto: Crypto,
  note: string,
  witnesses: readonly VerifierKey[],
): Promise<readonly Cosignature[]> {
  const parsed = parseNote(note);
  const found: Cosignature[] = [];
  for (const signature of parsed.signatures) {
    const key = witnesses.find((w) => w.type === 4 && w.name === signature.name && w.keyHash === signature.keyHash);
    if (key !== undefined) found.push({ key, at: await verifyCosignature(crypto, parsed.text, signature, key) });
  }
  return found;
}

async function verifyCosignature(
  crypto: Crypto,
  text: string,
  { signature }: NoteSignature,
  key: VerifierKey,
): Promise<Date> {
  if (signature.length !== COSIGNATURE_BYTES) {
    throw new EvidenceError('note_signature_invalid', 'a cosignature of a wrong length');
  }
  const seconds = Number(new DataView(signature.buffer, signature.byteOffset, 8).getBigUint64(0));
  // Beyond this a Date cannot hold it; the specification's limit of 2^63 - 1 is further out.
  if (seconds > 8.64e12) throw new EvidenceError('note_signature_invalid', 'a time out of range');
  if (!(await crypto.verifyEd25519(key.publicKey, cosignedMessage(seconds, text), signature.subarray(8)))) {
    throw new EvidenceError('note_signature_invalid', `the cosignature of ${key.name} does not match`);
  }
  return new Date(seconds * 1_000);
}
