/** Growing the tree and publishing it: pure steps around an EvidenceStore, safe when several processes run them at once. */
import { type Checkpoint, openCheckpoint, signCheckpoint } from './checkpoint.ts';
import { concat, equalBytes } from './encoding.ts';
import { EvidenceError } from './errors.ts';
import { consistencyProof, emptyRoot, foldSubtrees, HASH_BYTES, inclusionProof, verifyConsistency } from './merkle.ts';
import type { VerifierKey } from './note.ts';
import type {
  Crypto,
  EvidenceStore,
  SignedMemory,
  Signer,
  StoredCheckpoint,
  Tile,
  TreeHead,
  TreeStep,
} from './ports.ts';
import { formatProofFile } from './proof-file.ts';
import { createTileNodeReader, partialWidth, type ReadTile, subtreeRoot, TILE_WIDTH } from './tiles.ts';

/** Levels of tiles that a tree of up to 2^53 leaves can have. */
const LEVELS_MAX = 7;
const BATCH_MAX = 65_536;

/** The partial tiles on the right edge, by level; an empty array where a level ends on a full tile. */
type Edge = Uint8Array[];

async function readEdge(size: number, readTile: ReadTile): Promise<Edge> {
  const edge: Edge = [];
  for (let level = 0; level < LEVELS_MAX; level += 1) {
    const width = partialWidth(size, level);
    if (width === 0) {
      edge.push(new Uint8Array(0));
      continue;
    }
    const index = Math.floor(size / TILE_WIDTH ** (level + 1));
    const tile = await readTile(level, index);
    if (tile === null || tile.length < width * HASH_BYTES) {
      throw new EvidenceError('tile_missing', `tile ${level}/${index} of width ${width}`);
    }
    edge.push(tile.slice(0, width * HASH_BYTES));
  }
  return edge;
}

async function rootOfEdge(crypto: Crypto, edge: Edge): Promise<Uint8Array> {
  const hashes: Uint8Array[] = [];
  for (const tile of edge.toReversed()) {
    const width = tile.length / HASH_BYTES;
    let first = 0;
    for (let count = TILE_WIDTH / 2; count >= 1; count /= 2) {
      if (Math.floor(width / count) % 2 === 0) continue;
      hashes.push(await subtreeRoot(crypto, tile, first, count));
      first += count;
    }
  }
  return hashes.length === 0 ? emptyRoot(crypto) : foldSubtrees(crypto, hashes);
}

/**
 * Appends leaf hashes to a tree kept as tiles. Returns the step to store; nothing is written here. Costs about two
 * hashes a leaf, plus at most 255 a tile level for the root. Throws `tile_missing`, and `fork` when the stored tiles do
 * not give the stored root: someone changed the tree, and signing on would hide it.
 */
export async function integrateLeaves(
  crypto: Crypto,
  tree: TreeHead,
  readTile: ReadTile,
  leafHashes: readonly Uint8Array[],
): Promise<TreeStep> {
  const edge = await readEdge(tree.size, readTile);
  if (!equalBytes(await rootOfEdge(crypto, edge), tree.root)) {
    throw new EvidenceError('fork', `the stored tiles do not give the stored root at size ${tree.size}`);
  }
  const size = tree.size + leafHashes.length;
  if (!Number.isSafeInteger(size)) throw new EvidenceError('index_out_of_range', 'the log is full');
  const tiles: Tile[] = [];
  let incoming: readonly Uint8Array[] = leafHashes;
  for (let level = 0; level < LEVELS_MAX && incoming.length > 0; level += 1) {
    let index = Math.floor(tree.size / TILE_WIDTH ** (level + 1));
    let bytes = concat(edge[level] as Uint8Array, ...incoming);
    const above: Uint8Array[] = [];
    while (bytes.length >= TILE_WIDTH * HASH_BYTES) {
      const full = bytes.slice(0, TILE_WIDTH * HASH_BYTES);
      tiles.push({ level, index, hashes: full });
      above.push(await subtreeRoot(crypto, full, 0, TILE_WIDTH));
      bytes = bytes.subarray(TILE_WIDTH * HASH_BYTES);
      index += 1;
    }
    edge[level] = bytes.slice();
    if (bytes.length > 0) tiles.push({ level, index, hashes: edge[level] as Uint8Array });
    incoming = above;
  }
  return { fromSize: tree.size, size, root: await rootOfEdge(crypto, edge), tiles };
}

