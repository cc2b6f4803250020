/** Anchors outside Slack: a folder, a git repository, a time-stamping authority made with openssl. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { folderKeeper } from '#src/adapters/anchors/folder.ts';
import { openTimeStamp, timeStampKeeper } from '#src/adapters/anchors/time-stamp.ts';
import { openZipFile } from '#src/adapters/archive/zip-file.ts';
import { createNodeCrypto } from '#src/adapters/crypto/node-crypto.ts';
import { createAnchors } from '#src/delivery/anchors.ts';
import { verifyBundle } from '#src/evidence/bundle-verify.ts';
import type { StoredCheckpoint } from '#src/evidence/ports.ts';
import { verifyLog } from '#src/evidence/verify-log.ts';
import { latestCheckpoint, startWithRequests } from './evidence-fixture.ts';
import { bodyOf, localServers } from './local-servers.ts';
import type { TestServer } from './server-fixture.ts';

const crypto = createNodeCrypto();
const hasOpenssl = spawnSync('openssl', ['version']).status === 0;

let test: TestServer;
let root: string;
const { serve, close } = localServers();
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'countersign-anchors-'));
  test = await startWithRequests({ env: { COUNTERSIGN_ANCHOR_DIR: join(root, 'configured') } });
});
afterAll(async () => {
  close();
  await test.close();
  await rm(root, { recursive: true, force: true });
});

const latest = () => latestCheckpoint(test);
const origin = () => test.server.core.workspace.origin;

describe('a folder', () => {
  it('when it is configured, the server puts checkpoints there, and `verify` accepts them as anchors', async () => {
    await test.server.evidence.anchor(await latest());
    const [log = ''] = await readdir(join(root, 'configured'));
    const names = await readdir(join(root, 'configured', log));
    expect(names.length).toBeGreaterThan(0);
    const anchors = await Promise.all(
      names.map(async (name) => ({ name, note: await readFile(join(root, 'configured', log, name), 'utf8') })),
    );
    const { core } = test.server;
    const report = await verifyLog(crypto, core.stores.evidence, { trusted: [core.workspace.vkey], anchors });
    expect(report.anchors.every(({ result }) => result === 'consistent')).toBe(true);
    expect(report.verdict).toBe('verified');
    const about = await (await fetch(`${test.server.address}/evidence/about`)).text();
    expect(about).toContain('operator&#39;s own Slack or storage');
    const bundle = Buffer.from(await (await fetch(`${test.server.address}/evidence/download/bundle`)).arrayBuffer());
    const path = join(root, 'bundle.zip');
    await writeFile(path, bundle);
    const zip = await openZipFile(crypto, path);
    const { manifest } = await verifyBundle(crypto, zip.source, { trusted: [core.workspace.vkey], anchors });
    await zip.close();
    expect(manifest?.anchors.strength).toBe('operator');
    expect(manifest?.anchors.places.some(({ kind }) => kind === 'folder')).toBe(true);
    expect(manifest?.anchors.keysReachableBy).toContain('keys');
  });

  it('when another checkpoint of the same size stands there, it is not replaced and that is an error', async () => {
    const keeper = folderKeeper(join(root, 'plain'), origin());
    const checkpoint = await latest();
    await keeper.put(checkpoint);
    await keeper.put(checkpoint);
    const forged = { ...checkpoint, note: checkpoint.note.replace(/\n[^\n]{44}\n/, `\n${'A'.repeat(43)}=\n`) };
    await expect(keeper.put(forged)).rejects.toHaveProperty('code', 'other_content');
    expect(await keeper.list(5)).toHaveLength(1);
  });

  it('when it is a git repository, each checkpoint is a commit', async () => {
    const folder = join(root, 'git');
    await mkdir(folder);
    execFileSync('git', ['-C', folder, 'init', '--quiet']);
    const keeper = folderKeeper(folder, origin());
    await keeper.put(await latest());
    await keeper.put(await latest());
    const commits = execFileSync('git', ['-C', folder, 'log', '--format=%s'], { encoding: 'utf8' }).trim().split('\n');
    expect(commits).toHaveLength(1);
    expect(execFileSync('git', ['-C', folder, 'status', '--porcelain'], { encoding: 'utf8' })).toBe('');
  });
});

describe('a place that is away', () => {
  it('when one fails, the others get it, and it gets the newest later', async () => {
    const put: string[] = [];
    let away = true;
    const keeper = (kind: string, fails: () => boolean) => ({
      kind,
      strength: 'operator' as const,
      put: async ({ size }: StoredCheckpoint) => {
        if (fails()) throw new Error('away');
        put.push(`${kind} ${size}`);
      },
      list: async () => [],
    });
    const errors: string[] = [];
    const anchors = createAnchors([keeper('a', () => away), keeper('b', () => false)], (kind) => errors.push(kind));
    const checkpoint = await latest();
    await anchors.anchor({ ...checkpoint, size: 1 });
    await anchors.anchor({ ...checkpoint, size: 2 });
    away = false;
    await anchors.retry();
    await anchors.retry();
    expect(errors).toEqual(['a', 'a']);
    expect(put).toEqual(['b 1', 'b 2', 'a 2']);
  });
});

describe.skipIf(!hasOpenssl)('a time-stamping authority', () => {
  let url: string;
  let ca: string;
  let other: string;
  let mangle: (answer: Buffer) => Buffer = (answer) => answer;
  const tsa = (name: string) => join(root, name);
  beforeAll(async () => {
    const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: root, stdio: 'pipe' });
    const config = `[ tsa ]\ndefault_tsa = t\n[ t ]\nserial = serial\nsigner_digest = sha256\ndefault_policy = 1.2.3.4\ndigests = sha256\n[ ext ]\nextendedKeyUsage = critical,timeStamping\n`;
    await writeFile(tsa('tsa.cnf'), config);
    await writeFile(tsa('serial'), '01\n');
    openssl(
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-keyout',
      'ca.key',
      '-out',
      'ca.pem',
      '-subj',
      '/CN=CA',
      '-days',
      '9',
    );
    openssl(
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-keyout',
      'o.key',
      '-out',
      'other.pem',
      '-subj',
      '/CN=Other',
      '-days',
      '9',
    );
    openssl('req', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'tsa.key', '-out', 'tsa.csr', '-subj', '/CN=Test TSA');
    openssl(
      'x509',
      '-req',
      '-in',
      'tsa.csr',
      '-CA',
      'ca.pem',
      '-CAkey',
      'ca.key',
      '-CAcreateserial',
      '-out',
      'tsa.pem',
      '-days',
      '9',
      '-extfile',
      'tsa.cnf',
      '-extensions',
      'ext',
    );
    [ca, other] = [await readFile(tsa('ca.pem'), 'utf8'), await readFile(tsa('other.pem'), 'utf8')];
    url = await serve(async (req, res) => {
      await writeFile(tsa('q.tsq'), await bodyOf(req));
      openssl(
        'ts',
        '-reply',
        '-config',
        'tsa.cnf',
        '-queryfile',
        'q.tsq',
        '-signer',
        'tsa.pem',
        '-inkey',
        'tsa.key',
        '-out',
        'r.tsr',
      );
      res.end(mangle(await readFile(tsa('r.tsr'))));
    });
  });

  it('when a checkpoint is stamped, openssl verifies the file beside it, and the time is now', async () => {
    const keeper = timeStampKeeper({ url, ca, folder: join(root, 'stamps'), origin: origin() });
    await keeper.put(await latest());
    const [held] = await keeper.list(5);
    const tsr = held?.place ?? '';
    const note = tsr.replace(/tsr$/, 'txt');
    const said = execFileSync('openssl', ['ts', '-verify', '-data', note, '-in', tsr, '-CAfile', tsa('ca.pem')], {
      encoding: 'utf8',
      stdio: 'pipe',
    });
    expect(said).toContain('OK');
    const stamp = openTimeStamp(await readFile(tsr), await readFile(note), null, ca);
    expect(Math.abs(stamp.at.getTime() - Date.now())).toBeLessThan(120_000);
    expect(stamp.signer).toContain('Test TSA');
    expect(() => openTimeStamp(new Uint8Array(), new Uint8Array(), null)).toThrow();
  });

  it('when the stamp is for other bytes, for another question or by somebody else, it is refused', async () => {
    const tsr = await readFile(tsa('r.tsr'));
    const bytes = new TextEncoder().encode((await latest()).note);
    expect(openTimeStamp(tsr, bytes, null, ca).signer).toContain('Test TSA');
    expect(() => openTimeStamp(tsr, new Uint8Array([1]), null, ca)).toThrow('other bytes');
    expect(() => openTimeStamp(tsr, bytes, new Uint8Array(8).fill(7), ca)).toThrow('another question');
    expect(() => openTimeStamp(tsr, bytes, null, other)).toThrow('somebody else');
  });

  it('when any byte of the stamp is changed, it is refused or says the same', async () => {
    const tsr = await readFile(tsa('r.tsr'));
    const bytes = new TextEncoder().encode((await latest()).note);
    const genuine = openTimeStamp(tsr, bytes, null, ca);
    let refused = 0;
    for (let i = 0; i < tsr.length; i += 3) {
      const bad = Buffer.from(tsr);
      bad[i] = (bad[i] ?? 0) ^ 0x41;
      try {
        expect(openTimeStamp(bad, bytes, null, ca)).toEqual(genuine);
      } catch (error) {
        if (error instanceof Error && error.name === 'AssertionError') throw error;
        refused += 1;
      }
    }
    expect(refused).toBeGreaterThan(tsr.length / 6);
  });

  it('when the authority sends something else, nothing is kept', async () => {
    const folder = join(root, 'never');
    mangle = () => Buffer.from('<html>busy</html>');
    await expect(timeStampKeeper({ url, ca, folder, origin: origin() }).put(await latest())).rejects.toThrow();
    mangle = (answer) => answer;
    expect(await readdir(folder).catch(() => [])).toEqual([]);
  });
});
