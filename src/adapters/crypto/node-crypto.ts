/** The evidence room's `Crypto` port on node:crypto. */
import { createHash, createPublicKey, hash, type KeyObject, verify } from 'node:crypto';
import type { Crypto } from '#src/evidence/ports.ts';
import { spkiOf } from '#src/evidence/public-key.ts';

const KEYS_MAX = 64;

/**
 * Crypto on node:crypto. Hashing is synchronous. With `parallel`, signatures are verified on libuv's thread pool, so
 * that several verifications in flight use several cores; without it they are synchronous.
 */
export function createNodeCrypto(options: { readonly parallel?: boolean } = {}): Crypto {
  const keys = new Map<string, KeyObject>();
  const keyOf = (publicKey: Uint8Array): KeyObject => {
    const name = Buffer.from(publicKey).toString('hex');
    const known = keys.get(name);
    if (known !== undefined) return known;
    const key = createPublicKey({ key: Buffer.from(spkiOf(publicKey)), format: 'der', type: 'spki' });
    // A forged bundle could name any number of keys; parsing one again costs little.
    if (keys.size >= KEYS_MAX) keys.clear();
    keys.set(name, key);
    return key;
  };
  return {
    sha256: (bytes) => hash('sha256', bytes, 'buffer'),
    createSha256: () => {
      const running = createHash('sha256');
      return { update: (bytes) => void running.update(bytes), digest: () => running.digest() };
    },
    verifyEd25519: (publicKey, message, signature) => {
      if (publicKey.length !== 32 || signature.length !== 64) return false;
      let key: KeyObject;
      try {
        key = keyOf(publicKey);
      } catch {
        return false;
      }
      if (options.parallel !== true) return verify(null, message, key, signature);
      return new Promise((resolve) =>
        verify(null, message, key, signature, (error, ok) => resolve(error === null && ok)),
      );
    },
  };
}
