/**
 * `npm run nightly`: what takes too long for every change. The rules of the decision core against 100,000 random
 * histories, the tests that kill a server 50 times, and the full bench.
 *
 *   npm run nightly -- [--runs N] [--rounds N] [--quick] [--no-bench]
 *
 * A test takes part by reading its number from the environment: `COUNTERSIGN_..._RUNS` or `COUNTERSIGN_..._ROUNDS`.
 * Exit 1 when a step fails; a missed speed alone does not fail a night, it is in the summary.
 */
import { spawn } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const ROOT = join(import.meta.dirname, '..');
const SETTING = /COUNTERSIGN_[A-Z_]+_(?:RUNS|ROUNDS)/g;
/** Lines of a step's output that say how it went. */
const TELLING = /Tests .*(?:passed|failed)|^(?:Every bar|\d+ bars?) |MISS\b|^Failed, see/;

const { values: flags } = parseArgs({
  options: {
    runs: { type: 'string', default: '100000' },
    rounds: { type: 'string', default: '50' },
    quick: { type: 'boolean', default: false },
    bench: { type: 'boolean', default: true },
  },
  allowNegative: true,
});

type Step = {
  readonly name: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
};
type Outcome = {
  readonly name: string;
  readonly ok: boolean;
  readonly minutes: number;
  readonly told: readonly string[];
};

process.exitCode = await night();

async function night(): Promise<number> {
  const outcomes: Outcome[] = [];
  for (const step of steps()) {
    print(`\n=== ${step.name}\n`);
    outcomes.push(await run(step));
  }
  print('\n=== summary\n');
  for (const { name, ok, minutes, told } of outcomes) {
    print(`${ok ? 'ok    ' : 'FAILED'} ${name} (${minutes.toFixed(1)} min)\n`);
    for (const line of told) print(`       ${line}\n`);
  }
  return outcomes.length > 0 && outcomes.every(({ ok }) => ok) ? 0 : 1;
}

/** One step a test file that takes a number, then the bench. */
function steps(): readonly Step[] {
  const tests = globSync('test/**/*.test.ts', { cwd: ROOT }).sort();
  const found: Step[] = [];
  for (const file of tests) {
    const names = new Set(readFileSync(join(ROOT, file), 'utf8').match(SETTING) ?? []);
    if (names.size === 0) continue;
    const env = Object.fromEntries(
      [...names].map((name) => [name, name.endsWith('_RUNS') ? flags.runs : flags.rounds]),
    );
    const numbers = Object.entries(env).map(([name, value]) => `${name}=${value}`);
    found.push({ name: `${file} ${numbers.join(' ')}`, args: ['node_modules/vitest/vitest.mjs', 'run', file], env });
  }
  if (found.length === 0) throw new Error('no test takes a number of runs or rounds any more');
  const bench = { name: 'bench', args: ['scripts/bench/run.ts', ...(flags.quick ? ['--quick'] : [])], env: {} };
  return flags.bench ? [...found, bench] : found;
}

/** Runs a step with its output shown; keeps the lines that tell how it went. */
async function run({ name, args, env }: Step): Promise<Outcome> {
  const since = performance.now();
  const child = spawn(process.execPath, args, {
    cwd: ROOT,
    env: { ...process.env, ...env, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
    print(chunk.toString());
  });
  const code = await new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve));
  const told = output
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => TELLING.test(line));
  return { name, ok: code === 0, minutes: (performance.now() - since) / 60_000, told };
}

function print(text: string): void {
  process.stdout.write(text);
}
