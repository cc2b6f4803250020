/**
 * Finds the columns of the matrix by their headers, never by position: wording, order and grouping differ between
 * releases, and the CSV spells the same headers with underscores.
 */
import type { SsrmLayer } from '../schema.ts';
import { controlId } from './aicm-values.ts';
import type { Place, Sheet } from './source.ts';
import { squeeze } from './text.ts';

/** What a column of the matrix holds. */
export type Column =
  | {
      readonly field:
        | 'id'
        | 'title'
        | 'domain'
        | 'specification'
        | 'type'
        | 'question'
        | 'question-id'
        | 'question-ids';
    }
  | { readonly field: 'ownership'; readonly layer: SsrmLayer }
  | { readonly field: 'architecture' | 'lifecycle' | 'threat' | 'implementation' | 'audit'; readonly name: string }
  | { readonly field: 'mapping'; readonly standard: string; readonly part: 'refs' | 'gap' | 'addendum' };

/** A sheet's table: its columns by index, and its rows below the header. */
export type Table = {
  readonly sheet: string;
  readonly columns: ReadonlyMap<number, Column>;
  readonly rows: readonly {
    readonly cells: readonly string[];
    readonly place: Place;
    readonly id: string | null;
    readonly printedId: string;
  }[];
  /** Headers that were not understood. */
  readonly unknown: readonly string[];
};

type SheetKind = 'matrix' | 'implementation' | 'audit' | 'mapping' | 'questions';

const HEADER_ROWS = 15;

/** The table of a sheet, or null where no row looks like its header. */
export function findTable(sheet: Sheet): Table | null {
  const at = sheet.rows.findIndex(
    (row, index) =>
      index < HEADER_ROWS &&
      row.some((cell) => isIdHeader(words(cell))) &&
      row.filter((cell) => cell.trim() !== '').length > 1,
  );
  const header = sheet.rows[at];
  if (header === undefined) return null;
  const groups = groupNames(sheet.rows[at - 1], header.length);
  const kind = sheetKind(sheet.name);
  const columns = new Map<number, Column>();
  const unknown: string[] = [];
  const taken = new Set<string>();
  header.forEach((cell, index) => {
    if (cell.trim() === '') return;
    const column = classify(headerOf(cell, groups[index] ?? ''), kind);
    const key = JSON.stringify(column);
    if (column === null || taken.has(key)) unknown.push(squeeze(cell));
    else {
      taken.add(key);
      columns.set(index, column);
    }
  });
  const idColumn = [...columns].find(([, column]) => column.field === 'id')?.[0];
  let last = '';
  const rows = sheet.rows.slice(at + 1).flatMap((cells, offset) => {
    if (cells.every((cell) => cell.trim() === '')) return [];
    const own = idColumn === undefined ? '' : squeeze(cells[idColumn] ?? '');
    if (own !== '') last = own;
    const printedId = own === '' && kind === 'questions' ? last : own;
    const place = { sheet: sheet.name, row: sheet.firstRow + at + 1 + offset };
    return [{ cells, place, id: controlId(printedId), printedId }];
  });
  return { sheet: sheet.name, columns, rows, unknown };
}

/** Fields of the matrix that a table lacks, as a person would look for them. */
export function missingColumns(tables: readonly Table[]): {
  readonly required: readonly string[];
  readonly other: readonly string[];
} {
  const columns = tables.flatMap((table) => [...table.columns.values()]);
  const has = (field: Column['field']): boolean => columns.some((column) => column.field === field);
  const layers: SsrmLayer[] = ['processing infrastructure', 'model', 'orchestrated service', 'application'];
  const required = (['id', 'title', 'specification'] as const)
    .filter((field) => !has(field))
    .map((field) => `control ${field}`);
  const other = [
    ...layers
      .filter((layer) => !columns.some((column) => column.field === 'ownership' && column.layer === layer))
      .map((layer) => `ownership, ${layer}`),
    ...(['architecture', 'lifecycle', 'threat', 'mapping'] as const).filter((field) => !has(field)),
  ];
  return { required, other };
}

function words(text: string): string {
  return squeeze(text.toLowerCase().replace(/[^a-z0-9&+]+/g, ' '));
}

function isIdHeader(header: string): boolean {
  return (
    /^(?:aicm )?(?:control )?(?:id|identifier|reference)$/.test(header) ||
    /^control (?:id|identifier|no|number|ref)$/.test(header)
  );
}

