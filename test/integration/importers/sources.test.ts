/**
 * The originals, imported, held against the shipped packs fact by fact. The originals are not in the repository; where
 * the shared folder is absent these tests are skipped.
 */
import { existsSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { parseBytes, parseFile } from '#src/adapters/parse/parse-file.ts';
import { readKnowledgeFolder } from '#src/adapters/parse/yaml-folder.ts';
import type { Draft } from '#src/knowledge/importers/draft.ts';
import { importFile } from '#src/knowledge/importers/import-file.ts';
import { linesOf, plainText } from '#src/knowledge/importers/text.ts';
import { printedMention } from '#src/knowledge/listing.ts';
import { withoutAbbreviation } from '#src/knowledge/names.ts';
import { composeLibrary, shippedPacks } from '#src/knowledge/packs/compose.ts';
import type { ImportKind, Pack } from '#src/knowledge/packs/pack.ts';
import { propose } from '#src/knowledge/packs/proposal.ts';
import type { RawFile } from '#src/knowledge/raw.ts';
import type { Item } from '#src/knowledge/schema.ts';
import { makeDocx } from './make-files.ts';

const SOURCES = fileURLToPath(new URL('../../../../shared/sources/', import.meta.url));
const KNOWLEDGE = fileURLToPath(new URL('../../../knowledge/', import.meta.url));
const present = existsSync(SOURCES);
if (!present)
  process.stderr.write('The originals (../shared/sources) are absent: the tests against them are skipped.\n');

const source = (number: string): string =>
  `${SOURCES}${readdirSync(SOURCES).find((name) => name.startsWith(number)) ?? number}`;
const read = async (number: string, kind: ImportKind, id: string | null = null): Promise<Draft> =>
  importFile(await parseFile(source(number)), { kind, id, version: null });

describe.skipIf(!present)('the originals', () => {
  let shipped: readonly RawFile[] = [];
  let packs = new Map<string, Pack>();
  let drafts: Record<'whitepaper' | 'policy' | 'isms' | 'grc' | 'ais', Draft>;
  const shippedItem = (id: string): Item => {
    const item = [...packs.values()].flatMap((pack) => pack.items).find((candidate) => candidate.id === id);
    if (item === undefined) throw new Error(`${id} is not shipped`);
    return item;
  };
  beforeAll(async () => {
    shipped = await readKnowledgeFolder(KNOWLEDGE);
    packs = new Map(shippedPacks(shipped).map((pack) => [pack.document.id, pack]));
    drafts = {
      whitepaper: await read('001', 'raci-whitepaper'),
      policy: await read('003', 'policy'),
      isms: await read('002', 'guide'),
      grc: await read('000', 'aicm-page'),
      ais: await read('004', 'aicm-page', 'AIS-06'),
    };
  });

  test('have the ids of the shipped items, none more and none less', () => {
    const ids = (items: readonly Item[]): string[] => items.map((item) => item.id).sort();
    expect(ids(drafts.whitepaper.items)).toEqual(ids(packs.get('whitepaper')?.items ?? []));
    expect(ids(drafts.policy.items)).toEqual(ids(packs.get('policy')?.items ?? []));
    expect(ids(drafts.isms.items)).toEqual(ids(packs.get('isms')?.items ?? []));
    expect(ids([...drafts.grc.items, ...drafts.ais.items])).toEqual(ids(packs.get('aicm')?.items ?? []));
  });

  test('whitepaper: 35 sections with the same RACI, names and order as printed', () => {
    const sections = drafts.whitepaper.items.filter((item) => item.raci !== undefined);
    expect(sections).toHaveLength(35);
    const printed = (item: Item): unknown =>
      Object.fromEntries(
        Object.entries(item.raci ?? {}).map(([letter, mentions]) => [
          letter,
          mentions.map((mention) => withoutAbbreviation(printedMention(mention))),
        ]),
      );
    for (const section of sections) {
      const own = shippedItem(section.id);
      expect(printed(section), section.id).toEqual(printed(own));
      expect(section.alternatives, section.id).toEqual(own.alternatives);
      expect(section.empty, section.id).toEqual(own.empty);
    }
  });

  test('whitepaper and policy: the same from Markdown and from a word processor', async () => {
    const own = (draft: Draft): unknown => draft.items.map((item) => [item.id, item.raci ?? null, item.alternatives]);
    for (const [number, kind, draft] of [
      ['001', 'raci-whitepaper', drafts.whitepaper],
      ['003', 'policy', drafts.policy],
    ] as const) {
      const text = await readFile(source(number), 'utf8');
      const paragraphs = text.split('\n').filter((line) => line.trim() !== '');
      for (const [name, bytes] of [
        ['paper.md', Buffer.from(text)],
        ['paper.docx', makeDocx(paragraphs.map((line) => ({ text: line.trim() })))],
      ] as const) {
        expect(own(importFile(await parseBytes(name, bytes), { kind, id: null, version: null })), name).toEqual(
          own(draft),
        );
      }
    }
  });

  test('whitepaper: the same figures, and none where the paper gives none', () => {
    for (const section of drafts.whitepaper.items.filter((item) => item.raci !== undefined)) {
      const values = (item: Item): string[] =>
        item.figures.flatMap((figure) => (figure.value === null ? [] : [figure.value]));
      expect(values(section), section.id).toEqual(values(shippedItem(section.id)));
    }
  });

  test('whitepaper: the standards of the shipped guardrails stand in the imported ones', () => {
    const code = /\b(?:\d{3}-\d+|\d{5}|GDPR|RMF|SSDF|CCM|OWASP|CIS|STIGs|CNCF)\b/g;
    for (const section of drafts.whitepaper.items.filter((item) => item.raci !== undefined)) {
      const text = section.statements
        .filter((statement) => statement.aspect === 'guardrails')
        .map((statement) => statement.text)
        .join(' ');
      for (const name of shippedItem(section.id).guardrails.flatMap((guardrail) => guardrail.match(code) ?? []))
        expect(text, section.id).toContain(name);
    }
  });

  test('whitepaper: the traps are reported', () => {
    const codes = drafts.whitepaper.warnings.map((warning) => [warning.code, warning.itemId ?? null]);
    expect(codes).toContainEqual(['numbering_gap', null]);
    expect(codes).toContainEqual(['unbalanced_bracket', 'WP-3.1']);
  });

  test('titles are the shipped ones', () => {
    const words = (title: string): string =>
      title
        .toLowerCase()
        .replaceAll('&', 'and')
        .replace(/[^a-z0-9]+/g, ' ')
        .trim();
    for (const item of [...drafts.whitepaper.items, ...drafts.policy.items, ...drafts.grc.items, ...drafts.ais.items]) {
      if (/^(?:WP-[a-z]|POL-DOC)/.test(item.id)) continue;
      expect(words(item.title), item.id).toBe(words(shippedItem(item.id).title));
    }
  });

  test('policy: as many requirements a clause as the source has bullets, its title block, its approver', () => {
    const { document, classification } = drafts.policy;
    expect(document).toMatchObject({
      version: '1.0',
      approver: 'ISSC',
      authority: 'binding',
      audience: 'internal',
      outsideModel: false,
    });
    expect(classification).toBe('Internal Use Only');
    expect(drafts.policy.items).toHaveLength(36);
    for (const item of drafts.policy.items.filter((candidate) => candidate.kind === 'clause')) {
      expect(item.statements.length, item.id).toBeGreaterThan(0);
      expect(item.statements.map((statement) => statement.text).join(' '), item.id).not.toMatch(/\bAl\b/);
    }
    expect(drafts.policy.warnings.map((warning) => warning.code)).toContain('corrected_text');
  });

  test('controls: ownership by layer, references by standard, what the page leaves empty', () => {
    for (const item of [...drafts.grc.items, ...drafts.ais.items]) {
      const own = shippedItem(item.id);
      const owners = (one: Item): unknown =>
        one.ownership?.map(({ layer, owners: actors, shared }) => ({ layer, owners: actors, shared }));
      const refs = (one: Item): unknown =>
        one.mappings.map(({ standard, refs: list, notes }) => ({ standard, list, notes: Object.keys(notes ?? {}) }));
      expect(owners(item)).toEqual(owners(own));
      expect(refs(item)).toEqual(refs(own));
      expect(item.empty).toEqual(own.empty);
      expect(item.figures).toEqual(own.figures);
    }
    expect(drafts.grc.warnings.map((warning) => warning.code)).toEqual(['id_from_mention', 'version_not_printed']);
  });

  test('a control’s page that does not print its id needs --id', async () => {
    await expect(read('004', 'aicm-page')).rejects.toMatchObject({ code: 'id_missing' });
  });

  test('nothing is lost: every run of three words of a source stands in its items', async () => {
    const words = (text: string): string[] =>
      plainText(text)
        .toLowerCase()
        .replace(/\bal\b/g, 'ai')
        .replace(/[^a-z0-9%&]+/g, ' ')
        .trim()
        .split(' ');
    const labels = /^[-•*\s]*(?:\*\*)?(?:[A-Z][A-Za-z ()-]{3,48}:(?:\*\*)?|\d+(?:\.\d+)*\.?)\s+/;
    for (const [number, draft, from] of [
      ['001', drafts.whitepaper, 'Executive Summary'],
      ['003', drafts.policy, 'AI SECURITY POLICY'],
    ] as const) {
      const own = new Set<string>();
      for (const item of draft.items) {
        const roles = Object.values(item.raci ?? {}).flatMap((mentions) => mentions.map(printedMention));
        const all = [
          item.title,
          ...(item.chapter === undefined ? [] : [item.chapter]),
          ...item.statements.map((statement) => statement.text),
          ...roles,
        ].flatMap(words);
        for (let index = 0; index + 2 < all.length; index++) own.add(all.slice(index, index + 3).join(' '));
      }
      const lines = linesOf((await parseFile(source(number))).content);
      const start = lines.findIndex((line) => line.text === from);
      const lost = lines.slice(start).flatMap((line) => {
        if (
          /\((?:Responsible|Informed)\)|^[\s-]*(?:\*\*)?(?:Responsible|Accountable|Consulted|Informed):|FOLLOW US|MADE WITH/.test(
            line.text,
          )
        )
          return [];
        const own3 = words(line.text.replace(labels, '').replace(labels, ''));
        const missing = own3.slice(0, -2).filter((_, index) => !own.has(own3.slice(index, index + 3).join(' ')));
        return missing.length > 2 ? [`${line.place.line}: ${line.text.slice(0, 80)}`] : [];
      });
      expect(lost, number).toEqual([]);
    }
  });

  test('an imported original takes over the text; curated names and questions stay', () => {
    for (const [document, draft] of [
      ['whitepaper', drafts.whitepaper],
      ['aicm', drafts.ais],
    ] as const) {
      const base = packs.get(document) ?? null;
      const library = composeLibrary(shipped, []);
      const result = propose(draft, {
        base,
        prefixes: new Map(),
        roles: library.roles,
        crosswalk: null,
        actor: 'p_one',
        now: '2026-01-01T00:00:00Z',
      });
      if (!result.ok) throw new Error(result.reason);
      const { proposal } = result;
      expect(proposal.diff).toMatchObject({ added: [], removed: [] });
      expect(proposal.suspicious.map((warning) => warning.code)).not.toContain('unknown_role');
      const composed = composeLibrary(shipped, [proposal.pack]);
      expect(composed.items.size).toBe(library.items.size);
      for (const item of draft.items) {
        const now = composed.items.get(item.id);
        expect(now?.statements, item.id).toEqual(item.statements);
        for (const question of shippedItem(item.id).questions) expect(now?.questions).toContain(question);
        for (const alias of shippedItem(item.id).aliases) expect(now?.aliases).toContain(alias);
      }
      expect(composed.documents.get(document)).toMatchObject({ audience: 'public', outsideModel: false });
    }
  });
});
