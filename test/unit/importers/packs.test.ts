import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Draft } from '#src/knowledge/importers/draft.ts';
import { importFile } from '#src/knowledge/importers/import-file.ts';
import { decideAcceptance, decideRollback, proposedEvent } from '#src/knowledge/packs/acceptance.ts';
import { affectedBy } from '#src/knowledge/packs/affected.ts';
import { composeLibrary, shippedPacks } from '#src/knowledge/packs/compose.ts';
import { readCrosswalk } from '#src/knowledge/packs/crosswalk.ts';
import { diffPacks } from '#src/knowledge/packs/diff.ts';
import { knowledgeEventSchema } from '#src/knowledge/packs/events.ts';
import { diffText, previewText } from '#src/knowledge/packs/explain.ts';
import {
  acceptedInForce,
  applyKnowledgeEvent,
  findVersion,
  initialLedger,
  type Ledger,
} from '#src/knowledge/packs/ledger.ts';
import { mergePack } from '#src/knowledge/packs/merge.ts';
import { type Pack, packHash, packJson, packText, readPack } from '#src/knowledge/packs/pack.ts';
import { type Proposal, propose } from '#src/knowledge/packs/proposal.ts';
import { wordDiff } from '#src/knowledge/packs/word-diff.ts';
import type { RawFile } from '#src/knowledge/raw.ts';
import { roleRegistry } from '#src/knowledge/roles.ts';
import { tableFile, textFile } from './parsed.ts';

const AT = '2026-02-03T04:05:06Z';

function raw(file: string, data: unknown): RawFile {
  return { file, data, lineOf: () => 1 };
}

const documentData = (
  id: string,
  prefix: string,
  authority: string,
  approver: string | null = null,
): Record<string, unknown> => ({
  id,
  prefix,
  title: id,
  shortTitle: id,
  version: '1.0',
  authority,
  authorityNote: 'a note',
  audience: 'public',
  outsideModel: true,
  licence: 'own',
  approver,
});

const SHIPPED: readonly RawFile[] = [
  raw('library.yaml', {
    documents: [documentData('lamps', 'LAMP', 'reference'), documentData('policy', 'POL', 'binding', 'Lamp Board')],
  }),
  raw('roles.yaml', { roles: [{ name: 'Lamp Team', definedIn: 'LAMP-old' }, { name: 'Watch' }] }),
  raw('glossary.yaml', { abbreviations: {}, everyday: [] }),
  raw('role-map.yaml', { from: '2026-01-01' }),
  raw('lamps/all.yaml', {
    document: 'lamps',
    items: [
      {
        id: 'LAMP-care',
        title: 'Lamp care',
        kind: 'guide',
        statements: ['Clean each lamp.'],
        raci: { responsible: ['Lamp Team'], accountable: ['Watch'] },
        aliases: ['polishing'],
        questions: ['who cleans lamps?'],
        related: ['LAMP-old', 'POL-1.1'],
      },
      { id: 'LAMP-old', title: 'Old lamps', kind: 'guide', statements: ['Keep them.'] },
    ],
  }),
  raw('policy/all.yaml', {
    document: 'policy',
    items: [{ id: 'POL-1.1', title: 'Purpose', kind: 'clause', statements: ['Light.'], related: ['LAMP-old'] }],
  }),
];
const BASES = new Map(shippedPacks(SHIPPED).map((pack) => [pack.document.id, pack]));
const base = (id: string): Pack => {
  const pack = BASES.get(id);
  if (pack === undefined) throw new Error(id);
  return pack;
};

function draft(text: string, id = 'lamps', version: string | null = '2.0'): Draft {
  return { ...importFile(textFile(text, 'lamps.txt'), { kind: 'document', id, version }) };
}

