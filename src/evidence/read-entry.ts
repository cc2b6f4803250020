/** One entry by itself: its hash, its place in the tree, what it says, and whose signature on it holds. */
import { type Envelope, parseEnvelope, verifyEnvelope } from './dsse.ts';
import { equalBytes } from './encoding.ts';
import { EvidenceError } from './errors.ts';
import type { FindingList } from './findings.ts';
import { leafHash, verifyInclusion } from './merkle.ts';
import type { Crypto, KnownKey, LogEntry } from './ports.ts';
import { parseStatement, type Statement } from './statement.ts';

/** What an entry's place is held against. */
export type PlaceChecks = {
  /** Inclusion proofs for a selection; null where there is none, or more than one. */
  readonly proofs?: {
    readonly size: number;
    readonly root: Uint8Array;
    next(index: number): Promise<readonly Uint8Array[] | null>;
  };
  /** The hash that the published tiles hold for an index, null where the tree does not reach it. */
  readonly tileHash?: (index: number) => Promise<Uint8Array | null>;
};

/** An entry as it was read. */
export type ReadEntry = {
  readonly index: number;
  readonly hash: Uint8Array;
  /** False where the tree holds something else at this index. */
  readonly inPlace: boolean;
  /** Null for an entry that cannot be read, or whose content nobody asked for. */
  readonly statement: Statement | null;
  /** Ids of the known keys whose signature holds; none makes what the entry says nobody's word. */
  readonly signedBy: Promise<readonly string[]>;
};

/**
 * Reads an entry; what is wrong with it goes to `findings` under its index. The signature's check is started, not
 * awaited. `keys` null leaves the content alone.
 */
export async function readEntry(
  crypto: Crypto,
  entry: LogEntry,
  checks: PlaceChecks,
  keys: ReadonlyMap<string, KnownKey> | null,
  findings: FindingList,
): Promise<ReadEntry> {
  const { index, leaf } = entry;
  const hash = await leafHash(crypto, leaf);
  if (entry.leafHash !== undefined && !equalBytes(hash, entry.leafHash)) {
    findings.add('leaf_hash_mismatch', index, 'the stored leaf hash is not that of the stored leaf');
  }
  const inPlace = await isInPlace(crypto, index, hash, checks, findings);
  const unread = { index, hash, inPlace, statement: null, signedBy: Promise.resolve([]) };
  if (keys === null) return unread;
  try {
    const envelope = parseEnvelope(leaf);
    const statement = parseStatement(envelope.payload);
    return { index, hash, inPlace, statement, signedBy: signersOf(crypto, index, envelope, keys, findings) };
  } catch (error) {
    if (!(error instanceof EvidenceError)) throw error;
    findings.add('entry_unreadable', index, error.message);
    return unread;
  }
}

async function isInPlace(
  crypto: Crypto,
  index: number,
  hash: Uint8Array,
  { tileHash, proofs }: PlaceChecks,
  findings: FindingList,
): Promise<boolean> {
  const tiled = (await tileHash?.(index)) ?? null;
  const other = tiled !== null && !equalBytes(tiled, hash);
  if (other) findings.add('tile_mismatch', index, 'the tree holds another hash for this entry');
  if (proofs === undefined) return !other;
  const proof = await proofs.next(index);
  if (proof === null) {
    findings.add('proof_missing', index, 'not exactly one inclusion proof');
    return false;
  }
  try {
    await verifyInclusion(crypto, { leafHash: hash, index, size: proofs.size, proof, root: proofs.root });
    return !other;
  } catch (error) {
    if (!(error instanceof EvidenceError)) throw error;
    findings.add('not_in_tree', index, error.message);
    return false;
  }
}

async function signersOf(
  crypto: Crypto,
  index: number,
  envelope: Envelope,
  keys: ReadonlyMap<string, KnownKey>,
  findings: FindingList,
): Promise<readonly string[]> {
  try {
    return await verifyEnvelope(crypto, envelope, keys);
  } catch (error) {
    if (!(error instanceof EvidenceError)) throw error;
    const unknown = error.code === 'signature_unknown_key';
    findings.add(unknown ? 'signature_unknown_key' : 'signature_invalid', index, error.message);
    return [];
  }
}
