/**
 * Building the vector index with LangChain's HNSWLib store. LangChain takes nearly two seconds and much memory to
 * import, so it is imported only here, where an index is built: in a process of its own (see build-apart.ts).
 */
import { setImmediate as yieldToLoop } from 'node:timers/promises';
import type { HNSWLib } from '@langchain/community/vectorstores/hnswlib';
import type { Embedder, VectorEntry } from '#src/answers/types.ts';
import { checkVector, VectorIndexError } from './errors.ts';
import { currentIndex, readVectors, writeMeta, writeVectors } from './folder.ts';

const BATCH = 200;

/** How far a build is. */
export type BuildProgress = {
  /** Passages indexed, of `total`. */
  readonly done: number;
  readonly total: number;
  /** Items whose passages were begun. */
  readonly items: number;
};

/** What to build. */
export type BuildInput = {
  /** Folder of the numbered indexes: the one in service lends the vectors of texts that did not change. */
  readonly root: string;
  /** The new index's own folder, empty. */
  readonly path: string;
  readonly key: string;
  readonly entries: readonly VectorEntry[];
  readonly embedder: Embedder;
  /** Called after every batch. */
  readonly progress?: ((progress: BuildProgress) => void) | undefined;
  /** Ends the build between two batches with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
};

/** What a build took. */
export type Built = { readonly embedded: number; readonly vectors: number };

/**
 * Writes a complete index into `path`; puts nothing in service.
 * @throws VectorIndexError; whatever the embedder rejects with.
 */
export async function buildIndex(input: BuildInput): Promise<Built> {
  const { embedder, entries, path } = input;
  if (entries.length === 0) throw new VectorIndexError('empty', 'There is nothing to index.');
  const known = await knownVectors(input);
  const store = await newStore(embedder);
  const vectors: Float32Array[] = [];
  const items = new Set<string>();
  let embedded = 0;
  for (let at = 0; at < entries.length; at += BATCH) {
    input.signal?.throwIfAborted();
    const batch = entries.slice(at, at + BATCH);
    embedded += await embedMissing(embedder, batch, known);
    const own = batch.map(({ textHash }) => known.get(textHash) ?? new Float32Array(embedder.dimension));
    vectors.push(...own);
    await store.addVectors(
      own.map((vector) => Array.from(vector)),
      batch.map(({ itemId }) => ({ pageContent: '', metadata: { itemId } })),
    );
    for (const { itemId } of batch) items.add(itemId);
    input.progress?.({ done: vectors.length, total: entries.length, items: items.size });
    await yieldToLoop();
  }
  await store.save(path);
  const hashes = entries.map((entry) => entry.textHash);
  await writeVectors(path, hashes, vectors, embedder.dimension);
  await writeMeta(path, {
    format: 'countersign-vectors/2',
    key: input.key,
    model: embedder.model,
    dimension: embedder.dimension,
    itemIds: entries.map((entry) => entry.itemId),
  });
  return { embedded, vectors: vectors.length };
}

/** Vectors of the index in service by text hash, where the same model made them. */
async function knownVectors({ root, embedder }: BuildInput): Promise<Map<string, Float32Array>> {
  const current = await currentIndex(root);
  return current !== null && current.meta.model === embedder.model && current.meta.dimension === embedder.dimension
    ? new Map(await readVectors(current.path, embedder.dimension))
    : new Map();
}

/** Embeds the texts of a batch that have no vector yet, each once. Returns how many. */
async function embedMissing(
  embedder: Embedder,
  batch: readonly VectorEntry[],
  known: Map<string, Float32Array>,
): Promise<number> {
  const missing = new Map(batch.filter(({ textHash }) => !known.has(textHash)).map((entry) => [entry.textHash, entry]));
  if (missing.size === 0) return 0;
  const vectors = await embedder.embed([...missing.values()].map((entry) => entry.text));
  if (vectors.length !== missing.size)
    throw new VectorIndexError('wrong_dimension', 'The embedder answered with another number of vectors.');
  let at = 0;
  for (const textHash of missing.keys()) {
    const vector = vectors[at++] ?? new Float32Array();
    checkVector(vector, embedder.dimension);
    known.set(textHash, vector);
  }
  return missing.size;
}

async function newStore(embedder: Embedder): Promise<HNSWLib> {
  const { HNSWLib: Store } = await import('@langchain/community/vectorstores/hnswlib');
  return new Store(
    {
      embedDocuments: async (texts: string[]) => (await embedder.embed(texts)).map((vector) => Array.from(vector)),
      embedQuery: async (text: string) => Array.from(await embedder.embedQuery(text)),
    },
    { space: 'cosine', numDimensions: embedder.dimension },
  );
}