/** The text of a new edition whose ids fit the shipped pack: LAMP-care stays, LAMP-old goes, LAMP-oil is new. */
function newEdition(): Draft {
  const own = draft('CARE\n\nClean each lamp weekly.\n\nOIL\n\nBuy oil.\n');
  const rename = (id: string): string => id.replace(/^LAMPS-/, 'LAMP-');
  return {
    ...own,
    document: { ...own.document, prefix: 'LAMP' },
    items: own.items.map((item) => ({
      ...item,
      id: rename(item.id),
      ...(item.id === 'LAMPS-care'
        ? {
            title: 'Lamp care',
            raci: {
              responsible: [{ name: 'Lamp Team', note: null }],
              accountable: [{ name: 'Harbour Master', note: null }],
              consulted: [],
              informed: [],
            },
          }
        : {}),
    })),
  };
}

function proposed(from: Draft, on: Pack | null, actor = 'p_one'): Proposal {
  const result = propose(from, {
    base: on,
    prefixes: new Map(),
    roles: roleRegistry([{ name: 'Lamp Team', spellings: [], notKnownSame: [] }]),
    crosswalk: null,
    actor,
    now: AT,
  });
  if (!result.ok) throw new Error(result.reason);
  return result.proposal;
}

const acting = (actor: string) => ({ actor, now: AT, decision: null, holdsRole: () => false });

describe('packs', () => {
  test('a pack reads back from its text with the same hash', () => {
    const pack = base('lamps');
    const reading = readPack(JSON.parse(packText(pack)));
    expect(reading).toMatchObject({ ok: true, hash: packHash(pack) });
    expect(readPack({ ...(packJson(pack) as object), items: [] })).toMatchObject({ ok: false, reason: 'not_a_pack' });
  });

  test('merging: the file’s text, the curated names, questions and relations', () => {
    const care = mergePack(newEdition(), base('lamps')).items.find((item) => item.id === 'LAMP-care');
    expect(care?.statements).toEqual([{ aspect: 'requirement', text: 'Clean each lamp weekly.' }]);
    expect(care).toMatchObject({ aliases: ['polishing'], questions: ['who cleans lamps?'], related: ['POL-1.1'] });
  });

  test('merging keeps curated figures that the new text does not contradict', () => {
    const old = base('lamps');
    const curated: Pack = {
      ...old,
      items: old.items.map((item) =>
        item.id === 'LAMP-care'
          ? {
              ...item,
              figures: [
                { value: null, of: 'how often' },
                { value: 'TLS 1.3', of: 'wires' },
              ],
            }
          : item,
      ),
    };
    const figures = (text: string): unknown => {
      const edition = newEdition();
      const items = edition.items.map((item) =>
        item.id === 'LAMP-care' ? { ...item, statements: [{ aspect: 'requirement' as const, text }] } : item,
      );
      return mergePack({ ...edition, items }, curated).items.find((item) => item.id === 'LAMP-care')?.figures;
    };
    expect(figures('Clean each lamp.')).toEqual([{ value: null, of: 'how often' }]);
    expect(figures('Clean each lamp every 30 days.')).toEqual([]);
    expect(figures('Wire lamps by TLS 1.3.')).toEqual([
      { value: null, of: 'how often' },
      { value: 'TLS 1.3', of: 'wires' },
    ]);
  });

  test('merging widens neither the audience for outside models nor the authority', () => {
    const merged = mergePack(newEdition(), {
      ...base('lamps'),
      document: { ...base('lamps').document, outsideModel: false },
    });
    expect(merged.document).toMatchObject({
      outsideModel: false,
      authority: 'reference',
      audience: 'public',
      version: '2.0',
    });
  });
});

