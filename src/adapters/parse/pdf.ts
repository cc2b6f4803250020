/**
 * Reads a PDF as blocks: lines put together from their positions, headings by their larger type, columns of a table by
 * the gaps between them.
 */
import { ImportError } from '#src/knowledge/importers/errors.ts';
import type { Block, Content, ImportWarning } from '#src/knowledge/importers/source.ts';

const MAX_PAGES = 3_000;
const MAX_PAGE_ITEMS = 20_000;
/** Fewer characters than this a page on average: pictures of text, not text. */
const MIN_CHARS = 4;

type Item = {
  readonly str: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly fontSize: number;
};
type TextLine = { readonly cells: readonly string[]; readonly y: number; readonly size: number; readonly page: number };

/** @throws ImportError `password_protected`, `truncated`, `unreadable`, `no_text`, `too_many_items` */
export async function readPdf(bytes: Uint8Array, file: string, warnings: ImportWarning[]): Promise<Content> {
  const tail = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).subarray(-2_048).toString('latin1');
  const { getDocumentProxy, extractTextItems } = await import('unpdf');
  const document = await getDocumentProxy(new Uint8Array(bytes), { verbosity: 0 }).catch((error: unknown) => {
    throw refusal(error, file, tail.includes('%%EOF'));
  });
  try {
    if (!tail.includes('%%EOF')) throw refusal(null, file, false);
    if (document.numPages > MAX_PAGES) {
      throw new ImportError('too_many_items', {
        file,
        detail: `The PDF has ${document.numPages} pages, more than ${MAX_PAGES}.`,
        remedy: 'Split it and import the parts.',
      });
    }
    const { items } = await extractTextItems(document);
    const crowded = items.findIndex((page) => page.length > MAX_PAGE_ITEMS);
    if (crowded >= 0) {
      throw new ImportError('too_many_items', {
        file,
        place: { page: crowded + 1 },
        detail: `This page holds more than ${MAX_PAGE_ITEMS} pieces of text.`,
        remedy: 'Print it to a new PDF, or import another format.',
      });
    }
    const hidden = { count: 0 };
    const pages = items.map((page, index) => linesOf(page, index + 1, hidden));
    const characters = pages.flat().reduce((sum, line) => sum + line.cells.join('').length, 0);
    if (characters < MIN_CHARS * Math.max(1, document.numPages)) {
      throw new ImportError('no_text', {
        file,
        detail: `The ${document.numPages} pages hold no text, only pictures.`,
        remedy: 'Run text recognition (OCR) on the PDF first.',
      });
    }
    if (hidden.count > 0)
      warnings.push({
        code: 'hidden_text',
        place: {},
        detail: `${hidden.count} pieces of text too small to read are left out.`,
      });
    return { kind: 'blocks', blocks: blocksOf(pages, warnings) };
  } finally {
    await document.destroy();
  }
}

function refusal(error: unknown, file: string, complete: boolean): ImportError {
  const name = error instanceof Error ? error.name : '';
  if (name === 'PasswordException') {
    return new ImportError('password_protected', {
      file,
      detail: 'The PDF is protected by a password.',
      remedy: 'Save a copy without a password and import that.',
    });
  }
  if (!complete)
    return new ImportError('truncated', {
      file,
      detail: 'The end of the PDF is missing.',
      remedy: 'Download or copy the file again; it was cut off.',
    });
  return new ImportError('unreadable', {
    file,
    detail: 'The PDF is damaged.',
    remedy: 'Print it to a new PDF, or export it anew.',
  });
}

/** Items of one page to lines, top to bottom; a wide gap inside a line separates cells. */
function linesOf(items: readonly Item[], page: number, hidden: { count: number }): readonly TextLine[] {
  const rows: { y: number; items: Item[] }[] = [];
  for (const item of items) {
    if (item.str.trim() === '') continue;
    if (item.fontSize < 2) {
      hidden.count++;
      continue;
    }
    const row = rows.find((candidate) => Math.abs(candidate.y - item.y) <= item.fontSize * 0.4);
    if (row === undefined) rows.push({ y: item.y, items: [item] });
    else row.items.push(item);
  }
  return rows
    .sort((a, b) => b.y - a.y)
    .map(({ y, items: own }) => {
      const sorted = own.sort((a, b) => a.x - b.x);
      const size = Math.max(...sorted.map((item) => item.fontSize));
      const cells: string[] = [];
      let end = Number.NEGATIVE_INFINITY;
      for (const item of sorted) {
        const gap = item.x - end;
        const last = cells.length - 1;
        if (last < 0 || gap > size * 1.8) cells.push(item.str);
        else cells[last] = `${cells[last]}${gap > size * 0.15 ? ' ' : ''}${item.str}`;
        end = item.x + item.width;
      }
      return { cells: cells.map((cell) => cell.replace(/\s+/g, ' ').trim()), y, size, page };
    });
}

