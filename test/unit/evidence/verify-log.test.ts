/** The stored log under every kind of tampering that somebody with the database could try. */
import { describe, expect, it } from 'vitest';
import { integratePending, publishCheckpoint } from '#src/evidence/log.ts';
import { leafHash } from '#src/evidence/merkle.ts';
import type { LogEntry } from '#src/evidence/ports.ts';
import { verifyLog } from '#src/evidence/verify-log.ts';
import {
  append,
  appendOwn,
  checkpointSigner,
  createMemoryLog,
  crypto,
  logOf,
  type MemoryLog,
  type OwnEvent,
  publish,
  signerOf,
  statementSigner,
  verifier,
  vkey,
} from './fixtures.ts';

const codes = (report: { findings: readonly { code: string }[] }) => [...new Set(report.findings.map((f) => f.code))];
const check = async (log: MemoryLog) => verifyLog(crypto, log, { trusted: [await vkey()] });

function change(log: MemoryLog, index: number, changes: Partial<LogEntry>): void {
  log.entries[index] = { ...(log.entries[index] as LogEntry), ...changes };
}

function flipped(bytes: Uint8Array, at: number): Uint8Array {
  const copy = bytes.slice();
  copy[at] = (copy[at] as number) ^ 1;
  return copy;
}

describe('an honest log', () => {
  it('is verified by its key, and says what is not published yet', async () => {
    const log = await logOf(600, 200);
    await append(log, 3);
    const report = await check(log);
    expect(report).toMatchObject({ verdict: 'verified', entries: 603, unpublished: 3, checkpointsChecked: 3 });
    expect(report).toMatchObject({ signaturesChecked: 603, disclosuresChecked: 603, findingsTotal: 0 });
    expect((await verifyLog(crypto, log)).verdict).toBe('self-consistent, signer unproven');
  });

  it('when a running server signs on while it is read, is verified as it was at the beginning', async () => {
    const log = await logOf(1_200, 1);
    // From the second page of checkpoints on, what the server signed meanwhile is there as well; its entries came late.
    const { listCheckpoints } = log;
    const growing = {
      ...log,
      listCheckpoints: async (from: number, limit: number) => {
        if (from > 0) {
          await append(log, 1);
          await publish(log);
        }
        return listCheckpoints(from, limit);
      },
      readEntries: async (from: number, limit: number) => log.entries.slice(from, Math.min(from + limit, 1_200)),
    };
    expect(await verifyLog(crypto, growing, { trusted: [await vkey()] })).toMatchObject({
      verdict: 'verified',
      checkpointsChecked: 1_200,
    });
  });

  it('when empty, is consistent', async () => {
    expect(await verifyLog(crypto, await createMemoryLog())).toMatchObject({
      entries: 0,
      checkpoint: null,
      findings: [],
    });
  });

  it('when only a checkpoint of nothing was signed, nobody vouches for what came after', async () => {
    const log = await createMemoryLog();
    await publish(log);
    await append(log, 3);
    expect(log.checkpoints).toMatchObject([{ size: 0 }]);
    expect(await check(log)).toMatchObject({ verdict: 'self-consistent, signer unproven', unpublished: 3 });
  });

  it('when a person was erased, still verifies', async () => {
    const log = await logOf(30);
    for (const [hash, disclosure] of log.disclosures) {
      if (disclosure.person === 'p_1') log.disclosures.set(hash, { ...disclosure, value: null });
    }
    expect(await check(log)).toMatchObject({ verdict: 'verified', disclosuresChecked: 20, disclosuresErased: 10 });
  });

  it('when its statement key was rotated, old and new entries verify', async () => {
    const log = await logOf(3);
    const next = signerOf('the next statement key');
    const retired = log.keys.map((k) => (k.purpose === 'statement' ? { ...k, retiredAt: new Date() } : k));
    log.keys = [
      ...retired,
      { purpose: 'statement', keyId: next.keyId, publicKey: next.publicKey, validFrom: new Date(), retiredAt: null },
    ];
    await append(log, 3, next);
    await publish(log);
    expect((await check(log)).verdict).toBe('verified');
  });
});

