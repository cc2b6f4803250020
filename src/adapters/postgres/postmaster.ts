import { type ChildProcess, spawn } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  existsSync,
  fstatSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { PostgresBinaries } from './binaries.ts';
import { type ClusterPaths, environment, lastLine } from './cluster.ts';
import { PostgresError } from './errors.ts';
import { identityOf, isPostmasterOf } from './process-identity.ts';
import { giveTo, launch, type RunAs } from './run-as.ts';

/** A running PostgreSQL: its process and where it listens. */
export type Postmaster = {
  readonly pid: number;
  /** Folder of the Unix socket, null where it listens on 127.0.0.1. */
  readonly socketDir: string | null;
  readonly port: number;
};

/** A Unix socket in a private folder, or TCP on 127.0.0.1. */
export type Transport = 'socket' | 'tcp';

const READY_MS = 60_000;
const STOP_MS = 30_000;
const POLL_MS = 10;
/** A socket's path must fit sockaddr_un: 104 bytes on macOS, 108 on Linux. */
const SOCKET_PATH_BYTES = 100;
const SOCKET_PORT = 5432;
const LOG_BYTES = 10 * 1024 * 1024;

/**
 * The PostgreSQL that already runs on this cluster, as its own postmaster.pid says and the process with that pid
 * confirms; null when none does.
 */
export function findPostmaster(paths: ClusterPaths): (Postmaster & { readonly ready: boolean }) | null {
  const lines = readLines(join(paths.cluster, 'postmaster.pid'));
  const pid = Number(lines?.[0]);
  if (!lines || !Number.isSafeInteger(pid) || pid <= 1) return null;
  if (lines[1] !== paths.cluster || !isPostmasterOf(pid, paths.cluster)) return null;
  return {
    pid,
    socketDir: lines[4] ? lines[4] : null,
    port: Number(lines[3]),
    ready: lines[7]?.trim() === 'ready',
  };
}

/**
 * Removes a postmaster.pid that a killed PostgreSQL left and whose pid now belongs to another program: PostgreSQL would
 * refuse to start while any process has that pid. Only to be called when `findPostmaster` found none.
 */
export function removeStalePid(paths: ClusterPaths): void {
  const file = join(paths.cluster, 'postmaster.pid');
  const pid = Number(readLines(file)?.[0]);
  if (Number.isSafeInteger(pid) && pid > 1 && identityOf(pid) !== null) rmSync(file, { force: true });
}

/**
 * Starts PostgreSQL in a process group of its own, so that Ctrl-C reaches Node alone, and waits until it takes
 * connections.
 * @param onExit called when the process ends by itself, also later.
 * @param transport TCP is taken by itself where sockets cannot be made.
 * @throws PostgresError `start_failed` with the last line of its log.
 */
