/** Bundles: what a stranger accepts, and everything that is refused, each with its code. */
import { describe, expect, it } from 'vitest';
import { openZipBytes } from '#src/adapters/archive/zip-file.ts';
import { createMapSource } from '#src/evidence/bundle-files.ts';
import { type VerifyBundleOptions, verifyBundle } from '#src/evidence/bundle-verify.ts';
import { canonicalText } from '#src/evidence/canonical.ts';
import { concat } from '#src/evidence/encoding.ts';
import {
  append,
  bundleOf,
  checkpointSigner,
  createMemoryLog,
  crypto,
  logOf,
  ORIGIN,
  publish,
  signerOf,
  statementSigner,
  vkey,
  withManifest,
  zipOf,
} from './fixtures.ts';

type Files = Map<string, Uint8Array>;

const check = (files: Files, options: VerifyBundleOptions = {}) =>
  verifyBundle(crypto, createMapSource(files), options);
const codes = (report: { findings: readonly { code: string }[] }) => [...new Set(report.findings.map((f) => f.code))];
const text = (files: Files, name: string) => new TextDecoder().decode(files.get(name));

function edit(files: Files, name: string, change: (text: string) => string): Files {
  const before = text(files, name);
  const after = change(before);
  expect(after).not.toBe(before);
  return files.set(name, new TextEncoder().encode(after));
}

const lines = (change: (lines: string[]) => string[]) => (all: string) =>
  change(all.trimEnd().split('\n'))
    .map((line) => `${line}\n`)
    .join('');

describe('a whole bundle', () => {
  it('is verified with the key from elsewhere, and only self-consistent without', async () => {
    const files = await bundleOf(await logOf(12, 4));
    const proven = await check(files, { trusted: [await vkey()] });
    expect(proven).toMatchObject({ verdict: 'verified', entries: 12, findingsTotal: 0, signaturesChecked: 12 });
    expect(proven).toMatchObject({ disclosuresChecked: 12, checkpointsChecked: 3 });
    expect(proven.unvouched).toContain('index.html');
    expect((await check(files)).verdict).toBe('self-consistent, signer unproven');
  });

  it('when a selection, proves each entry by itself', async () => {
    const files = await bundleOf(await logOf(40, 10), {}, [3, 4, 5, 17, 39]);
    const report = await check(files, { trusted: [await vkey()] });
    expect(report).toMatchObject({ verdict: 'verified', entries: 5, firstIndex: 3, lastIndex: 39 });
  });

  it('when redacted, holds no text and still verifies', async () => {
    const files = await bundleOf(await logOf(6), { redact: true });
    expect(files.has('disclosures.ndjson')).toBe(false);
    expect([...files.values()].some((bytes) => new TextDecoder().decode(bytes).includes('reason number'))).toBe(false);
    expect(await check(files, { trusted: [await vkey()] })).toMatchObject({
      verdict: 'verified',
      disclosuresChecked: 0,
    });
  });

  it('when a text was erased, still verifies', async () => {
    const log = await logOf(6);
    const [first] = log.disclosures.values();
    if (first !== undefined) log.disclosures.set(first.hash, { ...first, value: null });
    const report = await check(await bundleOf(log), { trusted: [await vkey()] });
    expect(report).toMatchObject({ verdict: 'verified', disclosuresChecked: 5 });
  });

  it('goes through a ZIP archive and back', async () => {
    const files = await bundleOf(await logOf(6, 3));
    const source = await openZipBytes(crypto, await zipOf(files));
    expect(await verifyBundle(crypto, source, { trusted: [await vkey()] })).toMatchObject({ verdict: 'verified' });
  });
});

