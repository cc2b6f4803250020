/** Reads the settings that are data: `knowledge/gate.yaml`, `knowledge/answers.yaml`. */
import { join } from 'node:path';
import type { z } from 'zod';
import { type AnswerSettings, answerSettingsSchema } from '#src/answers/settings.ts';
import { hashOf } from '#src/approvals/canonical.ts';
import { canonicalBytes } from '#src/evidence/canonical.ts';
import { type GateSettings, gateSettingsSchema } from '#src/systems/gate-settings.ts';
import { KNOWLEDGE_FOLDER } from './paths.ts';
import { StartRefusedError } from './workspace.ts';
import { readYamlAs } from './yaml-file.ts';

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
export const loadGateSettings = (folder: string = KNOWLEDGE_FOLDER) => load(GATE, folder);
/** Throws StartRefusedError `policy_invalid` naming every line. */
export const loadAnswerSettings = (folder: string = KNOWLEDGE_FOLDER) => load(ANSWERS, folder);

/** The version in force, from its stored bytes. The recorded hash decides, not the bytes that stand under it. */
export const readGateSettings = (bytes: Uint8Array, hash: string) => read(GATE, bytes, hash);
export const readAnswerSettings = (bytes: Uint8Array, hash: string) => read(ANSWERS, bytes, hash);

async function load<T>({ file, what, schema }: SettingsFile<T>, folder: string): Promise<LoadedSettings<T>> {
  const about = { path: join(folder, file), name: `knowledge/${file}`, what, code: 'policy_invalid' } as const;
  const { data, value } = await readYamlAs(about, schema);
  return { settings: value, hash: hashOf(data), bytes: canonicalBytes(data) };
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
