import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HNSWLib } from '@langchain/community/vectorstores/hnswlib';
import { FakeEmbeddings } from '@langchain/core/utils/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { VectorIndexError } from '#src/adapters/hnsw/errors.ts';
import { openVectorIndex } from '#src/adapters/hnsw/vector-index.ts';
import { createAnswerer } from '#src/answers/answerer.ts';
import { embedText, localEmbedder, vectorEntries } from '#src/answers/local-embedder.ts';
import type { Embedder, VectorEntry } from '#src/answers/types.ts';
import type { Library } from '#src/knowledge/library.ts';
import { shippedLibrary } from './desk.ts';

let library: Library;
let entries: readonly VectorEntry[];
let root: string;
beforeAll(async () => {
  library = await shippedLibrary();
  entries = vectorEntries(library);
  root = await mkdtemp(join(tmpdir(), 'vectors-'));
});
afterAll(async () => {
  await rm(root, { recursive: true });
});

function counting(embedder: Embedder): { readonly embedder: Embedder; readonly texts: string[] } {
  const texts: string[] = [];
  return { texts, embedder: { ...embedder, embed: (batch) => { texts.push(...batch); return embedder.embed(batch); } } }; // biome-ignore format: short
}

describe('local vectors', () => {
  test('are deterministic unit vectors of 256 dimensions', () => {
    const vector = embedText('who is accountable for canary releases?');
    expect(vector).toEqual(embedText('who is accountable for canary releases?'));
    expect(vector).toHaveLength(256);
    expect(Math.hypot(...vector)).toBeCloseTo(1, 5);
    expect(Math.hypot(...embedText('🔥'))).toBeCloseTo(1, 5);
  });
});

