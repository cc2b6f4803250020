/** Reads HTML as blocks with line numbers: what a reader sees, without scripts, styles, navigation and hidden text. */
import type { DefaultTreeAdapterTypes } from 'parse5';
import { ImportError } from '#src/knowledge/importers/errors.ts';
import type { Block, Content, ImportWarning, Place } from '#src/knowledge/importers/source.ts';
import { decodeMarkup } from './decode.ts';

type Node = DefaultTreeAdapterTypes.ChildNode;
type Element = DefaultTreeAdapterTypes.Element;

const DROPPED = new Set([
  'head',
  'style',
  'template',
  'noscript',
  'svg',
  'math',
  'canvas',
  'audio',
  'video',
  'select',
  'nav',
  'footer',
  'button',
]);
const ACTIVE = new Set(['script', 'iframe', 'object', 'embed', 'applet', 'frame']);
const BLOCKS = new Set([
  'p',
  'div',
  'section',
  'article',
  'main',
  'header',
  'aside',
  'body',
  'ul',
  'ol',
  'dl',
  'dt',
  'dd',
  'li',
  'table',
  'pre',
  'blockquote',
  'figure',
  'figcaption',
  'form',
  'fieldset',
  'address',
  'details',
  'summary',
  'hr',
  'html',
]);
const MAX_DEPTH = 400;

/** How blocks get their place: by line for HTML files, by ordinal for text made from docx. */
export type PlaceBy = 'line' | 'paragraph';

/** @throws ImportError `unreadable` for markup nested deeper than anybody writes */
export async function readHtml(bytes: Uint8Array, file: string, warnings: ImportWarning[]): Promise<Content> {
  return htmlBlocks(decodeMarkup(bytes, file, warnings), file, warnings, 'line');
}

/** Blocks of an HTML text. */
export async function htmlBlocks(
  html: string,
  file: string,
  warnings: ImportWarning[],
  placeBy: PlaceBy,
): Promise<Content> {
  const { parse } = await import('parse5');
  const walker = createWalker(file, warnings, placeBy);
  for (const node of parse(html, { sourceCodeLocationInfo: placeBy === 'line' }).childNodes) walker.visit(node, 0);
  walker.flush();
  return { kind: 'blocks', blocks: walker.blocks };
}

type Walker = {
  readonly blocks: Block[];
  readonly visit: (node: Node, depth: number) => void;
  readonly flush: () => void;
};

function createWalker(file: string, warnings: ImportWarning[], placeBy: PlaceBy): Walker {
  const blocks: Block[] = [];
  let text = '';
  let place: Place | null = null;
  let list = 0;
  let ordinal = 0;
  const placeOf = (node: Node): Place => {
    if (placeBy === 'paragraph') return { paragraph: ++ordinal };
    const line = node.sourceCodeLocation?.startLine;
    return line === undefined ? {} : { line };
  };
  const flush = (): void => {
    // In a word processor's text a tab separates columns; in HTML it is a space like any other.
    const own = (
      placeBy === 'line' ? text.replace(/\s+/g, ' ') : text.replace(/ *\t[ \t]*/g, '\t').replace(/[^\S\t]+/g, ' ')
    ).trim();
    if (own !== '')
      blocks.push(
        list > 0
          ? { type: 'list-item', level: list, text: own, place: place ?? {} }
          : { type: 'paragraph', text: own, place: place ?? {} },
      );
    text = '';
    place = null;
  };
  const element = (node: Element, depth: number): void => {
    const tag = node.tagName;
    if (dropped(node, file, warnings)) return;
    const level = /^h([1-6])$/.exec(tag)?.[1];
    if (level !== undefined) {
      flush();
      const heading = textOf(node, 0).replace(/\s+/g, ' ').trim();
      if (heading !== '') blocks.push({ type: 'heading', level: Number(level), text: heading, place: placeOf(node) });
    } else if (tag === 'table') {
      flush();
      const rows = tableRows(node, file, warnings);
      if (rows.length > 0) blocks.push({ type: 'table', rows, place: placeOf(node) });
    } else if (tag === 'br') text += ' ';
    else if (tag === 'li') {
      flush();
      list++;
      for (const child of node.childNodes) visit(child, depth + 1);
      flush();
      list--;
    } else {
      if (BLOCKS.has(tag)) flush();
      for (const child of node.childNodes) visit(child, depth + 1);
      if (BLOCKS.has(tag)) flush();
    }
  };
  const visit = (node: Node, depth: number): void => {
    if (depth > MAX_DEPTH)
      throw new ImportError('unreadable', {
        file,
        detail: `The markup is nested more than ${MAX_DEPTH} levels deep.`,
        remedy: 'Save the page’s text and import that.',
      });
    if (node.nodeName === '#text' && 'value' in node) {
      if (place === null && node.value.trim() !== '') place = placeOf(node);
      text += node.value;
    } else if (node.nodeName === '#comment' && 'data' in node) flagComment(node.data, node, warnings);
    else if ('tagName' in node) element(node, depth);
  };
  return { blocks, visit, flush };
}

