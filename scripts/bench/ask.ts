/** Answers without a model: one question at a time on one core, and a batch on the command line. */
import { execFile } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { openVectorIndex } from '#src/adapters/hnsw/vector-index.ts';
import { createAnswerer } from '#src/answers/answerer.ts';
import { localEmbedder, vectorEntries } from '#src/answers/local-embedder.ts';
import { buildLibrary, type Library } from '#src/knowledge/library.ts';
import { libraryPassages } from '#src/knowledge/passages.ts';
import { largeLibrary, questions, ROOT, shippedFiles } from './inputs.ts';
import { percentile, type Report, timed } from './report.ts';

export const name = 'ask';

const PASSAGES = 10_000;
const BATCH_QUESTIONS = 240;

/** Runs the bench. */
export async function run(report: Report): Promise<void> {
  const asked = (await questions()).slice(0, report.quick ? 300 : 900);
  await askAll(report, 'shipped', buildLibrary(await shippedFiles()), asked, false);
  await askAll(report, '10,000', await largeLibrary(PASSAGES), asked, true);
  await batch(report, asked.slice(0, BATCH_QUESTIONS));
}

async function askAll(
  report: Report,
  which: string,
  library: Library,
  asked: readonly string[],
  barred: boolean,
): Promise<void> {
  const entries = vectorEntries(library);
  const root = join(report.folder, which);
  const { index } = await openVectorIndex({ root, key: library.hash, entries, embedder: localEmbedder() });
  const answerer = createAnswerer({ library, vectors: index });
  // Once unmeasured: a server has compiled its code long before it is asked its thousandth question.
  for (const question of asked.slice(0, 150)) await answerer.ask(question);
  const times: number[] = [];
  for (const question of asked) times.push((await timed(() => answerer.ask(question))).ms);
  const passages = libraryPassages(library).length.toLocaleString('en');
  const what = `ask, ${passages} passages`;
  report.figure({
    what: `${what}, p50`,
    value: percentile(times, 0.5),
    unit: 'ms',
    ...(barred ? { bar: { below: 6 } } : {}),
  });
  report.figure({
    what: `${what}, p99`,
    value: percentile(times, 0.99),
    unit: 'ms',
    ...(barred ? { bar: { below: 25 } } : {}),
  });
}

async function batch(report: Report, asked: readonly string[]): Promise<void> {
  const file = join(report.folder, 'questions.jsonl');
  await writeFile(file, asked.map((question, id) => `${JSON.stringify({ id: String(id), question })}\n`).join(''));
  const runs: number[] = [];
  const command = promisify(execFile);
  const env = { PATH: process.env['PATH'], COUNTERSIGN_DATA_DIR: join(report.folder, 'none') };
  // The first call of a checkout finds neither the parsed library nor compiled code.
  await rm(join(ROOT, 'node_modules', '.cache', 'countersign-knowledge'), { recursive: true, force: true });
  for (let round = 0; round < (report.quick ? 2 : 4); round++) {
    const { ms } = await timed(() =>
      command(process.execPath, [join(ROOT, 'bin', 'countersign.mjs'), 'ask', '--batch', file], {
        cwd: ROOT,
        env,
        maxBuffer: 256 * 1024 * 1024,
      }),
    );
    runs.push(ms / 1000);
  }
  const [first = 0, ...later] = runs;
  report.figure({ what: `ask --batch, ${asked.length} questions, first`, value: first, unit: 's', bar: { below: 5 } });
  report.figure({
    what: `ask --batch, ${asked.length} questions, again`,
    value: percentile(later, 0.5),
    unit: 's',
    bar: { below: 5 },
  });
}
