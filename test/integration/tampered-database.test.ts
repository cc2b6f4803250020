/** Somebody with the database but without the keys: what they add or change decides nothing, and verification says so. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createNodeCrypto } from '#src/adapters/crypto/node-crypto.ts';
import { verifyState } from '#src/delivery/state/verify.ts';
import { verifyLog } from '#src/evidence/verify-log.ts';
import { minimalForm } from './approval-fixture.ts';
import { startTestServer, type TestServer } from './server-fixture.ts';

let test: TestServer;
beforeAll(async () => {
  test = await startTestServer();
  for (const version of ['1.0.0', '2.0.0']) {
    await test.driver.command('U0MILO', 'C0ASK', '/governance deploy');
    await test.driver.submit('U0MILO', { ...minimalForm, version });
  }
  for (const voter of ['U0CISO', 'U0CAIO']) {
    await test.driver.press(voter, 'C0COMMITTEE', 'open_vote');
    await test.driver.submit(voter, { choice: 'approve', reason: 'Looked at it.' });
  }
  await test.server.work.publisher.publish();
});
afterAll(() => test.close());

const findings = async () => {
  const { evidence, state } = test.server.core.stores;
  return (
    await verifyLog(createNodeCrypto(), evidence, {
      trusted: [test.server.core.workspace.vkey],
      state: (found) => state.look((view) => verifyState(view, found)),
    })
  ).findings;
};

describe('a database that somebody changed', () => {
  it('when nothing was changed, nothing is found', async () => {
    expect(await findings()).toEqual([]);
  });

  it('when an event row is added without an entry, it decides nothing and is found', async () => {
    const { pool } = test.database;
    const { ledger } = test.server.core.stores;
    const open = (await ledger.listRequests({ limit: 5 })).find((request) => request.status !== 'approved');
    await pool.query(
      `INSERT INTO event (id, stream, seq, type, schema_version, at, actor, command_id, ordinal, data, log_index)
       SELECT gen_random_uuid(), $1, 99, type, schema_version, at, actor, 'forged', 0, data, 900000000
       FROM event WHERE type = 'decided' LIMIT 1`,
      [`request:${open?.id}`],
    );
    expect((await test.server.core.desk.read(open?.id ?? ''))?.state.decision).toBeNull();
    expect((await findings()).map((finding) => finding.code)).toEqual(['event_without_entry']);
    await pool.query("DELETE FROM event WHERE command_id = 'forged'");
  });

  it('when a reason is replaced, the forged text is never shown as what somebody wrote', async () => {
    const { pool } = test.database;
    await pool.query("UPDATE disclosure SET value = 'FORGED' WHERE value = 'Looked at it.'");
    const { ledger } = test.server.core.stores;
    const approved = (await ledger.listRequests({ limit: 5 })).find((request) => request.status === 'approved');
    const reasons = (await test.server.core.desk.read(approved?.id ?? ''))?.state.votes.map((vote) => vote.reason);
    expect(reasons).toEqual(['[erased]', '[erased]']);
    expect(new Set((await findings()).map((finding) => finding.code))).toEqual(new Set(['disclosure_mismatch']));
  });
});

describe('a database that was put back to an earlier state', () => {
  it('when its log no longer continues what was signed, the server refuses to start and signs nothing', async () => {
    const { pool } = test.database;
    const size = await test.server.core.stores.evidence.sequencedSize();
    await test.server.stop();
    // What a restored copy looks like: the last entries were never there.
    const cut = size - 2;
    await pool.query('DELETE FROM checkpoint WHERE size > 1');
    await pool.query('DELETE FROM entry WHERE log_index >= $1', [cut]);
    await pool.query('DELETE FROM event WHERE log_index >= $1', [cut]);
    await pool.query('UPDATE log_head SET next_index = $1', [cut]);
    await pool.query('DELETE FROM tile');
    await pool.query("UPDATE tree_head SET size = 0, root = sha256(''::bytea)");
    await expect(test.restart()).rejects.toMatchObject({ code: 'history_forked' });
    const { rows } = await pool.query<{ top: number }>('SELECT max(size)::int AS top FROM checkpoint');
    expect(rows[0]?.top ?? 0).toBeLessThan(cut);
  });
});
