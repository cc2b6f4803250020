/**
 * `npm run migration -- NAME`: writes the SQL that leads from the last migration to prisma/schema.prisma. Read it before
 * you commit it; SQL that the schema cannot express is added by hand. Offline: each migration keeps a copy of the schema
 * it led to, and the next one is the difference of two schemas. (The engine wants a database all the same: a throw-away
 * one. It cannot read a database's schema through this driver: "Column type 'char' could not be deserialized".)
 */
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbedded } from '#src/adapters/postgres/embedded.ts';
import { MIGRATIONS_FOLDER, readMigrations } from '#src/adapters/prisma/migrate.ts';
import { openSchemaEngine } from '#src/adapters/prisma/schema-engine.ts';

const name = process.argv[2];
if (!name || !/^[a-z][a-z0-9_]{1,60}$/.test(name)) {
  console.error('Usage: npm run migration -- NAME (small letters, digits and _)');
  process.exit(2);
}

const schema = join(import.meta.dirname, '..', 'prisma', 'schema.prisma');
const { migrationDirectories } = readMigrations();
const last = migrationDirectories.at(-1);
const before = last ? join(MIGRATIONS_FOLDER, last.path, 'schema.snapshot') : null;
const source = (path: string) => ({ files: [{ path, content: readFileSync(path, 'utf8') }] });

const stdout = await difference();

if (!stdout || stdout.startsWith('-- This is an empty migration')) {
  console.log('The schema has not changed.');
} else {
  const target = `${String(migrationDirectories.length + 1).padStart(4, '0')}_${name}`;
  const folder = join(MIGRATIONS_FOLDER, target);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'migration.sql'), stdout);
  copyFileSync(schema, join(folder, 'schema.snapshot'));
  const lock = join(MIGRATIONS_FOLDER, 'migration_lock.toml');
  if (!existsSync(lock)) writeFileSync(lock, 'provider = "postgresql"\n');
  console.log(`prisma/migrations/${target}/migration.sql`);
}

async function difference(): Promise<string | null> {
  const dataDir = mkdtempSync(join(tmpdir(), 'cs-migration-'));
  const postgres = await startEmbedded({ dataDir, mode: 'attach' });
  try {
    const engine = await openSchemaEngine(postgres.connectionString);
    const result = await engine.diff({
      from: before ? { tag: 'schemaDatamodel', ...source(before) } : { tag: 'empty' },
      to: { tag: 'schemaDatamodel', ...source(schema) },
      script: true,
      exitCode: null,
      filters: { externalTables: [], externalEnums: [] },
    });
    await engine.close();
    return result.stdout;
  } finally {
    await postgres.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}
