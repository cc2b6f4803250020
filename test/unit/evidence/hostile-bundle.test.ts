/** A bundle made by somebody who wants the word "verified" for something else than what the log says. */
import { execFileSync, execSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { openZipBytes } from '#src/adapters/archive/zip-file.ts';
import { createMapSource } from '#src/evidence/bundle-files.ts';
import { type BundleReport, verifyBundle } from '#src/evidence/bundle-verify.ts';
import { parseEnvelope, preAuthEncoding, sealStatement } from '#src/evidence/dsse.ts';
import { concat, fromUtf8, toBase64, utf8 } from '#src/evidence/encoding.ts';
import { leafHash } from '#src/evidence/merkle.ts';
import { formatSignature, keyHashOf } from '#src/evidence/note.ts';
import type { LogEntry, Signer } from '#src/evidence/ports.ts';
import { verifyLog } from '#src/evidence/verify-log.ts';
import {
  append,
  bundleOf,
  bytesOf,
  checkpointSigner,
  createMemoryLog,
  crypto,
  hasPrograms,
  logOf,
  ORIGIN,
  publish,
  signerOf,
  statementSigner,
  vkey,
  withManifest,
  zipOf,
} from './fixtures.ts';

let files: Map<string, Uint8Array>;
let trusted: readonly string[];
beforeAll(async () => {
  files = await bundleOf(await logOf(6, 3));
  trusted = [await vkey()];
});

const check = (bundle: Map<string, Uint8Array>) => verifyBundle(crypto, createMapSource(bundle), { trusted });
const named = ({ findings }: BundleReport) => findings.map(({ code, index }) => [code, index]);
const copy = () => new Map(files);

/** How an archive is taken: its verdict, or the code it is refused with. */
async function taken(archive: Uint8Array): Promise<string> {
  try {
    return (await verifyBundle(crypto, await openZipBytes(crypto, archive), { trusted })).verdict;
  } catch (error) {
    return (error as { readonly code: string }).code;
  }
}

/** Where the parts of an archive begin. */
function partsOf(archive: Uint8Array) {
  const view = new DataView(archive.buffer, archive.byteOffset, archive.byteLength);
  let end = archive.length - 22;
  while (view.getUint32(end, true) !== 0x06054b50) end -= 1;
  const central = view.getUint32(end + 16, true);
  return { view, end, central, local: archive.subarray(0, central), directory: archive.subarray(central, end) };
}

/** An archive of these parts, without the comment that would find the change: as another tool packs it. */
function archiveOf(local: Uint8Array, directory: Uint8Array, count: number): Uint8Array {
  const end = new Uint8Array(22);
  const view = new DataView(end.buffer);
  view.setUint32(0, 0x06054b50, true);
  view.setUint16(8, count, true);
  view.setUint16(10, count, true);
  view.setUint32(12, directory.length, true);
  view.setUint32(16, local.length, true);
  return concat(local, directory, end);
}

/** A stored file as it stands before the directory. */
function hiddenFile(name: string, text: string): Uint8Array {
  const header = new Uint8Array(30);
  const view = new DataView(header.buffer);
  view.setUint32(0, 0x04034b50, true);
  view.setUint32(18, text.length, true);
  view.setUint32(22, text.length, true);
  view.setUint16(26, name.length, true);
  return concat(header, utf8(name), utf8(text));
}

describe('an archive that shows other tools other files', () => {
  it('when it is packed plainly without our comment, it is verified', async () => {
    const { local, directory } = partsOf(await zipOf(files));
    expect(await taken(archiveOf(local, directory, files.size))).toBe('verified');
  });

  it.for([
    ['python3', 'python3 -c \'import shutil; shutil.make_archive("../out", "zip")\''],
    ['zip', 'zip -q -r ../out.zip .'],
    ['zip', 'zip -q -r - . > ../out.zip'],
    ['zip', 'zip -q -r -0 -D ../out.zip .'],
    ['zip', 'zip -q -r -fd ../out.zip .'],
  ])('when %s packed it anew (%s), it is verified', async ([program = '', command = ''], { skip }) => {
    skip(!hasPrograms('python3', program), 'needs python3 and zip');
    const folder = mkdtempSync(join(tmpdir(), 'packed-anew-'));
    try {
      writeFileSync(join(folder, 'in.zip'), await zipOf(files));
      execFileSync('python3', ['-m', 'zipfile', '-e', 'in.zip', 'unpacked'], { cwd: folder });
      execSync(command, { cwd: join(folder, 'unpacked') });
      expect(await taken(new Uint8Array(readFileSync(join(folder, 'out.zip'))))).toBe('verified');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('with a second entries file that its directory leaves out is refused, wherever it stands', async () => {
    const { local, directory } = partsOf(await zipOf(files));
    const hidden = hiddenFile('log/entries.ndjson', '{}\n');
    expect(await taken(archiveOf(concat(local, hidden), directory, files.size))).toBe('failed');
    const shifted = directory.slice();
    const view = new DataView(shifted.buffer);
    for (let at = 0; at < shifted.length; ) {
      view.setUint32(at + 42, view.getUint32(at + 42, true) + hidden.length, true);
      at += 46 + view.getUint16(at + 28, true);
    }
    expect(await taken(archiveOf(concat(hidden, local), shifted, files.size))).toBe('archive_invalid');
  });

  it('with a second entries file in its directory is refused', async () => {
    const { local, directory } = partsOf(await zipOf(files));
    const doubled = concat(directory, directory.subarray(0, 46 + 'manifest.json'.length));
    expect(await taken(archiveOf(local, doubled, files.size + 1))).toBe('archive_invalid');
  });

  it('with a file whose own header says something else than the directory is refused', async () => {
    const { local, directory } = partsOf(await zipOf(files));
    for (const at of [6, 8, 14, 18, 22, 30]) {
      const changed = local.slice();
      changed[at] = (changed[at] as number) ^ 1;
      expect(['failed', 'archive_invalid'], String(at)).toContain(
        await taken(archiveOf(changed, directory, files.size)),
      );
    }
  });

  it.each([
    ['differ in case alone', ['log/Checkpoint']],
    ['are a file and a folder', ['log']],
    ['leave the folder', ['../log/entries.ndjson']],
    ['start at the top', ['/log/entries.ndjson']],
    ['use the other slash', ['log\\entries.ndjson']],
    ['look alike', ['log/entries.ndj\u0455on']],
    ['hold a full stop alone', ['log/./entries.ndjson']],
  ])('with names that %s is refused', async (_, names) => {
    const more = copy();
    for (const name of names) more.set(name, utf8('{}\n'));
    expect(await taken(await zipOf(await withManifest(more)))).toBe('archive_invalid');
  });
});

describe('a checkpoint', () => {
  const signedBy = async (text: string, signer: Signer) =>
    formatSignature(ORIGIN, await keyHashOf(crypto, ORIGIN, signer.publicKey), await signer.sign(utf8(text)));

  it('of a key with the right name alone is of no known key; beside a bad signature of the right one it is refused', async () => {
    const note = fromUtf8(files.get('log/checkpoint') as Uint8Array);
    const text = note.slice(0, note.indexOf('\n\n') + 1);
    const other = await signedBy(text, signerOf('another'));
    const under = async (...lines: readonly string[]) =>
      check(await withManifest(copy().set('log/checkpoint', utf8(`${text}\n${lines.join('\n')}\n`))));
    expect(named(await under(other))).toEqual([['checkpoint_unknown_key', null]]);
    const bad = formatSignature(
      ORIGIN,
      await keyHashOf(crypto, ORIGIN, checkpointSigner.publicKey),
      new Uint8Array(64),
    );
    expect(named(await under(other, bad))).toEqual([['checkpoint_signature_invalid', null]]);
    // The id alone is right, the signature is another key's.
    const posing = formatSignature(
      ORIGIN,
      await keyHashOf(crypto, ORIGIN, checkpointSigner.publicKey),
      await signerOf('another').sign(utf8(text)),
    );
    expect(named(await under(posing))).toEqual([['checkpoint_signature_invalid', null]]);
    expect((await under(await signedBy(text, checkpointSigner), other)).verdict).toBe('verified');
  });
});

describe('an entry that its own log took in', () => {
  /** A log whose entry 3 is this one, and everything after and around it sound. */
  async function logWith(leafOf: (honest: LogEntry) => Promise<Uint8Array>) {
    const log = await createMemoryLog();
    await append(log, 4);
    const honest = log.entries[3] as LogEntry;
    const leaf = await leafOf(honest);
    log.entries[3] = { ...honest, leaf, leafHash: await leafHash(crypto, leaf) };
    await append(log, 5);
    await publish(log);
    return log;
  }

  it('with a member of its statement twice is named, though it is signed', async () => {
    const log = await logWith(async ({ leaf }) => {
      const honest = fromUtf8(parseEnvelope(leaf).payload);
      const doubled = honest.replace('"actor":{', '"actor":{"id":"p_mallory","role":"x"},"actor":{');
      expect(JSON.parse(doubled)).toEqual(JSON.parse(honest));
      return sealStatement(utf8(doubled), statementSigner);
    });
    // No bundle is made of it either.
    await expect(bundleOf(log)).rejects.toHaveProperty('code', 'bad_statement');
    const { findings } = await verifyLog(crypto, log, { trusted });
    expect(findings).toMatchObject([{ code: 'entry_unreadable', index: 3 }]);
  });

  it.each([
    ['a bad one of the same key', statementSigner.keyId, 'signature_invalid'],
    ['a bad one of another key', 'ab'.repeat(32), 'signature_unknown_key'],
  ])('with two signatures, of which one is %s, is named', async (_, keyid, code) => {
    for (const badFirst of [true, false]) {
      const log = await logWith(async ({ leaf }) => {
        const { payload, payloadType } = parseEnvelope(leaf);
        const good = await statementSigner.sign(preAuthEncoding(payloadType, payload));
        const signatures = [
          { keyid: statementSigner.keyId, sig: toBase64(good) },
          { keyid, sig: toBase64(concat(bytesOf('no'), bytesOf('signature'))) },
        ];
        if (badFirst) signatures.reverse();
        return utf8(JSON.stringify({ payload: toBase64(payload), payloadType, signatures }));
      });
      expect(named(await check(await bundleOf(log)))).toEqual([[code, 3]]);
    }
  });
});

describe('files beside the evidence', () => {
  it('of which the manifest knows nothing, or knows more than there is, are named', async () => {
    expect(named(await check(copy().set('approvals.pdf', utf8('%PDF'))))).toEqual([['file_unlisted', null]]);
    const fewer = copy();
    fewer.delete('schemas/vote.v1.json');
    expect(named(await check(fewer))).toEqual([['file_missing', null]]);
  });

  it('that the manifest lists and nothing signed speaks for are said to be nobody’s word', async () => {
    const more = copy()
      .set('approvals.pdf', utf8('%PDF'))
      .set('log/entries.csv', utf8('0,approved\n'))
      .set('log/vkeys', utf8(`${await vkey()}\n${await vkey(signerOf('another'))}\n`));
    const report = await check(await withManifest(more));
    expect(report.verdict).toBe('verified');
    expect(report.unvouched).toEqual(expect.arrayContaining(['approvals.pdf', 'log/entries.csv', 'log/vkeys']));
    // An object stands under its hash; whether an entry means it, only the entries say.
    expect(report.unvouched.filter((name) => name.startsWith('objects/'))).toHaveLength(1);
    for (const name of ['log/entries.ndjson', 'log/checkpoint', 'listing.csv', 'disclosures.ndjson']) {
      expect(report.unvouched).not.toContain(name);
    }
  });

  it('that an entry names by their hash are vouched for', async () => {
    const card = utf8('the card');
    const sha256 = Buffer.from(await crypto.sha256(card)).toString('hex');
    const log = await createMemoryLog();
    await append(log, 3);
    await publish(log);
    const object = { objects: [{ sha256, bytes: card }] };
    expect((await check(await bundleOf(log, object))).unvouched).toContain(`objects/${sha256}`);
    const naming = await createMemoryLog();
    await append(naming, 3, statementSigner, { roster: sha256 });
    await publish(naming);
    expect((await check(await bundleOf(naming, object))).unvouched).not.toContain(`objects/${sha256}`);
  });

  it('with two proofs for one entry are refused', async () => {
    const lines = fromUtf8(files.get('log/proofs.ndjson') as Uint8Array).split('\n');
    const doubled = [...lines.slice(0, 2), lines[1], ...lines.slice(2)].join('\n');
    const report = await check(await withManifest(copy().set('log/proofs.ndjson', utf8(doubled))));
    expect(named(report)).toEqual([['proof_missing', 1]]);
  });

  it('of a bundle that says it is redacted, and holds texts or objects, are refused', async () => {
    expect(named(await check(await withManifest(copy(), { redacted: true })))).toEqual([['manifest_mismatch', null]]);
    const textsOnly = copy();
    for (const name of [...textsOnly.keys()]) if (name.startsWith('objects/')) textsOnly.delete(name);
    const report = await check(await withManifest(textsOnly, { redacted: true }));
    expect(named(report)).toEqual([['manifest_mismatch', null]]);
  });

  it('with a member of the manifest twice are refused', async () => {
    const text = fromUtf8(files.get('manifest.json') as Uint8Array);
    const doubled = text.replace('{"anchors":', '{"complete":false,"anchors":');
    expect(named(await check(copy().set('manifest.json', utf8(doubled))))).toEqual([['manifest_invalid', null]]);
  });
});