export async function startPostmaster(
  paths: ClusterPaths,
  binaries: PostgresBinaries,
  runAs: RunAs,
  onExit: (reason: string) => void,
  transport: Transport = 'socket',
): Promise<Postmaster> {
  const socketDir = transport === 'socket' ? await makeSocketDir(runAs) : null;
  const port = socketDir === null ? await freePort() : SOCKET_PORT;
  const settings = {
    listen_addresses: socketDir === null ? '127.0.0.1' : '',
    unix_socket_directories: socketDir ?? '',
    port,
    fsync: 'on',
    timezone: 'UTC',
    log_timezone: 'UTC',
    logging_collector: 'off',
    log_destination: 'stderr',
    // A commit that lost a race is an error to PostgreSQL and everyday life to us: it would fill the log.
    log_min_messages: 'log',
    log_checkpoints: 'off',
    max_connections: 100,
    io_method: 'sync',
    shared_buffers: '64MB',
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const { file, args, ...user } = launch(runAs, binaries.postgres, ['-D', paths.cluster, ...flags]);
  keepLogSmall(paths.log);
  const log = openSync(paths.log, 'a', 0o600);
  const logStart = fstatSync(log).size;
  const child = spawn(file, [...args], {
    cwd: '/',
    env: environment(),
    detached: true,
    stdio: ['ignore', log, log],
    ...user,
  });
  closeSync(log);
  child.unref();
  child.once('exit', (code, signal) => onExit(signal ?? `code ${code}`));
  try {
    return await untilReady(paths, child, logStart);
  } catch (cause) {
    if (socketDir !== null) rmSync(socketDir, { recursive: true, force: true });
    throw cause;
  }
}

/**
 * Waits until a starting PostgreSQL takes connections.
 * @param child the process, where this process started it.
 * @param logStart where in the log this start begins.
 * @throws PostgresError `start_failed`
 */
export async function untilReady(paths: ClusterPaths, child: ChildProcess | null, logStart = 0): Promise<Postmaster> {
  const deadline = performance.now() + READY_MS;
  let failure: Error | null = null;
  child?.once('error', (cause) => {
    failure = cause;
  });
  for (;;) {
    const found = findPostmaster(paths);
    if (found?.ready) return { pid: found.pid, socketDir: found.socketDir, port: found.port };
    const ended = child ? child.exitCode !== null || child.signalCode !== null : found === null;
    if (failure || ended || performance.now() > deadline) {
      child?.kill('SIGQUIT');
      throw new PostgresError(
        'start_failed',
        `PostgreSQL did not start on ${paths.cluster}: ${explain(failure, paths.log, logStart)}.`,
        `Read ${paths.log}; free disk space and memory are the usual causes. Or set DATABASE_URL.`,
        failure ?? undefined,
      );
    }
    await wait(POLL_MS);
  }
}

/**
 * Stops a PostgreSQL: fast (open transactions are rolled back, everything is written), after 30 s at once.
 * @throws PostgresError `stop_failed` when it lives on.
 */
export async function stopPostmaster(paths: ClusterPaths, postmaster: Postmaster): Promise<void> {
  // Asked once: a process on its way out shows no command line any more before it has ended.
  const running = isPostmasterOf(postmaster.pid, paths.cluster) ? identityOf(postmaster.pid) : null;
  const gone = async (milliseconds: number): Promise<boolean> => {
    const deadline = performance.now() + milliseconds;
    while (running !== null && identityOf(postmaster.pid) === running) {
      if (performance.now() > deadline) return false;
      await wait(POLL_MS);
    }
    return true;
  };
  if (running !== null) signal(postmaster.pid, 'SIGINT');
  if (!(await gone(STOP_MS))) {
    signal(postmaster.pid, 'SIGQUIT');
    if (!(await gone(STOP_MS))) {
      throw new PostgresError(
        'stop_failed',
        `PostgreSQL (process ${postmaster.pid}) on ${paths.cluster} does not stop.`,
        `End process ${postmaster.pid} yourself; the next start recovers the database.`,
      );
    }
  }
  if (postmaster.socketDir !== null) rmSync(postmaster.socketDir, { recursive: true, force: true });
}

/** A new folder that only its owner enters, short enough for a socket; null where sockets cannot be made. */
async function makeSocketDir(runAs: RunAs): Promise<string | null> {
  for (const base of new Set([tmpdir(), '/tmp'])) {
    if (Buffer.byteLength(join(base, 'cs-XXXXXX', `.s.PGSQL.${SOCKET_PORT}.lock`)) >= SOCKET_PATH_BYTES) continue;
    let folder: string | null = null;
    try {
      folder = mkdtempSync(join(base, 'cs-'));
      chmodSync(folder, 0o700);
      await listenOnce({ path: join(folder, 'probe') });
      giveTo(runAs, folder);
      return folder;
    } catch {
      if (folder !== null) rmSync(folder, { recursive: true, force: true });
    }
  }
  return null;
}

async function freePort(): Promise<number> {
  return listenOnce({ host: '127.0.0.1', port: 0 });
}

function listenOnce(where: { path: string } | { host: string; port: number }): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(where, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

function keepLogSmall(path: string): void {
  if (existsSync(path) && statSync(path).size > LOG_BYTES) renameSync(path, `${path}.1`);
}

/** What PostgreSQL said last in this start that sounds like a reason. */
function explain(failure: Error | null, log: string, logStart: number): string {
  if (failure) return failure.message;
  const said = existsSync(log) ? readFileSync(log).subarray(logStart).toString('utf8') : '';
  const reasons = said.split('\n').filter((line) => /FATAL|PANIC|could not/.test(line));
  return lastLine(reasons.at(-1) ?? '') || 'it said nothing';
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // Gone already.
  }
}

function readLines(path: string): readonly string[] | null {
  try {
    return readFileSync(path, 'utf8').split('\n');
  } catch {
    return null;
  }
}
