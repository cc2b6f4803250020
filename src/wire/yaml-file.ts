/** Files of data that an operator writes: read whole, and each mistake named with its line. */
import { readFile } from 'node:fs/promises';
import type { z } from 'zod';
import { type ParsedYaml, parseYamlText } from '#src/adapters/parse/yaml-text.ts';
import { StartRefusedError } from './workspace.ts';

/** A file as messages speak of it. */
export type YamlFile = {
  readonly path: string;
  /** What stands before a line's number: `knowledge/gate.yaml`. */
  readonly name: string;
  /** "The directory file" */
  readonly what: string;
  readonly code: 'policy_invalid' | 'directory_invalid';
};

/** Mistakes named at most. */
const PROBLEMS_MAX = 20;

/** The file's data. Throws StartRefusedError of its code: it is not there, or no YAML. */
export async function readYaml(file: YamlFile): Promise<ParsedYaml> {
  const text = await readFile(file.path, 'utf8').catch((error: Error) => {
    throw unusable(file, [`${file.name}: ${error.message}`]);
  });
  const yaml = parseYamlText(text);
  if (yaml.ok) return yaml.value;
  throw unusable(
    file,
    yaml.problems.map(({ line, message }) => `${file.name}:${line}: ${message}`),
  );
}

/** The same, of a shape. `data`: as it was written. Throws StartRefusedError naming every line that does not fit. */
export async function readYamlAs<T>(
  file: YamlFile,
  schema: z.ZodType<T>,
): Promise<{ readonly data: unknown; readonly value: T }> {
  const { data, lineOf } = await readYaml(file);
  const parsed = schema.safeParse(data);
  if (parsed.success) return { data, value: parsed.data };
  const problems = parsed.error.issues.slice(0, PROBLEMS_MAX).map(({ path, message }) => {
    const at = path.filter((part): part is string | number => typeof part !== 'symbol');
    return `${file.name}:${lineOf(at)}: ${at.join('.')}: ${message}`;
  });
  throw unusable(file, problems);
}

/** The refusal of a start for a file with these mistakes. */
export function unusable({ what, code }: Pick<YamlFile, 'what' | 'code'>, lines: readonly string[]): StartRefusedError {
  const text = [
    `${what} cannot be used; nothing was started or changed.`,
    ...lines.map((line) => `  ${line}`),
    'Correct these lines and start again.',
  ];
  return new StartRefusedError(code, text.join('\n'));
}