function blocksOf(pages: readonly (readonly TextLine[])[], warnings: ImportWarning[]): readonly Block[] {
  const lines = withoutRunningHeads(pages, warnings);
  const body = bodySize(lines);
  const sizes = [...new Set(lines.filter((line) => line.size > body * 1.12).map((line) => Math.round(line.size)))].sort(
    (a, b) => b - a,
  );
  const blocks: Block[] = [];
  let paragraph: { lines: TextLine[] } | null = null;
  let table: { rows: string[][]; page: number } | null = null;
  const flush = (): void => {
    const [first] = paragraph?.lines ?? [];
    if (first !== undefined && paragraph !== null)
      blocks.push(
        textBlock(
          paragraph.lines.map((line) => line.cells.join(' ')),
          first.page,
        ),
      );
    if (table !== null) {
      const place = { page: table.page };
      if (table.rows.length > 1) blocks.push({ type: 'table', rows: table.rows, place });
      else blocks.push({ type: 'paragraph', text: table.rows.flat().join(' '), place });
    }
    paragraph = null;
    table = null;
  };
  lines.forEach((line, index) => {
    const last = lines[index - 1];
    const text = line.cells.join(' ');
    if (line.size > body * 1.12 && text.length <= 150) {
      flush();
      blocks.push({
        type: 'heading',
        level: Math.min(6, sizes.indexOf(Math.round(line.size)) + 1),
        text,
        place: { page: line.page },
      });
    } else if (line.cells.length > 1) {
      if (table === null) flush();
      table ??= { rows: [], page: line.page };
      table.rows.push([...line.cells]);
    } else {
      const apart =
        last === undefined || last.page !== line.page || last.y - line.y > line.size * 1.9 || isBullet(text);
      if (
        table !== null ||
        (apart && !(paragraph !== null && last !== undefined && last.page !== line.page && /^\p{Ll}/u.test(text)))
      )
        flush();
      paragraph ??= { lines: [] };
      paragraph.lines.push(line);
    }
  });
  flush();
  return blocks;
}

function isBullet(text: string): boolean {
  return /^(?:[-•*▪◦‣–]|\(?\d{1,2}[.)])\s+\S/.test(text);
}

function textBlock(lines: readonly string[], page: number): Block {
  const text = lines
    .join(' ')
    .replace(/(\p{Ll})- (?=\p{Ll})/gu, '$1')
    .replace(/\s+/g, ' ')
    .trim();
  if (!isBullet(text)) return { type: 'paragraph', text, place: { page } };
  return { type: 'list-item', level: 1, text: text.replace(/^[-•*▪◦‣–]\s+/, ''), place: { page } };
}

/** The size in which most characters are set. */
function bodySize(lines: readonly TextLine[]): number {
  const weights = new Map<number, number>();
  for (const line of lines) {
    const size = Math.round(line.size * 2) / 2;
    weights.set(size, (weights.get(size) ?? 0) + line.cells.join('').length);
  }
  return [...weights].sort((a, b) => b[1] - a[1])[0]?.[0] ?? 10;
}

/** Heads and feet that stand on most pages, and page numbers, are left out. */
function withoutRunningHeads(pages: readonly (readonly TextLine[])[], warnings: ImportWarning[]): readonly TextLine[] {
  const counts = new Map<string, number>();
  const key = (line: TextLine): string => line.cells.join(' ').replace(/\d+/g, '#');
  const edges = (page: readonly TextLine[]): readonly TextLine[] => [...page.slice(0, 2), ...page.slice(-2)];
  for (const page of pages)
    for (const text of new Set(edges(page).map(key))) counts.set(text, (counts.get(text) ?? 0) + 1);
  const running = new Set(
    [...counts].filter(([, count]) => pages.length >= 3 && count > pages.length * 0.6).map(([text]) => text),
  );
  if (running.size > 0)
    warnings.push({ code: 'left_out', place: {}, detail: `${running.size} running heads and feet are left out.` });
  return pages.flatMap((page) => {
    const edge = new Set(edges(page));
    return page.filter(
      (line) =>
        !(
          edge.has(line) &&
          (running.has(key(line)) || /^(?:page )?\d{1,4}(?: (?:of|\/) \d{1,4})?$/i.test(line.cells.join(' ')))
        ),
    );
  });
}
