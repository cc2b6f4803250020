/** Risks from the rows of a table, such as the one the register is exported to. */

import { type RiskFacts, riskSchema } from './risks.ts';
import { tableRows } from './table-rows.ts';

export type RiskProblem = { readonly line: number; readonly column: string; readonly problem: string };
export type RiskRow = Omit<RiskFacts, 'owner'> & {
  /** The risk that the line changes; null where it is a new one. */
  readonly id: string | null;
  /** Slack user id. */
  readonly owner: string;
};
export type RiskTable =
  | { readonly ok: true; readonly risks: readonly RiskRow[] }
  | { readonly ok: false; readonly problems: readonly RiskProblem[] };

const NEEDED = ['asset', 'threat', 'vulnerability', 'likelihood', 'impact', 'treatment', 'owner', 'review_by'] as const;
const ROWS_MAX = 2_000;

/**
 * Reads rows whose first is the header: asset, threat, vulnerability, likelihood and impact (1 to 5), treatment, owner,
 * review_by; id, measures, systems and requests may be left out. Lists are separated by `;`. A line with an id changes that
 * risk, so that the exported register can be edited and brought back.
 * @param momentOf an ISO time, or a day that means its end in UTC; null for neither
 */
export function readRisks(rows: readonly (readonly string[])[], momentOf: (text: string) => string | null): RiskTable {
  const table = tableRows(rows);
  const missing = NEEDED.filter((column) => !table.columns.includes(column));
  if (missing.length > 0 || table.count > ROWS_MAX) {
    const problem = missing.length > 0 ? 'this column is missing' : `at most ${ROWS_MAX} risks at once`;
    const named = missing.length > 0 ? missing : ['' as const];
    return { ok: false, problems: named.map((column) => ({ line: 1, column, problem })) };
  }
  const risks: RiskRow[] = [];
  const problems: RiskProblem[] = [];
  for (const { line, cell: written } of table.rows) {
    // The export's apostrophe before what a spreadsheet would compute is no part of the text.
    const cell = (name: string) => written(name).replace(/^'(?=[=+\-@])/, '');
    const list = (name: string) =>
      cell(name)
        .split(';')
        .map((part) => part.trim())
        .filter((part) => part !== '');
    const parsed = riskSchema.safeParse({
      asset: cell('asset'),
      threat: cell('threat'),
      vulnerability: cell('vulnerability'),
      likelihood: Number(cell('likelihood')),
      impact: Number(cell('impact')),
      treatment: cell('treatment').toLowerCase(),
      measures: cell('measures'),
      owner: /^[UW][A-Z0-9]{2,20}$/.test(cell('owner')) ? cell('owner') : '',
      reviewBy: momentOf(cell('review_by')) ?? '',
      systems: list('systems'),
      requests: list('requests'),
    });
    if (parsed.success) risks.push({ ...parsed.data, id: cell('id').toUpperCase() || null });
    else
      for (const issue of parsed.error.issues)
        problems.push({
          line,
          column: COLUMN[String(issue.path[0])] ?? String(issue.path[0]),
          problem: issue.message,
        });
  }
  return problems.length > 0 ? { ok: false, problems: problems.slice(0, 50) } : { ok: true, risks };
}

const COLUMN: Readonly<Record<string, string>> = { reviewBy: 'review_by' };
