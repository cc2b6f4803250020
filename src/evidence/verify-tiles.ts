/** The stored tiles against the entries, and against each other. */
import { equalBytes } from './encoding.ts';
import type { FindingList } from './findings.ts';
import type { Crypto, LogReader } from './ports.ts';
import { hashAt, subtreeRoot, TILE_WIDTH } from './tiles.ts';

type TileReader = Pick<LogReader, 'readTile'>;

/** Level-0 hashes as the tiles hold them, one tile in memory at a time. */
export function tileHashes(store: TileReader, treeSize: number): (index: number) => Promise<Uint8Array | null> {
  let cached: { readonly index: number; readonly bytes: Uint8Array | null } | null = null;
  return async (index) => {
    if (index >= treeSize) return null;
    const tile = Math.floor(index / TILE_WIDTH);
    if (cached?.index !== tile) cached = { index: tile, bytes: await store.readTile(0, tile) };
    // A missing or short tile gives an empty hash, which differs from every leaf's: a finding, not silence.
    return cached.bytes === null ? new Uint8Array(0) : hashAt(cached.bytes, index % TILE_WIDTH);
  };
}

/**
 * Levels above the entries' own hashes: each hash is that of the whole tile below it. Where an entry was named for its
 * hash, what stands above it is not named again.
 */
export async function verifyUpperTiles(
  crypto: Crypto,
  store: TileReader,
  treeSize: number,
  findings: FindingList,
): Promise<void> {
  const named = new Set(findings.kept.flatMap(({ code, index }) => (code === 'tile_mismatch' ? [index] : [])));
  const spoilt = new Set([...named].flatMap((index) => (index === null ? [] : [Math.floor(index / TILE_WIDTH)])));
  const read = async (level: number, index: number) => (await store.readTile(level, index)) ?? new Uint8Array(0);
  let count = Math.floor(treeSize / TILE_WIDTH);
  for (let level = 1; count > 0; level += 1, count = Math.floor(count / TILE_WIDTH)) {
    let above: Uint8Array = new Uint8Array(0);
    for (let at = 0; at < count; at += 1) {
      if (at % TILE_WIDTH === 0) above = await read(level, at / TILE_WIDTH);
      if (level === 1 && spoilt.has(at)) continue;
      const root = await subtreeRoot(crypto, await read(level - 1, at), 0, TILE_WIDTH);
      if (equalBytes(root, hashAt(above, at % TILE_WIDTH))) continue;
      const [from, to] = [at * TILE_WIDTH ** level, (at + 1) * TILE_WIDTH ** level - 1];
      findings.add(
        'tile_mismatch',
        null,
        `the tile of level ${level} holds another hash for the entries ${from} to ${to}`,
      );
    }
  }
}
