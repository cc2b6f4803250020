/**
 * Lexical index over the library, held in memory: BM25F over an item's fields, and every title, alias and curated
 * question as an entry of its own, because people ask the same things in nearly the same words.
 */
import type { Library, LibraryItem } from '#src/knowledge/library.ts';
import { itemPassages } from '#src/knowledge/passages.ts';
import type { Classifier } from './classifier.ts';
import { trainClassifier } from './classifier.ts';
import type { Lexicon, Postings, Rows } from './postings.ts';
import { count, countDistinct, idOf, newLexicon, newRows, toPostings } from './postings.ts';
import { allStems, isStopWord, stem, wordsOf } from './text.ts';
import { kinOf, noteRoleWords, trigramIndex } from './word-forms.ts';

/**
 * Weight of each field. Questions count little here because they also have entries of their own. Tuned by leaving out
 * one sixth of the curated questions at a time and asking them: hit@1 of 2,535 questions rose from 0.70 to 0.77.
 */
const FIELD_WEIGHTS = { title: 3, aliases: 2.5, statements: 1.8, questions: 0.3, chapter: 0.4, extras: 0.7 } as const;
type FieldName = keyof typeof FIELD_WEIGHTS;
const FIELD_NAMES: readonly FieldName[] = ['title', 'aliases', 'statements', 'questions', 'chapter', 'extras'];
const B = 0.5;
const ENTRY_POWER = 0.2;

/** A title, alias or question of an item. */
export type Entry = {
  readonly item: number;
  readonly text: string;
  readonly kind: 'title' | 'alias' | 'question';
  /** Euclidean length of its IDF vector. */
  readonly length: number;
};

/** The index; built once per library, read-only. */
export type SearchIndex = {
  readonly library: Library;
  readonly items: readonly LibraryItem[];
  readonly number: ReadonlyMap<string, number>;
  /** stem -> item numbers with their length-normalised weighted frequency. */
  readonly fields: ReadonlyMap<string, Postings>;
  readonly entries: readonly Entry[];
  /** stem -> entry numbers (weights unused). */
  readonly entryPostings: ReadonlyMap<string, Postings>;
  /** Item of each statement, in order of the items; parallel to `statementSizes`. */
  readonly statementItems: Int32Array;
  /** Euclidean length of each statement's flattened IDF vector. */
  readonly statementSizes: Float32Array;
  /** stem -> statement numbers (weights unused): one statement often answers what the whole item is too long for. */
  readonly statementPostings: ReadonlyMap<string, Postings>;
  /** Inverse document frequency of a stem over items; for an unknown stem the highest there is. */
  readonly idf: (stem: string) => number;
  /** How typical words are of each curated item. */
  readonly classifier: Classifier;
  /** Words of the library's texts (not stems) with their number of uses, for spelling. */
  readonly words: ReadonlyMap<string, number>;
  readonly trigramWords: ReadonlyMap<string, readonly string[]>;
  /** Other stems of the library with the same beginning: `authentic` for `authenticit`. */
  readonly kin: (stem: string) => readonly string[];
  /** All stems an item holds anywhere. */
  readonly stemsOf: (item: number) => ReadonlySet<string>;
};

/** Builds the index. 10,000 passages take less than a tenth of a second. */
export function buildSearchIndex(library: Library): SearchIndex {
  const items = [...library.items.values()];
  const lexicon = newLexicon();
  const topics = new Map<string, readonly number[]>();
  const fieldStems = items.map((item) => fieldsOf(item, lexicon, topics));
  const averages = averageLengths(fieldStems);
  const rows = newRows(lexicon);
  fieldStems.forEach((fields, number) => {
    for (const name of FIELD_NAMES) {
      const list = fields[name];
      const norm = 1 - B + (B * list.length) / Math.max(1, averages[name]);
      for (const id of list) count(rows, id, number, FIELD_WEIGHTS[name] / norm);
    }
  });
  const idf = idfOf(rows, items.length);
  const square = squaresOf(idf, lexicon.stems.length);
  const sets: Set<string>[] = [];
  const words = new Map<string, number>();
  for (const [word, { uses }] of lexicon.words) if (word.length > 2) words.set(word, uses);
  noteRoleWords(library, words);
  const fields = toPostings(rows, lexicon);
  // Made when first asked for, which a server does right after its start: finding by words works without them.
  let classifier: Classifier | null = null;
  let trigramWords: SearchIndex['trigramWords'] | null = null;
  return {
    library,
    items,
    number: new Map(items.map((item, number) => [item.id, number])),
    fields,
    ...entryIndex(items, square, topics, lexicon),
    ...statementIndex(items, square, topics, lexicon),
    idf: (word) => idf(lexicon.ids.get(word) ?? -1),
    get classifier() {
      classifier ??= trainClassifier(items);
      return classifier;
    },
    words,
    get trigramWords() {
      trigramWords ??= trigramIndex(words);
      return trigramWords;
    },
    kin: kinOf(fields),
    // Only the best items of a question are looked into.
    stemsOf: (item) => {
      sets[item] ??= new Set(
        FIELD_NAMES.flatMap((name) => (fieldStems[item]?.[name] ?? []).map((id) => lexicon.stems[id] ?? '')),
      );
      return sets[item];
    },
  };
}

