/** Reads the knowledge folder: every YAML file below it, as plain data with lines. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { KnowledgeIssue } from '#src/knowledge/errors.ts';
import { KnowledgeError } from '#src/knowledge/errors.ts';
import type { RawFile } from '#src/knowledge/raw.ts';
import { MAX_YAML_BYTES, parseYamlText } from './yaml-text.ts';

const MAX_FILES = 500;
const MAX_DEPTH = 4;

/**
 * Reads all `*.yaml` files below `folder`, sorted by path.
 * @throws KnowledgeError `folder_unreadable`, `file_too_large` or `not_yaml`, with every file's problems at once.
 */
export async function readKnowledgeFolder(folder: string): Promise<readonly RawFile[]> {
  const paths = await yamlPaths(folder, 0).catch((error: unknown) => {
    const detail = error instanceof Error ? error.message : 'unknown reason';
    throw new KnowledgeError('folder_unreadable', [
      {
        file: folder,
        line: 1,
        path: '',
        expected: `a readable folder (${detail})`,
        remedy: 'Check the path and its permissions.',
      },
    ]);
  });
  const issues: KnowledgeIssue[] = [];
  let code: 'file_too_large' | 'not_yaml' = 'not_yaml';
  const files: RawFile[] = [];
  for (const path of paths.slice(0, MAX_FILES)) {
    const file = relative(folder, path).split(sep).join('/');
    if ((await stat(path)).size > MAX_YAML_BYTES) {
      code = 'file_too_large';
      issues.push({ file, line: 1, path: '', expected: 'at most 4 MB', remedy: 'Split the file.' });
      continue;
    }
    const parsed = parseYamlText(await readFile(path, 'utf8'));
    if (parsed.ok) files.push({ file, data: parsed.value.data, lineOf: parsed.value.lineOf });
    else {
      for (const problem of parsed.problems) {
        issues.push({
          file,
          line: problem.line,
          path: '',
          expected: `valid YAML (${problem.message})`,
          remedy: 'Check indentation and quotes at this line.',
        });
      }
    }
  }
  if (issues.length > 0) throw new KnowledgeError(code, issues);
  return files;
}

async function yamlPaths(folder: string, depth: number): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const found: string[] = [];
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && depth < MAX_DEPTH) found.push(...(await yamlPaths(path, depth + 1)));
    else if (entry.isFile() && /\.ya?ml$/.test(entry.name)) found.push(path);
  }
  return found.sort();
}
