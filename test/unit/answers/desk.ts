/** The shipped library and an answering engine over it, shared by the tests of this folder. */
import { readKnowledgeFolder } from '#src/adapters/parse/yaml-folder.ts';
import type { Answerer } from '#src/answers/answerer.ts';
import { createAnswerer } from '#src/answers/answerer.ts';
import type { Library } from '#src/knowledge/library.ts';
import { buildLibrary } from '#src/knowledge/library.ts';
import type { RawFile } from '#src/knowledge/raw.ts';

const KNOWLEDGE = new URL('../../../knowledge/', import.meta.url).pathname;

export async function rawFiles(): Promise<readonly RawFile[]> {
  return readKnowledgeFolder(KNOWLEDGE);
}

export async function shippedLibrary(): Promise<Library> {
  return buildLibrary(await rawFiles());
}

export async function desk(): Promise<Answerer> {
  return createAnswerer({ library: await shippedLibrary() });
}

/** Raw files with one file's data changed; lines stay unknown. */
export function changed(
  files: readonly RawFile[],
  file: string,
  change: (data: Record<string, unknown>) => void,
): readonly RawFile[] {
  return files.map((raw) => {
    if (raw.file !== file) return raw;
    const data = structuredClone(raw.data) as Record<string, unknown>;
    change(data);
    return { ...raw, data };
  });
}
