/** DSSE v1 envelopes (github.com/secure-systems-lab/dsse) around in-toto statements. */
import { z } from 'zod';
import { concat, fromBase64, fromUtf8, toBase64, utf8 } from './encoding.ts';
import { EvidenceError } from './errors.ts';
import type { Crypto, KnownKey, Signer } from './ports.ts';

const PAYLOAD_TYPE = 'application/vnd.in-toto+json';
/** Entry bundles carry a 16-bit length (C2SP tlog-tiles). */
export const LEAF_BYTES_MAX = 65_535;
export const STATEMENT_BYTES_MAX = 48_000;

const envelopeSchema = z.strictObject({
  payload: z.string().max(LEAF_BYTES_MAX),
  payloadType: z.literal(PAYLOAD_TYPE),
  signatures: z
    .array(z.strictObject({ keyid: z.string().regex(/^[0-9a-f]{64}$/), sig: z.string().length(88) }))
    .min(1)
    .max(4),
});

/** A parsed envelope. */
export type Envelope = {
  readonly payloadType: string;
  readonly payload: Uint8Array;
  readonly signatures: readonly { readonly keyId: string; readonly signature: Uint8Array }[];
};

/** What DSSE signs: `DSSEv1 <len type> <type> <len payload> <payload>`, lengths in bytes, decimal. */
export function preAuthEncoding(payloadType: string, payload: Uint8Array): Uint8Array {
  const type = utf8(payloadType);
  return concat(utf8(`DSSEv1 ${type.length} `), type, utf8(` ${payload.length} `), payload);
}

/** Canonical JSON (RFC 8785) of an envelope; base64 and hex need no escapes and the members are in order already. */
function envelopeText(
  payload: string,
  signatures: readonly { readonly keyid: string; readonly sig: string }[],
): string {
  const signed = signatures.map(({ keyid, sig }) => `{"keyid":"${keyid}","sig":"${sig}"}`);
  return `{"payload":"${payload}","payloadType":"${PAYLOAD_TYPE}","signatures":[${signed.join(',')}]}`;
}

/**
 * Signs a statement's canonical bytes and returns the exact leaf: the envelope as canonical JSON.
 * Throws `statement_too_large` (48,000 bytes) or `leaf_too_large` (65,535 bytes).
 */
export async function sealStatement(statement: Uint8Array, signer: Signer): Promise<Uint8Array> {
  if (statement.length > STATEMENT_BYTES_MAX) {
    throw new EvidenceError('statement_too_large', `${statement.length} bytes, at most ${STATEMENT_BYTES_MAX}`);
  }
  const signature = await signer.sign(preAuthEncoding(PAYLOAD_TYPE, statement));
  const leaf = utf8(envelopeText(toBase64(statement), [{ keyid: signer.keyId, sig: toBase64(signature) }]));
  if (leaf.length > LEAF_BYTES_MAX) {
    throw new EvidenceError('leaf_too_large', `${leaf.length} bytes, at most ${LEAF_BYTES_MAX}`);
  }
  return leaf;
}

/**
 * Parses a leaf. Throws `leaf_too_large`, `bad_envelope` or `bad_encoding`. Only the canonical spelling is accepted, so
 * that one envelope has one leaf hash.
 */
export function parseEnvelope(leaf: Uint8Array): Envelope {
  if (leaf.length > LEAF_BYTES_MAX) throw new EvidenceError('leaf_too_large', `${leaf.length} bytes`);
  const text = fromUtf8(leaf);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new EvidenceError('bad_envelope', 'not JSON', { cause });
  }
  const parsed = envelopeSchema.safeParse(json);
  if (!parsed.success) throw new EvidenceError('bad_envelope', 'not a DSSE envelope', { cause: parsed.error });
  if (envelopeText(parsed.data.payload, parsed.data.signatures) !== text)
    throw new EvidenceError('bad_envelope', 'not canonical JSON');
  return {
    payloadType: parsed.data.payloadType,
    payload: fromBase64(parsed.data.payload),
    signatures: parsed.data.signatures.map((s) => ({ keyId: s.keyid, signature: fromBase64(s.sig) })),
  };
}

/**
 * Verifies every signature of an envelope. DSSE would let a signature of an unknown key pass beside a good one; an entry
 * carries its log's own alone. Throws `signature_unknown_key` when one is by no known key, `signature_invalid` when one is
 * wrong. Returns the ids of the keys that signed.
 */
export async function verifyEnvelope(
  crypto: Crypto,
  envelope: Envelope,
  keys: ReadonlyMap<string, KnownKey>,
): Promise<readonly string[]> {
  const message = preAuthEncoding(envelope.payloadType, envelope.payload);
  const signedBy: string[] = [];
  for (const { keyId, signature } of envelope.signatures) {
    const key = keys.get(keyId);
    if (key === undefined) throw new EvidenceError('signature_unknown_key', `the key ${keyId} is not known`);
    if (!(await crypto.verifyEd25519(key.publicKey, message, signature))) {
      throw new EvidenceError('signature_invalid', `the signature of key ${keyId} does not match`);
    }
    signedBy.push(keyId);
  }
  return signedBy;
}
