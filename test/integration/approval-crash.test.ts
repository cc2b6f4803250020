/**
 * kill -9 between any two steps: no decision is lost or doubled, every card is what the state says, the log verifies.
 * COUNTERSIGN_KILL_ROUNDS sets how often (`npm run nightly`: 50).
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createNodeCrypto } from '#src/adapters/crypto/node-crypto.ts';
import { readConfig } from '#src/config.ts';
import { verifyLog } from '#src/evidence/verify-log.ts';
import { startServer } from '#src/wire/server.ts';
import { minimalForm } from './approval-fixture.ts';
import { freshDatabase, type TestDatabase } from './database.ts';
import { createDriver } from './sandbox-client.ts';
import { numbersFrom } from './seeded-numbers.ts';
import { approval, signedPost, submission } from './signed-post.ts';

const ROUNDS = Number(process.env['COUNTERSIGN_KILL_ROUNDS'] ?? 10);
vi.setConfig({ testTimeout: 60_000 + ROUNDS * 12_000 });
const SECRET = 'secret-of-the-crash-test';
const root = join(import.meta.dirname, '..', '..');
let database: TestDatabase;
let dataDir: string;
let env: Record<string, string>;

beforeAll(async () => {
  database = await freshDatabase({ max: 2 });
  dataDir = await mkdtemp(join(tmpdir(), 'countersign-crash-'));
  env = {
    PORT: '0',
    DATABASE_URL: database.connectionString,
    COUNTERSIGN_SANDBOX: '1',
    COUNTERSIGN_DATA_DIR: dataDir,
    LOG_LEVEL: 'silent',
    TEST_SECRET: SECRET,
  };
});
afterAll(async () => {
  await database.close();
  await rm(dataDir, { recursive: true, force: true });
});

async function startChild(): Promise<{ readonly child: ChildProcess; readonly address: string }> {
  const child = spawn(process.execPath, [join(root, 'test/integration/approval-child.ts')], {
    cwd: root,
    env: { ...env, PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [chunk] = (await once(child.stdout as NodeJS.ReadableStream, 'data')) as [Buffer];
  return { child, address: chunk.toString().trim().replace('address ', '') };
}

/** What the passing of half a minute does to a process that died: its claims run out. */
async function leasesRunOut(): Promise<void> {
  for (const table of ['inbox', 'outbox', 'timer'])
    await database.pool.query(`UPDATE ${table} SET lease_until = NULL WHERE done_at IS NULL`);
}

type Payload = ReturnType<typeof submission>;
const answered = (value: string) => ({ value: { type: 'plain_text_input', value } });
const deploy = (round: number): Payload =>
  submission(
    'U0MILO',
    `VD${round}`,
    'deploy',
    { n: `nonce-of-round-${round}-padded` },
    {
      ...Object.fromEntries(Object.entries(minimalForm).map(([field, value]) => [field, answered(String(value))])),
      system: answered(`system-${round}`),
    },
  );
const post = (address: string, payload: Payload) =>
  signedPost(address, SECRET, { payload: JSON.stringify(payload) }).then(
    ({ status }) => status === 200,
    () => false,
  );

async function requestOf(round: number): Promise<{ readonly id: string; readonly revision: string } | null> {
  const { rows } = await database.pool.query<{ id: string; revision: string }>(
    `SELECT id, state ->> 'revision' AS revision FROM request WHERE system_id = $1`,
    [`system-${round}`],
  );
  return rows[0] ?? null;
}

it('when the server is killed at random points, nothing is lost, nothing is doubled, and the log verifies', async () => {
  const random = numbersFrom(20_261_121);
  const sent: Payload[] = [];
  for (let round = 1; round <= ROUNDS; round++) {
    const { child, address } = await startChild();
    await leasesRunOut();
    const work = (async () => {
      // What Slack got no answer for it sends again.
      for (const payload of sent.slice(-3)) await post(address, payload);
      const asked = deploy(round);
      sent.push(asked);
      if (!(await post(address, asked))) return;
      let request = await requestOf(round);
      for (let look = 0; look < 200 && request === null && child.exitCode === null && !child.killed; look++)
        request = await requestOf(round);
      if (request === null) return;
      const votes = [approval('U0CAIO', `VA${round}`, request), approval('U0CISO', `VC${round}`, request)];
      sent.push(...votes);
      await Promise.all(votes.map((payload) => post(address, payload)));
    })();
    await after(Math.floor(random() * 180));
    const dead = once(child, 'exit');
    child.kill('SIGKILL');
    await dead;
    await work;
  }
  await leasesRunOut();
  const server = await startServer(readConfig(env, dataDir), { write: () => undefined, sandboxSecret: SECRET });
  try {
    for (const payload of sent) expect(await post(server.address, payload)).toBe(true);
    await server.idle();
    // Rounds whose votes were never sent, because the kill came first, are voted on now.
    for (let round = 1; round <= ROUNDS; round++) {
      const request = await requestOf(round);
      if (request === null) throw new Error(`the acknowledged request of round ${round} is lost`);
      await post(server.address, approval('U0CAIO', `VA${round}`, request));
      await post(server.address, approval('U0CISO', `VC${round}`, request));
    }
    // Retries wait for their time; the rows say when.
    await database.pool.query('UPDATE outbox SET not_before = NULL WHERE done_at IS NULL');
    await server.idle();
    const { rows } = await database.pool.query<{ requests: number; decided: number; votes: number; submitted: number }>(
      `SELECT (SELECT count(*) FROM request)::int AS requests,
        (SELECT count(*) FROM event WHERE type = 'decided')::int AS decided,
        (SELECT count(*) FROM event WHERE type = 'vote.cast')::int AS votes,
        (SELECT count(*) FROM event WHERE type = 'request.submitted')::int AS submitted`,
    );
    expect(rows[0]).toEqual({ requests: ROUNDS, decided: ROUNDS, votes: ROUNDS * 2, submitted: ROUNDS });
    const { messages } = await createDriver(server.address, server.idle).state('U0CISO');
    for (let round = 1; round <= ROUNDS; round++) {
      const cards = messages.filter(
        (m) =>
          m.channel === 'C0COMMITTEE' &&
          m.thread_ts === undefined &&
          JSON.stringify(m.blocks).includes(`system-${round} `),
      );
      expect(cards.length).toBe(1);
      expect(JSON.stringify(cards[0])).toContain('Approved');
    }
    await server.work.publisher.publish();
    const report = await verifyLog(createNodeCrypto(), server.core.stores.evidence, {
      trusted: [server.core.workspace.vkey],
      anchors: [],
      signatures: true,
    });
    expect(report.findings).toEqual([]);
  } finally {
    await server.stop();
  }
});
