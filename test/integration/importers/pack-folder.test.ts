import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openPackFolder, type PackFolder, PackFolderError } from '#src/adapters/parse/pack-folder.ts';
import { parseBytes } from '#src/adapters/parse/parse-file.ts';
import { importFile } from '#src/knowledge/importers/import-file.ts';
import { mergePack } from '#src/knowledge/packs/merge.ts';
import { type Pack, packHash } from '#src/knowledge/packs/pack.ts';
import { propose } from '#src/knowledge/packs/proposal.ts';
import { roleRegistry } from '#src/knowledge/roles.ts';

let folder = '';
let packs: PackFolder;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'packs-'));
  packs = openPackFolder(join(folder, 'data'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function draftOf(text: string) {
  return importFile(await parseBytes('team.md', new TextEncoder().encode(text)), {
    kind: 'document',
    id: null,
    version: '1',
  });
}
const packOf = async (text: string): Promise<Pack> => mergePack(await draftOf(text), null);

describe('pack folder', () => {
  test('a pack is kept once, under the sha256 of its file, for its owner only', async () => {
    const pack = await packOf('# A\n\none\n');
    const hash = await packs.keepPack(pack);
    expect(await packs.keepPack(pack)).toBe(hash);
    const path = join(folder, 'data', 'packs', `${hash}.json`);
    expect(
      createHash('sha256')
        .update(await readFile(path))
        .digest('hex'),
    ).toBe(hash);
    expect((await stat(path)).mode & 0o077).toBe(0);
    expect(await readdir(join(folder, 'data', 'packs'))).toEqual([`${hash}.json`]);
    expect(await packs.pack(hash)).toEqual(pack);
  });

  test('nothing in force at first; then what the pointer names; old packs stay readable', async () => {
    expect(await packs.acceptedPacks()).toEqual([]);
    const [one, two] = [await packOf('# A\n\none\n'), await packOf('# A\n\ntwo\n')];
    const [first, second] = [await packs.keepPack(one), await packs.keepPack(two)];
    await packs.setInForce(new Map([['team', first]]));
    expect(await packs.acceptedPacks()).toEqual([one]);
    await packs.setInForce(new Map([['team', second]]));
    expect(await packs.acceptedPacks()).toEqual([two]);
    expect(await packs.pack(first)).toEqual(one);
  });

  test('what several write at one time is there for each of them', async () => {
    const pack = await packOf('# A\n\nthree\n');
    const hashes = await Promise.all(Array.from({ length: 8 }, () => packs.keepPack(pack)));
    expect(new Set(hashes).size).toBe(1);
    await Promise.all(hashes.map((hash) => packs.setInForce(new Map([['team', hash]]))));
    expect(await packs.acceptedPacks()).toEqual([pack]);
  });

  test('a changed file is refused, a missing one too, and the pointer must be one', async () => {
    const hash = await packs.keepPack(await packOf('# A\n\none\n'));
    await packs.setInForce(new Map([['team', hash]]));
    const path = join(folder, 'data', 'packs', `${hash}.json`);
    await writeFile(path, (await readFile(path, 'utf8')).replace('one', 'two'));
    await expect(packs.acceptedPacks()).rejects.toMatchObject({ code: 'damaged' });
    await rm(path);
    await expect(packs.acceptedPacks()).rejects.toMatchObject({ code: 'pack_missing' });
    await expect(packs.acceptedPacks()).rejects.toBeInstanceOf(PackFolderError);
    await writeFile(join(folder, 'data', 'in-force.json'), '{}');
    await expect(packs.inForce()).rejects.toMatchObject({ code: 'damaged' });
  });

  test('proposals wait under their id; a tampered one is refused', async () => {
    const result = propose(await draftOf('# A\n\none\n'), {
      base: null,
      prefixes: new Map(),
      roles: roleRegistry([]),
      crosswalk: null,
      actor: 'p_one',
      now: '2026-01-01T00:00:00Z',
    });
    if (!result.ok) throw new Error(result.reason);
    const { proposal } = result;
    await packs.keepProposal(proposal);
    expect(await packs.proposals()).toEqual([proposal.id]);
    expect((await packs.proposal(proposal.id))?.packHash).toBe(packHash(proposal.pack));
    expect(await packs.proposal('../../etc/passwd')).toBeNull();
    const path = join(folder, 'data', 'proposals', `${proposal.id}.json`);
    await writeFile(path, (await readFile(path, 'utf8')).replace('"one"', '"two"'));
    await expect(packs.proposal(proposal.id)).rejects.toMatchObject({ code: 'damaged' });
    await packs.dropProposal(proposal.id);
    expect(await packs.proposals()).toEqual([]);
  });
});
