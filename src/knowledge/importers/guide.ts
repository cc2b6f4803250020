/**
 * Reads the guide to an ISMS for AI from the text of its web page: short headings, numbered steps with a paragraph
 * each, call-outs ("Scope definition: ...") and a table whose cells lost their separators.
 */
import type { Aspect } from '../schema.ts';
import { guideDocument } from './documents.ts';
import type { ImportOptions, ItemDraft, RawDraft } from './draft.ts';
import { ImportError } from './errors.ts';
import { looksLikeHeading, type Piece, piecesOf } from './numbered.ts';
import type { ImportWarning, Line, ParsedFile } from './source.ts';
import { linesOf, plainText, shorten, slugOf, splitText, squeeze } from './text.ts';

type Section = { slug: string; title: string; place: Line['place']; lines: Line[] };

/** Headings known from the library keep its ids; any other heading becomes its own slug. */
const SLUGS: readonly (readonly [RegExp, string, Aspect])[] = [
  [/fundamentals/i, 'fundamentals', 'definition'],
  [/\bassets?\b/i, 'assets', 'asset'],
  [/risk assessment/i, 'risk-assessment', 'step'],
  [/^scope\b/i, 'scope', 'scope'],
  [/document/i, 'documentation', 'documentation'],
];

/** Imports the guide's text. @throws ImportError `kind_mismatch` when it has no headings */
export function importGuide(parsed: ParsedFile, options: ImportOptions): RawDraft {
  const warnings: ImportWarning[] = [];
  const lines = linesOf(parsed.content);
  const { title, sections } = sectionsOf(lines);
  if (sections.length === 0) {
    throw new ImportError('kind_mismatch', {
      file: parsed.file.name,
      detail: 'No headings (short lines between blank lines) were found.',
      remedy: 'Import the text as document.',
    });
  }
  const items = sections.map((section): ItemDraft => ({ item: sectionItem(section, warnings), place: section.place }));
  const document = {
    ...guideDocument(shorten(title)),
    ...(options.version === null ? {} : { version: options.version }),
  };
  return { document, classification: null, scope: 'document', items, warnings };
}

function sectionsOf(lines: readonly Line[]): { title: string; sections: readonly Section[] } {
  const sections: Section[] = [];
  let title = '';
  const intro: Line[] = [];
  const marked = lines.some((line) => line.heading !== undefined);
  lines.forEach((line, index) => {
    const text = squeeze(line.text);
    const callout = /^(Scope definition):\s+(.*)$/.exec(text);
    if (callout !== null) {
      sections.push({
        slug: 'scope',
        title: callout[1] ?? '',
        place: line.place,
        lines: [{ ...line, text: callout[2] ?? '' }],
      });
    } else if (marked ? line.heading !== undefined : looksLikeHeading(lines, index)) {
      if (title === '' || (sections.length === 0 && /^\w+$/.test(title))) title = text;
      else sections.push({ slug: slugFor(text), title: text, place: line.place, lines: [] });
    } else if (!/^\p{Extended_Pictographic}\ufe0f?$/u.test(text)) (sections.at(-1)?.lines ?? intro).push(line);
  });
  const first = sections[0];
  if (first !== undefined) first.lines.unshift(...intro);
  return { title: title === '' ? 'Guide' : title, sections };
}

function slugFor(title: string): string {
  return SLUGS.find(([pattern]) => pattern.test(title))?.[1] ?? slugOf(title);
}

function sectionItem(section: Section, warnings: ImportWarning[]): ItemDraft['item'] {
  const aspect = SLUGS.find(([, slug]) => slug === section.slug)?.[2] ?? 'note';
  const table = gluedTable(section.lines, warnings);
  const rest = table === null ? section.lines : section.lines.filter((line) => !table.used.has(line));
  const statements: { aspect: Aspect; text: string }[] = [];
  for (const text of stepsOf(piecesOf(rest)))
    statements.push(...splitText(plainText(text)).map((piece) => ({ aspect, text: piece })));
  for (const row of table?.rows ?? []) statements.push({ aspect, text: row });
  return {
    id: `ISMS-${section.slug}`,
    title: shorten(section.title),
    kind: 'guide',
    statements: statements.length > 0 ? statements : [{ aspect: 'gap', text: 'The guide prints no text here.' }],
    aliases: [shorten(section.title)],
  };
}

/** A numbered step whose text stands in the paragraph below it becomes one text: "1. Identify AI Assets: Catalog ...". */
function stepsOf(pieces: readonly Piece[]): readonly string[] {
  const texts: string[] = [];
  let openStep = false;
  for (const piece of pieces) {
    const step =
      piece.level > 0 && /^\d+\.\s/.test(piece.text) && !/[.:]\s|[.]$/.test(piece.text.replace(/^\d+\.\s/, ''));
    if (openStep && piece.level === 0) texts[texts.length - 1] = `${texts.at(-1)}: ${piece.text}`;
    else texts.push(piece.text);
    openStep = step;
  }
  return texts;
}

/** Lines of a table whose cells stand together without a separator ("ModelsWeights, architecturesConfidential"). */
function gluedTable(
  lines: readonly Line[],
  warnings: ImportWarning[],
): { readonly rows: readonly string[]; readonly used: ReadonlySet<Line> } | null {
  const cellsOf = (text: string): readonly string[] =>
    (text.includes('\t') ? text.split('\t') : text.split(/(?<=\p{Ll})(?=\p{Lu})/u)).map((cell) => cell.trim());
  const start = lines.findIndex((line, index) => {
    const cells = cellsOf(line.text);
    return (
      cells.length >= 2 && [1, 2].every((step) => cellsOf(lines[index + step]?.text ?? '').length === cells.length)
    );
  });
  const header = lines[start];
  if (header === undefined) return null;
  const names = cellsOf(header.text);
  const used = new Set<Line>([header]);
  const rows: string[] = [];
  for (const line of lines.slice(start + 1)) {
    const cells = cellsOf(line.text);
    if (cells.length !== names.length) break;
    used.add(line);
    const [first = '', ...others] = cells;
    rows.push(`${first}: ${others.map((cell, index) => `${names[index + 1]} ${cell}`).join('; ')}.`);
  }
  if (!header.text.includes('\t')) {
    warnings.push({
      code: 'glued_table',
      place: header.place,
      detail: `A table lost its separators; ${rows.length} rows are cut where a capital follows a small letter.`,
    });
  }
  return { rows, used };
}
