/** Reads Markdown (CommonMark with tables) as blocks with line numbers. HTML in it is left out and flagged. */
import type { fromMarkdown as parseMarkdown } from 'mdast-util-from-markdown';
import type { Block, Content, ImportWarning } from '#src/knowledge/importers/source.ts';
import { decodeMarkup } from './decode.ts';

type RootContent = ReturnType<typeof parseMarkdown>['children'][number];
type Table = Extract<RootContent, { type: 'table' }>;

/** Headings, paragraphs, list items (with depth) and tables in reading order. */
export async function readMarkdown(bytes: Uint8Array, file: string, warnings: ImportWarning[]): Promise<Content> {
  const text = decodeMarkup(bytes, file, warnings)
    .replace(/^\ufeff/, '')
    .replace(/^---\r?\n[\s\S]*?\r?\n---\r?\n/, (front) => '\n'.repeat(front.split('\n').length - 1))
    .replace(/^[ \t]{81,}/gm, ' '.repeat(80));
  const [{ fromMarkdown }, { gfmTable }, { gfmTableFromMarkdown }] = await Promise.all([
    import('mdast-util-from-markdown'),
    import('micromark-extension-gfm-table'),
    import('mdast-util-gfm-table'),
  ]);
  const tree = fromMarkdown(text, { extensions: [gfmTable()], mdastExtensions: [gfmTableFromMarkdown()] });
  const blocks: Block[] = [];
  for (const node of tree.children) visit(node, 0, blocks, warnings);
  return { kind: 'blocks', blocks };
}

/** Deeper lists are nobody's; the parser's time grows with the square of their depth, hence the cut of indentation. */
const MAX_LIST_DEPTH = 40;

function visit(node: RootContent, depth: number, blocks: Block[], warnings: ImportWarning[]): void {
  const place = { line: node.position?.start.line ?? 1 };
  if (node.type === 'heading') blocks.push({ type: 'heading', level: node.depth, text: inline(node, warnings), place });
  else if (node.type === 'paragraph') {
    const text = inline(node, warnings);
    if (text.trim() !== '')
      blocks.push(depth === 0 ? { type: 'paragraph', text, place } : { type: 'list-item', level: depth, text, place });
  } else if (node.type === 'code') blocks.push({ type: 'paragraph', text: node.value, place });
  else if (node.type === 'table') blocks.push({ type: 'table', rows: tableRows(node, warnings), place });
  else if (node.type === 'html') flagHtml(node.value, place.line, warnings);
  else if (node.type === 'list' && depth < MAX_LIST_DEPTH) {
    for (const [index, item] of node.children.entries()) {
      const at = blocks.length;
      for (const child of item.children) visit(child, depth + 1, blocks, warnings);
      if (node.ordered === true) numberItem(blocks, at, (node.start ?? 1) + index);
    }
  } else if (node.type === 'blockquote' && depth < MAX_LIST_DEPTH)
    for (const child of node.children) visit(child, depth, blocks, warnings);
}

/** Puts the number of an ordered list back before its item: it may be a clause's number. */
function numberItem(blocks: Block[], at: number, number: number): void {
  const first = blocks[at];
  if (first?.type === 'list-item') blocks[at] = { ...first, text: `${number}. ${first.text}` };
}

function tableRows(table: Table, warnings: ImportWarning[]): string[][] {
  return table.children.map((row) => row.children.map((cell) => inline(cell, warnings)));
}

function inline(node: RootContent, warnings: ImportWarning[]): string {
  if (node.type === 'html') {
    flagHtml(node.value, node.position?.start.line ?? 1, warnings);
    return '';
  }
  if (node.type === 'break') return ' ';
  if ('value' in node) return node.value;
  return 'children' in node ? node.children.map((child) => inline(child, warnings)).join('') : '';
}

function flagHtml(value: string, line: number, warnings: ImportWarning[]): void {
  if (/<(?:script|iframe|object|embed|style)\b|javascript:|\son\w+\s*=/i.test(value)) {
    warnings.push({
      code: 'script_dropped',
      place: { line },
      detail: 'HTML with a script or an embedded page is left out.',
    });
  } else if (value.startsWith('<!--') && value.replace(/<!--|-->/g, '').trim() !== '') {
    warnings.push({
      code: 'hidden_text',
      place: { line },
      detail: `A comment that readers do not see is left out: "${value
        .replace(/<!--|-->/g, '')
        .trim()
        .slice(0, 100)}"`,
    });
  } else if (
    !/^<\/?(?:br|b|i|u|sub|sup|p|div|span|a|em|strong|center|img)\b[^>]*>$/i.test(value.trim()) &&
    !value.startsWith('<!--')
  ) {
    warnings.push({ code: 'left_out', place: { line }, detail: 'HTML inside the Markdown is left out.' });
  }
}
