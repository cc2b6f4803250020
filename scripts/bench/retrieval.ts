/**
 * Retrieval over 10,000 passages: all voices together, as `ask` runs them; beside it, on the same passages and
 * questions, MiniSearch and an exact scan over the vectors. And how much of the exact scan the vector index finds.
 */
import MiniSearch from 'minisearch';
import { openVectorIndex } from '#src/adapters/hnsw/vector-index.ts';
import { parseFile } from '#src/adapters/parse/parse-file.ts';
import { localEmbedder, vectorEntries } from '#src/answers/local-embedder.ts';
import { buildQuery, buildThesaurus, correctText } from '#src/answers/query.ts';
import { rankItems } from '#src/answers/retrieve.ts';
import { buildSearchIndex } from '#src/answers/search-index.ts';
import { isStopWord, stem } from '#src/answers/text.ts';
import type { VectorIndex } from '#src/answers/types.ts';
import { importFile } from '#src/knowledge/importers/import-file.ts';
import type { Library } from '#src/knowledge/library.ts';
import { composeLibrary } from '#src/knowledge/packs/compose.ts';
import { libraryPassages } from '#src/knowledge/passages.ts';
import { catalog80053, largeLibrary, questions, shippedFiles } from './inputs.ts';
import { percentile, type Report } from './report.ts';
import { type ExactVectors, exactScan, exactVectors } from './vectors.ts';

export const name = 'retrieval';

const PASSAGES = 10_000;
/** As many neighbours as an answer asks for. */
const NEIGHBOURS = 40;
const RECALL_AT = 10;
/** Two texts can be equally near; rounding must not count as a miss. */
const SAME = 1e-5;

/** Runs the bench. */
export async function run(report: Report): Promise<void> {
  const asked = (await questions()).slice(0, report.quick ? 200 : 900);
  const library = await largeLibrary(PASSAGES);
  const entries = vectorEntries(library);
  const embedder = localEmbedder();
  const { index } = await openVectorIndex({ root: report.folder, key: library.hash, entries, embedder });
  const lexical = lexicalVoice(library);
  const vector = async (question: string) => index.search(await index.embedQuery(question), NEIGHBOURS);
  const mini = miniSearchOf(library);
  const exact = await exactVectors(embedder, entries);

  const ours = await measure(asked, async (question) => lexical(question, await vector(question)));
  const peer = await measure(asked, (question) => mini.search(question).slice(0, RECALL_AT));
  const words = await measure(asked, (question) => lexical(question, []));
  const near = await measure(asked, vector);
  const scan = await measure(asked, (question) =>
    exactScan(exact, embedder.embedQuery(question) as Float32Array, NEIGHBOURS),
  );
  const ratio = (share: number) => `${(percentile(ours, share) / percentile(peer, share)).toFixed(2)}x Mini`;
  report.figure({
    what: 'retrieval, all voices, p50',
    value: percentile(ours, 0.5),
    unit: 'ms',
    bar: { below: 3 },
    peer: ratio(0.5),
  });
  report.figure({
    what: 'retrieval, all voices, p99',
    value: percentile(ours, 0.99),
    unit: 'ms',
    bar: { below: 12 },
    peer: ratio(0.99),
  });
  for (const [what, times] of [
    ['MiniSearch', peer],
    ['words alone', words],
    ['vector index (HNSW)', near],
    ['exact scan of vectors', scan],
  ] as const) {
    report.figure({ what: `  ${what}, p50`, value: percentile(times, 0.5), unit: 'ms' });
    report.figure({ what: `  ${what}, p99`, value: percentile(times, 0.99), unit: 'ms' });
  }
  report.note(`${libraryPassages(library).length} passages, ${entries.length} vectors, ${asked.length} questions`);
  await recallOn80053(report, asked);
}

/** Milliseconds of each question, after half of them unmeasured. */
async function measure(asked: readonly string[], ask: (question: string) => unknown): Promise<readonly number[]> {
  for (const question of asked.slice(0, asked.length / 2)) await ask(question);
  const times: number[] = [];
  for (const question of asked) {
    const since = performance.now();
    await ask(question);
    times.push(performance.now() - since);
  }
  return times;
}

function lexicalVoice(
  library: Library,
): (question: string, hits: Awaited<ReturnType<VectorIndex['search']>>) => unknown {
  const index = buildSearchIndex(library);
  const thesaurus = buildThesaurus(library.glossary);
  return (question, hits) => {
    const { text, corrections } = correctText(index, question);
    return rankItems(index, buildQuery(index, thesaurus, text, corrections), () => 1, RECALL_AT, hits);
  };
}

/** MiniSearch at its best here: stemming, stop words, the title counting more (notes/retrieval.md). */
function miniSearchOf(library: Library): MiniSearch {
  const mini = new MiniSearch({
    fields: ['title', 'text'],
    processTerm: (term) => (isStopWord(term.toLowerCase()) ? null : stem(term.toLowerCase())),
    searchOptions: { boost: { title: 2 } },
  });
  mini.addAll(
    libraryPassages(library).map(({ id, itemId, text }) => ({
      id,
      title: library.items.get(itemId)?.title ?? '',
      text,
    })),
  );
  return mini;
}

async function recallOn80053(report: Report, asked: readonly string[]): Promise<void> {
  const path = catalog80053();
  if (path === null) {
    report.skip('recall@10 on NIST SP 800-53', 'the shared folder is not beside this checkout');
    return;
  }
  const draft = importFile(await parseFile(path), { kind: 'oscal-catalog', id: null, version: null });
  const pack = { document: draft.document, source: draft.source, curatedFrom: null, items: draft.items };
  const entries = vectorEntries(composeLibrary(await shippedFiles(), [pack]));
  const embedder = localEmbedder();
  const { index } = await openVectorIndex({ root: `${report.folder}/recall`, key: 'recall', entries, embedder });
  const exact = await exactVectors(embedder, entries);
  const titles = draft.items.slice(0, report.quick ? 100 : 400).map((item) => `what is required for ${item.title}?`);
  const value = await recall(index, exact, [...asked.slice(0, titles.length), ...titles]);
  report.figure({ what: `recall@${RECALL_AT}, HNSW to exact, 800-53`, value, unit: '', bar: { atLeast: 0.99 } });
  report.note(`${entries.length} vectors, ${2 * titles.length} questions`);
}

async function recall(index: VectorIndex, exact: ExactVectors, asked: readonly string[]): Promise<number> {
  let found = 0;
  for (const question of asked) {
    const query = await index.embedQuery(question);
    const worst = exactScan(exact, query, RECALL_AT).at(-1) ?? 0;
    const hits = await index.search(query, RECALL_AT);
    found += hits.filter((hit) => hit.similarity >= worst - SAME).length;
  }
  return found / (asked.length * RECALL_AT);
}
