/** The vector voice is really in use: without it a question finds another source; and it survives a restart. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openVectorIndex } from '#src/adapters/hnsw/vector-index.ts';
import { createAnswerer } from '#src/answers/answerer.ts';
import { localEmbedder, vectorEntries } from '#src/answers/local-embedder.ts';
import type { Library } from '#src/knowledge/library.ts';
import { loadLibrary } from '#src/wire/knowledge.ts';

let root = '';
let library: Library;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'countersign-vectors-'));
  library = await loadLibrary(root);
});
afterAll(() => rm(root, { recursive: true, force: true }));

const open = () =>
  openVectorIndex({
    root: join(root, 'index'),
    key: library.hash,
    entries: vectorEntries(library),
    embedder: localEmbedder(),
  });

describe('the vector index', () => {
  it('when it is opened twice, it is built once and loaded then, and nothing is embedded again', async () => {
    const first = await open();
    expect(first).toMatchObject({ built: true });
    expect(first.embedded).toBeGreaterThan(500);
    expect(await open()).toMatchObject({ built: false, embedded: 0, vectors: first.vectors });
    expect((await readdir(join(root, 'index'))).length).toBeGreaterThan(0);
  });

  it('when it is taken away, the source of a question changes', async () => {
    const { index } = await open();
    const withIt = createAnswerer({ library, vectors: index });
    const without = createAnswerer({ library });
    const first = async (engine: typeof withIt, question: string) =>
      (await engine.ask(question)).citations[0]?.id ?? 'none';
    const changed: string[] = [];
    for (const question of QUESTIONS) {
      if ((await first(withIt, question)) !== (await first(without, question))) changed.push(question);
    }
    expect(changed).not.toEqual([]);
  });
});

/** Sloppy wordings whose words stand in no document: what a vector of parts of words can still place. */
const QUESTIONS = [
  'containerised wrkloads hardning owner',
  'anonymisng techniqes',
  'who handels decommisioning of modells',
  'pseudonimisation responsability',
  'kubernets clusters securty who',
  'vulnerabilty scaning cadence responsable team',
  'incidnt respons drils',
  'encription at rest standrd',
];
