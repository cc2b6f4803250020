/** Small text work that several importers share. */
import type { Content, Line } from './source.ts';

/** Longest text of one statement; longer ones are cut at sentences into several. */
const STATEMENT_CHARS = 900;
const SHORT_CHARS = 300;

/** One run of whitespace is one space; ends trimmed. */
export function squeeze(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

/** Markdown emphasis and links reduced to what a reader sees. */
export function plainText(text: string): string {
  return squeeze(
    text
      .replace(/\[([^\][]{0,500})\]\([^()\s]{0,2000}(?:\([^()]{0,200}\)[^()\s]{0,200})?\)/g, '$1')
      .replace(/\*\*([^*]+)\*\*/g, '$1')
      .replace(/\*\*/g, '')
      .replace(/(?<![\w*])\*([^*\n]+)\*(?![\w*])/g, '$1')
      .replace(/\\([()[\]*_#])/g, '$1'),
  );
}

/** Cuts a text at sentence ends into pieces of at most `limit` characters; nothing is lost. */
export function splitText(text: string, limit: number = STATEMENT_CHARS): readonly string[] {
  const whole = squeeze(text);
  if (whole.length <= limit) return whole === '' ? [] : [whole];
  const pieces: string[] = [];
  let piece = '';
  for (const sentence of whole
    .split(/(?<=[.!?;:]["”)]?)\s+(?=[\p{Lu}\d("“[])/u)
    .flatMap((part) => hardSplit(part, limit))) {
    if (piece !== '' && piece.length + 1 + sentence.length > limit) {
      pieces.push(piece);
      piece = '';
    }
    piece = piece === '' ? sentence : `${piece} ${sentence}`;
  }
  if (piece !== '') pieces.push(piece);
  return pieces;
}

function hardSplit(text: string, limit: number): readonly string[] {
  if (text.length <= limit) return [text];
  const parts: string[] = [];
  let part = '';
  for (const word of text.split(' ').flatMap((long) => long.match(new RegExp(`.{1,${limit}}`, 'gsu')) ?? [])) {
    if (part !== '' && part.length + 1 + word.length > limit) {
      parts.push(part);
      part = '';
    }
    part = part === '' ? word : `${part} ${word}`;
  }
  return part === '' ? parts : [...parts, part];
}

/** At most 300 characters, cut at a word, with an ellipsis when something was cut. */
export function shorten(text: string, limit: number = SHORT_CHARS): string {
  const whole = squeeze(text);
  if (whole.length <= limit) return whole;
  const cut = whole.slice(0, limit - 1);
  return `${cut.slice(0, Math.max(cut.lastIndexOf(' '), limit / 2))}…`;
}

/** Lower-case words joined by hyphens, for ids; at most 40 characters. */
export function slugOf(text: string): string {
  const words = squeeze(text)
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
  let slug = '';
  for (const word of words) {
    if (slug !== '' && slug.length + 1 + word.length > 40) break;
    slug = slug === '' ? word.slice(0, 40) : `${slug}-${word}`;
  }
  return slug;
}

/** Any content as lines: list items get their marker and indentation back, table rows become tab-separated. */
export function linesOf(content: Content): readonly Line[] {
  if (content.kind === 'lines') return content.lines;
  if (content.kind !== 'blocks') return [];
  const lines: Line[] = [];
  for (const block of content.blocks) {
    if (block.type === 'table') {
      for (const row of block.rows) lines.push({ text: row.join('\t'), place: block.place });
    } else {
      const mark = block.type === 'list-item' ? listMark(block.text, block.level) : '';
      const heading = block.type === 'heading' ? { heading: block.level } : {};
      for (const text of block.text.split('\n')) lines.push({ text: `${mark}${text}`, place: block.place, ...heading });
    }
    if (block.type !== 'list-item') lines.push({ text: '', place: block.place });
  }
  return lines;
}

/** A bullet, except before a number: Markdown reads "1. Introduction" as a list, and a number is its own mark. */
function listMark(text: string, level: number): string {
  const indent = '  '.repeat(Math.max(0, level - 1));
  return /^\d{1,3}[.)]\s/.test(text) ? indent : `${indent}- `;
}
