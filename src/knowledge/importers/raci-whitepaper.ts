/**
 * Reads the responsibilities whitepaper: numbered sections, 35 of them with a RACI and the five other dimensions
 * (evaluation criteria, strategy, monitoring, access control, guardrails), and the front matter before them.
 */
import type { Aspect } from '../schema.ts';
import { whitepaperDocument } from './documents.ts';
import type { ImportOptions, ItemDraft, RawDraft } from './draft.ts';
import { ImportError } from './errors.ts';
import { figuresOf } from './figures.ts';
import { type NumberedSection, numberedSections, piecesOf } from './numbered.ts';
import { isLetterLine, readRaci } from './raci.ts';
import type { ImportWarning, Line, ParsedFile } from './source.ts';
import { standardsIn } from './standards.ts';
import { linesOf, plainText, shorten, splitText, squeeze } from './text.ts';
import { frontMatter, splitFront } from './whitepaper-front.ts';

type Statement = { aspect: Aspect; text: string };

const LABELS: readonly (readonly [RegExp, Aspect | 'raci'])[] = [
  [/^evaluation criteria$/i, 'criteria'],
  [/^(?:raci model|responsibility \(raci model\)|raci)$/i, 'raci'],
  [/^high-?level implementation strateg(?:y|ies)$/i, 'strategy'],
  [/^continuous monitoring and reporting$/i, 'monitoring'],
  [/^access control(?: mapping)?$/i, 'access-control'],
  [/^foundational guardrails$/i, 'guardrails'],
];
/** Dimensions that a section may leave out, as the library names them when they are empty. */
const DIMENSIONS: readonly (readonly [Aspect, string])[] = [
  ['criteria', 'evaluation criteria'],
  ['strategy', 'implementation strategy'],
  ['monitoring', 'monitoring and reporting'],
  ['access-control', 'access control mapping'],
  ['guardrails', 'foundational guardrails'],
];

/** Imports the whitepaper's text. @throws ImportError `kind_mismatch` when no section has a RACI */
export function importRaciWhitepaper(parsed: ParsedFile, options: ImportOptions): RawDraft {
  const warnings: ImportWarning[] = [];
  const { front, body, tail } = splitFront(linesOf(parsed.content));
  const { before, sections } = numberedSections(body, warnings);
  const chapters = new Map(sections.map((section) => [section.number, section.title]));
  const items = sections.map(
    (section): ItemDraft => ({ item: sectionItem(section, chapters, warnings), place: section.heading.place }),
  );
  if (!items.some((draft) => draft.item.raci !== undefined)) {
    throw new ImportError('kind_mismatch', {
      file: parsed.file.name,
      detail: 'No numbered section with a RACI was found.',
      remedy: 'Import another kind of text as document.',
    });
  }
  const matter = frontMatter([...front, ...before], tail, sections, warnings);
  const document = whitepaperDocument(matter.title, options.version ?? matter.version);
  return { document, classification: null, scope: 'document', items: [...matter.items, ...items], warnings };
}

function sectionItem(
  section: NumberedSection,
  chapters: ReadonlyMap<string, string>,
  warnings: ImportWarning[],
): ItemDraft['item'] {
  const id = `WP-${section.number}`;
  const { raciLines, statements, sawLabel } = sortLines(section);
  const reading = readRaci(raciLines, warnings, id);
  if (reading === null && sawLabel)
    warnings.push({
      code: 'no_raci',
      place: section.heading.place,
      itemId: id,
      detail: `${id} has a RACI heading, but no letter could be read.`,
    });
  for (const line of reading?.prose ?? [])
    statements.push(...splitText(line).map((text) => ({ aspect: 'ownership' as const, text })));
  const kind = reading === null ? 'guide' : 'responsibility';
  const parts = section.number.split('.');
  const chapter = chapters.get(parts.slice(0, Math.max(1, parts.length - 1)).join('.'));
  const empty =
    kind === 'guide'
      ? []
      : DIMENSIONS.filter(([aspect]) => !statements.some((statement) => statement.aspect === aspect)).map(
          ([, name]) => name,
        );
  const guardrails = statements
    .filter((statement) => statement.aspect === 'guardrails')
    .flatMap((statement) => standardsIn(statement.text));
  return {
    id,
    title: shorten(section.title),
    kind,
    ...(chapter === undefined || chapter === section.title ? {} : { chapter: shorten(chapter) }),
    ...(reading === null ? {} : { raci: reading.raci, alternatives: reading.alternatives }),
    statements: statements.length > 0 ? statements : [{ aspect: 'scope', text: section.title }],
    figures: figuresOf(
      statements.filter((statement) => statement.aspect === 'criteria').map((statement) => statement.text),
    ),
    guardrails: [...new Set(guardrails)].map((name) => shorten(name)),
    empty,
    aliases: [section.title].map((title) => shorten(title)),
  };
}

/** Sorts a section's lines by the dimension they stand under; what has no label is a definition or a closing reason. */
function sortLines(section: NumberedSection): {
  raciLines: readonly Line[];
  statements: Statement[];
  sawLabel: boolean;
} {
  const raciLines: Line[] = [];
  const statements: Statement[] = [];
  let aspect: Aspect | 'raci' | null = null;
  let seen = 0;
  for (const piece of piecesOf(section.lines)) {
    const label = labelOf(piece.text);
    if (label !== null) {
      aspect = label.aspect;
      seen++;
    }
    const text = label === null ? piece.text : label.rest;
    if (aspect === 'raci' && (label !== null || isLetterLine(piece.text))) {
      if (text !== '') raciLines.push({ text, place: piece.place });
      continue;
    }
    if (aspect === 'raci') aspect = null;
    const plain = plainText(text);
    if (plain === '') continue;
    const closing = label === null && piece.level === 0 && seen >= 5;
    const own: Aspect = closing ? 'reason' : (aspect ?? (seen === 0 ? 'definition' : 'note'));
    statements.push(...splitText(plain).map((part) => ({ aspect: own, text: part })));
  }
  return { raciLines, statements, sawLabel: raciLines.length > 0 || aspect === 'raci' };
}

/** `- **Evaluation Criteria:** text`, with or without bullet and bold. */
function labelOf(text: string): { readonly aspect: Aspect | 'raci'; readonly rest: string } | null {
  const match = /^(?:\*\*)?([A-Z][A-Za-z() -]{3,50}?)\s*:\s*(?:\*\*)?\s*(.*)$/s.exec(squeeze(text));
  if (match === null) return null;
  const found = LABELS.find(([pattern]) => pattern.test((match[1] ?? '').trim()));
  return found === undefined ? null : { aspect: found[1], rest: (match[2] ?? '').trim() };
}
