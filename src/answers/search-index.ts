/**
 * Lexical index over the library, held in memory: BM25F over an item's fields, and every title, alias and curated
 * question as an entry of its own, because people ask the same things in nearly the same words.
 */
import type { Library, LibraryItem } from '#src/knowledge/library.ts';
import { itemPassages } from '#src/knowledge/passages.ts';
import type { Classifier } from './classifier.ts';
import { trainClassifier } from './classifier.ts';
import { allStems, isStopWord, stem, tokens, topicStems, trigrams, wordsOf } from './text.ts';

/**
 * Weight of each field. Questions count little here because they also have entries of their own. Tuned by leaving out
 * one sixth of the curated questions at a time and asking them: hit@1 of 2,535 questions rose from 0.70 to 0.77.
 */
const FIELD_WEIGHTS = { title: 3, aliases: 2.5, statements: 1.8, questions: 0.3, chapter: 0.4, extras: 0.7 } as const;
type FieldName = keyof typeof FIELD_WEIGHTS;
const FIELD_NAMES: readonly FieldName[] = ['title', 'aliases', 'statements', 'questions', 'chapter', 'extras'];
const B = 0.5;
const ENTRY_POWER = 0.2;

/** A title, alias or question of an item, as its distinct stems. */
export type Entry = {
  readonly item: number;
  readonly text: string;
  readonly kind: 'title' | 'alias' | 'question';
  readonly stems: readonly string[];
  /** Euclidean length of its IDF vector. */
  readonly length: number;
};

/** Postings of one stem: parallel arrays of owner numbers and weights. */
export type Postings = { readonly owners: Int32Array; readonly weights: Float32Array };

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

/** Builds the index. 10,000 passages take about a second. */
export function buildSearchIndex(library: Library): SearchIndex {
  const items = [...library.items.values()];
  const lexicon: Lexicon = new Map();
  const topics = new Map<string, readonly string[]>();
  const fieldStems = items.map((item) => fieldsOf(item, lexicon, topics));
  const averages = averageLengths(fieldStems);
  const rows = new Map<string, Row>();
  fieldStems.forEach((fields, number) => {
    for (const name of FIELD_NAMES) {
      const list = fields[name];
      const norm = 1 - B + (B * list.length) / Math.max(1, averages[name]);
      for (const word of list) count(rows, word, number, FIELD_WEIGHTS[name] / norm);
    }
  });
  const idf = idfOf(rows, items.length);
  const entries = items.flatMap((item, number) => entriesOf(item, number, idf, topics));
  const sets: Set<string>[] = [];
  const words = new Map<string, number>();
  for (const [word, { uses }] of lexicon) if (word.length > 2) words.set(word, uses);
  noteRoleWords(library, words);
  return {
    library,
    items,
    number: new Map(items.map((item, number) => [item.id, number])),
    fields: toPostings(rows),
    entries,
    entryPostings: entryPostings(entries),
    ...statementIndex(items, idf, topics),
    idf,
    classifier: trainClassifier(items),
    words,
    trigramWords: trigramIndex(words),
    kin: kinOf(rows),
    // Only the best items of a question are looked into.
    stemsOf: (item) => {
      sets[item] ??= new Set(FIELD_NAMES.flatMap((name) => fieldStems[item]?.[name] ?? []));
      return sets[item];
    },
  };
}

/** What is known of a word: looked up once, because the same words come again a hundred times. */
type Lexicon = Map<string, { uses: number; readonly stem: string | null }>;