/** Stems of each field; counts the words into the lexicon and keeps each text's topic stems in `topics`, for the entries. */
function fieldsOf(
  item: LibraryItem,
  lexicon: Lexicon,
  topics: Map<string, readonly number[]>,
): Record<FieldName, readonly number[]> {
  const take = (text: string): readonly number[] => {
    const stems: number[] = [];
    for (const word of wordsOf(text)) {
      let known = lexicon.words.get(word);
      if (known === undefined) {
        known = { uses: 0, stem: isStopWord(word) ? -1 : idOf(lexicon, stem(word)) };
        lexicon.words.set(word, known);
      }
      known.uses += 1;
      if (known.stem >= 0) stems.push(known.stem);
    }
    topics.set(text, stems);
    return stems;
  };
  const extras = itemPassages(item).filter((passage) => passage.part === 'figure' || passage.part === 'guardrails');
  return {
    title: take(item.title),
    aliases: item.aliases.flatMap(take),
    statements: item.statements.flatMap((statement) => take(statement.text)),
    questions: item.questions.flatMap(take),
    chapter: take(item.chapter ?? ''),
    extras: extras.flatMap((passage) => take(passage.text)),
  };
}

function averageLengths(all: readonly Record<FieldName, readonly unknown[]>[]): Record<FieldName, number> {
  const sums: Record<FieldName, number> = { title: 0, aliases: 0, statements: 0, questions: 0, chapter: 0, extras: 0 };
  for (const fields of all) for (const name of FIELD_NAMES) sums[name] += fields[name].length;
  for (const name of FIELD_NAMES) sums[name] /= Math.max(1, all.length);
  return sums;
}

/** By the stem's number; for one that stands nowhere the highest there is. */
function idfOf(rows: Rows, total: number): (id: number) => number {
  const values = rows.map((row) => {
    const having = row?.owners.length ?? 0;
    return Math.log(1 + (total - having + 0.5) / (having + 0.5));
  });
  const unknown = Math.log(1 + (total + 0.5) / 0.5);
  return (id) => values[id] ?? unknown;
}

/** Weight of a stem in an entry: flatter than the IDF, because a rare verb says less here than several plain words. */
export function entryWeight(idf: number): number {
  return idf ** ENTRY_POWER;
}

/** The square of a stem's weight in an entry; each is reckoned once. */
function squaresOf(idf: (id: number) => number, size: number): (id: number) => number {
  const squares: (number | undefined)[] = new Array<undefined>(size).fill(undefined);
  return (id) => {
    squares[id] ??= entryWeight(idf(id)) ** 2;
    return squares[id];
  };
}

/** Titles, aliases and questions, each by itself. */
function entryIndex(
  items: readonly LibraryItem[],
  square: (id: number) => number,
  topics: ReadonlyMap<string, readonly number[]>,
  lexicon: Lexicon,
): Pick<SearchIndex, 'entries' | 'entryPostings'> {
  const rows = newRows(lexicon);
  const entries: Entry[] = [];
  items.forEach((item, number) => {
    const add = (text: string, kind: Entry['kind']): void => {
      const topic = topics.get(text) ?? [];
      const said = topic.length > 0 ? topic : allStems(text).map((one) => idOf(lexicon, one));
      const sum = countDistinct(rows, said, entries.length, square);
      if (sum > 0) entries.push({ item: number, text, kind, length: Math.sqrt(sum) });
    };
    add(item.title, 'title');
    for (const text of item.aliases) add(text, 'alias');
    for (const text of item.questions) add(text, 'question');
  });
  return { entries, entryPostings: toPostings(rows, lexicon) };
}

/** Each statement by itself, with the words of its item's title, which it takes for granted. */
function statementIndex(
  items: readonly LibraryItem[],
  square: (id: number) => number,
  topics: ReadonlyMap<string, readonly number[]>,
  lexicon: Lexicon,
): Pick<SearchIndex, 'statementItems' | 'statementSizes' | 'statementPostings'> {
  const rows = newRows(lexicon);
  const owners: number[] = [];
  const sizes: number[] = [];
  items.forEach((item, number) => {
    const title = topics.get(item.title) ?? [];
    for (const { text } of item.statements) {
      const own = countDistinct(rows, topics.get(text) ?? [], owners.length, square);
      sizes.push(Math.sqrt(own + countDistinct(rows, title, owners.length, square)));
      owners.push(number);
    }
  });
  return {
    statementItems: new Int32Array(owners),
    statementSizes: new Float32Array(sizes),
    statementPostings: toPostings(rows, lexicon),
  };
}
