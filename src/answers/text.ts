/** Words, stems and n-grams: how questions and items are made comparable. */
import { stemmer } from 'stemmer';
import { foldText } from '#src/knowledge/names.ts';
import { FUNCTION_WORDS } from './languages.ts';

/** Words that carry no topic. */
const STOP_WORDS = new Set(
  `a an the this that these those it its is are was were be been being am do does did doing done have has had having
  of in on at to for from by with without into onto over under about as and or but nor so if then than too very can could
  should would shall will may might must need needs i me my we us our ours you your they them their he she his her who whom
  whose which what when where why how whats whos hows wheres im ive id were youre theyre theres there here just also any
  some all each every both either per please pls plz thanks thank hi hey hello hey ok okay kindly tell give show list name
  explain describe say says said mean means get gets got getting let lets want wants like know knows does dont doesnt isnt
  not no yes re s t d ll ve m eg ie etc vs via up out off down again still only really actually exactly basically
  something anything someone anybody anyone somebody thing things stuff lot bit kind sort kinds sorts one ones other others
  another own our everyone everybody us question quick quickly short briefly make makes made making sure happen happens regarding regard regards concerning respect bout`.split(
    /\s+/,
  ),
);

/** A word in lower case with where it stands in the folded text. */
export type Token = { readonly word: string; readonly start: number; readonly end: number };

/** Splits into lower-case words; keeps `k8s`, `27001`, `c5`; `just-in-time` becomes three words. */
export function tokens(text: string): readonly Token[] {
  const folded = foldText(text);
  const found: Token[] = [];
  for (const match of folded.matchAll(/[\p{L}\p{N}]+(?:['][\p{L}]+)?/gu)) {
    const word = match[0].toLowerCase().replace(/'s$/, '').replace(/'/g, '');
    found.push({ word, start: match.index, end: match.index + match[0].length });
  }
  return found;
}

/** The words of {@link tokens} without their places; quick for plain text, because an index reads every text at each start. */
export function wordsOf(text: string): readonly string[] {
  if (!/^[\x20-\x7e]*$/.test(text)) return tokens(text).map(({ word }) => word);
  const found = text.toLowerCase().match(/[a-z0-9]+(?:'[a-z]+)?/g) ?? [];
  return text.includes("'") ? found.map((word) => word.replace(/'s$/, '').replace(/'/g, '')) : found;
}

const stems = new Map<string, string>();
const MAX_CACHED_STEMS = 50_000;

/** Stem of a word, with British and American spellings brought together. */
export function stem(word: string): string {
  const known = stems.get(word);
  if (known !== undefined) return known;
  const spelled = word
    .replace(/is(e|ed|es|er|ers|ing|ation|ations)$/, 'iz$1')
    .replace(/yse(d|s|r)?$/, 'yze$1')
    .replace(/our(s|ed|ing)?$/, 'or$1')
    .replace(/ogue(s)?$/, 'og$1')
    .replace(/programme/, 'program')
    .replace(/(l)l(ed|ing|er)$/, '$1$2');
  const value = /^[a-z]+$/.test(spelled) ? stemmer(spelled) : spelled;
  if (stems.size >= MAX_CACHED_STEMS) stems.clear();
  stems.set(word, value);
  return value;
}

/** Is it a word without a topic? */
export function isStopWord(word: string): boolean {
  return STOP_WORDS.has(word) || FUNCTION_WORDS.has(word);
}

/** Stems of the words that carry a topic, in order, with repetitions. */
export function topicStems(text: string): readonly string[] {
  return tokens(text)
    .filter((token) => !isStopWord(token.word))
    .map((token) => stem(token.word));
}

/** All stems, stop words too. */
export function allStems(text: string): readonly string[] {
  return tokens(text).map((token) => stem(token.word));
}

/** Character trigrams of a word with its borders marked. */
export function trigrams(word: string): readonly string[] {
  const marked = `^${word}$`;
  const grams: string[] = [];
  for (let i = 0; i + 3 <= marked.length; i += 1) grams.push(marked.slice(i, i + 3));
  return grams;
}

/** Edits between two words (insert, delete, replace, swap neighbours), or `limit + 1` when there are more. */
export function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    let best = i;
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, (before[j - 2] ?? 0) + 1);
      next.push(cost);
      best = Math.min(best, cost);
    }
    if (best > limit) return limit + 1;
    before = row;
    row = next;
  }
  return row[b.length] ?? limit + 1;
}
