/** A server whose log holds decided requests: DR-1 approved, DR-2 open, EX-1 approved. */
import { seedRequests } from './cli-fixture.ts';
import { startTestServer, type TestServer } from './server-fixture.ts';

/** Starts and seeds it; everything is under a checkpoint. */
export async function startWithRequests(options: Parameters<typeof startTestServer>[0] = {}): Promise<TestServer> {
  const test = await startTestServer(options);
  await seed(test);
  return test;
}

/** Adds the three requests. */
async function seed({ server }: TestServer): Promise<void> {
  await seedRequests({ core: server.core, publish: () => server.work.publisher.publish() });
  await server.idle();
  await server.work.publisher.publish();
}
