/** The engine against gold answers: bars by kind, without a model. Prints the table of each set. */
import { existsSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { parseFile } from '#src/adapters/parse/parse-file.ts';
import type { Answerer } from '#src/answers/answerer.ts';
import { createAnswerer } from '#src/answers/answerer.ts';
import type { EvalSummary } from '#src/answers/evaluate.ts';
import { evalTable, judgeAnswer, parseEvalFile, summarise } from '#src/answers/evaluate.ts';
import { importFile } from '#src/knowledge/importers/import-file.ts';
import { composeLibrary } from '#src/knowledge/packs/compose.ts';
import { mergePack } from '#src/knowledge/packs/merge.ts';
import { desk, rawFiles } from '../unit/answers/desk.ts';

/** Issue 4: at least these shares, in percent. */
const BARS: Readonly<Record<string, number>> = {
  owner: 97,
  'owner-reverse': 93,
  requirement: 88,
  mapping: 95,
  figure: 93,
  'compare-or-multi': 85,
  'out-of-scope': 95,
};
const SETS = [
  { name: 'tuning', url: new URL('tuning.jsonl', import.meta.url) },
  { name: 'holdout', url: new URL('holdout.jsonl', import.meta.url) },
  { name: 'shared examples', url: new URL('../../../shared/eval/examples.jsonl', import.meta.url) },
];

/**
 * `fresh` is by somebody who never saw the product: its odd numbers were looked at while tuning, its even ones never,
 * so the even half is the honest measure. `second` is by whoever tuned, from the sources alone; it was scored once (115
 * of 124) before two of its failures led to changes. The bars are the level reached, in percent; they are below `BARS`
 * in the even half and rise with it. `third` is by another who never saw it; it was scored (owner 88 %, requirement 81 %,
 * figure 73 %) before all of its failures were looked at.
 * `fourth` and `fifth` are by two more who never saw it; `fifth` has the kinds of which the others have few. They were
 * scored first (fourth: 87 %; fifth: 78 %); the odd half of `fourth` and all of `fifth` were looked at later, the even
 * half of `fourth` never. `sixth` is by a fifth such person, in the proportions of the shared examples; scored once
 * before it was looked at, it passed 153 of 160 (owner 94 %, reverse 100, requirement 97, mapping 100, figure 94,
 * comparison 81, out of scope 100), and four of its failures led to changes. `seventh` is by a sixth such person, written
 * after the last change; nobody has looked at its failures: 157 of 160. `eighth` was written from the sources by whoever
 * tuned next, before they read the engine: its odd half passed 70 of 84 and was looked at, its even half 73 of 84 and
 * never was.
 */
const REACHED: readonly {
  readonly name: string;
  readonly file: string;
  readonly keep: (id: number) => boolean;
  readonly bars: Readonly<Record<string, number>>;
  readonly abstained: number;
}[] = [
  {
    name: 'fresh, odd',
    file: 'fresh.jsonl',
    keep: (id) => id % 2 === 1,
    bars: {
      owner: 94,
      'owner-reverse': 100,
      requirement: 97,
      mapping: 100,
      figure: 100,
      'compare-or-multi': 100,
      'out-of-scope': 100,
    },
    abstained: 0.02,
  },
  {
    name: 'fresh, even',
    file: 'fresh.jsonl',
    keep: (id) => id % 2 === 0,
    bars: {
      owner: 88,
      'owner-reverse': 93,
      requirement: 85,
      mapping: 81,
      figure: 100,
      'compare-or-multi': 90,
      'out-of-scope': 92,
    },
    abstained: 0.03,
  },
  {
    name: 'second',
    file: 'second.jsonl',
    keep: () => true,
    bars: {
      owner: 100,
      'owner-reverse': 100,
      requirement: 91,
      mapping: 100,
      figure: 100,
      'compare-or-multi': 100,
      'out-of-scope': 100,
    },
    abstained: 0.02,
  },
  {
    name: 'third',
    file: 'third.jsonl',
    keep: () => true,
    bars: {
      owner: 96,
      'owner-reverse': 100,
      requirement: 97,
      mapping: 100,
      figure: 93,
      'compare-or-multi': 92,
      'out-of-scope': 93,
    },
    abstained: 0.01,
  },
  {
    name: 'fourth, odd',
    file: 'fourth.jsonl',
    keep: (id) => id % 2 === 1,
    bars: {
      owner: 96,
      'owner-reverse': 100,
      requirement: 96,
      mapping: 100,
      figure: 100,
      'compare-or-multi': 100,
      'out-of-scope': 90,
    },
    abstained: 0.01,
  },
  {
    name: 'fourth, even',
    file: 'fourth.jsonl',
    keep: (id) => id % 2 === 0,
    bars: {
      owner: 96,
      'owner-reverse': 92,
      requirement: 93,
      mapping: 88,
      figure: 75,
      'compare-or-multi': 87,
      'out-of-scope': 100,
    },
    abstained: 0.02,
  },
  {
    name: 'fifth',
    file: 'fifth.jsonl',
    keep: () => true,
    bars: { 'owner-reverse': 94, mapping: 96, figure: 100, 'compare-or-multi': 85, 'out-of-scope': 94 },
    abstained: 0.035,
  },
  {
    name: 'sixth',
    file: 'sixth.jsonl',
    keep: () => true,
    bars: {
      owner: 100,
      'owner-reverse': 100,
      requirement: 100,
      mapping: 100,
      figure: 93,
      'compare-or-multi': 87,
      'out-of-scope': 100,
    },
    abstained: 0.01,
  },
  {
    name: 'seventh',
    file: 'seventh.jsonl',
    keep: () => true,
    bars: {
      owner: 97,
      'owner-reverse': 93,
      requirement: 88,
      mapping: 95,
      figure: 93,
      'compare-or-multi': 85,
      'out-of-scope': 95,
    },
    abstained: 0.04,
  },
  {
    name: 'eighth, odd',
    file: 'eighth.jsonl',
    keep: (id) => id % 2 === 1,
    bars: {
      owner: 94,
      'owner-reverse': 100,
      requirement: 93,
      mapping: 100,
      figure: 100,
      'compare-or-multi': 90,
      'out-of-scope': 100,
    },
    abstained: 0.01,
  },
  {
    name: 'eighth, even',
    file: 'eighth.jsonl',
    keep: (id) => id % 2 === 0,
    bars: {
      owner: 77,
      'owner-reverse': 84,
      requirement: 81,
      mapping: 100,
      figure: 90,
      'compare-or-multi': 90,
      'out-of-scope': 100,
    },
    abstained: 0.03,
  },
];

let answerer: Answerer;
beforeAll(async () => {
  answerer = await desk();
});

async function run(url: URL): Promise<EvalSummary> {
  const results = [];
  for (const item of parseEvalFile(readFileSync(url, 'utf8')))
    results.push(judgeAnswer(item, await answerer.ask(item.question)));
  return summarise(results);
}

describe.each(SETS)('$name', ({ name, url }) => {
  test.skipIf(!existsSync(url))('reaches the bar of every kind', async () => {
    const summary = await run(url);
    process.stdout.write(`\n${name}\n${evalTable(summary)}\n`);
    for (const row of summary.rows) {
      const allowed = Math.max(1, Math.floor(row.total * (1 - (BARS[row.kind] ?? 90) / 100)));
      expect
        .soft(
          row.total - row.passed,
          `${row.kind}: ${summary.failures
            .filter((one) => one.kind === row.kind)
            .map((one) => `${one.id} ${one.faults.join(', ')}`)
            .join(' | ')}`,
        )
        .toBeLessThanOrEqual(allowed);
    }
    const { count, total } = summary.wronglyAbstained;
    expect(count / total).toBeLessThanOrEqual(0.04);
  });
});

describe.each(REACHED)('$name', ({ name, file, keep, bars, abstained }) => {
  test('keeps the level reached in every kind', async () => {
    const cases = parseEvalFile(readFileSync(new URL(file, import.meta.url), 'utf8')).filter((item) =>
      keep(Number(item.id.replace(/\D/g, ''))),
    );
    const results = [];
    for (const item of cases) results.push(judgeAnswer(item, await answerer.ask(item.question)));
    const summary = summarise(results);
    process.stdout.write(`\n${name}\n${evalTable(summary)}\n`);
    for (const row of summary.rows)
      expect.soft(row.share * 100, row.kind).toBeGreaterThanOrEqual(bars[row.kind] ?? 100);
    const { count, total } = summary.wronglyAbstained;
    expect(count / total).toBeLessThanOrEqual(abstained);
  });
});

const NIST = new URL(
  '../../../shared/data/catalogs/NIST_SP-800-53_rev5_catalog-min.v5.0.1-oscal1.0.0.json',
  import.meta.url,
);
test.skipIf(!existsSync(NIST))(
  'with the 1,189 controls of NIST SP 800-53 beside, no kind loses more than 3 points',
  async () => {
    const parsed = await parseFile(NIST.pathname);
    const draft = importFile(parsed, { kind: 'oscal-catalog', id: null, version: null });
    const crowded = createAnswerer({ library: composeLibrary(await rawFiles(), [mergePack(draft, null)]) });
    const cases = SETS.slice(0, 2).flatMap(({ url }) => parseEvalFile(readFileSync(url, 'utf8')));
    // A question about a control of 800-53 has its answer now.
    const fair = cases.filter((item) => !/800-53/.test(item.question));
    const score = async (engine: Answerer): Promise<EvalSummary> => {
      const results = [];
      for (const item of fair) results.push(judgeAnswer(item, await engine.ask(item.question)));
      return summarise(results);
    };
    const [alone, beside] = [await score(answerer), await score(crowded)];
    process.stdout.write(`\nwith 800-53 beside\n${evalTable(beside)}\n`);
    for (const row of alone.rows) {
      const other = beside.rows.find((candidate) => candidate.kind === row.kind);
      expect.soft(row.share - (other?.share ?? 0), row.kind).toBeLessThanOrEqual(0.03);
    }
  },
);

test('the sets hold at least 300 questions, half of the first batch kept apart, none twice', () => {
  const cases = SETS.slice(0, 2).map(({ url }) => parseEvalFile(readFileSync(url, 'utf8')));
  const all = cases.flat();
  expect(all.length).toBeGreaterThanOrEqual(300);
  expect(cases[1]?.length).toBeGreaterThanOrEqual(150);
  expect(new Set(all.map((item) => item.id)).size).toBe(all.length);
  expect(new Set(all.map((item) => item.question)).size).toBe(all.length);
});
