/**
 * Is what was found about what was asked? A score threshold cannot say (measured: AUC 0.73), so it is judged from the
 * question's own words: how many of them the item covers, and whether any of them is foreign to every document.
 */
import type { Query } from './query.ts';
import type { Ranked } from './retrieve.ts';
import type { SearchIndex } from './search-index.ts';

/** The verdict with its reason, for `--explain`. */
export type Sufficiency = { readonly enough: boolean; readonly why: string };

/** Below this share of the question's words (by rarity) the item is about something else. */
const LEAST_COVERAGE = 0.39;

/** Judges the best hit. `named`: the question names the document the hit is from, so its subject is not in doubt. */
export function judge(index: SearchIndex, query: Query, best: Ranked | undefined, named = false): Sufficiency {
  if (best === undefined) return { enough: false, why: 'nothing shares a word with the question' };
  const known = query.own.filter((word) => index.fields.has(word) || query.offers.has(word));
  if (query.own.length === 0) return { enough: false, why: 'no word of the question carries a topic' };
  if (known.length === 0) return { enough: false, why: 'no word of the question occurs in the library' };
  if (query.unknown.some((word) => /\d{3}|[a-z]\d{2,}|\d[a-z]{2}/.test(word)))
    return { enough: false, why: 'a code in the question occurs nowhere' };
  const foreign = query.unknown.length / query.own.length;
  if (foreign >= 0.5 && best.entry < 0.75)
    return { enough: false, why: 'half of the words occur nowhere in the library' };
  const ease = named ? 0.09 : 0;
  if (best.coverage < LEAST_COVERAGE - ease && best.entry < 0.85)
    return { enough: false, why: `the item covers only ${best.coverage.toFixed(2)} of the question` };
  if (best.coverage < 0.5 - ease && best.entry < 0.5 - ease)
    return { enough: false, why: 'neither the words nor any curated question come near' };
  if (best.entry < 0.32 && best.coverage < 0.74)
    return { enough: false, why: 'no title, alias or question comes near' };
  if (best.entry >= 0.38 || best.coverage >= 0.6)
    return { enough: true, why: `coverage ${best.coverage.toFixed(2)}, nearest entry ${best.entry.toFixed(2)}` };
  return {
    enough: false,
    why: `coverage ${best.coverage.toFixed(2)}, nearest entry ${best.entry.toFixed(2)}, foreign ${foreign.toFixed(2)}`,
  };
}
