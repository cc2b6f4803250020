/** The tree: known answers, and proofs for random sizes that no single changed bit survives. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toHex } from '#src/evidence/encoding.ts';
import { integrateLeaves } from '#src/evidence/log.ts';
import {
  consistencyProof,
  createFrontier,
  emptyRoot,
  inclusionProof,
  leafHash,
  nodeHash,
  subtreesOf,
  verifyConsistency,
  verifyInclusion,
} from '#src/evidence/merkle.ts';
import type { TreeHead } from '#src/evidence/ports.ts';
import { createTileNodeReader, partialWidth, tileExists } from '#src/evidence/tiles.ts';
import { bytesOf, crypto } from './fixtures.ts';

/** MTH of RFC 6962 2.1, written as the definition says. */
async function rootByDefinition(leaves: readonly Uint8Array[]): Promise<Uint8Array> {
  if (leaves.length === 0) return emptyRoot(crypto);
  if (leaves.length === 1) return leaves[0] as Uint8Array;
  let k = 1;
  while (k * 2 < leaves.length) k *= 2;
  return nodeHash(crypto, await rootByDefinition(leaves.slice(0, k)), await rootByDefinition(leaves.slice(k)));
}

const leavesOf = (size: number) => Array.from({ length: size }, (_, i) => bytesOf(`leaf ${i}`));

/** Grows a tiled tree by the given batches and keeps every head on the way. */
async function grow(batches: readonly number[]) {
  const tiles = new Map<string, Uint8Array>();
  const readTile = async (level: number, index: number) => tiles.get(`${level}/${index}`) ?? null;
  const all = leavesOf(batches.reduce((sum, n) => sum + n, 0));
  const heads: TreeHead[] = [{ size: 0, root: await emptyRoot(crypto) }];
  for (const count of batches) {
    const tree = heads.at(-1) as TreeHead;
    const step = await integrateLeaves(crypto, tree, readTile, all.slice(tree.size, tree.size + count));
    for (const tile of step.tiles) tiles.set(`${tile.level}/${tile.index}`, tile.hashes);
    heads.push({ size: step.size, root: step.root });
  }
  return { all, heads, tiles, readTile, reader: createTileNodeReader(crypto, readTile) };
}

describe('known answers', () => {
  it('hashes leaves, nodes and the empty tree as RFC 6962 says', async () => {
    expect(toHex(await emptyRoot(crypto))).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    const empty = await leafHash(crypto, new Uint8Array(0));
    expect(toHex(empty)).toBe('6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d');
    const zero = await leafHash(crypto, Uint8Array.of(0));
    expect(toHex(await nodeHash(crypto, empty, zero))).toBe(
      'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
    );
  });

  it('takes ranges near 2^53 apart without rounding', () => {
    const end = 2 ** 53 - 1;
    const parts = subtreesOf(0, end);
    expect(parts).toHaveLength(53);
    expect(parts.reduce((sum, { level }) => sum + 2 ** level, 0)).toBe(end);
    expect(parts.at(-1)).toEqual({ level: 0, index: end - 1 });
  });
});

describe('a tree grown in any batches', () => {
  it('has the root of the definition at every step, and proofs for every leaf and every older size', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 5 }), async (batches) => {
        const { all, heads, reader } = await grow(batches);
        const frontier = createFrontier(crypto);
        for (const leaf of all) await frontier.append(leaf);
        const { size, root } = heads.at(-1) as TreeHead;
        expect(toHex(await frontier.root())).toBe(toHex(root));
        for (const head of heads) {
          expect(toHex(await rootByDefinition(all.slice(0, head.size)))).toBe(toHex(head.root));
          if (head.size === 0) continue;
          const proof = await consistencyProof(crypto, reader, head.size, size);
          await verifyConsistency(crypto, { oldSize: head.size, oldRoot: head.root, size, root, proof });
        }
        for (const index of new Set([0, Math.floor(size / 2), Math.floor(size / 3), size - 1])) {
          const proof = await inclusionProof(crypto, reader, index, size);
          await verifyInclusion(crypto, { leafHash: all[index] as Uint8Array, index, size, proof, root });
        }
      }),
      { numRuns: 25 },
    );
  });

  it('keeps the tiles that the specification lists', async () => {
    const { tiles } = await grow([70_000]);
    const widths = (level: number) =>
      [...tiles].filter(([name]) => name.startsWith(`${level}/`)).map(([, t]) => t.length / 32);
    expect(widths(0).filter((width) => width === 256)).toHaveLength(273);
    expect(widths(0).at(-1)).toBe(112);
    expect(widths(1)).toEqual([256, 17]);
    expect(widths(2)).toEqual([1]);
    expect([0, 1, 2].map((level) => partialWidth(70_000, level))).toEqual([112, 17, 1]);
    expect(tileExists(70_000, 0, 273, 112)).toBe(true);
    expect(tileExists(70_000, 0, 273, 113)).toBe(false);
    expect(tileExists(256, 1, 0, 1)).toBe(true);
  });

  it('when a stored tile was changed, refuses to grow', async () => {
    const { tiles, readTile, heads } = await grow([10]);
    const tile = tiles.get('0/0') as Uint8Array;
    tile[40] = (tile[40] as number) ^ 1;
    const run = integrateLeaves(crypto, heads.at(-1) as TreeHead, readTile, [bytesOf('next')]);
    await expect(run).rejects.toHaveProperty('code', 'fork');
    tiles.clear();
    const missing = integrateLeaves(crypto, heads.at(-1) as TreeHead, readTile, [bytesOf('next')]);
    await expect(missing).rejects.toHaveProperty('code', 'tile_missing');
  });
});

