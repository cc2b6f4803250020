import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MigrationList } from '@prisma/schema-engine-wasm';
import { type ConnectionPool, checkServer } from '../postgres/pool.ts';
import { StoreError } from './errors.ts';

/** Where this repository keeps its migrations. */
export const MIGRATIONS_FOLDER = join(import.meta.dirname, '..', '..', '..', 'prisma', 'migrations');

/** The migrations of a folder as Prisma's engine takes them, in order of their names. */
export function readMigrations(folder: string = MIGRATIONS_FOLDER): MigrationList {
  const names = existsSync(folder)
    ? readdirSync(folder, { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map((entry) => entry.name)
        .sort()
    : [];
  return {
    baseDir: folder,
    lockfile: { path: 'migration_lock.toml', content: 'provider = "postgresql"\n' },
    shadowDbInitScript: '',
    migrationDirectories: names.map((path) => ({
      path,
      migrationFile: {
        path: 'migration.sql',
        content: { tag: 'ok', value: readFileSync(join(folder, path, 'migration.sql'), 'utf8') },
      },
    })),
  };
}

/**
 * Brings the database to this version's schema. Later starts cost one query; simultaneous starts apply each migration
 * once (Prisma's advisory lock). Keeps Prisma's own table, so that `prisma migrate deploy` elsewhere agrees.
 * @returns the names that were applied now.
 * @throws StoreError `database_newer` or `migration_failed`; PostgresError where the server cannot be used
 */
export async function migrate(
  connectionString: string,
  pool: ConnectionPool,
  folder: string = MIGRATIONS_FOLDER,
): Promise<readonly string[]> {
  await checkServer(pool);
  const wanted = readMigrations(folder);
  const known = new Set(wanted.migrationDirectories.map((directory) => directory.path));
  const applied = await appliedMigrations(pool);
  const newer = [...applied].filter((name) => !known.has(name));
  if (newer.length > 0) {
    throw new StoreError(
      'database_newer',
      `A newer Countersign has used this database (it holds ${newer.join(', ')}).`,
      'Start that version or a later one, or restore a backup from before the upgrade.',
    );
  }
  if (applied.size === known.size) return [];
  const { openSchemaEngine } = await import('./schema-engine.ts');
  const engine = await openSchemaEngine(connectionString);
  try {
    const result = await engine.applyMigrations({
      migrationsList: wanted,
      filters: { externalTables: [], externalEnums: [] },
    });
    return result.appliedMigrationNames;
  } catch (cause) {
    throw new StoreError(
      'migration_failed',
      `The database's schema could not be brought up to date: ${messageOf(cause)}`,
      'Restore the backup made before the upgrade, or repair what the message names and start again.',
      cause,
    );
  } finally {
    await engine.close();
  }
}

async function appliedMigrations(pool: ConnectionPool): Promise<ReadonlySet<string>> {
  const table = await pool.query<{ present: boolean }>(
    `SELECT to_regclass('_prisma_migrations') IS NOT NULL AS present`,
  );
  if (!table.rows[0]?.present) return new Set();
  const { rows } = await pool.query<{ migration_name: string }>(
    'SELECT migration_name FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL',
  );
  return new Set(rows.map((row) => row.migration_name));
}

function messageOf(cause: unknown): string {
  return (cause instanceof Error ? cause.message : String(cause)).trim().slice(0, 500);
}
