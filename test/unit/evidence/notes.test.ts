/** Notes, checkpoints, cosignatures, proof files, paths: what other tools read and write. */
import { describe, expect, it } from 'vitest';
import {
  cosign,
  formatCheckpoint,
  openCheckpoint,
  parseCheckpoint,
  readCheckpoint,
  signCheckpoint,
  verifyCosignatures,
} from '#src/evidence/checkpoint.ts';
import { proofFileFor } from '#src/evidence/log.ts';
import { emptyRoot } from '#src/evidence/merkle.ts';
import { formatVerifierKey, isKeyName, parseNote, parseVerifierKey, verifyNote } from '#src/evidence/note.ts';
import { formatProofFile, parseProofFile, verifyProofFile } from '#src/evidence/proof-file.ts';
import { encodeEntries, entriesPath, parseEntries, parseTilePath, tilePath } from '#src/evidence/tiles.ts';
import { checkpointSigner, crypto, logOf, ORIGIN, signerOf, verifier, vkey } from './fixtures.ts';

/** The example of golang.org/x/mod/sumdb/note. */
const PETER = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
const NOTE =
  "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n" +
  '— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n';

describe('a signed note', () => {
  it('of another implementation verifies', async () => {
    const { note, signedBy } = await verifyNote(crypto, NOTE, [await parseVerifierKey(crypto, PETER)]);
    expect(signedBy).toHaveLength(1);
    expect(note.text.split('\n')).toHaveLength(3);
  });

  it('when its text, its key or its form changes, is refused', async () => {
    const keys = [await parseVerifierKey(crypto, PETER)];
    const code = (note: string) => expect(verifyNote(crypto, note, keys)).rejects;
    await code(NOTE.replace('answer', 'Answer')).toHaveProperty('code', 'note_signature_invalid');
    await code(NOTE.replace('— PeterNeumann', '— PeterNewmann')).toHaveProperty('code', 'note_key_unknown');
    await code(NOTE.slice(0, -1)).toHaveProperty('code', 'note_invalid');
    await code(NOTE.replace('\n\n', '\n')).toHaveProperty('code', 'note_invalid');
    await code(NOTE.replace('— ', '- ')).toHaveProperty('code', 'note_invalid');
    await code(NOTE.replace('you', 'y\u0007u')).toHaveProperty('code', 'note_invalid');
    await code(`${NOTE}${'— x AAAAAAA=\n'.repeat(64)}`).toHaveProperty('code', 'note_invalid');
  });

  it('ignores signatures of unknown keys', async () => {
    const note = `${NOTE}— stranger.example AAAAAAAA\n`;
    const { signedBy } = await verifyNote(crypto, note, [await parseVerifierKey(crypto, PETER)]);
    expect(signedBy.map(({ name }) => name)).toEqual(['PeterNeumann']);
    expect(parseNote(note).signatures).toHaveLength(2);
  });

  it('keys with a wrong hash, another type or a bad name are refused', async () => {
    const text = await vkey();
    expect(await parseVerifierKey(crypto, text)).toMatchObject({ name: ORIGIN, type: 1 });
    const wrong = ['', 'x', text.replace(/\+[0-9a-f]{8}\+/, '+00000000+'), text.replace(ORIGIN, 'other'), `${text}A`];
    for (const bad of wrong)
      await expect(parseVerifierKey(crypto, bad)).rejects.toHaveProperty('name', 'EvidenceError');
    expect(['a b', 'a+b', '', 'a\u00a0b', 'a\nb'].map(isKeyName)).toEqual([false, false, false, false, false]);
  });
});

describe('a checkpoint', () => {
  it('is three lines and opens only as the log it is of', async () => {
    const note = await signCheckpoint(
      crypto,
      { origin: ORIGIN, size: 0, root: await emptyRoot(crypto) },
      checkpointSigner,
    );
    expect(note.split('\n').slice(0, 3)).toEqual([ORIGIN, '0', '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=']);
    const keys = [await verifier()];
    expect((await openCheckpoint(crypto, note, keys, ORIGIN)).checkpoint.size).toBe(0);
    await expect(openCheckpoint(crypto, note, keys, 'another')).rejects.toHaveProperty('code', 'origin_mismatch');
  });

  it('in any other form is refused', async () => {
    const good = formatCheckpoint({ origin: ORIGIN, size: 7, root: await emptyRoot(crypto) });
    expect(parseCheckpoint(good).size).toBe(7);
    const bad = [
      good.replace('\n7\n', '\n07\n'),
      good.replace('\n7\n', '\n-7\n'),
      good.replace('\n7\n', '\n9007199254740992\n'),
      good.replace('=', ''),
      `${good}extension\n`,
      good.replace(ORIGIN, ''),
      good.slice(0, -1),
      good.replace('VY', 'VZ').replace('FU=', 'FV='),
    ];
    for (const text of bad) expect(() => parseCheckpoint(text)).toThrow('checkpoint_invalid');
  });

  it('carries cosignatures of witnesses, which only known ones count', async () => {
    const log = await logOf(3);
    const note = log.checkpoints[0]?.note ?? '';
    const witness = signerOf('a witness');
    const at = new Date('2026-11-21T10:00:00.000Z');
    const line = await cosign(crypto, readCheckpoint(note).note.text, 'witness.example', witness, at);
    const cosigned = `${note}${line}\n`;
    const key = await parseVerifierKey(
      crypto,
      await formatVerifierKey(crypto, 'witness.example', witness.publicKey, 4),
    );
    expect(await verifyCosignatures(crypto, cosigned, [key])).toEqual([{ key, at }]);
    expect(await verifyCosignatures(crypto, note, [key])).toEqual([]);
    expect((await openCheckpoint(crypto, cosigned, [await verifier()], ORIGIN)).checkpoint.size).toBe(3);
    const moved = cosigned.replace('\n3\n', '\n2\n');
    await expect(verifyCosignatures(crypto, moved, [key])).rejects.toHaveProperty('code', 'note_signature_invalid');
  });
});