/** Group headers stand above the column headers, once per group; a version stamp is no group. */
function groupNames(row: readonly string[] | undefined, length: number): readonly string[] {
  const names: string[] = [];
  let current = '';
  for (let index = 0; index < length; index++) {
    const cell = row?.[index] ?? '';
    if (cell.trim() !== '' && !/^\s*[{[]/.test(cell)) current = cell;
    names.push(current);
  }
  return names;
}

function sheetKind(name: string): SheetKind {
  const text = words(name);
  if (/implementation/.test(text)) return 'implementation';
  if (/audit/.test(text)) return 'audit';
  if (/mapping|applicability/.test(text)) return 'mapping';
  return /caiq|question/.test(text) ? 'questions' : 'matrix';
}

/** A column's header and the header of the group above it: in plain small words, and as printed. */
type Header = { readonly header: string; readonly group: string; readonly printed: string; readonly above: string };

function headerOf(cell: string, groupCell: string): Header {
  return { header: words(cell), group: words(groupCell), printed: squeeze(cell), above: squeeze(groupCell) };
}

function classify(found: Header, kind: SheetKind): Column | null {
  const { header, group, printed } = found;
  const both = `${group} ${header}`.trim();
  if (isIdHeader(header)) return { field: 'id' };
  if (/^(?:control )?title$|^control name$/.test(header)) return { field: 'title' };
  if (/^(?:control )?domain(?: name| title)?$/.test(header)) return { field: 'domain' };
  if (/^(?:(?:updated |control )*specifications?)$|^control statement$/.test(header)) return { field: 'specification' };
  if (/^control type$|^type$/.test(header)) return { field: 'type' };
  if (/caiq.*question.*ids?$|^question ids$/.test(header)) return { field: 'question-ids' };
  if (/count$/.test(header)) return null;
  if (/^(?:ai )?(?:caiq )?question id$/.test(header)) return { field: 'question-id' };
  if (kind === 'questions') return /question|assessment/.test(header) ? { field: 'question' } : null;
  const mapping = mappingColumn(found, kind);
  if (mapping !== null) return mapping;
  if (kind === 'implementation' || /^impl /.test(header) || /implementation guid/.test(both))
    return { field: 'implementation', name: named(printed, /^impl(?:ementation)?(?:[ _]guidelines?)?[ _:-]*/i) };
  if (kind === 'audit' || /^audit /.test(header) || /auditing guid/.test(both))
    return { field: 'audit', name: named(printed, /^audit(?:ing)?(?:[ _]guidelines?)?[ _:-]*/i) };
  if (/ownership|ssrm|shared responsib/.test(both)) {
    const layer = layerOf(header);
    return layer === null ? null : { field: 'ownership', layer };
  }
  if (/^arch\b|architect/.test(both))
    return { field: 'architecture', name: named(printed, /^arch(?:itectural[ _]relevance)?[ _:-]*/i) };
  if (/life ?cycle/.test(both))
    return { field: 'lifecycle', name: named(printed, /^life[ _]?cycle(?:[ _]relevance)?[ _:-]*/i) };
  if (/threat/.test(both)) return { field: 'threat', name: named(printed, /^threat(?:[ _]categor(?:y|ies))?[ _:-]*/i) };
  return null;
}

function layerOf(header: string): SsrmLayer | null {
  const text = header.replace(/\b(?:ownership|ssrm|owner|layer|control)\b/g, ' ');
  if (/orchestrat|\bosp\b/.test(text)) return 'orchestrated service';
  if (/\bpi\b|processing|infrastructure|\bcsp\b/.test(text)) return 'processing infrastructure';
  if (/\bapp(?:lication)?s?\b|\bap\b/.test(text)) return 'application';
  return /\bmodels?\b|\bmp\b/.test(text) ? 'model' : null;
}

function mappingColumn({ header, group, printed, above }: Header, kind: SheetKind): Column | null {
  const part = /gap/.test(header) ? 'gap' : /addend/.test(header) ? 'addendum' : /mapping/.test(header) ? 'refs' : null;
  const rest = squeeze(header.replace(/\b(?:control|mappings?|gap|level|addendum|addenda|scope)\b/g, ' '));
  if (part !== null) {
    const named = rest !== '' ? printed : above;
    if (named === '' && kind !== 'mapping') return null;
    return { field: 'mapping', standard: standardName(rest !== '' ? rest : group, named), part };
  }
  return kind === 'mapping' && standardName(header, '') !== ''
    ? { field: 'mapping', standard: standardName(header, printed), part: 'refs' }
    : null;
}

/** The standard's name as the library spells it; the printed header where it is none of the known ones. */
function standardName(text: string, printed: string): string {
  if (/aiuc/.test(text)) return 'AIUC-1';
  if (/\bc5\b/.test(text) && !/\bc4\b|aic4/.test(text)) return 'BSI C5';
  if (/\bc4\b|aic4|\bbsi\b/.test(text)) return 'BSI C4';
  if (/\beu\b.*\bai\b|ai act/.test(text)) return 'EU AI Act';
  if (/42001/.test(text)) return 'ISO/IEC 42001';
  if (/27001/.test(text)) return 'ISO/IEC 27001';
  if (/\brmf\b/.test(text)) return 'NIST AI RMF';
  if (/600 1/.test(text)) return 'NIST AI 600-1';
  return printed.slice(0, 300);
}

function named(printed: string, prefix: RegExp): string {
  const name = squeeze(printed.replace(prefix, '').replace(/_/g, ' '));
  return name === '' ? printed : name;
}
