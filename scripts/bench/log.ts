/**
 * A log of 1,000,000 signed entries in the embedded database: proofs, and the full verification by the command line,
 * from the database and from a bundle, each in a process of its own for its memory. Two cores.
 */
import { spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Database } from '#src/adapters/prisma/database.ts';
import { integratePending, proofFileFor, publishCheckpoint } from '#src/evidence/log.ts';
import { verifyProofFile } from '#src/evidence/proof-file.ts';
import { type BenchCore, openBenchCore } from './database.ts';
import { randomFrom } from './inputs.ts';
import { type GeneratedEntry, generatedEntry } from './log-entries.ts';
import { percentile, type Report, timed } from './report.ts';

export const name = 'log';

const CHILD = fileURLToPath(import.meta.resolve('./log-child.ts'));
const CHUNK = 2_000;
const MEMORY_BELOW_MB = 500;

/** Runs the bench. */
export async function run(report: Report): Promise<void> {
  const size = report.quick ? 10_000 : 1_000_000;
  const core = await openBenchCore(report.folder);
  const { dataDir } = core;
  try {
    await fill(core, size, report);
    await proofs(core, size, report);
  } finally {
    await core.close();
  }
  const bundle = join(report.folder, 'bundle.zip');
  const shown = size.toLocaleString('en');
  // The bars are those of a million entries; a smaller log is held against its share of them.
  const share = size / 1_000_000;
  const fromDatabase = await verification(dataDir, []);
  const database = { what: `${shown} from the database`, treeBelow: 60 * share, bar: !report.quick };
  print(report, database, fromDatabase);
  const exported = await command(dataDir, [
    'evidence',
    'export',
    '--format',
    'bundle',
    '--redact',
    '--out',
    bundle,
    '--json',
  ]);
  report.figure({ what: `${shown} exported as a bundle`, value: exported.seconds, unit: 's' });
  report.note(
    `the bundle takes ${Math.round(statSync(bundle).size / 1e6)} MB; the export ${exported.maxRssMb.toFixed(0)} MB of memory`,
  );
  const fromBundle = await verification(dataDir, ['--bundle', bundle, '--vkey', core.workspace.vkey]);
  print(report, { what: `${shown} from a bundle`, treeBelow: 30 * share, bar: !report.quick }, fromBundle);
}

/** Generated entries straight into the tables; tree and checkpoints by the product's own steps. */
async function fill(core: BenchCore, size: number, report: Report): Promise<void> {
  const { pool } = core.database;
  const { evidence } = core.stores;
  // Bulk loading: no write-ahead log and no checks of rows that are right by construction. Reading is not affected.
  await pool.query('TRUNCATE entry, event, checkpoint');
  for (const table of ['entry', 'event']) await pool.query(`ALTER TABLE ${table} SET UNLOGGED`);
  let inserting: Promise<unknown> = Promise.resolve();
  let at = 0;
  const spent = await timed(async () => {
    for (const checkpoint of [1_000, 10_000, 100_000, 1_000_000].filter((mark) => mark < size).concat(size)) {
      while (at < checkpoint) {
        const rows: GeneratedEntry[] = [];
        for (; at < checkpoint && rows.length < CHUNK; at++) {
          rows.push(await generatedEntry(core.crypto, core.workspace.keys.statement, at));
        }
        await inserting;
        inserting = insert(pool, rows);
      }
      await inserting;
      await pool.query('UPDATE log_head SET next_index = $1, last_at = now()', [checkpoint]);
      await integratePending(core.crypto, evidence);
      const { checkpoint: signer } = core.workspace.keys;
      await publishCheckpoint(core.crypto, evidence, signer, core.workspace.checkpointKeys, new Date());
    }
  });
  await pool.query('VACUUM ANALYZE event, entry, tile');
  const { rows } = await pool.query<{ mb: number }>(`SELECT pg_database_size(current_database()) / 1e6 AS mb`);
  report.note(
    `${size.toLocaleString('en')} entries made in ${Math.round(spent.ms / 1000)} s; the database takes ${Math.round(rows[0]?.mb ?? 0)} MB`,
  );
}

