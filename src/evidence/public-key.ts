/** Ed25519 public keys in the forms that other tools read (RFC 8410): SubjectPublicKeyInfo, PEM, and its digest as key id. */
import { concat, equalBytes, fromBase64, fromHex, toBase64, toHex } from './encoding.ts';
import { EvidenceError } from './errors.ts';
import type { Crypto } from './ports.ts';

const SPKI_PREFIX = fromHex('302a300506032b6570032100');

/** SubjectPublicKeyInfo DER (44 bytes) of a raw 32-byte key. */
export function spkiOf(publicKey: Uint8Array): Uint8Array {
  if (publicKey.length !== 32) throw new EvidenceError('vkey_invalid', 'an Ed25519 key has 32 bytes');
  return concat(SPKI_PREFIX, publicKey);
}

/** Key id: hex SHA-256 of the SubjectPublicKeyInfo DER. */
export async function keyIdOf(crypto: Crypto, publicKey: Uint8Array): Promise<string> {
  return toHex(await crypto.sha256(spkiOf(publicKey)));
}

/** PEM ("BEGIN PUBLIC KEY") of a raw key, as `openssl pkey -pubin` reads it. */
export function pemOf(publicKey: Uint8Array): string {
  return `-----BEGIN PUBLIC KEY-----\n${toBase64(spkiOf(publicKey))}\n-----END PUBLIC KEY-----\n`;
}

/** Raw key of an Ed25519 public key PEM as `pemOf` and OpenSSL write it, to the byte; throws `vkey_invalid`. */
export function publicKeyOfPem(pem: string): Uint8Array {
  const match = /^-----BEGIN PUBLIC KEY-----\n([A-Za-z0-9+/=]{1,200})\n-----END PUBLIC KEY-----\n$/.exec(pem);
  if (match === null) throw new EvidenceError('vkey_invalid', 'not a public key in PEM');
  const der = fromBase64(match[1] ?? '');
  if (der.length !== 44 || !equalBytes(der.subarray(0, SPKI_PREFIX.length), SPKI_PREFIX)) {
    throw new EvidenceError('vkey_invalid', 'not an Ed25519 public key');
  }
  return der.slice(SPKI_PREFIX.length);
}
