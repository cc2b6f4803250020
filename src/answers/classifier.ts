/**
 * A complement naive Bayes over the curated items (Rennie et al. 2003, "Tackling the poor assumptions of naive Bayes
 * text classifiers"): each item is a class, its questions, aliases, title and statements are its texts. It sees what
 * the other voices do not: words of speech, pairs of words, and pieces of words.
 */
import type { LibraryItem } from '#src/knowledge/library.ts';
import { isStopWord, stem, wordsOf } from './text.ts';

/** What the classifier learnt; read-only. */
export type Classifier = {
  /** How typical the words are of each item, by the items' order: mean log odds of its features, 0 where not positive. */
  readonly typical: (words: readonly string[]) => Float32Array;
};

/** Weights of features in a text. A piece's weight is shared among the pieces of its word. */
const STOP_WORD = 0.15;
const PAIR = 0.7;
const STOP_PAIR = 0.2;
const PIECES = [4, 5] as const;

/** Weights of an item's texts; an item has some 50 questions, 20 aliases, 15 statements and one title. */
const TEXTS = { title: 3, alias: 0.7, question: 1, statement: 1 } as const;
const SMOOTHING = 0.05;

/** Features of a text: numbers of the vocabulary with their weights. */
type Features = Map<number, number>;

/** A vocabulary that grows while texts are read; `grow` false leaves unknown features out. */
class Vocabulary {
  readonly #numbers = new Map<string, number>();
  readonly #pieces = new Map<string, readonly number[]>();

  get size(): number {
    return this.#numbers.size;
  }

  #number(feature: string, grow: boolean): number {
    const known = this.#numbers.get(feature);
    if (known !== undefined) return known;
    if (!grow) return -1;
    this.#numbers.set(feature, this.#numbers.size);
    return this.#numbers.size - 1;
  }

  #piecesOf(word: string, grow: boolean): readonly number[] {
    const known = this.#pieces.get(word);
    if (known !== undefined) return known;
    const marked = `^${word}$`;
    const numbers: number[] = [];
    for (const length of PIECES)
      for (let at = 0; at + length <= marked.length; at += 1)
        numbers.push(this.#number(marked.slice(at, at + length), grow));
    if (grow) this.#pieces.set(word, numbers);
    return numbers;
  }

  /** Features of words in a row; `whole` is their weight together, with those that are unknown. */
  read(words: readonly string[], grow: boolean): { readonly features: Features; readonly whole: number } {
    const features: Features = new Map();
    let whole = 0;
    const add = (number: number, weight: number): void => {
      whole += weight;
      if (number >= 0) features.set(number, (features.get(number) ?? 0) + weight);
    };
    let before: { readonly stem: string; readonly stop: boolean } | null = null;
    for (const word of words) {
      const now = { stem: stem(word), stop: isStopWord(word) };
      add(this.#number(`${now.stem} `, grow), now.stop ? STOP_WORD : 1);
      if (before !== null)
        add(this.#number(`${before.stem} ${now.stem}`, grow), before.stop && now.stop ? STOP_PAIR : PAIR);
      const share = 1 / Math.max(3, word.length);
      if (!now.stop) for (const piece of this.#piecesOf(word, grow)) add(piece, share);
      before = now;
    }
    return { features, whole };
  }
}

/** Reads the texts of the items that somebody curated; the others are no classes. */
export function trainClassifier(items: readonly LibraryItem[]): Classifier {
  const vocabulary = new Vocabulary();
  const uses: number[] = [];
  const classes = items.flatMap((item, number) =>
    item.questions.length === 0 ? [] : [{ number, profile: profileOf(item, vocabulary, uses) }],
  );
  const texts = classes.length === 0 ? 0 : uses.reduce((most, count) => Math.max(most, count), 0);
  const rarity = uses.map((count) => Math.log(1 + texts / (1 + count)));
  const totals = new Float64Array(vocabulary.size);
  const sums = classes.map(({ profile }) => {
    let sum = 0;
    for (const [feature, weight] of profile) {
      const value = weight * (rarity[feature] ?? 0);
      profile.set(feature, value);
      totals[feature] = (totals[feature] ?? 0) + value;
      sum += value;
    }
    return sum;
  });
  const all = sums.reduce((sum, one) => sum + one, 0);
  const smooth = SMOOTHING * vocabulary.size;
  const base = sums.map(
    (sum) => Math.log(SMOOTHING) - Math.log(sum + smooth) + Math.log(Math.max(0, all - sum) + smooth),
  );
  const odds = classOdds(
    classes.map(({ profile }) => profile),
    totals,
  );
  return {
    typical: (words) => {
      const typical = new Float32Array(items.length);
      const { features, whole } = vocabulary.read(words, false);
      if (whole === 0 || classes.length === 0) return typical;
      const scores = new Float64Array(classes.length);
      let known = 0;
      let common = 0;
      for (const [feature, weight] of features) {
        known += weight;
        common += weight * Math.log((totals[feature] ?? 0) + SMOOTHING);
        for (const [at, value] of odds[feature] ?? []) scores[at] = (scores[at] ?? 0) + weight * value;
      }
      classes.forEach(({ number }, at) => {
        const score = (scores[at] ?? 0) + known * (base[at] ?? 0) - common;
        typical[number] = Math.max(0, score / whole);
      });
      return typical;
    },
  };
}

/** Weights of a class's features, each text of length 1; counts each text's features into `uses`. */
function profileOf(item: LibraryItem, vocabulary: Vocabulary, uses: number[]): Features {
  const profile: Features = new Map();
  const read = (text: string, weight: number): void => {
    const { features } = vocabulary.read(wordsOf(text), true);
    let square = 0;
    for (const value of features.values()) square += value * value;
    const share = weight / Math.sqrt(square || 1);
    for (const [feature, value] of features) {
      uses[feature] = (uses[feature] ?? 0) + 1;
      profile.set(feature, (profile.get(feature) ?? 0) + share * value);
    }
  };
  read(item.title, TEXTS.title);
  for (const text of item.aliases) read(text, TEXTS.alias);
  for (const text of item.questions) read(text, TEXTS.question);
  for (const { text } of item.statements) read(text, TEXTS.statement);
  return profile;
}

/** By feature: the classes that have it, with what it adds to the log odds of a class that had it not. */
function classOdds(
  profiles: readonly Features[],
  totals: Float64Array,
): readonly (readonly (readonly [number, number])[])[] {
  const odds: [number, number][][] = Array.from({ length: totals.length }, () => []);
  profiles.forEach((profile, at) => {
    for (const [feature, own] of profile) {
      const total = totals[feature] ?? 0;
      const value = Math.log((own + SMOOTHING) / SMOOTHING) - Math.log((total - own + SMOOTHING) / (total + SMOOTHING));
      odds[feature]?.push([at, value]);
    }
  });
  return odds;
}
