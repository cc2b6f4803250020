/**
 * The database for a command: the running server's, or started for it under the same lock. A command reads what is
 * there; it never makes or stamps a database, and needs no Slack.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createNodeCrypto } from '#src/adapters/crypto/node-crypto.ts';
import { clusterPaths } from '#src/adapters/postgres/cluster.ts';
import { checkServer, createPool } from '#src/adapters/postgres/pool.ts';
import { createStores, type Stores } from '#src/adapters/prisma/stores.ts';
import { type Config, readConfig } from '#src/config.ts';
import type { WorkspaceStamp } from '#src/delivery/ports.ts';
import type { Crypto } from '#src/evidence/ports.ts';
import { type OpenDatabase, openDatabase } from '#src/wire/database.ts';
import type { ExportSource } from '#src/wire/evidence/export-job.ts';
import { newId } from '#src/wire/ids.ts';
import { createSteps } from '#src/wire/steps.ts';
import { type CliContext, CommandError } from './context.ts';

/** An open database that a server has started at least once. */
export type Session = {
  readonly config: Config;
  readonly open: OpenDatabase;
  readonly stores: Stores;
  readonly crypto: Crypto;
  readonly stamp: WorkspaceStamp;
};

/** The session's log, as exports take it. */
export function sourceOf({ config, stores, crypto, stamp }: Session): ExportSource {
  return { config, stores, crypto, workspaceId: stamp.workspaceId, origin: stamp.logOrigin };
}

/** Settings that a command on the database looks at; a missing Slack token is no reason not to verify a log. */
const DATABASE_SETTINGS = [
  'COUNTERSIGN_DATA_DIR',
  'DATABASE_URL',
  'COUNTERSIGN_LOG_ORIGIN',
  'COUNTERSIGN_SIGNING_KEY_FILE',
  'COUNTERSIGN_CHECKPOINT_KEY_FILE',
  'COUNTERSIGN_ANCHOR_DIR',
  'COUNTERSIGN_TSA_URL',
  'COUNTERSIGN_WITNESS',
  'COUNTERSIGN_WITNESS_URL',
  'LOG_LEVEL',
] as const;

/** The configuration as commands on the database need it. Throws ConfigError about these settings only. */
export function databaseConfig(context: Pick<CliContext, 'env' | 'cwd'>): Config {
  const env = Object.fromEntries(DATABASE_SETTINGS.map((name) => [name, context.env[name]]));
  return readConfig({ ...env, COUNTERSIGN_SANDBOX: '1' }, context.cwd);
}

/**
 * Opens the database, works, and closes it, also on Ctrl-C. Throws CommandError `never_started`, ConfigError,
 * PostgresError, StoreError, and what the work throws.
 */
export async function withSession<T>(context: CliContext, work: (session: Session) => Promise<T>): Promise<T> {
  const config = databaseConfig(context);
  if (!(await wasStarted(config))) throw neverStarted(config);
  const silent = createSteps(
    () => undefined,
    () => 0,
  );
  const open = await openDatabase(config, 'attach', silent, (reason) => {
    context.note(`The database ended by itself (${reason}). Nothing was changed; try again.`);
    process.exit(1);
  });
  const onSignal = (): void => void open.close().finally(() => process.exit(130));
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  try {
    const stores = createStores(open.database, () => newId(context.now()));
    const stamp = await stores.workspace.read();
    if (stamp === null) throw neverStarted(config);
    return await work({ config, open, stores, crypto: createNodeCrypto(), stamp });
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
    await open.close();
  }
}

/** Whether a server has made the database; looks without making anything. Throws PostgresError `unreachable`. */
export async function wasStarted(config: Pick<Config, 'databaseUrl' | 'dataDir'>): Promise<boolean> {
  if (config.databaseUrl === null) {
    return existsSync(join(clusterPaths(join(config.dataDir, 'postgres')).cluster, 'PG_VERSION'));
  }
  const pool = createPool(config.databaseUrl, { max: 1 });
  try {
    await checkServer(pool);
    const { rows } = await pool.query<{ present: boolean }>(`SELECT to_regclass('workspace') IS NOT NULL AS present`);
    return rows[0]?.present === true;
  } finally {
    await pool.end();
  }
}

function neverStarted(config: Pick<Config, 'databaseUrl' | 'dataDir'>): CommandError {
  const where = config.databaseUrl === null ? `in ${config.dataDir}` : 'on the database of DATABASE_URL';
  return new CommandError(
    'never_started',
    `Countersign was never started ${where}, so there is nothing to read. Nothing was made.`,
    'Start it once with "npm start", or set COUNTERSIGN_DATA_DIR or DATABASE_URL to where it runs.',
  );
}
