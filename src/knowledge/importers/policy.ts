/**
 * Reads a policy of numbered clauses with a title block. A clause is a section of the second level, or one of the first
 * level that has none below it (11 and 12 of the template). Each bullet is a requirement of its own.
 */
import type { Aspect, DocumentInfo } from '../schema.ts';
import { audienceOf, policyDocument } from './documents.ts';
import type { ImportOptions, ItemDraft, RawDraft } from './draft.ts';
import { ImportError } from './errors.ts';
import { type NumberedSection, numberedSections, piecesOf } from './numbered.ts';
import type { ImportWarning, Line, ParsedFile } from './source.ts';
import { linesOf, plainText, shorten, splitText, squeeze } from './text.ts';

type Statement = { aspect: Aspect; text: string };
type Block = ReadonlyMap<string, string>;

const ASPECTS: readonly (readonly [RegExp, Aspect])[] = [
  [/^purpose$/i, 'purpose'],
  [/^scope$/i, 'scope'],
  [/^definitions?$/i, 'definition'],
  [/roles/i, 'role'],
  [/^related documents$/i, 'document'],
];

/** Imports a policy's text. @throws ImportError `kind_mismatch` when it has no numbered clauses */
export function importPolicy(parsed: ParsedFile, options: ImportOptions): RawDraft {
  const warnings: ImportWarning[] = [];
  const lines = corrected(linesOf(parsed.content), warnings);
  const { before, sections } = numberedSections(lines, warnings);
  const clauses = sections.filter(
    (section) => !sections.some((other) => other.number.startsWith(`${section.number}.`)),
  );
  if (clauses.length < 2) {
    throw new ImportError('kind_mismatch', {
      file: parsed.file.name,
      detail: 'No numbered clauses ("4.3 Model Deployment") were found.',
      remedy: 'Import a text without numbers as document.',
    });
  }
  const chapters = new Map(sections.map((section) => [section.number, section.title]));
  const items = clauses.map(
    (section, index): ItemDraft => ({
      item: clauseItem(section, chapters, index === clauses.length - 1, warnings),
      place: section.heading.place,
    }),
  );
  const block = titleBlock(before);
  const classification = block.get('document classification') ?? null;
  const title =
    block.get('document title') ?? squeeze(before.find((line) => line.text.trim() !== '')?.text ?? 'Policy');
  const revisions = revisionsOf(before);
  const version = options.version ?? revisions.at(-1)?.version ?? 'version not printed';
  const approver = revisions.at(-1)?.approvedBy ?? block.get('owner') ?? null;
  const document = policyDocument({
    title: shorten(title),
    version: shorten(version),
    approver,
    audience: audienceOf(classification),
    revisions,
  });
  const doc = blockItem(block, before, revisions, title);
  return {
    document,
    classification,
    scope: 'document',
    items: [{ item: doc, place: before[0]?.place ?? {} }, ...items],
    warnings,
  };
}

/** Scanned policies print "Al" (with a small L) for "AI". */
function corrected(lines: readonly Line[], warnings: ImportWarning[]): readonly Line[] {
  let count = 0;
  let first: Line | undefined;
  const fixed = lines.map((line) => {
    const text = line.text.replace(/\bAl\b(?!-Q)(?=[\s-])/g, 'AI');
    if (text === line.text) return line;
    first ??= line;
    count++;
    return { ...line, text };
  });
  if (first !== undefined)
    warnings.push({ code: 'corrected_text', place: first.place, detail: `"Al" is read as "AI" in ${count} lines.` });
  return fixed;
}

function clauseItem(
  section: NumberedSection,
  chapters: ReadonlyMap<string, string>,
  last: boolean,
  warnings: ImportWarning[],
): ItemDraft['item'] {
  const aspect = ASPECTS.find(([pattern]) => pattern.test(section.title))?.[1] ?? 'requirement';
  const lines = last ? withoutTrailer(section.lines, warnings) : section.lines;
  const statements = piecesOf(lines).flatMap((piece) =>
    splitText(plainText(piece.text)).map((text): Statement => ({ aspect, text })),
  );
  const id = `POL-${section.number}`;
  if (statements.length === 0)
    warnings.push({
      code: 'empty_statement',
      place: section.heading.place,
      itemId: id,
      detail: `${id} has a heading and no text.`,
    });
  const chapter = chapters.get(section.number.split('.')[0] ?? '');
  return {
    id,
    title: shorten(section.title),
    kind: 'clause',
    ...(chapter === undefined || chapter === section.title ? {} : { chapter: shorten(chapter) }),
    statements:
      statements.length > 0
        ? statements
        : [{ aspect: 'gap', text: `The policy prints no text under ${section.number}.` }],
    aliases: [shorten(`policy ${section.number}`)],
  };
}

