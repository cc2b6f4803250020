/** The database: the one given by `DATABASE_URL`, or the built-in PostgreSQL of the data folder. */
import { startEmbedded } from '#src/adapters/postgres/embedded.ts';
import { createDatabase, type Database } from '#src/adapters/prisma/database.ts';
import { migrate } from '#src/adapters/prisma/migrate.ts';
import type { Config } from '#src/config.ts';
import type { Steps } from './steps.ts';

export type OpenDatabase = {
  readonly database: Database;
  readonly connectionString: string;
  /** How to reach it with an SQL client; without the password. */
  readonly embedded: { readonly socketDir: string | null; readonly port: number; readonly passwordFile: string } | null;
  close(): Promise<void>;
};

/**
 * Opens the database and brings its schema up to date.
 * @param mode `server` refuses a second server on the data folder; `attach` works beside one
 * @throws PostgresError, StoreError with a remedy in their message
 */
export async function openDatabase(
  config: Pick<Config, 'databaseUrl' | 'dataDir'>,
  mode: 'server' | 'attach',
  steps: Steps,
  onLost: (reason: string) => void,
): Promise<OpenDatabase> {
  const embedded =
    config.databaseUrl === null
      ? await startEmbedded({ dataDir: config.dataDir, mode, log: (step, ms) => steps.done(step, ms), onExit: onLost })
      : null;
  const connectionString = config.databaseUrl ?? embedded?.connectionString ?? '';
  const database = createDatabase(connectionString);
  const close = async (): Promise<void> => {
    await database.close();
    await embedded?.stop();
  };
  try {
    const since = performance.now();
    const applied = await migrate(connectionString, database.pool);
    if (applied.length > 0)
      steps.done(`${applied.length} migration${applied.length === 1 ? '' : 's'} applied`, performance.now() - since);
  } catch (error) {
    await close();
    throw error;
  }
  const info = embedded?.info;
  return {
    database,
    connectionString,
    embedded: info ? { socketDir: info.socketDir, port: info.port, passwordFile: info.passwordFile } : null,
    close,
  };
}
