/** As much of DER (X.690) as time stamps need: definite lengths, low tag numbers. */
import { AnchorError } from './folder.ts';

export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  octets: 0x04,
  null: 0x05,
  oid: 0x06,
  time: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

/** One element: `content` is what it holds, `bytes` the element whole. */
export type Der = { readonly tag: number; readonly content: Uint8Array; readonly bytes: Uint8Array };

/** An element of a tag around content. */
export function der(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const head = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Uint8Array.of(tag, ...head), ...parts]);
}

/** An object identifier from its dotted form. */
export function oid(dotted: string): Uint8Array {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const bytes = [first * 40 + second, ...rest].flatMap((arc) => {
    const digits = [arc & 0x7f];
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128))
      digits.unshift(0x80 | (left & 0x7f));
    return digits;
  });
  return der(TAG.oid, Uint8Array.from(bytes));
}

/** The elements that stand one after the other in bytes. Throws AnchorError `unusable_answer`. */
export function elements(bytes: Uint8Array): readonly Der[] {
  const found: Der[] = [];
  for (let at = 0; at < bytes.length; ) {
    const tag = bytes[at] ?? 0;
    let length = bytes[at + 1] ?? 0;
    let start = at + 2;
    if (length >= 0x80) {
      const digits = length & 0x7f;
      if (digits === 0 || digits > 4) throw damaged();
      length = 0;
      for (let i = 0; i < digits; i += 1) length = length * 256 + (bytes[start + i] ?? 0);
      start += digits;
    }
    const end = start + length;
    if (end > bytes.length || (tag & 0x1f) === 0x1f) throw damaged();
    found.push({ tag, content: bytes.subarray(start, end), bytes: bytes.subarray(at, end) });
    at = end;
  }
  return found;
}

/** The element at a place, of this tag. Throws AnchorError `unusable_answer`. */
export function at(list: readonly Der[], index: number, tag: number): Der {
  const found = list[index];
  if (found === undefined || found.tag !== tag) throw damaged();
  return found;
}

/** The elements inside the element at a place. */
export function inside(list: readonly Der[], index: number, tag: number): readonly Der[] {
  return elements(at(list, index, tag).content);
}

/** The error for an answer whose bytes are no DER of the expected shape. */
export function damaged(): AnchorError {
  return new AnchorError('unusable_answer', 'The time-stamping authority sent something that is no time stamp.');
}
