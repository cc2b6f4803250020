/** One step of the index bench in a process of its own: `import FILE ROOT`, `build|load|memory PASSAGES ROOT`. */
import { openVectorIndex } from '#src/adapters/hnsw/vector-index.ts';
import { createAnswerer } from '#src/answers/answerer.ts';
import { localEmbedder, vectorEntries } from '#src/answers/local-embedder.ts';
import { buildLibrary, type Library } from '#src/knowledge/library.ts';
import { composeLibrary } from '#src/knowledge/packs/compose.ts';
import { libraryPassages } from '#src/knowledge/passages.ts';
import { largeLibrary, largeLibraryParts, shippedFiles } from './inputs.ts';
import { timed } from './report.ts';

const MB = 1024 * 1024;
const [step = '', of = '', root = ''] = process.argv.slice(2);

process.stdout.write(`${JSON.stringify(await STEPS()[step]?.())}\n`);

function STEPS(): Readonly<Record<string, () => Promise<Record<string, number>>>> {
  return { import: importing, build, load, memory };
}

/** What `knowledge import` and `accept` do, then the first question. Throws when the import is not found. */
async function importing(): Promise<Record<string, number>> {
  const [{ parseFile }, { importFile }, { propose }, { shippedPacks }] = await Promise.all([
    import('#src/adapters/parse/parse-file.ts'),
    import('#src/knowledge/importers/import-file.ts'),
    import('#src/knowledge/packs/proposal.ts'),
    import('#src/knowledge/packs/compose.ts'),
  ]);
  const files = await shippedFiles();
  const shipped = buildLibrary(files);
  const draft = importFile(await parseFile(of), { kind: 'oscal-catalog', id: null, version: null });
  const prefixes = new Map(shippedPacks(files).map(({ document }) => [document.prefix, document.id]));
  const proposed = propose(draft, {
    base: null,
    prefixes,
    roles: shipped.roles,
    crosswalk: null,
    actor: 'bench',
    now: '2026-11-21T00:00:00.000Z',
  });
  if (!proposed.ok) throw new Error(`${proposed.reason}: ${proposed.detail}`);
  const { pack } = proposed.proposal;
  const library = composeLibrary(files, [pack]);
  const answerer = await openAnswerer(library);
  const item = pack.items.find((one) => one.id.endsWith('-AC-2')) ?? pack.items[0];
  const answer = await answerer.ask(`what does ${item?.id} require?`);
  if (answer.citations[0]?.id !== item?.id) throw new Error(`the import is not found: ${answer.answer}`);
  const passages = libraryPassages(library).filter(
    ({ itemId }) => library.items.get(itemId)?.document === pack.document.id,
  );
  return { items: pack.items.length, passages: passages.length };
}

async function openAnswerer(library: Library) {
  const { index } = await openVectorIndex({
    root,
    key: library.hash,
    entries: vectorEntries(library),
    embedder: localEmbedder(),
    apart: { embedder: { kind: 'local' } },
  });
  return createAnswerer({ library, vectors: index });
}

async function build(): Promise<Record<string, number>> {
  const library = await largeLibrary(Number(of));
  const { ms } = await timed(() => openAnswerer(library));
  return { ms };
}

async function load(): Promise<Record<string, number>> {
  const library = await largeLibrary(Number(of));
  const lexical = await timed(() => createAnswerer({ library }));
  const warmed = await timed(async () => lexical.result.warm());
  const entries = () => vectorEntries(library);
  const vector = await timed(() => openVectorIndex({ root, key: library.hash, entries, embedder: localEmbedder() }));
  if (vector.result.built) throw new Error('the index was built again');
  return { lexicalMs: lexical.ms, vectorMs: vector.ms, warmMs: warmed.ms, embedded: vector.result.embedded };
}

/** Memory with a library of so many passages in service, above that of a process that answered from what ships. */
async function memory(): Promise<Record<string, number>> {
  await import('hnswlib-node');
  const make = await largeLibraryParts(Number(of));
  await answerFromShipped();
  const before = settled();
  const library = make();
  const answerer = await openAnswerer(library);
  await answerer.ask('who is accountable for canary releases?');
  const after = settled();
  // Asked again afterwards, so that nothing of it was collected before it was measured.
  await answerer.ask(library.hash);
  return { rss: (after.rss - before.rss) / MB, heap: (after.heapUsed - before.heapUsed) / MB };
}

/** What any server does; afterwards V8's young generation has the size that work gives it. */
async function answerFromShipped(): Promise<void> {
  const library = await largeLibrary(0);
  const answerer = createAnswerer({ library });
  for (const item of library.items.values())
    for (const question of item.questions.slice(0, 5)) await answerer.ask(question);
}

function settled(): NodeJS.MemoryUsage {
  for (let round = 0; round < 4; round++) globalThis.gc?.();
  return process.memoryUsage();
}
