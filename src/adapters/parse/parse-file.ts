/** Reads a file for an import: its size first, then what it really is, then its content in a neutral shape. */
import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { ImportError } from '#src/knowledge/importers/errors.ts';
import type { Content, FileFormat, ImportWarning, ParsedFile } from '#src/knowledge/importers/source.ts';
import { sniff } from './sniff.ts';
import { openArchive } from './zip.ts';

/** Largest file that is read, in bytes; larger ones are refused before reading. */
const MAX_FILE_BYTES = 50 * 1024 * 1024;

/**
 * Reads and parses a file from disk.
 * @throws ImportError `file_unreadable`, `file_too_large`, and what {@link parseBytes} throws
 */
export async function parseFile(path: string): Promise<ParsedFile> {
  const name = basename(path);
  const info = await stat(path).catch((error: NodeJS.ErrnoException) => {
    throw unreadable(name, error.code);
  });
  if (!info.isFile())
    throw new ImportError('file_unreadable', {
      file: name,
      detail: 'This is not a file.',
      remedy: 'Give the path of one file.',
    });
  if (info.size > MAX_FILE_BYTES) throw tooLarge(name, info.size);
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw unreadable(name, error.code);
  });
  return parseBytes(name, bytes);
}

/**
 * Parses the bytes of a file (an upload has no path).
 * @param name base name with its ending
 * @throws ImportError with code, file, place and remedy; the parsers' own errors never leave this function
 */
export async function parseBytes(name: string, bytes: Uint8Array): Promise<ParsedFile> {
  const file = basename(name).slice(0, 200) || 'file';
  if (bytes.byteLength > MAX_FILE_BYTES) throw tooLarge(file, bytes.byteLength);
  const sniffed = sniff(file, bytes);
  const format = sniffed === 'zip' ? officeFormat(file, bytes) : sniffed;
  const warnings: ImportWarning[] = [];
  const content = await read(format, bytes, file, warnings).catch((error: unknown) => {
    if (error instanceof ImportError) throw error;
    const detail = error instanceof Error ? error.message.slice(0, 150) : 'unknown reason';
    throw new ImportError('unreadable', {
      file,
      detail: `The file cannot be read as ${format} (${detail}).`,
      remedy: 'Save it anew in the program it comes from.',
    });
  });
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { file: { name: file, format, sha256, bytes: bytes.byteLength }, content, warnings };
}

async function read(format: FileFormat, bytes: Uint8Array, file: string, warnings: ImportWarning[]): Promise<Content> {
  switch (format) {
    case 'xlsx':
      return (await import('./xlsx.ts')).readXlsx(bytes, file, warnings);
    case 'docx':
      return (await import('./docx.ts')).readDocx(bytes, file, warnings);
    case 'pdf':
      return (await import('./pdf.ts')).readPdf(bytes, file, warnings);
    case 'html':
      return (await import('./html.ts')).readHtml(bytes, file, warnings);
    case 'markdown':
      return (await import('./markdown.ts')).readMarkdown(bytes, file, warnings);
    case 'csv':
      return (await import('./csv.ts')).readCsv(bytes, file, warnings);
    case 'json':
      return (await import('./structured.ts')).readJson(bytes, file, warnings);
    case 'yaml':
      return (await import('./structured.ts')).readYaml(bytes, file, warnings);
    case 'text':
      return (await import('./plain-text.ts')).readPlainText(bytes, file, warnings);
  }
}

/** xlsx or docx, by the part that each must have; the ending has to agree. */
function officeFormat(file: string, bytes: Uint8Array): FileFormat {
  const { names } = openArchive(bytes, file);
  const format = names.includes('xl/workbook.xml') ? 'xlsx' : names.includes('word/document.xml') ? 'docx' : null;
  if (format === null) {
    throw new ImportError('unsupported_format', {
      file,
      detail: 'The file is an archive, but neither a workbook nor a document.',
      remedy: 'Unpack it and import the file inside.',
    });
  }
  const ending = /\.([a-z]+)$/i.exec(file)?.[1]?.toLowerCase() ?? '';
  if ((ending.startsWith('xls') && format !== 'xlsx') || (ending.startsWith('doc') && format !== 'docx')) {
    throw new ImportError('mislabelled', {
      file,
      detail: `The file is named .${ending}, but is ${format}.`,
      remedy: `Rename it to .${format}.`,
    });
  }
  return format;
}

function tooLarge(file: string, bytes: number): ImportError {
  return new ImportError('file_too_large', {
    file,
    detail: `The file has ${Math.ceil(bytes / 1024 / 1024)} MB; at most ${MAX_FILE_BYTES / 1024 / 1024} MB are read.`,
    remedy: 'Import the part that the organisation works by.',
  });
}

function unreadable(file: string, code: string | undefined): ImportError {
  const detail =
    code === 'ENOENT' ? 'There is no such file.' : `The file cannot be opened (${code ?? 'unknown reason'}).`;
  return new ImportError('file_unreadable', { file, detail, remedy: 'Check the path and its permissions.' });
}
