/** Reads a docx document as blocks: headings by their style, paragraphs, lists, tables. Pictures are left out. */
import { ImportError } from '#src/knowledge/importers/errors.ts';
import type { Content, ImportWarning } from '#src/knowledge/importers/source.ts';
import { htmlBlocks } from './html.ts';
import { openArchive } from './zip.ts';

/** Largest main part of a document, unpacked. */
const MAX_XML = 40 * 1024 * 1024;

/** @throws ImportError `unreadable`, `archive_bomb`, `truncated`, `password_protected`, `no_text` */
export async function readDocx(bytes: Uint8Array, file: string, warnings: ImportWarning[]): Promise<Content> {
  const archive = openArchive(bytes, file);
  const xml = new TextDecoder().decode(archive.read('word/document.xml') ?? new Uint8Array());
  if (xml.length > MAX_XML) {
    throw new ImportError('file_too_large', {
      file,
      detail: `The document's text has more than ${MAX_XML / 1024 / 1024} MB.`,
      remedy: 'Split it and import the parts.',
    });
  }
  if (/<w:vanish\s*\/>|<w:vanish w:val="(?:1|true)"/.test(xml)) {
    warnings.push({
      code: 'hidden_text',
      place: {},
      detail: 'The document has text formatted as hidden; compare the preview with what you see in Word.',
    });
  }
  if (/<w:(?:ins|del) /.test(xml)) {
    warnings.push({
      code: 'left_out',
      place: {},
      detail: 'The document has tracked changes: insertions are read, deletions are left out.',
    });
  }
  const { default: mammoth } = await import('mammoth');
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const html = await mammoth
    .convertToHtml(
      { buffer },
      { convertImage: mammoth.images.imgElement(async () => ({ src: '' })), externalFileAccess: false },
    )
    .catch((error: unknown) => {
      const detail = error instanceof Error ? error.message.slice(0, 150) : 'unknown reason';
      throw new ImportError('unreadable', {
        file,
        detail: `The document cannot be read (${detail}).`,
        remedy: 'Open it in a word processor and save it anew as docx.',
      });
    });
  const content = await htmlBlocks(html.value, file, warnings, 'paragraph');
  if (content.kind === 'blocks' && content.blocks.length === 0) {
    throw new ImportError('no_text', {
      file,
      detail: 'The document holds no text.',
      remedy: 'If it holds pictures of text, run text recognition on it first.',
    });
  }
  return content;
}
