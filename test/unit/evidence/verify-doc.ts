/** The commands of docs/verify.md with what they print there, and a shell that runs them. */
import { execFile, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { hasPrograms } from './fixtures.ts';

/** Commands of one section; `printed` as the page has it, trimmed. */
export type Block = { readonly section: number; readonly commands: string; readonly printed: string };

/** Where Debian's package golang-golang-x-mod-dev puts sources for GOPATH. */
const GO_SOURCES = '/usr/share/gocode';
const MARK = '=== end of block ===';

const page = readFileSync(new URL('../../../docs/verify.md', import.meta.url), 'utf8');
const blocks: readonly Block[] = page.split(/^## (?=\d+\. )/m).flatMap((text) =>
  [...text.matchAll(/```sh\n([\s\S]*?)```\n```text\n([\s\S]*?)```\n/g)].map(([, commands = '', printed = '']) => ({
    section: Number.parseInt(text, 10),
    commands,
    printed: printed.trim(),
  })),
);

/** The blocks of a range of sections, in order. */
export const sections = (from: number, to: number = from): readonly Block[] =>
  blocks.filter(({ section }) => section >= from && section <= to);

/** Whether the first six sections can run here. */
export const canRunShell = hasPrograms('openssl', 'python3');
/** Whether npm is here with Sigstore's verifier inside, as section 8 looks for it. */
export const canRunSigstore = npmHas('@sigstore/verify') && npmHas('@sigstore/bundle');
/** Whether Go is here with Debian's golang.org/x/mod, as section 9 says. */
export const canRunGo =
  spawnSync('go', ['version']).status === 0 && existsSync(join(GO_SOURCES, 'src/golang.org/x/mod/sumdb/tlog'));

function npmHas(name: string): boolean {
  const found = (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, 'npm'));
  const npm = found.find((path) => existsSync(path));
  return npm !== undefined && existsSync(join(dirname(dirname(realpathSync(npm))), 'node_modules', name));
}

/**
 * Runs blocks one after the other in one shell, stopping at the first command that fails, and returns what each printed.
 * `log` is the address of a server's tiles, for section 9.
 */
export function runBlocks(folder: string, run: readonly Block[], log = ''): Promise<readonly string[]> {
  const script = run.map(({ commands }) => `${commands}\necho '${MARK}'\n`).join('');
  const { PATH = '', HOME = '' } = process.env;
  const env = { PATH, HOME, LANG: 'C.UTF-8', GO111MODULE: 'off', GOPATH: GO_SOURCES, LOG: log };
  return new Promise((resolve) => {
    const child = execFile('sh', ['-eu', '-c', script], { cwd: folder, env, encoding: 'utf8' }, (_, out) =>
      resolve(
        out
          .split(`${MARK}\n`)
          .map((part) => part.trim())
          .filter((part, at) => at < run.length || part !== ''),
      ),
    );
    child.stdin?.end();
  });
}