/** Advertising after the last clause: lines in capitals, nothing of the policy. */
function withoutTrailer(lines: readonly Line[], warnings: ImportWarning[]): readonly Line[] {
  const end = lines.findIndex(
    (line) => /\p{Lu}{4}/u.test(line.text) && !/\p{Ll}/u.test(line.text) && line.text.trim().split(/\s+/).length >= 3,
  );
  if (end < 0) return lines;
  const dropped = lines.slice(end).filter((line) => line.text.trim() !== '');
  warnings.push({
    code: 'left_out',
    place: lines[end]?.place ?? {},
    detail: `Left out after the last clause: "${shorten(dropped.map((line) => line.text.trim()).join(' / '), 150)}".`,
  });
  return lines.slice(0, end);
}

const FIELDS = [
  'document title',
  'document number',
  'document classification',
  'document status',
  'release date',
  'author',
  'reviewer/ custodian',
  'reviewer',
  'custodian',
  'owner',
  'approver',
  'approved by',
];

/** Headings and column headers of a title block, and rows of its revision table, which say nothing of their own. */
const HEADS =
  /^(?:document management information|issue details|revision details|version no\b.*|document contact details|role name designation|distribution list|name|\d+(?:\.\d+)+\s.*)$/i;

/** `Document Title:<tab>Artificial ...` and the rows of the contact table; names in lower case, blanks kept as ''. */
function titleBlock(lines: readonly Line[]): Block {
  const block = new Map<string, string>();
  for (const line of lines) {
    const [first = '', ...rest] = line.text.split(/\t|:\s+|:$/).map((cell) => squeeze(cell));
    const name = first.toLowerCase().replace(/:$/, '');
    if (!FIELDS.includes(name) || block.has(name)) continue;
    block.set(name, rest.filter((cell) => cell !== '').at(-1) ?? '');
  }
  return block;
}

/** Rows of the revision table: version, date (may be blank), what changed, who approved. */
function revisionsOf(lines: readonly Line[]): DocumentInfo['revisions'] {
  return lines.flatMap((line) => {
    const cells = line.text.split('\t').map((cell) => squeeze(cell));
    const [version = '', date = '', change = '', approvedBy = ''] = cells;
    if (cells.length < 3 || !/^\d+(?:\.\d+)+$/.test(version)) return [];
    const iso = /^\d{4}-\d{2}-\d{2}$/.test(date) ? date : null;
    return [
      {
        version,
        date: iso,
        change: change === '' ? 'not stated' : change,
        approvedBy: approvedBy === '' ? null : shorten(approvedBy),
      },
    ];
  });
}

function blockItem(
  block: Block,
  lines: readonly Line[],
  revisions: DocumentInfo['revisions'],
  title: string,
): ItemDraft['item'] {
  const statements: Statement[] = [];
  for (const [name, value] of block) {
    statements.push(
      value === ''
        ? { aspect: 'gap', text: `Title block, ${name}: left blank.` }
        : { aspect: 'document', text: `Title block, ${name}: ${value}.` },
    );
  }
  for (const revision of revisions) {
    const date = revision.date ?? 'date left blank';
    statements.push({
      aspect: 'document',
      text: `Revision ${revision.version} (${date}): ${revision.change}; approved by ${revision.approvedBy ?? 'nobody named'}.`,
    });
  }
  const known = [...block.keys()];
  let list = '';
  for (const line of lines) {
    const text = squeeze(line.text.replace(/\t/g, ' '));
    const name = text.split(/:|\t/)[0]?.toLowerCase().trim() ?? '';
    if (/^distribution/i.test(text)) list = 'Distribution: ';
    if (text === '' || text === title || known.some((field) => name.startsWith(field)) || HEADS.test(text)) continue;
    statements.push({ aspect: 'document', text: `${list}${shorten(text, 900)}` });
  }
  return {
    id: 'POL-DOC',
    title: shorten(`Title block of ${title}`),
    kind: 'document',
    statements: statements.length > 0 ? statements : [{ aspect: 'gap', text: 'The policy has no title block.' }],
    aliases: ['title block'],
  };
}
