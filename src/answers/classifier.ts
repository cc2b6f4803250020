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
/** Items with fewer questions are no classes: a catalogue's own one or two say nothing that its entries do not say. */
const QUESTIONS_MIN = 6;

/** Numbers to add to, and which of them are not zero: a Map for each of thousands of texts would take ten times as long. */
class Sums {
  values = new Float64Array(1 << 14);
  readonly touched: number[] = [];

  add(feature: number, weight: number): void {
    if (feature >= this.values.length) {
      const larger = new Float64Array(Math.max(feature + 1, this.values.length * 2));
      larger.set(this.values);
      this.values = larger;
    }
    const before = this.values[feature] ?? 0;
    if (before === 0) this.touched.push(feature);
    this.values[feature] = before + weight;
  }

  clear(): void {
    for (const feature of this.touched) this.values[feature] = 0;
    this.touched.length = 0;
  }
}

/** A word as features: its stem's number (-1 when unknown), its pieces' numbers. */
type Known = {
  readonly stem: number;
  readonly stop: boolean;
  /** Weight of each piece. */
  readonly share: number;
  readonly pieces: readonly number[];
};

/** A vocabulary that grows while texts are read; `grow` false leaves unknown features out. */
class Vocabulary {
  #size = 0;
  readonly #words = new Map<string, Known>();
  /** Stems end with a blank, pieces do not. */
  readonly #numbers = new Map<string, number>();
  /** By the first stem's number: the second's, with the pair's. */
  readonly #pairs = new Map<number, Map<number, number>>();

  get size(): number {
    return this.#size;
  }

