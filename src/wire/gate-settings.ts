/** Reads `knowledge/gate.yaml`. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseYamlText } from '#src/adapters/parse/yaml-text.ts';
import { hashOf } from '#src/approvals/canonical.ts';
import { canonicalBytes } from '#src/evidence/canonical.ts';
import { type GateSettings, gateSettingsSchema } from '#src/systems/gate-settings.ts';
import { StartRefusedError } from './workspace.ts';

export type LoadedGateSettings = {
  readonly settings: GateSettings;
  /** Hex sha256 of the canonical JSON of the file's data. */
  readonly hash: string;
  readonly bytes: Uint8Array;
};

const FOLDER = join(import.meta.dirname, '..', '..', 'knowledge');
const NAME = 'knowledge/gate.yaml';

/** Reads and checks the settings. Throws StartRefusedError `policy_invalid` naming every line. */
export async function loadGateSettings(folder: string = FOLDER): Promise<LoadedGateSettings> {
  const yaml = parseYamlText(await readFile(join(folder, 'gate.yaml'), 'utf8'));
  if (!yaml.ok) throw invalid(yaml.problems.map((p) => `${NAME}:${p.line}: ${p.message}`));
  const { data, lineOf } = yaml.value;
  const parsed = gateSettingsSchema.safeParse(data);
  if (parsed.success) return { settings: parsed.data, hash: hashOf(data), bytes: canonicalBytes(data) };
  throw invalid(
    parsed.error.issues.slice(0, 20).map((issue) => {
      const path = issue.path.filter((p): p is string | number => typeof p !== 'symbol');
      return `${NAME}:${lineOf(path)}: ${path.join('.')}: ${issue.message}`;
    }),
  );
}

function invalid(lines: readonly string[]): StartRefusedError {
  return new StartRefusedError(
    'policy_invalid',
    [
      "The gate's settings cannot be used; nothing was started.",
      ...lines.map((l) => `  ${l}`),
      'Correct these lines and start again.',
    ].join('\n'),
  );
}
