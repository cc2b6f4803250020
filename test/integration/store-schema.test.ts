import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createPool } from '#src/adapters/postgres/pool.ts';
import { MIGRATIONS_FOLDER, migrate, readMigrations } from '#src/adapters/prisma/migrate.ts';
import { databaseForTests, freshDatabase } from './database.ts';

const database = databaseForTests();

test('a fresh database has every migration and the rows there is one of', async () => {
  const { prisma } = database();
  expect(await prisma.logHead.findMany()).toEqual([{ id: 1, nextIndex: 0n, lastAt: null }]);
  expect((await prisma.treeHead.findFirst())?.size).toBe(0n);
  await expect(prisma.logHead.create({ data: { id: 2, nextIndex: 0n } })).rejects.toThrow();
});

test('applying migrations again does nothing, also at the same time', async () => {
  const { connectionString, pool } = database();
  expect(await migrate(connectionString, pool)).toEqual([]);
});

test('a database of a newer version is refused', async () => {
  const other = await freshDatabase();
  try {
    await other.pool.query(
      `INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at) VALUES ('x', 'x', '9999_future', now())`,
    );
    await expect(migrate(other.connectionString, other.pool)).rejects.toMatchObject({ code: 'database_newer' });
  } finally {
    await other.close();
  }
});

test('three simultaneous starts on an empty database apply each migration once', async () => {
  const other = await freshDatabase();
  try {
    await other.pool.query('DROP SCHEMA public CASCADE');
    await other.pool.query('CREATE SCHEMA public');
    const applied = await Promise.all(
      [1, 2, 3].map(async () => {
        const pool = createPool(other.connectionString, { max: 1 });
        const names = await migrate(other.connectionString, pool);
        await pool.end();
        return names;
      }),
    );
    const names = readMigrations().migrationDirectories.map((directory) => directory.path);
    expect(applied.flat().sort()).toEqual(names);
  } finally {
    await other.close();
  }
});

test('times are instants whatever the time zone of this process or of the server', async () => {
  expect(process.env['TZ']).toBe('Pacific/Kiritimati');
  const { prisma, pool } = database();
  const at = new Date('2026-03-29T01:30:00.123Z');
  await prisma.logHead.update({ where: { id: 1 }, data: { lastAt: at } });
  expect((await prisma.logHead.findFirst())?.lastAt).toEqual(at);
  const { rows } = await pool.query<{ last_at: Date; zone: string; text: string }>(
    `SELECT last_at, current_setting('TimeZone') AS zone, last_at::text AS text FROM log_head`,
  );
  expect(rows[0]).toEqual({ last_at: at, zone: 'UTC', text: '2026-03-29 01:30:00.123+00' });
});

test('the last migration leads to the schema as it is (else: npm run migration -- NAME)', () => {
  const last = readMigrations().migrationDirectories.at(-1)?.path ?? '';
  const schema = readFileSync(join(MIGRATIONS_FOLDER, '..', 'schema.prisma'), 'utf8');
  expect(readFileSync(join(MIGRATIONS_FOLDER, last, 'schema.snapshot'), 'utf8')).toBe(schema);
});

test('nothing is deleted in cascade, and every instant knows its time zone', () => {
  const sql = readMigrations()
    .migrationDirectories.map(({ migrationFile }) => migrationFile.content)
    .map((content) => (content.tag === 'ok' ? content.value : ''))
    .join('\n');
  expect(sql).toContain('TIMESTAMPTZ(3)');
  expect(sql).not.toMatch(/CASCADE|\bTIMESTAMP\(/);
});