/** Stems of each field; counts the words into the lexicon and keeps each text's topic stems in `topics`, for the entries. */
function fieldsOf(
  item: LibraryItem,
  lexicon: Lexicon,
  topics: Map<string, readonly string[]>,
): Record<FieldName, readonly string[]> {
  const take = (text: string): readonly string[] => {
    const stems: string[] = [];
    for (const word of wordsOf(text)) {
      let known = lexicon.get(word);
      if (known === undefined) {
        known = { uses: 0, stem: isStopWord(word) ? null : stem(word) };
        lexicon.set(word, known);
      }
      known.uses += 1;
      if (known.stem !== null) stems.push(known.stem);
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

function averageLengths(all: readonly Record<FieldName, readonly string[]>[]): Record<FieldName, number> {
  const sums: Record<FieldName, number> = { title: 0, aliases: 0, statements: 0, questions: 0, chapter: 0, extras: 0 };
  for (const fields of all) for (const name of FIELD_NAMES) sums[name] += fields[name].length;
  for (const name of FIELD_NAMES) sums[name] /= Math.max(1, all.length);
  return sums;
}

function idfOf(rows: ReadonlyMap<string, Row>, total: number): (word: string) => number {
  const values = new Map<string, number>();
  for (const [word, { owners }] of rows) {
    values.set(word, Math.log(1 + (total - owners.length + 0.5) / (owners.length + 0.5)));
  }
  const unknown = Math.log(1 + (total + 0.5) / 0.5);
  return (word) => values.get(word) ?? unknown;
}

/** Weight of a stem in an entry: flatter than the IDF, because a rare verb says less here than several plain words. */
export function entryWeight(idf: number): number {
  return idf ** ENTRY_POWER;
}

function entriesOf(
  item: LibraryItem,
  number: number,
  idf: (word: string) => number,
  topics: ReadonlyMap<string, readonly string[]>,
): readonly Entry[] {
  const make = (text: string, kind: Entry['kind']): Entry => {
    const topic = topics.get(text) ?? topicStems(text);
    const stems = [...new Set(topic.length > 0 ? topic : allStems(text))];
    const length = Math.sqrt(stems.reduce((sum, word) => sum + entryWeight(idf(word)) ** 2, 0));
    return { item: number, text, kind, stems, length };
  };
  return [
    make(item.title, 'title'),
    ...item.aliases.map((text) => make(text, 'alias')),
    ...item.questions.map((text) => make(text, 'question')),
  ].filter((entry) => entry.stems.length > 0);
}

/** Postings while they grow; owners come in rising order. */
type Row = { readonly owners: number[]; readonly weights: number[] };

/** Adds a weight to a word's row for an owner that is the row's last, or comes after it. */
function count(rows: Map<string, Row>, word: string, owner: number, weight: number): void {
  const row = rows.get(word);
  if (row === undefined) {
    rows.set(word, { owners: [owner], weights: [weight] });
    return;
  }
  const last = row.owners.length - 1;
  if (row.owners[last] === owner) row.weights[last] = (row.weights[last] ?? 0) + weight;
  else {
    row.owners.push(owner);
    row.weights.push(weight);
  }
}

function toPostings(rows: ReadonlyMap<string, Row>): ReadonlyMap<string, Postings> {
  const postings = new Map<string, Postings>();
  for (const [word, { owners, weights }] of rows) {
    postings.set(word, { owners: Int32Array.from(owners), weights: Float32Array.from(weights) });
  }
  return postings;
}

/** Each statement by itself, with the words of its item's title, which it takes for granted. */
function statementIndex(
  items: readonly LibraryItem[],
  idf: (word: string) => number,
  topics: ReadonlyMap<string, readonly string[]>,
): Pick<SearchIndex, 'statementItems' | 'statementSizes' | 'statementPostings'> {
  const rows = new Map<string, Row>();
  const owners: number[] = [];
  const sizes: number[] = [];
  const squares = new Map<string, number>();
  const squareOf = (word: string): number => {
    let square = squares.get(word);
    if (square === undefined) {
      square = entryWeight(idf(word)) ** 2;
      squares.set(word, square);
    }
    return square;
  };
  items.forEach((item, number) => {
    const title = topics.get(item.title) ?? topicStems(item.title);
    for (const { text } of item.statements) {
      const stems = new Set(topics.get(text) ?? topicStems(text));
      for (const word of title) stems.add(word);
      let sum = 0;
      for (const word of stems) {
        count(rows, word, owners.length, 1);
        sum += squareOf(word);
      }
      owners.push(number);
      sizes.push(Math.sqrt(sum));
    }
  });
  return {
    statementItems: Int32Array.from(owners),
    statementSizes: Float32Array.from(sizes),
    statementPostings: toPostings(rows),
  };
}

function entryPostings(entries: readonly Entry[]): ReadonlyMap<string, Postings> {
  const rows = new Map<string, Row>();
  entries.forEach((entry, number) => {
    for (const word of entry.stems) count(rows, word, number, 1);
  });
  return toPostings(rows);
}

/** Role names and glossary words are words a question may use, so they are not spelling mistakes. */
function noteRoleWords(library: Library, words: Map<string, number>): void {
  const note = (text: string): void => {
    for (const { word } of tokens(text)) if (word.length > 2) words.set(word, (words.get(word) ?? 0) + 1);
  };
  for (const role of library.roles.roles) for (const name of [role.name, ...role.spellings]) note(name);
  for (const entry of library.glossary.everyday) for (const phrase of [...entry.say, ...entry.means]) note(phrase);
  for (const [short, long] of Object.entries(library.glossary.abbreviations)) {
    note(short);
    note(long);
  }
}

const KIN_PREFIX = 5;

/** Stems that share their beginning, up to what the shorter of the two has to spare. */
function kinOf(rows: ReadonlyMap<string, unknown>): (word: string) => readonly string[] {
  const families = new Map<string, string[]>();
  for (const word of rows.keys()) {
    if (word.length < KIN_PREFIX || /\d/.test(word)) continue;
    const key = word.slice(0, KIN_PREFIX);
    const family = families.get(key);
    if (family === undefined) families.set(key, [word]);
    else family.push(word);
  }
  return (word) =>
    (families.get(word.slice(0, KIN_PREFIX)) ?? []).filter((other) => other !== word && isKin(word, other));
}

/** `verif` and `verifi`, `anonym` and `anonymous`: one begins with the other, or they differ in at most two last letters. */
function isKin(a: string, b: string): boolean {
  const shorter = Math.min(a.length, b.length);
  let same = 0;
  while (same < shorter && a[same] === b[same]) same += 1;
  return (
    same >= KIN_PREFIX && (same === shorter ? Math.abs(a.length - b.length) <= 4 : shorter - same <= 2 && same >= 6)
  );
}

function trigramIndex(words: ReadonlyMap<string, number>): ReadonlyMap<string, readonly string[]> {
  const index = new Map<string, string[]>();
  for (const word of words.keys()) {
    if (word.length < 4 || isStopWord(word) || /\d/.test(word)) continue;
    for (const gram of new Set(trigrams(word))) {
      const list = index.get(gram);
      if (list === undefined) index.set(gram, [word]);
      else list.push(word);
    }
  }
  return index;
}
