/** Run by `npm ci`: makes what is generated, without any download. Prints one line a step. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

/** Runs a program of node_modules, quietly unless it fails. */
function run(what: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): void {
  const since = performance.now();
  const result = spawnSync(process.execPath, [...args], {
    cwd: root,
    env: { ...process.env, ...env },
    encoding: 'utf8',
  });
  if (result.status !== 0) {
    console.error(`${what} failed\n${result.stdout}${result.stderr}`);
    process.exit(1);
  }
  console.log(`${what}: ${Math.round(performance.now() - since)} ms`);
}

const bin = (path: string): string => join(root, 'node_modules', path);

if (existsSync(bin('prisma/build/index.js'))) {
  run('Prisma client generated', [bin('prisma/build/index.js'), 'generate', '--no-hints'], {
    // `generate` needs no engine; naming any program keeps Prisma from downloading one.
    PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
    PRISMA_HIDE_UPDATE_MESSAGE: '1',
    CHECKPOINT_DISABLE: '1',
  });
}
if (existsSync(join(root, 'vite.config.ts')) && existsSync(bin('vite/bin/vite.js'))) {
  run('page built', [bin('vite/bin/vite.js'), 'build', '--logLevel', 'warn']);
}
if (existsSync(join(root, 'scripts', 'build-verify-html.ts'))) {
  run('verify.html built', [join(root, 'scripts', 'build-verify-html.ts')]);
}
