/** Whoever changes a byte of some entries: verification names those entries, no neighbour, and the root once. */
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { createMapSource } from '#src/evidence/bundle-files.ts';
import { verifyBundle } from '#src/evidence/bundle-verify.ts';
import { fromBase64, toBase64 } from '#src/evidence/encoding.ts';
import type { Finding } from '#src/evidence/findings.ts';
import { integratePending } from '#src/evidence/log.ts';
import { leafHash } from '#src/evidence/merkle.ts';
import type { LogEntry } from '#src/evidence/ports.ts';
import { verifyLog } from '#src/evidence/verify-log.ts';
import {
  append,
  appendOwn,
  bundleOf,
  checkpointSigner,
  createMemoryLog,
  crypto,
  type MemoryLog,
  publish,
  signerOf,
  statementSigner,
  vkey,
  withManifest,
} from './fixtures.ts';

const SIZE = 24;
/** The entry that announces the key which signs all after it. */
const ROTATION = 2;

/** Announces its keys, rotates one of them, and has a checkpoint every six entries. */
async function announcingLog(): Promise<MemoryLog> {
  const log = await createMemoryLog();
  const next = signerOf('the next statement key');
  const validFrom = new Date(0);
  log.keys.push({ purpose: 'statement', keyId: next.keyId, publicKey: next.publicKey, validFrom, retiredAt: null });
  const keys = { statementKeyId: statementSigner.keyId, checkpointKeyId: checkpointSigner.keyId };
  await appendOwn(log, { type: 'log.started', data: keys });
  await appendOwn(log, { type: 'vote.cast', data: {} });
  await appendOwn(log, { type: 'key.rotated', data: { purpose: 'statement', keyId: next.keyId } });
  await append(log, 3, next);
  for (;;) {
    await publish(log);
    if (log.entries.length === SIZE) return log;
    await append(log, 6, next);
  }
}

let log: MemoryLog;
let files: ReadonlyMap<string, Uint8Array>;
let trusted: readonly string[];
beforeAll(async () => {
  log = await announcingLog();
  files = await bundleOf(log);
  trusted = [await vkey()];
  expect((await verifyLog(crypto, log, { trusted })).verdict).toBe('verified');
});

type Flip = { readonly index: number; readonly at: number; readonly bit: number };

/** One byte in each of several entries. */
const flips = fc.uniqueArray(fc.record({ index: fc.nat(SIZE - 1), at: fc.nat(100_000), bit: fc.nat(7) }), {
  minLength: 1,
  maxLength: 4,
  selector: ({ index }) => index,
});

function flipped(leaf: Uint8Array, { at, bit }: Flip): Uint8Array {
  const copy = leaf.slice();
  const place = at % copy.length;
  copy[place] = (copy[place] as number) ^ (1 << bit);
  return copy;
}

/** The log with these entries changed; what is stored beside them as `rest` makes it. */
async function tampered(
  changes: readonly Flip[],
  rest: (entry: LogEntry, leaf: Uint8Array) => Promise<LogEntry>,
): Promise<MemoryLog> {
  const entries = [...log.entries];
  for (const change of changes) {
    const entry = entries[change.index] as LogEntry;
    entries[change.index] = await rest(entry, flipped(entry.leaf, change));
  }
  return { ...log, entries, readEntries: async (from, limit) => entries.slice(from, from + limit) };
}

/** The entries and nothing but the entries are named, and the root once. */
function expectCulprits(findings: readonly Finding[], changes: readonly Flip[], label: string): void {
  const indexes = changes.map(({ index }) => index).sort((a, b) => a - b);
  const named = new Set(findings.flatMap(({ index }) => index ?? []));
  expect(
    [...named].sort((a, b) => a - b),
    label,
  ).toEqual(indexes);
  const whole = findings.filter(({ index }) => index === null).map(({ code }) => code);
  expect(
    whole.filter((code) => code === 'root_mismatch'),
    label,
  ).toHaveLength(1);
  const others = new Set(whole.filter((code) => code !== 'root_mismatch'));
  // What its rotation announced is nobody's word any more: said once of the key, and of no entry that it signed.
  expect([...others], label).toEqual(others.size > 0 && indexes.includes(ROTATION) ? ['key_unannounced'] : []);
}

