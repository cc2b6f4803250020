import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PostgresBinaries } from './binaries.ts';
import { PostgresError } from './errors.ts';
import { giveTo, type Launch, launch, type RunAs } from './run-as.ts';

/** Name of the database user and of the database itself. */
export const DATABASE_NAME = 'countersign';

/** What stands in `<data folder>/postgres`. */
export type ClusterPaths = {
  readonly home: string;
  /** PostgreSQL's own data directory. */
  readonly cluster: string;
  readonly password: string;
  readonly log: string;
};

/** The paths of a data folder's database. `home` must be an absolute path without symbolic links. */
export function clusterPaths(home: string): ClusterPaths {
  return {
    home,
    cluster: join(home, 'cluster'),
    password: join(home, 'password'),
    log: join(home, 'server.log'),
  };
}

/**
 * Refuses a cluster of another major version, which these programs cannot read.
 * @throws PostgresError `wrong_major`
 */
export function checkMajor(paths: ClusterPaths, binaries: PostgresBinaries): void {
  const file = join(paths.cluster, 'PG_VERSION');
  if (!existsSync(file)) return;
  const found = readFileSync(file, 'utf8').trim();
  if (found === String(binaries.major)) return;
  throw new PostgresError(
    'wrong_major',
    `The database in ${paths.cluster} was made by PostgreSQL ${found}, and this Countersign brings PostgreSQL ${binaries.major}.`,
    `Start the Countersign release that brings PostgreSQL ${found}, dump its database with pg_dump, set ${paths.home} aside and restore the dump; or run PostgreSQL ${found} yourself and set DATABASE_URL.`,
  );
}

/**
 * Makes the cluster unless it exists: UTF8, locale C, UTC, scram passwords. It is made beside its place and renamed, so
 * that a crash leaves none or a whole one.
 * @returns whether it was made now.
 * @throws PostgresError `init_failed` with what initdb said.
 */
export async function createCluster(paths: ClusterPaths, binaries: PostgresBinaries, runAs: RunAs): Promise<boolean> {
  if (existsSync(join(paths.cluster, 'PG_VERSION'))) return false;
  const draft = `${paths.cluster}.new`;
  const passwordFile = `${paths.cluster}.password`;
  rmSync(draft, { recursive: true, force: true });
  rmSync(passwordFile, { force: true });
  mkdirSync(draft, { mode: 0o700 });
  giveTo(runAs, draft);
  const password = randomBytes(24).toString('hex');
  writeFileSync(paths.password, password, { mode: 0o600 });
  writeFileSync(passwordFile, password, { mode: 0o600 });
  giveTo(runAs, passwordFile);
  const call = launch(
    runAs,
    binaries.initdb,
    [
      ['--pgdata', draft],
      ['--username', DATABASE_NAME],
      ['--pwfile', passwordFile],
      ['--auth', 'scram-sha-256'],
      ['--encoding', 'UTF8'],
      ['--locale', 'C'],
      ['--set', 'timezone=UTC'],
      ['--set', 'log_timezone=UTC'],
    ].flat(),
  );
  const failure = await run(call);
  rmSync(passwordFile, { force: true });
  if (failure !== null) {
    rmSync(draft, { recursive: true, force: true });
    throw new PostgresError(
      'init_failed',
      `PostgreSQL could not make its database in ${paths.home}: ${failure}.`,
      'Check that the folder is on a local disk with free space and that you may write to it, or set DATABASE_URL.',
    );
  }
  renameSync(draft, paths.cluster);
  return true;
}

/** Runs a program to its end, without holding up this process; what went wrong in one line, or null. */
function run({ file, args, ...user }: Launch): Promise<string | null> {
  return new Promise((resolve) => {
    const child = spawn(file, [...args], {
      env: environment(),
      cwd: '/',
      stdio: ['ignore', 'ignore', 'pipe'],
      ...user,
    });
    let said = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-4_000);
    });
    child.once('error', (cause) => resolve(cause.message));
    child.once('close', (code, signal) =>
      resolve(code === 0 ? null : lastLine(said) || `it ended with ${signal ?? code}`),
    );
  });
}

/**
 * The password of the database user.
 * @throws PostgresError `password_missing`
 */
export function readPassword(paths: ClusterPaths): string {
  try {
    return readFileSync(paths.password, 'utf8').trim();
  } catch (cause) {
    throw new PostgresError(
      'password_missing',
      `The password of the database in ${paths.cluster} cannot be read from ${paths.password}.`,
      `Restore that file from a backup, or, as the user who owns the folder, write a new password into it and set it with "postgres --single -D ${paths.cluster}" and ALTER ROLE.`,
      cause,
    );
  }
}

/** Environment of PostgreSQL's programs: nothing of ours but the path, a fixed locale and UTC. */
export function environment(): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'], LC_ALL: 'C', LANG: 'C', TZ: 'UTC' };
}

/** The last non-empty line of a program's output. */
export function lastLine(text: string): string {
  return text.trim().split('\n').at(-1)?.trim() ?? '';
}
