import { PrismaPg } from '@prisma/adapter-pg';
import { type ConnectionPool, createPool } from '../postgres/pool.ts';
import { PrismaClient } from './generated/client.ts';

/** An open database: Prisma and plain SQL over one pool of connections. */
export type Database = {
  readonly prisma: PrismaClient;
  readonly pool: ConnectionPool;
  close(): Promise<void>;
};

/**
 * Opens a database whose schema is up to date (`migrate`). Connects at the first query.
 * @param options `max` connections of the pool, default 10.
 */
export function createDatabase(connectionString: string, options: { readonly max?: number } = {}): Database {
  const pool = createPool(connectionString, options);
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool) });
  return {
    prisma,
    pool,
    async close() {
      await prisma.$disconnect();
      await pool.end();
    },
  };
}
