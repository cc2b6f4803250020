/** Faults of the machine: disk full, a folder that cannot be written, the clock set back. No unsigned or backdated entry. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createNodeCrypto } from '#src/adapters/crypto/node-crypto.ts';
import { readConfig } from '#src/config.ts';
import { verifyLog } from '#src/evidence/verify-log.ts';
import { createWebServer } from '#src/web/server.ts';
import { exitFor } from '#src/wire/exit.ts';
import { healthHandler } from '#src/wire/http.ts';
import { startServer } from '#src/wire/server.ts';
import { freshDatabase } from './database.ts';
import { startWithRequests } from './evidence-fixture.ts';
import type { TestServer } from './server-fixture.ts';

let test: TestServer;
let shift = 0;
let ciso: string;
beforeAll(async () => {
  test = await startWithRequests({ now: () => new Date(Date.now() + shift), env: { LOG_LEVEL: 'silent' } });
  ciso = await test.server.core.stores.people.personFor('U0CISO', null);
});
afterAll(() => test.close());

let commands = 0;
const act = () => {
  commands += 1;
  return test.server.evidence.holds.place({ kind: 'system', id: 'x' }, 'Because.', ciso, `fault-${commands}`);
};
const size = () => test.server.core.stores.evidence.sequencedSize();
const verified = async () => {
  const { core, work } = test.server;
  await work.publisher.publish();
  return verifyLog(createNodeCrypto(), core.stores.evidence, { trusted: [core.workspace.vkey], anchors: [] });
};

/** Makes writes to a table fail as PostgreSQL does when the disk is full. */
async function diskFull(table: string, work: () => Promise<void>): Promise<void> {
  const { pool } = test.database;
  await pool.query(`CREATE FUNCTION no_space() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$`);
  await pool.query(
    `CREATE TRIGGER no_space BEFORE INSERT OR UPDATE ON ${table} FOR EACH ROW EXECUTE FUNCTION no_space()`,
  );
  try {
    await work();
  } finally {
    await pool.query(`DROP TRIGGER no_space ON ${table}; DROP FUNCTION no_space()`);
  }
}

describe('disk full', () => {
  it.each(['entry', 'event', 'disclosure', 'record'])(
    'when %s cannot be written, nothing of the commit is there',
    async (table) => {
      const before = await size();
      await diskFull(table, async () => {
        await expect(act()).rejects.toHaveProperty('code', '53100');
        expect(await size()).toBe(before);
      });
      expect((await act()).ok).toBe(true);
      expect(await size()).toBe(before + 1);
    },
  );

  it.each(['tile', 'tree_head', 'checkpoint'])(
    'when %s cannot be written, no checkpoint is signed for it; later one is',
    async (table) => {
      const { stores } = test.server.core;
      await test.server.work.publisher.publish();
      const before = (await stores.evidence.latestCheckpoint())?.size ?? 0;
      await diskFull(table, async () => {
        expect((await act()).ok).toBe(true);
        await expect(test.server.work.publisher.publish()).rejects.toHaveProperty('code', '53100');
        expect((await stores.evidence.latestCheckpoint())?.size).toBe(before);
      });
      expect(await verified()).toMatchObject({ verdict: 'verified', findings: [], unpublished: 0 });
    },
  );
});

describe('a checkpoint that is late', () => {
  const sizes = async (address: string) => {
    const res = await fetch(`${address}/readyz`);
    const { ready, checks, log } = (await res.json()) as Record<string, unknown>;
    return { status: res.status, ready, checks, log };
  };

  it('is visible: what is committed, in the tree and under a checkpoint are three numbers', async () => {
    const { address } = test.server;
    await test.server.work.publisher.publish();
    const before = await size();
    await diskFull('checkpoint', async () => {
      await act();
      await expect(test.server.work.publisher.publish()).rejects.toHaveProperty('code', '53100');
      const shown = await sizes(address);
      expect(shown).toMatchObject({ log: { sequenced: before + 1, integrated: before + 1, published: before } });
      const metrics = await (await fetch(`${address}/metrics`)).text();
      expect(metrics).toContain(`countersign_log_sequenced_entries ${before + 1}\n`);
      expect(metrics).toContain(`countersign_log_published_entries ${before}\n`);
      expect(metrics).toMatch(/countersign_log_publish_failed_rounds \d+\n/);
    });
    await test.server.work.publisher.publish();
  });

  it('when it fails again and again, the server says that it is not ready, and why', async () => {
    const fails = { count: 4 };
    const handler = healthHandler(test.server.core, { failures: () => fails.count });
    const web = createWebServer({ handlers: [handler], onError: () => undefined });
    const port = await web.listen(0, '127.0.0.1');
    try {
      expect(await sizes(`http://127.0.0.1:${port}`)).toMatchObject({ status: 200, ready: true });
      fails.count = 5;
      expect(await sizes(`http://127.0.0.1:${port}`)).toMatchObject({
        status: 503,
        ready: false,
        checks: [{ problem: null }, { name: 'checkpoint', problem: expect.stringContaining('5 times in a row') }],
      });
    } finally {
      await web.close(0);
    }
  });
});

describe('the clock', () => {
  it('when it was set back by more than a minute, nothing is recorded and the error says why', async () => {
    const before = await size();
    shift = -3_600_000;
    const error: unknown = await act().catch((thrown: unknown) => thrown);
    shift = 0;
    expect(error).toHaveProperty('code', 'clock_behind');
    expect(await size()).toBe(before);
  });

  it('when it was set back by less, no entry is dated before the one before it', async () => {
    await act();
    shift = -20_000;
    await act();
    shift = 0;
    const { rows } = await test.database.pool.query<{ back: string }>(
      'SELECT count(*) AS back FROM event a JOIN event b ON b.log_index = a.log_index + 1 WHERE b.at < a.at',
    );
    expect(rows[0]?.back).toBe('0');
    expect((await verified()).verdict).toBe('verified');
  });
});

describe('a data folder that cannot be written', () => {
  it('when the keys cannot be made, the start is refused with what to do, and no log begins', async () => {
    const database = await freshDatabase({ max: 2 });
    const folder = await mkdtemp(join(tmpdir(), 'countersign-readonly-'));
    // A file where the folder should be: also an administrator cannot write into it.
    await writeFile(join(folder, 'keys'), '');
    const env = {
      PORT: '0',
      DATABASE_URL: database.connectionString,
      COUNTERSIGN_SANDBOX: '1',
      COUNTERSIGN_DATA_DIR: folder,
    };
    const error: unknown = await startServer(readConfig({ ...env, LOG_LEVEL: 'silent' }, folder), {
      write: () => undefined,
    }).catch((thrown: unknown) => thrown);
    expect(error).toHaveProperty('code', 'keys');
    expect(exitFor(error).code).toBe(2);
    expect((await database.pool.query('SELECT 1 FROM workspace')).rowCount).toBe(0);
    expect((await database.pool.query('SELECT 1 FROM event')).rowCount).toBe(0);
    await database.close();
    await rm(folder, { recursive: true });
  });
});
