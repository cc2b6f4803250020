/** Canonical JSON (RFC 8785) and the hashes made of it: of a policy, of a revision. */
import { createHash } from 'node:crypto';
import serialize from 'canonicalize';
import type { RequestDocument } from './document.ts';

/** Canonical JSON of a plain value. `undefined` must not occur: the form parsers leave none. */
export function canonicalJson(value: unknown): string {
  return serialize(value) ?? 'null';
}

/** Hex sha256 of the canonical JSON of a value. */
export function hashOf(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value), 'utf8').digest('hex');
}

/**
 * Hash of one revision: sha256 of the canonical JSON of `{document, nonce}`. The random nonce keeps a short document
 * from being guessed by its hash once its texts are erased.
 */
export function revisionHash(document: RequestDocument, nonce: string): string {
  return hashOf({ document, nonce });
}
