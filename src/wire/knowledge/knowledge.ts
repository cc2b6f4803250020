/** Loads the library, the approval policy and the answering engine. Half a library never serves. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { openPackFolder } from '#src/adapters/parse/pack-folder.ts';
import { readKnowledgeFolder } from '#src/adapters/parse/yaml-folder.ts';
import type { PolicyInForce } from '#src/approvals/commands.ts';
import { parsePolicy } from '#src/approvals/policy.ts';
import { canonicalBytes } from '#src/evidence/canonical.ts';
import { buildLibrary, type Library } from '#src/knowledge/library.ts';
import { composeLibrary } from '#src/knowledge/packs/compose.ts';
import type { RawFile } from '#src/knowledge/raw.ts';
import { KNOWLEDGE_FOLDER } from '../paths.ts';
import { readYaml, unusable } from '../yaml-file.ts';

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
  const name = 'knowledge/approval-policy.yaml';
  const file = { path: join(folder, 'approval-policy.yaml'), name, ...POLICY } as const;
  const { data, lineOf } = await readYaml(file);
  const parsed = parsePolicy({ file: name, data, locate: (path) => ({ line: lineOf(path) }) });
  if (parsed.ok) return { policy: parsed.policy, hash: parsed.hash, bytes: canonicalBytes(data) };
  throw unusable(
    POLICY,
    parsed.problems.map((p) => `${p.file}:${p.line ?? '?'}: ${p.path}: ${p.problem}`),
  );
}

const POLICY = { what: 'The approval policy', code: 'policy_invalid' } as const;
