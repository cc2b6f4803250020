/** The bundle's files, version 1 (DESIGN.md): names, manifest and lines. Lines are canonical JSON, one a line. */
import { z } from 'zod';
import { canonicalBytes, canonicalText } from './canonical.ts';
import { fromBase64, fromUtf8, toHex } from './encoding.ts';
import { EvidenceError } from './errors.ts';
import { HASH_BYTES, PROOF_HASHES_MAX } from './merkle.ts';
import type { Crypto } from './ports.ts';

export const BUNDLE_FORMAT = 'countersign-bundle/1';

/** Fixed names. Besides: `keys/<keyid>.pem`, `objects/<sha256>`, `schemas/<name>`. */
export const FILES = {
  manifest: 'manifest.json',
  checkpoint: 'log/checkpoint',
  vkeys: 'log/vkeys',
  entries: 'log/entries.ndjson',
  proofs: 'log/proofs.ndjson',
  consistency: 'log/consistency.ndjson',
  disclosures: 'disclosures.ndjson',
  listing: 'listing.csv',
  index: 'index.html',
  verify: 'verify.html',
} as const;

export const BUNDLE_FILES_MAX = 20_000;
/** A complete bundle above this carries no single proofs: its tree is rebuilt from all its entries anyway. */
export const PROOFS_IN_COMPLETE_MAX = 20_000;

const sha256Hex = z.string().regex(/^[0-9a-f]{64}$/);
const size = z.int().min(0).max(Number.MAX_SAFE_INTEGER);
const base64Hash = z.string().length(44);

const manifestSchema = z.strictObject({
  format: z.literal(BUNDLE_FORMAT),
  origin: z.string().min(1).max(300),
  /** Of the checkpoint in the bundle. */
  size,
  root: base64Hash,
  createdAt: z.iso.datetime({ precision: 3 }),
  service: z.strictObject({ name: z.string().max(100), version: z.string().max(100) }),
  /** Filters as they were asked for; null for the whole log. */
  query: z.record(z.string(), z.unknown()).nullable(),
  count: size,
  firstIndex: size.nullable(),
  lastIndex: size.nullable(),
  /** All entries of the checkpoint, without a gap. */
  complete: z.boolean(),
  redacted: z.boolean(),
  anchors: z.strictObject({
    strength: z.enum(['none', 'operator', 'outside']),
    places: z.array(z.strictObject({ kind: z.string().max(40), place: z.string().max(300), size })).max(1_000),
    /** Who can reach the signing keys, in words. */
    keysReachableBy: z.string().max(1_000),
  }),
  /** Every file but the manifest itself. */
  files: z
    .array(z.strictObject({ name: z.string().min(1).max(200), sizeBytes: size, sha256: sha256Hex }))
    .max(BUNDLE_FILES_MAX),
  /** Hex SHA-256 of the canonical manifest without this member: finds damage, proves nothing. */
  digest: sha256Hex,
});

export type Manifest = z.infer<typeof manifestSchema>;

/** Canonical by its form; read without a JSON parser, because there may be millions. */
const entryLine = /^\{"entry":"([A-Za-z0-9+/]{0,90000}={0,2})","index":(0|[1-9][0-9]{0,15})\}$/;
const proofLine = z.strictObject({ index: size, proof: z.array(base64Hash).max(PROOF_HASHES_MAX) });
const consistencyLine = z.strictObject({
  size,
  checkpoint: z.string().max(65_536),
  proof: z.array(base64Hash).max(2 * PROOF_HASHES_MAX),
});
const disclosureLine = z.union([
  z.strictObject({ index: size, hash: sha256Hex, salt: base64Hash, value: z.string().max(200_000) }),
  /** Names are kept apart from the log: nothing in it vouches for them. */
  z.strictObject({ person: z.string().max(200), name: z.string().max(300) }),
]);

export type DisclosureLine = z.infer<typeof disclosureLine>;

/** Manifest bytes with the digest added. */
export async function writeManifest(crypto: Crypto, manifest: Omit<Manifest, 'digest'>): Promise<Uint8Array> {
  const digest = toHex(await crypto.sha256(canonicalBytes(manifest)));
  return canonicalBytes({ ...manifest, digest });
}

/** Parses a manifest; throws `bundle_invalid` when it is not canonical, not of this format, or its digest is wrong. */
export async function readManifest(crypto: Crypto, bytes: Uint8Array): Promise<Manifest> {
  const text = decode(bytes);
  const parsed = manifestSchema.safeParse(parseJson(text));
  if (!parsed.success)
    throw new EvidenceError('bundle_invalid', 'manifest.json is not of this format', { cause: parsed.error });
  const { digest, ...rest } = parsed.data;
  const canonical = canonicalText(parsed.data) === text;
  if (!canonical || toHex(await crypto.sha256(canonicalBytes(rest))) !== digest) {
    throw new EvidenceError('bundle_invalid', 'manifest.json was changed');
  }
  return parsed.data;
}

/** One line of `log/entries.ndjson`; throws `bundle_invalid`. */
export function parseEntryLine(line: string): { readonly index: number; readonly leaf: Uint8Array } {
  const [, entry, index] = entryLine.exec(line) ?? [];
  if (entry === undefined || index === undefined || Number(index) > Number.MAX_SAFE_INTEGER) {
    throw new EvidenceError('bundle_invalid', 'a line of another form');
  }
  return { index: Number(index), leaf: decodeBase64(entry) };
}

/** One line of `log/proofs.ndjson`; throws `bundle_invalid`. */
export function parseProofLine(line: string): { readonly index: number; readonly proof: readonly Uint8Array[] } {
  const { index, proof } = parseLine(line, proofLine);
  return { index, proof: proof.map(decodeHash) };
}

/** One line of `log/consistency.ndjson`: an older checkpoint and its proof into the bundle's; throws `bundle_invalid`. */
export function parseConsistencyLine(line: string): {
  readonly size: number;
  readonly checkpoint: string;
  readonly proof: readonly Uint8Array[];
} {
  const parsed = parseLine(line, consistencyLine);
  return { size: parsed.size, checkpoint: parsed.checkpoint, proof: parsed.proof.map(decodeHash) };
}

/** One line of `disclosures.ndjson`; throws `bundle_invalid`. */
export function parseDisclosureLine(line: string): DisclosureLine {
  return parseLine(line, disclosureLine);
}

function parseLine<T>(line: string, schema: z.ZodType<T>): T {
  const json = parseJson(line);
  const parsed = schema.safeParse(json);
  if (!parsed.success) throw new EvidenceError('bundle_invalid', 'a line of another form', { cause: parsed.error });
  if (canonicalText(json) !== line) throw new EvidenceError('bundle_invalid', 'a line that is not canonical JSON');
  return parsed.data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new EvidenceError('bundle_invalid', 'not JSON', { cause });
  }
}

function decode(bytes: Uint8Array): string {
  try {
    return fromUtf8(bytes);
  } catch (cause) {
    throw new EvidenceError('bundle_invalid', 'not UTF-8', { cause });
  }
}

function decodeBase64(text: string): Uint8Array {
  try {
    return fromBase64(text);
  } catch (cause) {
    throw new EvidenceError('bundle_invalid', 'not base64', { cause });
  }
}

function decodeHash(text: string): Uint8Array {
  const bytes = decodeBase64(text);
  if (bytes.length !== HASH_BYTES) throw new EvidenceError('bundle_invalid', 'a hash of a wrong length');
  return bytes;
}
