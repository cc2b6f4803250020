import { chmodSync, mkdirSync, realpathSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { findBinaries, type PostgresBinaries } from './binaries.ts';
import { type Claim, type ClaimMode, livingClaims, register, withMutex } from './claims.ts';
import { type ClusterPaths, checkMajor, clusterPaths, createCluster, DATABASE_NAME, readPassword } from './cluster.ts';
import { PostgresError } from './errors.ts';
import { createPool } from './pool.ts';
import {
  findPostmaster,
  type Postmaster,
  removeStalePid,
  startPostmaster,
  stopPostmaster,
  type Transport,
  untilReady,
} from './postmaster.ts';
import { chooseRunAs } from './run-as.ts';

/** What `startEmbedded` needs. */
export type EmbeddedOptions = {
  /** COUNTERSIGN_DATA_DIR; made when missing. The database stands in its folder `postgres`. */
  readonly dataDir: string;
  /** `server` refuses a second server on the folder; `attach` (commands) works beside a server or another command. */
  readonly mode: ClaimMode;
  /** Told each step that took time: `database created`, `database started`, `database adopted`. */
  readonly log?: (step: string, milliseconds: number) => void;
  /** Told once when a PostgreSQL that this process started ends by itself (crash, killed), never after `stop`. */
  readonly onExit?: (reason: string) => void;
  readonly now?: () => Date;
  /** For tests: other programs, and TCP where sockets would do. */
  readonly binaries?: PostgresBinaries;
  readonly transport?: Transport;
};

/** A running embedded PostgreSQL. */
export type EmbeddedPostgres = {
  /** For pg, Prisma and psql alike. Holds the password: for logs use `info`. */
  readonly connectionString: string;
  /** True when it ran already (a server that survived a SIGKILL of its Node, or another process's). */
  readonly adopted: boolean;
  /** True when the database was made by this call. */
  readonly created: boolean;
  /** Gives it up. PostgreSQL stops when no other process uses the folder's database. May be called twice. */
  stop(): Promise<void>;
  readonly info: Postmaster & { readonly cluster: string; readonly logFile: string; readonly passwordFile: string };
};

/**
 * Starts, adopts or attaches to the PostgreSQL of a data folder. fsync stays on; survives Ctrl-C (own process group).
 * @throws PostgresError with one of its codes; `already_running` when `mode` is `server` and another server lives.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const log = options.log ?? (() => undefined);
  const binaries = options.binaries ?? findBinaries();
  const home = makeHome(options.dataDir);
  const paths = clusterPaths(home);
  return withMutex(home, async () => {
    refuseSecondServer(options.mode, livingClaims(home), options.dataDir);
    checkMajor(paths, binaries);
    const unregister = register(home, options.mode, options.now?.() ?? new Date());
    try {
      return await open(options, paths, binaries, unregister, log);
    } catch (cause) {
      unregister();
      throw cause;
    }
  });
}

async function open(
  options: EmbeddedOptions,
  paths: ClusterPaths,
  binaries: PostgresBinaries,
  unregister: () => void,
  log: (step: string, milliseconds: number) => void,
): Promise<EmbeddedPostgres> {
  let stopping = false;
  const onExit = (reason: string): void => {
    if (!stopping) options.onExit?.(reason);
  };
  const running = await adopt(paths, log);
  let created = false;
  let postmaster = running;
  if (!postmaster) {
    const runAs = chooseRunAs(paths.home, paths.cluster, binaries.postgres);
    let since = performance.now();
    created = await createCluster(paths, binaries, runAs);
    if (created) log('database created', performance.now() - since);
    since = performance.now();
    keepPrivate(paths.cluster);
    postmaster = await startPostmaster(paths, binaries, runAs, onExit, options.transport);
    log('database started', performance.now() - since);
  }
  const opened = postmaster;
  const stop = async (): Promise<void> => {
    if (stopping) return;
    stopping = true;
    await withMutex(paths.home, async () => {
      unregister();
      if (livingClaims(paths.home).length === 0) await stopPostmaster(paths, opened);
    });
  };
  try {
    const connectionString = connectionOf(opened, readPassword(paths), DATABASE_NAME);
    await ensureDatabase(connectionOf(opened, readPassword(paths), 'postgres'));
    const info = { ...opened, cluster: paths.cluster, logFile: paths.log, passwordFile: paths.password };
    return { connectionString, adopted: running !== null, created, stop, info };
  } catch (cause) {
    stopping = true;
    unregister();
    if (livingClaims(paths.home).length === 0) await stopPostmaster(paths, opened);
    throw cause;
  }
}

/** The running PostgreSQL of the folder when there is one that can be reached. */
async function adopt(
  paths: ClusterPaths,
  log: (step: string, milliseconds: number) => void,
): Promise<Postmaster | null> {
  const since = performance.now();
  const found = findPostmaster(paths);
  if (!found) {
    removeStalePid(paths);
    return null;
  }
  const postmaster = found.ready ? found : await untilReady(paths, null);
  if (!(await reachable(connectionOf(postmaster, readPassword(paths), 'postgres')))) {
    // Its socket was swept away with the temporary folder: nobody else can reach it either.
    if (livingClaims(paths.home).length > 1) {
      throw new PostgresError(
        'unreachable',
        `PostgreSQL (process ${postmaster.pid}) runs on ${paths.cluster} but cannot be reached.`,
        'Stop the other Countersign processes on this data folder and start again.',
      );
    }
    await stopPostmaster(paths, postmaster);
    return null;
  }
  log('database adopted', performance.now() - since);
  return { pid: postmaster.pid, socketDir: postmaster.socketDir, port: postmaster.port };
}

async function reachable(connectionString: string): Promise<boolean> {
  const pool = createPool(connectionString, { max: 1 });
  try {
    await pool.query('SELECT 1');
    return true;
  } catch {
    return false;
  } finally {
    await pool.end();
  }
}

async function ensureDatabase(maintenance: string): Promise<void> {
  const pool = createPool(maintenance, { max: 1 });
  try {
    const { rowCount } = await pool.query('SELECT 1 FROM pg_database WHERE datname = $1', [DATABASE_NAME]);
    if (rowCount === 0) await pool.query(`CREATE DATABASE ${DATABASE_NAME}`);
  } finally {
    await pool.end();
  }
}

function connectionOf(postmaster: Postmaster, password: string, database: string): string {
  const url = new URL(`postgresql://${DATABASE_NAME}:${password}@localhost:${postmaster.port}/${database}`);
  if (postmaster.socketDir === null) url.hostname = '127.0.0.1';
  else url.searchParams.set('host', postmaster.socketDir);
  return url.href;
}

/** A folder that was copied or restored often has lost its mode, and PostgreSQL insists on it. */
function keepPrivate(cluster: string): void {
  try {
    chmodSync(cluster, 0o700);
  } catch {
    // Not ours: PostgreSQL says so itself.
  }
}

function refuseSecondServer(mode: ClaimMode, claims: readonly Claim[], dataDir: string): void {
  const server = mode === 'server' ? claims.find((claim) => claim.mode === 'server') : undefined;
  if (!server) return;
  throw new PostgresError(
    'already_running',
    `A Countersign server already runs on ${dataDir} (process ${server.identity.split('@')[0]}, since ${server.since}).`,
    'Use that one, stop it first, or set COUNTERSIGN_DATA_DIR to another folder.',
  );
}

/** Rights of the data folder: root's own stays enterable, because PostgreSQL may have to run as another user; files are 0600. */
export function folderMode(): number {
  return process.getuid?.() === 0 ? 0o711 : 0o700;
}

function makeHome(dataDir: string): string {
  const folder = resolve(dataDir);
  try {
    const mode = folderMode();
    mkdirSync(folder, { recursive: true, mode });
    mkdirSync(join(folder, 'postgres'), { recursive: true, mode });
    return realpathSync(join(folder, 'postgres'));
  } catch (cause) {
    throw new PostgresError(
      'folder_unusable',
      `The data folder ${folder} cannot be made or entered: ${cause instanceof Error ? cause.message : String(cause)}.`,
      'Set COUNTERSIGN_DATA_DIR to a folder you may write to.',
      cause,
    );
  }
}
