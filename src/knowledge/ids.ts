/** Item ids as people write them: `wp 2.6.1`, `GRC 05`, `policy 4.3`, `clause 4.3`, `§2.6.1`, with look-alike letters. */
import type { Library } from './library.ts';
import { foldText } from './names.ts';

/** The domains of the AI Controls Matrix; `GRC 05` is read as a control id only for these. */
const AICM_DOMAINS = 'A&A|AIS|BCR|CCC|CEK|DCS|DSP|GRC|HRS|IAM|IPY|I&S|IVS|LOG|MDS|SEF|STA|TVM|UEM';

/** An id found in a text. `known` says whether the library has the item. */
export type IdMention = {
  readonly id: string;
  readonly known: boolean;
  /** 0-based start and end in the folded text. */
  readonly start: number;
  readonly end: number;
};

/** Which document a bare number ("2.1") belongs to, when the question says so. */
export type IdHints = { readonly prefix: 'WP' | 'POL' | null };

const PATTERNS: readonly { readonly pattern: RegExp; readonly id: (match: RegExpExecArray) => string | null }[] = [
  {
    pattern:
      /\b(?:the )?(?:pol|(?:ai )?(?:security )?policy|clause)(?:'s)?[\s,:#-]*(?:clause|section|sec\.?|no\.?|item|§)?[\s#:-]*(\d{1,2}(?:\.\d{1,2}){0,2})\b(?!\s?%)/gi,
    id: (match) => `POL-${match[1]}`,
  },
  {
    pattern:
      /\b(?:wp|(?:csa )?white ?paper|paper)(?:'s)?[\s,:#-]*(?:section|sec\.?|chapter|no\.?|§)?[\s#:-]*(\d(?:\.\d{1,2}){0,3})\b(?!\s?%)/gi,
    id: (match) => `WP-${match[1]}`,
  },
  {
    pattern: new RegExp(
      `(?<![A-Za-z0-9&])(?:aicm[\\s_-]*)?(${AICM_DOMAINS})[\\s_.#-]*([0-9OolI]{1,2})(?![A-Za-z0-9.])`,
      'gi',
    ),
    id: (match) => `AICM-${(match[1] ?? '').toUpperCase()}-${digits(match[2] ?? '').padStart(2, '0')}`,
  },
];

const SECTION =
  /(?:(?<=\b(?:section|sec|chapter|para|paragraph)\.?\s?#?)|(?<=§\s?))(\d{1,2}(?:\.\d{1,2}){0,3})\b(?!\s?%)/gi;
const BARE = /(?<![\w.%-])(\d(?:\.\d{1,2}){1,3})(?![\w%]|\.\d|\s?(?:%|percent))/g;
const NOT_A_SECTION =
  /\b(?:tls|ssl|v|ver|version|rev|release|iso|iec|27001|42001|27701|nist|a|b|c|d|measure|manage|map|govern|gv|article|art|annex|python|aicm|ccm|gpt|top)[\s.:_-]*$/i;

/** Every id a text mentions, in order of appearance, each once. */
export function findIds(library: Library, text: string, hints: IdHints = { prefix: null }): readonly IdMention[] {
  const folded = foldText(text);
  const found: IdMention[] = [];
  const add = (id: string, start: number, end: number): void => {
    if (found.some((other) => start < other.end && end > other.start)) return;
    found.push({ id: exactCase(library, id), known: has(library, id), start, end });
  };
  for (const [id, start, end] of literalIds(library, folded)) add(id, start, end);
  for (const { pattern, id } of PATTERNS) {
    for (const match of folded.matchAll(pattern)) {
      if (/^(?:the )?clause/i.test(match[0]) && isOfAStandard(folded, match.index, match.index + match[0].length))
        continue;
      const value = id(match);
      if (value !== null) add(value, match.index, match.index + match[0].length);
    }
  }
  for (const pattern of [SECTION, BARE]) {
    for (const match of folded.matchAll(pattern)) {
      const number = match[1] ?? '';
      if (pattern === BARE && NOT_A_SECTION.test(folded.slice(0, match.index))) continue;
      if (isOfAStandard(folded, match.index, match.index + match[0].length)) continue;
      const end = match.index + match[0].length;
      add(sectionId(library, number, documentAfter(folded.slice(end)) ?? hints), match.index, end);
    }
  }
  return dedupe(found.sort((a, b) => a.start - b.start));
}

/** "section 1.1 of the paper", "3.1 (policy)": the document named right behind a number. */
function documentAfter(rest: string): IdHints | null {
  if (/^\s*(?:of|in|from|\()\s?(?:the |our )?(?:csa )?(?:white ?)?paper\b/i.test(rest)) return { prefix: 'WP' };
  return /^\s*(?:of|in|from|\()\s?(?:the |our )?(?:ai )?(?:security )?policy\b/i.test(rest) ? { prefix: 'POL' } : null;
}

/** "ISO 42001 clause 8.3", "clause 8.3 of 42001": the clause of an outside standard. */
function isOfAStandard(text: string, start: number, end: number): boolean {
  return (
    /\b(?:iso|iec|42001|27001|27701)[\s/:,\d-]*(?:clause|section|§)?\s*$/i.test(text.slice(0, start)) ||
    /^\s*(?:of|in|from) (?:the )?(?:iso|iec|42001|27001|27701)\b/i.test(text.slice(end))
  );
}

/** A number without its document: three parts are the whitepaper's, else what the hint says, else the policy first. */
function sectionId(library: Library, number: string, hints: IdHints): string {
  if (hints.prefix !== null) return `${hints.prefix}-${number}`;
  if (number.split('.').length > 2) return `WP-${number}`;
  if (has(library, `WP-${number}`) && !has(library, `POL-${number}`)) return `WP-${number}`;
  return `POL-${number}`;
}

/** Ids written out in full (`NIST-AC-2(1)`), and their part after the prefix when it has a hyphen (`AC-2`). */
function* literalIds(library: Library, text: string): Generator<readonly [string, number, number]> {
  for (const match of text.matchAll(
    /(?<![\w.-])[A-Za-z][A-Za-z0-9&]*(?:[-][A-Za-z0-9&]+(?:\.[0-9]+)*)+(?:\([0-9]+\))?/g,
  )) {
    const id = lookup(library).get(match[0].toLowerCase());
    if (id !== undefined) yield [id, match.index, match.index + match[0].length];
  }
}

const lookups = new WeakMap<Library, ReadonlyMap<string, string>>();

function lookup(library: Library): ReadonlyMap<string, string> {
  const known = lookups.get(library);
  if (known !== undefined) return known;
  const map = new Map<string, string>();
  for (const id of library.items.keys()) map.set(id.toLowerCase(), id);
  for (const id of library.items.keys()) {
    const tail = id.slice(id.indexOf('-') + 1).toLowerCase();
    if (/^[a-z]{2,}-\d/.test(tail) && !map.has(tail)) map.set(tail, id);
  }
  lookups.set(library, map);
  return map;
}

function exactCase(library: Library, id: string): string {
  return lookup(library).get(id.toLowerCase()) ?? id;
}

function has(library: Library, id: string): boolean {
  return lookup(library).has(id.toLowerCase());
}

function digits(text: string): string {
  return text.replace(/[oO]/g, '0').replace(/[lI]/g, '1');
}

function dedupe(mentions: readonly IdMention[]): readonly IdMention[] {
  return mentions.filter((mention, index) => mentions.findIndex((other) => other.id === mention.id) === index);
}

/**
 * The item a person means by a text that is only an id, in any spelling.
 * @returns the item's id; `unknown` with the id as understood; or `none` when the text holds no id.
 */
export function resolveId(
  library: Library,
  text: string,
):
  | { readonly ok: true; readonly id: string }
  | { readonly ok: false; readonly reason: 'unknown' | 'none'; readonly id: string | null } {
  const exact = lookup(library).get(foldText(text).trim().toLowerCase());
  if (exact !== undefined) return { ok: true, id: exact };
  const mention = findIds(library, text)[0];
  if (mention === undefined) return { ok: false, reason: 'none', id: null };
  return mention.known ? { ok: true, id: mention.id } : { ok: false, reason: 'unknown', id: mention.id };
}
