/** Loads the library, the approval policy and the answering engine. Half a library never serves. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openPackFolder } from '#src/adapters/parse/pack-folder.ts';
import { readKnowledgeFolder } from '#src/adapters/parse/yaml-folder.ts';
import { parseYamlText } from '#src/adapters/parse/yaml-text.ts';
import type { PolicyInForce } from '#src/approvals/commands.ts';
import { parsePolicy } from '#src/approvals/policy.ts';
import { canonicalBytes } from '#src/evidence/canonical.ts';
import { buildLibrary, type Library } from '#src/knowledge/library.ts';
import { composeLibrary } from '#src/knowledge/packs/compose.ts';
import type { RawFile } from '#src/knowledge/raw.ts';
import { KNOWLEDGE_FOLDER } from '../paths.ts';
import { StartRefusedError } from '../workspace.ts';

/**
 * The library in force: the shipped documents, and in place of theirs those that were accepted, as the data folder
 * keeps them. `shipped` is their folder or its files. Throws KnowledgeError with every problem of every file.
 */
export async function loadLibrary(
  dataDir: string,
  shipped: string | readonly RawFile[] = KNOWLEDGE_FOLDER,
): Promise<Library> {
  const files = typeof shipped === 'string' ? await readKnowledgeFolder(shipped) : shipped;
  if (!existsSync(join(dataDir, 'in-force.json'))) return buildLibrary(files);
  return composeLibrary(files, await openPackFolder(dataDir).acceptedPacks());
}

export type LoadedPolicy = PolicyInForce & { readonly bytes: Uint8Array };

/** Reads and checks the approval policy. Throws StartRefusedError `policy_invalid` naming every line. */
export async function loadPolicy(folder: string = KNOWLEDGE_FOLDER): Promise<LoadedPolicy> {
  const file = join(folder, 'approval-policy.yaml');
  const yaml = parseYamlText(await readFile(file, 'utf8'));
  const name = 'knowledge/approval-policy.yaml';
  if (!yaml.ok) throw invalid(yaml.problems.map((p) => `${name}:${p.line}: ${p.message}`));
  const parsed = parsePolicy({
    file: name,
    data: yaml.value.data,
    locate: (path) => ({ line: yaml.value.lineOf(path) }),
  });
  if (!parsed.ok) throw invalid(parsed.problems.map((p) => `${p.file}:${p.line ?? '?'}: ${p.path}: ${p.problem}`));
  return { policy: parsed.policy, hash: parsed.hash, bytes: canonicalBytes(yaml.value.data) };
}

function invalid(lines: readonly string[]): StartRefusedError {
  return new StartRefusedError(
    'policy_invalid',
    [
      'The approval policy cannot be used; nothing was started.',
      ...lines.map((l) => `  ${l}`),
      'Correct these lines and start again.',
    ].join('\n'),
  );
}
