/** Reads plain text as lines; a form feed begins a new page. */
import type { Content, ImportWarning, Line } from '#src/knowledge/importers/source.ts';
import { decodeText } from './decode.ts';

/** Lines with their 1-based number, and their page where the text has form feeds. */
export function readPlainText(bytes: Uint8Array, file: string, warnings: ImportWarning[]): Content {
  const text = decodeText(bytes, file, warnings).replace(/^\ufeff/, '');
  const paged = text.includes('\f');
  let page = 1;
  const lines = text.split(/\r\n|\n|\r/).map((raw, index): Line => {
    page += raw.split('\f').length - 1;
    return { text: raw.replaceAll('\f', ''), place: paged ? { page, line: index + 1 } : { line: index + 1 } };
  });
  return { kind: 'lines', lines };
}