describe('one byte changed in each of several entries', () => {
  const withHash = async (entry: LogEntry, leaf: Uint8Array) => ({
    ...entry,
    leaf,
    leafHash: await leafHash(crypto, leaf),
  });

  it.each([
    ['the leaf alone', async (entry: LogEntry, leaf: Uint8Array) => ({ ...entry, leaf })],
    ['the leaf and its hash', withHash],
  ])('of the database, %s: exactly those are named', async (label, rest) => {
    await fc.assert(
      fc.asyncProperty(flips, async (changes) => {
        const { findings } = await verifyLog(crypto, await tampered(changes, rest), { trusted });
        expectCulprits(findings, changes, label);
      }),
      { numRuns: 60 },
    );
  });

  it('of the database, with the tree made to fit: their signatures name them', async () => {
    await fc.assert(
      fc.asyncProperty(flips, async (changes) => {
        const changed = await tampered(changes, withHash);
        const fitting = await createMemoryLog();
        fitting.entries.push(...changed.entries);
        await integratePending(crypto, fitting);
        const { readTile, readTree } = fitting;
        const { findings } = await verifyLog(crypto, { ...changed, readTile, readTree }, { trusted });
        expectCulprits(findings, changes, 'tree');
      }),
      { numRuns: 60 },
    );
  });

  it('of a bundle with its manifest repaired: exactly those are named', async () => {
    const lines = new TextDecoder().decode(files.get('log/entries.ndjson')).trimEnd().split('\n');
    await fc.assert(
      fc.asyncProperty(flips, async (changes) => {
        const edited = lines.map((line, index) => {
          const change = changes.find((one) => one.index === index);
          if (change === undefined) return line;
          const { entry } = JSON.parse(line) as { readonly entry: string };
          return `{"entry":"${toBase64(flipped(fromBase64(entry), change))}","index":${index}}`;
        });
        const bytes = new TextEncoder().encode(`${edited.join('\n')}\n`);
        const bundle = await withManifest(new Map(files).set('log/entries.ndjson', bytes));
        const { findings } = await verifyBundle(crypto, createMapSource(bundle), { trusted });
        expectCulprits(findings, changes, 'bundle');
      }),
      { numRuns: 60 },
    );
  });

  it('of a bundle, where its line cannot be read any more: the line names it', async () => {
    const text = new TextDecoder().decode(files.get('log/entries.ndjson'));
    const lines = text.split('\n');
    lines[7] = (lines[7] ?? '').replace('{"entry":"', '{"entry":"!');
    const bytes = new TextEncoder().encode(lines.join('\n'));
    const bundle = await withManifest(new Map(files).set('log/entries.ndjson', bytes));
    const { findings } = await verifyBundle(crypto, createMapSource(bundle), { trusted });
    expect(findings).toMatchObject([{ code: 'file_unreadable', index: 7 }]);
    expect(findings[0]?.detail).toContain('log/entries.ndjson, line 8');
  });
});

describe('what is stored beside an entry', () => {
  it('when its hash or its place in the tiles is changed, only that is said, of that entry', async () => {
    const hash = new Uint8Array(32);
    const beside = await tampered([{ index: 9, at: 0, bit: 0 }], async (entry) => ({ ...entry, leafHash: hash }));
    expect((await verifyLog(crypto, beside, { trusted })).findings).toMatchObject([
      { code: 'leaf_hash_mismatch', index: 9 },
    ]);
    const tile = (await log.readTile(0, 0))?.slice() ?? new Uint8Array();
    tile[32 * 9] = (tile[32 * 9] as number) ^ 1;
    const tiled = { ...log, readTile: async () => tile };
    expect((await verifyLog(crypto, tiled, { trusted })).findings).toMatchObject([{ code: 'tile_mismatch', index: 9 }]);
  });

  it('when an event is signed twice into the log, the second is named, and not what follows it', async () => {
    const doubled = await createMemoryLog();
    await append(doubled, 4);
    doubled.entries.push({ ...(doubled.entries[3] as LogEntry), index: 4 });
    await append(doubled, 7);
    await publish(doubled);
    expect((await verifyLog(crypto, doubled, { trusted })).findings).toMatchObject([
      { code: 'event_doubled', index: 4 },
    ]);
  });
});