describe('a tampered log', () => {
  it('with one byte of one leaf changed names the entry', async () => {
    const log = await logOf(20, 5);
    for (const at of [0, 20, 400, 900]) {
      const { leaf } = log.entries[7] as LogEntry;
      change(log, 7, { leaf: flipped(leaf, at) });
      const report = await check(log);
      expect(report.verdict).toBe('failed');
      expect(report.findings.find(({ code }) => code === 'leaf_hash_mismatch')?.index).toBe(7);
      change(log, 7, { leaf });
    }
    expect((await check(log)).verdict).toBe('verified');
  });

  it('with the leaf hash changed to match still names it, by tile and signature', async () => {
    const log = await logOf(20, 5);
    const leaf = flipped((log.entries[7] as LogEntry).leaf, 200);
    change(log, 7, { leaf, leafHash: await leafHash(crypto, leaf) });
    const report = await check(log);
    expect(report.findings.find(({ code }) => code === 'tile_mismatch')?.index).toBe(7);
    expect(codes(report)).toContain('root_mismatch');
  });

  it('with a tile of an upper level changed is refused, though every entry and checkpoint stands', async () => {
    const log = await logOf(600);
    const tile = log.tiles.get('1/0') as Uint8Array;
    expect(tile).toHaveLength(2 * 32);
    for (const changed of [flipped(tile, 40), tile.slice(0, 32)]) {
      log.tiles.set('1/0', changed);
      const { findings } = await check(log);
      expect(findings).toMatchObject([{ code: 'tile_mismatch', index: null }]);
      expect(findings[0]?.detail).toContain('entries 256 to 511');
    }
    log.tiles.set('1/0', tile);
    // A hash of the level below is named as its entry's, and not again by what stands above it.
    log.tiles.set('0/0', flipped(log.tiles.get('0/0') as Uint8Array, 32 * 9));
    expect((await check(log)).findings).toMatchObject([{ code: 'tile_mismatch', index: 9 }]);
  });

  it('with an event row that says something else names it', async () => {
    const log = await logOf(6);
    const event = log.entries[4]?.event as NonNullable<LogEntry['event']>;
    for (const changed of [
      { actor: 'p_9' },
      { data: { choice: 'reject' } },
      { at: new Date(0) },
      { seq: 9 },
      { type: 'x' },
    ]) {
      change(log, 4, { event: { ...event, ...changed } });
      expect((await check(log)).findings).toMatchObject([{ code: 'event_mismatch', index: 4 }]);
    }
  });

  it('with an event row deleted names it', async () => {
    const log = await logOf(6);
    const { event: _, ...entry } = log.entries[4] as LogEntry;
    log.entries[4] = entry;
    expect((await check(log)).findings).toMatchObject([{ code: 'event_missing', index: 4 }]);
  });

  it('with a text exchanged names the entry', async () => {
    const log = await logOf(6);
    const [, second] = log.disclosures.values();
    if (second !== undefined) log.disclosures.set(second.hash, { ...second, value: 'another reason' });
    expect((await check(log)).findings).toMatchObject([{ code: 'disclosure_mismatch', index: 1 }]);
  });

  it('with its tail cut off is refused by its own checkpoint', async () => {
    const log = await logOf(20, 5);
    log.entries.length = 17;
    const report = await check(log);
    expect(report.findings.find(({ code }) => code === 'tail_cut')?.index).toBe(17);
  });

  it('cut off together with its checkpoints and tree is refused by an anchor', async () => {
    const log = await logOf(20, 5);
    const anchors = [{ name: 'slack', note: log.checkpoints[3]?.note ?? '' }];
    const shorter = await logOf(15, 5);
    const report = await verifyLog(crypto, shorter, { trusted: [await vkey()], anchors });
    expect(report.findings).toMatchObject([{ code: 'tail_cut', index: 15 }]);
    expect(report.anchors).toEqual([{ name: 'slack', size: 20, result: 'refused' }]);
    expect((await verifyLog(crypto, log, { trusted: [await vkey()], anchors })).verdict).toBe('verified');
  });

  it('with an entry missing, doubled or moved is refused with the index', async () => {
    const missing = await logOf(9);
    missing.entries.splice(4, 1);
    expect((await check(missing)).findings[0]).toMatchObject({ code: 'gap', index: 5 });
    const doubled = await logOf(9);
    doubled.entries.splice(4, 0, doubled.entries[4] as LogEntry);
    expect((await check(doubled)).findings[0]).toMatchObject({ code: 'out_of_order', index: 4 });
    const copied = await logOf(9);
    const twin = copied.entries[3] as LogEntry;
    copied.entries[4] = { ...twin, index: 4 };
    expect((await check(copied)).findings).toMatchObject([
      { code: 'tile_mismatch', index: 4 },
      { code: 'root_mismatch', index: null },
    ]);
  });

  it('with entries of an unknown key is refused', async () => {
    const log = await logOf(3);
    await append(log, 1, signerOf('intruder'));
    await publish(log);
    expect((await check(log)).findings).toMatchObject([{ code: 'signature_unknown_key', index: 3 }]);
  });

  it('with a stored checkpoint exchanged is refused', async () => {
    const log = await logOf(12, 4);
    const [first, second] = log.checkpoints;
    if (first === undefined || second === undefined) throw new Error('two checkpoints');
    log.checkpoints[0] = { ...first, note: second.note };
    expect(codes(await check(log))).toEqual(['checkpoint_unreadable']);
    log.checkpoints[0] = { ...first, note: first.note.replace('\n4\n', '\n3\n') };
    expect(codes(await check(log))).toEqual(['checkpoint_signature_invalid']);
  });

  it('with time running backwards names the entry', async () => {
    const log = await createMemoryLog();
    await append(log, 2);
    const late = await createMemoryLog();
    await append(late, 5);
    log.entries.push({ ...(late.entries[3] as LogEntry), index: 2 }, { ...(late.entries[2] as LogEntry), index: 3 });
    await publish(log);
    expect((await check(log)).findings).toEqual(
      expect.arrayContaining([expect.objectContaining({ code: 'time_order', index: 3 })]),
    );
  });
});

