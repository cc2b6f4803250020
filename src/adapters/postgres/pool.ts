import pg from 'pg';
import { PostgresError } from './errors.ts';

/** A pool of connections; the one place where the `pg` package is imported. */
export type ConnectionPool = pg.Pool;

const OLDEST_MAJOR = 15;

/**
 * Makes a pool; nothing connects before the first query. Each session works in UTC.
 * @param options `max` connections (default 10).
 */
export function createPool(connectionString: string, options: { readonly max?: number } = {}): ConnectionPool {
  const pool = new pg.Pool({
    connectionString,
    max: options.max ?? 10,
    connectionTimeoutMillis: 10_000,
    options: '-c timezone=UTC',
    application_name: 'countersign',
  });
  // An idle connection that breaks must not end the process: the next query opens another one or fails by itself.
  pool.on('error', () => undefined);
  return pool;
}

/**
 * Checks that a database can be used: it answers and is PostgreSQL 15 or later. Returns its version (`18.4`).
 * @throws PostgresError `unreachable` or `server_too_old`
 */
export async function checkServer(pool: ConnectionPool): Promise<string> {
  let version: string;
  try {
    const result = await pool.query<{ server_version: string }>('SHOW server_version');
    version = result.rows[0]?.server_version ?? '';
  } catch (cause) {
    throw new PostgresError(
      'unreachable',
      `The database cannot be reached: ${cause instanceof Error ? cause.message : String(cause)}.`,
      'Check that DATABASE_URL is right (postgresql://user:password@host:5432/database) and that the server runs.',
      cause,
    );
  }
  if (Number.parseInt(version, 10) >= OLDEST_MAJOR) return version;
  throw new PostgresError(
    'server_too_old',
    `The database server is PostgreSQL ${version}; Countersign needs ${OLDEST_MAJOR} or later.`,
    'Upgrade the server, or leave DATABASE_URL empty to use the embedded PostgreSQL.',
  );
}
