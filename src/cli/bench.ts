/** `bench`: runs the checkout's own measurements. */
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { ROOT } from '#src/wire/paths.ts';
import { CommandError, type ExitCode } from './context.ts';

const manifest = z.object({ scripts: z.record(z.string(), z.string()) });

/** Runs `npm run bench`. Exit 1 when a speed is not reached. Throws CommandError `not_available` without the script. */
export async function bench(): Promise<ExitCode> {
  const { scripts } = manifest.parse(JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')));
  if (scripts['bench'] === undefined) {
    throw new CommandError(
      'not_available',
      'This checkout has no measurements yet (no script "bench" in package.json).',
      'Update the checkout.',
    );
  }
  return new Promise((resolve, reject) => {
    const child = spawn('npm', ['run', '--silent', 'bench'], { cwd: ROOT, stdio: 'inherit' });
    child.on('error', reject);
    child.on('exit', (code) => resolve(code === 0 ? 0 : 1));
  });
}