describe('publishing', () => {
  it('is idempotent and never signs a second history', async () => {
    const log = await logOf(8, 4);
    expect(await publish(log)).toBeNull();
    const other = await createMemoryLog();
    await append(other, 1);
    other.entries[0] = { ...(log.entries[3] as LogEntry), index: 0 };
    await append(other, 11);
    await integratePending(crypto, other);
    const mixed = { ...log, readTree: other.readTree, readTile: other.readTile };
    const run = publishCheckpoint(crypto, mixed, checkpointSigner, [await verifier()], new Date());
    await expect(run).rejects.toHaveProperty('code', 'fork');
    const shrunk = { ...log, readTree: (await logOf(4)).readTree };
    const back = publishCheckpoint(crypto, shrunk, checkpointSigner, [await verifier()], new Date());
    await expect(back).rejects.toHaveProperty('code', 'fork');
  });

  it('by several at once publishes one tree', async () => {
    const log = await createMemoryLog();
    await append(log, 700);
    await Promise.all([
      integratePending(crypto, log, 64),
      integratePending(crypto, log, 100),
      integratePending(crypto, log),
    ]);
    expect(log.tree.size).toBe(700);
    await publish(log);
    expect((await check(log)).verdict).toBe('verified');
  });
});

describe('a log that announces its keys', () => {
  const started = (keys: { statement: string; checkpoint: string }) => ({
    type: 'log.started',
    data: { statementKeyId: keys.statement, checkpointKeyId: keys.checkpoint },
  });
  const rotated = (purpose: string, keyId: string) => ({ type: 'key.rotated', data: { purpose, keyId } });
  const own = { statement: statementSigner.keyId, checkpoint: checkpointSigner.keyId };
  const intruder = signerOf('intruder');

  /** A log of these events on its own stream, each signed by its signer, with the intruder's key slipped into the database. */
  async function announcing(events: readonly OwnEvent[]): Promise<MemoryLog> {
    const log = await createMemoryLog();
    for (const event of events) await appendOwn(log, event);
    const { keyId, publicKey } = intruder;
    log.keys.push({ purpose: 'statement', keyId, publicKey, validFrom: new Date(), retiredAt: null });
    await publish(log);
    return log;
  }

  it('accepts no other key, whatever the database lists', async () => {
    const vote = { type: 'vote.cast', data: {} };
    const listed = { code: 'key_unannounced', index: null };
    expect((await check(await announcing([started(own), vote]))).findings).toMatchObject([listed]);
    const slipped = await check(await announcing([started(own), vote, { ...vote, by: intruder }, vote]));
    expect(slipped.findings).toMatchObject([{ code: 'signature_unknown_key', index: 2 }, listed]);
    const first = await check(await announcing([{ ...started(own), by: intruder }]));
    expect(first.findings).toMatchObject([{ code: 'signature_unknown_key', index: 0 }, listed]);
  });

  it('accepts a rotated key from the entry after its announcement on, by a key that counted', async () => {
    const vote = { type: 'vote.cast', data: {}, by: intruder };
    const rotation = rotated('statement', intruder.keyId);
    expect((await check(await announcing([started(own), rotation, vote]))).verdict).toBe('verified');
    const early = await check(await announcing([started(own), vote, rotation]));
    expect(early.findings).toMatchObject([{ code: 'signature_unknown_key', index: 1 }]);
    const self = await check(await announcing([started(own), { ...rotation, by: intruder }]));
    expect(self.findings[0]).toMatchObject({ code: 'signature_unknown_key', index: 1 });
    const late = await check(
      await announcing([
        { type: 'vote.cast', data: {} },
        { ...started(own), by: intruder },
      ]),
    );
    expect(late.verdict).toBe('verified');
  });

  it('accepts a checkpoint of an announced key only', async () => {
    const other = { ...own, checkpoint: intruder.keyId };
    const report = await check(await announcing([started(other)]));
    expect(report.findings[0]).toMatchObject({ code: 'checkpoint_unannounced_key' });
    const later = await check(await announcing([started(other), rotated('checkpoint', checkpointSigner.keyId)]));
    expect(codes(later)).toEqual(['key_unannounced']);
  });
});
