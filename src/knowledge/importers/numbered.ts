/** Numbered headings of a plain text, told apart from numbered list items by their order and their shape. */
import type { ImportWarning, Line } from './source.ts';
import { plainText, squeeze } from './text.ts';

/** A numbered section: its heading and the lines below it, up to the next numbered heading. */
export type NumberedSection = {
  readonly number: string;
  readonly title: string;
  readonly heading: Line;
  readonly lines: readonly Line[];
};

const HEADING = /^#{0,6}\s*(?:\*\*)?(\d{1,2}(?:\.\d{1,2}){0,3})\.?\s+(?:\*\*)?(\S.*)$/;

/** `2.4.1. Title` of a line, or null; never for list items, table-of-contents lines and sentences. */
export function headingOf(text: string): { readonly number: string; readonly title: string } | null {
  if (/^\s/.test(text)) return null;
  const match = HEADING.exec(text.trim());
  if (match === null) return null;
  const title = plainText(match[2] ?? '').replace(/\s*#+$/, '');
  if (title.length > 110 || /\.{3,}|\t/.test(title) || /[.:;,!?]$/.test(title) || !/^\p{Lu}/u.test(title)) return null;
  return { number: match[1] ?? '', title };
}

/** A short line between blank lines that is no sentence, no list item and no table row. */
export function looksLikeHeading(lines: readonly Line[], index: number): boolean {
  const text = lines[index]?.text ?? '';
  if (/^\s/.test(text) || text.trim() === '' || text.length > 90 || /[.:;,!?]$/.test(text.trim())) return false;
  if (!/^\p{Lu}/u.test(text) || /^\W*\d+[.)]\s/.test(text)) return false;
  const blankBefore = index === 0 || (lines[index - 1]?.text ?? '').trim() === '';
  const blankAfter = (lines[index + 1]?.text ?? '').trim() === '';
  return blankBefore && blankAfter;
}

/** May `next` follow `last` in a document's numbering? Gaps are allowed (and reported); going back is not. */
function follows(last: string, next: string): boolean {
  const a = last.split('.').map(Number);
  const b = next.split('.').map(Number);
  const depth = Math.min(a.length, b.length);
  for (let index = 0; index < depth; index++) {
    const [x = 0, y = 0] = [a[index], b[index]];
    if (x === y) continue;
    return y > x && y - x <= 3 && b.slice(index + 1).every((part) => part === 1);
  }
  return b.length === a.length + 1 && (b.at(-1) ?? 0) <= 2;
}

/**
 * Cuts lines into numbered sections, beginning with the first heading numbered 1 (or 1.1). Lines before it come back
 * as `before`. Gaps in the numbering are reported.
 */
export function numberedSections(
  lines: readonly Line[],
  warnings: ImportWarning[],
): { readonly before: readonly Line[]; readonly sections: readonly NumberedSection[] } {
  const sections: { number: string; title: string; heading: Line; lines: Line[] }[] = [];
  const before: Line[] = [];
  for (const line of lines) {
    const heading = headingOf(line.text);
    const last = sections.at(-1);
    const fits =
      heading !== null &&
      (last === undefined ? /^1(?:\.1)?$/.test(heading.number) : follows(last.number, heading.number));
    if (heading !== null && fits) sections.push({ ...heading, heading: line, lines: [] });
    else (last?.lines ?? before).push(line);
  }
  for (const gap of gaps(sections.map((section) => section.number))) {
    const at = sections.find((section) => section.number === gap.after);
    warnings.push({
      code: 'numbering_gap',
      place: at?.heading.place ?? {},
      detail: `${gap.after} is followed by ${gap.next}; ${gap.missing} is not in the file.`,
    });
  }
  return { before, sections };
}

function gaps(numbers: readonly string[]): readonly { after: string; next: string; missing: string }[] {
  const found: { after: string; next: string; missing: string }[] = [];
  numbers.forEach((next, index) => {
    const parts = next.split('.').map(Number);
    const own = parts.at(-1) ?? 1;
    const prefix = parts.slice(0, -1).join('.');
    const missing = prefix === '' ? String(own - 1) : `${prefix}.${own - 1}`;
    if (own > 1 && !numbers.includes(missing)) found.push({ after: numbers[index - 1] ?? '', next, missing });
  });
  return found;
}

/** A paragraph or list item put together from its lines. `level` 0 is a paragraph, 1 a bullet, 2 a bullet below it. */
export type Piece = { readonly level: number; readonly text: string; readonly place: Line['place'] };

/**
 * Puts lines together to paragraphs and list items. A paragraph that a page break cut in two (the first half ends
 * without punctuation, the second starts in lower case) is joined again.
 */
export function piecesOf(lines: readonly Line[]): readonly Piece[] {
  const pieces: { level: number; text: string; place: Line['place'] }[] = [];
  let blank = true;
  let bulletIndent = 0;
  for (const line of lines) {
    const raw = line.text.trimEnd();
    if (raw.trim() === '') {
      blank = true;
      continue;
    }
    const bullet = /^(\s*)(?:[-•*▪◦‣]|\(?\d{1,2}[.)])\s+(.*)$/.exec(raw.replace(/^(\s*)-\s+(\d{1,2}\.)\s/, '$1$2 '));
    const last = pieces.at(-1);
    if (bullet !== null && !/^\s*\d{1,2}\.\d/.test(raw)) {
      const marker = /\d/.test(raw.trim().charAt(0)) ? `${/^\s*\(?(\d{1,2})/.exec(raw)?.[1]}. ` : '';
      bulletIndent = (bullet[1] ?? '').length;
      pieces.push({ level: bulletIndent > 0 ? 2 : 1, text: `${marker}${bullet[2] ?? ''}`, place: line.place });
    } else if (
      last !== undefined &&
      !(last.level > 0 && outdented(raw, bulletIndent)) &&
      continues(last.text, raw, blank)
    )
      last.text = `${last.text} ${raw.trim()}`;
    else pieces.push({ level: 0, text: raw.trim(), place: line.place });
    blank = false;
  }
  return pieces.map((piece) => ({ ...piece, text: squeeze(rowText(piece.text)) }));
}

/** A table row of a plain text: `Role: description; further cells`. */
function rowText(text: string): string {
  if (!text.includes('\t')) return text;
  const [first = '', ...rest] = text.split('\t').map((cell) => cell.trim());
  const others = rest.filter((cell) => cell !== '').join('; ');
  return others === '' ? first : `${first}: ${others}`;
}

/** A line further left than the bullet above it, beginning with a capital, starts a paragraph of its own. */
function outdented(raw: string, indent: number): boolean {
  return raw.length - raw.trimStart().length < indent && /^\s*\p{Lu}/u.test(raw);
}

function continues(last: string, next: string, blank: boolean): boolean {
  if (/\t/.test(next) || /\t/.test(last)) return false;
  if (!blank) return true;
  return /^\s*\p{Ll}/u.test(next) && !/[.!?:;"”]$/.test(last.replace(/\*+$/, ''));
}
