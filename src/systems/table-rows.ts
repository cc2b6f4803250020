/** Rows of a table whose first one names the columns, however the header is written. Pure. */

export type TableRow = {
  /** 1-based line of the file. */
  readonly line: number;
  /** The trimmed text of a column; empty where it is missing. */
  readonly cell: (column: string) => string;
};

/** Names of the columns (`approval_due` for "Approval due") and the rows that are not empty. */
export function tableRows(rows: readonly (readonly string[])[]): {
  readonly columns: readonly string[];
  readonly count: number;
  readonly rows: readonly TableRow[];
} {
  const [header = [], ...body] = rows;
  const columns = header.map((cell) =>
    cell
      .trim()
      .toLowerCase()
      .replace(/[\s-]+/g, '_'),
  );
  const filled = body.flatMap((row, index): TableRow[] =>
    row.every((cell) => cell.trim() === '')
      ? []
      : [{ line: index + 2, cell: (column) => (row[columns.indexOf(column)] ?? '').trim() }],
  );
  return { columns, count: body.length, rows: filled };
}
