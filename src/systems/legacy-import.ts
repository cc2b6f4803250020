/** Systems that ran before Countersign did, from the rows of a table; each gets a day by which it must be approved. */

import { LIMITS } from '#src/approvals/text-limits.ts';
import type { FactsInput } from './decide-system.ts';
import { systemKeyOf } from './names.ts';
import { CLASSIFICATIONS, type Classification } from './system.ts';
import { tableRows } from './table-rows.ts';

/** One line of the table, read. `owner` is a Slack user id. */
export type LegacySystem = {
  readonly name: string;
  readonly owner: string;
  readonly facts: Omit<FactsInput, 'owner'>;
  readonly runsIn: readonly string[];
  /** ISO time. */
  readonly approvalDue: string;
};

export type LegacyProblem = { readonly line: number; readonly column: string; readonly problem: string };
export type LegacyResult =
  | { readonly ok: true; readonly systems: readonly LegacySystem[] }
  | { readonly ok: false; readonly problems: readonly LegacyProblem[] };

const LEGACY_COLUMNS = [
  'name',
  'owner',
  'purpose',
  'environments',
  'data',
  'classification',
  'vendors',
  'approval_due',
] as const;
const ROWS_MAX = 2_000;

/**
 * Reads rows whose first is the header. `name`, `owner` and `approval_due` are needed; lists are separated by `;`.
 * @param momentOf an ISO time, or a day that means its end in UTC; null for neither
 */
export function readLegacy(
  rows: readonly (readonly string[])[],
  momentOf: (text: string) => string | null,
): LegacyResult {
  const table = tableRows(rows);
  const problems: LegacyProblem[] = [];
  for (const needed of ['name', 'owner', 'approval_due'] as const)
    if (!table.columns.includes(needed)) problems.push({ line: 1, column: needed, problem: 'this column is missing' });
  if (table.count > ROWS_MAX) problems.push({ line: 1, column: '', problem: `at most ${ROWS_MAX} systems at once` });
  if (problems.length > 0) return { ok: false, problems };
  const seen = new Set<string>();
  const systems: LegacySystem[] = [];
  for (const { line, cell } of table.rows) {
    const read = readRow(cell, momentOf, (column, problem) => problems.push({ line, column, problem }));
    const key = systemKeyOf(cell('name'));
    if (seen.has(key)) problems.push({ line, column: 'name', problem: 'stands in the table twice' });
    seen.add(key);
    if (read !== null) systems.push(read);
  }
  return problems.length > 0 ? { ok: false, problems: problems.slice(0, 50) } : { ok: true, systems };
}

function readRow(
  cell: (name: (typeof LEGACY_COLUMNS)[number]) => string,
  momentOf: (text: string) => string | null,
  wrong: (column: string, problem: string) => void,
): LegacySystem | null {
  const name = cell('name');
  const owner = cell('owner');
  const approvalDue = momentOf(cell('approval_due'));
  const classification = cell('classification').toLowerCase();
  if (name === '' || name.length > LIMITS.name) wrong('name', `needs 1 to ${LIMITS.name} characters`);
  if (!/^[UW][A-Z0-9]{2,20}$/.test(owner)) wrong('owner', 'needs a Slack member id such as U024BE7LH');
  if (approvalDue === null) wrong('approval_due', 'needs a day such as 2027-03-31');
  if (classification !== '' && !isClassification(classification))
    wrong('classification', `is one of ${CLASSIFICATIONS.join(', ')}`);
  if (approvalDue === null) return null;
  const list = (text: string) =>
    text
      .split(';')
      .map((part) => part.trim())
      .filter((part) => part !== '')
      .slice(0, 20);
  const grade: Classification = isClassification(classification) ? classification : 'internal';
  const facts = {
    purpose: cell('purpose').slice(0, 1_500),
    data: list(cell('data')).map((data) => ({ name: data.slice(0, 120), classification: grade })),
    vendors: list(cell('vendors')),
  };
  return { name, owner, facts, runsIn: list(cell('environments')), approvalDue };
}

function isClassification(value: string): value is Classification {
  return CLASSIFICATIONS.some((one) => one === value);
}
