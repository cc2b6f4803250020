/** Comparing names that people and documents spell in several ways. */

/** Letters of other scripts that look like Latin ones; ids typed or pasted with them still find their item. */
const LOOK_ALIKES: Readonly<Record<string, string>> = {
  А: 'A', В: 'B', С: 'C', Е: 'E', Н: 'H', І: 'I', Ј: 'J', К: 'K', М: 'M', О: 'O', Р: 'P', Ѕ: 'S', Т: 'T', Х: 'X', У: 'Y',
  а: 'a', с: 'c', е: 'e', і: 'i', ј: 'j', о: 'o', р: 'p', ѕ: 's', х: 'x', у: 'y', ԁ: 'd', ѡ: 'w',
  Α: 'A', Β: 'B', Ε: 'E', Ζ: 'Z', Η: 'H', Ι: 'I', Κ: 'K', Μ: 'M', Ν: 'N', Ο: 'O', Ρ: 'P', Τ: 'T', Υ: 'Y', Χ: 'X', ο: 'o',
  ν: 'v', '–': '-', '—': '-', '‐': '-', '‑': '-', '−': '-', '’': "'", '‘': "'", '“': '"', '”': '"', '․': '.', '。': '.',
}; // biome-ignore format: a table

/**
 * Folds compatibility forms (full-width digits, ligatures), look-alike letters and typographic dashes and quotes, and
 * drops control and invisible characters, so that the rest of the code sees plain text. Letters of a word that has no
 * Latin letter or digit are left alone unless every one of them has a look-alike (an id such as a Cyrillic `АС`).
 */
export function foldText(text: string): string {
  // Nearly every text is plain already, and there are thousands of them at each start.
  if (/^[\x20-\x7e]*$/.test(text)) return text;
  const plain = text.normalize('NFKC').replace(/[\p{Cc}\p{Cf}]/gu, (c) => (/\s/.test(c) ? ' ' : ''));
  return plain.replace(/[^\s]+/gu, (word) => {
    if (/^[\x20-\x7e]*$/.test(word)) return word;
    const letters = Array.from(word);
    const mixed = /[A-Za-z0-9]/.test(word);
    const allKnown = letters.every((c) => c < '\x7f' || Object.hasOwn(LOOK_ALIKES, c));
    if (!mixed && !allKnown) return word;
    return letters.map((c) => (Object.hasOwn(LOOK_ALIKES, c) ? LOOK_ALIKES[c] : c)).join('');
  });
}

/** Singular of an English word as far as a name comparison needs it. */
export function singular(word: string): string {
  if (word.length <= 3 || /(ss|us|is|ops)$/.test(word)) return word;
  if (/[^aeiou]ies$/.test(word)) return `${word.slice(0, -3)}y`;
  return word.endsWith('s') ? word.slice(0, -1) : word;
}

/**
 * Key under which two spellings of one name agree: case, plural, punctuation, articles and anything in brackets are
 * ignored. `Chief Risk Officers (CRO)` and `the chief risk officer` have the same key.
 */
export function nameKey(name: string): string {
  return foldText(name)
    .toLowerCase()
    .replace(/\([^)]*\)/g, ' ')
    .replace(/&/g, ' and ')
    .replace(/'s?\b/g, '')
    .replace(/[^a-z0-9\u00c0-\uffff]+/g, ' ')
    .trim()
    .split(' ')
    .filter((word) => word !== 'the' && word !== 'our')
    .map(singular)
    .join(' ');
}

/** A role as an answer prints it: without a trailing abbreviation in brackets. */
export function withoutAbbreviation(name: string): string {
  return name.replace(/\s*\([A-Z][A-Za-z/&-]{1,9}\)\s*$/, '').trim();
}
