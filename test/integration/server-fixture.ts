/** A whole server for a test: the real Bolt app, the real sandbox, a real PostgreSQL of its own. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '#src/config.ts';
import { type RunningServer, type ServerOptions, startServer } from '#src/wire/server.ts';
import { freshDatabase, type TestDatabase } from './database.ts';
import { createDriver, type Driver } from './sandbox-client.ts';

export type TestServer = {
  readonly server: RunningServer;
  readonly driver: Driver;
  readonly database: TestDatabase;
  readonly dataDir: string;
  /** Stops this server and starts another one on the same data. */
  restart(): Promise<TestServer>;
  close(): Promise<void>;
};

/** Starts a server on a fresh database and an ephemeral port. */
export async function startTestServer(
  options: { readonly env?: Record<string, string> } & Pick<
    ServerOptions,
    'now' | 'knowledgeFolder' | 'sandboxSecret' | 'links'
  > = {},
): Promise<TestServer> {
  const database = await freshDatabase({ max: 2 });
  const dataDir = await mkdtemp(join(tmpdir(), 'countersign-test-'));
  const open = async (): Promise<TestServer> => {
    const env = {
      PORT: '0',
      DATABASE_URL: database.connectionString,
      COUNTERSIGN_SANDBOX: '1',
      COUNTERSIGN_DATA_DIR: dataDir,
      LOG_LEVEL: 'error',
      ...options.env,
    };
    const server = await startServer(readConfig(env, dataDir), {
      write: () => undefined,
      ...(options.now ? { now: options.now } : {}),
      ...(options.knowledgeFolder ? { knowledgeFolder: options.knowledgeFolder } : {}),
      ...(options.sandboxSecret ? { sandboxSecret: options.sandboxSecret } : {}),
      ...(options.links ? { links: options.links } : {}),
    });
    return {
      server,
      driver: createDriver(server.address, server.idle),
      database,
      dataDir,
      async restart() {
        await server.stop();
        return open();
      },
      async close() {
        await server.stop();
        await database.close();
        await rm(dataDir, { recursive: true, force: true });
      },
    };
  };
  return open();
}
