/** Text for a terminal of 80 columns, readable without colour. */
import { minuteOf } from '#src/approvals/duration.ts';
import { wrapText } from '#src/knowledge/listing.ts';

const COLUMNS = 80;

/** A paragraph, each of its own lines wrapped; a word that is longer than a line stays whole. */
export function paragraph(text: string, first = '', rest = first): readonly string[] {
  return text
    .trim()
    .split(/\s*\n\s*/)
    .flatMap((line, index) => wrapText(line, index === 0 ? first : rest, rest, COLUMNS));
}

/** Lines that were made elsewhere: one that is too long is wrapped, the others stay as they are. */
export function fitted(text: string): readonly string[] {
  return text.split('\n').flatMap((line) => {
    const indent = /^ */.exec(line)?.[0] ?? '';
    return line.length <= COLUMNS ? [line] : wrapText(line.trim(), indent, `${indent}  `, COLUMNS);
  });
}

/** Rows of a table: all columns but the last as wide as their widest cell, the last one wrapped. */
export function table(rows: readonly (readonly string[])[], indent = ''): readonly string[] {
  const columns = Math.max(0, ...rows.map((row) => row.length)) - 1;
  const widths = Array.from({ length: columns }, (_, at) => Math.max(...rows.map((row) => (row[at] ?? '').length)));
  const rest = indent + ' '.repeat(widths.reduce((sum, width) => sum + width + 2, 0));
  return rows.flatMap((row) => {
    const first = indent + widths.map((width, at) => (row[at] ?? '').padEnd(width + 2)).join('');
    return paragraph(row[columns] ?? '', first, rest).map((line) => line.trimEnd());
  });
}

/** Removes what a terminal would obey: control characters (line breaks and tabs stay) and direction marks. */
export function printable(text: string): string {
  return text.replace(/(?![\n\t])[\p{Cc}\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/gu, '');
}

/** `1 entry`, `2 entries`. */
export function count(n: number, one: string, many = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`;
}

/** An instant as people read it: `2026-11-21 01:17 UTC`. */
export function instant(at: Date): string {
  return minuteOf(at.getTime());
}