describe('a proof file', () => {
  it('proves one leaf, and no other', async () => {
    const log = await logOf(300);
    const checkpoint = log.checkpoints[0];
    if (checkpoint === undefined) throw new Error('no checkpoint');
    const text = await proofFileFor(crypto, log, 257, checkpoint);
    expect(text.startsWith('c2sp.org/tlog-proof@v1\nindex 257\n')).toBe(true);
    const leaf = log.entries[257]?.leaf as Uint8Array;
    const keys = [await verifier()];
    expect((await verifyProofFile(crypto, text, leaf, keys, ORIGIN)).index).toBe(257);
    const other = log.entries[256]?.leaf as Uint8Array;
    await expect(verifyProofFile(crypto, text, other, keys)).rejects.toHaveProperty('code', 'proof_invalid');
    const moved = text.replace('index 257', 'index 256');
    await expect(verifyProofFile(crypto, moved, leaf, keys)).rejects.toHaveProperty('code', 'proof_invalid');
    const stranger = [await verifier(signerOf('stranger'))];
    await expect(verifyProofFile(crypto, text, leaf, stranger)).rejects.toHaveProperty('code', 'note_key_unknown');
  });

  it('keeps its extra data and refuses other forms', () => {
    const file = { index: 0, proof: [], checkpoint: 'x\n', extra: Uint8Array.of(1, 2) };
    expect(parseProofFile(formatProofFile(file))).toEqual(file);
    for (const bad of [
      '',
      'c2sp.org/tlog-proof@v1\n\nx',
      'c2sp.org/tlog-proof@v1\nindex 01\n\nx',
      'other\nindex 1\n\nx',
    ]) {
      expect(() => parseProofFile(bad)).toThrow('proof_file_invalid');
    }
  });
});

describe('tile paths', () => {
  it('are written and read as the specification says', () => {
    expect(tilePath(0, 1_234_067)).toBe('tile/0/x001/x234/067');
    expect(tilePath(1, 0, 17)).toBe('tile/1/000.p/17');
    expect(entriesPath(1_000)).toBe('tile/entries/x001/000');
    for (const [level, index, width] of [
      [0, 0, 256],
      [3, 999, 1],
      [63, 123_456_789, 255],
    ] as const) {
      expect(parseTilePath(tilePath(level, index, width))).toEqual({ kind: 'tile', level, index, width });
      expect(parseTilePath(entriesPath(index, width))).toEqual({ kind: 'entries', index, width });
    }
    expect(parseTilePath('checkpoint')).toEqual({ kind: 'checkpoint' });
  });

  it('in any other spelling are none', () => {
    const bad = ['tile/0/0', 'tile/64/000', 'tile/00/000', 'tile/0/x000/001', 'tile/0/001/000', 'tile/0/000.p/0'];
    bad.push(
      'tile/0/000.p/256',
      'tile/0/000.p/01',
      '/tile/0/000',
      'tile/0/../000',
      'tile/0/000/',
      'tile/entries/x001',
      '',
    );
    for (const path of bad) expect(parseTilePath(path), path).toBeNull();
  });

  it('entry bundles keep empty and largest entries, and refuse cut ones', () => {
    const entries = [new Uint8Array(0), new Uint8Array(65_535).fill(7), Uint8Array.of(1)];
    const bytes = encodeEntries(entries);
    expect(parseEntries(bytes)).toEqual(entries);
    expect(() => parseEntries(bytes.slice(0, -1))).toThrow('tile_invalid');
    expect(() => parseEntries(bytes.slice(0, 1))).toThrow('tile_invalid');
    expect(() => encodeEntries([new Uint8Array(65_536)])).toThrow('leaf_too_large');
  });
});