describe('proposals', () => {
  const proposal = proposed(newEdition(), base('lamps'));

  test('say what is added, changed for whom, and removed', () => {
    expect(proposal.diff.added.map((item) => item.id)).toEqual(['LAMP-oil']);
    expect(proposal.diff.removed.map((item) => item.id)).toEqual(['LAMP-old']);
    const [care] = proposal.diff.changed;
    expect(care?.concerns).toEqual(['Lamp Team', 'Watch', 'Harbour Master']);
    expect(care?.fields.map((field) => [field.field, field.before, field.after])).toEqual([
      ['accountable', 'Watch', 'Harbour Master'],
      ['requirement', 'Clean each lamp.', 'Clean each lamp weekly.'],
      ['related', 'LAMP-old', null],
    ]);
    expect(care?.fields[1]?.words?.map((run) => run.op)).toEqual(['same', 'removed', 'added']);
  });

  test('flag a role nobody knows', () => {
    expect(proposal.suspicious.map((warning) => [warning.code, warning.itemId])).toEqual([
      ['unknown_role', 'LAMP-care'],
    ]);
  });

  test('have an id made of their content, and fit an 80-column terminal', () => {
    expect(proposal.id).toMatch(/^IMP-[0-9a-f]{8}$/);
    expect(proposed(newEdition(), base('lamps'), 'p_two').id).toBe(proposal.id);
    for (const line of `${previewText(proposal)}${diffText(proposal.diff)}`.split('\n'))
      expect(line.length).toBeLessThanOrEqual(80);
  });

  test('are not made when nothing changes or when ids are another document’s', () => {
    const context = {
      prefixes: new Map([['LAMP', 'lamps']]),
      roles: roleRegistry([]),
      crosswalk: null,
      actor: 'p_one',
      now: AT,
    };
    const merged = mergePack(newEdition(), base('lamps'));
    expect(propose(newEdition(), { ...context, base: merged })).toMatchObject({ ok: false, reason: 'unchanged' });
    expect(propose(newEdition(), { ...context, base: null })).toMatchObject({ ok: false, reason: 'prefix_taken' });
    expect(propose(newEdition(), { ...context, base: base('policy') })).toMatchObject({
      ok: false,
      reason: 'prefix_mismatch',
    });
  });

  test('record their file, hashes and counts', () => {
    const event = proposedEvent(proposal);
    expect(knowledgeEventSchema.safeParse(event).success).toBe(true);
    expect(event).toMatchObject({
      counts: { added: 1, changed: 1, removed: 1, suspicious: 1 },
      file: { sha256: 'a'.repeat(64) },
    });
  });
});

describe('accepting', () => {
  const ledger = initialLedger([...BASES.values()]);

  test('a first pack of a document needs one person, a later one a second', () => {
    const first = proposed(draft('OARS\n\nRow.\n', 'oars'), null);
    expect(decideAcceptance(first, ledger, acting('p_one'))).toMatchObject({ ok: true });
    const later = proposed(newEdition(), base('lamps'));
    expect(decideAcceptance(later, ledger, acting('p_one'))).toMatchObject({
      ok: false,
      reason: 'second_person_needed',
    });
    const accepted = decideAcceptance(later, ledger, acting('p_two'));
    expect(accepted).toMatchObject({
      ok: true,
      event: { proposedBy: 'p_one', by: 'p_two', previousHash: packHash(base('lamps')), packHash: later.packHash },
    });
    if (accepted.ok) expect(knowledgeEventSchema.safeParse(accepted.event).success).toBe(true);
  });

  test('a proposal on an older state is stale, and accepting twice is refused', () => {
    const one = proposed(newEdition(), base('lamps'));
    const accepted = decideAcceptance(one, ledger, acting('p_two'));
    if (!accepted.ok) throw new Error(accepted.reason);
    const next = applyKnowledgeEvent(ledger, accepted.event);
    expect(decideAcceptance(one, next, acting('p_two'))).toMatchObject({ ok: false, reason: 'already_in_force' });
    const other = proposed(draftWithOil('Buy no oil.'), base('lamps'));
    expect(decideAcceptance(other, next, acting('p_two'))).toMatchObject({ ok: false, reason: 'stale' });
  });

  test('a binding document needs its approver’s decision, by somebody who holds that role', () => {
    const own = importFile(textFile('1. Start\n\n1.1 Purpose\n\nMore light.\n\n1.2 Scope\n\nAll lamps.\n'), {
      kind: 'policy',
      id: null,
      version: '2.0',
    });
    const proposal = proposed(own, base('policy'));
    const decision = { approver: 'Lamp Board', reference: 'minutes 7', decidedOn: '2024-02-29', effective: null };
    expect(decideAcceptance(proposal, ledger, acting('p_two'))).toMatchObject({
      ok: false,
      reason: 'approver_decision_needed',
    });
    expect(
      decideAcceptance(proposal, ledger, {
        ...acting('p_two'),
        decision: { ...decision, approver: 'Watch' },
        holdsRole: () => true,
      }),
    ).toMatchObject({ ok: false, reason: 'approver_decision_needed' });
    expect(decideAcceptance(proposal, ledger, { ...acting('p_two'), decision })).toMatchObject({
      ok: false,
      reason: 'not_the_approver',
    });
    expect(
      decideAcceptance(proposal, ledger, {
        ...acting('p_two'),
        decision: { ...decision, effective: '2024-01-01' },
        holdsRole: () => true,
      }),
    ).toMatchObject({ ok: false, reason: 'effective_before_decision' });
    const holdsRole = (person: string, role: string): boolean => person === 'p_two' && role === 'Lamp Board';
    const accepted = decideAcceptance(proposal, ledger, { ...acting('p_two'), decision, holdsRole });
    expect(accepted).toMatchObject({
      ok: true,
      event: { decision: { reference: 'minutes 7' } },
      pack: { document: { effective: '2024-02-29', nextReview: '2025-02-28' } },
    });
  });
});

