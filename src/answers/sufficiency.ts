/**
 * Is what was found about what was asked? A score threshold cannot say (measured: AUC 0.73), so it is judged from the
 * question's own words: how many of them the item covers, and whether any of them is foreign to every document.
 */
import type { Query } from './query.ts';
import type { Ranked } from './retrieve.ts';
import type { SearchIndex } from './search-index.ts';

/** The verdict with its reason, for `--explain`. */
export type Sufficiency = { readonly enough: boolean; readonly why: string };

/** Judges the best hit. */
export function judge(index: SearchIndex, query: Query, best: Ranked | undefined): Sufficiency {
  if (best === undefined) return { enough: false, why: 'nothing shares a word with the question' };
  const known = query.own.filter((word) => index.fields.has(word) || query.offers.has(word));
  if (query.own.length === 0) return { enough: false, why: 'no word of the question carries a topic' };
  if (known.length === 0) return { enough: false, why: 'no word of the question occurs in the library' };
  if (query.unknown.some((word) => /\d{3}|[a-z]\d{2,}|\d[a-z]{2}/.test(word))) return { enough: false, why: 'a code in the question occurs nowhere' };
  const foreign = query.unknown.length / query.own.length;
  if (best.entry >= 0.6) return { enough: true, why: 'nearly a curated question, alias or title' };
  if (best.entry >= 0.42 && foreign <= 0.34) return { enough: true, why: 'close to a curated question, alias or title' };
  if (best.coverage >= 0.62) return { enough: true, why: 'the item covers most words of the question' };
  if (best.coverage >= 0.45 && best.entry >= 0.3 && foreign <= 0.4) return { enough: true, why: 'the item covers the main words' };
  return { enough: false, why: `coverage ${best.coverage.toFixed(2)}, nearest entry ${best.entry.toFixed(2)}, foreign ${foreign.toFixed(2)}` };
}
