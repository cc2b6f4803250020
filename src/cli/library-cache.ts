/**
 * The knowledge folder, parsed once: reading its YAML takes longer than all the rest of an `ask`. The copy is addressed
 * by the hash of every file's name and bytes, so that a changed file is never missed; it can be deleted at any time.
 */
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { readKnowledgeFolder } from '#src/adapters/parse/yaml-folder.ts';
import { KnowledgeError } from '#src/knowledge/errors.ts';
import type { Library } from '#src/knowledge/library.ts';
import type { RawFile } from '#src/knowledge/raw.ts';
import { ROOT } from '#src/wire/paths.ts';

const CACHE = join(ROOT, 'node_modules', '.cache', 'countersign-knowledge');

/**
 * The library of a knowledge folder. Throws KnowledgeError, with lines, as the uncached reading does.
 * @param build makes the library of the folder's files; `buildLibrary` where nothing is put in their place
 */
export async function cachedLibrary(
  folder: string,
  build: (files: readonly RawFile[]) => Library,
  cache: string = CACHE,
): Promise<Library> {
  const key = await folderHash(folder).catch(() => null);
  if (key === null) return build(await readKnowledgeFolder(folder));
  const path = join(cache, `${key}.json`);
  const kept = await readKept(path, build);
  if (kept !== null) return kept;
  const files = await readKnowledgeFolder(folder);
  const library = build(files);
  await keep(cache, path, files);
  return library;
}

async function folderHash(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((e) => e.isFile() && /\.ya?ml$/.test(e.name)).map((e) => join(e.parentPath, e.name));
  const hash = createHash('sha256');
  for (const path of paths.sort()) {
    const bytes = await readFile(path);
    hash.update(`${relative(folder, path).split(sep).join('/')}\0${bytes.length}\0`).update(bytes);
  }
  return hash.digest('hex');
}

async function readKept(path: string, build: (files: readonly RawFile[]) => Library): Promise<Library | null> {
  try {
    const kept: unknown = JSON.parse(await readFile(path, 'utf8'));
    return isKept(kept) ? build(kept.map((file) => ({ ...file, lineOf: () => 1 }))) : null;
  } catch (error) {
    // Absent or damaged; or the rules for the files changed since: then the files themselves give the right lines.
    if (error instanceof KnowledgeError || error instanceof SyntaxError || isMissing(error)) return null;
    throw error;
  }
}

function isKept(value: unknown): value is readonly Omit<RawFile, 'lineOf'>[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'object' && one !== null && 'file' in one);
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error;
}

/** Keeps one copy. A folder that cannot be written costs time at the next call, nothing else. */
async function keep(cache: string, path: string, files: readonly RawFile[]): Promise<void> {
  const draft = `${path}.${process.pid}`;
  try {
    await mkdir(cache, { recursive: true });
    const others = (await readdir(cache)).filter((name) => name.endsWith('.json'));
    await writeFile(draft, JSON.stringify(files.map(({ file, data }) => ({ file, data }))));
    await rename(draft, path);
    for (const name of others) await rm(join(cache, name), { force: true });
  } catch {
    await rm(draft, { force: true }).catch(() => undefined);
  }
}
