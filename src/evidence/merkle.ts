/** Merkle tree hashing and proofs (RFC 6962 section 2.1, RFC 9162 section 2.1), with indexes up to 2^53 - 1. */
import { equalBytes } from './encoding.ts';
import { EvidenceError } from './errors.ts';
import type { Crypto, NodeId, NodeReader } from './ports.ts';

export const HASH_BYTES = 32;
/** A proof in a tree of 2^53 leaves has at most this many hashes. */
export const PROOF_HASHES_MAX = 64;

/** SHA-256(0x00 || entry). */
export async function leafHash(crypto: Crypto, entry: Uint8Array): Promise<Uint8Array> {
  const bytes = new Uint8Array(entry.length + 1);
  bytes.set(entry, 1);
  return crypto.sha256(bytes);
}

/** SHA-256(0x01 || left || right). */
export function nodeHash(crypto: Crypto, left: Uint8Array, right: Uint8Array): Uint8Array | Promise<Uint8Array> {
  const bytes = new Uint8Array(1 + 2 * HASH_BYTES);
  bytes[0] = 1;
  bytes.set(left, 1);
  bytes.set(right, 1 + HASH_BYTES);
  return crypto.sha256(bytes);
}

/** Root of the empty tree: SHA-256 of nothing. */
export async function emptyRoot(crypto: Crypto): Promise<Uint8Array> {
  return crypto.sha256(new Uint8Array(0));
}

/** Folds complete subtrees, largest (leftmost) first, into the hash of the range they span. */
export async function foldSubtrees(crypto: Crypto, hashes: readonly Uint8Array[]): Promise<Uint8Array> {
  let hash = hashes.at(-1);
  if (hash === undefined) return emptyRoot(crypto);
  for (let i = hashes.length - 2; i >= 0; i -= 1) hash = await nodeHash(crypto, hashes[i] as Uint8Array, hash);
  return hash;
}

/** The growing right edge of a tree: at most 53 hashes whatever the size. */
export type Frontier = {
  size(): number;
  append(leafHash: Uint8Array): Promise<void>;
  root(): Promise<Uint8Array>;
};

/** An empty tree that leaves are appended to, in memory that grows with log n. */
export function createFrontier(crypto: Crypto): Frontier {
  const hashes: Uint8Array[] = [];
  let size = 0;
  return {
    size: () => size,
    append: async (leafHash) => {
      let hash = leafHash;
      for (let rest = size; rest % 2 === 1; rest = Math.floor(rest / 2)) {
        const joined = nodeHash(crypto, hashes.pop() as Uint8Array, hash);
        hash = joined instanceof Uint8Array ? joined : await joined;
      }
      hashes.push(hash);
      size += 1;
    },
    root: () => foldSubtrees(crypto, hashes),
  };
}

/** Complete subtrees that make up D[start:end], largest first. `start` MUST be a multiple of a power of two >= end - start. */
export function subtreesOf(start: number, end: number): readonly NodeId[] {
  const nodes: NodeId[] = [];
  let at = start;
  while (at < end) {
    const level = Math.floor(Math.log2(end - at));
    // log2 of numbers near 2^53 can round up.
    const exact = 2 ** level > end - at ? level - 1 : level;
    nodes.push({ level: exact, index: at / 2 ** exact });
    at += 2 ** exact;
  }
  return nodes;
}

/** Largest power of two below n (n >= 2). */
function splitPoint(n: number): number {
  let k = 2 ** Math.floor(Math.log2(n));
  while (k >= n) k /= 2;
  while (k * 2 < n) k *= 2;
  return k;
}

type Range = readonly [start: number, end: number];

async function hashRanges(crypto: Crypto, reader: NodeReader, ranges: readonly Range[]): Promise<Uint8Array[]> {
  const parts = ranges.map(([start, end]) => subtreesOf(start, end));
  const hashes = await reader.readNodes(parts.flat());
  const result: Uint8Array[] = [];
  let at = 0;
  for (const part of parts) {
    result.push(await foldSubtrees(crypto, hashes.slice(at, at + part.length)));
    at += part.length;
  }
  return result;
}

/** Inclusion proof, siblings from leaf to root: PATH(m, D[n]), RFC 6962 2.1.1. Throws `index_out_of_range`. */
export async function inclusionProof(
  crypto: Crypto,
  reader: NodeReader,
  index: number,
  size: number,
): Promise<readonly Uint8Array[]> {
  assertIndex(size);
  if (!isIndex(index) || index >= size) throw new EvidenceError('index_out_of_range', `no leaf ${index} in ${size}`);
  const siblings: Range[] = [];
  let start = 0;
  let end = size;
  while (end - start > 1) {
    const middle = start + splitPoint(end - start);
    if (index < middle) {
      siblings.push([middle, end]);
      end = middle;
    } else {
      siblings.push([start, middle]);
      start = middle;
    }
  }
  return hashRanges(crypto, reader, siblings.reverse());
}