describe('the vector index', () => {
  test('is built once, then loaded, and embeds only what changed', async () => {
    const first = counting(localEmbedder());
    const progress: number[] = [];
    const built = await openVectorIndex({
      root,
      key: 'k1',
      entries,
      embedder: first.embedder,
      progress: ({ done }) => progress.push(done),
    });
    expect(built).toMatchObject({ built: true, vectors: entries.length });
    expect(progress.at(-1)).toBe(entries.length);
    const second = counting(localEmbedder());
    expect(await openVectorIndex({ root, key: 'k1', entries, embedder: second.embedder })).toMatchObject({
      built: false,
      embedded: 0,
    });
    expect(second.texts).toEqual([]);
    const changedEntries = entries.map((entry, at) =>
      at === 0 ? { ...entry, text: 'another text', textHash: 'f'.repeat(64) } : entry,
    );
    const third = counting(localEmbedder());
    expect(await openVectorIndex({ root, key: 'k2', entries: changedEntries, embedder: third.embedder })).toMatchObject(
      { built: true, embedded: 1 },
    );
    expect(third.texts).toEqual(['another text']);
  });

  test('rebuilds beside the old one for another model or dimension', async () => {
    const small: Embedder = {
      model: 'small/4',
      dimension: 4,
      embed: (texts) => Promise.resolve(texts.map(() => Float32Array.of(1, 0, 0, 0))),
      embedQuery: () => Float32Array.of(1, 0, 0, 0),
    };
    expect(await openVectorIndex({ root, key: 'k2', entries: entries.slice(0, 5), embedder: small })).toMatchObject({
      built: true,
      vectors: 5,
    });
    expect((await readdir(root)).filter((name) => /^\d{6}$/.test(name)).length).toBeLessThanOrEqual(2);
  });

  test('an ended build throws the reason, leaves the index in service and nothing of its own', async () => {
    const before = { current: await readFile(join(root, 'current.json'), 'utf8'), names: await readdir(root) };
    const ending = new AbortController();
    const build = openVectorIndex({
      root,
      key: 'ended',
      entries,
      embedder: { ...localEmbedder(), model: 'ended/256' },
      progress: () => ending.abort(new Error('the server stops')),
      signal: ending.signal,
    });
    await expect(build).rejects.toThrow('the server stops');
    expect({ current: await readFile(join(root, 'current.json'), 'utf8'), names: await readdir(root) }).toEqual(before);
  });

  test('a failure while indexing leaves the index in service', async () => {
    const before = await readFile(join(root, 'current.json'), 'utf8');
    const failing: Embedder = {
      ...localEmbedder(),
      model: 'failing/256',
      embed: () => Promise.reject(new Error('down')),
    };
    await expect(openVectorIndex({ root, key: 'k3', entries, embedder: failing })).rejects.toThrow('down');
    expect(await readFile(join(root, 'current.json'), 'utf8')).toBe(before);
    const folders = (await readdir(root)).filter((name) => /^\d{6}$/.test(name));
    expect(folders).toContain((JSON.parse(before) as { folder: string }).folder);
  });

  test.each<[string, Float32Array]>([
    ['not_a_number', Float32Array.of(Number.NaN, 0, 0, 0)],
    ['wrong_dimension', Float32Array.of(1, 0)],
  ])('refuses %s', async (code, vector) => {
    const bad: Embedder = {
      model: `bad-${code}/4`,
      dimension: 4,
      embed: (texts) => Promise.resolve(texts.map(() => vector)),
      embedQuery: () => vector,
    };
    const error = await openVectorIndex({ root, key: 'k4', entries: entries.slice(0, 2), embedder: bad }).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(VectorIndexError);
    expect((error as VectorIndexError).code).toBe(code);
  });

  test('an empty library and a broken pointer are no crash', async () => {
    await expect(openVectorIndex({ root, key: 'k5', entries: [], embedder: localEmbedder() })).rejects.toMatchObject({
      code: 'empty',
    });
    await writeFile(join(root, 'current.json'), '{"folder":"../../etc"}');
    expect(
      await openVectorIndex({ root, key: 'k6', entries: entries.slice(0, 20), embedder: localEmbedder() }),
    ).toMatchObject({ built: true });
  });

  test("finds the same neighbours as an exact scan, and as LangChain's own store on the same files", async () => {
    const { index } = await openVectorIndex({ root, key: 'k7', entries, embedder: localEmbedder() });
    const { folder } = JSON.parse(await readFile(join(root, 'current.json'), 'utf8')) as { folder: string };
    const store = await HNSWLib.load(join(root, folder), new FakeEmbeddings());
    store.index.setEf(100);
    const vectors = entries.map((entry) => embedText(entry.text));
    let found = 0;
    const questions = entries.filter((_, at) => at % 97 === 0);
    for (const { text } of questions) {
      const query = embedText(`${text} please`);
      const exact = vectors
        .map((vector) => vector.reduce((sum, value, at) => sum + value * (query[at] ?? 0), 0))
        .sort((a, b) => b - a)
        .slice(0, 10);
      const hits = await index.search(query, 10);
      const theirs = await store.similaritySearchVectorWithScore(Array.from(query), 10);
      expect(theirs.map(([document]) => document.metadata['itemId'])).toEqual(hits.map(({ itemId }) => itemId));
      found += hits.filter((hit) => hit.similarity >= (exact[9] ?? 0) - 1e-5).length;
    }
    expect(found / (questions.length * 10)).toBeGreaterThanOrEqual(0.99);
  });
});

describe('the vector voice is in use', () => {
  /** Questions whose source differs with and without it; kept up to date by hand when the knowledge changes. */
  test('without it the source of a question changes', async () => {
    const { index } = await openVectorIndex({ root, key: 'k8', entries, embedder: localEmbedder() });
    const withVoice = createAnswerer({ library, vectors: index });
    const without = createAnswerer({ library });
    const changedSources: string[] = [];
    for (const { text } of entries.filter((_, at) => at % 5 === 0)) {
      const words = text.split(' ').slice(0, 4).join(' ');
      const [a, b] = [await withVoice.ask(words), await without.ask(words)];
      if (a.citations[0]?.id !== b.citations[0]?.id) changedSources.push(words);
    }
    expect(changedSources.length).toBeGreaterThan(0);
    const [named = ''] = changedSources;
    expect((await withVoice.ask(named)).citations[0]?.id).not.toBe((await without.ask(named)).citations[0]?.id);
  });

  test('a voice that fails is silent', async () => {
    const failing = createAnswerer({
      library,
      vectors: { model: 'x', embedQuery: () => Promise.reject(new Error('down')), search: () => [] },
    });
    expect((await failing.ask('who is accountable for canary releases?')).citations[0]?.id).toBe('WP-2.6.1');
  });
});
