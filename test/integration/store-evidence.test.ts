import { randomBytes, randomUUID } from 'node:crypto';
import { beforeAll, expect, test } from 'vitest';
import { createStores, type Stores } from '#src/adapters/prisma/stores.ts';
import { createRecorder } from '#src/delivery/streams/record.ts';
import { integratePending, publishCheckpoint } from '#src/evidence/log.ts';
import type { RecordedKey } from '#src/evidence/ports.ts';
import { verifyLog } from '#src/evidence/verify-log.ts';
import { exampleCommit } from '../contract/examples.ts';
import {
  checkpointSigner,
  crypto,
  ORIGIN,
  SERVICE,
  START,
  statementInput,
  statementSigner,
  verifier,
  vkey,
} from '../unit/evidence/fixtures.ts';
import { databaseForTests } from './database.ts';

const database = databaseForTests();
let stores: Stores;

const keys: readonly RecordedKey[] = [
  { purpose: 'statement', ...pick(statementSigner), validFrom: START, retiredAt: null },
  { purpose: 'checkpoint', ...pick(checkpointSigner), validFrom: START, retiredAt: null },
];

function pick({ keyId, publicKey }: { keyId: string; publicKey: Uint8Array }) {
  return { keyId, publicKey: new Uint8Array(publicKey) };
}

/** Commits `count` signed votes on one request. */
async function vote(count: number): Promise<void> {
  const recorder = createRecorder({
    crypto,
    signer: statementSigner,
    randomBytes: (length) => new Uint8Array(randomBytes(length)),
    newId: () => randomUUID(),
    service: SERVICE,
  });
  for (let i = 0; i < count; i++) {
    const { size } = await stores.ledger.head();
    const { request, artefacts, card, policy, knowledge, controls } = statementInput(1, {});
    const { events, disclosures } = await recorder.record(
      {
        stream: 'request:0',
        afterSeq: size,
        at: new Date(START.getTime() + size * 1000),
        actor: 'p_1',
        commandId: `command-${size}`,
        commandKind: 'vote',
      },
      [
        {
          type: 'vote.cast',
          schemaVersion: 1,
          data: { z: 1, choice: 'approve', reason: `reason ${size}` },
          hide: ['reason'],
          context: { request, artefacts, card, policy, knowledge, controls } as never,
        },
      ],
    );
    await stores.ledger.commit(exampleCommit(events, { disclosures }));
  }
}

async function publish(): Promise<void> {
  await integratePending(crypto, stores.evidence);
  const at = new Date(START.getTime() + 1_000_000);
  await publishCheckpoint(crypto, stores.evidence, checkpointSigner, [await verifier()], at);
}

beforeAll(async () => {
  stores = createStores(database(), () => 'unused');
});

test('before the first start there is no origin; of two first starts one writes stamp and keys', async () => {
  await expect(stores.evidence.origin()).rejects.toMatchObject({ code: 'no_workspace' });
  expect(await stores.workspace.read()).toBeNull();
  const stamps = [
    { workspaceId: 'sandbox', logOrigin: ORIGIN, createdAt: START },
    { workspaceId: 'sandbox', logOrigin: `${ORIGIN}2`, createdAt: START },
  ];
  const results = await Promise.all(stamps.map((stamp) => stores.workspace.createOnce(stamp, keys)));
  expect(results.filter((result) => result.created)).toHaveLength(1);
  expect(results[0]?.stamp).toEqual(results[1]?.stamp);
  await database().pool.query('UPDATE workspace SET log_origin = $1', [ORIGIN]);
  expect(await stores.workspace.read()).toEqual(stamps[0]);
  const read = await stores.evidence.readKeys();
  expect([...read].sort((a, b) => (a.purpose < b.purpose ? 1 : -1))).toEqual(keys);
});

test('300 signed votes are verified, through two checkpoints', async () => {
  await vote(260);
  expect(await stores.evidence.sequencedSize()).toBe(260);
  await publish();
  await vote(40);
  await publish();
  const report = await verifyLog(crypto, stores.evidence, { trusted: [await vkey()] });
  expect(report.findings).toEqual([]);
  expect(report).toMatchObject({ verdict: 'verified', entries: 300, checkpointsChecked: 2, disclosuresChecked: 300 });
});

test('simultaneous integrators and publishers agree', async () => {
  await vote(20);
  const heads = await Promise.all([1, 2, 3].map(() => integratePending(crypto, stores.evidence, 7)));
  expect(heads.at(-1)?.size).toBe(320);
  const step = { fromSize: 300, size: 301, root: new Uint8Array(32), tiles: [] };
  expect(await stores.evidence.saveTree(step)).toBe(false);
  const { root } = await stores.evidence.readTree();
  const save = (size: number) =>
    createStores(database(), () => '').evidence.saveCheckpoint({ size, root, note: `${size}\n`, signedAt: START });
  const saved = await Promise.all([save(305), save(305), save(304)]);
  expect(saved.filter(Boolean).length).toBeGreaterThanOrEqual(1);
  expect(await save(305)).toBe(false);
  expect(await save(303)).toBe(false);
  expect(await stores.evidence.addCosignature(305, '— witness abc')).toBe(true);
  expect(await stores.evidence.addCosignature(305, '— witness abc\n')).toBe(true);
  expect((await stores.evidence.latestCheckpoint())?.note).toBe('305\n— witness abc\n');
  expect(await stores.evidence.addCosignature(999, '— witness abc')).toBe(false);
  await database().pool.query('DELETE FROM checkpoint WHERE size IN (304, 305)');
});

test('a key is retired once and never forgotten', async () => {
  const [key] = keys;
  if (!key) throw new Error('no key');
  const other = { ...key, keyId: 'ff', purpose: 'statement' as const };
  await stores.evidence.recordKey(other);
  await stores.evidence.recordKey({ ...other, retiredAt: START });
  await stores.evidence.recordKey({ ...other, retiredAt: null });
  const read = (await stores.evidence.readKeys()).find((one) => one.keyId === 'ff');
  expect(read).toEqual({ ...other, retiredAt: START });
});

test.each([
  [
    'one byte of a stored entry',
    'UPDATE entry SET leaf = set_byte(leaf, 40, get_byte(leaf, 40) # 1) WHERE log_index = 123',
  ],
  ['one field of an event row', `UPDATE event SET actor = 'p_9' WHERE log_index = 123`],
])('%s changed by an SQL client is found and named', async (_, sql) => {
  await publish();
  const { pool } = database();
  const keep = `CREATE TEMP TABLE kept_entry AS SELECT * FROM entry WHERE log_index = 123;
    CREATE TEMP TABLE kept_event AS SELECT * FROM event WHERE log_index = 123`;
  const client = await pool.connect();
  await client.query(keep);
  await client.query(sql);
  const report = await verifyLog(crypto, stores.evidence, { trusted: [await vkey()] });
  expect(report.verdict).not.toBe('verified');
  expect(new Set(report.findings.map((finding) => finding.index))).toContain(123);
  await client.query(`UPDATE entry SET leaf = kept_entry.leaf FROM kept_entry WHERE entry.log_index = 123;
    UPDATE event SET actor = kept_event.actor FROM kept_event WHERE event.log_index = 123;
    DROP TABLE kept_entry, kept_event`);
  client.release();
});

test('an erased disclosure leaves the log verified', async () => {
  await database().pool.query(`UPDATE disclosure SET value = NULL, salt = '' WHERE value = 'reason 7'`);
  const report = await verifyLog(crypto, stores.evidence, { trusted: [await vkey()] });
  expect(report).toMatchObject({ verdict: 'verified', disclosuresErased: 1 });
});
