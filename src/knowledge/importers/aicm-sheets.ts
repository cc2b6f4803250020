/** Reads the AI Controls Matrix from CSA's workbook or from its CSV form. */
import type { SsrmLayer } from '../schema.ts';
import { type Column, findTable, missingColumns, type Table } from './aicm-columns.ts';
import { stampedVersion } from './aicm-stamp.ts';
import { aicmRelease, chapterOf, readOwners } from './aicm-values.ts';
import { aicmDocument } from './documents.ts';
import type { ImportOptions, ItemDraft, RawDraft } from './draft.ts';
import { ImportError } from './errors.ts';
import { mappingsOf, type Reference, readReferences } from './references.ts';
import type { ImportWarning, ParsedFile, Place, Sheet } from './source.ts';
import { shorten, splitText, squeeze } from './text.ts';

type Statements = NonNullable<ItemDraft['item']['statements']>;
type Aspect =
  | 'requirement'
  | 'ownership'
  | 'lifecycle'
  | 'risk'
  | 'scope'
  | 'strategy'
  | 'audit'
  | 'mapping'
  | 'gap'
  | 'question'
  | 'note';
type Values = { refs: string; gap: string; addendum: string };

/** What the sheets say about one control, before it becomes an item. */
type Control = {
  readonly id: string;
  readonly place: Place;
  title: string;
  specification: string;
  type: string;
  readonly owners: Map<SsrmLayer, { value: string; place: Place }>;
  readonly named: Map<
    'architecture' | 'lifecycle' | 'threat' | 'implementation' | 'audit',
    { name: string; value: string }[]
  >;
  readonly mappings: Map<string, Values>;
  readonly questions: { readonly id: string; readonly text: string }[];
  /** Ids of questions whose text is not in the file (the CSV lists only these). */
  questionIds: string;
};

/** Controls of each known release; another number is worth a look. */
const COUNTS: Readonly<Record<string, number>> = { '1.0.3': 243, '1.1.0': 247, '1.1.1': 247 };
const LAYERS: readonly SsrmLayer[] = ['processing infrastructure', 'model', 'orchestrated service', 'application'];

/** Imports CSA's workbook: several sheets, each with a version stamp in its first cell. */
export function importAicmWorkbook(parsed: ParsedFile, options: ImportOptions): RawDraft {
  const sheets = sheetsOf(parsed);
  const warnings: ImportWarning[] = [];
  const version = stampedVersion(sheets, options, parsed.file.name, warnings);
  return fromTables(parsed, sheets, version, warnings);
}

/** Imports the CSV form; it carries no version, so `--version` is needed. */
export function importAicmCsv(parsed: ParsedFile, options: ImportOptions): RawDraft {
  const sheets = sheetsOf(parsed);
  if (options.version === null) {
    throw new ImportError('version_missing', {
      file: parsed.file.name,
      detail: 'A CSV file does not say which release of the matrix it is.',
      remedy: 'Give it with --version, e.g. --version 1.1.1.',
    });
  }
  return fromTables(parsed, sheets, aicmRelease(options.version, parsed.file.name), []);
}

function sheetsOf(parsed: ParsedFile): readonly Sheet[] {
  if (parsed.content.kind === 'rows') return parsed.content.sheets;
  throw new ImportError('kind_mismatch', {
    file: parsed.file.name,
    detail: `A ${parsed.file.format} file has no rows and columns.`,
    remedy: 'Import the xlsx workbook as aicm-workbook, or its CSV form as aicm-csv.',
  });
}

function fromTables(
  parsed: ParsedFile,
  sheets: readonly Sheet[],
  version: string,
  warnings: ImportWarning[],
): RawDraft {
  const tables = sheets.map(findTable).filter((table) => table !== null);
  const missing = missingColumns(tables);
  if (missing.required.length > 0) {
    throw new ImportError('columns_missing', {
      file: parsed.file.name,
      place: tables[0] === undefined ? {} : { sheet: tables[0].sheet },
      detail: `No column is headed ${missing.required.join(', ')}.`,
      remedy: 'Check the header row; columns are found by their header, in any order.',
    });
  }
  for (const name of missing.other) {
    warnings.push({ code: 'column_missing', place: {}, detail: `No column was found for: ${name}.` });
  }
  const controls = new Map<string, Control>();
  const matrix = tables.filter((table) =>
    [...table.columns.values()].some((column) => column.field === 'specification'),
  );
  for (const table of matrix) addControls(table, controls, warnings);
  for (const table of tables) addValues(table, controls, warnings);
  const expected = COUNTS[version];
  if (expected !== undefined && expected !== controls.size) {
    warnings.push({
      code: 'count_changed',
      place: {},
      detail: `${controls.size} controls were read; release ${version} has ${expected}.`,
    });
  }
  const items = [...controls.values()].map(
    (control): ItemDraft => ({ item: itemOf(control, tables, warnings), place: control.place }),
  );
  return { document: aicmDocument(version), classification: null, scope: 'document', items, warnings };
}

