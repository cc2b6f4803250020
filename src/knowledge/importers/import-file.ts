/** Turns a parsed file into a validated draft: cleans its text, runs the importer of its kind, checks what came out. */
import { type ImportKind, MAX_PACK_ITEMS } from '../packs/pack.ts';
import { documentSchema, type Item, itemSchema } from '../schema.ts';
import { importAicmPage } from './aicm-page.ts';
import { importAicmCsv, importAicmWorkbook } from './aicm-sheets.ts';
import { importDocument } from './document.ts';
import type { Draft, ImportOptions, RawDraft } from './draft.ts';
import { ImportError } from './errors.ts';
import { importGuide } from './guide.ts';
import { importOscalCatalog } from './oscal-catalog.ts';
import { importPolicy } from './policy.ts';
import { importRaciWhitepaper } from './raci-whitepaper.ts';
import type { Block, Content, ImportWarning, Line, ParsedFile, Place, Sheet } from './source.ts';
import { suspiciousText, withoutInvisible } from './suspicious.ts';

const IMPORTERS: Readonly<Record<ImportKind, (parsed: ParsedFile, options: ImportOptions) => RawDraft>> = {
  'aicm-page': importAicmPage,
  'aicm-workbook': importAicmWorkbook,
  'aicm-csv': importAicmCsv,
  'raci-whitepaper': importRaciWhitepaper,
  policy: importPolicy,
  guide: importGuide,
  'oscal-catalog': importOscalCatalog,
  document: importDocument,
};

/** Flags of one import; more are counted, not listed. */
const MAX_FLAGS = 200;
const MAX_DEPTH = 60;

/**
 * Imports a parsed file as `options.kind`. Nothing is put in force: the draft is the material of a proposal.
 * @throws ImportError with code, file, place and remedy
 */
export function importFile(parsed: ParsedFile, options: ImportOptions): Draft {
  const flags: ImportWarning[] = [];
  const content = cleaned(parsed, flags);
  const raw = IMPORTERS[options.kind]({ ...parsed, content }, options);
  const file = parsed.file.name;
  if (raw.items.length > MAX_PACK_ITEMS) {
    throw new ImportError('too_many_items', {
      file,
      detail: `The file holds ${raw.items.length} items, more than ${MAX_PACK_ITEMS}.`,
      remedy: 'Import the part that the organisation works by, or split the catalogue.',
    });
  }
  const { items, places, warnings } = validated(raw, file);
  if (items.length === 0) {
    throw new ImportError('no_items', {
      file,
      detail: 'No items were found in the file.',
      remedy: 'Check that --as names the file’s kind.',
    });
  }
  const document = documentSchema.safeParse(raw.document);
  if (!document.success) {
    const issue = document.error.issues[0];
    throw new ImportError('unreadable', {
      file,
      place: { path: `document.${issue?.path.join('.')}` },
      detail: issue?.message ?? 'unreadable.',
      remedy: 'Give --id and --version.',
    });
  }
  const known = new Set(items.map((item) => item.id));
  return {
    document: document.data,
    classification: raw.classification,
    scope: raw.scope,
    items: items.map((item) =>
      raw.scope === 'document' ? { ...item, related: item.related.filter((id) => known.has(id)) } : item,
    ),
    places,
    warnings: [...parsed.warnings, ...flags, ...raw.warnings, ...warnings],
    source: { file, sha256: parsed.file.sha256, bytes: parsed.file.bytes, kind: options.kind },
  };
}

