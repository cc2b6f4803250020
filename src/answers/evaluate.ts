/** Scores answers against gold, as `../shared/eval/README.md` describes; pure. */
import { z } from 'zod';
import { RACI_LETTERS } from '#src/knowledge/library.ts';
import { nameKey } from '#src/knowledge/names.ts';
import type { RaciLetter } from '#src/knowledge/schema.ts';
import type { Answer } from './types.ts';

/** One question with its gold answer. */
const evalCaseSchema = z.object({
  id: z.string().max(40),
  question: z.string().max(20_000),
  kind: z.string().max(40),
  gold: z.record(z.string(), z.unknown()),
  source_ids: z.array(z.string().max(80)).max(50),
  must_include: z.array(z.array(z.string().max(200)).max(60)).max(40),
  must_not_include: z.array(z.string().max(200)).max(40),
});
export type EvalCase = z.infer<typeof evalCaseSchema>;

/** The verdict on one answer; `faults` is empty when it passes. */
export type EvalResult = {
  readonly id: string;
  readonly kind: string;
  readonly passed: boolean;
  readonly faults: readonly string[];
  readonly abstained: boolean;
  readonly latencyMs: number;
  /** Of a list question: shares of the gold found and of the answer that is gold. */
  readonly list: { readonly recall: number; readonly precision: number } | null;
};

/** Reads JSON lines; throws a ZodError or SyntaxError with the first broken line's content in its message. */
export function parseEvalFile(text: string): readonly EvalCase[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => evalCaseSchema.parse(JSON.parse(line)));
}

/** Does a term stand in a text? At a word start; terms of up to four letters as a whole word. */
export function hasTerm(text: string, term: string): boolean {
  const hay = text.toLowerCase();
  const needle = term.toLowerCase();
  const whole = needle.replace(/[^a-z0-9]/g, '').length <= 4;
  for (let at = hay.indexOf(needle); at >= 0; at = hay.indexOf(needle, at + 1)) {
    const before = hay[at - 1] ?? ' ';
    const after = hay[at + needle.length] ?? ' ';
    if (/[a-z0-9]/.test(before)) continue;
    if (whole && /[a-z0-9]/.test(after)) continue;
    return true;
  }
  return false;
}

/** Judges one answer. */
export function judgeAnswer(test: EvalCase, answer: Answer): EvalResult {
  const faults: string[] = [];
  for (const term of test.must_not_include) if (hasTerm(answer.answer, term)) faults.push(`forbidden: ${term}`);
  if (test.kind === 'out-of-scope') {
    if (!answer.abstained) faults.push('should abstain');
  } else {
    for (const group of test.must_include) {
      if (!group.some((term) => hasTerm(answer.answer, term))) faults.push(`missing: ${group.join(' | ')}`);
    }
    faults.push(...sourceFaults(test, answer), ...roleFaults(test, answer), ...ownerFaults(test, answer));
  }
  return {
    id: test.id,
    kind: test.kind,
    passed: faults.length === 0,
    faults,
    abstained: answer.abstained,
    latencyMs: answer.latencyMs,
    list: listScore(test, answer),
  };
}

function sourceFaults(test: EvalCase, answer: Answer): readonly string[] {
  const cited = answer.citations.map((citation) => citation.id);
  const needed = test.gold['all_sources_needed'];
  if (Array.isArray(needed))
    return needed.filter((id) => !cited.includes(String(id))).map((id) => `source missing: ${String(id)}`);
  if (test.source_ids.length === 0) return [];
  if (test.kind === 'owner-reverse') return cited.some((id) => test.source_ids.includes(id)) ? [] : ['source: none'];
  const primary = cited[0];
  return primary !== undefined && test.source_ids.includes(primary) ? [] : [`source: ${primary ?? 'none'}`];
}

function roleFaults(test: EvalCase, answer: Answer): readonly string[] {
  const asked = test.gold['asked'];
  const roles = test.gold['roles'];
  if (!Array.isArray(asked) || typeof roles !== 'object' || roles === null || test.kind !== 'owner') return [];
  const faults: string[] = [];
  for (const letter of RACI_LETTERS.filter((one) => asked.includes(one))) {
    const gold: unknown = Reflect.get(roles, letter);
    if (!Array.isArray(gold)) continue;
    if (!sameSet(gold.map(String), answer.roles?.[letter as RaciLetter] ?? [])) {
      faults.push(`roles ${letter}: ${(answer.roles?.[letter] ?? []).join(', ') || 'none'}`);
    }
  }
  return faults;
}

