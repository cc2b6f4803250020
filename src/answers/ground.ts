/**
 * Is a sentence supported by what it cites? Checks without a model, measured in the project's notes: a verbatim quote
 * catches wrong citations, numbers and names catch inventions, negation and scope words catch reversals and
 * exaggerations, and the RACI table catches swapped roles.
 */
import type { Library, LibraryItem } from '#src/knowledge/library.ts';
import { RACI_LETTERS } from '#src/knowledge/library.ts';
import { itemPassages } from '#src/knowledge/passages.ts';
import { allStems, isStopWord, stem, tokens } from './text.ts';
import type { ModelSentence } from './types.ts';
import { lettersAsked } from './understand/letters.ts';
import { rolesIn } from './understand/role-mentions.ts';

/** Why a sentence was dropped. */
export type GroundFault =
  | 'no_citation'
  | 'citation_not_allowed'
  | 'quote_not_verbatim'
  | 'number'
  | 'entity'
  | 'negation'
  | 'scope'
  | 'roles'
  | 'markup'
  | 'unsupported_words';

export type GroundResult = { readonly ok: true } | { readonly ok: false; readonly reason: GroundFault };

const NEGATION =
  /\b(?:not|no|never|none|nobody|nothing|neither|nor|without|cannot|can't|don't|doesn't|isn't|aren't|won't|mustn't|shouldn't|unless|except|excluding)\b/gi;
