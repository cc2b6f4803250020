/**
 * `npm run bench`: measures what the issues put a figure on, one process a bench, and prints a table of 80 columns.
 *
 *   npm run bench -- [--quick] [--only NAME]... [--strict] [--json]
 *
 * Exit 1 with `--strict` when a bar is missed, or whenever a bench fails; otherwise 0.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { type BenchModule, headLines, type Line, type Report, reaches, tableLines } from './report.ts';

type Bench = {
  /** Cores that the bench and whatever it starts may use; all of them where left out. */
  readonly cores?: number;
  readonly load: () => Promise<BenchModule>;
};

const BENCHES: Readonly<Record<string, Bench>> = {
  start: { load: () => import('./start.ts') },
  ask: { cores: 1, load: () => import('./ask.ts') },
  retrieval: { load: () => import('./retrieval.ts') },
  index: { load: () => import('./index-build.ts') },
  decide: { load: () => import('./decide.ts') },
  directory: { load: () => import('./directory.ts') },
  votes: { cores: 2, load: () => import('./votes.ts') },
  sweep: { load: () => import('./sweep.ts') },
  append: { cores: 2, load: () => import('./append.ts') },
  log: { cores: 2, load: () => import('./log.ts') },
  gate: { cores: 2, load: () => import('./gate.ts') },
};

const { values: flags } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true, default: [] },
    strict: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    /** Used by the process itself: runs one bench and prints its lines as JSON. */
    child: { type: 'string' },
  },
});

process.exitCode = flags.child === undefined ? await all() : await one(flags.child);

/** Runs one bench in this process. */
async function one(name: string): Promise<number> {
  const bench = await BENCHES[name]?.load();
  if (bench === undefined) return 2;
  const folder = await mkdtemp(join(tmpdir(), 'countersign-bench-'));
  const print = (line: Line): void => {
    process.stdout.write(`${JSON.stringify(line)}\n`);
  };
  const report: Report = {
    quick: flags.quick,
    folder,
    figure: (figure) => print({ kind: 'figure', figure }),
    note: (text) => print({ kind: 'note', text }),
    skip: (what, why) => print({ kind: 'skipped', what, why }),
  };
  try {
    await bench.run(report);
    return 0;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Runs the chosen benches one after the other, so that none disturbs another. */
async function all(): Promise<number> {
  const unknown = flags.only.filter((name) => !(name in BENCHES));
  if (unknown.length > 0) {
    console.error(`There is no bench ${unknown.join(', ')}. There are: ${Object.keys(BENCHES).join(', ')}.`);
    return 2;
  }
  const chosen = Object.keys(BENCHES).filter((name) => flags.only.length === 0 || flags.only.includes(name));
  if (!flags.json) print(machine(), '', ...headLines());
  const failed: string[] = [];
  let missed = 0;
  for (const name of chosen) {
    // What others do at the same time is in every figure, in the last percent above all.
    if (!flags.json) print(`${name} (load ${load()} before)`);
    const ok = await inChild(name, (line) => {
      if (line.kind === 'figure' && reaches(line.figure) === false) missed += 1;
      if (flags.json) print(JSON.stringify({ bench: name, ...line }));
      else print(...tableLines(line));
    });
    if (!ok) failed.push(name);
  }
  if (!flags.json) {
    print('', missed === 0 ? 'Every bar was reached.' : `${missed} bar${missed === 1 ? ' was' : 's were'} missed.`);
    if (failed.length > 0) print(`Failed, see above: ${failed.join(', ')}.`);
  }
  return failed.length > 0 || (flags.strict && missed > 0) ? 1 : 0;
}

async function inChild(name: string, onLine: (line: Line) => void): Promise<boolean> {
  const cores = BENCHES[name]?.cores;
  const own = [
    process.execPath,
    '--expose-gc',
    import.meta.filename,
    '--child',
    name,
    ...(flags.quick ? ['--quick'] : []),
  ];
  const [command = '', ...args] = cores === undefined ? own : [...pinning(cores, onLine), ...own];
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise<number | null>((resolve, reject) => child.on('error', reject).on('exit', resolve));
  for await (const text of createInterface({ input: child.stdout })) {
    if (text.startsWith('{')) onLine(JSON.parse(text) as Line);
    else if (!flags.json) print(text);
  }
  return (await ended) === 0;
}

/** The command that keeps a process and its children on so many cores; none where `taskset` is missing. */
function pinning(cores: number, onLine: (line: Line) => void): readonly string[] {
  if (spawnSync('taskset', ['--version']).status !== 0 || availableParallelism() < cores) {
    onLine({ kind: 'note', text: `measured on all cores: taskset is not at hand to keep it on ${cores}` });
    return [];
  }
  // The last ones: the first core does the most for others.
  const last = availableParallelism() - 1;
  return ['taskset', '-c', `${last - cores + 1}-${last}`];
}

function machine(): string {
  const chip = cpus()[0]?.model.trim().replace(/\s+/g, ' ').slice(0, 30) ?? 'unknown processor';
  return `Node ${process.version}, ${availableParallelism()} cores (${chip})`;
}

/** How many programs wanted a core during the last minute. */
function load(): string {
  return loadavg()[0]?.toFixed(1) ?? '?';
}

function print(...lines: readonly string[]): void {
  process.stdout.write(lines.map((line) => `${line}\n`).join(''));
}
