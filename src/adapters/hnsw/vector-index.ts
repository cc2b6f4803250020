/**
 * The vector voice: LangChain's HNSWLib store over hnswlib-node, persisted, rebuilt only when the knowledge, the model
 * or the dimension changed. LangChain takes nearly two seconds to import, so it is imported only here and only when an
 * index is built or served; the command line reads the same files with hnswlib-node alone.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as yieldToLoop } from 'node:timers/promises';
import type { HNSWLib } from '@langchain/community/vectorstores/hnswlib';
import type { Embedder, VectorEntry, VectorHit, VectorIndex } from '#src/answers/types.ts';
import type { IndexMeta } from './folder.ts';
import { currentIndex, nextFolder, publish, readVectors, writeVectors } from './folder.ts';

/** Search breadth; HNSWLib forgets it on save and its default of 10 loses neighbours (recall@10 0.90). */
const EF = 100;
const BATCH = 200;

export type VectorIndexErrorCode = 'not_a_number' | 'wrong_dimension' | 'empty';

/** A vector index that cannot be built. */
export class VectorIndexError extends Error {
  readonly code: VectorIndexErrorCode;
  constructor(code: VectorIndexErrorCode, message: string) {
    super(message);
    this.name = 'VectorIndexError';
    this.code = code;
  }
}

/** What to index and where. */
export type VectorIndexInput = {
  /** Folder for the numbered indexes, inside the data folder. */
  readonly root: string;
  /** The library's hash. */
  readonly key: string;
  /** A function is only called to build: an index that is loaded again needs no texts. */
  readonly entries: readonly VectorEntry[] | (() => readonly VectorEntry[]);
  readonly embedder: Embedder;
  /** Called after every batch with the number of vectors indexed so far. */
  readonly progress?: (done: number, total: number) => void;
  /** Ends a build between two batches; what was begun is removed and the signal's reason thrown. */
  readonly signal?: AbortSignal;
};

/** How the index came into service. */
export type OpenedIndex = {
  readonly index: VectorIndex;
  readonly built: boolean;
  readonly embedded: number;
  readonly vectors: number;
};

/**
 * Opens the index for service, building it when needed; the old one stays in place until the new one is complete.
 * @throws VectorIndexError; whatever the embedder rejects with.
 */
export async function openVectorIndex(input: VectorIndexInput): Promise<OpenedIndex> {
  const current = await currentIndex(input.root);
  if (current !== null && fits(current.meta, input)) {
    const store = await loadStore(current.path, input.embedder);
    return { index: serve(store, input.embedder), built: false, embedded: 0, vectors: current.meta.hashes.length };
  }
  const entries = typeof input.entries === 'function' ? input.entries() : input.entries;
  return build({ ...input, entries }, current);
}

type BuildInput = VectorIndexInput & { readonly entries: readonly VectorEntry[] };

function fits(meta: IndexMeta, input: VectorIndexInput): boolean {
  return meta.key === input.key && meta.model === input.embedder.model && meta.dimension === input.embedder.dimension;
}

/** The store in service with its search. */
function serve(store: HNSWLib, embedder: Embedder): VectorIndex {
  return {
    model: embedder.model,
    embedQuery: (text) => embedder.embedQuery(text),
    search: async (vector, limit): Promise<readonly VectorHit[]> => {
      checkVector(vector, embedder.dimension);
      const count = Math.min(limit, store.index.getCurrentCount());
      const found = await store.similaritySearchVectorWithScore(Array.from(vector), count);
      return found.map(([document, distance]) => ({
        itemId: String(document.metadata['itemId']),
        similarity: 1 - distance,
      }));
    },
  };
}

async function build(input: BuildInput, previous: Awaited<ReturnType<typeof currentIndex>>): Promise<OpenedIndex> {
  const { embedder, entries } = input;
  if (entries.length === 0) throw new VectorIndexError('empty', 'There is nothing to index.');
  const known =
    previous !== null && previous.meta.model === embedder.model
      ? await readVectors(previous.path, previous.meta)
      : new Map<string, Float32Array>();
  const folder = await nextFolder(input.root);
  try {
    const { vectors, embedded } = await embedAll(input, known);
    const store = await newStore(embedder);
    for (let at = 0; at < entries.length; at += BATCH) {
      input.signal?.throwIfAborted();
      const documents = entries
        .slice(at, at + BATCH)
        .map((entry) => ({ pageContent: '', metadata: { itemId: entry.itemId } }));
      await store.addVectors(
        vectors.slice(at, at + BATCH).map((vector) => Array.from(vector)),
        documents,
      );
      input.progress?.(Math.min(at + BATCH, entries.length), entries.length);
      await yieldToLoop();
    }
    store.index.setEf(EF);
    await store.save(folder.path);
    await writeVectors(folder.path, vectors, embedder.dimension);
    await publish(input.root, folder.name, {
      format: 'countersign-vectors/1',
      key: input.key,
      model: embedder.model,
      dimension: embedder.dimension,
      itemIds: entries.map((entry) => entry.itemId),
      hashes: entries.map((entry) => entry.textHash),
    });
    return { index: serve(store, embedder), built: true, embedded, vectors: entries.length };
  } catch (error) {
    await rm(folder.path, { recursive: true, force: true });
    throw error;
  }
}

