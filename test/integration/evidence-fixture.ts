/** A server whose log holds decided requests: DR-1 approved, DR-2 open, EX-1 approved. */
import type { StoredCheckpoint } from '#src/evidence/ports.ts';
import { seedRequests } from './cli-fixture.ts';
import { startTestServer, type TestServer } from './server-fixture.ts';

/** Starts and seeds it; everything is under a checkpoint. */
export async function startWithRequests(options: Parameters<typeof startTestServer>[0] = {}): Promise<TestServer> {
  const test = await startTestServer(options);
  await seed(test);
  return test;
}

/** The checkpoint that was signed last. Throws when there is none. */
export async function latestCheckpoint({ server }: TestServer): Promise<StoredCheckpoint> {
  const checkpoint = await server.core.stores.evidence.latestCheckpoint();
  if (checkpoint === null) throw new Error('no checkpoint');
  return checkpoint;
}

/** Adds the three requests. */
async function seed({ server }: TestServer): Promise<void> {
  await seedRequests({ core: server.core, publish: () => server.work.publisher.publish() });
  await server.idle();
  await server.work.publisher.publish();
}
