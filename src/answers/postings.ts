/** Postings: which owners (items, entries, statements) hold a stem, counted by the stem's number. */

/** Postings of one stem: parallel arrays of owner numbers and weights. */
export type Postings = { readonly owners: Int32Array; readonly weights: Float32Array };

/**
 * Words looked up once, because the same ones come again a hundred times, and stems by number: counting by number takes
 * half the time of counting by text.
 */
export type Lexicon = {
  /** The number of a word's stem, -1 for a stop word. */
  readonly words: Map<string, { uses: number; readonly stem: number }>;
  /** stem -> its number; the inverse of `stems`. */
  readonly ids: Map<string, number>;
  readonly stems: string[];
};

/** Nothing looked up yet. */
export function newLexicon(): Lexicon {
  return { words: new Map(), ids: new Map(), stems: [] };
}

/** The number of a stem; a new one gets the next. */
export function idOf(lexicon: Lexicon, stemmed: string): number {
  let id = lexicon.ids.get(stemmed);
  if (id === undefined) {
    id = lexicon.stems.length;
    lexicon.ids.set(stemmed, id);
    lexicon.stems.push(stemmed);
  }
  return id;
}

/** Postings while they grow, by the stem's number; owners come in rising order. */
type Row = { readonly owners: number[]; readonly weights: number[] };
export type Rows = (Row | undefined)[];

/** One place a stem from the start: an array with gaps is many times slower. */
export function newRows(lexicon: Lexicon): Rows {
  return new Array<Row | undefined>(lexicon.stems.length).fill(undefined);
}

/** Adds a weight to a stem's row for an owner that is the row's last, or comes after it. */
export function count(rows: Rows, id: number, owner: number, weight: number): void {
  const row = rows[id];
  if (row === undefined) {
    rows[id] = { owners: [owner], weights: [weight] };
    return;
  }
  const last = row.owners.length - 1;
  if (row.owners[last] === owner) row.weights[last] = (row.weights[last] ?? 0) + weight;
  else {
    row.owners.push(owner);
    row.weights.push(weight);
  }
}

/** Counts each different stem once for an owner; what `value` gives for them together. */
export function countDistinct(
  rows: Rows,
  ids: readonly number[],
  owner: number,
  value: (id: number) => number,
): number {
  let sum = 0;
  for (const id of ids) {
    const row = rows[id];
    if (row === undefined) rows[id] = { owners: [owner], weights: [1] };
    else if (row.owners[row.owners.length - 1] === owner) continue;
    else {
      row.owners.push(owner);
      row.weights.push(1);
    }
    sum += value(id);
  }
  return sum;
}

/** The grown rows by stem. */
export function toPostings(rows: Rows, lexicon: Lexicon): ReadonlyMap<string, Postings> {
  const postings = new Map<string, Postings>();
  rows.forEach((row, id) => {
    if (row === undefined) return;
    const { owners, weights } = row;
    postings.set(lexicon.stems[id] ?? '', { owners: new Int32Array(owners), weights: new Float32Array(weights) });
  });
  return postings;
}
