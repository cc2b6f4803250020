/** The directory as a table (CSV): `role,user,from,until,deputy`. Pure: rows come from the parser. */
import { type DirectoryFile, directoryFileSchema } from './file.ts';

export type TableProblem = { readonly line: number; readonly column: string; readonly problem: string };
export type TableResult =
  | { readonly ok: true; readonly file: DirectoryFile }
  | { readonly ok: false; readonly problems: readonly TableProblem[] };

const COLUMNS = ['role', 'user', 'from', 'until', 'deputy'] as const;

/** Reads rows whose first is the header; empty cells count as open ends and no deputy. */
export function directoryFromRows(rows: readonly (readonly string[])[]): TableResult {
  const [header = [], ...body] = rows;
  const names = header.map((cell) => cell.trim().toLowerCase());
  const missing = (['role', 'user'] as const).filter((column) => !names.includes(column));
  if (missing.length > 0)
    return { ok: false, problems: missing.map((column) => ({ line: 1, column, problem: 'this column is missing' })) };
  const lines: number[] = [];
  const assignments: Record<string, string | null>[] = [];
  for (const [index, row] of body.entries()) {
    if (row.every((cell) => cell.trim() === '')) continue;
    lines.push(index + 2);
    const cells = COLUMNS.map((column) => [column, (row[names.indexOf(column)] ?? '').trim() || null] as const);
    assignments.push(Object.fromEntries(cells));
  }
  const parsed = directoryFileSchema.safeParse({ assignments });
  if (parsed.success) return { ok: true, file: parsed.data };
  return {
    ok: false,
    problems: parsed.error.issues.slice(0, 50).map((issue) => ({
      line: lines[Number(issue.path[1])] ?? 1,
      column: String(issue.path[2] ?? ''),
      problem: issue.message,
    })),
  };
}
