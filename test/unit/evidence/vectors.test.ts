/** The published vectors of RFC 6962, tlog-tiles and RFC 8785, read from the shared folder where it is present. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { canonicalText } from '#src/evidence/canonical.ts';
import { openCheckpoint } from '#src/evidence/checkpoint.ts';
import { fromBase64, toHex } from '#src/evidence/encoding.ts';
import { integrateLeaves } from '#src/evidence/log.ts';
import {
  consistencyProof,
  emptyRoot,
  inclusionProof,
  leafHash,
  verifyConsistency,
  verifyInclusion,
} from '#src/evidence/merkle.ts';
import { parseVerifierKey } from '#src/evidence/note.ts';
import { createTileNodeReader, entriesPath, hashAt, parseEntries, tilePath } from '#src/evidence/tiles.ts';
import { crypto, sharedFolder } from './fixtures.ts';

const vectors = sharedFolder('data/vectors');

function filesUnder(folder: URL): readonly URL[] {
  return readdirSync(folder).flatMap((name) => {
    const url = new URL(encodeURIComponent(name), folder);
    return statSync(url).isDirectory() ? filesUnder(new URL(`${encodeURIComponent(name)}/`, folder)) : [url];
  });
}

const json = (url: URL) => JSON.parse(readFileSync(url, 'utf8'));
const decode = (list: readonly string[] | null) => (list ?? []).map((text) => fromBase64(text));

describe.skipIf(vectors === null)('published vectors (skipped: the shared folder is absent)', () => {
  const base = vectors ?? new URL('file:///');

  it('agrees with every RFC 6962 inclusion vector', async () => {
    const files = filesUnder(new URL('rfc6962-merkle/inclusion/', base));
    expect(files.length).toBeGreaterThan(80);
    for (const file of files) {
      const v = json(file);
      const input = { leafHash: fromBase64(v.leafHash), index: v.leafIdx, size: v.treeSize };
      const run = verifyInclusion(crypto, { ...input, proof: decode(v.proof), root: fromBase64(v.root) });
      if (v.wantErr === true) await expect(run, file.pathname).rejects.toHaveProperty('name', 'EvidenceError');
      else await expect(run, file.pathname).resolves.toBeUndefined();
    }
  });

  it('agrees with every RFC 6962 consistency vector', async () => {
    const files = filesUnder(new URL('rfc6962-merkle/consistency/', base));
    expect(files.length).toBeGreaterThan(80);
    for (const file of files) {
      const v = json(file);
      const heads = { oldSize: v.size1, oldRoot: fromBase64(v.root1), size: v.size2, root: fromBase64(v.root2) };
      const run = verifyConsistency(crypto, { ...heads, proof: decode(v.proof) });
      if (v.wantErr === true) await expect(run, file.pathname).rejects.toHaveProperty('name', 'EvidenceError');
      else await expect(run, file.pathname).resolves.toBeUndefined();
    }
  });

  it('reproduces the small tlog-tiles log: entries, tiles, checkpoints and proofs', async () => {
    const log = new URL('tlog-tiles/log/', base);
    const key = await parseVerifierKey(
      crypto,
      'example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx',
    );
    const entries = parseEntries(readFileSync(new URL(entriesPath(0, 15), log)));
    expect(entries).toHaveLength(15);
    const hashes = await Promise.all(entries.map((entry) => leafHash(crypto, entry)));
    const tiles = new Map<string, Uint8Array>();
    const readTile = async (level: number, index: number) => tiles.get(`${level}/${index}`) ?? null;
    let tree = { size: 0, root: await emptyRoot(crypto) };
    for (let size = 0; size <= 15; size += 1) {
      const note = readFileSync(new URL(`checkpoint.${size}`, log), 'utf8');
      const { checkpoint } = await openCheckpoint(crypto, note, [key], 'example.com/log/testdata');
      expect(checkpoint.size).toBe(size);
      expect(toHex(tree.root)).toBe(toHex(checkpoint.root));
      if (size > 0) {
        expect(toHex(tiles.get('0/0') as Uint8Array)).toBe(toHex(readFileSync(new URL(tilePath(0, 0, size), log))));
      }
      const next = hashes[size];
      if (next === undefined) break;
      const step = await integrateLeaves(crypto, tree, readTile, [next]);
      for (const tile of step.tiles) tiles.set(`${tile.level}/${tile.index}`, tile.hashes);
      const reader = createTileNodeReader(crypto, readTile);
      const proof = await consistencyProof(crypto, reader, size, step.size);
      const heads = { oldSize: size, oldRoot: tree.root, size: step.size, root: step.root };
      if (size > 0) await verifyConsistency(crypto, { ...heads, proof });
      tree = step;
    }
    const proof = await inclusionProof(crypto, createTileNodeReader(crypto, readTile), 11, 15);
    const leaf = hashAt(tiles.get('0/0') as Uint8Array, 11);
    await verifyInclusion(crypto, { leafHash: leaf, index: 11, size: 15, proof, root: tree.root });
  });

  it('writes the RFC 8785 vectors byte for byte', () => {
    const names = readdirSync(new URL('jcs/input/', base));
    expect(names.length).toBe(6);
    for (const name of names) {
      const expected = readFileSync(new URL(`jcs/outhex/${name.replace('.json', '.txt')}`, base), 'utf8');
      const bytes = Buffer.from(canonicalText(json(new URL(`jcs/input/${name}`, base))), 'utf8');
      expect(bytes.toString('hex')).toBe(expected.replace(/\s/g, ''));
    }
  });
});