function draftWithOil(text: string): Draft {
  const edition = newEdition();
  return {
    ...edition,
    items: edition.items.map((item) =>
      item.id === 'LAMP-oil' ? { ...item, statements: [{ aspect: 'requirement', text }] } : item,
    ),
  };
}

describe('versions and rolling back', () => {
  const proposal = proposed(newEdition(), base('lamps'));
  const accepted = decideAcceptance(proposal, initialLedger([...BASES.values()]), acting('p_two'));
  if (!accepted.ok) throw new Error(accepted.reason);
  const ledger: Ledger = applyKnowledgeEvent(initialLedger([...BASES.values()]), accepted.event);
  const packOf = (hash: string): Pack | null =>
    [proposal.pack, ...BASES.values()].find((pack) => packHash(pack) === hash) ?? null;

  test('what was accepted is in force; what ships is found by its name, its hash or as shipped', () => {
    expect([...acceptedInForce(ledger)]).toEqual([['lamps', proposal.packHash]]);
    for (const wanted of [
      '1.0',
      'shipped',
      packHash(base('lamps')).slice(0, 8),
      `1.0@${packHash(base('lamps')).slice(0, 6)}`,
    ]) {
      expect(findVersion(ledger, 'lamps', wanted), wanted).toMatchObject({
        ok: true,
        found: { hash: packHash(base('lamps')) },
      });
    }
    expect(findVersion(ledger, 'lamps', '9')).toMatchObject({ ok: false, reason: 'unknown_version' });
    expect(findVersion(ledger, 'oars', '1')).toMatchObject({ ok: false, reason: 'unknown_document' });
  });

  test('two packs of one version number are told apart by hash', () => {
    const again = applyKnowledgeEvent(ledger, { ...accepted.event, packHash: 'c'.repeat(64) });
    expect(findVersion(again, 'lamps', '2.0')).toMatchObject({ ok: false, reason: 'ambiguous_version' });
    expect(findVersion(again, 'lamps', '2.0@cccccc')).toMatchObject({ ok: true });
  });

  test('back to the shipped pack and forth again', () => {
    const back = decideRollback(ledger, 'lamps', '1.0', packOf, acting('p_one'));
    if (!back.ok) throw new Error(back.reason);
    expect(knowledgeEventSchema.safeParse(back.event).success).toBe(true);
    const after = applyKnowledgeEvent(ledger, back.event);
    expect(acceptedInForce(after).size).toBe(0);
    expect(decideRollback(after, 'lamps', '1.0', packOf, acting('p_one'))).toMatchObject({
      ok: false,
      reason: 'already_in_force',
    });
    expect(decideRollback(after, 'lamps', '2.0', packOf, acting('p_one'))).toMatchObject({
      ok: true,
      event: { toHash: proposal.packHash },
    });
    expect(decideRollback(after, 'lamps', '2.0', () => null, acting('p_one'))).toMatchObject({
      ok: false,
      reason: 'unknown_version',
    });
  });
});