function dropped(node: Element, file: string, warnings: ImportWarning[]): boolean {
  const place: Place =
    node.sourceCodeLocation?.startLine === undefined ? {} : { line: node.sourceCodeLocation.startLine };
  if (ACTIVE.has(node.tagName)) {
    warnings.push({ code: 'script_dropped', place, detail: `A <${node.tagName}> of ${file} is left out.` });
    return true;
  }
  if (DROPPED.has(node.tagName)) {
    if (node.tagName === 'head')
      for (const child of node.childNodes)
        if ('tagName' in child && ACTIVE.has(child.tagName)) dropped(child, file, warnings);
    return true;
  }
  if (!isHidden(node)) return false;
  const text = textOf(node, 0).replace(/\s+/g, ' ').trim();
  if (text !== '')
    warnings.push({
      code: 'hidden_text',
      place,
      detail: `Text that readers do not see is left out: "${text.slice(0, 100)}"`,
    });
  return true;
}

/** Hidden by attribute or by an inline style (no style sheets are read). */
function isHidden(node: Element): boolean {
  const value = (name: string): string | undefined => node.attrs.find((attribute) => attribute.name === name)?.value;
  if (value('hidden') !== undefined || (node.tagName === 'input' && value('type') === 'hidden')) return true;
  const style = (value('style') ?? '').toLowerCase().replace(/\s+/g, '');
  return /display:none|visibility:hidden|font-size:0(?:px|pt|em|rem|%)?(?:;|$)|opacity:0(?:\.0+)?(?:;|$)|(?:left|top|text-indent):-\d{3,}|(?:^|;)color:(?:white|#fff(?:fff)?|transparent)(?:;|$)/.test(
    style,
  );
}

function flagComment(data: string, node: Node, warnings: ImportWarning[]): void {
  const text = data.replace(/\s+/g, ' ').trim();
  if (text.split(' ').length < 4) return;
  const line = node.sourceCodeLocation?.startLine;
  warnings.push({
    code: 'hidden_text',
    place: line === undefined ? {} : { line },
    detail: `A comment that readers do not see is left out: "${text.slice(0, 100)}"`,
  });
}

function textOf(node: Node, depth: number): string {
  if (depth > MAX_DEPTH) return '';
  if (node.nodeName === '#text' && 'value' in node) return node.value;
  if (!('tagName' in node) || ACTIVE.has(node.tagName) || DROPPED.has(node.tagName)) return '';
  const inner = node.childNodes.map((child) => textOf(child, depth + 1)).join('');
  return BLOCKS.has(node.tagName) || node.tagName === 'br' ? ` ${inner} ` : inner;
}

/** Rows of a table, cells spanning several columns or rows repeated; a table inside a cell is its text. */
function tableRows(table: Element, file: string, warnings: ImportWarning[]): string[][] {
  const rows: string[][] = [];
  const spans: { column: number; left: number; text: string }[] = [];
  const visit = (node: Node, depth: number): void => {
    if (!('tagName' in node) || depth > 20 || dropped(node, file, warnings)) return;
    if (node.tagName === 'tr') rows.push(rowCells(node, spans));
    else for (const child of node.childNodes) visit(child, depth + 1);
  };
  for (const child of table.childNodes) visit(child, 0);
  return rows.filter((row) => row.some((cell) => cell !== ''));
}

function rowCells(row: Element, spans: { column: number; left: number; text: string }[]): string[] {
  const cells: string[] = [];
  const carry = (): void => {
    for (
      let span = spans.find((one) => one.left > 0 && one.column === cells.length);
      span !== undefined;
      span = spans.find((one) => one.left > 0 && one.column === cells.length)
    ) {
      span.left--;
      cells.push(span.text);
    }
  };
  for (const cell of row.childNodes) {
    if (!('tagName' in cell) || (cell.tagName !== 'td' && cell.tagName !== 'th')) continue;
    carry();
    const text = textOf(cell, 0).replace(/\s+/g, ' ').trim();
    const span = (name: string): number =>
      Math.max(1, Math.min(50, Number(cell.attrs.find((attribute) => attribute.name === name)?.value ?? 1) || 1));
    for (let column = 0; column < span('colspan'); column++) {
      if (span('rowspan') > 1) spans.push({ column: cells.length, left: span('rowspan') - 1, text });
      cells.push(text);
    }
  }
  carry();
  return cells;
}