async function insert(pool: Database['pool'], rows: readonly GeneratedEntry[]): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('SET session_replication_role = replica');
    await client.query({
      name: 'bench-event',
      text: `INSERT INTO event (id, stream, seq, type, schema_version, at, actor, command_id, ordinal, data, log_index)
        SELECT e.id, e.stream, e.seq, 'vote.cast', 1, e.at, e.actor, e."commandId", 0, e.data, e.index
        FROM jsonb_to_recordset($1::jsonb)
          AS e(id uuid, stream text, seq int, at timestamptz, actor text, "commandId" text, data jsonb, index bigint)`,
      values: [JSON.stringify(rows.map(({ leaf, leafHash, ...row }) => row))],
    });
    await client.query({
      name: 'bench-entry',
      text: 'INSERT INTO entry (log_index, event_id, leaf, leaf_hash) SELECT * FROM unnest($1::bigint[], $2::uuid[], $3::bytea[], $4::bytea[])',
      values: [
        rows.map(({ index }) => index),
        rows.map(({ id }) => id),
        rows.map(({ leaf }) => Buffer.from(leaf)),
        rows.map(({ leafHash }) => Buffer.from(leafHash)),
      ],
    });
  } finally {
    client.release(true);
  }
}

async function proofs(core: BenchCore, size: number, report: Report): Promise<void> {
  const { evidence } = core.stores;
  const checkpoint = await evidence.latestCheckpoint();
  if (checkpoint?.size !== size) throw new Error('the log has no checkpoint');
  const random = randomFrom(7);
  const times: number[] = [];
  for (let round = 0; round < 1_000; round++) {
    const index = Math.floor(random() * size);
    const { ms, result } = await timed(() => proofFileFor(core.crypto, evidence, index, checkpoint));
    times.push(ms);
    const [entry] = await evidence.readEntries(index, 1);
    if (entry === undefined) throw new Error(`there is no entry ${index}`);
    await verifyProofFile(core.crypto, result, entry.leaf, core.workspace.checkpointKeys);
  }
  const what = `proof from ${size.toLocaleString('en')} entries`;
  report.figure({ what: `${what}, median`, value: percentile(times, 0.5), unit: 'ms', bar: { below: 10 } });
  report.figure({ what: `${what}, p99`, value: percentile(times, 0.99), unit: 'ms', bar: { below: 10 } });
}

type Verification = { readonly tree: Run; readonly all: Run };
type Run = { readonly seconds: number; readonly maxRssMb: number };

async function verification(dataDir: string, flags: readonly string[]): Promise<Verification> {
  const tree = await command(dataDir, ['evidence', 'verify', '--json', '--tree-only', ...flags]);
  const all = await command(dataDir, ['evidence', 'verify', '--json', ...flags]);
  return { tree, all };
}

type Held = { readonly what: string; readonly treeBelow: number; readonly bar: boolean };

function print(report: Report, { what, treeBelow, bar }: Held, { tree, all }: Verification): void {
  const held = (below: number) => (bar ? { bar: { below } } : {});
  report.figure({ what: `${what}, tree`, value: tree.seconds, unit: 's', ...held(treeBelow) });
  report.figure({ what: '  every signature too, more', value: all.seconds - tree.seconds, unit: 's', ...held(120) });
  report.figure({
    what: '  most memory (RSS)',
    value: Math.max(tree.maxRssMb, all.maxRssMb),
    unit: 'MB',
    bar: { below: MEMORY_BELOW_MB },
  });
}

/** A command of the command line in a process of its own. Throws when it says no. */
async function command(dataDir: string, args: readonly string[]): Promise<Run> {
  const since = performance.now();
  const child = spawn(process.execPath, [CHILD, ...args], {
    env: { PATH: process.env['PATH'], COUNTERSIGN_DATA_DIR: dataDir },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  const code = await new Promise<number | null>((resolve) => child.once('exit', resolve));
  const seconds = (performance.now() - since) / 1000;
  const last = output.trim().split('\n').at(-1) ?? '';
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}: ${output.slice(0, 2000)}`);
  return { seconds, maxRssMb: Number(last) };
}
