/** Canonical JSON (RFC 8785), with the checks that the library leaves to its caller. */
import canonicalize from 'canonicalize';
import { utf8 } from './encoding.ts';
import { EvidenceError } from './errors.ts';

const DEPTH_MAX = 64;

/** Canonical JSON text. Throws `not_canonical_json` for undefined, NaN, dates, functions, lone surrogates or depth over 64. */
export function canonicalText(value: unknown): string {
  assertPlain(value, 0);
  try {
    const text = canonicalize(value);
    if (text !== undefined) return text;
  } catch (cause) {
    throw new EvidenceError('not_canonical_json', 'a value that JSON cannot hold', { cause });
  }
  throw new EvidenceError('not_canonical_json', 'nothing to write');
}

/** Canonical JSON as UTF-8 bytes. */
export function canonicalBytes(value: unknown): Uint8Array {
  return utf8(canonicalText(value));
}

function assertPlain(value: unknown, depth: number): void {
  if (depth > DEPTH_MAX) throw new EvidenceError('not_canonical_json', `deeper than ${DEPTH_MAX}`);
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return;
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new EvidenceError('not_canonical_json', 'a number that is not finite');
    return;
  }
  if (Array.isArray(value)) {
    for (const item of value) assertPlain(item, depth + 1);
    return;
  }
  if (typeof value === 'object') {
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype !== Object.prototype && prototype !== null) {
      throw new EvidenceError('not_canonical_json', 'an object with behaviour (a Date, a Map, ...)');
    }
    // An undefined member would be dropped silently and two different values would get one hash: refuse it instead.
    for (const item of Object.values(value)) assertPlain(item, depth + 1);
    return;
  }
  throw new EvidenceError('not_canonical_json', `a ${typeof value}`);
}

/** Equal as JSON values, whatever the order of members. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [left, right] = [Object.entries(a), new Map(Object.entries(b))];
  return left.length === right.size && left.every(([key, value]) => right.has(key) && sameJson(value, right.get(key)));
}
