/** A real embedded PostgreSQL of a bench's own, with the rooms opened on it as the server opens them. */
import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createNodeCrypto } from '#src/adapters/crypto/node-crypto.ts';
import type { Database } from '#src/adapters/prisma/database.ts';
import { createStores, type Stores } from '#src/adapters/prisma/stores.ts';
import { readConfig } from '#src/config.ts';
import { createPublisher, type Publisher } from '#src/delivery/publisher.ts';
import { type Core, openCore } from '#src/wire/core.ts';
import { type OpenDatabase, openDatabase } from '#src/wire/database.ts';
import { newId } from '#src/wire/ids.ts';
import { loadLibrary, loadPolicy } from '#src/wire/knowledge/knowledge.ts';
import { createSteps } from '#src/wire/steps.ts';

const silent = createSteps(
  () => undefined,
  () => 0,
);

/** An empty, migrated database in a folder. */
export async function openBenchDatabase(folder: string): Promise<OpenDatabase & { readonly stores: Stores }> {
  const dataDir = join(folder, `db-${randomBytes(3).toString('hex')}`);
  mkdirSync(dataDir, { recursive: true });
  const open = await openDatabase({ databaseUrl: null, dataDir }, 'attach', silent, () => undefined);
  return { ...open, stores: createStores(open.database, () => newId(new Date())) };
}

export type BenchCore = Core & {
  readonly dataDir: string;
  readonly database: Database;
  readonly publisher: Publisher;
  close(): Promise<void>;
};

/** The desk on a database of its own, with the publisher that integrates and signs behind every commit. */
export async function openBenchCore(folder: string): Promise<BenchCore> {
  const dataDir = join(folder, `core-${randomBytes(3).toString('hex')}`);
  mkdirSync(dataDir, { recursive: true });
  const config = readConfig({ COUNTERSIGN_DATA_DIR: dataDir }, folder);
  const open = await openDatabase(config, 'attach', silent, () => undefined);
  let wake = (): void => undefined;
  const [library, policy] = await Promise.all([loadLibrary(dataDir), loadPolicy()]);
  const now = (): Date => new Date();
  const core = await openCore(config, open, {
    workspaceId: 'sandbox',
    library: () => library,
    policy,
    committed: () => wake(),
    now,
  });
  const publisher = createPublisher({
    crypto: createNodeCrypto(),
    store: core.stores.evidence,
    signer: core.workspace.keys.checkpoint,
    memory: core.workspace.lastSigned,
    keys: core.workspace.checkpointKeys,
    now,
    anchor: async () => undefined,
    onError: (error) => {
      throw error;
    },
  });
  wake = publisher.wake;
  return {
    ...core,
    dataDir,
    database: open.database,
    publisher,
    async close() {
      await publisher.stop();
      await open.close();
    },
  };
}