function validated(
  raw: RawDraft,
  file: string,
): { items: readonly Item[]; places: ReadonlyMap<string, Place>; warnings: readonly ImportWarning[] } {
  const items: Item[] = [];
  const places = new Map<string, Place>();
  const warnings: ImportWarning[] = [];
  for (const { item, place } of raw.items) {
    const parsed = itemSchema.safeParse(item);
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      throw new ImportError('unreadable', {
        file,
        place,
        detail: `${item.id}: ${issue?.path.join('.')} ${issue?.message ?? ''}.`,
        remedy: 'Correct the text at this place and import again.',
      });
    }
    if (places.has(parsed.data.id)) {
      warnings.push({
        code: 'duplicate_id',
        place,
        itemId: parsed.data.id,
        detail: `${parsed.data.id} stands twice; this second one is left out.`,
      });
      continue;
    }
    places.set(parsed.data.id, place);
    items.push(parsed.data);
  }
  return { items, places, warnings };
}

/** The content without invisible characters; what was invisible or speaks to a language model is flagged. */
function cleaned(parsed: ParsedFile, flags: ImportWarning[]): Content {
  let more = 0;
  const clean = (text: string, place: Place): string => {
    const found = suspiciousText(text, place);
    for (const flag of found) {
      if (flags.length < MAX_FLAGS) flags.push(flag);
      else more++;
    }
    return withoutInvisible(text);
  };
  const content = cleanContent(parsed.content, clean, parsed.file.name);
  if (content.kind === 'lines') {
    for (const flag of brokenInstructions(content.lines)) if (flags.length < MAX_FLAGS) flags.push(flag);
  }
  if (more > 0) flags.push({ code: 'left_out', place: {}, detail: `${more} further flags are not listed.` });
  return content;
}

/** Instructions that a line break cuts in two, which neither line shows by itself. */
function brokenInstructions(lines: readonly Line[]): readonly ImportWarning[] {
  const instruction = (text: string, place: Place): readonly ImportWarning[] =>
    suspiciousText(text, place).filter((flag) => flag.code === 'model_instruction');
  return lines.flatMap((line, index) => {
    const next = lines[index + 1]?.text.trim() ?? '';
    const text = line.text.trim();
    if (next === '' || text === '' || text.length + next.length > 2_000) return [];
    if (instruction(text, line.place).length > 0 || instruction(next, line.place).length > 0) return [];
    return instruction(`${text} ${next}`, line.place);
  });
}

type Clean = (text: string, place: Place) => string;

function cleanContent(content: Content, clean: Clean, file: string): Content {
  if (content.kind === 'rows') return { kind: 'rows', sheets: content.sheets.map((sheet) => cleanSheet(sheet, clean)) };
  if (content.kind === 'lines')
    return {
      kind: 'lines',
      lines: content.lines.map((line): Line => ({ ...line, text: clean(line.text, line.place) })),
    };
  if (content.kind === 'blocks')
    return { kind: 'blocks', blocks: content.blocks.map((block) => cleanBlock(block, clean)) };
  return { kind: 'data', data: cleanData(content.data, clean, [], file) };
}

function cleanSheet(sheet: Sheet, clean: Clean): Sheet {
  const rows = sheet.rows.map((row, at) =>
    row.map((cell, column) => clean(cell, { sheet: sheet.name, row: sheet.firstRow + at, column: column + 1 })),
  );
  return { ...sheet, rows };
}

function cleanBlock(block: Block, clean: Clean): Block {
  if (block.type === 'table')
    return { ...block, rows: block.rows.map((row) => row.map((cell) => clean(cell, block.place))) };
  return { ...block, text: clean(block.text, block.place) };
}

function cleanData(value: unknown, clean: Clean, path: readonly (string | number)[], file: string): unknown {
  if (typeof value === 'string') return clean(value, { path: path.join('.') });
  if (typeof value !== 'object' || value === null) return value;
  if (path.length > MAX_DEPTH) {
    throw new ImportError('unreadable', {
      file,
      place: { path: path.slice(0, 8).join('.') },
      detail: `The data is nested more than ${MAX_DEPTH} levels deep.`,
      remedy: 'Import a catalogue as its publisher wrote it.',
    });
  }
  if (Array.isArray(value)) return value.map((entry, index) => cleanData(entry, clean, [...path, index], file));
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]) => [key, cleanData(entry, clean, [...path, key], file)]),
  );
}
