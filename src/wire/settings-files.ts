/** Reads the settings that are data: `knowledge/gate.yaml`, `knowledge/answers.yaml`. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { z } from 'zod';
import { parseYamlText } from '#src/adapters/parse/yaml-text.ts';
import { type AnswerSettings, answerSettingsSchema } from '#src/answers/settings.ts';
import { hashOf } from '#src/approvals/canonical.ts';
import { canonicalBytes } from '#src/evidence/canonical.ts';
import { type GateSettings, gateSettingsSchema } from '#src/systems/gate-settings.ts';
import { KNOWLEDGE_FOLDER } from './paths.ts';
import { StartRefusedError } from './workspace.ts';

/** Settings with what identifies them. */
export type LoadedSettings<T> = {
  readonly settings: T;
  /** Hex sha256 of the canonical JSON of the file's data. */
  readonly hash: string;
  readonly bytes: Uint8Array;
};

type SettingsFile<T> = { readonly file: string; readonly what: string; readonly schema: z.ZodType<T> };

const GATE: SettingsFile<GateSettings> = { file: 'gate.yaml', what: "The gate's settings", schema: gateSettingsSchema };
const ANSWERS: SettingsFile<AnswerSettings> = {
  file: 'answers.yaml',
  what: 'The settings of answers',
  schema: answerSettingsSchema,
};

/** Throws StartRefusedError `policy_invalid` naming every line. */
export const loadGateSettings = () => load(GATE, KNOWLEDGE_FOLDER);
/** Throws StartRefusedError `policy_invalid` naming every line. */
export const loadAnswerSettings = (folder: string = KNOWLEDGE_FOLDER) => load(ANSWERS, folder);

/** The version in force, from its stored bytes. The recorded hash decides, not the bytes that stand under it. */
export const readGateSettings = (bytes: Uint8Array, hash: string) => read(GATE, bytes, hash);
export const readAnswerSettings = (bytes: Uint8Array, hash: string) => read(ANSWERS, bytes, hash);

async function load<T>({ file, what, schema }: SettingsFile<T>, folder: string): Promise<LoadedSettings<T>> {
  const yaml = parseYamlText(await readFile(join(folder, file), 'utf8'));
  const name = `knowledge/${file}`;
  if (!yaml.ok)
    throw invalid(
      what,
      yaml.problems.map((p) => `${name}:${p.line}: ${p.message}`),
    );
  const { data, lineOf } = yaml.value;
  const parsed = schema.safeParse(data);
  if (parsed.success) return { settings: parsed.data, hash: hashOf(data), bytes: canonicalBytes(data) };
  throw invalid(
    what,
    parsed.error.issues.slice(0, 20).map((issue) => {
      const path = issue.path.filter((p): p is string | number => typeof p !== 'symbol');
      return `${name}:${lineOf(path)}: ${path.join('.')}: ${issue.message}`;
    }),
  );
}

function read<T>({ what, schema }: SettingsFile<T>, bytes: Uint8Array, hash: string): LoadedSettings<T> {
  const data: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
  const parsed = schema.safeParse(data);
  if (parsed.success && hashOf(data) === hash) return { settings: parsed.data, hash, bytes };
  throw new StartRefusedError(
    'policy_invalid',
    `${what} in force (sha256 ${hash}) cannot be read by this version of Countersign.`,
  );
}

function invalid(what: string, lines: readonly string[]): StartRefusedError {
  return new StartRefusedError(
    'policy_invalid',
    [
      `${what} cannot be used; nothing was started.`,
      ...lines.map((l) => `  ${l}`),
      'Correct these lines and start again.',
    ].join('\n'),
  );
}
