/**
 * Building and loading the index: an import of NIST SP 800-53 from a cold start until a question finds it, 10,000
 * passages indexed, a restart with unchanged knowledge, and the memory that 10,000 passages take.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { catalog80053 } from './inputs.ts';
import { percentile, type Report } from './report.ts';

export const name = 'index';

type Figures = Readonly<Record<string, number>> & { readonly wall: number };

const CHILD = fileURLToPath(import.meta.resolve('./index-child.ts'));

/** Runs the bench. */
export async function run(report: Report): Promise<void> {
  await importing(report);
  await indexing(report);
  await memory(report);
}

async function importing(report: Report): Promise<void> {
  const catalogue = catalog80053();
  if (catalogue === null) {
    report.skip('import of NIST SP 800-53', 'the shared folder is not beside this checkout');
    return;
  }
  const runs: Figures[] = [];
  for (let round = 0; round < (report.quick ? 1 : 3); round++) {
    runs.push(await child('import', catalogue, join(report.folder, `import-${round}`)));
  }
  const seconds = runs.map(({ wall }) => wall / 1000);
  report.figure({
    what: '800-53 imported and searchable, cold',
    value: percentile(seconds, 0.5),
    unit: 's',
    bar: { below: 10 },
  });
  const items = runs[0]?.['items'] ?? 0;
  const passages = runs[0]?.['passages'] ?? 0;
  report.note(`${items} controls, ${passages} passages, from the start of the process to a question that finds one`);
}

async function indexing(report: Report): Promise<void> {
  const folder = join(report.folder, 'index-10000');
  const built = await child('build', '10000', folder);
  report.figure({ what: '10,000 passages indexed', value: (built['ms'] ?? 0) / 1000, unit: 's', bar: { below: 15 } });
  for (const passages of [0, 10_000]) {
    const of = join(report.folder, `index-${passages}`);
    // The larger one was built above.
    if (passages === 0) await child('build', '0', of);
    const runs: Figures[] = [];
    for (let round = 0; round < (report.quick ? 3 : 7); round++) runs.push(await child('load', String(passages), of));
    const of50 = (key: string): number =>
      percentile(
        runs.map((one) => one[key] ?? Number.NaN),
        0.5,
      );
    const which = passages === 0 ? 'the shipped library' : '10,000 passages';
    report.figure({
      what: `restart, ${which}`,
      value: of50('lexicalMs') + of50('vectorMs'),
      unit: 'ms',
      bar: { below: 150 },
    });
    report.figure({ what: `  words (before the address is shown)`, value: of50('lexicalMs'), unit: 'ms' });
    report.figure({ what: `  vectors (off the hot path)`, value: of50('vectorMs'), unit: 'ms' });
    report.figure({ what: `  what the first question needs besides`, value: of50('warmMs'), unit: 'ms' });
    report.figure({ what: `  texts embedded again`, value: of50('embedded'), unit: '', bar: { below: 1 } });
  }
}

async function memory(report: Report): Promise<void> {
  const folder = join(report.folder, 'index-10000');
  const runs: Figures[] = [];
  for (let round = 0; round < (report.quick ? 1 : 3); round++) runs.push(await child('memory', '10000', folder));
  const of50 = (key: string): number =>
    percentile(
      runs.map((one) => one[key] ?? Number.NaN),
      0.5,
    );
  report.figure({ what: 'memory of 10,000 passages (RSS)', value: of50('rss'), unit: 'MB', bar: { below: 120 } });
  report.figure({ what: '  of it on the JavaScript heap', value: of50('heap'), unit: 'MB' });
}

/** Runs a step in a process of its own; its last line is its figures, `wall` the milliseconds of the whole process. */
async function child(
  ...args: readonly string[]
): Promise<Readonly<Record<string, number>> & { readonly wall: number }> {
  const since = performance.now();
  const process_ = spawn(process.execPath, ['--expose-gc', CHILD, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise<number | null>((resolve) => process_.once('exit', resolve));
  let figures: Record<string, number> = {};
  let wall = 0;
  for await (const line of createInterface({ input: process_.stdout })) {
    wall = performance.now() - since;
    figures = JSON.parse(line) as Record<string, number>;
  }
  const code = await ended;
  if (code !== 0) throw new Error(`index-child ${args.join(' ')} ended with ${code}`);
  return { ...figures, wall };
}
