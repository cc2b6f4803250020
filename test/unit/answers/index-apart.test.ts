/** The index built in a process of its own: what it writes, and what is left when it ends in the middle. */
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BuildProgress } from '#src/adapters/hnsw/build-index.ts';
import type { EmbedderSettings } from '#src/adapters/hnsw/embedder-settings.ts';
import { openVectorIndex } from '#src/adapters/hnsw/vector-index.ts';
import { embedText, localEmbedder } from '#src/answers/local-embedder.ts';
import type { Embedder, VectorEntry } from '#src/answers/types.ts';
import { textHash } from '#src/knowledge/hash.ts';
import { indexProgress, progressLine } from '#src/wire/knowledge/index-progress.ts';

const entries: readonly VectorEntry[] = Array.from({ length: 1_200 }, (_, at) => {
  const text = `lamp ${at} of street ${at % 7}`;
  return { itemId: `LAMP-${Math.floor(at / 4)}`, text, textHash: textHash(text) };
});

/** What an index folder holds, and which of it is in service. */
async function held(root: string): Promise<{ readonly names: readonly string[]; readonly current: string }> {
  return { names: (await readdir(root)).sort(), current: await readFile(join(root, 'current.json'), 'utf8') };
}

/** Is there such a process, or has it ended? */
function lives(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

let root: string;
/** An embedding server: `asked` resolves with its first request, which `answer` decides. */
let server: Server;
let asked: Promise<unknown>;
let answer: (status: number) => void;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'apart-'));
  const opened = await openVectorIndex({
    root,
    key: 'before',
    entries: entries.slice(0, 400),
    embedder: localEmbedder(),
    apart: { embedder: { kind: 'local' } },
  });
  expect(opened).toMatchObject({ built: true, embedded: 400, vectors: 400 });
  server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await rm(root, { recursive: true });
});

/** An embedder behind the server, which answers nothing by itself. */
function remote(): { readonly embedder: Embedder; readonly settings: EmbedderSettings } {
  server.removeAllListeners('request');
  asked = new Promise((resolve) => {
    server.once('request', (_req, res) => {
      answer = (status) => {
        res.writeHead(status, { 'content-type': 'application/json' }).end('{"error":{"message":"no such model"}}');
      };
      resolve(res);
    });
  });
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  return {
    embedder: { ...localEmbedder(), model: 'remote/256' },
    settings: { kind: 'openai', settings: { apiKey: 'none', model: 'remote', dimension: 256, baseUrl } },
  };
}

describe('a build in a process of its own', () => {
  test('writes the index that is served here, embeds only what is new, and says how far it is', async () => {
    const progress: BuildProgress[] = [];
    let pid = process.pid;
    const opened = await openVectorIndex({
      root,
      key: 'after',
      entries: () => entries,
      embedder: localEmbedder(),
      apart: {
        embedder: { kind: 'local' },
        started: (started) => {
          pid = started;
        },
      },
      progress: (one) => progress.push(one),
    });
    expect(opened).toMatchObject({ built: true, embedded: 800, vectors: 1_200 });
    expect(pid).not.toBe(process.pid);
    expect(lives(pid)).toBe(false);
    expect(progress.map(({ done }) => done)).toEqual([200, 400, 600, 800, 1_000, 1_200]);
    expect(progress.at(-1)).toEqual({ done: 1_200, total: 1_200, items: 300 });
    const [hit] = await opened.index.search(embedText('lamp 1001 of street 0'), 1);
    expect(hit?.itemId).toBe('LAMP-250');
  });

  test('when it is killed in the middle, the index before it stays in service and nothing of it is left', async () => {
    const before = await held(root);
    const { embedder, settings } = remote();
    let pid = 0;
    const opening = openVectorIndex({
      root,
      key: 'killed',
      entries,
      embedder,
      apart: {
        embedder: settings,
        started: (started) => {
          pid = started;
        },
      },
    });
    const failed = expect(opening).rejects.toMatchObject({ code: 'build_ended' });
    await asked;
    process.kill(pid, 'SIGKILL');
    await failed;
    expect(await held(root)).toEqual(before);
    expect(await openVectorIndex({ root, key: 'after', entries: [], embedder: localEmbedder() })).toMatchObject({
      built: false,
      vectors: 1_200,
    });
  });

  test('when it is told to end, the process has ended and nothing of it is left', async () => {
    const before = await held(root);
    const { embedder, settings } = remote();
    const ending = new AbortController();
    let pid = 0;
    const opening = openVectorIndex({
      root,
      key: 'told',
      entries,
      embedder,
      apart: {
        embedder: settings,
        started: (started) => {
          pid = started;
        },
      },
      signal: ending.signal,
    });
    const failed = expect(opening).rejects.toThrow('the server stops');
    await asked;
    ending.abort(new Error('the server stops'));
    await failed;
    expect(lives(pid)).toBe(false);
    expect(await held(root)).toEqual(before);
  });

  test('when the embedding server refuses, its words come back', async () => {
    const before = await held(root);
    const { embedder, settings } = remote();
    const opening = openVectorIndex({ root, key: 'refused', entries, embedder, apart: { embedder: settings } });
    const failed = expect(opening).rejects.toMatchObject({
      code: 'build_failed',
      message: expect.stringContaining('no such model') as string,
    });
    await asked;
    answer(400);
    await failed;
    expect(await held(root)).toEqual(before);
  });
});

describe('progress in the terminal', () => {
  test('names items, passages and the seconds left', () => {
    expect(progressLine({ done: 2_500, total: 10_000, items: 300 }, 2_000)).toBe(
      'Indexing: 300 items, 2,500 of 10,000 passages, about 6 s left',
    );
    expect(progressLine({ done: 0, total: 10_000, items: 0 }, 2_000)).toBe('Indexing: 0 items, 0 of 10,000 passages');
  });

  test('is a line every two seconds, and one at the end', () => {
    const lines: string[] = [];
    let now = 0;
    const shown = indexProgress(
      (line) => lines.push(line),
      () => now,
    );
    for (now of [1_000, 2_000, 3_000, 4_500]) shown.report({ done: now, total: 9_000, items: now / 10 });
    now = 9_000;
    shown.report({ done: 9_000, total: 9_000, items: 900 });
    shown.done(9_000, 12);
    expect(lines).toEqual([
      'Indexing: 200 items, 2,000 of 9,000 passages, about 7 s left',
      'Indexing: 450 items, 4,500 of 9,000 passages, about 5 s left',
      'Vector index ready: 900 items, 9,000 passages (12 new) in 9.0 s.',
    ]);
  });
});
