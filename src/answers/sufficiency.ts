/**
 * Is what was found about what was asked? A score threshold cannot say (measured: AUC 0.73), so it is judged from the
 * question's own words: how many of them the item covers, how near a curated question comes, and whether any of them
 * names a subject that is foreign to every document.
 */
import type { Query } from './query.ts';
import type { Ranked } from './retrieve.ts';
import type { SearchIndex } from './search-index.ts';

/** The verdict with its reason, for `--explain`. */
export type Sufficiency = { readonly enough: boolean; readonly why: string };

/**
 * A logistic fit over 2,320 curated questions, each asked while left out of the index, against 360 questions that are
 * out of scope: AUC 0.89, the best single feature (coverage) 0.87.
 */
const WEIGHTS = { coverage: 2.18, entry: 2.19, fields: 3.57, words: 2.91, unknown: -0.9 } as const;
/** Below this the item is about something else; 3 % of the curated questions fall below. */
const LEAST = 4.1;
/** The question names the document the item is from, so its subject is hardly in doubt. */
const NAMED_EASE = 0.6;
const SURE_ENTRY = 0.85;
/** A question with one word of a topic is about an item that has it in its title, an alias or a question. */
const LONE_ENTRY = 0.4;

/** Judges the best hit. `named`: the question names the document the hit is from, so its subject is not in doubt. */
export function judge(index: SearchIndex, query: Query, best: Ranked | undefined, named = false): Sufficiency {
  if (best === undefined) return { enough: false, why: 'nothing shares a word with the question' };
  const known = query.own.filter((word) => index.fields.has(word) || query.offers.has(word));
  if (query.own.length === 0) return { enough: false, why: 'no word of the question carries a topic' };
  if (known.length === 0) return { enough: false, why: 'no word of the question occurs in the library' };
  if (query.unknown.some((word) => /\d{3}|[a-z]\d{2,}|\d[a-z]{2}/.test(word)))
    return { enough: false, why: 'a code in the question occurs nowhere' };
  const foreign = query.own.find(
    (word) => query.foreign.has(word) && !index.stemsOf(best.item).has(word) && !query.offers.has(word),
  );
  if (foreign !== undefined && best.entry < SURE_ENTRY)
    return { enough: false, why: `"${foreign}" is no subject of the library` };
  if (best.entry >= SURE_ENTRY) return { enough: true, why: 'a curated question or title says nearly the same' };
  const topics = query.own.filter((word) => !query.neutral.has(word));
  const unknown = topics.filter((word) => query.unknown.includes(word)).length / Math.max(1, topics.length);
  if (unknown > 0.67 && best.entry < 0.6)
    return { enough: false, why: 'most of the words occur nowhere in the library' };
  if (topics.length === 1 && best.entry < LONE_ENTRY && !named)
    return { enough: false, why: 'its one word of a topic is in no title and no curated question' };
  const sum =
    WEIGHTS.coverage * best.coverage +
    WEIGHTS.entry * best.entry +
    WEIGHTS.fields * best.fields +
    (WEIGHTS.words * Math.min(8, query.own.length)) / 8 +
    WEIGHTS.unknown * unknown +
    (named ? NAMED_EASE : 0);
  const why = `sum ${sum.toFixed(2)}: coverage ${best.coverage.toFixed(2)}, nearest entry ${best.entry.toFixed(2)}, fields ${best.fields.toFixed(2)}`;
  return { enough: sum >= LEAST, why };
}
