/**
 * The same app with SLACK_BOT_TOKEN: here "Slack" is a sandbox in another HTTP server, reached by SLACK_API_URL, that
 * sends signed events to `/slack/events`. And a database that belongs to Slack never opens a sandbox.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '#src/config.ts';
import { createSandbox, type Sandbox } from '#src/sandbox/sandbox.ts';
import { type RunningServer, startServer } from '#src/wire/server.ts';
import { freshDatabase, type TestDatabase } from './database.ts';
import { createDriver, type Driver } from './sandbox-client.ts';

const SECRET = 'a-signing-secret-of-this-test';
let database: TestDatabase;
let folder = '';
let slackServer: Server;
let slack: Sandbox;
let server: RunningServer;
let driver: Driver;
let appUrl = 'http://127.0.0.1:9/slack/events';

beforeAll(async () => {
  database = await freshDatabase({ max: 2 });
  folder = await mkdtemp(join(tmpdir(), 'countersign-slack-'));
  slackServer = createServer((req, res) => void slack.handle(req, res));
  await new Promise<void>((resolve) => slackServer.listen(0, '127.0.0.1', resolve));
  const { port } = slackServer.address() as AddressInfo;
  slack = createSandbox({
    dataDir: join(folder, 'slack'),
    signingSecret: SECRET,
    botToken: 'xoxb-sandbox',
    eventsUrl: () => appUrl,
    allowedHosts: ['127.0.0.1'],
  });
  server = await startServer(readConfig(env(port), folder), { write: () => undefined });
  appUrl = `${server.address}/slack/events`;
  driver = createDriver(`http://127.0.0.1:${port}`, server.idle);
});
afterAll(async () => {
  await server?.stop();
  await slack?.close();
  slackServer?.close();
  await database?.close();
  await rm(folder, { recursive: true, force: true });
});

function env(port: number): Record<string, string> {
  return {
    PORT: '0',
    DATABASE_URL: database.connectionString,
    COUNTERSIGN_DATA_DIR: join(folder, 'data'),
    SLACK_BOT_TOKEN: 'xoxb-sandbox',
    SLACK_SIGNING_SECRET: SECRET,
    SLACK_API_URL: `http://127.0.0.1:${port}/sandbox/api/`,
    COUNTERSIGN_COMMITTEE_CHANNEL: 'C0COMMITTEE',
    COUNTERSIGN_ADMINS: 'U0CISO,U0CAIO',
    LOG_LEVEL: 'error',
  };
}

describe('with a Slack workspace', () => {
  it('when a question comes by a signed event, it is answered through the Web API', async () => {
    await driver.say('U0EMMA', 'C0ASK', 'who is accountable for canary releases?');
    const { messages } = await driver.state('U0EMMA');
    expect(messages.filter((m) => m.channel === 'C0ASK').at(-1)?.text).toContain('Head of AI Operations');
  });

  it('when it is new, nobody holds a role but the administrators: closed by default', async () => {
    const roster = await server.core.desk.roster();
    expect([...new Set(roster.assignments.map((a) => a.role))]).toEqual(['Countersign Administrator']);
    expect(new Set(roster.assignments.map((a) => a.person)).size).toBe(2);
  });

  it('when the sandbox page is asked for, there is none', async () => {
    expect((await fetch(`${server.address}/`)).status).toBe(404);
    expect((await fetch(`${server.address}/sandbox/state?as=U0EMMA`)).status).toBe(404);
  });

  it('when the token is lost, no sandbox opens on this database', async () => {
    const lost = {
      PORT: '0',
      DATABASE_URL: database.connectionString,
      COUNTERSIGN_SANDBOX: '1',
      COUNTERSIGN_DATA_DIR: join(folder, 'data'),
    };
    await expect(startServer(readConfig(lost, folder), { write: () => undefined })).rejects.toMatchObject({
      code: 'other_workspace',
    });
  });
});