function addControls(table: Table, controls: Map<string, Control>, warnings: ImportWarning[]): void {
  for (const row of table.rows) {
    if (row.id === null) {
      const detail = `"${shorten(row.printedId, 60)}" is not a control’s id; the row is left out.`;
      warnings.push({ code: row.printedId === '' ? 'left_out' : 'unreadable_value', place: row.place, detail });
      continue;
    }
    if (controls.has(row.id)) {
      const first = controls.get(row.id)?.place.row;
      warnings.push({
        code: 'duplicate_id',
        place: row.place,
        itemId: row.id,
        detail: `${row.id} stands already in row ${first}; this row is left out.`,
      });
      continue;
    }
    controls.set(row.id, {
      id: row.id,
      place: row.place,
      title: '',
      specification: '',
      type: '',
      owners: new Map(),
      named: new Map(),
      mappings: new Map(),
      questions: [],
      questionIds: '',
    });
  }
}

function addValues(table: Table, controls: ReadonlyMap<string, Control>, warnings: ImportWarning[]): void {
  const seen = new Set<string>();
  const perQuestion = [...table.columns.values()].some((column) => column.field === 'question');
  for (const row of table.rows) {
    const control = row.id === null ? undefined : controls.get(row.id);
    if (control === undefined) {
      if (row.id !== null)
        warnings.push({
          code: 'unreadable_value',
          place: row.place,
          itemId: row.id,
          detail: `${row.id} is not in the matrix itself.`,
        });
      continue;
    }
    if (seen.has(control.id) && !perQuestion) continue;
    seen.add(control.id);
    const questionId = [...table.columns].find(([, column]) => column.field === 'question-id')?.[0];
    const asked = questionId === undefined ? '' : squeeze(row.cells[questionId] ?? '');
    for (const [index, column] of table.columns) {
      const value = squeeze(row.cells[index] ?? '');
      if (column.field === 'question' && value !== '') control.questions.push({ id: asked, text: value });
      else addValue(control, column, value, { ...row.place, column: index + 1 });
    }
  }
}

function addValue(control: Control, column: Column, value: string, place: Place): void {
  if (column.field === 'title' && control.title === '') control.title = value;
  else if (column.field === 'specification' && control.specification === '') control.specification = value;
  else if (column.field === 'type') control.type = value;
  else if (column.field === 'ownership') control.owners.set(column.layer, { value, place });
  else if (column.field === 'question-ids') control.questionIds = value;
  else if (column.field === 'mapping') {
    const known = control.mappings.get(column.standard) ?? { refs: '', gap: '', addendum: '' };
    known[column.part] = value;
    control.mappings.set(column.standard, known);
  } else if ('name' in column) {
    const list = control.named.get(column.field) ?? [];
    list.push({ name: column.name, value });
    control.named.set(column.field, list);
  }
}

