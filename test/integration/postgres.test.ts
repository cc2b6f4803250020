import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findBinaries } from '#src/adapters/postgres/binaries.ts';
import { checkServer, createPool } from '#src/adapters/postgres/pool.ts';
import { ask, lives, postgresFixture } from './postgres-fixture.ts';

const { newFolder, madeFolder, start, startElsewhere } = postgresFixture();

describe('first and later starts', () => {
  test('makes a UTF8, locale C, UTC database that syncs, behind a private socket and a secret password', async () => {
    const dataDir = join(newFolder(), 'data');
    const steps: string[] = [];
    const server = await start({ dataDir, log: (step) => steps.push(step) });
    expect(steps).toEqual(['database created', 'database started']);
    expect(server).toMatchObject({ adopted: false, created: true });
    const settings = await ask(
      server.connectionString,
      `SELECT current_setting('server_encoding') AS encoding, current_setting('TimeZone') AS zone,
         current_setting('fsync') AS fsync, current_setting('listen_addresses') AS listen,
         current_setting('data_checksums') AS checksums, current_setting('password_encryption') AS passwords,
         (SELECT datcollate FROM pg_database WHERE datname = current_database()) AS locale`,
    );
    expect(settings).toEqual({
      encoding: 'UTF8',
      zone: 'UTC',
      fsync: 'on',
      listen: '',
      checksums: 'on',
      passwords: 'scram-sha-256',
      locale: 'C',
    });
    const { socketDir, passwordFile } = server.info;
    expect(statSync(passwordFile).mode & 0o777).toBe(0o600);
    expect(statSync(socketDir ?? '').mode & 0o777).toBe(0o700);
    expect(readdirSync(dirname(passwordFile)).sort()).toEqual(['cluster', 'password', 'server.log', 'users']);
    const wrong = new URL(server.connectionString);
    wrong.password = 'wrong';
    await expect(ask(wrong.href, 'SELECT 1')).rejects.toMatchObject({ code: '28P01' });
  });

  test('a later start keeps the data, and neither creates nor adopts', async () => {
    const dataDir = newFolder();
    const first = await start({ dataDir });
    await ask(first.connectionString, 'CREATE TABLE kept AS SELECT 42 AS n');
    await first.stop();
    await first.stop();
    expect(lives(first.info.pid)).toBe(false);
    expect(existsSync(first.info.socketDir ?? '')).toBe(false);
    const second = await start({ dataDir });
    expect(second).toMatchObject({ adopted: false, created: false });
    expect(await ask(second.connectionString, 'SELECT n FROM kept')).toEqual({ n: 42 });
  });

  test('works over TCP on loopback where sockets do not', async () => {
    const server = await start({ dataDir: await madeFolder(), transport: 'tcp' });
    expect(server.info.socketDir).toBeNull();
    expect(server.connectionString).toContain(`@127.0.0.1:${server.info.port}/`);
    expect(await ask(server.connectionString, 'SELECT 1 AS one')).toEqual({ one: 1 });
  });

  test('runs in a process group of its own, so that Ctrl-C reaches Node alone', async () => {
    const server = await start({ dataDir: await madeFolder() });
    if (process.platform !== 'linux') return;
    const stat = readFileSync(`/proc/${server.info.pid}/stat`, 'utf8');
    expect(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[2]).toBe(String(server.info.pid));
  });

  test('an initialisation that was cut off is made again', async () => {
    const dataDir = newFolder();
    mkdirSync(join(dataDir, 'postgres', 'cluster.new', 'base'), { recursive: true });
    writeFileSync(join(dataDir, 'postgres', 'mutex'), '999999@gone+1 x');
    const server = await start({ dataDir });
    expect(server.created).toBe(true);
  });
});

