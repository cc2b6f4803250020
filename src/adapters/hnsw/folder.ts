/**
 * The vector index on disk: numbered folders and a pointer file. A folder is complete before the pointer names it, and
 * the pointer is replaced by rename, so that a crash while indexing leaves the old index in service.
 */
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const pointerSchema = z.strictObject({ folder: z.string().regex(/^\d{6}$/) });
const metaSchema = z.strictObject({
  format: z.literal('countersign-vectors/2'),
  key: z.string().max(200),
  model: z.string().max(200),
  dimension: z.number().int().min(2).max(8192),
  itemIds: z.array(z.string().max(200)).max(1_000_000),
});

const hashesSchema = z.array(z.string().length(64)).max(1_000_000);

/** What an index was built from. `itemIds` are parallel to the vectors. */
export type IndexMeta = z.infer<typeof metaSchema>;

/** The index in service, or null when there is none or it cannot be read (then it is rebuilt). */
export async function currentIndex(root: string): Promise<{ readonly path: string; readonly meta: IndexMeta } | null> {
  try {
    const pointer = pointerSchema.parse(JSON.parse(await readFile(join(root, 'current.json'), 'utf8')));
    const path = join(root, pointer.folder);
    const meta = metaSchema.parse(JSON.parse(await readFile(join(path, 'meta.json'), 'utf8')));
    return { path, meta };
  } catch {
    return null;
  }
}

/** A new empty folder with the next number. */
export async function nextFolder(root: string): Promise<{ readonly name: string; readonly path: string }> {
  await mkdir(root, { recursive: true });
  const used = (await readdir(root)).filter((name) => /^\d{6}$/.test(name)).map(Number);
  const name = String(Math.max(0, ...used) + 1).padStart(6, '0');
  const path = join(root, name);
  await mkdir(path);
  return { name, path };
}

/** Vectors by the hash of their text, beside the graph, for reuse when only some texts changed. */
export async function writeVectors(
  path: string,
  hashes: readonly string[],
  vectors: readonly Float32Array[],
  dimension: number,
): Promise<void> {
  const all = new Float32Array(vectors.length * dimension);
  vectors.forEach((vector, at) => {
    all.set(vector, at * dimension);
  });
  await writeFile(join(path, 'vectors.f32'), new Uint8Array(all.buffer));
  await writeFile(join(path, 'hashes.json'), JSON.stringify(hashes));
}

/** The vectors of an index by text hash; empty when they cannot be read. */
export async function readVectors(path: string, dimension: number): Promise<ReadonlyMap<string, Float32Array>> {
  try {
    const hashes = hashesSchema.parse(JSON.parse(await readFile(join(path, 'hashes.json'), 'utf8')));
    const bytes = await readFile(join(path, 'vectors.f32'));
    if (bytes.byteLength !== hashes.length * dimension * 4) return new Map();
    const all = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
    return new Map(hashes.map((hash, at) => [hash, all.subarray(at * dimension, (at + 1) * dimension)]));
  } catch {
    return new Map();
  }
}

/** What the index in a folder was built from; its last file. */
export async function writeMeta(path: string, meta: IndexMeta): Promise<void> {
  await writeFile(join(path, 'meta.json'), JSON.stringify(meta));
}

/** Puts a finished folder in service and removes all but it and the one before. */
export async function publish(root: string, name: string): Promise<void> {
  const temporary = join(root, `current.${name}.tmp`);
  await writeFile(temporary, JSON.stringify({ folder: name }));
  await rename(temporary, join(root, 'current.json'));
  const folders = (await readdir(root)).filter((entry) => /^\d{6}$/.test(entry) && entry < name).sort();
  for (const old of folders.slice(0, -1)) await rm(join(root, old), { recursive: true, force: true });
}
