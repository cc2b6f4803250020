/** Keys after a rotation: what they sign during the overlap counts, what they sign after it is refused, by index. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMapSource } from '#src/evidence/bundle-files.ts';
import { verifyBundle } from '#src/evidence/bundle-verify.ts';
import { utf8 } from '#src/evidence/encoding.ts';
import { integratePending, publishCheckpoint } from '#src/evidence/log.ts';
import { formatSignature, keyHashOf } from '#src/evidence/note.ts';
import type { RecordedKey, Signer } from '#src/evidence/ports.ts';
import { verifyLog } from '#src/evidence/verify-log.ts';
import {
  appendOwn,
  bundleOf,
  createMemoryLog,
  crypto,
  type MemoryLog,
  ORIGIN,
  START,
  signerOf,
  verifier,
  vkey,
} from './fixtures.ts';

const STATEMENT = Array.from({ length: 4 }, (_, n) => signerOf(`statement ${n}`));
const CHECKPOINT = Array.from({ length: 4 }, (_, n) => signerOf(`checkpoint ${n}`));
const SECOND = 1_000;

const iso = (seconds: number): string => new Date(START.getTime() + seconds * SECOND).toISOString();
const at = (seconds: number): Date => new Date(START.getTime() + seconds * SECOND);

/** A log whose first entry announces the first keys; every key's public half is listed, as after rotations. */
async function started(): Promise<MemoryLog> {
  const log = await createMemoryLog();
  const listed = (purpose: RecordedKey['purpose']) => (signer: Signer) => ({
    purpose,
    keyId: signer.keyId,
    publicKey: signer.publicKey,
    validFrom: START,
    retiredAt: null,
  });
  log.keys = [...STATEMENT.map(listed('statement')), ...CHECKPOINT.map(listed('checkpoint'))];
  const data = { statementKeyId: STATEMENT[0]?.keyId, checkpointKeyId: CHECKPOINT[0]?.keyId };
  await appendOwn(log, { type: 'log.started', data, by: STATEMENT[0] as Signer, at: START });
  return log;
}

const rotation = (purpose: 'statement' | 'checkpoint', from: Signer, to: Signer, until: number) => ({
  type: 'key.rotated',
  data: { purpose, keyId: to.keyId, previous: [from.keyId], overlapUntil: iso(until) },
});
const vote = { type: 'vote.cast', data: {} };

async function checkpoint(log: MemoryLog, by: Signer): Promise<void> {
  await integratePending(crypto, log);
  const keys = await Promise.all(CHECKPOINT.map((signer) => verifier(signer)));
  await publishCheckpoint(crypto, log, by, keys, START);
}

type Found = { readonly code: string; readonly index: number | null };
/** What counts here: a key that is listed and was not announced yet is another matter. */
const kept = (findings: readonly Found[]): readonly string[] =>
  findings
    .filter(({ code }) => code !== 'key_unannounced')
    .map(({ code, index }) => `${code} ${index}`)
    .sort();
const allKeys = () => Promise.all(CHECKPOINT.map((signer) => vkey(signer)));

async function inDatabase(log: MemoryLog, trusted?: readonly string[]): Promise<readonly string[]> {
  return kept((await verifyLog(crypto, log, { trusted: trusted ?? (await allKeys()) })).findings);
}

async function inBundle(log: MemoryLog, trusted?: readonly string[]): Promise<readonly string[]> {
  const files = await bundleOf(log, { vkeys: await allKeys() });
  return kept((await verifyBundle(crypto, createMapSource(files), { trusted: trusted ?? (await allKeys()) })).findings);
}

const [first, second] = STATEMENT as [Signer, Signer];
const [early, late] = CHECKPOINT as [Signer, Signer];

describe('a replaced statement key', () => {
  /** Rotated at second 10 with an overlap until second 20, then one entry by `by` at `seconds`. */
  async function rotatedThen(seconds: number, by: Signer, more: readonly { seconds: number; by: Signer }[] = []) {
    const log = await started();
    await appendOwn(log, { ...rotation('statement', first, second, 20), by: first, at: at(10) });
    for (const one of [{ seconds, by }, ...more]) await appendOwn(log, { ...vote, by: one.by, at: at(one.seconds) });
    await checkpoint(log, early);
    return log;
  }

  it.each([
    ['counts during the overlap', 20, first, []],
    ['is refused a millisecond after it', 20.001, first, ['signature_retired_key 2']],
    ['gives way to the new one', 500, second, []],
  ] as const)('%s', async (_what, seconds, by, expected) => {
    const log = await rotatedThen(seconds, by);
    expect(await inDatabase(log)).toEqual(expected);
    expect(await inBundle(log)).toEqual(expected);
  });

  it('gains nothing by a statement that dates itself back', async () => {
    const log = await rotatedThen(30, second, [{ seconds: 15, by: first }]);
    const expected = ['signature_retired_key 3', 'time_order 3'];
    expect(await inDatabase(log)).toEqual(expected);
    expect(await inBundle(log)).toEqual(expected);
  });

  it('announces no successor after its end', async () => {
    const log = await rotatedThen(30, second);
    const third = STATEMENT[2] as Signer;
    await appendOwn(log, { ...rotation('statement', second, third, 30), by: first, at: at(31) });
    await checkpoint(log, early);
    expect(await inDatabase(log)).toEqual(['signature_retired_key 3']);
  });

  it('is not given more time by a later rotation', async () => {
    const log = await rotatedThen(15, second);
    const third = STATEMENT[2] as Signer;
    await appendOwn(log, { ...rotation('statement', first, third, 900), by: second, at: at(16) });
    await appendOwn(log, { ...vote, by: first, at: at(25) });
    await checkpoint(log, early);
    expect(await inDatabase(log)).toEqual(['signature_retired_key 4']);
  });
});

