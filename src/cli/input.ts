/** Files that the person named on the command line. */
import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type CliContext, CommandError } from './context.ts';

const INPUT_BYTES_MAX = 64 * 1024 * 1024;

/** Reads a text file of at most 64 MB; `-` is stdin. Throws CommandError `file_unreadable`. */
export async function readInput(context: CliContext, file: string): Promise<string> {
  return file === '-' ? context.input() : (await readBytes(context, file)).toString('utf8');
}

/** Reads a file of at most 64 MB. Throws CommandError `file_unreadable`. */
export async function readBytes({ cwd }: Pick<CliContext, 'cwd'>, file: string): Promise<Buffer> {
  const path = resolve(cwd, file);
  try {
    if ((await stat(path)).size > INPUT_BYTES_MAX) throw new Error('it is larger than 64 MB');
    return await readFile(path);
  } catch (error) {
    throw unreadable(file, error);
  }
}

/** What the person is told about a file that cannot be read. */
export function unreadable(file: string, error: unknown): CommandError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const why = WHY[code] ?? (error instanceof Error ? error.message : String(error));
  return new CommandError('file_unreadable', `${file} cannot be read: ${why}.`, 'Check the path and its permissions.');
}

const WHY: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'you may not read it',
};
