/**
 * A fresh, migrated database for a test, on a real PostgreSQL.
 *
 * ```ts
 * import { databaseForTests } from './database.ts';
 * const database = databaseForTests();               // at the top of the file or of a describe: one database for its tests
 * test('...', async () => { await database().prisma.event.count(); });
 * ```
 * or, for full control, `const database = await freshDatabase(); ... await database.close();`
 *
 * The server runs in node_modules/.cache and is shared by all test files that run at the same time: the first starts
 * it, the last stops it, later runs find its folder made. A database is a copy of a migrated template (about 40 ms).
 * A folder that is broken is thrown away and made anew.
 */
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { livingClaims, withMutex } from '#src/adapters/postgres/claims.ts';
import { clusterPaths } from '#src/adapters/postgres/cluster.ts';
import { type EmbeddedPostgres, startEmbedded } from '#src/adapters/postgres/embedded.ts';
import { PostgresError } from '#src/adapters/postgres/errors.ts';
import { createPool } from '#src/adapters/postgres/pool.ts';
import { createDatabase, type Database } from '#src/adapters/prisma/database.ts';
import { migrate, readMigrations } from '#src/adapters/prisma/migrate.ts';

const CACHE = join(import.meta.dirname, '..', '..', 'node_modules', '.cache', 'countersign-test');
/** Any number, as long as all test files use the same one. */
const TEMPLATE_LOCK = 7_104_001;

/** A database of a test's own. `connectionString` is for a second pool or for starting a whole server on it. */
export type TestDatabase = Database & { readonly connectionString: string };

/** Makes a fresh database before the tests of this file (or describe) and drops it after them. */
export function databaseForTests(options: { readonly max?: number } = {}): () => TestDatabase {
  let database: TestDatabase | undefined;
  beforeAll(async () => {
    database = await freshDatabase(options);
  });
  afterAll(async () => {
    await database?.close();
  });
  return () => {
    if (!database) throw new Error('databaseForTests(): the database exists only inside tests and hooks');
    return database;
  };
}

type FreshOptions = {
  readonly max?: number;
  /** Where the server runs, for the tests of this file itself. */
  readonly cache?: string;
};

/** Makes a fresh, migrated database; `close` drops it. */
export async function freshDatabase({ cache = CACHE, ...options }: FreshOptions = {}): Promise<TestDatabase> {
  mkdirSync(cache, { recursive: true });
  const { server, name } = await copyOfTemplate(cache).catch(async (error: unknown) => {
    if (!(await thrownAway(cache, error))) throw error;
    return copyOfTemplate(cache);
  });
  const connectionString = withDatabase(server.connectionString, name);
  const database = createDatabase(connectionString, options);
  return {
    ...database,
    connectionString,
    async close() {
      await database.close();
      await admin(server, async (query) => {
        await query(`DROP DATABASE ${name} WITH (FORCE)`);
      });
      await server.stop();
    },
  };
}

async function copyOfTemplate(cache: string): Promise<{ readonly server: EmbeddedPostgres; readonly name: string }> {
  const server = await startEmbedded({ dataDir: cache, mode: 'attach' });
  const template = templateName();
  try {
    await ensureTemplate(server, template);
    const name = `test_${process.pid}_${randomBytes(6).toString('hex')}`;
    await admin(server, async (query) => {
      await query(`CREATE DATABASE ${name} TEMPLATE ${template}`);
    });
    return { server, name };
  } catch (cause) {
    const drop = admin(server, async (query) => void (await query(`DROP DATABASE IF EXISTS ${template} WITH (FORCE)`)));
    // Where not even that can be said, the folder goes.
    await drop.catch(() => undefined);
    await server.stop();
    throw cause;
  }
}

/** Failures that another folder would meet as well. */
const NOT_THE_FOLDER: readonly string[] = [
  'binaries_missing',
  'binaries_incomplete',
  'root_unsupported',
  'folder_unusable',
  'busy',
];

/** Throws the server's folder away: a killed run or a half-made copy broke it. False where that would not help. */
async function thrownAway(cache: string, error: unknown): Promise<boolean> {
  if (error instanceof PostgresError && NOT_THE_FOLDER.includes(error.code)) return false;
  const home = realpathSync(join(cache, 'postgres'));
  return withMutex(home, async () => {
    // Another test file may have made it anew meanwhile, and then all is well.
    if (livingClaims(home).length > 0) return true;
    const { cluster, password, log } = clusterPaths(home);
    for (const path of [cluster, password, log]) rmSync(path, { recursive: true, force: true });
    return true;
  });
}

type Query = (sql: string) => Promise<readonly Record<string, unknown>[]>;

/** Named by the migrations that made it. */
function templateName(): string {
  const migrations = readMigrations().migrationDirectories;
  return `template_${createHash('sha256').update(JSON.stringify(migrations)).digest('hex').slice(0, 16)}`;
}

async function ensureTemplate(server: EmbeddedPostgres, template: string): Promise<void> {
  await admin(server, async (query) => {
    if (await exists(query, template)) return;
    await query(`SELECT pg_advisory_lock(${TEMPLATE_LOCK})`);
    if (await exists(query, template)) return;
    await dropLeftovers(query);
    // Made under another name first: a template is copied only when it is whole.
    const draft = `${template}_new`;
    await query(`DROP DATABASE IF EXISTS ${draft} WITH (FORCE)`);
    await query(`CREATE DATABASE ${draft}`);
    const connectionString = withDatabase(server.connectionString, draft);
    const pool = createPool(connectionString, { max: 1 });
    await migrate(connectionString, pool);
    await pool.end();
    await query(`ALTER DATABASE ${draft} RENAME TO ${template}`);
  });
}

/** Databases of killed runs and templates of older migrations. */
async function dropLeftovers(query: Query): Promise<void> {
  const rows = await query(`SELECT datname FROM pg_database WHERE datname ~ '^(test_[0-9]+_|template_)'`);
  for (const { datname } of rows) {
    const owner = /^test_(\d+)_/.exec(String(datname))?.[1];
    if (owner && isAlive(Number(owner))) continue;
    await query(`DROP DATABASE IF EXISTS ${String(datname)} WITH (FORCE)`);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function exists(query: Query, name: string): Promise<boolean> {
  return (await query(`SELECT 1 FROM pg_database WHERE datname = '${name}'`)).length > 0;
}

/** One connection to the maintenance database, so that session locks hold. */
async function admin(server: EmbeddedPostgres, work: (query: Query) => Promise<void>): Promise<void> {
  const pool = createPool(withDatabase(server.connectionString, 'postgres'), { max: 1 });
  try {
    await work(async (sql) => (await pool.query(sql)).rows as Record<string, unknown>[]);
  } finally {
    await pool.end();
  }
}

function withDatabase(connectionString: string, name: string): string {
  const url = new URL(connectionString);
  url.pathname = `/${name}`;
  return url.href;
}