function ownerFaults(test: EvalCase, answer: Answer): readonly string[] {
  const layers = test.gold['layers'];
  if (typeof layers !== 'object' || layers === null) return [];
  const faults: string[] = [];
  for (const [layer, gold] of Object.entries(layers as Record<string, { owners?: string[]; shared?: boolean }>)) {
    const found = answer.owners?.find((owned) =>
      owned.layer.startsWith(layer === 'PI' ? 'proc' : layer.toLowerCase().slice(0, 5)),
    );
    if (found === undefined || !sameSet(gold.owners ?? [], found.owners) || found.shared !== (gold.shared ?? false))
      faults.push(`owners of ${layer}`);
  }
  return faults;
}

function sameSet(a: readonly string[], b: readonly string[]): boolean {
  const left = new Set(a.map(nameKey));
  const right = new Set(b.map(nameKey));
  return left.size === right.size && [...left].every((name) => right.has(name));
}

function listScore(test: EvalCase, answer: Answer): EvalResult['list'] {
  const gold = test.gold['section_ids'];
  if (!Array.isArray(gold) || answer.items === null) return null;
  const extra = test.gold['qualified'];
  const allowed = new Set([...gold, ...(Array.isArray(extra) ? extra : [])].map(String));
  const found = gold.filter((id) => answer.items?.includes(String(id)) === true).length;
  const right = answer.items.filter((id) => allowed.has(id)).length;
  return {
    recall: gold.length === 0 ? 1 : found / gold.length,
    precision: answer.items.length === 0 ? 1 : right / answer.items.length,
  };
}

/** Bounds of the 95 % Wilson interval of a share. */
export function wilson(passed: number, total: number): { readonly low: number; readonly high: number } {
  if (total === 0) return { low: 0, high: 1 };
  const z = 1.959964;
  const p = passed / total;
  const denominator = 1 + (z * z) / total;
  const centre = p + (z * z) / (2 * total);
  const margin = z * Math.sqrt((p * (1 - p)) / total + (z * z) / (4 * total * total));
  return { low: (centre - margin) / denominator, high: (centre + margin) / denominator };
}

/** A row of the table: one kind, or all. */
export type EvalRow = {
  readonly kind: string;
  readonly passed: number;
  readonly total: number;
  readonly share: number;
  readonly low: number;
  readonly high: number;
};

/** What an evaluation run found. */
export type EvalSummary = {
  readonly rows: readonly EvalRow[];
  readonly all: EvalRow;
  /** Answerable questions that were not answered. */
  readonly wronglyAbstained: { readonly count: number; readonly total: number };
  readonly listRecall: number | null;
  readonly listPrecision: number | null;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly failures: readonly EvalResult[];
};

/** Sums up results by kind. */
export function summarise(results: readonly EvalResult[]): EvalSummary {
  const row = (kind: string, of: readonly EvalResult[]): EvalRow => {
    const passed = of.filter((result) => result.passed).length;
    return {
      kind,
      passed,
      total: of.length,
      share: of.length === 0 ? 1 : passed / of.length,
      ...wilson(passed, of.length),
    };
  };
  const kinds = [...new Set(results.map((result) => result.kind))];
  const answerable = results.filter((result) => result.kind !== 'out-of-scope');
  const lists = results.flatMap((result) => (result.list === null ? [] : [result.list]));
  const mean = (values: readonly number[]): number | null =>
    values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
  const times = results.map((result) => result.latencyMs).sort((a, b) => a - b);
  return {
    rows: kinds.map((kind) =>
      row(
        kind,
        results.filter((result) => result.kind === kind),
      ),
    ),
    all: row('all', results),
    wronglyAbstained: { count: answerable.filter((result) => result.abstained).length, total: answerable.length },
    listRecall: mean(lists.map((list) => list.recall)),
    listPrecision: mean(lists.map((list) => list.precision)),
    p50Ms: times[Math.floor(times.length * 0.5)] ?? 0,
    p99Ms: times[Math.floor(times.length * 0.99)] ?? 0,
    failures: results.filter((result) => !result.passed),
  };
}

/** The summary as a table of at most 80 columns. */
export function evalTable(summary: EvalSummary): string {
  const percent = (value: number): string => `${(value * 100).toFixed(1).padStart(5)} %`;
  const line = (row: EvalRow): string =>
    `${row.kind.padEnd(18)} ${String(row.passed).padStart(4)} / ${String(row.total).padEnd(4)} ${percent(row.share)}   [${percent(row.low)}, ${percent(row.high)}]`;
  const { count, total } = summary.wronglyAbstained;
  return [
    'kind               passed        share     95 % interval',
    ...summary.rows.map(line),
    line(summary.all),
    `wrongly abstained ${count} of ${total} (${percent(total === 0 ? 0 : count / total).trim()})`,
    ...(summary.listRecall === null
      ? []
      : [
          `lists: recall ${percent(summary.listRecall).trim()}, precision ${percent(summary.listPrecision ?? 0).trim()}`,
        ]),
    `time: p50 ${summary.p50Ms.toFixed(2)} ms, p99 ${summary.p99Ms.toFixed(2)} ms`,
  ].join('\n');
}
