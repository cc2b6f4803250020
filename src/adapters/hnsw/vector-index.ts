/**
 * The vector voice: the index that LangChain's HNSWLib store wrote, built anew only when the knowledge, the model or the
 * dimension changed, beside the one in service. Serving it takes hnswlib-node alone: the same graph from the same file,
 * without LangChain's import.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Embedder, VectorEntry, VectorIndex } from '#src/answers/types.ts';
import { buildApart } from './build-apart.ts';
import { type BuildInput, type Built, buildIndex } from './build-index.ts';
import type { EmbedderSettings } from './embedder-settings.ts';
import { checkVector, VectorIndexError } from './errors.ts';
import { currentIndex, type IndexMeta, nextFolder, publish } from './folder.ts';

/** Search breadth; the file does not hold it, and the default of 10 loses neighbours (recall@10 0.90). */
const EF = 100;

/** What to index and where. */
export type VectorIndexInput = Pick<BuildInput, 'key' | 'embedder' | 'progress' | 'signal'> & {
  /** Folder for the numbered indexes, inside the data folder. */
  readonly root: string;
  /** A function is only called to build: an index that is loaded again needs no texts. */
  readonly entries: readonly VectorEntry[] | (() => Iterable<VectorEntry>);
  /** Builds in a process of its own, which makes its embedder from these settings; else in this one. */
  readonly apart?: { readonly embedder: EmbedderSettings; readonly started?: (pid: number) => void };
};

/** How the index came into service. */
export type OpenedIndex = Built & { readonly index: VectorIndex; readonly built: boolean };

/**
 * Opens the index for service, building it when needed; the old one stays in place until the new one is complete.
 * @throws VectorIndexError; whatever the embedder rejects with; the signal's reason
 */
export async function openVectorIndex(input: VectorIndexInput): Promise<OpenedIndex> {
  const kept = await readVectorIndex(input.root, input.key, input.embedder);
  if (kept !== null) return { ...kept, built: false, embedded: 0 };
  const built = await build(input);
  const fresh = await readVectorIndex(input.root, input.key, input.embedder);
  if (fresh === null) throw new VectorIndexError('build_failed', 'The index that was built cannot be read.');
  return { index: fresh.index, built: true, ...built };
}

/** Builds beside what is in service and swaps; what was begun is removed when it does not come to an end. */
async function build(input: VectorIndexInput): Promise<Built> {
  const { root, key, embedder, entries, progress, signal, apart } = input;
  const folder = await nextFolder(root);
  try {
    const texts = typeof entries === 'function' ? entries() : entries;
    const task = { root, path: folder.path, key, progress, signal };
    const built =
      apart === undefined
        ? await buildIndex({ ...task, entries: [...texts], embedder })
        : await buildApart({ ...task, entries: texts, embedder: apart.embedder, started: apart.started });
    signal?.throwIfAborted();
    await publish(root, folder.name);
    return built;
  } catch (error) {
    await rm(folder.path, { recursive: true, force: true });
    throw error;
  }
}

function fits(meta: IndexMeta, key: string, embedder: Embedder): boolean {
  return meta.key === key && meta.model === embedder.model && meta.dimension === embedder.dimension;
}

/** Reads a fitting index, in milliseconds; null when there is none or it cannot be read. */
async function readVectorIndex(
  root: string,
  key: string,
  embedder: Embedder,
): Promise<{ readonly index: VectorIndex; readonly vectors: number } | null> {
  const current = await currentIndex(root);
  if (current === null || !fits(current.meta, key, embedder)) return null;
  try {
    const { default: hnsw } = await import('hnswlib-node');
    const graph = new hnsw.HierarchicalNSW('cosine', embedder.dimension);
    await graph.readIndex(join(current.path, 'hnswlib.index'));
    graph.setEf(EF);
    const { itemIds } = current.meta;
    if (graph.getCurrentCount() !== itemIds.length) return null;
    const index: VectorIndex = {
      model: embedder.model,
      embedQuery: (text) => embedder.embedQuery(text),
      search: (vector, limit) => {
        checkVector(vector, embedder.dimension);
        const { neighbors, distances } = graph.searchKnn(Array.from(vector), Math.min(limit, itemIds.length));
        return neighbors.map((label, at) => ({ itemId: itemIds[label] ?? '', similarity: 1 - (distances[at] ?? 1) }));
      },
    };
    return { index, vectors: itemIds.length };
  } catch {
    return null;
  }
}
