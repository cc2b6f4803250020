/** The library as commands without a database read it. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { buildLibrary, type Library } from '#src/knowledge/library.ts';
import { KNOWLEDGE_FOLDER } from '#src/wire/paths.ts';
import type { CliContext } from './context.ts';
import { cachedLibrary } from './library-cache.ts';

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
