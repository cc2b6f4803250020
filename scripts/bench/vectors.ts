/** The exact scan: the peer that the vector index is held against. */
import type { Embedder, VectorEntry } from '#src/answers/types.ts';

/** All vectors of the entries in one block, unit length. */
export type ExactVectors = { readonly count: number; readonly dimension: number; readonly all: Float32Array };

/** Embeds every entry. */
export async function exactVectors(embedder: Embedder, entries: readonly VectorEntry[]): Promise<ExactVectors> {
  const { dimension } = embedder;
  const all = new Float32Array(entries.length * dimension);
  const vectors = await embedder.embed(entries.map((entry) => entry.text));
  vectors.forEach((vector, at) => {
    all.set(vector, at * dimension);
  });
  return { count: entries.length, dimension, all };
}

/** Similarities of the nearest entries to a query, by comparing it with every one; best first. */
export function exactScan(
  { count, dimension, all }: ExactVectors,
  query: Float32Array,
  limit: number,
): readonly number[] {
  const best: number[] = [];
  for (let row = 0; row < count; row++) {
    let dot = 0;
    const start = row * dimension;
    for (let i = 0; i < dimension; i++) dot += (all[start + i] ?? 0) * (query[i] ?? 0);
    if (best.length === limit && dot <= (best[limit - 1] ?? 0)) continue;
    let at = best.length;
    while (at > 0 && (best[at - 1] ?? 0) < dot) at -= 1;
    best.splice(at, 0, dot);
    if (best.length > limit) best.pop();
  }
  return best;
}
