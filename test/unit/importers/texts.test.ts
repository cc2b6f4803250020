import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readOwners } from '#src/knowledge/importers/aicm-values.ts';
import { audienceOf } from '#src/knowledge/importers/documents.ts';
import { figuresOf } from '#src/knowledge/importers/figures.ts';
import { importFile } from '#src/knowledge/importers/import-file.ts';
import { readReferences } from '#src/knowledge/importers/references.ts';
import { slugOf, splitText } from '#src/knowledge/importers/text.ts';
import { textFile } from './parsed.ts';

const POLICY = `LAMP POLICY\n\nDocument Title:\tLamp Policy\nDocument Classification:\tConfidential\n\nVersion No.\tRevision Date\tParticulars\tApproved by\n2.1\t2026-01-31\tSecond\tLamp Board\n\n1. Beginning\n\n1.1 Purpose\n\nLamps for Al systems.\n\n1.2 Scope\n\n- All lamps, also\n those of guests.\n- No candles.\n\n2. End\n\n- Blow them out.\n\nSUBSCRIBE TO OUR LETTER NOW\n`;

describe('policy', () => {
  const draft = importFile(textFile(POLICY), { kind: 'policy', id: null, version: null });

  test('clauses of the second level, and first-level ones without any below', () => {
    expect(draft.items.map((item) => [item.id, item.title, item.statements.length])).toEqual([
      ['POL-DOC', 'Title block of Lamp Policy', expect.any(Number)],
      ['POL-1.1', 'Purpose', 1],
      ['POL-1.2', 'Scope', 2],
      ['POL-2', 'End', 1],
    ]);
    expect(draft.items[2]?.statements[0]?.text).toBe('All lamps, also those of guests.');
    expect(draft.items[1]?.statements[0]).toEqual({ aspect: 'purpose', text: 'Lamps for AI systems.' });
  });

  test('the title block gives version, approver and audience; advertising is left out', () => {
    expect(draft.document).toMatchObject({
      title: 'Lamp Policy',
      version: '2.1',
      approver: 'Lamp Board',
      audience: 'restricted',
      authority: 'binding',
    });
    expect(draft.document.revisions).toEqual([
      { version: '2.1', date: '2026-01-31', change: 'Second', approvedBy: 'Lamp Board' },
    ]);
    expect(draft.warnings.map((warning) => warning.code).sort()).toEqual(['corrected_text', 'left_out']);
  });
});

test('classification to audience: what is not recognised is restricted', () => {
  expect(['Public', 'Internal Use Only', 'Confidential', 'TLP:RED', 'not public', ''].map(audienceOf)).toEqual([
    'public',
    'internal',
    'restricted',
    'restricted',
    'restricted',
    'internal',
  ]);
});

test('figures: numbers with their comparison, and measures without a number', () => {
  expect(
    figuresOf([
      'Keep less than 0.5% broken lamps at 256-bit glow or higher.',
      'Raise the percentage of clean lamps.',
      'Lamps are nice.',
    ]),
  ).toEqual([
    { value: 'less than 0.5%', of: expect.any(String) },
    { value: '256-bit glow or higher', of: expect.any(String) },
    { value: null, of: 'Raise the percentage of clean lamps' },
  ]);
});

test('references are told apart by their shape', () => {
  expect(
    readReferences(
      '42001: 8.2 27001: A.5.1 (Lamps) Article 9 (6) Article 53 and Annex XI MEASURE 2.10 GV-1.1-001 C4 PC-02 C5 OIS-01 DEV-03',
      null,
    ).map(({ standard, ref }) => `${standard} ${ref}`),
  ).toEqual([
    'ISO/IEC 42001 8.2',
    'ISO/IEC 27001 A.5.1',
    'EU AI Act Article 9 (6)',
    'EU AI Act Article 53 and Annex XI',
    'NIST AI RMF MEASURE 2.10',
    'NIST AI 600-1 GV-1.1-001',
    'BSI C4 PC-02',
    'BSI C5 OIS-01',
    'BSI C5 DEV-03',
  ]);
});

test('owners of a layer', () => {
  expect(readOwners('Shared across the supply chain (Shared CSP-MP-OSP-AP)')).toEqual({
    ok: true,
    owners: ['CSP', 'MP', 'OSP', 'AP'],
    shared: true,
  });
  expect(readOwners('Owned by the Orchestrated Service Provider')).toEqual({
    ok: true,
    owners: ['OSP'],
    shared: false,
  });
  expect(readOwners(' ')).toEqual({ ok: true, owners: [], shared: false });
  expect(readOwners('somebody')).toEqual({ ok: false, reason: 'unreadable' });
});

test('cutting a text loses no word and keeps to its limit', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 3_000 }), fc.integer({ min: 20, max: 400 }), (text, limit) => {
      const pieces = splitText(text, limit);
      expect(pieces.every((piece) => piece.length <= limit)).toBe(true);
      expect(pieces.join('').replace(/\s+/g, '')).toBe(text.replace(/\s+/g, ''));
    }),
  );
});

test('slugs are ids', () => {
  fc.assert(
    fc.property(
      fc.string({ maxLength: 200 }),
      (text) => /^(?:[a-z0-9]+(?:-[a-z0-9]+)*)?$/.test(slugOf(text)) && slugOf(text).length <= 40,
    ),
  );
});
