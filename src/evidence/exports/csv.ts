/** CSV (RFC 4180) that a spreadsheet cannot be made to execute, and the listing of a population of entries. */
import { EvidenceError } from '../errors.ts';
import type { Statement } from '../statement.ts';

const CELL_CHARS_MAX = 32_767;

/**
 * One line with its CRLF. A cell that a spreadsheet would take for a formula gets an apostrophe before it; control
 * characters become spaces; a cell is cut at 32,767 characters.
 */
export function csvLine(cells: readonly (string | number | null)[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`;
}

function csvCell(cell: string | number | null): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return String(cell);
  const plain = cell.replace(/(?!\n)\p{Cc}/gu, ' ').slice(0, CELL_CHARS_MAX);
  const safe = /^[=+\-@\t]/.test(plain) ? `'${plain}` : plain;
  return /[",\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Parses CSV into rows of cells. Throws `csv_invalid` for an open quote, 200,000 rows or 100 columns. */
export function parseCsv(text: string): readonly (readonly string[])[] {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = '';
  let quoted = false;
  const endRow = (): void => {
    row.push(cell);
    if (row.length > 100 || rows.length >= 200_000) throw new EvidenceError('csv_invalid', 'too many rows or columns');
    if (row.some((value) => value !== '')) rows.push(row);
    row = [];
    cell = '';
  };
  for (let i = 0; i < text.length; i += 1) {
    const char = text.charAt(i);
    if (quoted) {
      if (char !== '"') cell += char;
      else if (text.charAt(i + 1) === '"') {
        cell += '"';
        i += 1;
      } else quoted = false;
    } else if (char === '"' && cell === '') quoted = true;
    else if (char === ',') {
      row.push(cell);
      cell = '';
    } else if (char === '\n') endRow();
    else if (char !== '\r') cell += char;
  }
  if (quoted) throw new EvidenceError('csv_invalid', 'a quote is not closed');
  if (cell !== '' || row.length > 0) endRow();
  return rows;
}

/** Columns of the listing. */
export const LISTING_COLUMNS = [
  'index',
  'time',
  'evidence',
  'event',
  'request',
  'revision',
  'actor',
  'role',
  'assignment',
  'outcome',
  'controls',
  'subjects',
  'policy_sha256',
  'event_id',
] as const;

/** Header of the listing, as a line. */
export function listingHeader(): string {
  return csvLine(LISTING_COLUMNS);
}

/** One entry of the listing. Everything in it stands in the signed statement. */
export function listingLine(index: number, { predicate, predicateType, subject }: Statement): string {
  const { event, actor, request, policy } = predicate;
  return csvLine([
    index,
    event.at,
    predicateType.split(':')[2] ?? '',
    event.type,
    request?.shortId ?? null,
    request?.revision ?? null,
    actor.id,
    actor.role ?? null,
    actor.assignment ?? null,
    outcomeOf(predicate.data),
    predicate.controls.join(' '),
    subject.map(({ name, digest }) => `${name}=${digest.sha256}`).join(' '),
    policy?.sha256 ?? null,
    event.id,
  ]);
}

function outcomeOf(data: unknown): string | null {
  if (typeof data !== 'object' || data === null) return null;
  if ('outcome' in data && typeof data.outcome === 'string') return data.outcome;
  return 'choice' in data && typeof data.choice === 'string' ? data.choice : null;
}

/** What a listing says about itself. */
export type Population = {
  readonly origin: string;
  /** The filters in words or JSON. */
  readonly query: string;
  readonly from: string | null;
  readonly to: string | null;
  readonly count: number;
  readonly firstIndex: number | null;
  readonly lastIndex: number | null;
  /** Size and root (base64) of the checkpoint it was taken from. */
  readonly size: number;
  readonly root: string;
  /** Whether every index of the checkpoint was read to find these. */
  readonly gapCheck: 'all indexes read, none missing' | 'gaps found' | 'not checked';
};

/** The `csv` export: what the population is, an empty line, then the listing. */
export async function* populationCsv(
  population: Population,
  entries: AsyncIterable<{ readonly index: number; readonly statement: Statement }>,
): AsyncGenerator<string> {
  const head: readonly (readonly [string, string | number | null])[] = [
    ['log', population.origin],
    ['query', population.query],
    ['from', population.from],
    ['to', population.to],
    ['count', population.count],
    ['first index', population.firstIndex],
    ['last index', population.lastIndex],
    ['gap check', population.gapCheck],
    ['checkpoint size', population.size],
    ['checkpoint root', population.root],
  ];
  for (const row of head) yield csvLine(row);
  yield '\r\n';
  yield listingHeader();
  for await (const { index, statement } of entries) yield listingLine(index, statement);
}
