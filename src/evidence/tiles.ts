/** C2SP tlog-tiles: tile and entry bundle paths, and reading tree nodes out of tiles. */

import { LEAF_BYTES_MAX } from './dsse.ts';
import { parseIndex } from './encoding.ts';
import { EvidenceError } from './errors.ts';
import { HASH_BYTES, nodeHash } from './merkle.ts';
import type { Crypto, NodeId, NodeReader } from './ports.ts';

/** Hashes in a full tile. */
export const TILE_WIDTH = 256;
const TILE_HEIGHT = 8;
const TILES_CACHED_MAX = 1_024;
const NODES_CACHED_MAX = 65_536;

/** Reads a tile's stored hashes (32 * width bytes), or null. */
export type ReadTile = (level: number, index: number) => Promise<Uint8Array | null>;

/** What a path under the log's prefix names. `width` is 256 for a full tile. */
export type TilePath =
  | { readonly kind: 'checkpoint' }
  | { readonly kind: 'tile'; readonly level: number; readonly index: number; readonly width: number }
  | { readonly kind: 'entries'; readonly index: number; readonly width: number };

/** `tile/<L>/<N>[.p/<W>]`. */
export function tilePath(level: number, index: number, width: number = TILE_WIDTH): string {
  return `tile/${level}/${indexPath(index)}${widthSuffix(width)}`;
}

/** `tile/entries/<N>[.p/<W>]`. */
export function entriesPath(index: number, width: number = TILE_WIDTH): string {
  return `tile/entries/${indexPath(index)}${widthSuffix(width)}`;
}

function indexPath(index: number): string {
  const digits = String(index);
  const padded = digits.padStart(Math.ceil(digits.length / 3) * 3, '0');
  const groups = padded.match(/[0-9]{3}/g) ?? [];
  return groups.map((group, i) => (i === groups.length - 1 ? group : `x${group}`)).join('/');
}

function widthSuffix(width: number): string {
  return width === TILE_WIDTH ? '' : `.p/${width}`;
}

/** Parses a path relative to the log's prefix; null for anything that is not exactly a path of the specification. */
export function parseTilePath(path: string): TilePath | null {
  if (path === 'checkpoint') return { kind: 'checkpoint' };
  const match =
    /^tile\/(entries|[0-9]|[1-5][0-9]|6[0-3])\/((?:x[0-9]{3}\/){0,5}[0-9]{3})(?:\.p\/([1-9][0-9]{0,2}))?$/.exec(path);
  if (match === null) return null;
  const [, level = '', digits = '', partial] = match;
  const width = partial === undefined ? TILE_WIDTH : Number(partial);
  if (partial !== undefined && width >= TILE_WIDTH) return null;
  const plain = digits.replace(/[x/]/g, '').replace(/^0+(?=[0-9])/, '');
  const index = indexOrNull(plain);
  // A longer spelling of the same index (x000/001) is another path, and not one of the specification.
  if (index === null || indexPath(index) !== digits) return null;
  return level === 'entries' ? { kind: 'entries', index, width } : { kind: 'tile', level: Number(level), index, width };
}

function indexOrNull(digits: string): number | null {
  try {
    return parseIndex(digits);
  } catch {
    return null;
  }
}

/** Width of the rightmost tile at a level in a tree of `size`; 0 when the level ends on a full tile or has none. */
export function partialWidth(size: number, level: number): number {
  return Math.floor(size / TILE_WIDTH ** level) % TILE_WIDTH;
}

/** Whether a tile of that width is served for a tree of `size`: all its hashes are complete in it. */
export function tileExists(size: number, level: number, index: number, width: number): boolean {
  return level < 7 && (index * TILE_WIDTH + width) * TILE_WIDTH ** level <= size;
}