describe('a forged bundle', () => {
  it('with its own keys is refused against the real key', async () => {
    const forger = signerOf('a forger');
    const log = await createMemoryLog();
    await append(log, 4, forger);
    log.keys = [
      {
        purpose: 'statement',
        keyId: forger.keyId,
        publicKey: forger.publicKey,
        validFrom: new Date(),
        retiredAt: null,
      },
    ];
    await publish(log, forger);
    const files = await bundleOf(log, { vkeys: [await vkey(forger)] });
    expect((await check(files)).verdict).toBe('self-consistent, signer unproven');
    const report = await check(files, { trusted: [await vkey()] });
    expect(report.verdict).toBe('failed');
    expect(codes(report)).toEqual(['checkpoint_unknown_key']);
  });

  it('with the checkpoint of another log is refused', async () => {
    const other = await createMemoryLog('other.example/log');
    await append(other, 3);
    await publish(other);
    const files = await bundleOf(await logOf(3));
    files.set('log/checkpoint', new TextEncoder().encode(other.checkpoints[0]?.note));
    const keys = [await vkey(), await vkey(checkpointSigner, 'other.example/log')];
    expect(codes(await check(await withManifest(files), { trusted: keys }))).toEqual(['checkpoint_other_log']);
  });

  it.each([
    ['two entries swapped', ['gap', 'out_of_order'], (l: string[]) => [l[0], l[2], l[1], ...l.slice(3)]],
    ['an entry doubled', ['out_of_order'], (l: string[]) => [l[0], l[0], ...l.slice(1)]],
    ['an entry left out', ['gap'], (l: string[]) => [l[0], ...l.slice(2)]],
    ['the last entries left out', ['tail_cut'], (l: string[]) => l.slice(0, 4)],
    [
      'an index of 2^53',
      ['file_unreadable'],
      (l: string[]) => [...l.slice(0, 5), (l[5] ?? '').replace(':5}', ':9007199254740992}')],
    ],
    ['an index of 1e3', ['file_unreadable'], (l: string[]) => [...l.slice(0, 5), (l[5] ?? '').replace(':5}', ':1e3}')]],
    ['a wrong index', ['not_in_tree', 'gap'], (l: string[]) => [...l.slice(0, 5), (l[5] ?? '').replace(':5}', ':6}')]],
  ])('with %s is refused', async (_, expected, change) => {
    const files = await bundleOf(await logOf(6));
    edit(
      files,
      'log/entries.ndjson',
      lines((l) => change(l).map((line) => line ?? '')),
    );
    const report = await check(await withManifest(files), { trusted: [await vkey()] });
    expect(report.verdict).toBe('failed');
    expect(codes(report).some((code) => expected.includes(code))).toBe(true);
  });

  it('with two leaves exchanged under their indexes names both', async () => {
    const files = await bundleOf(await logOf(6));
    edit(
      files,
      'log/entries.ndjson',
      lines((l) => {
        const [a, b] = [l[1] ?? '', l[2] ?? ''];
        return [l[0] ?? '', b.replace('"index":2', '"index":1'), a.replace('"index":1', '"index":2'), ...l.slice(3)];
      }),
    );
    const report = await check(await withManifest(files), { trusted: [await vkey()] });
    const outside = report.findings.filter(({ code }) => code === 'not_in_tree').map(({ index }) => index);
    expect(outside).toEqual([1, 2]);
  });

  it('with an entry that the log took in under a bad signature names it', async () => {
    const log = await logOf(3);
    const stranger = signerOf('no key of the log');
    await append(log, 1, { ...stranger, keyId: statementSigner.keyId });
    await append(log, 1, stranger);
    await publish(log);
    const report = await check(await bundleOf(log), { trusted: [await vkey()] });
    expect(report.findings.map(({ code, index }) => [code, index])).toEqual([
      ['signature_invalid', 3],
      ['signature_unknown_key', 4],
    ]);
  });

  it('with an older checkpoint that does not lead to its own is refused', async () => {
    const files = await bundleOf(await logOf(6, 3));
    const other = await logOf(2);
    await append(other, 1, signerOf('another history'));
    await publish(other);
    const [, line = ''] = text(await bundleOf(await logOf(6, 3)), 'log/consistency.ndjson').match(/(.+)\n/) ?? [];
    const forged = { ...JSON.parse(line), checkpoint: other.checkpoints.at(-1)?.note };
    edit(files, 'log/consistency.ndjson', () => `${canonicalText(forged)}\n`);
    const report = await check(await withManifest(files), { trusted: [await vkey()] });
    expect(codes(report)).toContain('consistency_invalid');
    expect(report.verdict).toBe('failed');
  });

  it('with a text that its hash does not cover is refused with the index', async () => {
    const files = await bundleOf(await logOf(6));
    edit(files, 'disclosures.ndjson', (all) => all.replace('reason number 4', 'reason number 7'));
    const report = await check(await withManifest(files), { trusted: [await vkey()] });
    expect(report.findings).toMatchObject([{ code: 'disclosure_mismatch', index: 4 }]);
  });

  it('with a listing that says something else is refused', async () => {
    const files = await bundleOf(await logOf(6));
    edit(files, 'listing.csv', (all) => all.replace('p_1', 'p_2'));
    expect(codes(await check(await withManifest(files)))).toEqual(['manifest_mismatch']);
  });

  it('with an object under another name, a stray file or a missing one is refused', async () => {
    const files = await bundleOf(await logOf(3));
    files.set(`objects/${'0'.repeat(64)}`, new TextEncoder().encode('another policy'));
    expect(codes(await check(new Map(files)))).toContain('file_unlisted');
    expect(codes(await check(await withManifest(files)))).toEqual(['object_mismatch']);
    files.delete('log/consistency.ndjson');
    expect(codes(await check(await withManifest(files)))).toContain('file_missing');
  });

  it('with proofs left out of a selection is refused', async () => {
    const files = await bundleOf(await logOf(9), {}, [2, 7]);
    files.set('log/proofs.ndjson', new Uint8Array(0));
    const report = await check(await withManifest(files), { trusted: [await vkey()] });
    expect(report.findings.filter(({ code }) => code === 'proof_missing')).toHaveLength(2);
  });
});

