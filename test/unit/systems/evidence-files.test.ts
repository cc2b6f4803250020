/** What is taken as a file, and when it serves as evidence; the register's CSV; the table of systems that were there. */
import { describe, expect, it } from 'vitest';
import { parseMoment } from '#src/approvals/duration.ts';
import { applyFile, type EvidenceFile, fileFlaw, fileTypeOf } from '#src/systems/evidence-files.ts';
import { readLegacy } from '#src/systems/legacy-import.ts';
import { csvCell, levelOf, type Risk, riskCsv } from '#src/systems/risks.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

describe('the type of a file', () => {
  it.each([
    ['a PDF', bytes('%PDF-1.7\n...'), 'application/pdf'],
    ['a Word or Excel file', new Uint8Array([0x50, 0x4b, 3, 4, 0]), 'application/zip'],
    ['JSON', bytes('{"metric": 1}'), 'application/json'],
    ['Markdown', bytes('# Model card\n\n<b>bold</b> stays text\n'), 'text/plain'],
    ['a page', bytes('  <!DOCTYPE html><script>alert(1)</script>'), null],
    ['a drawing that can run', bytes('<svg onload="x()">'), null],
    ['a page behind a comment', bytes('<!-- x --><script>alert(1)</script>'), null],
    ['a page behind a byte order mark', new Uint8Array([0xef, 0xbb, 0xbf, ...bytes('<html>')]), null],
    ['a Windows program', bytes('MZ\u0090\u0000\u0003'), null],
    ['a script', bytes('#!/bin/sh\nrm -rf /'), null],
    ['a program', new Uint8Array([0x7f, 0x45, 0x4c, 0x46, 0, 0]), null],
    ['text with a NUL', bytes('a\0b'), null],
    ['bytes that are no UTF-8', new Uint8Array([0xff, 0xfe, 0x41]), null],
  ])('%s', (_what, content, expected) => {
    expect(fileTypeOf(content)).toBe(expected);
  });
});

describe('a file as evidence of a request', () => {
  const now = new Date('2026-06-01T00:00:00.000Z');
  const legal = { by: 'p_legal', role: 'Legal Team', at: '2026-01-03T00:00:00.000Z' };
  const mail = { ...legal, systems: ['other'], organisation: false };
  const everything = { systems: [], organisation: true };
  const nothing = { systems: [], organisation: false };
  const file: EvidenceFile = {
    sha256: 'a'.repeat(64),
    kind: 'vendor-assessment',
    version: '1',
    date: '2026-01-01T00:00:00.000Z',
    validUntil: '2026-12-31T00:00:00.000Z',
    systems: ['chat'],
    source: 'https://wiki.example.com/r',
    type: 'application/pdf',
    sizeBytes: 1,
    capturedBy: 'p_milo',
    capturedAt: '2026-01-02T00:00:00.000Z',
    attested: legal,
    withdrawn: false,
    eventCount: 2,
  };
  const about = {
    kinds: ['vendor-assessment'],
    systems: ['chat'],
    url: `https://wiki.example.com/r#sha256=${'a'.repeat(64)}`,
    date: '2026-01-01T23:59:59.999Z' as string | null,
    excluded: ['p_milo'],
    now,
  };

  it.each<[string, EvidenceFile | null, Partial<typeof about>, string | null]>([
    ['serves when it is in force and somebody else stands for it', file, {}, null],
    ['does not when nobody captured it', null, {}, 'unknown'],
    ['does not when it was withdrawn', { ...file, withdrawn: true }, {}, 'withdrawn'],
    ['does not when it is of another kind', file, { kinds: ['bias-test'] }, 'other_kind'],
    ['does not when it is about another system', file, { systems: ['other'] }, 'other_system'],
    ['does not when it is about one of two systems', file, { systems: ['chat', 'other'] }, 'other_system'],
    ['does not for what is about every system', file, { systems: [] }, 'other_system'],
    ['serves both when somebody extended it', { ...file, extended: [mail] }, { systems: ['chat', 'other'] }, null],
    [
      'does not when the requester extended it',
      { ...file, extended: [{ ...mail, by: 'p_milo' }] },
      { systems: ['other'] },
      'other_system',
    ],
    [
      'serves where the requester stood for it first, and another one after',
      { ...file, extended: [{ ...mail, by: 'p_ciso' }] },
      { systems: ['other'], excluded: ['p_milo', 'p_legal'] },
      null,
    ],
    ['serves all when somebody said so', { ...file, attested: { ...legal, ...everything } }, { systems: [] }, null],
    [
      'serves nothing when no system is named and nobody said so',
      { ...file, systems: [], attested: { ...legal, ...nothing } },
      {},
      'other_system',
    ],
    ['serves all where it was stood for without a system before a reach was said', { ...file, systems: [] }, {}, null],
    ['does not under another address', file, { url: 'https://evil.example.net/other.pdf' }, 'other_address'],
    ['does not when its own address is not known', { ...file, source: null }, {}, 'other_address'],
    ['does not under a younger date', file, { date: '2026-05-31T23:59:59.999Z' }, 'other_date'],
    ['serves where no date is given', file, { date: null }, null],
    ['does not after its validity', { ...file, validUntil: '2026-05-31T00:00:00.000Z' }, {}, 'ended'],
    ['does not while nobody stands for it', { ...file, attested: null }, {}, 'not_attested'],
    ['does not when the requester stands for it', file, { excluded: ['p_legal'] }, 'attested_by_requester'],
  ])('%s', (_what, one, change, expected) => {
    expect(fileFlaw(one, { ...about, ...change })).toBe(expected);
  });

  describe('what is taken back', () => {
    const at = new Date('2026-01-02T00:00:00.000Z');
    const withdrawn = { type: 'file.withdrawn', data: { sha256: file.sha256, reason: 'Wrong.' } } as const;
    const word = { by: 'p_ciso', role: 'CISO', at: at.toISOString(), systems: ['mail'], organisation: false };
    const both = { ...file, extended: [word, { ...word, by: 'p_cto' }] };

    it('by who extended it to other systems is that word alone: nobody takes a file from others so', () => {
      const after = applyFile(both, withdrawn, { at, actor: 'p_ciso' });
      expect(after).toMatchObject({ withdrawn: false, attested: file.attested, extended: [{ by: 'p_cto' }] });
    });

    it.each(['p_legal', file.capturedBy])('by %s, who brought it or stood for it first, is the file', (actor) => {
      expect(applyFile(both, withdrawn, { at, actor })?.withdrawn).toBe(true);
    });
  });
});

