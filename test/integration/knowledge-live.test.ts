/** A running server answers from what another process accepted or rolled back, and so does every other replica. */
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openPackFolder } from '#src/adapters/parse/pack-folder.ts';
import { readConfig } from '#src/config.ts';
import { type RunningServer, startServer } from '#src/wire/server.ts';
import { countersign } from './cli-run.ts';
import { startTestServer, type TestServer } from './server-fixture.ts';

const QUESTION = 'how often must we oil the drawbridge hinges?';
const internal = { audience: 'internal' } as const;

let started: TestServer;
let replica: RunningServer;
let elsewhere: string;
let env: Record<string, string>;
beforeAll(async () => {
  started = await startTestServer();
  elsewhere = await mkdtemp(join(tmpdir(), 'countersign-replica-'));
  await cp(join(started.dataDir, 'keys'), join(elsewhere, 'keys'), { recursive: true });
  const shared = { DATABASE_URL: started.database.connectionString, COUNTERSIGN_SANDBOX: '1' };
  const config = readConfig({ ...shared, PORT: '0', COUNTERSIGN_DATA_DIR: elsewhere, LOG_LEVEL: 'silent' }, elsewhere);
  replica = await startServer(config, { write: () => undefined });
  // Its share of the questions would be answered in its own sandbox; what it follows goes on.
  await replica.work.stop();
  env = { ...shared, COUNTERSIGN_DATA_DIR: started.dataDir };
});
afterAll(async () => {
  await replica.stop();
  await rm(elsewhere, { recursive: true });
  await started.close();
});

/** Runs `knowledge ...` in a process of its own. */
async function knowledge(...args: readonly string[]): Promise<Record<string, unknown>> {
  const ran = await countersign(['knowledge', ...args, '--json'], { env });
  expect(ran.code, ran.err).toBe(0);
  return JSON.parse(ran.out) as Record<string, unknown>;
}

async function accept(months: string, version: string): Promise<void> {
  const file = join(started.dataDir, `drawbridge-${version}.md`);
  await writeFile(file, `# Drawbridge hinges\n\nThe drawbridge hinges must be oiled every ${months} months.\n`);
  const proposed = await knowledge(
    ...['import', file, '--as', 'document', '--id', 'drawbridge', '--version', version, '--by', 'U0EMMA'],
  );
  await knowledge('accept', String(proposed['proposal']), '--by', 'U0CISO');
}

/** Asks in a channel and reads what was posted there last. */
async function asked(): Promise<string> {
  await started.driver.say('U0EMMA', 'C0ASK', QUESTION);
  const { messages } = await started.driver.state('U0EMMA');
  return JSON.stringify(messages.filter(({ channel }) => channel === 'C0ASK').at(-1));
}

/** What a server answers by itself once it has followed what was committed. */
async function answerOf(server: RunningServer): Promise<string> {
  await server.idle();
  return (await server.engine.ask(QUESTION, internal)).answer;
}

test('the next question is answered from what was accepted, without a restart, and from every replica', async () => {
  expect((await started.server.engine.ask(QUESTION, internal)).abstained).toBe(true);
  await accept('three', '1');
  // The question itself looks: nothing else had to notice first.
  expect(await asked()).toContain('three months');
  expect(await answerOf(replica)).toContain('three months');
  await accept('five', '2');
  expect(await asked()).toContain('five months');
  expect(await answerOf(replica)).toContain('five months');
  await knowledge('rollback', 'drawbridge', '1', '--by', 'U0CISO');
  expect(await asked()).toContain('three months');
  expect(await answerOf(replica)).toContain('three months');
}, 120_000);

test('its vectors are in service then, evidence names it, and its copies lie beside each server', async () => {
  for (const [server, folder] of [
    [started.server, started.dataDir],
    [replica, elsewhere],
  ] as const) {
    await server.idle();
    expect(await server.engine.vectors()).toMatch(/^(built|loaded)$/);
    const document = server.engine.library().documents.get('drawbridge');
    const [pack] = await openPackFolder(folder).acceptedPacks();
    expect(document).toMatchObject({ version: '1' });
    expect(pack?.document).toMatchObject({ id: 'drawbridge', version: '1' });
  }
});