/** Consistency proof: PROOF(m, D[n]), RFC 6962 2.1.2; empty for an old size of 0 or equal sizes. Throws `index_out_of_range`. */
export async function consistencyProof(
  crypto: Crypto,
  reader: NodeReader,
  oldSize: number,
  size: number,
): Promise<readonly Uint8Array[]> {
  assertIndex(size);
  if (!isIndex(oldSize) || oldSize > size)
    throw new EvidenceError('index_out_of_range', `${oldSize} is beyond ${size}`);
  if (oldSize === 0 || oldSize === size) return [];
  const ranges: Range[] = [];
  let [start, end, whole] = [0, size, true];
  while (oldSize !== end) {
    const middle = start + splitPoint(end - start);
    if (oldSize <= middle) {
      ranges.push([middle, end]);
      end = middle;
    } else {
      ranges.push([start, middle]);
      start = middle;
      whole = false;
    }
  }
  if (!whole) ranges.push([start, end]);
  return hashRanges(crypto, reader, ranges.reverse());
}

/** Verifies an inclusion proof (RFC 9162 2.1.3.2). Throws `index_out_of_range`, `bad_hash` or `proof_invalid`. */
export async function verifyInclusion(
  crypto: Crypto,
  input: {
    readonly leafHash: Uint8Array;
    readonly index: number;
    readonly size: number;
    readonly proof: readonly Uint8Array[];
    readonly root: Uint8Array;
  },
): Promise<void> {
  const { index, size, proof } = input;
  assertIndex(size);
  if (!isIndex(index) || index >= size) throw new EvidenceError('index_out_of_range', `no leaf ${index} in ${size}`);
  assertHashes([input.leafHash, input.root, ...proof]);
  let hash = input.leafHash;
  let node = index;
  let last = size - 1;
  for (const sibling of proof) {
    if (last === 0) throw new EvidenceError('proof_invalid', 'hashes left over', { index });
    if (node % 2 === 1 || node === last) {
      hash = await nodeHash(crypto, sibling, hash);
      while (node % 2 === 0 && node !== 0) [node, last] = [node / 2, Math.floor(last / 2)];
    } else {
      hash = await nodeHash(crypto, hash, sibling);
    }
    [node, last] = [Math.floor(node / 2), Math.floor(last / 2)];
  }
  if (last !== 0) throw new EvidenceError('proof_invalid', 'hashes missing', { index });
  if (!equalBytes(hash, input.root)) throw new EvidenceError('proof_invalid', 'leads to another root', { index });
}

/**
 * Verifies a consistency proof (RFC 9162 2.1.4.2); an old size of 0 is refused unless both are empty. Throws
 * `index_out_of_range`, `bad_hash` or `proof_invalid`.
 */
export async function verifyConsistency(
  crypto: Crypto,
  input: {
    readonly oldSize: number;
    readonly oldRoot: Uint8Array;
    readonly size: number;
    readonly root: Uint8Array;
    readonly proof: readonly Uint8Array[];
  },
): Promise<void> {
  const { oldSize, size, oldRoot, root } = input;
  assertIndex(size);
  if (!isIndex(oldSize) || oldSize > size)
    throw new EvidenceError('index_out_of_range', `${oldSize} is beyond ${size}`);
  // The empty tree is a prefix of every tree: a "proof" of that would prove nothing and is refused.
  if (oldSize === 0 && size > 0) throw new EvidenceError('proof_invalid', 'nothing follows from an empty tree');
  if (oldSize === size) {
    if (input.proof.length > 0) throw new EvidenceError('proof_invalid', 'hashes left over');
    const rooted = size > 0 || equalBytes(root, await emptyRoot(crypto));
    if (!rooted || !equalBytes(oldRoot, root)) throw new EvidenceError('proof_invalid', 'leads to another root');
    return;
  }
  assertHashes([oldRoot, root, ...input.proof]);
  if (input.proof.length === 0) throw new EvidenceError('proof_invalid', 'hashes missing');
  let node = oldSize - 1;
  let last = size - 1;
  while (node % 2 === 1) [node, last] = [Math.floor(node / 2), Math.floor(last / 2)];
  const path = node === 0 ? [oldRoot, ...input.proof] : input.proof;
  let [oldHash, hash] = [path[0] as Uint8Array, path[0] as Uint8Array];
  for (const sibling of path.slice(1)) {
    if (last === 0) throw new EvidenceError('proof_invalid', 'hashes left over');
    if (node % 2 === 1 || node === last) {
      oldHash = await nodeHash(crypto, sibling, oldHash);
      hash = await nodeHash(crypto, sibling, hash);
      while (node % 2 === 0 && node !== 0) [node, last] = [node / 2, Math.floor(last / 2)];
    } else {
      hash = await nodeHash(crypto, hash, sibling);
    }
    [node, last] = [Math.floor(node / 2), Math.floor(last / 2)];
  }
  if (last !== 0) throw new EvidenceError('proof_invalid', 'hashes missing');
  if (!equalBytes(oldHash, oldRoot) || !equalBytes(hash, root)) {
    throw new EvidenceError('proof_invalid', 'leads to another root');
  }
}

function isIndex(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function assertIndex(size: number): void {
  if (!isIndex(size)) throw new EvidenceError('index_out_of_range', 'a tree size is a safe integer');
}

function assertHashes(hashes: readonly Uint8Array[]): void {
  if (hashes.length > PROOF_HASHES_MAX + 2) throw new EvidenceError('proof_invalid', 'too many hashes');
  for (const hash of hashes) {
    if (hash.length !== HASH_BYTES) throw new EvidenceError('bad_hash', `a hash has ${HASH_BYTES} bytes`);
  }
}
