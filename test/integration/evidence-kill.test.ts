/**
 * SIGKILL at random points under load: nothing acknowledged is lost or doubled, no gap, no fork, the log verifies, and
 * every checkpoint that was ever seen is a prefix of it. COUNTERSIGN_KILL_ROUNDS: how often (3; nightly 50).
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createNodeCrypto } from '#src/adapters/crypto/node-crypto.ts';
import { createEvidenceStore } from '#src/adapters/prisma/evidence.ts';
import { verifyLog } from '#src/evidence/verify-log.ts';
import { freshDatabase, type TestDatabase } from './database.ts';

const ROUNDS = Number(process.env['COUNTERSIGN_KILL_ROUNDS'] ?? 3);
/** Acknowledged entries before the kill, at most. */
const ACKED_MAX = 400;
const root = join(import.meta.dirname, '..', '..');

let database: TestDatabase;
let dataDir: string;
beforeAll(async () => {
  database = await freshDatabase({ max: 2 });
  dataDir = await mkdtemp(join(tmpdir(), 'countersign-kill-'));
});
afterAll(async () => {
  await database.close();
  await rm(dataDir, { recursive: true, force: true });
});

function start(): ChildProcess {
  return spawn(process.execPath, [join(root, 'test/integration/evidence-child.ts')], {
    cwd: root,
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      PORT: '0',
      DATABASE_URL: database.connectionString,
      COUNTERSIGN_SANDBOX: '1',
      COUNTERSIGN_DATA_DIR: dataDir,
      LOG_LEVEL: 'silent',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

it(
  `when the server is killed ${ROUNDS} times under load, the log holds all that was acknowledged, once`,
  async () => {
    const acked = new Map<string, number>();
    const notes = new Set<string>();
    let vkey = '';
    for (let round = 0; round < ROUNDS; round += 1) {
      const child = start();
      const exited = once(child, 'exit');
      const killAt = acked.size + randomInt(1, ACKED_MAX);
      for await (const line of createInterface({ input: child.stdout as NodeJS.ReadableStream })) {
        const [what = '', value = '', ...rest] = line.split(' ');
        // A line that the kill cut off was not acknowledged.
        const whole = rest.at(-1) === '.';
        if (what === 'vkey') vkey = value;
        else if (what === 'checkpoint' && whole) notes.add(Buffer.from(value, 'base64').toString());
        else if (what === 'ack' && whole) acked.set(value, Number(rest[0]));
        if (acked.size >= killAt && !child.killed) child.kill('SIGKILL');
      }
      const [, signal] = (await exited) as [number | null, string | null];
      expect(signal).toBe('SIGKILL');
      await check(acked, [...notes], vkey);
    }
  },
  20_000 + ROUNDS * 20_000,
);

async function check(acked: ReadonlyMap<string, number>, notes: readonly string[], vkey: string): Promise<void> {
  const { rows } = await database.pool.query<{ command: string; index: number }>(
    `SELECT command_id AS command, log_index::float8 AS index FROM event WHERE command_id LIKE 'load:%'`,
  );
  const stored = new Map(rows.map(({ command, index }) => [command, index]));
  // Unique by the key of commands; what was not acknowledged may be there or not.
  expect(rows).toHaveLength(stored.size);
  const lost = [...acked].filter(([command, index]) => stored.get(command) !== index);
  expect(lost).toEqual([]);
  const anchors = notes.map((note, i) => ({ name: `seen-${i}`, note }));
  const crypto = createNodeCrypto();
  const report = await verifyLog(crypto, createEvidenceStore(database), { trusted: [vkey], anchors });
  expect(report.findings).toEqual([]);
  expect(report.verdict).toBe('verified');
  expect(report.lastIndex).toBe(report.entries - 1);
}
