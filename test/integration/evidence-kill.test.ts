/**
 * SIGKILL at random points under load, 50 times: nothing acknowledged is lost or doubled, no gap, no fork, the log
 * verifies, and every checkpoint that was ever seen is a prefix of it. Two servers at a time work on one database, as
 * replicas do, so that one is killed while the other goes on; a third one loads its code meanwhile.
 * COUNTERSIGN_KILL_ROUNDS: how often; COUNTERSIGN_KILL_SEED: the points, as a failure prints it.
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
import { numbersFrom } from './seeded-numbers.ts';

const ROUNDS = Number(process.env['COUNTERSIGN_KILL_ROUNDS'] ?? 50);
const SEED = Number(process.env['COUNTERSIGN_KILL_SEED'] ?? randomInt(1, 2 ** 31));
/** Servers at work at a time. */
const LIVE = 2;
/** Entries that a server acknowledges before it is killed, at most. */
const ACKED_MAX = 60;
/** One kill in so many comes while the server starts, at most so many milliseconds after it was told to. */
const EARLY_ONE_IN = 5;
const EARLY_MS_MAX = 600;
/** After so many kills everything is verified; what was acknowledged is looked for after each. */
const VERIFY_EVERY = 10;
const root = join(import.meta.dirname, '..', '..');

let database: TestDatabase;
let dataDir: string;
/** Every process that was started here: none outlives a test that failed. */
const children = new Set<ChildProcess>();
beforeAll(async () => {
  database = await freshDatabase({ max: 2 });
  dataDir = await mkdtemp(join(tmpdir(), 'countersign-kill-'));
});
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await database.close();
  await rm(dataDir, { recursive: true, force: true });
});

/** A process that has loaded its code, or is about to, and waits to be told to start. */
function spare(first = false): ChildProcess {
  const child = spawn(process.execPath, [join(root, 'test/integration/evidence-child.ts')], {
    cwd: root,
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      PORT: '0',
      DATABASE_URL: database.connectionString,
      COUNTERSIGN_SANDBOX: '1',
      COUNTERSIGN_DATA_DIR: dataDir,
      LOG_LEVEL: 'silent',
      NODE_COMPILE_CACHE: join(root, 'node_modules', '.cache', 'countersign-compile'),
      TEST_FIRST: first ? '1' : '0',
    },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  children.add(child);
  return child;
}

/** What all servers said, over all rounds. */
type Said = { readonly acked: Map<string, number>; readonly notes: Set<string>; vkey: string };
/** When a server is killed: after so many acknowledgements, or so long after it was told to start. */
type Point = { readonly acks: number } | { readonly ms: number };

/** Lets a spare process start and work, and kills it at the point. Resolves when it is gone. */
async function killed(child: ChildProcess, point: Point, said: Said): Promise<void> {
  const exited = once(child, 'exit');
  child.stdin?.write('go\n');
  const early = 'ms' in point ? setTimeout(() => child.kill('SIGKILL'), point.ms) : undefined;
  let acks = 0;
  for await (const line of createInterface({ input: child.stdout as NodeJS.ReadableStream })) {
    const [what = '', value = '', ...rest] = line.split(' ');
    // A line that the kill cut off was not acknowledged.
    const whole = rest.at(-1) === '.';
    if (what === 'vkey') said.vkey = value;
    else if (what === 'checkpoint' && whole) said.notes.add(Buffer.from(value, 'base64').toString());
    else if (what === 'ack' && whole) {
      said.acked.set(value, Number(rest[0]));
      acks += 1;
    }
    if ('acks' in point && acks >= point.acks && !child.killed) child.kill('SIGKILL');
  }
  const [, signal] = (await exited) as [number | null, string | null];
  clearTimeout(early);
  expect(signal).toBe('SIGKILL');
}

it(
  `when servers are killed ${ROUNDS} times under load, the log holds all that was acknowledged, once (seed ${SEED})`,
  async () => {
    const next = numbersFrom(SEED);
    const said: Said = { acked: new Map(), notes: new Set(), vkey: '' };
    // The first one opens the log and leaves what every start needs.
    await killed(spare(true), { acks: 5 }, said);
    let waiting = spare();
    let begun = 1;
    let ended = 1;
    const lane = async (): Promise<void> => {
      while (begun < ROUNDS) {
        begun += 1;
        const child = waiting;
        waiting = spare();
        const early = next() * EARLY_ONE_IN < 1;
        const point = early ? { ms: next() * EARLY_MS_MAX } : { acks: 1 + Math.floor(next() * ACKED_MAX) };
        await killed(child, point, said);
        ended += 1;
        await checkAcknowledged(said);
        if (ended % VERIFY_EVERY === 0) await checkLog(said);
      }
    };
    await Promise.all(Array.from({ length: LIVE }, lane));
    expect(ended).toBe(ROUNDS);
    await checkLog(said);
  },
  60_000 + ROUNDS * 10_000,
);

/** Unique by the key of commands; what was not acknowledged may be there or not. */
async function checkAcknowledged({ acked }: Said): Promise<void> {
  const before = [...acked];
  const { rows } = await database.pool.query<{ command: string; index: number }>(
    `SELECT command_id AS command, log_index::float8 AS index FROM event WHERE command_id LIKE 'load:%'`,
  );
  const stored = new Map(rows.map(({ command, index }) => [command, index]));
  expect(rows).toHaveLength(stored.size);
  expect(before.filter(([command, index]) => stored.get(command) !== index)).toEqual([]);
}

/** The whole log, against every checkpoint that was seen: these are the anchors of somebody outside. */
async function checkLog({ notes, vkey }: Said): Promise<void> {
  const anchors = [...notes].map((note, i) => ({ name: `seen-${i}`, note }));
  const report = await verifyLog(createNodeCrypto(), createEvidenceStore(database), { trusted: [vkey], anchors });
  expect(report.findings).toEqual([]);
  expect(report.verdict).toBe('verified');
  expect(report.lastIndex).toBe(report.entries - 1);
}