/** Entry bundle: each entry after its length as a big-endian uint16. Throws `leaf_too_large`. */
export function encodeEntries(entries: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(entries.reduce((sum, entry) => sum + 2 + entry.length, 0));
  let at = 0;
  for (const entry of entries) {
    if (entry.length > LEAF_BYTES_MAX) throw new EvidenceError('leaf_too_large', `${entry.length} bytes`);
    bytes[at] = entry.length >> 8;
    bytes[at + 1] = entry.length & 0xff;
    bytes.set(entry, at + 2);
    at += 2 + entry.length;
  }
  return bytes;
}

/** Entries of a bundle; throws `tile_invalid` for cut or left-over bytes or more than 256 entries. */
export function parseEntries(bytes: Uint8Array): readonly Uint8Array[] {
  const entries: Uint8Array[] = [];
  let at = 0;
  while (at < bytes.length) {
    const start = at + 2;
    const end = start + ((bytes[at] ?? 0) << 8) + (bytes[at + 1] ?? 0);
    if (start > bytes.length || end > bytes.length) throw new EvidenceError('tile_invalid', 'an entry is cut off');
    if (entries.length === TILE_WIDTH) throw new EvidenceError('tile_invalid', 'more than 256 entries');
    entries.push(bytes.slice(start, end));
    at = end;
  }
  return entries;
}

/** The hash at a position of a tile's bytes. */
export function hashAt(tile: Uint8Array, position: number): Uint8Array {
  return tile.subarray(position * HASH_BYTES, (position + 1) * HASH_BYTES);
}

/** Root of 2^k neighbouring hashes of a tile. */
export async function subtreeRoot(crypto: Crypto, tile: Uint8Array, first: number, count: number): Promise<Uint8Array> {
  let row: Uint8Array[] = [];
  for (let i = 0; i < count; i += 1) row.push(hashAt(tile, first + i));
  while (row.length > 1) {
    const above: Uint8Array[] = [];
    for (let i = 0; i < row.length; i += 2) {
      above.push(await nodeHash(crypto, row[i] as Uint8Array, row[i + 1] as Uint8Array));
    }
    row = above;
  }
  return row[0] as Uint8Array;
}

/**
 * A NodeReader over tiles, with bounded caches of tiles and of the nodes between them. Make one per job: a cached partial
 * tile does not grow.
 */
export function createTileNodeReader(crypto: Crypto, readTile: ReadTile): NodeReader {
  const cache = new Map<string, Uint8Array | null>();
  const read = async (level: number, index: number): Promise<Uint8Array | null> => {
    const name = `${level}/${index}`;
    const known = cache.get(name);
    if (known !== undefined) return known;
    const tile = await readTile(level, index);
    if (tile !== null && (tile.length % HASH_BYTES !== 0 || tile.length > TILE_WIDTH * HASH_BYTES)) {
      throw new EvidenceError('tile_invalid', `tile ${name} has ${tile.length} bytes`);
    }
    if (cache.size >= TILES_CACHED_MAX) cache.clear();
    cache.set(name, tile);
    return tile;
  };
  const nodes = new Map<string, Uint8Array>();
  const readNode = async ({ level, index }: NodeId): Promise<Uint8Array> => {
    const name = `${level}/${index}`;
    const known = nodes.get(name);
    if (known !== undefined) return known;
    const count = 2 ** (level % TILE_HEIGHT);
    const first = index * count;
    const tile = await read(Math.floor(level / TILE_HEIGHT), Math.floor(first / TILE_WIDTH));
    const position = first % TILE_WIDTH;
    if (tile === null || tile.length < (position + count) * HASH_BYTES) {
      throw new EvidenceError('tile_missing', `no node ${index} at level ${level}`);
    }
    const hash = await subtreeRoot(crypto, tile, position, count);
    if (nodes.size >= NODES_CACHED_MAX) nodes.clear();
    nodes.set(name, hash);
    return hash;
  };
  return {
    readNodes: async (ids) => {
      const hashes: Uint8Array[] = [];
      for (const id of ids) hashes.push(await readNode(id));
      return hashes;
    },
  };
}
