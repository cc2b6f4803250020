import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, statSync, symlinkSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { ask, postgresFixture } from './postgres-fixture.ts';

const isRoot = process.getuid?.() === 0;
const { newFolder, start, startElsewhere } = postgresFixture();
const path = process.env['PATH'];

afterEach(() => {
  process.env['PATH'] = path;
});

/** Takes `unshare` away, as on a machine or in a container without user namespaces. */
function withoutNamespaces(): void {
  const folder = newFolder();
  chmodSync(folder, 0o755);
  for (const name of ['test', 'id']) {
    const found = (path ?? '').split(delimiter).map((one) => join(one, name));
    const real = found.find((one) => spawnSync(one, ['-u'], { stdio: 'ignore' }).error === undefined);
    if (real) symlinkSync(real, join(folder, name));
  }
  process.env['PATH'] = folder;
}

describe.skipIf(!isRoot)('as root', () => {
  test('runs in a folder that only root can enter', async () => {
    const parent = newFolder();
    chmodSync(parent, 0o700);
    const dataDir = join(parent, 'data');
    mkdirSync(dataDir, { mode: 0o700 });
    const first = await start({ dataDir });
    expect(await ask(first.connectionString, 'SELECT 1 AS one')).toEqual({ one: 1 });
    expect(statSync(first.info.cluster).uid).toBe(0);
    await first.stop();
    const second = await start({ dataDir });
    expect(await ask(second.connectionString, 'SELECT 1 AS one')).toEqual({ one: 1 });
  });

  test('becomes an unprivileged user where there are no user namespaces, and keeps to it later', async () => {
    const dataDir = newFolder();
    chmodSync(dataDir, 0o755);
    withoutNamespaces();
    const first = await start({ dataDir });
    expect(await ask(first.connectionString, 'SELECT 1 AS one')).toEqual({ one: 1 });
    const { uid } = statSync(first.info.cluster);
    expect(uid).not.toBe(0);
    expect(statSync(first.info.passwordFile).uid).toBe(0);
    await first.stop();
    process.env['PATH'] = path;
    const second = await start({ dataDir });
    expect(statSync(`/proc/${second.info.pid}`).uid).toBe(uid);
  });

  test('says so once where neither works', async () => {
    const dataDir = newFolder();
    chmodSync(dataDir, 0o700);
    withoutNamespaces();
    await expect(start({ dataDir })).rejects.toMatchObject({
      code: 'root_unsupported',
      remedy: expect.stringContaining('DATABASE_URL'),
    });
  });

  test('an ordinary user starts it as itself', async () => {
    const dataDir = newFolder();
    chmodSync(dataDir, 0o777);
    const server = await startElsewhere(dataDir, 'server', { uid: 65_534, gid: 65_534 });
    expect(server.code).toBeUndefined();
    expect(statSync(server.info?.cluster ?? '').uid).toBe(65_534);
    await server.stop();
  });
});
