/** Making the state rows anew: only from a log whose signer is proven, and with nothing appended in between. */
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createNodeCrypto } from '#src/adapters/crypto/node-crypto.ts';
import type { HeldState, StateStore } from '#src/delivery/state/ports.ts';
import { rebuildState } from '#src/delivery/state/rebuild.ts';
import { verifyState } from '#src/delivery/state/verify.ts';
import { createFindingList } from '#src/evidence/findings.ts';
import { signerOf, vkey } from '../unit/evidence/fixtures.ts';
import { startTestServer, type TestServer } from './server-fixture.ts';

const crypto = createNodeCrypto();

let test: TestServer;
beforeAll(async () => {
  test = await startTestServer();
  await append('ticket-router');
  await test.server.work.publisher.publish();
});
afterAll(() => test.close());

const stores = () => test.server.core.stores;
const trusted = () => [test.server.core.workspace.vkey];

/** One more entry, with a row of its own. */
async function append(system: string): Promise<void> {
  const by = await stores().people.personFor('U0CISO', null);
  await test.server.evidence.holds.place({ kind: 'system', id: system }, 'Case 12.', by, randomUUID());
}

const sql = async (text: string) => (await test.database.pool.query<Record<string, unknown>>(text)).rows;
const forge = () => sql(`INSERT INTO assignment (id, role, person) VALUES ('forged', 'Auditor', 'p_mallory')`);
const forged = async () => (await sql(`SELECT 1 FROM assignment WHERE id = 'forged'`)).length;

async function differences(): Promise<number> {
  const found = createFindingList();
  await stores().state.look((view) => verifyState(view, found));
  return found.total();
}

/** Resolves once somebody waits for the log's head. */
async function waitingForHead(): Promise<void> {
  for (;;) {
    const waiting = await sql(`SELECT 1 FROM pg_locks WHERE relation = 'log_head'::regclass AND NOT granted
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`);
    if (waiting.length > 0) return;
  }
}

describe('whose word the rows are made from', () => {
  afterEach(() => sql(`DELETE FROM assignment WHERE id = 'forged'`));

  it('when a key from outside proves the signer, the rows are made anew', async () => {
    await forge();
    const done = await rebuildState(crypto, stores().state, { trusted: trusted() });
    expect(done).toMatchObject({ log: { verdict: 'verified' }, differencesTotal: 1, rows: expect.any(Number) });
    expect(await forged()).toBe(0);
    expect(await rebuildState(crypto, stores().state, { trusted: trusted() })).toMatchObject({ rows: 0 });
  });

  it.each([
    ['no key', async () => [], 'self-consistent, signer unproven', []],
    [
      'the key of another',
      async () => [await vkey(signerOf('another'), await stores().evidence.origin())],
      'failed',
      ['checkpoint_unknown_key'],
    ],
  ])(
    'when %s vouches for the log, whatever keys the database lists, nothing is touched',
    async (_, keys, verdict, codes) => {
      await forge();
      const done = await rebuildState(crypto, stores().state, { trusted: await keys() });
      expect(done).toMatchObject({ log: { verdict }, rows: null });
      expect(done.log.findings.map(({ code }) => code)).toEqual(codes);
      expect(await forged()).toBe(1);
    },
  );

  it('when a leaf was changed, nothing is touched', async () => {
    await forge();
    const [before] = await sql(`SELECT leaf FROM entry WHERE log_index = 1`);
    await sql(`UPDATE entry SET leaf = set_byte(leaf, 300, get_byte(leaf, 300) # 1) WHERE log_index = 1`);
    const done = await rebuildState(crypto, stores().state, { trusted: trusted() });
    expect(done).toMatchObject({ log: { verdict: 'failed' }, rows: null });
    expect(new Set(done.log.findings.flatMap(({ index }) => index ?? []))).toEqual(new Set([1]));
    expect(await forged()).toBe(1);
    await test.database.pool.query('UPDATE entry SET leaf = $1 WHERE log_index = 1', [before?.['leaf']]);
  });

  it('when the whole database is put back to an earlier state, what was signed here since is missed', async () => {
    const signedHere = await test.server.core.workspace.lastSigned.read();
    const size = await stores().evidence.sequencedSize();
    expect(signedHere?.size).toBe(size);
    const earlier: StateStore = {
      ...stores().state,
      hold: (work) =>
        stores().state.hold((held) => {
          const log: HeldState['log'] = {
            ...held.log,
            sequencedSize: async () => size - 1,
            readEntries: async (from, limit) => held.log.readEntries(from, Math.min(limit, size - 1 - from)),
            latestCheckpoint: async () => (await held.log.listCheckpoints(1, 1))[0] ?? null,
            listCheckpoints: (from) => held.log.listCheckpoints(from, 1),
            readTree: async () => (await held.log.listCheckpoints(1, 1))[0] ?? held.log.readTree(),
            readStrayEvents: async () => [],
          };
          return work({ ...held, log });
        }),
    };
    expect((await rebuildState(crypto, earlier, { trusted: trusted() })).log.findings).toEqual([]);
    const done = await rebuildState(crypto, earlier, { trusted: trusted(), signedHere });
    expect(done).toMatchObject({ rows: null, log: { findings: [{ code: 'tail_cut', index: size - 1 }] } });
  });
});

describe('what comes while the rows are made', () => {
  it('when something is appended between the check and the rows, it waits, and no row of it is lost', async () => {
    await forge();
    const before = await stores().evidence.sequencedSize();
    let appended: Promise<void> | null = null;
    const disturbed: StateStore = {
      ...stores().state,
      hold: (work) =>
        stores().state.hold((held) =>
          work({
            ...held,
            replace: async (rows) => {
              appended = append('credit-scoring');
              await waitingForHead();
              return held.replace(rows);
            },
          }),
        ),
    };
    const done = await rebuildState(crypto, disturbed, { trusted: trusted() });
    expect(done).toMatchObject({ differencesTotal: 1, log: { entries: before } });
    await appended;
    expect(await stores().evidence.sequencedSize()).toBe(before + 1);
    expect(await differences()).toBe(0);
    expect(
      await sql(`SELECT 1 FROM record WHERE kind = 'legal_hold' AND state::text LIKE '%credit-scoring%'`),
    ).toHaveLength(1);
  });

  it('when a commit is under way, it is waited for, and what it wrote is looked at', async () => {
    const client = await test.database.pool.connect();
    await client.query('BEGIN');
    await client.query('UPDATE log_head SET next_index = next_index');
    await client.query(`INSERT INTO assignment (id, role, person) VALUES ('forged', 'Auditor', 'p_mallory')`);
    const rebuilt = rebuildState(crypto, stores().state, { trusted: trusted() });
    await waitingForHead();
    await client.query('COMMIT');
    client.release();
    expect(await rebuilt).toMatchObject({ differencesTotal: 1, rows: expect.any(Number) });
    expect(await forged()).toBe(0);
  });
});
