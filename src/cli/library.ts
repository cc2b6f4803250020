/** The library as commands without a database read it, and what else comes from files. */
import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Library } from '#src/knowledge/library.ts';
import { KNOWLEDGE_FOLDER } from '#src/wire/knowledge.ts';
import { type CliContext, CommandError } from './context.ts';
import { cachedLibrary } from './library-cache.ts';

const INPUT_BYTES_MAX = 64 * 1024 * 1024;

/** Opens the library in force: the shipped packs. Throws KnowledgeError. */
export function openLibrary(_context: CliContext): Promise<Library> {
  return cachedLibrary(KNOWLEDGE_FOLDER);
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