describe('a replaced checkpoint key', () => {
  async function signedBy(seconds: number, ...signers: readonly Signer[]): Promise<MemoryLog> {
    const log = await started();
    await appendOwn(log, { ...rotation('checkpoint', early, late, 20), by: first, at: at(10) });
    await appendOwn(log, { ...vote, by: first, at: at(seconds) });
    const [one, ...others] = signers as readonly [Signer, ...Signer[]];
    await checkpoint(log, one);
    const last = log.checkpoints[0];
    if (last === undefined) throw new Error('nothing was published');
    let { note } = last;
    for (const signer of others) {
      const text = note.slice(0, note.indexOf('\n\n') + 1);
      const hash = await keyHashOf(crypto, ORIGIN, signer.publicKey);
      note += `${formatSignature(ORIGIN, hash, await signer.sign(utf8(text)))}\n`;
    }
    log.checkpoints[0] = { ...last, note };
    return log;
  }

  it.each([
    ['counts during the overlap', 20, [early], []],
    ['is refused after it, by the newest entry under it', 21, [early], ['checkpoint_retired_key 2']],
    ['may sign beside the new one', 21, [late, early], []],
    ['gives way to the new one', 21, [late], []],
  ] as const)('%s', async (_what, seconds, signers, expected) => {
    const log = await signedBy(seconds, ...signers);
    expect(await inDatabase(log)).toEqual(expected);
    expect(await inBundle(log)).toEqual(expected);
  });

  it('proves nothing to somebody who knows it alone, once it ended', async () => {
    const log = await signedBy(21, late, early);
    const old = [await vkey(early)];
    expect(await inDatabase(log, old)).toEqual(['checkpoint_retired_key 2']);
    expect(await inBundle(log, old)).toEqual(['checkpoint_retired_key 2']);
    expect(await inDatabase(await signedBy(19, late, early), old)).toEqual([]);
  });
});

type Step =
  | { readonly do: 'entry'; readonly wait: number; readonly key: number }
  | { readonly do: 'rotate'; readonly purpose: 'statement' | 'checkpoint'; readonly overlap: number }
  | { readonly do: 'checkpoint'; readonly key: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('entry' as const), wait: fc.nat(5), key: fc.nat(3) }),
  fc.record({
    do: fc.constant('rotate' as const),
    purpose: fc.constantFrom('statement' as const, 'checkpoint' as const),
    overlap: fc.nat(6),
  }),
  fc.record({ do: fc.constant('checkpoint' as const), key: fc.nat(3) }),
);

/** Plays the steps with keys that were announced, and says by itself what a verifier must refuse. */
async function play(
  steps: readonly Step[],
): Promise<{ readonly log: MemoryLog; readonly expected: readonly string[] }> {
  const log = await started();
  const ends = { statement: [Number.POSITIVE_INFINITY], checkpoint: [Number.POSITIVE_INFINITY] };
  const expected: string[] = [];
  let now = 0;
  let published = 0;
  const sign = async (key: number): Promise<void> => {
    if (log.entries.length === published) return;
    published = log.entries.length;
    await checkpoint(log, CHECKPOINT[key] as Signer);
    if ((ends.checkpoint[key] as number) < now) expected.push(`checkpoint_retired_key ${published - 1}`);
  };
  for (const one of steps) {
    if (one.do === 'entry') {
      now += one.wait;
      const key = one.key % ends.statement.length;
      if ((ends.statement[key] as number) < now) expected.push(`signature_retired_key ${log.entries.length}`);
      await appendOwn(log, { ...vote, by: STATEMENT[key] as Signer, at: at(now) });
    } else if (one.do === 'checkpoint') {
      await sign(one.key % ends.checkpoint.length);
    } else {
      const own = ends[one.purpose];
      const keys = one.purpose === 'statement' ? STATEMENT : CHECKPOINT;
      if (own.length === keys.length) continue;
      const [from, to] = [keys[own.length - 1] as Signer, keys[own.length] as Signer];
      const by = STATEMENT[ends.statement.length - 1] as Signer;
      await appendOwn(log, { ...rotation(one.purpose, from, to, now + one.overlap), by, at: at(now) });
      own[own.length - 1] = now + one.overlap;
      own.push(Number.POSITIVE_INFINITY);
    }
  }
  await sign(ends.checkpoint.length - 1);
  return { log, expected: expected.sort() };
}

it('in any history of rotations, exactly what was signed after a key’s end is refused, in the database and in a bundle', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 20 }), async (steps) => {
      const { log, expected } = await play(steps);
      expect(await inDatabase(log)).toEqual(expected);
      expect(await inBundle(log)).toEqual(expected);
    }),
    { numRuns: 60 },
  );
});
