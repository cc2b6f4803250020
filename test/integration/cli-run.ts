/** The real command line as a child process. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');

/** Code, stdout and stderr of one command. */
export type Ran = { readonly code: number; readonly out: string; readonly err: string };

export type RunOptions = {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
};

/** Runs `countersign` with a clean environment. */
export function countersign(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const env = { PATH: process.env['PATH'], HOME: process.env['HOME'], TZ: 'Pacific/Kiritimati', ...options.env };
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [join(root, 'bin', 'countersign.mjs'), ...args],
      { cwd: root, env, maxBuffer: 64 * 1024 * 1024 },
      (error, out, err) => resolve({ code: error === null ? 0 : Number(error.code ?? 255), out, err }),
    );
    child.stdin?.end(options.input ?? '');
  });
}

/** The lines of a JSON-lines output, parsed. */
export function jsonLines(out: string): readonly unknown[] {
  return out
    .split('\n')
    .filter((line) => line !== '')
    .map((line): unknown => JSON.parse(line));
}

/** The longest line without those that hold something that must stay whole: a path, a digest, an address. */
export function widest(out: string): number {
  const lines = out.split('\n').filter((line) => !/\S{60,}|psql|\/tmp|sha256:/.test(line));
  return Math.max(...lines.map((line) => line.length));
}