function itemOf(control: Control, tables: readonly Table[], warnings: ImportWarning[]): ItemDraft['item'] {
  const { id, place } = control;
  const short = id.replace(/^AICM-/, '');
  const hasOwnership = tables.some((table) =>
    [...table.columns.values()].some((column) => column.field === 'ownership'),
  );
  if (control.specification === '')
    warnings.push({ code: 'empty_statement', place, itemId: id, detail: `${id} has no specification.` });
  const statements: { aspect: Aspect; text: string }[] = [];
  const push = (aspect: Aspect, text: string): void => {
    for (const piece of splitText(text)) statements.push({ aspect, text: piece });
  };
  push(
    'requirement',
    control.specification === ''
      ? `${control.title || id}: the matrix prints no specification.`
      : control.specification,
  );
  const ownership = hasOwnership ? ownershipOf(control, warnings, push) : undefined;
  const empty: string[] = [];
  for (const [field, aspect, name] of [
    ['lifecycle', 'lifecycle', 'lifecycle'],
    ['threat', 'risk', 'threat coverage'],
    ['architecture', 'scope', 'architectural relevance'],
    ['implementation', 'strategy', 'implementation guidelines'],
    ['audit', 'audit', 'auditing guidelines'],
  ] as const) {
    const values = control.named.get(field);
    if (values === undefined) continue;
    const lines = namedText(name, values);
    if (lines.length === 0) empty.push(name);
    for (const line of lines) push(aspect, line);
  }
  const mappings = mappingsFrom(control, empty, push);
  if (control.type !== '') push('note', `Control type: ${control.type}.`);
  for (const { id: asked, text } of control.questions)
    push('question', `AI-CAIQ${asked === '' ? '' : ` ${asked}`}: ${text}`);
  if (control.questionIds !== '') push('question', `AI-CAIQ questions: ${control.questionIds}.`);
  const chapter = chapterOf(id);
  return {
    id,
    title: shorten(control.title === '' ? short : control.title),
    kind: 'control',
    ...(chapter === undefined ? {} : { chapter }),
    statements: statements satisfies Statements,
    ...(ownership === undefined ? {} : { ownership }),
    mappings,
    figures:
      control.questions.length === 0
        ? []
        : [{ value: String(control.questions.length), of: `AI-CAIQ questions for ${short}` }],
    empty,
    aliases: [short],
  };
}

function ownershipOf(
  control: Control,
  warnings: ImportWarning[],
  push: (aspect: Aspect, text: string) => void,
): NonNullable<ItemDraft['item']['ownership']> {
  const unstated: string[] = [];
  const layers = LAYERS.map((layer) => {
    const cell = control.owners.get(layer);
    const reading = readOwners(cell?.value ?? '');
    if (!reading.ok) {
      const detail = `Owner of the ${layer} layer: "${shorten(cell?.value ?? '', 80)}".`;
      warnings.push({ code: 'unreadable_value', place: cell?.place ?? control.place, itemId: control.id, detail });
    }
    const owners = reading.ok ? reading.owners : [];
    if (owners.length === 0) unstated.push(layer);
    push(
      'ownership',
      owners.length === 0 ? `${layer}: no owner is stated at the source.` : `${layer}: ${cell?.value ?? ''}.`,
    );
    return { layer, owners, shared: reading.ok && reading.shared };
  });
  if (unstated.length > 0) {
    const detail = `${control.id}: no owner is stated for ${unstated.length === LAYERS.length ? 'any layer' : unstated.join(', ')}.`;
    warnings.push({ code: 'empty_ownership', place: control.place, itemId: control.id, detail });
  }
  return layers;
}

/** Ticked columns are listed by name; columns with a text of their own give one line each. */
function namedText(name: string, values: readonly { name: string; value: string }[]): readonly string[] {
  const filled = values.filter(({ value }) => value !== '' && !/^(?:false|no|0|-)$/i.test(value));
  const ticked = filled.filter(({ value }) => /^(?:x|✓|✔|yes|y|true|1|●)$/i.test(value)).map((entry) => entry.name);
  const lines = filled
    .filter((entry) => !ticked.includes(entry.name))
    .map((entry) => `${capital(name)}, ${entry.name}: ${entry.value}`);
  return ticked.length === 0 ? lines : [`${capital(name)}: ${ticked.join(', ')}.`, ...lines];
}

function mappingsFrom(
  control: Control,
  empty: string[],
  push: (aspect: Aspect, text: string) => void,
): NonNullable<ItemDraft['item']['mappings']> {
  const all: NonNullable<ItemDraft['item']['mappings']> = [];
  for (const [standard, { refs, gap, addendum }] of control.mappings) {
    if (refs === '' && gap === '' && addendum === '') {
      empty.push(`mapping to ${standard}`);
      continue;
    }
    const value = (text: string): string | null => (text === '' || /^N\/?A$/i.test(text) ? null : text.slice(0, 4_000));
    const read: readonly Reference[] = readReferences(refs, standard);
    const own = mappingsOf(read, { gap: value(gap), addendum: value(addendum) });
    const merged = own.length > 0 ? own : [{ standard, refs: [], gap: value(gap), addendum: value(addendum) }];
    all.push(...merged);
    for (const mapping of merged) push('mapping', `${mapping.standard}: ${mapping.refs.join('; ') || 'no reference'}.`);
    if (value(gap) !== null) push('gap', `Gap to ${standard}: ${gap}.`);
    if (value(addendum) !== null) push('gap', `Addendum to ${standard}: ${addendum}`);
  }
  return all;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
