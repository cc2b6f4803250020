/** Bytes and text, without Node's Buffer: strict decoders, because what is decoded is evidence from a stranger. */
import { EvidenceError } from './errors.ts';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const BASE64_VALUES = new Int16Array(128).fill(-1);
for (let i = 0; i < ALPHABET.length; i += 1) BASE64_VALUES[ALPHABET.charCodeAt(i)] = i;

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** UTF-8 bytes of a string. */
export function utf8(text: string): Uint8Array {
  return encoder.encode(text);
}

/** Text of UTF-8 bytes; throws `bad_encoding` for anything that is not valid UTF-8. */
export function fromUtf8(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw new EvidenceError('bad_encoding', 'not valid UTF-8', { cause });
  }
}

/** Standard base64 with padding (RFC 4648 section 4). */
export function toBase64(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let start = 0; start < bytes.length; start += 12_288) {
    parts.push(btoa(String.fromCharCode(...bytes.subarray(start, start + 12_288))));
  }
  return parts.join('');
}

/** Strict standard base64: padding required, no white space, unused bits zero. Throws `bad_encoding`. */
export function fromBase64(text: string): Uint8Array {
  const length = text.length;
  if (length % 4 !== 0) throw new EvidenceError('bad_encoding', 'base64 of a wrong length');
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const bytes = new Uint8Array((length / 4) * 3 - padding);
  let at = 0;
  for (let i = 0; i < length; i += 4) {
    const last = i + 4 === length;
    const a = sextet(text, i);
    const b = sextet(text, i + 1);
    const c = last && padding === 2 ? 0 : sextet(text, i + 2);
    const d = last && padding >= 1 ? 0 : sextet(text, i + 3);
    const quantum = (a << 18) | (b << 12) | (c << 6) | d;
    if (last && ((padding === 2 && (quantum & 0xffff) !== 0) || (padding === 1 && (quantum & 0xff) !== 0))) {
      throw new EvidenceError('bad_encoding', 'base64 with stray bits');
    }
    bytes[at] = quantum >> 16;
    if (at + 1 < bytes.length) bytes[at + 1] = (quantum >> 8) & 0xff;
    if (at + 2 < bytes.length) bytes[at + 2] = quantum & 0xff;
    at += 3;
  }
  return bytes;
}

function sextet(text: string, at: number): number {
  const code = text.charCodeAt(at);
  const value = code < 128 ? (BASE64_VALUES[code] ?? -1) : -1;
  if (value < 0) throw new EvidenceError('bad_encoding', 'a character that is not base64');
  return value;
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** Lower-case hex. */
export function toHex(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += HEX[byte] ?? '';
  return text;
}

/** Lower-case hex to bytes; throws `bad_encoding`. */
export function fromHex(text: string): Uint8Array {
  if (text.length % 2 !== 0 || !/^[0-9a-f]*$/.test(text)) throw new EvidenceError('bad_encoding', 'not lower-case hex');
  const bytes = new Uint8Array(text.length / 2);
  for (let i = 0; i < bytes.length; i += 1) bytes[i] = Number.parseInt(text.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}

/** One array of several. */
export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  let size = 0;
  for (const part of parts) size += part.length;
  const all = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Equal length and bytes. Not constant-time: everything compared here is public. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i += 1) if (a[i] !== b[i]) return false;
  return true;
}

/** Non-negative decimal without leading zeros, as a safe integer; throws `index_out_of_range`. */
export function parseIndex(text: string): number {
  if (!/^(0|[1-9][0-9]{0,15})$/.test(text)) throw new EvidenceError('index_out_of_range', 'not a plain decimal');
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new EvidenceError('index_out_of_range', 'beyond 2^53 - 1');
  return value;
}
