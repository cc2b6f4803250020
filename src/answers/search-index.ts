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

/** A title, alias or question of an item. */
export type Entry = {
  readonly item: number;
  readonly text: string;
  readonly kind: 'title' | 'alias' | 'question';
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

/** Builds the index. 10,000 passages take a tenth of a second. */
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
  const square = squaresOf(idf);
  const sets: Set<string>[] = [];
  const words = new Map<string, number>();
  for (const [word, { uses }] of lexicon) if (word.length > 2) words.set(word, uses);
  noteRoleWords(library, words);
  // Made when first asked for, which a server does right after its start: finding by words works without them.
  let classifier: Classifier | null = null;
  let trigramWords: SearchIndex['trigramWords'] | null = null;
  return {
    library,
    items,
    number: new Map(items.map((item, number) => [item.id, number])),
    fields: toPostings(rows),
    ...entryIndex(items, square, topics),
    ...statementIndex(items, square, topics),
    idf,
    get classifier() {
      classifier ??= trainClassifier(items);
      return classifier;
    },
    words,
    get trigramWords() {
      trigramWords ??= trigramIndex(words);
      return trigramWords;
    },
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

/** The square of a stem's weight in an entry; each is reckoned once. */
function squaresOf(idf: (word: string) => number): (word: string) => number {
  const squares = new Map<string, number>();
  return (word) => {
    let square = squares.get(word);
    if (square === undefined) {
      square = entryWeight(idf(word)) ** 2;
      squares.set(word, square);
    }
    return square;
  };
}

/** Titles, aliases and questions, each by itself. */
function entryIndex(
  items: readonly LibraryItem[],
  square: (word: string) => number,
  topics: ReadonlyMap<string, readonly string[]>,
): Pick<SearchIndex, 'entries' | 'entryPostings'> {
  const rows = new Map<string, Row>();
  const entries: Entry[] = [];
  items.forEach((item, number) => {
    const add = (text: string, kind: Entry['kind']): void => {
      const topic = topics.get(text) ?? topicStems(text);
      const sum = countDistinct(rows, topic.length > 0 ? topic : allStems(text), entries.length, square);
      if (sum > 0) entries.push({ item: number, text, kind, length: Math.sqrt(sum) });
    };
    add(item.title, 'title');
    for (const text of item.aliases) add(text, 'alias');
    for (const text of item.questions) add(text, 'question');
  });
  return { entries, entryPostings: toPostings(rows) };
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

/** Counts each different word once for an owner; what `value` gives for them together. */
function countDistinct(
  rows: Map<string, Row>,
  words: readonly string[],
  owner: number,
  value: (word: string) => number,
): number {
  let sum = 0;
  for (const word of words) {
    const row = rows.get(word);
    if (row === undefined) rows.set(word, { owners: [owner], weights: [1] });
    else if (row.owners[row.owners.length - 1] === owner) continue;
    else {
      row.owners.push(owner);
      row.weights.push(1);
    }
    sum += value(word);
  }
  return sum;
}

function toPostings(rows: ReadonlyMap<string, Row>): ReadonlyMap<string, Postings> {
  const postings = new Map<string, Postings>();
  for (const [word, { owners, weights }] of rows) {
    postings.set(word, { owners: new Int32Array(owners), weights: new Float32Array(weights) });
  }
  return postings;
}

/** Each statement by itself, with the words of its item's title, which it takes for granted. */
function statementIndex(
  items: readonly LibraryItem[],
  square: (word: string) => number,
  topics: ReadonlyMap<string, readonly string[]>,
): Pick<SearchIndex, 'statementItems' | 'statementSizes' | 'statementPostings'> {
  const rows = new Map<string, Row>();
  const owners: number[] = [];
  const sizes: number[] = [];
  items.forEach((item, number) => {
    const title = topics.get(item.title) ?? topicStems(item.title);
    for (const { text } of item.statements) {
      const own = countDistinct(rows, topics.get(text) ?? topicStems(text), owners.length, square);
      sizes.push(Math.sqrt(own + countDistinct(rows, title, owners.length, square)));
      owners.push(number);
    }
  });
  return {
    statementItems: new Int32Array(owners),
    statementSizes: new Float32Array(sizes),
    statementPostings: toPostings(rows),
  };
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
  let families: ReadonlyMap<string, readonly string[]> | null = null;
  return (word) => {
    families ??= familiesOf(rows);
    return (families.get(word.slice(0, KIN_PREFIX)) ?? []).filter((other) => other !== word && isKin(word, other));
  };
}

function familiesOf(rows: ReadonlyMap<string, unknown>): ReadonlyMap<string, readonly string[]> {
  const families = new Map<string, string[]>();
  for (const word of rows.keys()) {
    if (word.length < KIN_PREFIX || /\d/.test(word)) continue;
    const key = word.slice(0, KIN_PREFIX);
    const family = families.get(key);
    if (family === undefined) families.set(key, [word]);
    else family.push(word);
  }
  return families;
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
