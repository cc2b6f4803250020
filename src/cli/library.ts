/** The library as commands without a database read it, and what else comes from files. */
import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { buildLibrary, type Library } from '#src/knowledge/library.ts';
import { KNOWLEDGE_FOLDER } from '#src/wire/paths.ts';
import { type CliContext, CommandError } from './context.ts';
import { cachedLibrary } from './library-cache.ts';

const INPUT_BYTES_MAX = 64 * 1024 * 1024;

/**
 * Opens the library in force: the shipped packs, and in place of theirs those that were accepted, as the data folder
 * keeps them. Needs no database. Throws KnowledgeError, or PackFolderError for a damaged copy.
 */
export async function openLibrary(context: Pick<CliContext, 'env' | 'cwd'>): Promise<Library> {
  const folder = dataFolder(context);
  // Loaded only where something was accepted, so that asking the shipped library stays fast.
  if (!existsSync(join(folder, 'in-force.json'))) return cachedLibrary(KNOWLEDGE_FOLDER, buildLibrary);
  const [{ openPackFolder }, { composeLibrary }] = await Promise.all([
    import('#src/adapters/parse/pack-folder.ts'),
    import('#src/knowledge/packs/compose.ts'),
  ]);
  const accepted = await openPackFolder(folder).acceptedPacks();
  return cachedLibrary(KNOWLEDGE_FOLDER, (files) => composeLibrary(files, accepted));
}

/** The data folder; the one setting that commands without a database look at. */
function dataFolder({ env, cwd }: Pick<CliContext, 'env' | 'cwd'>): string {
  return resolve(cwd, env['COUNTERSIGN_DATA_DIR']?.trim() || 'data');
}

/** Reads a text file of at most 64 MB that the person named; `-` is stdin. Throws CommandError `file_unreadable`. */
export async function readInput(context: CliContext, file: string): Promise<string> {
  if (file === '-') return context.input();
  const path = resolve(context.cwd, file);
  try {
    if ((await stat(path)).size > INPUT_BYTES_MAX) throw new Error('it is larger than 64 MB');
    return await readFile(path, 'utf8');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new CommandError('file_unreadable', `${file} cannot be read: ${why}.`, 'Check the path and its permissions.');
  }
}
