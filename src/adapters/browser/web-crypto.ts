/** The evidence room's `Crypto` port on WebCrypto, for the verification page. */
import type { Crypto as EvidenceCrypto } from '#src/evidence/ports.ts';

const KEYS_KEPT_MAX = 100;

/** Crypto on `globalThis.crypto.subtle`, which a page opened from a file has too. */
export function createWebCrypto(): EvidenceCrypto {
  const { subtle } = globalThis.crypto;
  // A log has few keys and many signatures, so each key is imported once.
  const imported = new Map<string, Promise<CryptoKey>>();
  const keyOf = (publicKey: Uint8Array): Promise<CryptoKey> => {
    const name = publicKey.join();
    const key = imported.get(name) ?? subtle.importKey('raw', own(publicKey), 'Ed25519', false, ['verify']);
    if (imported.size < KEYS_KEPT_MAX) imported.set(name, key);
    return key;
  };
  return {
    sha256: async (bytes) => new Uint8Array(await subtle.digest('SHA-256', own(bytes))),
    verifyEd25519: async (publicKey, message, signature) => {
      try {
        return await subtle.verify('Ed25519', await keyOf(publicKey), own(signature), own(message));
      } catch (error) {
        // A browser without Ed25519 must not look like a bad signature.
        if (error instanceof DOMException && error.name === 'NotSupportedError') throw error;
        return false;
      }
    },
  };
}

/** Whether this platform can verify Ed25519 at all. */
export async function canVerify(): Promise<boolean> {
  try {
    await globalThis.crypto.subtle.importKey('raw', new Uint8Array(32), 'Ed25519', false, ['verify']);
    return true;
  } catch {
    return false;
  }
}

/** WebCrypto's types want bytes that nothing shares. */
function own(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes.buffer instanceof ArrayBuffer ? (bytes as Uint8Array<ArrayBuffer>) : new Uint8Array(bytes);
}
