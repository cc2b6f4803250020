/** What a file really is, from its first bytes; its name only decides between kinds of text. */
import { ImportError } from '#src/knowledge/importers/errors.ts';
import type { FileFormat } from '#src/knowledge/importers/source.ts';

const TEXT_ENDINGS: Readonly<Record<string, FileFormat>> = {
  txt: 'text',
  text: 'text',
  md: 'markdown',
  markdown: 'markdown',
  html: 'html',
  htm: 'html',
  xhtml: 'html',
  csv: 'csv',
  tsv: 'csv',
  json: 'json',
  yaml: 'yaml',
  yml: 'yaml',
};
const BINARY_ENDINGS: Readonly<Record<string, FileFormat>> = {
  xlsx: 'xlsx',
  xlsm: 'xlsx',
  docx: 'docx',
  docm: 'docx',
  pdf: 'pdf',
};

const OTHERS: readonly (readonly [string, readonly number[]])[] = [
  ['a PNG picture', [0x89, 0x50, 0x4e, 0x47]],
  ['a JPEG picture', [0xff, 0xd8, 0xff]],
  ['a gzip archive', [0x1f, 0x8b]],
  ['a 7z archive', [0x37, 0x7a, 0xbc, 0xaf]],
  ['a RAR archive', [0x52, 0x61, 0x72, 0x21]],
  ['RTF', [0x7b, 0x5c, 0x72, 0x74, 0x66]],
];

/** The base of what a file is: a ZIP container is looked into by the caller. */
export type Sniffed = FileFormat | 'zip';

/**
 * Format of a file by its bytes.
 * @throws ImportError `mislabelled`, `password_protected`, `unsupported_format`, `no_text`
 */
export function sniff(name: string, bytes: Uint8Array): Sniffed {
  const ending = /\.([A-Za-z0-9]+)$/.exec(name)?.[1]?.toLowerCase() ?? '';
  if (bytes.byteLength === 0)
    throw new ImportError('no_text', {
      file: name,
      detail: 'The file is empty.',
      remedy: 'Check that the download or export finished.',
    });
  if (starts(bytes, [0xd0, 0xcf, 0x11, 0xe0])) throw compound(name, bytes);
  if (starts(bytes, [0x50, 0x4b])) return expectBinary(name, ending, ['xlsx', 'docx'], 'a ZIP container') ?? 'zip';
  if (latin(bytes, 1_024).includes('%PDF-')) return expectBinary(name, ending, ['pdf'], 'a PDF') ?? 'pdf';
  const other = OTHERS.find(([, magic]) => starts(bytes, magic));
  if (other !== undefined) {
    const known = ending in TEXT_ENDINGS || ending in BINARY_ENDINGS;
    throw new ImportError(known ? 'mislabelled' : 'unsupported_format', {
      file: name,
      detail: `The file is ${other[0]}.`,
      remedy: 'Import an xlsx, docx, pdf, html, md, txt, csv or json file.',
    });
  }
  const expected = BINARY_ENDINGS[ending];
  if (expected !== undefined) {
    throw new ImportError('mislabelled', {
      file: name,
      detail: `The file is named .${ending}, but is not ${expected}.`,
      remedy: 'Export it anew from the program it comes from, or rename it to what it is.',
    });
  }
  return textFormat(name, ending, bytes);
}

function expectBinary(name: string, ending: string, formats: readonly FileFormat[], what: string): null {
  const named = BINARY_ENDINGS[ending] ?? TEXT_ENDINGS[ending];
  if (named === undefined || formats.includes(named)) return null;
  throw new ImportError('mislabelled', {
    file: name,
    detail: `The file is named .${ending}, but is ${what}.`,
    remedy: `Rename it to .${formats[0]} if that is what it is.`,
  });
}

function textFormat(name: string, ending: string, bytes: Uint8Array): FileFormat {
  const head = latin(bytes, 2_048)
    .replace(/^\u00ef\u00bb\u00bf/, '')
    .trimStart()
    .toLowerCase();
  const html = /^(?:<!doctype html|<html[\s>])/.test(head);
  const format = TEXT_ENDINGS[ending];
  if (format === undefined) {
    if (html) return 'html';
    if (ending !== '')
      throw new ImportError('unsupported_format', {
        file: name,
        detail: `Files named .${ending} are not read.`,
        remedy: 'Import an xlsx, docx, pdf, html, md, txt, csv or json file.',
      });
    return 'text';
  }
  if (html && format !== 'html') {
    throw new ImportError('mislabelled', {
      file: name,
      detail: `The file is named .${ending}, but is a web page.`,
      remedy: 'Rename it to .html, or save the page’s text.',
    });
  }
  return format;
}

/** Old office files and password-protected new ones share a container; the latter hold a stream "EncryptedPackage". */
function compound(name: string, bytes: Uint8Array): ImportError {
  const marker = Buffer.from('EncryptedPackage', 'utf16le');
  if (Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).includes(marker)) {
    return new ImportError('password_protected', {
      file: name,
      detail: 'The file is protected by a password.',
      remedy: 'Save a copy without a password and import that.',
    });
  }
  return new ImportError('unsupported_format', {
    file: name,
    detail: 'The file is in an old office format (xls, doc).',
    remedy: 'Save it as xlsx or docx and import that.',
  });
}

function starts(bytes: Uint8Array, magic: readonly number[]): boolean {
  return magic.every((byte, index) => bytes[index] === byte);
}

function latin(bytes: Uint8Array, length: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(length, bytes.byteLength)).toString('latin1');
}
