/** Inputs of the benches: the shipped library, a library of 10,000 passages, questions; the same in every run. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readKnowledgeFolder } from '#src/adapters/parse/yaml-folder.ts';
import { buildLibrary, type Library } from '#src/knowledge/library.ts';
import { composeLibrary } from '#src/knowledge/packs/compose.ts';
import type { Pack } from '#src/knowledge/packs/pack.ts';
import { libraryPassages } from '#src/knowledge/passages.ts';
import type { RawFile } from '#src/knowledge/raw.ts';
import { documentSchema, type Item, itemSchema } from '#src/knowledge/schema.ts';

/** The checkout. */
export const ROOT = join(import.meta.dirname, '..', '..');
const SHARED = fileURLToPath(new URL('../../../shared/', import.meta.url));

/** A file of the shared folder beside the checkout; null where the checkout stands alone. */
export function sharedFile(path: string): string | null {
  const full = join(SHARED, path);
  return existsSync(full) ? full : null;
}

/** NIST SP 800-53 rev 5 as OSCAL, where the shared folder is present. */
export function catalog80053(): string | null {
  return sharedFile('data/catalogs/NIST_SP-800-53_rev5_catalog-min.v5.0.1-oscal1.0.0.json');
}

/** The shipped knowledge files. */
export function shippedFiles(): Promise<readonly RawFile[]> {
  return readKnowledgeFolder(join(ROOT, 'knowledge'));
}

/** Numbers in [0, 1) from a seed (mulberry32): the same ones each run. */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const STATEMENTS_AN_ITEM = 6;
const QUESTIONS_AN_ITEM = 2;

/**
 * The shipped library with made-up items appended until it has `passages` passages. Their words are the shipped texts'
 * own, as often as those use them, so that they compete with the real items.
 */
export async function largeLibrary(passages: number): Promise<Library> {
  return (await largeLibraryParts(passages))();
}

/** What {@link largeLibrary} is made of, and how: for measuring what the library takes without what its inputs took. */
export async function largeLibraryParts(passages: number): Promise<() => Library> {
  const files = await shippedFiles();
  const shipped = buildLibrary(files);
  const missing = passages - libraryPassages(shipped).length;
  const packs = missing <= 0 ? [] : [syntheticPack(shipped, missing)];
  return () => composeLibrary(files, packs);
}

/** A pack of made-up items with so many passages in all. */
export function syntheticPack(shipped: Library, passages: number): Pack {
  const words = [...shipped.items.values()].flatMap((item) =>
    item.statements
      .flatMap((statement) => statement.text.split(/\s+/))
      .filter((word) => /^[A-Za-z-]{2,20}$/.test(word)),
  );
  const random = randomFrom(1);
  const phrase = (from: number, to: number): string => {
    const count = from + Math.floor(random() * (to - from + 1));
    return Array.from({ length: count }, () => words[Math.floor(random() * words.length)] ?? 'control').join(' ');
  };
  const items: Item[] = [];
  for (let left = passages; left > 0; left -= STATEMENTS_AN_ITEM) {
    const statements = Array.from({ length: Math.min(left, STATEMENTS_AN_ITEM) }, () => `${phrase(10, 22)}.`);
    const questions = Array.from({ length: QUESTIONS_AN_ITEM }, () => `${phrase(6, 10)}?`);
    items.push(
      itemSchema.parse({ id: `SYN-${items.length + 1}`, title: phrase(3, 5), kind: 'control', statements, questions }),
    );
  }
  const document = documentSchema.parse({
    id: 'synthetic',
    prefix: 'SYN',
    title: 'Made-up controls',
    shortTitle: 'Made-up controls',
    version: '1',
    authority: 'reference',
    authorityNote: 'Made up for measurements.',
    audience: 'public',
    outsideModel: false,
    licence: 'None needed.',
  });
  const source = { file: 'synthetic', sha256: '0'.repeat(64), bytes: 0, kind: 'shipped' } as const;
  return { document, source, curatedFrom: null, items };
}

/** Questions of the evaluation, in the order of its files. */
export async function questions(): Promise<readonly string[]> {
  const names = ['holdout', 'fresh', 'tuning'];
  const texts = await Promise.all(names.map((name) => readFile(join(ROOT, 'test', 'evals', `${name}.jsonl`), 'utf8')));
  return texts.flatMap((text) =>
    text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => String((JSON.parse(line) as { question: unknown }).question)),
  );
}
