/** An auditor's way: a walk through the real forms, the bundle that the pages give out, docs/verify.md literally. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { canRunGo, canRunShell, canRunSigstore, runBlocks, sections } from '../unit/evidence/verify-doc.ts';
import { minimalForm, openStage, type Stage } from './approval-fixture.ts';
import { countersign } from './cli-run.ts';

let stage: Stage;
let folder: string;
let tiles: string;
/** Entries under the bundle's checkpoint and under the one kept earlier. */
let size: number;
let kept: number;

beforeAll(async () => {
  stage = await openStage();
  const { server } = stage.test;
  folder = await mkdtemp(join(tmpdir(), 'auditor-'));
  tiles = `${server.address}/evidence/log`;
  const publish = async () => {
    await server.work.publisher.publish();
    const note = await (await fetch(`${tiles}/checkpoint`)).text();
    return { note, size: Number(note.split('\n')[1]) };
  };
  await stage.ask('U0MILO', 'deploy', minimalForm);
  const anchor = await publish();
  await stage.approve('DR-1', 'U0CISO', 'U0CAIO');
  const last = await publish();
  [size, kept] = [last.size, anchor.size];
  const bundle = await fetch(`${server.address}/evidence/download/bundle`);
  await writeFile(join(folder, 'bundle.zip'), Buffer.from(await bundle.arrayBuffer()));
  await writeFile(join(folder, 'vkey.txt'), `${server.core.workspace.vkey}\n`);
  await writeFile(join(folder, 'anchor.txt'), anchor.note);
});
afterAll(async () => {
  await stage.close();
  await rm(folder, { recursive: true, force: true });
});

it('the walk left more entries than the checkpoint that was kept', () => {
  expect(kept).toBeGreaterThan(4);
  expect(size).toBeGreaterThan(kept);
});

it.skipIf(!canRunShell)('verifies with openssl (needs openssl and python3)', async () => {
  const printed = await runBlocks(folder, sections(1, 6));
  expect(printed).toHaveLength(8);
  expect(printed[0]).toContain(`\n${size}\n`);
  expect(printed.slice(1, 6)).toEqual([
    'Signature Verified Successfully',
    `${size} entries give the root of checkpoint.txt`,
    `Signature Verified Successfully\n${kept} entries give the root of older.txt`,
    'Signature Verified Successfully\nthe key is the one that the entry names',
    'entry 4 is in the log',
  ]);
  expect(printed[6]).toMatch(/^2026-11-21T09:\S+Z \S+ by \S+ as .+ on /);
  expect(printed[7]).toMatch(/^[1-9]\d* texts are the ones that were signed$/);
});

it.skipIf(!canRunShell || !canRunSigstore)('is read by Sigstore’s verifier (needs an npm with it)', async () => {
  const printed = await runBlocks(folder, [...sections(1, 5), ...sections(8)]);
  expect(printed.at(-1)).toMatch(/^Sigstore accepts urn:countersign:/);
});

it.skipIf(!canRunShell || !canRunGo)(
  'verifies with Go, from the bundle and from the running server (needs Go and golang.org/x/mod)',
  async () => {
    const printed = await runBlocks(folder, [...sections(1), ...sections(9)], tiles);
    expect(printed[1]).toContain(`${size} entries are in the log\nit extends the checkpoint of ${kept} entries`);
    expect(printed[2]).toContain(`its tiles give the root of the ${kept} entries kept earlier`);
  },
  300_000,
);

it('verifies with our command line, without a database', async () => {
  const file = (name: string) => join(folder, name);
  const args = ['--bundle', file('bundle.zip'), '--vkey', file('vkey.txt'), '--anchor', file('anchor.txt')];
  const { code, out } = await countersign(['evidence', 'verify', ...args]);
  expect(out).toMatch(/^verified/);
  expect(code).toBe(0);
});