  #number(feature: string, grow: boolean): number {
    const known = this.#numbers.get(feature);
    if (known !== undefined) return known;
    if (!grow) return -1;
    this.#numbers.set(feature, this.#size);
    return this.#size++;
  }

  #pair(first: number, second: number, grow: boolean): number {
    if (first < 0 || second < 0) return -1;
    let seconds = this.#pairs.get(first);
    const known = seconds?.get(second);
    if (known !== undefined) return known;
    if (!grow) return -1;
    if (seconds === undefined) {
      seconds = new Map();
      this.#pairs.set(first, seconds);
    }
    seconds.set(second, this.#size);
    return this.#size++;
  }

  #word(word: string, grow: boolean): Known {
    const known = this.#words.get(word);
    if (known !== undefined) return known;
    const stop = isStopWord(word);
    const marked = `^${word}$`;
    const pieces: number[] = [];
    if (!stop)
      for (const length of PIECES)
        for (let at = 0; at + length <= marked.length; at += 1)
          pieces.push(this.#number(marked.slice(at, at + length), grow));
    const read = { stem: this.#number(`${stem(word)} `, grow), stop, share: 1 / Math.max(3, word.length), pieces };
    if (grow) this.#words.set(word, read);
    return read;
  }

  /** Adds the features of words in a row; returns their weight together, with those that are unknown. */
  read(words: readonly string[], grow: boolean, into: Sums): number {
    let whole = 0;
    const add = (feature: number, weight: number): void => {
      whole += weight;
      if (feature >= 0) into.add(feature, weight);
    };
    let before: Known | null = null;
    for (const word of words) {
      const now = this.#word(word, grow);
      add(now.stem, now.stop ? STOP_WORD : 1);
      if (before !== null) add(this.#pair(before.stem, now.stem, grow), before.stop && now.stop ? STOP_PAIR : PAIR);
      for (const piece of now.pieces) add(piece, now.share);
      before = now;
    }
    return whole;
  }
}

/** Features of a class with their weights, in parallel. */
type Profile = { readonly features: Int32Array; readonly weights: Float64Array };

/** Reads the texts of the items that somebody curated; the others are no classes. */
export function trainClassifier(items: readonly LibraryItem[]): Classifier {
  const vocabulary = new Vocabulary();
  const numbers = items.flatMap((item, number) => (item.questions.length < QUESTIONS_MIN ? [] : [number]));
  const { profiles, uses } = readProfiles(
    numbers.flatMap((number) => items[number] ?? []),
    vocabulary,
  );
  const texts = uses.reduce((most, count) => Math.max(most, count), 0);
  const totals = new Float64Array(vocabulary.size);
  const sums = profiles.map(({ features, weights }) => {
    let sum = 0;
    for (let at = 0; at < features.length; at += 1) {
      const feature = features[at] ?? 0;
      const value = (weights[at] ?? 0) * Math.log(1 + texts / (1 + (uses[feature] ?? 0)));
      weights[at] = value;
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
  const odds = classOdds(profiles, totals);
  return {
    typical: (words) => {
      const typical = new Float32Array(items.length);
      const asked = new Sums();
      const whole = vocabulary.read(words, false, asked);
      if (whole === 0) return typical;
      const scores = new Float64Array(profiles.length);
      let known = 0;
      let common = 0;
      for (const feature of asked.touched) {
        const weight = asked.values[feature] ?? 0;
        known += weight;
        common += weight * Math.log((totals[feature] ?? 0) + SMOOTHING);
        odds.add(feature, weight, scores);
      }
      numbers.forEach((number, at) => {
        const score = (scores[at] ?? 0) + known * (base[at] ?? 0) - common;
        typical[number] = Math.max(0, score / whole);
      });
      return typical;
    },
  };
}

/** Each class's features, each text of length 1; `uses` counts the texts that have a feature. */
function readProfiles(
  items: readonly LibraryItem[],
  vocabulary: Vocabulary,
): { readonly profiles: readonly Profile[]; readonly uses: Float64Array } {
  const uses = new Sums();
  const line = new Sums();
  const profile = new Sums();
  const read = (text: string, weight: number): void => {
    vocabulary.read(wordsOf(text), true, line);
    let square = 0;
    for (const feature of line.touched) square += (line.values[feature] ?? 0) ** 2;
    const share = weight / Math.sqrt(square || 1);
    for (const feature of line.touched) {
      uses.add(feature, 1);
      profile.add(feature, share * (line.values[feature] ?? 0));
    }
    line.clear();
  };
  const profiles = items.map((item): Profile => {
    read(item.title, TEXTS.title);
    for (const text of item.aliases) read(text, TEXTS.alias);
    for (const text of item.questions) read(text, TEXTS.question);
    for (const { text } of item.statements) read(text, TEXTS.statement);
    const features = new Int32Array(profile.touched);
    const weights = new Float64Array(features.length);
    features.forEach((feature, at) => {
      weights[at] = profile.values[feature] ?? 0;
    });
    profile.clear();
    return { features, weights };
  });
  return { profiles, uses: uses.values };
}

/** By feature: the classes that have it, with what it adds to the log odds of a class that had it not. */
function classOdds(
  profiles: readonly Profile[],
  totals: Float64Array,
): { readonly add: (feature: number, weight: number, scores: Float64Array) => void } {
  const starts = new Int32Array(totals.length + 1);
  for (const { features } of profiles)
    for (const feature of features) starts[feature + 1] = (starts[feature + 1] ?? 0) + 1;
  for (let at = 1; at < starts.length; at += 1) starts[at] = (starts[at] ?? 0) + (starts[at - 1] ?? 0);
  const next = starts.slice();
  const classes = new Int32Array(starts.at(-1) ?? 0);
  const values = new Float32Array(classes.length);
  profiles.forEach(({ features, weights }, number) => {
    for (let at = 0; at < features.length; at += 1) {
      const feature = features[at] ?? 0;
      const own = weights[at] ?? 0;
      const total = totals[feature] ?? 0;
      const place = next[feature] ?? 0;
      next[feature] = place + 1;
      classes[place] = number;
      values[place] = Math.log(
        ((own + SMOOTHING) * (total + SMOOTHING)) / (SMOOTHING * (Math.max(0, total - own) + SMOOTHING)),
      );
    }
  });
  return {
    add(feature, weight, scores) {
      for (let at = starts[feature] ?? 0; at < (starts[feature + 1] ?? 0); at += 1) {
        const number = classes[at] ?? 0;
        scores[number] = (scores[number] ?? 0) + weight * (values[at] ?? 0);
      }
    },
  };
}