describe('a proof', () => {
  it('with any single bit changed fails', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 2, max: 600 }), fc.nat(), fc.nat(), async (size, a, b) => {
        const { all, heads, reader } = await grow([size]);
        const { root } = heads.at(-1) as TreeHead;
        const index = a % size;
        const proof = (await inclusionProof(crypto, reader, index, size)).map((hash) => hash.slice());
        const hash = proof[b % proof.length] as Uint8Array;
        for (let bit = 0; bit < 256; bit += 1) {
          hash[bit >> 3] = (hash[bit >> 3] as number) ^ (1 << (bit & 7));
          const run = verifyInclusion(crypto, { leafHash: all[index] as Uint8Array, index, size, proof, root });
          await expect(run).rejects.toHaveProperty('code', 'proof_invalid');
          hash[bit >> 3] = (hash[bit >> 3] as number) ^ (1 << (bit & 7));
        }
      }),
      { numRuns: 15 },
    );
  });

  it('of consistency with any single bit changed fails', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 300 }),
        fc.integer({ min: 1, max: 300 }),
        fc.nat(),
        async (m, n, b) => {
          const { heads, reader } = await grow([m, n]);
          const [, old, head] = heads as [TreeHead, TreeHead, TreeHead];
          const proof = (await consistencyProof(crypto, reader, m, m + n)).map((hash) => hash.slice());
          const hash = proof[b % proof.length] as Uint8Array;
          const heads2 = { oldSize: m, oldRoot: old.root, size: m + n, root: head.root };
          for (let bit = 0; bit < 256; bit += 3) {
            hash[bit >> 3] = (hash[bit >> 3] as number) ^ (1 << (bit & 7));
            await expect(verifyConsistency(crypto, { ...heads2, proof })).rejects.toHaveProperty(
              'code',
              'proof_invalid',
            );
            hash[bit >> 3] = (hash[bit >> 3] as number) ^ (1 << (bit & 7));
          }
          await expect(verifyConsistency(crypto, { ...heads2, proof: [...proof, hash] })).rejects.toThrow();
          await expect(verifyConsistency(crypto, { ...heads2, proof: proof.slice(1) })).rejects.toThrow();
        },
      ),
      { numRuns: 15 },
    );
  });

  it('for an index that is not below the size, or not a safe integer, is refused', async () => {
    const { reader, all, heads } = await grow([5]);
    const { root } = heads.at(-1) as TreeHead;
    const bad = [-1, 5, 0.5, 2 ** 53, Number.NaN, 2 ** 64 - 1];
    for (const index of bad) {
      await expect(inclusionProof(crypto, reader, index, 5)).rejects.toHaveProperty('code', 'index_out_of_range');
      const run = verifyInclusion(crypto, { leafHash: all[0] as Uint8Array, index, size: 5, proof: [], root });
      await expect(run).rejects.toHaveProperty('code', 'index_out_of_range');
    }
    const run = verifyInclusion(crypto, { leafHash: all[0] as Uint8Array, index: 0, size: 2 ** 53, proof: [], root });
    await expect(run).rejects.toHaveProperty('code', 'index_out_of_range');
  });
});
