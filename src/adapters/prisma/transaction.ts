import type { PoolClient } from 'pg';
import type { Database } from './database.ts';

/** Runs `work` in one transaction on one connection; what it throws undoes everything. */
export async function inTransaction<T>(
  pool: Database['pool'],
  work: (client: Pick<PoolClient, 'query'>) => Promise<T>,
  mode = '',
): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query(`BEGIN ${mode}`);
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  } catch (cause) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw cause;
  } finally {
    client.release();
  }
}
