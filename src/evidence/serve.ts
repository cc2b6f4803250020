/** The log as static resources, so that any tlog client can read it (C2SP tlog-tiles). Bytes only; HTTP is elsewhere. */
import { utf8 } from './encoding.ts';
import { HASH_BYTES } from './merkle.ts';
import type { EvidenceStore } from './ports.ts';
import { encodeEntries, parseTilePath, TILE_WIDTH, tileExists } from './tiles.ts';

/** A resource of the log. */
export type LogResource = {
  readonly contentType: string;
  readonly bytes: Uint8Array;
  /** True for tiles and bundles, which never change; the checkpoint must not be cached for more than seconds. */
  readonly immutable: boolean;
};

/**
 * The resource at a path below the log's prefix (`checkpoint`, `tile/0/x001/234.p/7`, `tile/entries/000`), or null when
 * there is none. Only what the latest published checkpoint covers is given.
 */
export async function logResource(store: EvidenceStore, path: string): Promise<LogResource | null> {
  const parsed = parseTilePath(path);
  const checkpoint = parsed === null ? null : await store.latestCheckpoint();
  if (parsed === null || checkpoint === null) return null;
  if (parsed.kind === 'checkpoint') {
    return { contentType: 'text/plain; charset=utf-8', bytes: utf8(checkpoint.note), immutable: false };
  }
  const level = parsed.kind === 'tile' ? parsed.level : 0;
  if (!tileExists(checkpoint.size, level, parsed.index, parsed.width)) return null;
  const bytes =
    parsed.kind === 'tile'
      ? await store.readTile(parsed.level, parsed.index)
      : await entryBundle(store, parsed.index, parsed.width);
  if (bytes === null) return null;
  const cut = parsed.kind === 'tile' ? bytes.subarray(0, parsed.width * HASH_BYTES) : bytes;
  return { contentType: 'application/octet-stream', bytes: cut, immutable: true };
}

async function entryBundle(store: EvidenceStore, index: number, width: number): Promise<Uint8Array | null> {
  const entries = await store.readEntries(index * TILE_WIDTH, width);
  return entries.length === width ? encodeEntries(entries.map(({ leaf }) => leaf)) : null;
}
