/** What a bench reports: figures with their bars, notes, and what was left out. */

/** How a figure is judged: `below` a bar, or `atLeast` one. */
export type Bar = { readonly below: number } | { readonly atLeast: number };

/** One measured figure, one line of the table. */
export type Figure = {
  /** What was measured, at most 40 characters of it are shown. */
  readonly what: string;
  readonly value: number;
  readonly unit: 'ms' | 's' | 'µs' | '/s' | 'MB' | '';
  /** The bar of the issue; left out for a figure that only explains others. */
  readonly bar?: Bar;
  /** A peer measured in the same run, as `name: its value or how many times slower`. */
  readonly peer?: string;
};

/** One line of what a bench found out. */
export type Line =
  | { readonly kind: 'figure'; readonly figure: Figure }
  | { readonly kind: 'note'; readonly text: string }
  | { readonly kind: 'skipped'; readonly what: string; readonly why: string };

/** What a bench file's `run` is given. */
export type Report = {
  /** Smaller inputs and fewer repetitions: all benches together in under two minutes. */
  readonly quick: boolean;
  /** A folder of this bench's own; removed afterwards. */
  readonly folder: string;
  figure(figure: Figure): void;
  /** A sentence below the bench's figures. */
  note(text: string): void;
  /** A figure that could not be measured here, and why: never left out in silence. */
  skip(what: string, why: string): void;
};

/** A bench file: what each of `scripts/bench/*.ts` that measures exports. */
export type BenchModule = {
  /** Short name for `--only`. */
  readonly name: string;
  run(report: Report): Promise<void>;
};

/** Whether a figure reaches its bar; null without one. */
export function reaches({ value, bar }: Figure): boolean | null {
  if (bar === undefined) return null;
  return 'below' in bar ? value < bar.below : value >= bar.atLeast;
}

/** The value at a share of the sorted values (0.5 the median, 0.99 the 99th percentile); NaN of none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

/** Milliseconds that `work` takes, with its result. */
export async function timed<T>(work: () => T | Promise<T>): Promise<{ readonly ms: number; readonly result: T }> {
  const since = performance.now();
  const result = await work();
  return { ms: performance.now() - since, result };
}

const WIDTHS = [37, 11, 12, 4, 12] as const;

/** The table's head, 80 columns. */
export function headLines(): readonly string[] {
  return [columns('measured', '', 'bar', '', 'peer').trimEnd(), '-'.repeat(80)];
}

/** A line of the table; notes are wrapped below. */
export function tableLines(line: Line): readonly string[] {
  if (line.kind === 'note') return wrapped(line.text, '  · ');
  if (line.kind === 'skipped') return wrapped(`${line.what}: not measured, ${line.why}`, '  - ');
  const { figure } = line;
  const reached = reaches(figure);
  const verdict = reached === null ? '' : reached ? 'ok' : 'MISS';
  const row = columns(figure.what, valueText(figure.value, figure.unit), barText(figure), verdict, figure.peer ?? '');
  return [row.trimEnd()];
}

function columns(...cells: readonly [string, string, string, string, string]): string {
  return cells
    .map((cell, at) => {
      const width = WIDTHS[at] ?? 10;
      const cut = cell.length > width && at < 4 ? `${cell.slice(0, width - 1)}…` : cell;
      return at === 1 ? cut.padStart(width) : cut.padEnd(width);
    })
    .join(' ');
}

/** `12.3 ms`, `1,234 /s`. */
function valueText(value: number, unit: Figure['unit']): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  const number = value.toLocaleString('en', { maximumFractionDigits: digits, minimumFractionDigits: 0 });
  return unit === '' ? value.toLocaleString('en', { maximumFractionDigits: 4 }) : `${number} ${unit}`;
}

/** `< 25 ms` or `≥ 2,000 /s`; empty without a bar. */
function barText({ bar, unit }: Figure): string {
  if (bar === undefined) return '';
  return 'below' in bar ? `< ${valueText(bar.below, unit)}` : `≥ ${valueText(bar.atLeast, unit)}`;
}

function wrapped(text: string, lead: string): readonly string[] {
  const lines: string[] = [];
  let line = lead;
  for (const word of text.split(' ')) {
    if (line.length + word.length > 79) {
      lines.push(line.trimEnd());
      line = ' '.repeat(lead.length);
    }
    line += `${word} `;
  }
  return [...lines, line.trimEnd()];
}
