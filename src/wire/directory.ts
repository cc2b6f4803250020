/** Reads the directory file. */
import { readFile } from 'node:fs/promises';
import { parseYamlText } from '#src/adapters/parse/yaml-text.ts';
import { type DirectoryFile, directoryFileSchema } from '#src/directory/file.ts';
import { StartRefusedError } from './workspace.ts';

/** Reads and checks a directory file. Throws StartRefusedError `directory_invalid` naming each line. */
export async function readDirectoryFile(path: string): Promise<DirectoryFile> {
  const problem = (lines: readonly string[]) =>
    new StartRefusedError(
      'directory_invalid',
      [
        'The directory file cannot be used; nothing was changed.',
        ...lines.map((l) => `  ${l}`),
        'Correct COUNTERSIGN_DIRECTORY_FILE and start again.',
      ].join('\n'),
    );
  const text = await readFile(path, 'utf8').catch((error: Error) => {
    throw problem([`${path}: ${error.message}`]);
  });
  const yaml = parseYamlText(text);
  if (!yaml.ok) throw problem(yaml.problems.map((p) => `${path}:${p.line}: ${p.message}`));
  const parsed = directoryFileSchema.safeParse(yaml.value.data);
  if (parsed.success) return parsed.data;
  throw problem(
    parsed.error.issues.slice(0, 20).map((issue) => {
      const at = issue.path.filter((p): p is string | number => typeof p !== 'symbol');
      return `${path}:${yaml.value.lineOf(at)}: ${at.join('.')}: ${issue.message}`;
    }),
  );
}