/**
 * Brings the stored tree up to all committed entries, in batches. Returns the head it ends with. When another process
 * integrates at the same time the loser re-reads and goes on. Throws `fork` and `tile_missing` as `integrateLeaves`.
 */
export async function integratePending(crypto: Crypto, store: EvidenceStore, batch = BATCH_MAX): Promise<TreeHead> {
  for (;;) {
    const tree = await store.readTree();
    const leafHashes = await store.readLeafHashes(tree.size, Math.min(batch, BATCH_MAX));
    if (leafHashes.length === 0) return tree;
    const step = await integrateLeaves(crypto, tree, (level, index) => store.readTile(level, index), leafHashes);
    await store.saveTree(step);
  }
}

/**
 * Signs and stores a checkpoint of the integrated tree, if it grew since the last one; null when it did not, or another
 * process published this size. Before signing it proves to itself that the last published checkpoint, opened with
 * `keys`, is a prefix of the tree, and so is what `memory` says was signed last: it throws `fork` rather than sign a
 * second history, also after the database was put back to an earlier state.
 */
export async function publishCheckpoint(
  crypto: Crypto,
  store: EvidenceStore,
  signer: Signer,
  keys: readonly VerifierKey[],
  now: Date,
  memory: SignedMemory | null = null,
): Promise<StoredCheckpoint | null> {
  const [origin, tree, last] = await Promise.all([store.origin(), store.readTree(), store.latestCheckpoint()]);
  const signed = (await memory?.read()) ?? null;
  if (signed !== null && signed.origin === origin) await assertPrefix(crypto, store, signed, tree);
  if (last !== null) {
    const { checkpoint: old } = await openCheckpoint(crypto, last.note, keys, origin);
    await assertPrefix(crypto, store, old, tree);
    if (old.size === tree.size) return null;
  }
  const note = await signCheckpoint(crypto, { origin, size: tree.size, root: tree.root }, signer);
  const checkpoint = { size: tree.size, root: tree.root, note, signedAt: now };
  await memory?.write({ origin, size: tree.size, root: tree.root });
  return (await store.saveCheckpoint(checkpoint)) ? checkpoint : null;
}

async function assertPrefix(crypto: Crypto, store: EvidenceStore, old: Checkpoint, tree: TreeHead): Promise<void> {
  if (old.size > tree.size) {
    throw new EvidenceError('fork', `a checkpoint of ${old.size} entries was published, the tree has ${tree.size}`);
  }
  const reader = createTileNodeReader(crypto, (level, index) => store.readTile(level, index));
  if (old.size === 0 && equalBytes(old.root, await emptyRoot(crypto))) return;
  const proof = await consistencyProof(crypto, reader, old.size, tree.size);
  try {
    await verifyConsistency(crypto, { oldSize: old.size, oldRoot: old.root, size: tree.size, root: tree.root, proof });
  } catch (cause) {
    throw new EvidenceError('fork', `the tree does not extend the checkpoint of ${old.size} entries`, { cause });
  }
}

/** A `.tlog-proof` file for an entry under a published checkpoint. Throws `index_out_of_range` or `tile_missing`. */
export async function proofFileFor(
  crypto: Crypto,
  store: EvidenceStore,
  index: number,
  checkpoint: StoredCheckpoint,
): Promise<string> {
  const reader = createTileNodeReader(crypto, (level, at) => store.readTile(level, at));
  const proof = await inclusionProof(crypto, reader, index, checkpoint.size);
  return formatProofFile({ index, proof, checkpoint: checkpoint.note });
}
