/** docs/verify.md, run literally: its commands on a real bundle, what they print against what it says they print. */

import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeZipFile } from '#src/adapters/archive/zip-file.ts';
import { buildBundle } from '#src/evidence/bundle-build.ts';
import { logResource } from '#src/evidence/serve.ts';
import { localServers } from '../../integration/local-servers.ts';
import { bundleInput, crypto, logOf, type MemoryLog, statementSigner, vkey } from './fixtures.ts';
import { type Block, canRunGo, canRunShell, canRunSigstore, runBlocks, sections } from './verify-doc.ts';

const GO_TIMEOUT_MS = 300_000; // The first run compiles the standard library.

let folder: string;
let log: MemoryLog;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'verify-doc-'));
  log = await logOf(7, 4);
  await writeZipFile(crypto, join(folder, 'bundle.zip'), async (sink) =>
    buildBundle(crypto, await bundleInput(log), sink),
  );
  writeFileSync(join(folder, 'vkey.txt'), `${await vkey()}\n`);
  writeFileSync(join(folder, 'anchor.txt'), log.checkpoints[0]?.note ?? '');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const printed = (blocks: readonly Block[]) => blocks.map((block) => block.printed);

/** Changes a file of the unpacked bundle. */
function edit(name: string, change: (text: string) => string): void {
  const path = join(folder, name);
  const before = readFileSync(path, 'utf8');
  expect(change(before)).not.toBe(before);
  writeFileSync(path, change(before));
}

describe.skipIf(!canRunShell)('docs/verify.md, sections 1 to 6 (needs openssl and python3)', () => {
  it('when followed literally, print what they say', async () => {
    const blocks = sections(1, 6);
    expect(blocks).toHaveLength(8);
    expect(await runBlocks(folder, blocks)).toEqual(printed(blocks));
  });

  it('when an entry or the key is another, say so', async () => {
    await runBlocks(folder, sections(1, 3));
    edit('bundle/log/entries.ndjson', (text) => text.replace(/"entry":"e/, '"entry":"f'));
    expect((await runBlocks(folder, sections(3)))[0]).toContain('ANOTHER ROOT');
    writeFileSync(join(folder, 'vkey.txt'), `${await vkey(statementSigner)}\n`);
    expect((await runBlocks(folder, sections(2))).join('')).toContain('Signature Verification Failure');
  });
});

describe.skipIf(!canRunShell || !canRunSigstore)('docs/verify.md, section 8 (needs an npm with its verifier)', () => {
  it('when followed literally, Sigstore’s own verifier accepts the entry', async () => {
    const blocks = [...sections(1, 5), ...sections(8)];
    expect((await runBlocks(folder, blocks)).at(-1)).toBe(sections(8)[0]?.printed);
  });

  it('when the statement or the key is another, Sigstore’s own verifier refuses it', async () => {
    await runBlocks(folder, sections(1, 5));
    const [key] = readFileSync(join(folder, 'keyid'), 'utf8').split('\n');
    copyFileSync(join(folder, 'log.pem'), join(folder, `bundle/keys/${key}.pem`));
    expect((await runBlocks(folder, sections(8))).join('')).not.toContain('Sigstore accepts');
    await runBlocks(folder, sections(1));
    edit('entry.json', (text) => text.replace('"payload":"ey', '"payload":"fy'));
    expect((await runBlocks(folder, sections(8))).join('')).not.toContain('Sigstore accepts');
  });
});

describe.skipIf(!canRunShell || !canRunGo)('docs/verify.md, section 9 (needs Go and golang.org/x/mod)', () => {
  const { serve, close } = localServers();
  let address: string;
  beforeEach(async () => {
    address = await serve(async (req, res) => {
      const resource = await logResource(log, (req.url ?? '').slice(1));
      res.writeHead(resource === null ? 404 : 200).end(resource?.bytes);
    });
  });
  afterEach(close);

  it(
    'when followed literally, prints what it says',
    async () => {
      const blocks = [...sections(1), ...sections(9)];
      expect(blocks).toHaveLength(3);
      expect(await runBlocks(folder, blocks, address)).toEqual(printed(blocks));
    },
    GO_TIMEOUT_MS,
  );

  it(
    'when an entry, a proof, the key, the kept checkpoint or a tile is another, refuses',
    async () => {
      const [bundle, tiles] = sections(9);
      if (bundle === undefined || tiles === undefined) throw new Error('section 9 has two blocks');
      const refused = async (block: Block) => (await runBlocks(folder, [block], address)).join('').split('\n').at(-1);
      await runBlocks(folder, sections(1));
      edit('bundle/log/entries.ndjson', (text) => text.replace(/"entry":"e/, '"entry":"f'));
      expect(await refused(bundle)).toMatch(/^REFUSED: /);
      await runBlocks(folder, sections(1));
      edit('bundle/log/proofs.ndjson', (text) => text.slice(text.indexOf('\n') + 1));
      expect(await refused(bundle)).toBe('REFUSED: 1 of 7 entries have no proof');
      await runBlocks(folder, sections(1));
      const tile = log.tiles.get('0/0') ?? new Uint8Array();
      tile[40] = (tile[40] ?? 0) ^ 1;
      expect(await refused(tiles)).toMatch(/^REFUSED: /);
      tile[40] = (tile[40] ?? 0) ^ 1;
      const other = await logOf(5);
      writeFileSync(join(folder, 'anchor.txt'), other.checkpoints[0]?.note ?? '');
      expect(await refused(bundle)).toBe('REFUSED: no proof that it extends the checkpoint of 5 entries');
      writeFileSync(join(folder, 'vkey.txt'), `${await vkey(statementSigner)}\n`);
      expect(await refused(bundle)).toMatch(/^REFUSED: /);
      expect(await refused(tiles)).toMatch(/^REFUSED: /);
    },
    GO_TIMEOUT_MS,
  );
});
