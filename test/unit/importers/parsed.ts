/** Parsed files for tests of the pure importers: lines and blocks without a parser. */
import type { ParsedFile } from '#src/knowledge/importers/source.ts';

/** A text file with these lines. */
export function textFile(text: string, name = 'file.txt'): ParsedFile {
  const lines = text.split('\n').map((line, index) => ({ text: line, place: { line: index + 1 } }));
  return {
    file: { name, format: 'text', sha256: 'a'.repeat(64), bytes: text.length },
    content: { kind: 'lines', lines },
    warnings: [],
  };
}

/** A table with these rows. */
export function tableFile(rows: readonly (readonly string[])[], name = 'file.csv'): ParsedFile {
  return {
    file: { name, format: 'csv', sha256: 'b'.repeat(64), bytes: 1 },
    content: { kind: 'rows', sheets: [{ name: 'file', rows, firstRow: 1 }] },
    warnings: [],
  };
}