const SCOPE = [
  'all',
  'any',
  'every',
  'each',
  'always',
  'only',
  'solely',
  'exclusively',
  'must',
  'shall',
  'mandatory',
  'required',
  'annually',
  'yearly',
  'monthly',
  'quarterly',
  'weekly',
  'daily',
  'immediately',
  'at least',
  'at most',
  'maximum',
  'minimum',
  'permanently',
  'automatically',
  'optional',
  'forbidden',
  'prohibited',
  'allowed',
  'guarantee',
  'completely',
  'entirely',
  'within',
  'before',
  'after',
  'more than',
  'less than',
  'or',
  'jointly',
  'false',
  'untrue',
  'wrong',
  'incorrect',
  'hardly',
  'rarely',
  'seldom',
  'sometimes',
  'alone',
];
const EQUAL_SCOPE: Readonly<Record<string, readonly string[]>> = {
  must: ['required', 'has to', 'have to', 'needs', 'need', 'shall', 'is to', 'are to', 'mandatory'],
  required: ['must', 'has to', 'have to', 'needs', 'mandatory'],
  mandatory: ['must', 'required'],
  shall: ['must'],
  every: ['all', 'each', 'any'],
  all: ['every', 'each'],
  each: ['every', 'all'],
  annually: ['yearly', 'every year', 'annual'],
  yearly: ['annually', 'annual', 'every year'],
  only: ['alone', 'restricted to', 'limited to'],
  allowed: ['may', 'only', 'restrict'],
};
const MARKUP = /https?:\/\/|www\.|<[!@#]|@(?:channel|here|everyone)\b|\[[^\]]*\]\([^)]*\)|```/i;
const LEAST_SUPPORT = 0.6;

/** Checks one sentence of a model against the items it was given. */
export function groundSentence(library: Library, allowed: ReadonlySet<string>, claim: ModelSentence): GroundResult {
  if (MARKUP.test(claim.sentence)) return { ok: false, reason: 'markup' };
  if (claim.cites.length === 0) return { ok: false, reason: 'no_citation' };
  const items: LibraryItem[] = [];
  for (const cite of claim.cites) {
    const item = library.items.get(cite.id);
    if (item === undefined || !allowed.has(cite.id)) return { ok: false, reason: 'citation_not_allowed' };
    if (!isVerbatim(item, cite.quote)) return { ok: false, reason: 'quote_not_verbatim' };
    items.push(item);
  }
  const quotes = claim.cites.map((cite) => cite.quote).join(' ');
  const passages = items
    .flatMap(itemPassages)
    .map((passage) => passage.text)
    .join(' ');
  const support = `${items.map((item) => `${item.id} ${item.title}`).join(' ')} ${passages}`;
  if (!numbersSupported(claim.sentence, `${quotes} ${items.map((item) => `${item.id} ${item.title}`).join(' ')}`))
    return { ok: false, reason: 'number' };
  if (!entitiesSupported(library, claim.sentence, support)) return { ok: false, reason: 'entity' };
  // As often, not only at all: "it is not true that nobody ..." turns a statement round that has one already.
  if (negations(claim.sentence) !== negations(quotes)) return { ok: false, reason: 'negation' };
  if (!scopeSupported(claim.sentence, quotes)) return { ok: false, reason: 'scope' };
  if (!rolesSupported(library, items, claim.sentence)) return { ok: false, reason: 'roles' };
  if (support === '' || supportShare(claim.sentence, support) < LEAST_SUPPORT)
    return { ok: false, reason: 'unsupported_words' };
  return { ok: true };
}

/**
 * Does a sentence in another language carry only the numbers and abbreviations of its English words, and no markup? The
 * rest of what it says was checked in English.
 */
export function keepsFigures(sentence: string, english: string): boolean {
  if (MARKUP.test(sentence)) return false;
  // A date or a decimal is written otherwise in other languages: only the digits are compared.
  const digits = (text: string): readonly string[] => text.match(/\d+/g) ?? [];
  const capitals = (text: string): readonly string[] => text.match(/\b[A-Z][A-Z0-9-]+\b/g) ?? [];
  const same = (found: readonly string[], wanted: readonly string[]): boolean =>
    [...found].sort().join(' ') === [...wanted].sort().join(' ');
  return same(digits(sentence), digits(english)) && same(capitals(sentence), capitals(english));
}

/** Does the quote stand in one of the item's passages, white space aside? */
function isVerbatim(item: LibraryItem, quote: string): boolean {
  const wanted = squeeze(quote);
  return wanted.length >= 8 && itemPassages(item).some((passage) => squeeze(passage.text).includes(wanted));
}

/** Is a citation's quote made of the item's passages: a part of one, or several whole ones? */
export function isQuoteOf(item: LibraryItem, quote: string): boolean {
  const passages = itemPassages(item).map(({ text }) => squeeze(text));
  const wanted = squeeze(quote);
  if (wanted === '' || passages.some((text) => text.includes(wanted))) return wanted !== '';
  const longestFirst = [...passages].sort((a, b) => b.length - a.length);
  return longestFirst.reduce((rest, text) => rest.replaceAll(text, ' '), wanted).trim() === '';
}

function negations(text: string): number {
  return text.match(NEGATION)?.length ?? 0;
}

function squeeze(text: string): string {
  return text.replace(/\s+/g, ' ').trim().toLowerCase();
}

function numbersSupported(sentence: string, support: string): boolean {
  const found = sentence.match(/\d+(?:[.,]\d+)*\s?%?/g) ?? [];
  const hay = support.replace(/\s/g, '');
  return found.every((number) => hay.includes(number.replace(/\s/g, '')));
}

/** Names (capitalised inside the sentence, or abbreviations) and roles have to stand in the cited items. */
function entitiesSupported(library: Library, sentence: string, support: string): boolean {
  const hay = ` ${allStems(support).join(' ')} `;
  const words = sentence.split(/\s+/);
  for (const [at, raw] of words.entries()) {
    const word = raw.replace(/^[^\w]+|[^\w]+$/g, '');
    const named = /^[A-Z]{2,}/.test(word) || (at > 0 && /^[A-Z]/.test(word) && !/[.!?:]$/.test(words[at - 1] ?? ''));
    if (named && !allStems(word).every((part) => hay.includes(` ${part} `))) return false;
  }
  return rolesIn(library.roles, sentence)
    .filter((role) => !role.short)
    .every((role) => {
      const spellings = [
        role.role,
        ...(library.roles.get(role.role)?.spellings ?? []),
        library.roles.get(role.role)?.abbreviation ?? role.role,
      ];
      return spellings.some((name) => hay.includes(` ${allStems(name).join(' ')} `));
    });
}

function scopeSupported(sentence: string, quotes: string): boolean {
  const has = (text: string, phrase: string): boolean => new RegExp(`\\b${phrase}\\b`, 'i').test(text);
  return SCOPE.every(
    (word) =>
      !has(sentence, word) || has(quotes, word) || (EQUAL_SCOPE[word] ?? []).some((other) => has(quotes, other)),
  );
}

/** A sentence with a role and a letter's word must agree with the table of every cited item that has one. */
function rolesSupported(library: Library, items: readonly LibraryItem[], sentence: string): boolean {
  const withTable = items.filter((item) => item.raci !== undefined);
  if (withTable.length === 0) return true;
  for (const clause of sentence.split(/[;.]|,? while |,? whereas |, and (?=[A-Z])/)) {
    const { letters } = lettersAsked(clause);
    const roles = rolesIn(library.roles, clause).filter((role) => !role.short);
    if (letters.length !== 1 || roles.length === 0) continue;
    const letter = RACI_LETTERS.find((one) => one === letters[0]);
    if (letter === undefined) continue;
    const stands = new Set(
      withTable.flatMap((item) =>
        (item.raci?.[letter] ?? []).flatMap((mention) => [
          ...library.roles.resolve(mention.name),
          ...(mention.note === null ? [] : library.roles.resolve(mention.note.replace(/^or /i, ''))),
        ]),
      ),
    );
    if (!roles.every((role) => stands.has(role.role))) return false;
  }
  return true;
}

function supportShare(sentence: string, support: string): number {
  const hay = new Set(allStems(support));
  const words = tokens(sentence)
    .filter((token) => !isStopWord(token.word))
    .map((token) => stem(token.word));
  return words.length === 0 ? 0 : words.filter((word) => hay.has(word)).length / words.length;
}
