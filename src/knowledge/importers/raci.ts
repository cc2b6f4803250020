/**
 * Reads a RACI as the whitepaper prints it, in four forms: one line with the letters in brackets behind the names; a
 * list "Responsible: names"; the same with bold letters and a sentence of prose after the name; and prose without
 * bold. Blank lines and lost indentation in between do not end it.
 */
import type { RaciLetter } from '../schema.ts';
import type { ImportWarning, Line } from './source.ts';
import { plainText, squeeze } from './text.ts';

export type Mention = string | { name: string; note: string };
export type RaciDraft = Record<RaciLetter, Mention[]>;
export type RaciReading = {
  readonly raci: RaciDraft;
  readonly alternatives: RaciLetter[];
  readonly prose: readonly string[];
};

const LETTERS: Readonly<Record<string, RaciLetter>> = {
  responsible: 'responsible',
  accountable: 'accountable',
  consulted: 'consulted',
  informed: 'informed',
};
const LETTER_LINE = /^[-•*\s]*(?:\*\*)?(Responsible|Accountable|Consulted|Informed)\s*:\s*(?:\*\*)?\s*(.*)$/i;
/** Where the role's name ends and a sentence about it begins. */
const VERB =
  /\s*,?\s+(?:(?:is|are|was|were|has|have|holds?|carr(?:y|ies)|oversees?|provides?|manages?|executes?|leads?|performs?|ensures?|conducts?|handles?|maintains?|reviews?|receives?|gives?|takes?|acts?|serves?|will|must|should|shall|can)\b)/;

/** Does this line give one letter of a RACI (`- Responsible: DevOps Team`)? */
export function isLetterLine(text: string): boolean {
  return LETTER_LINE.test(text.trim());
}

/**
 * Reads the lines that belong to a RACI: what follows its label, then its letter lines.
 * @returns null when they hold no letter at all.
 */
export function readRaci(lines: readonly Line[], warnings: ImportWarning[], itemId: string): RaciReading | null {
  const raci: RaciDraft = { responsible: [], accountable: [], consulted: [], informed: [] };
  const alternatives: RaciLetter[] = [];
  const prose: string[] = [];
  let letters = 0;
  for (const line of lines) {
    const text = squeeze(line.text);
    const own = LETTER_LINE.exec(text);
    if (own !== null) {
      const letter = LETTERS[(own[1] ?? '').toLowerCase()];
      if (letter === undefined) continue;
      letters++;
      const read = readNames(plainText(own[2] ?? ''), line, warnings, itemId);
      raci[letter].push(...read.mentions);
      if (read.alternatives) alternatives.push(letter);
      if (read.prose !== null) prose.push(`${own[1]}: ${read.prose}`);
    } else letters += readInline(plainText(text), raci, alternatives, line, warnings, itemId);
  }
  return letters === 0 ? null : { raci, alternatives, prose };
}

/** `A (Responsible), B and C (Consulted), D (Informed).` */
function readInline(
  text: string,
  raci: RaciDraft,
  alternatives: RaciLetter[],
  line: Line,
  warnings: ImportWarning[],
  itemId: string,
): number {
  let from = 0;
  let found = 0;
  for (const match of text.matchAll(/\(\s*(Responsible|Accountable|Consulted|Informed)\s*\)/gi)) {
    const names = text.slice(from, match.index).replace(/^[\s,;.]*(?:and\s+)?/i, '');
    from = match.index + match[0].length;
    const letter = LETTERS[(match[1] ?? '').toLowerCase()];
    if (letter === undefined || names.trim() === '') continue;
    found++;
    const read = readNames(names, line, warnings, itemId);
    raci[letter].push(...read.mentions);
    if (read.alternatives && !alternatives.includes(letter)) alternatives.push(letter);
  }
  return found;
}

type Names = { readonly mentions: Mention[]; readonly alternatives: boolean; readonly prose: string | null };

function readNames(text: string, line: Line, warnings: ImportWarning[], itemId: string): Names {
  const whole = squeeze(text).replace(/[.;]$/, '');
  const late = /\(\s*(or\s+[^()]+)\)\s*$/i.exec(whole);
  const phrase = nounPhrase(late === null ? whole : whole.slice(0, late.index).trim());
  const isProse = phrase.length < (late === null ? whole : whole.slice(0, late.index).trim()).length;
  const choices = phrase.split(/\s+or\s+(?=[A-Z])/);
  const names = choices.flatMap((choice) => splitNames(choice));
  const mentions = names.map((name) => mentionOf(name, line, warnings, itemId)).filter((mention) => mention !== null);
  const last = mentions.at(-1);
  if (late !== null && isProse && last !== undefined) {
    const name = typeof last === 'string' ? last : last.name;
    mentions[mentions.length - 1] = { name, note: squeeze(late[1] ?? '') };
  } else if (late !== null && last !== undefined) {
    mentions[mentions.length - 1] = { name: typeof last === 'string' ? last : last.name, note: squeeze(late[1] ?? '') };
  }
  return { mentions, alternatives: choices.length > 1, prose: isProse ? whole : null };
}

/** The names at the start of a sentence: without its article, up to its verb. */
function nounPhrase(text: string): string {
  const first = text.replace(/^(?:The|An?)\s+(?=[A-Z])/, '');
  const verb = VERB.exec(first);
  return squeeze(verb === null ? first : first.slice(0, verb.index)).replace(/,$/, '');
}

/** Commas separate names; "including" opens a list; "and" inside a name ("Legal and Compliance Teams") stays. */
function splitNames(text: string): readonly string[] {
  return text
    .split(/,\s*/)
    .map((name) => name.replace(/^(?:including|and|as well as|the)\s+/i, '').trim())
    .filter((name) => name !== '');
}

function mentionOf(text: string, line: Line, warnings: ImportWarning[], itemId: string): Mention | null {
  let name = squeeze(text);
  const opens = (name.match(/\(/g) ?? []).length;
  const closes = (name.match(/\)/g) ?? []).length;
  if (opens !== closes) {
    warnings.push({
      code: 'unbalanced_bracket',
      place: line.place,
      itemId,
      detail: `"${name.slice(0, 120)}": a bracket has no partner.`,
    });
    name = closes > opens ? name.replace(/\)$/, '').trim() : `${name})`;
  }
  const bracket = /^(.*\S)\s*\(([^()]+)\)$/.exec(name);
  if (bracket === null) return name === '' ? null : name;
  const plain = squeeze(bracket[1] ?? '');
  const inside = squeeze(bracket[2] ?? '');
  return isAbbreviation(plain, inside) ? plain : { name: plain, note: inside };
}

/** Is the bracket only the initials of the name ("Chief Risk Officer (CRO)")? */
function isAbbreviation(name: string, inside: string): boolean {
  if (!/^[A-Z][A-Za-z/&-]{1,9}$/.test(inside)) return false;
  const initials = name
    .replace(/\b(?:of|the|and|for)\b/gi, ' ')
    .split(/[\s-]+/)
    .map((word) => (/^[A-Z]{2,3}$/.test(word) ? word : word.charAt(0)))
    .join('');
  return initials.toUpperCase() === inside.toUpperCase();
}
