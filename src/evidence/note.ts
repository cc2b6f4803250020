/** Signed notes and verifier keys (C2SP signed-note v1). */
import { concat, equalBytes, fromBase64, fromHex, toBase64, toHex, utf8 } from './encoding.ts';
import { EvidenceError } from './errors.ts';
import type { Crypto, Signer } from './ports.ts';

/** Signature types: 1 is plain Ed25519, 4 a witness's time-stamped cosignature. */
export type SignatureType = 1 | 4;

/** A verifier key: `name+hex8(keyID)+base64(type || key)`. */
export type VerifierKey = {
  readonly name: string;
  /** First four bytes of SHA-256(name || 0x0A || type || key), 8 hex digits. */
  readonly keyHash: string;
  readonly type: SignatureType;
  /** Raw Ed25519 key, 32 bytes. */
  readonly publicKey: Uint8Array;
};

export type NoteSignature = {
  readonly name: string;
  readonly keyHash: string;
  /** What follows the four bytes of the key hash. */
  readonly signature: Uint8Array;
  /** The line as it stands in the note, without its newline. */
  readonly line: string;
};

/** A note taken apart; nothing of it is verified yet. */
export type ParsedNote = { readonly text: string; readonly signatures: readonly NoteSignature[] };

const NOTE_CHARS_MAX = 65_536;
const SIGNATURES_MAX = 64;

/** True for a name that a key may have: not empty, no space of any kind, no plus sign. */
export function isKeyName(name: string): boolean {
  return name.length > 0 && name.length <= 300 && !/[\s+\p{Z}\p{Cc}]/u.test(name);
}

/** Key hash of a name and key, 8 hex digits. Throws `vkey_invalid`. */
export async function keyHashOf(
  crypto: Crypto,
  name: string,
  publicKey: Uint8Array,
  type: SignatureType = 1,
): Promise<string> {
  if (!isKeyName(name) || publicKey.length !== 32) throw new EvidenceError('vkey_invalid', 'not a key name or key');
  const digest = await crypto.sha256(concat(utf8(`${name}\n`), Uint8Array.of(type), publicKey));
  return toHex(digest.subarray(0, 4));
}

/** The verifier key as a string. */
export async function formatVerifierKey(
  crypto: Crypto,
  name: string,
  publicKey: Uint8Array,
  type: SignatureType = 1,
): Promise<string> {
  const keyHash = await keyHashOf(crypto, name, publicKey, type);
  return `${name}+${keyHash}+${toBase64(concat(Uint8Array.of(type), publicKey))}`;
}

/** Parses `name+hex8+base64`; throws `vkey_invalid`, also when the key hash is not that of the key. */
export async function parseVerifierKey(crypto: Crypto, text: string): Promise<VerifierKey> {
  const match = /^([^+]{1,300})\+([0-9a-f]{8})\+([A-Za-z0-9+/]{43,44}={0,2})$/.exec(text.trim());
  if (match === null) throw new EvidenceError('vkey_invalid', 'not a verifier key');
  const [, name = '', keyHash = '', encoded = ''] = match;
  const bytes = fromBase64(encoded);
  const type = bytes[0];
  if (bytes.length !== 33 || (type !== 1 && type !== 4)) throw new EvidenceError('vkey_invalid', 'not an Ed25519 key');
  const publicKey = bytes.slice(1);
  if ((await keyHashOf(crypto, name, publicKey, type)) !== keyHash) {
    throw new EvidenceError('vkey_invalid', 'the key hash is not that of the key');
  }
  return { name, keyHash, type, publicKey };
}

/** Signs a text ending in a newline; returns the whole note. Throws `note_invalid`. */
export async function signNote(crypto: Crypto, text: string, name: string, signer: Signer): Promise<string> {
  assertText(text);
  const signature = await signer.sign(utf8(text));
  const keyHash = await keyHashOf(crypto, name, signer.publicKey);
  return `${text}\n${formatSignature(name, keyHash, signature)}\n`;
}

/** One signature line without its newline: em dash, space, name, space, base64. */
export function formatSignature(name: string, keyHash: string, signature: Uint8Array): string {
  return `\u2014 ${name} ${toBase64(concat(fromHex(keyHash), signature))}`;
}

/** Takes a note apart; throws `note_invalid`. */
export function parseNote(note: string): ParsedNote {
  if (note.length > NOTE_CHARS_MAX) throw new EvidenceError('note_invalid', 'longer than 65,536 characters');
  const split = note.lastIndexOf('\n\n');
  if (split < 0 || !note.endsWith('\n')) throw new EvidenceError('note_invalid', 'no signatures after an empty line');
  const text = note.slice(0, split + 1);
  assertText(text);
  const lines = note.slice(split + 2, -1).split('\n');
  if (lines.length > SIGNATURES_MAX) throw new EvidenceError('note_invalid', 'too many signatures');
  return { text, signatures: lines.map(parseSignatureLine) };
}

/** One signature line; throws `note_invalid`. */
function parseSignatureLine(line: string): NoteSignature {
  const match = /^\u2014 (\S{1,300}) ([A-Za-z0-9+/]+={0,2})$/.exec(line);
  const [, name = '', encoded = ''] = match ?? [];
  if (match === null || !isKeyName(name)) throw new EvidenceError('note_invalid', 'a line that is no signature');
  let bytes: Uint8Array;
  try {
    bytes = fromBase64(encoded);
  } catch (cause) {
    throw new EvidenceError('note_invalid', 'a signature that is not base64', { cause });
  }
  if (bytes.length < 5) throw new EvidenceError('note_invalid', 'a signature that is too short');
  return { name, keyHash: toHex(bytes.subarray(0, 4)), signature: bytes.slice(4), line };
}

/**
 * Verifies a note against known plain keys (type 1). Signatures of unknown keys are ignored. Throws
 * `note_signature_invalid` for a wrong signature of a known key, `note_key_unknown` when no known key signed, and
 * `note_invalid`. Returns the note and the keys that signed.
 */
export async function verifyNote(
  crypto: Crypto,
  note: string,
  keys: readonly VerifierKey[],
): Promise<{ readonly note: ParsedNote; readonly signedBy: readonly VerifierKey[] }> {
  const parsed = parseNote(note);
  const message = utf8(parsed.text);
  const signedBy: VerifierKey[] = [];
  for (const signature of parsed.signatures) {
    for (const key of keys) {
      if (key.type !== 1 || key.name !== signature.name || key.keyHash !== signature.keyHash) continue;
      if (!(await crypto.verifyEd25519(key.publicKey, message, signature.signature))) {
        throw new EvidenceError('note_signature_invalid', `the signature of ${key.name} does not match`);
      }
      if (!signedBy.some((known) => equalBytes(known.publicKey, key.publicKey))) signedBy.push(key);
    }
  }
  if (signedBy.length === 0) throw new EvidenceError('note_key_unknown', 'not signed by a known key');
  return { note: parsed, signedBy };
}

function assertText(text: string): void {
  // Control characters other than newline could show a reader something else than what is signed.
  if (!text.endsWith('\n') || text.replaceAll('\n', '').search(/\p{Cc}/u) >= 0) {
    throw new EvidenceError('note_invalid', 'text must end in a newline and hold no other control character');
  }
}
