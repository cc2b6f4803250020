/** Content hashes of the library: sha256 of canonical JSON (RFC 8785), so that a hash does not depend on key order. */
import { hash } from 'node:crypto';
import canonicalize from 'canonicalize';

/** Hex sha256 of a UTF-8 text. */
export function textHash(text: string): string {
  // In one call: three times as fast as an object for each of thousands of short texts.
  return hash('sha256', text, 'hex');
}

/** Hex sha256 of a JSON value in canonical form; `undefined` members are left out. */
export function valueHash(value: unknown): string {
  const text = canonicalize(JSON.parse(JSON.stringify(value)));
  return textHash(text ?? 'null');
}
