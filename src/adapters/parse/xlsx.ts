/**
 * Reads an xlsx workbook: the values of every sheet as text. A formula's stored value is taken and flagged, because
 * nothing is calculated here; a merged area repeats its value in each of its cells.
 */
import { ImportError } from '#src/knowledge/importers/errors.ts';
import type { Content, ImportWarning, Sheet } from '#src/knowledge/importers/source.ts';
import { type Archive, openArchive } from './zip.ts';

/** Largest workbook: cells over all sheets. */
const MAX_CELLS = 3_000_000;

/** @throws ImportError `unreadable`, `archive_bomb`, `truncated`, `password_protected` */
export async function readXlsx(bytes: Uint8Array, file: string, warnings: ImportWarning[]): Promise<Content> {
  const archive = openArchive(bytes, file);
  const { default: readWorkbook } = await import('read-excel-file/universal');
  const copy = new Uint8Array(bytes).buffer;
  const sheets = await readWorkbook(copy, { trim: false, parseNumber: (text) => text }).catch((error: unknown) => {
    const detail = error instanceof Error ? error.message.slice(0, 150) : 'unknown reason';
    throw new ImportError('unreadable', {
      file,
      detail: `The workbook cannot be read (${detail}).`,
      remedy: 'Open it in a spreadsheet program and save it anew as xlsx.',
    });
  });
  const parts = sheetParts(archive);
  let cells = 0;
  const read = sheets.map(({ sheet: name, data }): Sheet => {
    const rows = data.map((row) => row.map((cell: unknown) => cellText(cell)));
    cells += rows.reduce((sum, row) => sum + row.length, 0);
    if (cells > MAX_CELLS)
      throw new ImportError('too_many_items', {
        file,
        place: { sheet: name },
        detail: `The workbook has more than ${MAX_CELLS} cells.`,
        remedy: 'Remove the sheets that are not to be imported.',
      });
    const xml = parts.get(name);
    if (xml !== undefined) flagFormulas(xml, name, rows, warnings);
    if (xml !== undefined) spreadMerged(xml, name, rows, warnings);
    return { name, rows, firstRow: 1 };
  });
  return { kind: 'rows', sheets: read };
}

function cellText(cell: unknown): string {
  if (cell === null || cell === undefined) return '';
  if (cell instanceof Date) return cell.toISOString().replace(/T00:00:00\.000Z$/, '');
  if (typeof cell === 'boolean') return cell ? 'TRUE' : 'FALSE';
  return String(cell);
}

/** Sheet name -> its XML, by the workbook's own list of relations. */
function sheetParts(archive: Archive): ReadonlyMap<string, string> {
  const text = (name: string): string => new TextDecoder().decode(archive.read(name) ?? new Uint8Array());
  const targets = new Map(
    [...text('xl/_rels/workbook.xml.rels').matchAll(/<Relationship\b[^>]{0,4000}>/g)].map(([tag]) => [
      attribute(tag, 'Id'),
      attribute(tag, 'Target'),
    ]),
  );
  const parts = new Map<string, string>();
  for (const [tag] of text('xl/workbook.xml').matchAll(/<(?:\w{1,20}:)?sheet\b[^>]{0,2000}>/g)) {
    const target = targets.get(attribute(tag, 'r:id'))?.replace(/^\/?(?:xl\/)?/, '');
    if (target !== undefined) parts.set(unescapeXml(attribute(tag, 'name')), text(`xl/${target}`));
  }
  return parts;
}

function attribute(tag: string, name: string): string {
  return new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1] ?? '';
}

function unescapeXml(text: string): string {
  return text.replace(
    /&(amp|lt|gt|quot|apos);/g,
    (_, name: string) => ({ amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" })[name] ?? '',
  );
}

function flagFormulas(
  xml: string,
  sheet: string,
  rows: readonly (readonly string[])[],
  warnings: ImportWarning[],
): void {
  const found: { row: number; column: number; empty: boolean }[] = [];
  for (const match of xml.matchAll(/<f[\s>/]/g)) {
    const before = xml.slice(Math.max(0, match.index - 400), match.index);
    const ref = /\sr="([A-Z]{1,3})(\d{1,7})"/.exec(before.slice(before.lastIndexOf('<c ')));
    if (ref === null) continue;
    const [row, column] = [Number(ref[2]), columnNumber(ref[1] ?? '')];
    found.push({ row, column, empty: (rows[row - 1]?.[column - 1] ?? '') === '' });
  }
  const [first] = found;
  if (first === undefined) return;
  const empty = found.filter((cell) => cell.empty);
  warnings.push({
    code: 'formula',
    place: { sheet, row: first.row, column: first.column },
    detail: `${found.length} cells hold formulas; the values stored with them are taken.`,
  });
  for (const cell of empty.slice(0, 20)) {
    warnings.push({
      code: 'formula',
      place: { sheet, row: cell.row, column: cell.column },
      detail: 'This formula has no stored value; the cell is read as blank.',
    });
  }
}

/** Repeats the value of a merged area in its cells, as far as the sheet has rows and columns. */
function spreadMerged(xml: string, sheet: string, rows: string[][], warnings: ImportWarning[]): void {
  const ranges = [
    ...xml.matchAll(/<mergeCell\s[^>]{0,200}?\bref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"/g),
  ].slice(0, 20_000);
  const width = rows.reduce((most, row) => Math.max(most, row.length), 0);
  let spread = 0;
  for (const range of ranges) {
    const [left, top, right, bottom] = [
      columnNumber(range[1] ?? ''),
      Number(range[2]),
      columnNumber(range[3] ?? ''),
      Number(range[4]),
    ];
    const value = rows[top - 1]?.[left - 1] ?? '';
    if (value === '') continue;
    for (let row = top; row <= Math.min(bottom, rows.length) && spread < MAX_CELLS; row++) {
      for (let column = left; column <= Math.min(right, width); column++) {
        const cells = rows[row - 1];
        if (cells === undefined || (cells[column - 1] ?? '') !== '') continue;
        while (cells.length < column) cells.push('');
        cells[column - 1] = value;
        spread++;
      }
    }
  }
  const [first] = ranges;
  if (first !== undefined) {
    warnings.push({
      code: 'merged_cells',
      place: { sheet, row: Number(first[2]) },
      detail: `${ranges.length} merged areas; each repeats its value in its cells.`,
    });
  }
}

function columnNumber(letters: string): number {
  return [...letters].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0);
}
