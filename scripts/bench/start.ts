/** Start of the server on an empty data folder and on a used one, to the line with its address. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from './inputs.ts';
import { percentile, type Report } from './report.ts';

export const name = 'start';

const FIRST_BELOW_S = 10;
const LATER_BELOW_S = 3;

/** Runs the bench. */
export async function run(report: Report): Promise<void> {
  const rounds = report.quick ? 1 : 3;
  const first: number[] = [];
  const later: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const dataDir = join(report.folder, `data-${round}`);
    first.push(await startOnce(dataDir));
    for (let again = 0; again < 2; again++) later.push(await startOnce(dataDir));
  }
  const bars = { unit: 's' } as const;
  report.figure({
    what: `first start, median of ${first.length}`,
    value: percentile(first, 0.5),
    bar: { below: FIRST_BELOW_S },
    ...bars,
  });
  report.figure({
    what: `later start, median of ${later.length}`,
    value: percentile(later, 0.5),
    bar: { below: LATER_BELOW_S },
    ...bars,
  });
}

/** Seconds from the process's beginning to its address line; the server is stopped again. */
async function startOnce(dataDir: string): Promise<number> {
  const since = performance.now();
  const child = spawn(process.execPath, ['src/main.ts'], {
    cwd: ROOT,
    env: { PATH: process.env['PATH'], PORT: '0', COUNTERSIGN_DATA_DIR: dataDir, LOG_LEVEL: 'error' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  let output = '';
  child.stderr.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  const seconds = await new Promise<number>((resolve, reject) => {
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (/^Open http/m.test(output)) resolve((performance.now() - since) / 1000);
    });
    child.once('exit', () => reject(new Error(`the server ended before it was ready:\n${output}`)));
  });
  child.kill('SIGTERM');
  await ended;
  return seconds;
}
