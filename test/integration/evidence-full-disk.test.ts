/**
 * A disk that is really full, and a folder that is really read-only: a small file system in memory, filled and remounted.
 * Mounting needs root; without it these tests say so and are skipped, and evidence-faults.test.ts lets the database fail.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createNodeCrypto } from '#src/adapters/crypto/node-crypto.ts';
import { readConfig } from '#src/config.ts';
import { verifyLog } from '#src/evidence/verify-log.ts';
import { exitFor } from '#src/wire/exit.ts';
import { type RunningServer, startServer } from '#src/wire/server.ts';
import { freshDatabase, type TestDatabase } from './database.ts';

const MB = 1024 * 1024;

const mount = (...args: readonly string[]) => spawnSync('mount', args).status === 0;
const unmount = (path: string) => spawnSync('umount', ['-l', path]);

/** A file system of its own. */
function smallDisk(megabytes: number) {
  const path = mkdtempSync(join(tmpdir(), 'countersign-disk-'));
  const mounted = mount('-t', 'tmpfs', '-o', `size=${megabytes}m,mode=0755`, 'tmpfs', path);
  const filler = join(path, 'filler');
  let covered = false;
  return {
    path,
    mounted,
    /** Writes until nothing fits any more. */
    fill(): void {
      for (const size of [MB, 4096]) {
        const part = new Uint8Array(size);
        for (;;) {
          try {
            writeFileSync(filler, part, { flag: 'a' });
          } catch {
            break;
          }
        }
      }
    },
    free: () => rmSync(filler, { force: true }),
    /** A second mount on top, so that files that are open for writing below are in nobody's way. */
    makeReadOnly(): void {
      covered = mount('--bind', path, path) && mount('-o', 'remount,bind,ro', path);
      expect(covered).toBe(true);
    },
    makeWritable(): void {
      if (covered) unmount(path);
      covered = false;
    },
    remove(): void {
      if (covered) unmount(path);
      if (mounted) unmount(path);
      rmSync(path, { recursive: true, force: true });
    },
  };
}

const probe = smallDisk(1);
const able = probe.mounted;
probe.remove();
const title = able ? '' : ' (skipped: mounting needs root)';

let disk: ReturnType<typeof smallDisk>;
let database: TestDatabase | null = null;
let server: RunningServer | null = null;
let commands = 0;

async function start(env: Record<string, string> = {}): Promise<RunningServer> {
  const url = database === null ? {} : { DATABASE_URL: database.connectionString };
  const all = {
    PORT: '0',
    COUNTERSIGN_SANDBOX: '1',
    COUNTERSIGN_DATA_DIR: disk.path,
    LOG_LEVEL: 'silent',
    ...url,
    ...env,
  };
  server = await startServer(readConfig(all, disk.path), { write: () => undefined });
  return server;
}

/** One recorded act of an administrator. */
async function act({ core, evidence }: RunningServer, words = 'Because.') {
  commands += 1;
  const ciso = await core.stores.people.personFor('U0CISO', null);
  return evidence.holds.place({ kind: 'system', id: 'x' }, words, ciso, `disk-${commands}`);
}

async function verified({ core, work }: RunningServer): Promise<void> {
  await work.publisher.publish();
  const trusted = [core.workspace.vkey];
  const report = await verifyLog(createNodeCrypto(), core.stores.evidence, { trusted });
  expect(report).toMatchObject({ verdict: 'verified', findings: [], unpublished: 0 });
}

describe.skipIf(!able)(`a data folder beside the database${title}`, () => {
  beforeAll(async () => {
    disk = smallDisk(64);
    database = await freshDatabase({ max: 2 });
  });
  afterEach(async () => {
    disk.makeWritable();
    disk.free();
    await server?.stop();
    server = null;
  });
  afterAll(async () => {
    await database?.close();
    database = null;
    disk.remove();
  });

  it('when its disk is full, decisions go on, no checkpoint is signed, and one is as soon as there is room', async () => {
    const running = await start();
    await running.engine.vectors();
    await act(running);
    await running.work.publisher.publish();
    const { evidence } = running.core.stores;
    const before = (await evidence.latestCheckpoint())?.size;
    disk.fill();
    expect((await act(running)).ok).toBe(true);
    await expect(running.work.publisher.publish()).rejects.toHaveProperty('code', 'ENOSPC');
    expect((await evidence.latestCheckpoint())?.size).toBe(before);
    disk.free();
    await verified(running);
  });

  it('when it is read-only, no checkpoint is signed while it is', async () => {
    const running = await start();
    await running.engine.vectors();
    const before = (await running.core.stores.evidence.latestCheckpoint())?.size;
    disk.makeReadOnly();
    expect((await act(running)).ok).toBe(true);
    await expect(running.work.publisher.publish()).rejects.toHaveProperty('code', 'EROFS');
    expect((await running.core.stores.evidence.latestCheckpoint())?.size).toBe(before);
    disk.makeWritable();
    await verified(running);
  });

  it('when it is read-only at a first start, that is refused with what to do, and no log begins', async () => {
    const empty = await freshDatabase({ max: 2 });
    disk.makeReadOnly();
    try {
      const error: unknown = await start({ DATABASE_URL: empty.connectionString }).catch((thrown: unknown) => thrown);
      expect(error).toHaveProperty('code', 'data_folder');
      expect(exitFor(error)).toMatchObject({ code: 2, text: expect.stringMatching(/EROFS.*COUNTERSIGN_DATA_DIR/) });
      expect((await empty.pool.query('SELECT 1 FROM workspace')).rowCount).toBe(0);
      expect((await empty.pool.query('SELECT 1 FROM event')).rowCount).toBe(0);
    } finally {
      await empty.close();
    }
  });

  it('when its disk is full at a start, the start is refused, and nothing is added to the log', async () => {
    const size = async () => (await database?.pool.query('SELECT 1 FROM event'))?.rowCount;
    const before = await size();
    disk.fill();
    await expect(start()).rejects.toMatchObject({ code: 'data_folder', message: expect.stringContaining('ENOSPC') });
    expect(await size()).toBe(before);
  });
});

describe.skipIf(!able)(`the disk of the built-in database${title}`, () => {
  beforeAll(() => {
    disk = smallDisk(160);
  });
  afterAll(async () => {
    disk.free();
    await server?.stop();
    server = null;
    disk.remove();
  });

  it('when it is full, what was acknowledged is there, what failed is not, and the log goes on when there is room', async () => {
    const running = await start();
    await running.engine.vectors();
    const { ledger } = running.core.stores;
    await act(running);
    const before = (await ledger.head()).size;
    disk.fill();
    // A table grows by a page only now and then: until then a commit still finds room.
    let acknowledged = 0;
    let failure: unknown = null;
    while (failure === null && acknowledged < 500) {
      failure = await act(running, `Words ${'w'.repeat(900)}`).then(
        () => null,
        (error: unknown) => error,
      );
      if (failure === null) acknowledged += 1;
    }
    expect(failure).toHaveProperty('code', '53100');
    disk.free();
    expect((await ledger.head()).size).toBe(before + acknowledged);
    expect((await act(running)).ok).toBe(true);
    expect((await ledger.head()).size).toBe(before + acknowledged + 1);
    await verified(running);
  });
});
