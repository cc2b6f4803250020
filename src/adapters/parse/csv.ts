/** Reads CSV (comma, semicolon or tab, found from the header line) as one sheet. */
import { ImportError } from '#src/knowledge/importers/errors.ts';
import type { Content, ImportWarning } from '#src/knowledge/importers/source.ts';
import { decodeText } from './decode.ts';

const MAX_RECORD = 1_000_000;

/** @throws ImportError `unreadable` with the line */
export async function readCsv(bytes: Uint8Array, file: string, warnings: ImportWarning[]): Promise<Content> {
  const text = decodeText(bytes, file, warnings);
  const { parse, CsvError } = await import('csv-parse/sync');
  try {
    const rows: string[][] = parse(text, {
      bom: true,
      delimiter: delimiterOf(text),
      relax_column_count: true,
      max_record_size: MAX_RECORD,
    });
    const width = rows[0]?.length ?? 0;
    rows.forEach((row, index) => {
      if (row.length === width || row.length === 1) return;
      if (warnings.length < 50)
        warnings.push({
          code: 'unreadable_value',
          place: { sheet: file, row: index + 1 },
          detail: `The row has ${row.length} cells, the header ${width}.`,
        });
    });
    return { kind: 'rows', sheets: [{ name: file.replace(/\.[^.]+$/, ''), rows, firstRow: 1 }] };
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = typeof error['lines'] === 'number' ? { line: error['lines'] } : {};
    throw new ImportError('unreadable', {
      file,
      place: line,
      detail: `The CSV cannot be read (${error.message.slice(0, 150)}).`,
      remedy: 'Check the quotes at this line, or export the file anew.',
    });
  }
}

function delimiterOf(text: string): string {
  const header =
    text
      .slice(0, 20_000)
      .split(/\r?\n/)
      .find((line) => line.trim() !== '') ?? '';
  const bare = header.replace(/"[^"]*"/g, '');
  const counts = [',', ';', '\t'].map((mark) => ({ mark, count: bare.split(mark).length }));
  return counts.sort((a, b) => b.count - a.count)[0]?.mark ?? ',';
}

/** Only the rows. Throws what {@link readCsv} throws. */
export async function csvRows(bytes: Uint8Array, file: string): Promise<readonly (readonly string[])[]> {
  const content = await readCsv(bytes, file, []);
  return content.kind === 'rows' ? (content.sheets[0]?.rows ?? []) : [];
}