describe('who else uses the folder', () => {
  test('a PostgreSQL that survived the SIGKILL of its Node is adopted with its data', async () => {
    const dataDir = await madeFolder();
    const victim = await startElsewhere(dataDir, 'server');
    await victim.kill();
    expect(lives(victim.pid)).toBe(true);
    const server = await start({ dataDir });
    expect(server).toMatchObject({ adopted: true, created: false, info: { pid: victim.pid } });
    expect(await ask(server.connectionString, 'SELECT 1 AS one')).toEqual({ one: 1 });
    await server.stop();
    expect(lives(victim.pid)).toBe(false);
  });

  test('one whose socket was swept away is restarted', async () => {
    const dataDir = await madeFolder();
    const victim = await startElsewhere(dataDir, 'server');
    await victim.kill();
    rmSync(victim.info?.socketDir ?? '', { recursive: true });
    const server = await start({ dataDir });
    expect(server.adopted).toBe(false);
    expect(lives(victim.pid)).toBe(false);
    expect(await ask(server.connectionString, 'SELECT 1 AS one')).toEqual({ one: 1 });
  });

  test('a second server is refused, in this process and in another; a link to the folder is the same folder', async () => {
    const dataDir = await madeFolder();
    await start({ dataDir });
    const link = join(newFolder(), 'link');
    symlinkSync(dataDir, link);
    await expect(start({ dataDir })).rejects.toMatchObject({ code: 'already_running' });
    await expect(start({ dataDir: link })).rejects.toMatchObject({ code: 'already_running' });
    expect(await startElsewhere(dataDir, 'server')).toMatchObject({ code: 'already_running' });
  });

  test('two servers that start together: one runs, one is refused', async () => {
    const dataDir = await madeFolder();
    const both = await Promise.all([startElsewhere(dataDir, 'server'), startElsewhere(dataDir, 'server')]);
    expect(both.map((one) => one.code ?? 'runs').sort()).toEqual(['already_running', 'runs']);
    await both.find((one) => one.code === undefined)?.stop();
  });

  test('a command attaches to the server and leaves it running', async () => {
    const dataDir = await madeFolder();
    const server = await start({ dataDir });
    const command = await startElsewhere(dataDir, 'attach');
    expect(command).toMatchObject({ adopted: true, pid: server.info.pid });
    await command.stop();
    expect(await ask(server.connectionString, 'SELECT 1 AS one')).toEqual({ one: 1 });
  });

  test('commands start the database, share it with a server, and the last one stops it', async () => {
    const dataDir = await madeFolder();
    const command = await startElsewhere(dataDir, 'attach');
    expect(command.adopted).toBe(false);
    const server = await start({ dataDir });
    expect(server).toMatchObject({ adopted: true, info: { pid: command.pid } });
    await command.stop();
    expect(await ask(server.connectionString, 'SELECT 1 AS one')).toEqual({ one: 1 });
    const late = await startElsewhere(dataDir, 'attach');
    await server.stop();
    expect(lives(server.info.pid)).toBe(true);
    await late.stop();
    expect(lives(server.info.pid)).toBe(false);
  });

  test('a pid file whose pid belongs to another program now does not hinder the start', async () => {
    const dataDir = await madeFolder();
    const first = await start({ dataDir });
    await first.stop();
    const { cluster } = first.info;
    writeFileSync(join(cluster, 'postmaster.pid'), `${process.pid}\n${cluster}\n1\n5432\n/tmp\n\n1 1\nready   \n`);
    const second = await start({ dataDir });
    expect(second.adopted).toBe(false);
  });
});

describe('what goes wrong', () => {
  test('a PostgreSQL that is killed is reported once, and recovers at the next start', async () => {
    const dataDir = await madeFolder();
    const exits: string[] = [];
    const reported = Promise.withResolvers<void>();
    const server = await start({
      dataDir,
      onExit: (reason) => {
        exits.push(reason);
        reported.resolve();
      },
    });
    await ask(server.connectionString, 'CREATE TABLE kept AS SELECT 42 AS n');
    process.kill(server.info.pid, 'SIGKILL');
    await reported.promise;
    expect(exits).toEqual(['SIGKILL']);
    await server.stop();
    const again = await start({ dataDir });
    expect(await ask(again.connectionString, 'SELECT n FROM kept')).toEqual({ n: 42 });
    await again.stop();
    expect(exits).toHaveLength(1);
  });

  test('another major version is refused and left alone', async () => {
    const dataDir = await madeFolder();
    const first = await start({ dataDir });
    await first.stop();
    writeFileSync(join(first.info.cluster, 'PG_VERSION'), '17\n');
    await expect(start({ dataDir })).rejects.toMatchObject({
      code: 'wrong_major',
      remedy: expect.stringContaining('DATABASE_URL'),
    });
    expect(readFileSync(join(first.info.cluster, 'PG_VERSION'), 'utf8')).toBe('17\n');
  });

  test('a lost password, a folder that is a file, and a cluster that does not start each say what to do', async () => {
    const dataDir = await madeFolder();
    const first = await start({ dataDir });
    await first.stop();
    const password = readFileSync(first.info.passwordFile);
    rmSync(first.info.passwordFile);
    await expect(start({ dataDir })).rejects.toMatchObject({ code: 'password_missing' });
    writeFileSync(first.info.passwordFile, password);
    rmSync(join(first.info.cluster, 'global', 'pg_control'));
    await expect(start({ dataDir })).rejects.toMatchObject({ code: 'start_failed' });
    await expect(start({ dataDir: first.info.passwordFile })).rejects.toMatchObject({ code: 'folder_unusable' });
  });

  test('missing programs are named', () => {
    expect(() => findBinaries('linux', 's390x' as NodeJS.Architecture)).toThrow(
      expect.objectContaining({ code: 'binaries_missing' }),
    );
  });

  test('a database that does not answer, or is too old, is refused', async () => {
    const pool = createPool('postgresql://nobody@127.0.0.1:1/none');
    await expect(checkServer(pool)).rejects.toMatchObject({ code: 'unreachable' });
    await pool.end();
    const old = { query: async () => ({ rows: [{ server_version: '14.11 (Debian)' }] }) };
    await expect(checkServer(old as never)).rejects.toMatchObject({ code: 'server_too_old' });
    const server = await start({ dataDir: await madeFolder() });
    const good = createPool(server.connectionString);
    expect(await checkServer(good)).toMatch(/^18\./);
    await good.end();
  });
});
