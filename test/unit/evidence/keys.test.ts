/** The key files: made once, private, never replaced. */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createKeyFile, openKeys, readKeyFile } from '#src/adapters/keys/key-files.ts';
import { utf8 } from '#src/evidence/encoding.ts';
import type { RecordedKey, Signer } from '#src/evidence/ports.ts';
import { verifyLog } from '#src/evidence/verify-log.ts';
import { bodyOf, localServers } from '../../integration/local-servers.ts';
import { append, createMemoryLog, crypto, hasPrograms, publish, signerOf, vkey } from './fixtures.ts';

let root: string;
let folder: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'keys-'));
  folder = join(root, 'keys');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const recorded = (purpose: RecordedKey['purpose'], { keyId, publicKey }: Signer): RecordedKey => ({
  purpose,
  keyId,
  publicKey,
  validFrom: new Date(0),
  retiredAt: null,
});
const open = (known: readonly RecordedKey[] = [], files = {}) => openKeys({ folder, files, recorded: known });

describe('the first start', () => {
  it('makes two private keys, which the next start finds again', async () => {
    const keys = await open();
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    const names = readdirSync(folder);
    expect(names).toHaveLength(2);
    for (const name of names) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
    const known = [recorded('statement', keys.statement), recorded('checkpoint', keys.checkpoint)];
    const again = await open(known);
    expect(again.statement.keyId).toBe(keys.statement.keyId);
    expect(again.checkpoint.keyId).not.toBe(keys.statement.keyId);
    const message = utf8('message');
    const signature = await again.statement.sign(message);
    expect(await crypto.verifyEd25519(keys.statement.publicKey, message, signature)).toBe(true);
    expect(await crypto.verifyEd25519(keys.checkpoint.publicKey, message, signature)).toBe(false);
  });

  it('killed before the keys were recorded takes up the same keys', async () => {
    const first = await open();
    expect((await open()).statement.keyId).toBe(first.statement.keyId);
  });
});

describe('a later start', () => {
  it('without the key is refused and makes none', async () => {
    const keys = await open();
    rmSync(folder, { recursive: true });
    const known = [recorded('statement', keys.statement), recorded('checkpoint', keys.checkpoint)];
    await expect(open(known)).rejects.toHaveProperty('code', 'key_missing');
    expect(readdirSync(root)).toEqual([]);
  });

  it('with the key of another log is refused', async () => {
    const keys = await open();
    rmSync(folder, { recursive: true });
    await open();
    await expect(open([recorded('statement', keys.statement)])).rejects.toHaveProperty('code', 'key_mismatch');
  });

  it('with a key that others can read is refused', async () => {
    await open();
    const name = readdirSync(folder).find((file) => file.startsWith('statement')) ?? '';
    chmodSync(join(folder, name), 0o640);
    await expect(open()).rejects.toMatchObject({ code: 'key_exposed', purpose: 'statement' });
  });

  it('after a rotation takes the key in use', async () => {
    const keys = await open();
    const next = await createKeyFile(folder, 'statement');
    const old = { ...recorded('statement', keys.statement), retiredAt: new Date(1) };
    const opened = await open([old, recorded('statement', next), recorded('checkpoint', keys.checkpoint)]);
    expect(opened.statement.keyId).toBe(next.keyId);
  });
});

describe.skipIf(!hasPrograms('openssl'))('a key given by file (needs openssl)', () => {
  it('made by openssl is used, and its id is what openssl computes', async () => {
    const path = join(root, 'given.pem');
    execFileSync('openssl', ['genpkey', '-algorithm', 'ed25519', '-out', path]);
    chmodSync(path, 0o600);
    const keys = await open([], { statement: path });
    const der = execFileSync('openssl', ['pkey', '-in', path, '-pubout', '-outform', 'der']);
    const digest = execFileSync('openssl', ['dgst', '-sha256', '-r'], { input: der }).toString().slice(0, 64);
    expect(keys.statement.keyId).toBe(digest);
    const other = await createKeyFile(folder, 'statement');
    await expect(open([recorded('statement', other)], { statement: path })).rejects.toHaveProperty(
      'code',
      'key_mismatch',
    );
  });

  it('that is absent, no key, or of another kind is refused', async () => {
    await expect(readKeyFile(join(root, 'absent.pem'), 'statement')).rejects.toHaveProperty('code', 'key_missing');
    const path = join(root, 'bad.pem');
    writeFileSync(path, 'not a key', { mode: 0o600 });
    await expect(readKeyFile(path, 'statement')).rejects.toHaveProperty('code', 'key_unreadable');
    execFileSync('openssl', ['genpkey', '-algorithm', 'x25519', '-out', path]);
    await expect(readKeyFile(path, 'checkpoint')).rejects.toHaveProperty('code', 'key_unreadable');
  });
});

describe('a key service', () => {
  it('signs statements and checkpoints from elsewhere through the port, and the log verifies', async () => {
    const { serve, close } = localServers();
    const held = signerOf('held by the key service');
    const url = await serve(async (req, res) => res.end(await held.sign(await bodyOf(req))));
    const { keyId, publicKey } = held;
    const remote: Signer = {
      keyId,
      publicKey,
      sign: async (bytes) => {
        const answer = await fetch(url, { method: 'POST', body: Buffer.from(bytes) });
        return new Uint8Array(await answer.arrayBuffer());
      },
    };
    const log = await createMemoryLog();
    log.keys = log.keys.map((key) => ({ ...key, keyId, publicKey }));
    await append(log, 3, remote);
    await publish(log, remote);
    close();
    const report = await verifyLog(crypto, log, { trusted: [await vkey(held)] });
    expect(report).toMatchObject({ verdict: 'verified', signaturesChecked: 3, findings: [] });
  });
});
