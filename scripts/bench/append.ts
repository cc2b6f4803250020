/** Entries appended and signed into the embedded database, in batches and one by one; and what a checkpoint costs. */
import { randomBytes } from 'node:crypto';
import { createNodeCrypto } from '#src/adapters/crypto/node-crypto.ts';
import type { Recorder } from '#src/delivery/streams/record.ts';
import { publishCheckpoint } from '#src/evidence/log.ts';
import { openRecorder } from '#src/wire/evidence/recorder.ts';
import { exampleCommit } from '../../test/contract/examples.ts';
import { openBenchDatabase } from './database.ts';
import { benchKeys, type CountingTree, memoryTree } from './log-entries.ts';
import { percentile, type Report, timed } from './report.ts';

export const name = 'append';

const BATCH = 100;
const CHECKPOINTS = 101;

/** Runs the bench. */
export async function run(report: Report): Promise<void> {
  await appending(report);
  await checkpointing(report);
}

async function appending(report: Report): Promise<void> {
  const { stores, close } = await openBenchDatabase(report.folder);
  const keys = benchKeys();
  try {
    const recorder = openRecorder(createNodeCrypto(), keys.statement);
    const append = async (command: number, entries: number): Promise<void> => {
      const { events, disclosures } = await record(recorder, command, entries);
      const result = await stores.ledger.commit(exampleCommit(events, { disclosures }));
      if (!result.ok) throw new Error(result.reason);
    };
    for (let command = 0; command < 20; command++) await append(command, BATCH);
    const batches = report.quick ? 40 : 200;
    const many = await timed(async () => {
      for (let command = 0; command < batches; command++) await append(1_000 + command, BATCH);
    });
    const count = report.quick ? 500 : 2_000;
    const one: number[] = [];
    for (let command = 0; command < count; command++) one.push((await timed(() => append(10_000 + command, 1))).ms);
    const total = one.reduce((sum, ms) => sum + ms, 0);
    const bare = signaturesASecond(keys.statement.sign);
    const rate = (batches * BATCH * 1000) / many.ms;
    report.figure({
      what: `entries appended, ${BATCH} a commit`,
      value: rate,
      unit: '/s',
      bar: { atLeast: 2000 },
      peer: `sign ${Math.round((await bare) / 1000)}k/s`,
    });
    report.figure({
      what: 'entries appended, one by one',
      value: (count * 1000) / total,
      unit: '/s',
      bar: { atLeast: 300 },
    });
    report.figure({ what: '  one entry, median', value: percentile(one, 0.5), unit: 'ms' });
    report.figure({ what: '  one entry, p99', value: percentile(one, 0.99), unit: 'ms' });
    report.note('peer: bare Ed25519 signatures of node:crypto on one core, in the same run');
  } finally {
    await close();
  }
}

/** Votes with a hidden reason, one a request. */
function record(recorder: Recorder, command: number, entries: number) {
  const drafts = Array.from({ length: entries }, () => ({
    type: 'vote.cast',
    schemaVersion: 1,
    data: { choice: 'approve', reason: `Looked at it, command ${command}`, revision: 'ab'.repeat(32) },
    hide: ['reason'],
    context: {
      role: 'Chief AI Officer',
      assignment: 'a1',
      request: { id: `r${command}`, shortId: `DR-${command}`, revision: 1, revisionHash: 'ab'.repeat(32) },
      card: { sha256: '12'.repeat(32) },
      policy: { sha256: '34'.repeat(32) },
      knowledge: [{ document: 'whitepaper', version: '1.0', sha256: '56'.repeat(32) }],
      controls: ['AICM-GRC-05', 'AICM-AIS-06'],
    },
  }));
  const about = { stream: `request:r${command}`, afterSeq: 0, actor: 'p_1', commandKind: 'vote' };
  return recorder.record({ ...about, at: new Date(), commandId: `command-${command}` }, drafts);
}

async function signaturesASecond(signOne: (bytes: Uint8Array) => Promise<Uint8Array>): Promise<number> {
  const message = randomBytes(1_000);
  const count = 2_000;
  const { ms } = await timed(async () => {
    for (let i = 0; i < count; i++) await signOne(message);
  });
  return (count * 1000) / ms;
}

type Cost = { readonly hashes: number; readonly tiles: number; readonly ms: number };

/** One more entry and its checkpoint, in trees of 10^3 to 10^6 leaves. */
async function checkpointing(report: Report): Promise<void> {
  const tree = await memoryTree();
  const costs: { readonly size: number; readonly hashes: number }[] = [];
  for (const size of report.quick ? [1_000, 10_000, 100_000] : [1_000, 10_000, 100_000, 1_000_000]) {
    const rounds: Cost[] = [];
    // What a size costs depends on how far its tiles are filled: sizes up to twice as large are all passed through.
    for (let round = 0; round < CHECKPOINTS; round++) {
      rounds.push(await oneCheckpoint(tree, Math.floor(size * (1 + round / CHECKPOINTS))));
    }
    const mean = (key: keyof Cost): number => rounds.reduce((sum, one) => sum + one[key], 0) / rounds.length;
    costs.push({ size, hashes: mean('hashes') });
    report.figure({
      what: `checkpoint from ${size.toLocaleString('en')} entries on`,
      value: percentile(
        rounds.map(({ ms }) => ms),
        0.5,
      ),
      unit: 'ms',
      peer: `${Math.round(mean('hashes'))} sha256`,
    });
  }
  const [first] = costs;
  const last = costs.at(-1);
  if (first === undefined || last === undefined) return;
  const log = Math.log2(last.size) / Math.log2(first.size);
  report.figure({
    what: `  hashes grow, 10^3 to 10^${Math.log10(last.size)}, times`,
    value: last.hashes / first.hashes,
    unit: '',
    // A tile more on each level of 256: what log n grows by, twice.
    bar: { below: 2 * log },
  });
  report.note(`log n itself grows ${log.toFixed(1)} times; peer: hashes of one entry with its checkpoint, on average`);
}

/** Brings the tree to a size with its checkpoint; then one entry and the next checkpoint, measured. */
async function oneCheckpoint(tree: CountingTree, size: number): Promise<Cost> {
  const publish = () => publishCheckpoint(tree.crypto, tree.store, tree.signer, tree.keys, new Date());
  await tree.growTo(size);
  await publish();
  const before = tree.counts();
  const { ms } = await timed(async () => {
    await tree.growTo(size + 1);
    await publish();
  });
  const after = tree.counts();
  return { hashes: after.hashes - before.hashes, tiles: after.tiles - before.tiles, ms };
}
