/** Rotation with overlap: recorded as evidence, old proofs verify, a replica without a key that counts does not start. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createNodeCrypto } from '#src/adapters/crypto/node-crypto.ts';
import { createKeyFile } from '#src/adapters/keys/key-files.ts';
import { readConfig } from '#src/config.ts';
import { openCheckpoint } from '#src/evidence/checkpoint.ts';
import { parseVerifierKey } from '#src/evidence/note.ts';
import { verifyProofFile } from '#src/evidence/proof-file.ts';
import { verifyLog } from '#src/evidence/verify-log.ts';
import { rotateKey } from '#src/wire/evidence/keys.ts';
import { startServer } from '#src/wire/server.ts';
import { StartRefusedError } from '#src/wire/workspace.ts';
import { startWithRequests } from './evidence-fixture.ts';
import type { TestServer } from './server-fixture.ts';

const crypto = createNodeCrypto();
const DAY_MS = 24 * 3_600_000;

let test: TestServer;
beforeAll(async () => {
  test = await startWithRequests();
});
afterAll(() => test.close());

const keys = () => join(test.dataDir, 'keys');
const rotate = (purpose: 'statement' | 'checkpoint') =>
  rotateKey({
    stores: test.server.core.stores,
    recorder: test.server.core.recorder,
    now: () => new Date(),
    purpose,
    next: () => createKeyFile(keys(), purpose),
    overlapMs: DAY_MS,
  });

describe('rotation', () => {
  it('when both keys are replaced, old proofs and every entry still verify, by the old key and by the new', async () => {
    const before = { vkey: test.server.core.workspace.vkey, keyId: test.server.core.workspace.keys.statement.keyId };
    const proof = await (await fetch(`${test.server.address}/evidence/entries/1.tlog-proof`)).text();
    await rotate('statement');
    await rotate('checkpoint');
    test = await test.restart();
    const { workspace, stores } = test.server.core;
    expect(workspace.keys.statement.keyId).not.toBe(before.keyId);
    expect(workspace.vkey).not.toBe(before.vkey);
    await test.driver.say('U0EMMA', 'C0ASK', 'who is accountable for canary releases?');
    await stores.people.personFor('U0X', null);
    const { holds } = test.server.evidence;
    const ciso = await stores.people.personFor('U0CISO', null);
    await holds.place({ kind: 'system', id: 'x' }, 'After the rotation.', ciso, 'k-1');
    await test.server.work.publisher.publish();
    for (const trusted of [[before.vkey], [workspace.vkey], [before.vkey, workspace.vkey]]) {
      const report = await verifyLog(crypto, stores.evidence, { trusted, anchors: [] });
      expect(report.findings.filter(({ code }) => code !== 'checkpoint_unknown_key')).toEqual([]);
    }
    const both = [before.vkey, workspace.vkey];
    expect((await verifyLog(crypto, stores.evidence, { trusted: both, anchors: [] })).verdict).toBe('verified');
    const [entry] = await stores.evidence.readEntries(1, 1);
    const old = await parseVerifierKey(crypto, before.vkey);
    expect((await verifyProofFile(crypto, proof, entry?.leaf ?? new Uint8Array(), [old])).index).toBe(1);
    // During the overlap the newest checkpoint opens with the old key alone as well.
    const note = (await stores.evidence.latestCheckpoint())?.note ?? '';
    for (const vkey of both) await openCheckpoint(crypto, note, [await parseVerifierKey(crypto, vkey)]);
  });

  it('when the log is read, each rotation is an entry signed by a key that counted before it', async () => {
    const { events } = await test.server.core.stores.ledger.readStream('keys');
    expect(events.map(({ type, data }) => [type, (data as { purpose: string }).purpose])).toEqual([
      ['key.rotated', 'statement'],
      ['key.rotated', 'checkpoint'],
    ]);
  });

  it('when it was killed between announcement and record, the next one finishes it and makes no other', async () => {
    const { stores, recorder } = test.server.core;
    const made = await createKeyFile(keys(), 'statement');
    const broken = { ...stores.evidence, recordKey: async () => Promise.reject(new Error('killed')) };
    const base = { recorder, now: () => new Date(), purpose: 'statement' as const, overlapMs: DAY_MS };
    await expect(
      rotateKey({ ...base, stores: { ledger: stores.ledger, evidence: broken }, next: async () => made }),
    ).rejects.toThrow('killed');
    const asked: (string | null)[] = [];
    const next = async (announced: string | null) => {
      asked.push(announced);
      return made;
    };
    expect((await rotateKey({ ...base, stores, next })).key.keyId).toBe(made.keyId);
    expect(asked).toEqual([made.keyId]);
    expect((await stores.ledger.readStream('keys')).events).toHaveLength(3);
  });
});

describe('a server that runs on with a replaced key', () => {
  const MINUTE_MS = 60_000;
  let shift = 0;
  const now = () => new Date(Date.now() + shift);

  it('signs while the key counts, stops before its end, and goes on with the new key after a restart', async () => {
    let own = await startWithRequests({ now, env: { LOG_LEVEL: 'silent' } });
    try {
      const ciso = await own.server.core.stores.people.personFor('U0CISO', null);
      const place = (id: string) => own.server.evidence.holds.place({ kind: 'system', id }, 'Case 12.', ciso, id);
      for (const purpose of ['statement', 'checkpoint'] as const) {
        const { stores, recorder } = own.server.core;
        const next = () => createKeyFile(join(own.dataDir, 'keys'), purpose);
        // No overlap is asked for: every running server still has to hear of it.
        await rotateKey({ stores, recorder, now, purpose, next, overlapMs: 0 });
      }
      shift = MINUTE_MS;
      expect((await place('in-time')).ok).toBe(true);
      await own.server.work.publisher.publish();
      const size = await own.server.core.stores.evidence.sequencedSize();
      shift = 4 * MINUTE_MS;
      await expect(place('too-late')).rejects.toMatchObject({ code: 'key_retired', purpose: 'statement' });
      expect(await own.server.core.stores.evidence.sequencedSize()).toBe(size);
      shift = 10 * MINUTE_MS;
      own = await own.restart();
      expect((await place('anew')).ok).toBe(true);
      await own.server.work.publisher.publish();
      const { workspace, stores } = own.server.core;
      const report = await verifyLog(crypto, stores.evidence, { trusted: [workspace.vkey] });
      expect(report).toMatchObject({ verdict: 'verified', findings: [], unpublished: 0 });
    } finally {
      await own.close();
    }
  });

  it('when the checkpoint key ended, no checkpoint is signed by it', async () => {
    shift = 0;
    const own = await startWithRequests({ now, env: { LOG_LEVEL: 'silent' } });
    try {
      const { stores, recorder } = own.server.core;
      const next = () => createKeyFile(join(own.dataDir, 'keys'), 'checkpoint');
      await rotateKey({ stores, recorder, now, purpose: 'checkpoint', next, overlapMs: 0 });
      shift = 4 * MINUTE_MS;
      const ciso = await stores.people.personFor('U0CISO', null);
      await own.server.evidence.holds.place({ kind: 'system', id: 'x' }, 'Case 12.', ciso, 'late');
      await expect(own.server.work.publisher.publish()).rejects.toMatchObject({ code: 'key_retired' });
    } finally {
      await own.close();
    }
  });
});

describe('a replica', () => {
  const start = async (dataDir: string) => {
    const env = {
      PORT: '0',
      DATABASE_URL: test.database.connectionString,
      COUNTERSIGN_SANDBOX: '1',
      COUNTERSIGN_DATA_DIR: dataDir,
      LOG_LEVEL: 'silent',
    };
    return startServer(readConfig(env, dataDir), { write: () => undefined });
  };
  const refusedAt = async (dataDir: string) => {
    const error: unknown = await start(dataDir).then(
      async (server) => server.stop(),
      (thrown: unknown) => thrown,
    );
    return error instanceof StartRefusedError ? error.code : error;
  };

  it('when it lacks the recorded keys, it refuses and makes none', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'countersign-replica-'));
    expect(await refusedAt(dataDir)).toBe('keys');
    expect(await readdir(join(dataDir, 'keys')).catch(() => [])).toEqual([]);
    await rm(dataDir, { recursive: true });
  });

  it('when its keys are those of another log, it refuses', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'countersign-replica-'));
    await createKeyFile(join(dataDir, 'keys'), 'statement');
    await createKeyFile(join(dataDir, 'keys'), 'checkpoint');
    expect(await refusedAt(dataDir)).toBe('keys');
    await rm(dataDir, { recursive: true });
  });
});
