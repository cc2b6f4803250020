#!/usr/bin/env node
// Starts the command line under the Node that this release is pinned to: in this process where it is that one already
// (npx puts it first), else in a child.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import * as modules from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const pinned = join(root, 'node_modules', '.bin', 'node');
const major = Number.parseInt(process.versions.node, 10);

if (major === 24 || !existsSync(pinned)) {
  // Keeps compiled code between calls; where the folder cannot be written it does nothing.
  modules.enableCompileCache?.(join(root, 'node_modules', '.cache', 'countersign-compile'));
  const { run } = await import('../src/cli.ts');
  process.exitCode = await run(process.argv.slice(2));
} else {
  const child = spawn(pinned, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    // At a terminal the child gets Ctrl-C by itself; a second one would mean "do not wait".
    process.on(signal, () => (signal === 'SIGINT' && process.stdin.isTTY ? undefined : child.kill(signal)));
  }
  child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
}