describe('the composed library', () => {
  test('has the accepted items, new roles, and no relation into the void', () => {
    const library = composeLibrary(SHIPPED, [mergePack(newEdition(), base('lamps'))]);
    expect([...library.items.keys()]).toEqual(['LAMP-care', 'LAMP-oil', 'POL-1.1']);
    expect(library.items.get('LAMP-care')).toMatchObject({ version: '2.0', document: 'lamps' });
    expect(library.items.get('POL-1.1')?.related).toEqual([]);
    expect(library.roles.canonical('Harbour Master')).toBe('Harbour Master');
    expect(composeLibrary(SHIPPED, []).items.size).toBe(3);
  });

  test('adds a document that does not ship', () => {
    const pack = mergePack(draft('OARS\n\nRow.\n', 'oars'), null);
    expect(composeLibrary(SHIPPED, [pack]).documents.get('oars')?.itemIds).toEqual(['OARS-oars']);
  });
});

describe('differences', () => {
  const old = base('lamps');
  const retitled: Pack = {
    ...old,
    items: old.items.map((item) =>
      item.id === 'LAMP-old'
        ? { ...item, title: 'Sail repair', statements: [{ aspect: 'requirement', text: 'Mend torn canvas at once.' }] }
        : item,
    ),
  };

  test('an id that stands for something else now is said to', () => {
    expect(diffPacks(old, retitled).changed).toMatchObject([{ id: 'LAMP-old', meaning: 'changed' }]);
  });

  test('a crosswalk carries ids over and says whether they mean the same', () => {
    const renamed: Pack = {
      ...old,
      items: old.items.map((item) => (item.id === 'LAMP-old' ? { ...item, id: 'LAMP-antique' } : item)),
    };
    const crosswalk = readCrosswalk(
      tableFile([
        ['Old ID', 'New ID', 'Meaning'],
        ['old', 'LAMP-antique', 'same'],
        ['gone', '', ''],
      ]),
      { document: 'lamps', prefix: 'LAMP', fromVersion: '1.0', toVersion: '2.0' },
    );
    expect(crosswalk).toMatchObject({
      entries: [{ from: 'LAMP-old', to: 'LAMP-antique', meaning: 'same' }],
      dropped: ['LAMP-gone'],
    });
    const diff = diffPacks(old, renamed, crosswalk);
    expect(diff).toMatchObject({ added: [], removed: [], renamed: [{ from: 'LAMP-old', to: 'LAMP-antique' }] });
    expect(() =>
      readCrosswalk(tableFile([['Old ID', 'Meaning']]), {
        document: 'lamps',
        prefix: 'LAMP',
        fromVersion: '1',
        toVersion: '2',
      }),
    ).toThrowError(expect.objectContaining({ code: 'columns_missing' }));
  });

  test('list the requests that cite what changed', () => {
    const citations = [
      { subject: 'DR-1', itemId: 'LAMP-old', itemHash: null },
      { subject: 'EX-2', itemId: 'LAMP-care', itemHash: null },
    ];
    expect(affectedBy(diffPacks(old, retitled), citations)).toEqual([
      { subject: 'DR-1', itemId: 'LAMP-old', because: 'meaning_changed' },
    ]);
    expect(affectedBy(diffPacks(old, { ...old, items: old.items.slice(1) }), citations)).toEqual([
      { subject: 'EX-2', itemId: 'LAMP-care', because: 'removed' },
    ]);
  });

  test('word by word: both texts can be read back from the runs', () => {
    const words = fc.array(fc.constantFrom('a', 'b', 'c', 'dd', 'e'), { maxLength: 40 });
    fc.assert(
      fc.property(words, words, (before, after) => {
        const runs = wordDiff(before.join(' '), after.join(' '));
        const text = (op: string): string =>
          runs
            .filter((run) => run.op === 'same' || run.op === op)
            .map((run) => run.text)
            .join(' ');
        expect(text('removed')).toBe(before.join(' '));
        expect(text('added')).toBe(after.join(' '));
      }),
    );
  });
});
