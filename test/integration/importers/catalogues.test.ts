/** NIST's catalogues in OSCAL, complete; skipped where the shared folder is absent. */
import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parseFile } from '#src/adapters/parse/parse-file.ts';
import { readKnowledgeFolder } from '#src/adapters/parse/yaml-folder.ts';
import type { Draft } from '#src/knowledge/importers/draft.ts';
import { importFile } from '#src/knowledge/importers/import-file.ts';
import { composeLibrary } from '#src/knowledge/packs/compose.ts';
import { mergePack } from '#src/knowledge/packs/merge.ts';

const CATALOGS = fileURLToPath(new URL('../../../../shared/data/catalogs/', import.meta.url));
const KNOWLEDGE = fileURLToPath(new URL('../../../knowledge/', import.meta.url));
const present = existsSync(CATALOGS);
if (!present)
  process.stderr.write('The catalogues (../shared/data/catalogs) are absent: the tests of them are skipped.\n');

const read = async (part: string): Promise<Draft> => {
  const name = readdirSync(CATALOGS).find((candidate) => candidate.includes(part)) ?? part;
  return importFile(await parseFile(`${CATALOGS}${name}`), { kind: 'oscal-catalog', id: null, version: null });
};

describe.skipIf(!present)('OSCAL catalogues', () => {
  test('800-53 rev 5: 1,189 controls, enhancements under their own ids, 182 withdrawn and marked', async () => {
    const draft = await read('800-53');
    const byId = new Map(draft.items.map((item) => [item.id, item]));
    expect(byId.size).toBe(1_189);
    expect(draft.document).toMatchObject({
      id: 'nist-800-53',
      prefix: 'NIST',
      version: '5.0.1',
      date: '2021-06-08',
      audience: 'public',
      outsideModel: true,
    });
    expect(draft.warnings.filter((warning) => warning.code === 'withdrawn')).toHaveLength(182);
    expect(byId.get('NIST-AC-2(1)')).toMatchObject({
      chapter: 'Access Control',
      aliases: ['AC-2(1)'],
      related: ['NIST-AC-2'],
    });
    expect(byId.get('NIST-AC-13')?.related).toEqual(['NIST-AC-2', 'NIST-AU-6']);
    const texts = draft.items.flatMap((item) => item.statements.map((statement) => statement.text));
    expect(texts.filter((text) => text.includes('{{'))).toEqual([]);
    expect(texts.filter((text) => text.includes('[Assignment: ')).length).toBeGreaterThan(500);
  });

  test('CSF 2.0: 219 categories and subcategories under the prefix CSF', async () => {
    const draft = await read('CSF');
    expect(draft.items).toHaveLength(219);
    expect(draft.document).toMatchObject({ id: 'nist-csf', prefix: 'CSF' });
    expect(draft.items.map((item) => item.id)).toEqual(
      expect.arrayContaining(['CSF-GV.OC', 'CSF-GV.OC-01', 'CSF-PR.AA-05']),
    );
    expect(draft.warnings.filter((warning) => warning.code === 'empty_statement')).toHaveLength(12);
  });

  test('both stand in one library beside what ships', async () => {
    const shipped = await readKnowledgeFolder(KNOWLEDGE);
    const packs = [mergePack(await read('800-53'), null), mergePack(await read('CSF'), null)];
    const before = composeLibrary(shipped, []);
    const after = composeLibrary(shipped, packs);
    expect(after.items.size).toBe(before.items.size + 1_189 + 219);
    expect(after.documents.get('nist-csf')?.itemIds).toHaveLength(219);
    expect(after.documents.get('whitepaper')?.hash).toBe(before.documents.get('whitepaper')?.hash);
  });
});