it('a word from before a reach was said is kept as it was, and a new capture is stood for by nobody', () => {
  const at = new Date('2026-01-02T00:00:00.000Z');
  const said = { kind: 'bias-test', title: 'T', version: '1', date: at.toISOString(), validUntil: null };
  const data = { ...said, systems: [], source: 'https://w.example/t', sha256: 'b'.repeat(64), sizeBytes: 1 };
  const captured = { type: 'file.captured', data: { ...data, type: 'text/plain' } } as const;
  const first = applyFile(null, captured, { at, actor: 'p_milo' });
  const word = { sha256: data.sha256, role: 'Legal Team', assignment: 'a1' };
  const old = applyFile(first, { type: 'file.attested', data: word }, { at, actor: 'p_legal' });
  // Rows that were stored before must still come out of the events.
  expect(old?.attested).toEqual({ by: 'p_legal', role: 'Legal Team', at: at.toISOString() });
  const more = { ...word, systems: ['chat'], organisation: false };
  const extended = applyFile(old, { type: 'file.extended', data: more }, { at, actor: 'p_ciso' });
  expect(extended?.extended).toHaveLength(1);
  expect(applyFile(extended, captured, { at, actor: 'p_emma' })).not.toHaveProperty('extended');
});

describe('the risk register as CSV', () => {
  const risk: Risk = {
    id: 'RK-1',
    asset: '=HYPERLINK("http://x")',
    threat: 'Prompt injection, by mail',
    vulnerability: 'Says "yes"',
    likelihood: 3,
    impact: 4,
    treatment: 'mitigate',
    measures: '',
    owner: 'p_1',
    reviewBy: '2026-12-01T00:00:00.000Z',
    systems: ['chat', 'mail'],
    requests: ['DR-1'],
    status: 'open',
    recordedAt: '2026-01-01T00:00:00.000Z',
    reviewedAt: '2026-01-01T00:00:00.000Z',
    version: 1,
  };

  it('stands worst first, one line each, and starts no formula', () => {
    const csv = riskCsv([{ ...risk, id: 'RK-2', impact: 1 }, risk], () => 'Carla Reyes');
    const lines = csv.trimEnd().split('\r\n');
    expect(lines[0]).toMatch(/^id,status,asset/);
    expect(lines[1]).toMatch(
      /^RK-1,open,"'=HYPERLINK\(""http:\/\/x""\)","Prompt injection, by mail","Says ""yes""",3,4,12,high/,
    );
    expect(lines[2]).toMatch(/^RK-2/);
    expect(lines[1]).toContain('Carla Reyes');
    expect(lines).toHaveLength(3);
  });

  it.each([['+1'], ['-1'], ['@x'], ['=x'], ['\tx']])('%j is text to a spreadsheet', (value) => {
    expect(csvCell(value).replace(/^"/, '')).toMatch(/^'/);
  });

  it('likelihood times impact gives the level', () => {
    const levels = (
      [
        [1, 4],
        [1, 5],
        [2, 5],
        [3, 4],
        [5, 5],
      ] as const
    ).map(([likelihood, impact]) => levelOf({ likelihood, impact }));
    expect(levels).toEqual(['low', 'medium', 'medium', 'high', 'high']);
  });
});

describe('systems that were there before', () => {
  const header = ['Name', 'owner', 'Purpose', 'environments', 'data', 'classification', 'vendors', 'approval due'];
  const row = [
    'Churn',
    'U0MILO',
    'Predicts churn',
    'production; staging',
    'CRM',
    'confidential',
    'Nimbus',
    '2027-03-31',
  ];

  it('are read with the day by which they must be approved', () => {
    const read = readLegacy([header, row, ['', '', '', '', '', '', '', '']], parseMoment);
    expect(read).toMatchObject({
      ok: true,
      systems: [
        {
          name: 'Churn',
          owner: 'U0MILO',
          runsIn: ['production', 'staging'],
          approvalDue: '2027-03-31T23:59:59.999Z',
          facts: { data: [{ name: 'CRM', classification: 'confidential' }], vendors: ['Nimbus'] },
        },
      ],
    });
  });

  it('every mistake is named with its line and column', () => {
    const bad = ['', 'milo', '', '', '', 'secret', '', 'soon'];
    const read = readLegacy([header, row, bad, [' churn ', ...row.slice(1)]], parseMoment);
    const where = read.ok ? [] : read.problems.map(({ line, column }) => `${line}:${column}`);
    expect(where).toEqual(['3:name', '3:owner', '3:approval_due', '3:classification', '4:name']);
    expect(readLegacy([['name']], parseMoment)).toMatchObject({ ok: false });
  });
});
