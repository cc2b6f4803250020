/** docs/verify.md, run literally: its commands on a real bundle, what they print against what it says they print. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeZipFile } from '#src/adapters/archive/zip-file.ts';
import { buildBundle } from '#src/evidence/bundle-build.ts';
import { bundleInput, crypto, hasPrograms, logOf, statementSigner, vkey } from './fixtures.ts';

const page = readFileSync(new URL('../../../docs/verify.md', import.meta.url), 'utf8');
const blocks = [...page.matchAll(/```sh\n([\s\S]*?)```\n```text\n([\s\S]*?)```\n/g)].map(([, commands, printed]) => ({
  commands: commands ?? '',
  printed: (printed ?? '').trim(),
}));
const MARK = '=== end of block ===';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'verify-doc-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs blocks one after the other in one shell and returns what each printed. */
function run(commands: readonly string[]): readonly string[] {
  const script = commands.map((block) => `${block}\necho '${MARK}'\n`).join('');
  const env = { PATH: process.env['PATH'] ?? '', LANG: 'C.UTF-8' };
  const output = execFileSync('sh', ['-eu', '-c', script], {
    cwd: folder,
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return output.split(`${MARK}\n`).map((part) => part.trim());
}

describe.skipIf(!hasPrograms('openssl', 'python3'))('docs/verify.md (needs openssl and python3)', () => {
  it('when followed literally, prints what it says', async () => {
    const log = await logOf(7, 4);
    await writeZipFile(crypto, join(folder, 'bundle.zip'), async (sink) =>
      buildBundle(crypto, await bundleInput(log), sink),
    );
    writeFileSync(join(folder, 'vkey.txt'), `${await vkey()}\n`);
    writeFileSync(join(folder, 'anchor.txt'), log.checkpoints[0]?.note ?? '');
    expect(blocks).toHaveLength(8);
    const printed = run(blocks.map(({ commands }) => commands));
    expect(printed.slice(0, -1)).toEqual(blocks.map((block) => block.printed));
  });

  it('when an entry or the key is another, its commands say so', async () => {
    const [, second, third] = blocks;
    writeFileSync(join(folder, 'vkey.txt'), `${await vkey(statementSigner)}\n`);
    const stdout = (() => {
      try {
        return run([second?.commands ?? '']).join('');
      } catch (error) {
        return (error as { stdout: string }).stdout;
      }
    })();
    expect(stdout).toContain('Signature Verification Failure');
    const path = join(folder, 'bundle/log/entries.ndjson');
    writeFileSync(path, readFileSync(path, 'utf8').replace(/"entry":"e/, '"entry":"f'));
    expect(run([third?.commands ?? ''])[0]).toContain('ANOTHER ROOT');
  });
});