async function embedAll(
  input: BuildInput,
  known: ReadonlyMap<string, Float32Array>,
): Promise<{ readonly vectors: readonly Float32Array[]; readonly embedded: number }> {
  const byHash = new Map(known);
  const missing = [
    ...new Map(
      input.entries.filter((entry) => !byHash.has(entry.textHash)).map((entry) => [entry.textHash, entry]),
    ).values(),
  ];
  for (let at = 0; at < missing.length; at += BATCH) {
    input.signal?.throwIfAborted();
    const batch = missing.slice(at, at + BATCH);
    const vectors = await input.embedder.embed(batch.map((entry) => entry.text));
    if (vectors.length !== batch.length)
      throw new VectorIndexError('wrong_dimension', 'The embedder answered with another number of vectors.');
    batch.forEach((entry, offset) => {
      const vector = vectors[offset] ?? new Float32Array();
      checkVector(vector, input.embedder.dimension);
      byHash.set(entry.textHash, vector);
    });
    await yieldToLoop();
  }
  const vectors = input.entries.map(
    (entry) => byHash.get(entry.textHash) ?? new Float32Array(input.embedder.dimension),
  );
  return { vectors, embedded: missing.length };
}

/** HNSWLib accepts NaN silently and then finds nothing. */
function checkVector(vector: Float32Array, dimension: number): void {
  if (vector.length !== dimension)
    throw new VectorIndexError('wrong_dimension', `A vector has ${vector.length} dimensions instead of ${dimension}.`);
  for (const value of vector)
    if (!Number.isFinite(value))
      throw new VectorIndexError('not_a_number', 'A vector holds a value that is no number.');
}

async function newStore(embedder: Embedder): Promise<HNSWLib> {
  const { HNSWLib: Store } = await import('@langchain/community/vectorstores/hnswlib');
  return new Store(embeddings(embedder), { space: 'cosine', numDimensions: embedder.dimension });
}

async function loadStore(path: string, embedder: Embedder): Promise<HNSWLib> {
  const { HNSWLib: Store } = await import('@langchain/community/vectorstores/hnswlib');
  const store = await Store.load(path, embeddings(embedder));
  store.index.setEf(EF);
  return store;
}

/** LangChain's shape of our port. */
function embeddings(embedder: Embedder): ConstructorParameters<typeof HNSWLib>[0] {
  return {
    embedDocuments: async (texts: string[]) => (await embedder.embed(texts)).map((vector) => Array.from(vector)),
    embedQuery: async (text: string) => Array.from(await embedder.embedQuery(text)),
  };
}

/**
 * Reads a fitting index without LangChain, in milliseconds; null when there is none. For the command line, which
 * answers one question and ends.
 */
export async function readVectorIndex(root: string, key: string, embedder: Embedder): Promise<VectorIndex | null> {
  const current = await currentIndex(root);
  if (current === null || !fits(current.meta, { root, key, embedder, entries: [] })) return null;
  try {
    const { default: hnsw } = await import('hnswlib-node');
    const graph = new hnsw.HierarchicalNSW('cosine', embedder.dimension);
    graph.readIndexSync(join(current.path, 'hnswlib.index'));
    graph.setEf(EF);
    const { itemIds } = current.meta;
    return {
      model: embedder.model,
      embedQuery: (text) => embedder.embedQuery(text),
      search: (vector, limit) => {
        checkVector(vector, embedder.dimension);
        const { neighbors, distances } = graph.searchKnn(Array.from(vector), Math.min(limit, graph.getCurrentCount()));
        return neighbors.map((label, at) => ({ itemId: itemIds[label] ?? '', similarity: 1 - (distances[at] ?? 1) }));
      },
    };
  } catch {
    return null;
  }
}