describe('anchors', () => {
  it('when the bundle extends them, are consistent', async () => {
    const log = await logOf(12, 4);
    const anchors = log.checkpoints.map(({ note, size }) => ({ name: `kept-${size}`, note }));
    const report = await check(await bundleOf(log), { trusted: [await vkey()], anchors });
    expect(report.verdict).toBe('verified');
    expect(report.anchors.map(({ result }) => result)).toEqual(['consistent', 'consistent', 'consistent']);
  });

  it('when the log was cut off or rewritten since, refuse it', async () => {
    const long = await logOf(12, 4);
    const kept = { name: 'kept', note: long.checkpoints[2]?.note ?? '' };
    const cut = await bundleOf(await logOf(8, 4));
    const report = await check(cut, { trusted: [await vkey()], anchors: [kept] });
    expect(report.findings).toMatchObject([{ code: 'tail_cut', index: 8 }]);

    const rewritten = await logOf(4);
    await append(rewritten, 1);
    rewritten.entries[4] = { ...(rewritten.entries[3] as (typeof rewritten.entries)[0]), index: 4 };
    await append(rewritten, 7);
    await publish(rewritten);
    const other = await check(await bundleOf(rewritten), { trusted: [await vkey()], anchors: [kept] });
    expect(codes(other)).toContain('root_mismatch');
  });

  it('when they are of another log, of an unknown key or not readable, are refused with a code', async () => {
    const log = await logOf(4);
    const other = await createMemoryLog('other.example/log');
    await append(other, 3);
    await publish(other);
    const note = log.checkpoints[0]?.note ?? '';
    const anchors = [
      { name: 'other', note: other.checkpoints[0]?.note ?? '' },
      { name: 'damaged', note: note.replace(/\n4\n/, '\n3\n') },
      { name: 'no note', note: 'hello' },
    ];
    const trusted = [await vkey(), await vkey(checkpointSigner, 'other.example/log')];
    const report = await check(await bundleOf(log), { trusted, anchors });
    expect(codes(report)).toEqual(['anchor_other_log', 'anchor_unknown_key', 'anchor_unreadable']);
  });
});

describe('every byte of a small bundle, flipped in turn, is refused', () => {
  it('as an archive', async () => {
    const archive = await zipOf(await bundleOf(await logOf(2)));
    const trusted = [await vkey()];
    let accepted = 0;
    for (let at = 0; at < archive.length; at += 1) {
      archive[at] = (archive[at] as number) ^ (1 << (at % 8));
      try {
        const report = await verifyBundle(crypto, await openZipBytes(crypto, archive), { trusted });
        if (report.verdict !== 'failed') accepted += 1;
      } catch (error) {
        expect(error).toHaveProperty('code', 'archive_invalid');
      }
      archive[at] = (archive[at] as number) ^ (1 << (at % 8));
    }
    expect(accepted).toBe(0);
  });

  it('as an archive cut off anywhere, or with anything before or after it', async () => {
    const archive = await zipOf(await bundleOf(await logOf(2)));
    const refused = (bytes: Uint8Array) =>
      expect(openZipBytes(crypto, bytes)).rejects.toHaveProperty('code', 'archive_invalid');
    for (let at = 0; at < archive.length; at += 13) await refused(archive.slice(0, at));
    for (let cut = 1; cut < 60; cut += 1) await refused(archive.slice(0, -cut));
    for (const more of [Uint8Array.of(0), archive.slice(0, 100), archive]) {
      await refused(concat(archive, more));
      await refused(concat(more, archive));
    }
  });

  it('as files, in each file but the schemas, and there in some', async () => {
    const files = await bundleOf(await logOf(2));
    const trusted = [await vkey()];
    for (const [name, bytes] of files) {
      const step = name.startsWith('schemas/') || name.endsWith('.html') ? 997 : 7;
      for (let at = 0; at < bytes.length; at += step) {
        const damaged = bytes.slice();
        damaged[at] = (damaged[at] as number) ^ (1 << (at % 8));
        const report = await check(new Map(files).set(name, damaged), { trusted });
        expect(report.verdict, `${name} at ${at}`).toBe('failed');
      }
    }
  });

  it('with the manifest repaired: in the log, its proofs, its keys and its texts', async () => {
    const files = await bundleOf(await logOf(2, 1));
    const trusted = [await vkey()];
    const names = [...files.keys()].filter(
      (name) => /^(log|keys|objects)\/|^disclosures/.test(name) && name !== 'log/vkeys',
    );
    for (const name of names) {
      const bytes = files.get(name) as Uint8Array;
      const step = name === 'log/entries.ndjson' ? 5 : 1; // Most of it is base64, where one place is like another.
      for (let at = 0; at < bytes.length; at += step) {
        const damaged = bytes.slice();
        damaged[at] = (damaged[at] as number) ^ (1 << (at % 7));
        // Names of persons are no evidence, and nothing vouches for them.
        if (name === 'disclosures.ndjson' && at < new TextDecoder().decode(bytes).indexOf('\n')) continue;
        const report = await check(await withManifest(new Map(files).set(name, damaged)), { trusted });
        expect(report.verdict, `${name} at ${at} of ${ORIGIN}`).toBe('failed');
      }
    }
  });
});
