/**
 * Vectors without a model: stems, pairs of stems and character trigrams hashed into 256 dimensions. Deterministic, no
 * download. Good for one voice among several, never alone (measured: hit@5 40 % by itself).
 */

import { textHash } from '#src/knowledge/hash.ts';
import type { Library } from '#src/knowledge/library.ts';
import { itemPassages } from '#src/knowledge/passages.ts';
import { isStopWord, stem, tokens, trigrams } from './text.ts';
import type { Embedder, VectorEntry } from './types.ts';

const DIMENSION = 256;
const PAIR_WEIGHT = 0.5;
const GRAM_WEIGHT = 0.2;

/** The local embedder, `local-hash/256`. */
export function localEmbedder(): Embedder {
  return {
    model: `local-hash-1/${DIMENSION}`,
    dimension: DIMENSION,
    embed: (texts) => Promise.resolve(texts.map(embedText)),
    embedQuery: embedText,
  };
}

/** Unit vector of a text; the zero vector becomes a fixed unit vector, because an index refuses zeros. */
export function embedText(text: string): Float32Array {
  const vector = new Float32Array(DIMENSION);
  const words = tokens(text)
    .filter((token) => !isStopWord(token.word))
    .slice(0, 400)
    .map((token) => stem(token.word));
  words.forEach((word, at) => {
    add(vector, `w:${word}`, 1);
    const next = words[at + 1];
    if (next !== undefined) add(vector, `p:${word} ${next}`, PAIR_WEIGHT);
    for (const gram of trigrams(word)) add(vector, `g:${gram}`, GRAM_WEIGHT);
  });
  let length = 0;
  for (const value of vector) length += value * value;
  if (length === 0) {
    vector[0] = 1;
    return vector;
  }
  const scale = 1 / Math.sqrt(length);
  for (let i = 0; i < DIMENSION; i += 1) vector[i] = (vector[i] ?? 0) * scale;
  return vector;
}

/** FNV-1a, 32 bits: position from the low bits, sign from the highest. */
function add(vector: Float32Array, feature: string, weight: number): void {
  let hash = 0x811c9dc5;
  for (let i = 0; i < feature.length; i += 1) {
    hash ^= feature.charCodeAt(i);
    hash = Math.imul(hash, 0x01000193);
  }
  hash ^= hash >>> 15;
  hash = Math.imul(hash, 0x2c1b3c6d);
  hash ^= hash >>> 12;
  const at = (hash >>> 0) % DIMENSION;
  vector[at] = (vector[at] ?? 0) + (hash & 0x40000000 ? -weight : weight);
}

/** What the vector index holds: every statement and every curated question, each under its item. */
export function vectorEntries(library: Library): readonly VectorEntry[] {
  return [...eachVectorEntry(library)];
}

/** The same, one after the other, so that whoever sends them away can do other things between. */
export function* eachVectorEntry(library: Library): Generator<VectorEntry> {
  for (const item of library.items.values()) {
    for (const passage of itemPassages(item)) {
      if (passage.part === 'raci' || passage.part === 'mapping') continue;
      const text = `${item.title}. ${passage.text}`;
      yield { itemId: item.id, text, textHash: textHash(text) };
    }
    for (const text of item.questions) yield { itemId: item.id, text, textHash: textHash(text) };
  }
}
