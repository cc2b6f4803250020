/** Bytes of a text file to text: UTF-8, UTF-16 by its mark, else Windows-1252 with a remark. */
import { ImportError } from '#src/knowledge/importers/errors.ts';
import type { ImportWarning } from '#src/knowledge/importers/source.ts';

/** Largest text with markup, in bytes: its parsers build a tree many times that size. */
const MAX_MARKUP_BYTES = 8 * 1024 * 1024;

/** As {@link decodeText}, for Markdown and HTML. @throws ImportError `file_too_large`, `mislabelled` */
export function decodeMarkup(bytes: Uint8Array, file: string, warnings: ImportWarning[]): string {
  if (bytes.byteLength <= MAX_MARKUP_BYTES) return decodeText(bytes, file, warnings);
  throw new ImportError('file_too_large', {
    file,
    detail: `A text with markup may have ${MAX_MARKUP_BYTES / 1024 / 1024} MB.`,
    remedy: 'Split it and import the parts.',
  });
}

/** @throws ImportError `mislabelled` when the bytes are no text at all */
export function decodeText(bytes: Uint8Array, file: string, warnings: ImportWarning[]): string {
  const [a, b] = bytes;
  if (a === 0xff && b === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (a === 0xfe && b === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  if (bytes.subarray(0, 8_192).includes(0)) {
    throw new ImportError('mislabelled', {
      file,
      detail: 'The file is named like a text, but holds binary data.',
      remedy: 'Give the file the ending of its real format (xlsx, docx, pdf), or export it as text in UTF-8.',
    });
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    warnings.push({
      code: 'corrected_text',
      place: {},
      detail: 'The file is not UTF-8; it was read as Windows-1252. Check accents and dashes.',
    });
    return new TextDecoder('windows-1252').decode(bytes);
  }
}
