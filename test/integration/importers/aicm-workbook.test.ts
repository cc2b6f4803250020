/** The matrix's workbook and CSV, with controls made up for the test. */
import { describe, expect, test } from 'vitest';
import { parseBytes } from '#src/adapters/parse/parse-file.ts';
import type { Draft } from '#src/knowledge/importers/draft.ts';
import { ImportError } from '#src/knowledge/importers/errors.ts';
import { importFile } from '#src/knowledge/importers/import-file.ts';
import { type CellValue, makeXlsx, type SheetSpec } from './make-files.ts';

const STAMP = '{"name":"Matrix","version":"1.1.1"}';
const CONTROLS = [
  {
    id: 'GRC-91',
    title: 'Lamp inspection',
    spec: 'Inspect every lamp each spring.',
    owners: [
      'Shared Cloud Service Provider-Model Provider (Shared CSP-MP)',
      'Owned by the Model Provider (MP)',
      'MP',
      'Owned by the Customer (AIC)',
    ],
  },
  { id: 'DSP-93', title: 'Lamp archive', spec: 'Keep a list of lamps.', owners: ['', '', '', ''] },
];

/** The matrix as CSA lays it out: a stamp, group headers over merged columns, column headers. */
function matrix(stamp: string): SheetSpec {
  const group: CellValue[] = [
    'Control',
    '',
    '',
    '',
    '',
    'Ownership / SSRM',
    '',
    '',
    '',
    'Architectural Relevance',
    '',
    'Lifecycle Relevance',
    '',
    'Threat Category',
    '',
  ];
  const header: CellValue[] = [
    'Control Domain',
    'Control Title',
    'Control ID',
    'Control Specification',
    'Control Type',
    'PI',
    'Model',
    'Orchestrated Service',
    'Application',
    'Network',
    'Data',
    'Design',
    'Retirement',
    'Model Theft',
    'Data Poisoning',
  ];
  const rows = CONTROLS.map((control): CellValue[] => [
    'Domain',
    control.title,
    control.id,
    control.spec,
    'AI-specific',
    ...control.owners,
    'x',
    '',
    'Guardrails, Design',
    '',
    '',
    'TRUE',
  ]);
  return {
    name: 'AICM',
    rows: [[stamp], group, header, ...rows],
    merged: ['A2:E2', 'F2:I2', 'J2:K2', 'L2:M2', 'N2:O2'],
  };
}

function workbook(stamp = STAMP, first: SheetSpec = matrix(stamp)): Uint8Array {
  return makeXlsx([
    { name: 'Introduction', rows: [['A matrix made up for a test']] },
    first,
    {
      name: 'Implementation Guidelines',
      rows: [
        [stamp],
        ['Control ID', 'Control Title', 'CSP', 'MP'],
        ['GRC-91', 'Lamp inspection', 'Use a ladder.', ''],
        ['DSP-93', 'Lamp archive', '', ''],
      ],
    },
    { name: 'Auditing Guidelines', rows: [[stamp], ['Control ID', 'CSP'], ['GRC-91', '1. Count the lamps.']] },
    {
      name: 'Scope Applicability (Mappings)',
      rows: [
        [stamp],
        ['', 'EU AI Act', '', '', 'BSI AI C4', '', '', 'NIST AI RMF + 600-1', '', ''],
        [
          'Control ID',
          'Control Mapping',
          'Gap Level',
          'Addendum',
          'Control Mapping',
          'Gap Level',
          'Addendum',
          'Control Mapping',
          'Gap Level',
          'Addendum',
        ],
        [
          'GRC-91',
          'Article 9 (6)\nArticle 15',
          'Partial Gap',
          'Lamps are missing.',
          'No Mapping',
          'Full Gap',
          'N/A',
          'GV-1.1-001\nMEASURE 2.9',
          'No Gap',
          'N/A',
        ],
        ['DSP-93', '', '', '', 'C4 PC-02 C5 OIS-01', 'No Gap', '', 'No Mapping', 'Full Gap', ''],
      ],
      merged: ['B2:D2', 'E2:G2', 'H2:J2'],
    },
    {
      name: 'AI-CAIQ',
      rows: [
        [stamp],
        ['Question ID', 'Assessment Question', 'Control ID'],
        ['GRC-91.1', 'Are lamps inspected?', 'GRC-91'],
        ['GRC-91.2', 'Each spring?', ''],
      ],
    },
  ]);
}

async function read(bytes: Uint8Array, version: string | null = null, name = 'matrix.xlsx'): Promise<Draft> {
  return importFile(await parseBytes(name, bytes), {
    kind: name.endsWith('.csv') ? 'aicm-csv' : 'aicm-workbook',
    id: null,
    version,
  });
}

const refused = (work: Promise<unknown>): Promise<string | null> =>
  work.then(
    () => null,
    (error: unknown) => (error instanceof ImportError ? error.code : String(error)),
  );

describe('aicm-workbook', () => {
  test('joins all sheets to one item a control', async () => {
    const draft = await read(workbook());
    expect(draft.document).toMatchObject({ id: 'aicm', version: '1.1.1', outsideModel: false });
    expect(draft.items.map((item) => item.id)).toEqual(['AICM-GRC-91', 'AICM-DSP-93']);
    const [lamp] = draft.items;
    expect(lamp).toMatchObject({ title: 'Lamp inspection', chapter: 'Governance, Risk and Compliance (GRC)' });
    expect(lamp?.ownership?.map(({ layer, owners, shared }) => [layer, owners, shared])).toEqual([
      ['processing infrastructure', ['CSP', 'MP'], true],
      ['model', ['MP'], false],
      ['orchestrated service', ['MP'], false],
      ['application', ['AIC'], false],
    ]);
    const texts = lamp?.statements.map((statement) => `${statement.aspect} ${statement.text}`) ?? [];
    expect(texts).toEqual(
      expect.arrayContaining([
        'requirement Inspect every lamp each spring.',
        'scope Architectural relevance: Network.',
        'lifecycle Lifecycle, Design: Guardrails, Design',
        'risk Threat coverage: Data Poisoning.',
        'strategy Implementation guidelines, CSP: Use a ladder.',
        'audit Auditing guidelines, CSP: 1. Count the lamps.',
        'question AI-CAIQ GRC-91.1: Are lamps inspected?',
        'question AI-CAIQ GRC-91.2: Each spring?',
        'note Control type: AI-specific.',
        'gap Gap to EU AI Act: Partial Gap.',
      ]),
    );
    expect(lamp?.figures).toEqual([{ value: '2', of: 'AI-CAIQ questions for GRC-91' }]);
  });

  test('"No Mapping" is a value, a blank is not; one column may hold two standards', async () => {
    const draft = await read(workbook());
    const mappings = (index: number) =>
      Object.fromEntries(
        (draft.items[index]?.mappings ?? []).map(({ standard, refs, gap }) => [standard, [refs, gap ?? null]]),
      );
    expect(mappings(0)).toEqual({
      'EU AI Act': [['Article 9 (6)', 'Article 15'], 'Partial Gap'],
      'BSI C4': [['No Mapping'], 'Full Gap'],
      'NIST AI 600-1': [['GV-1.1-001'], 'No Gap'],
      'NIST AI RMF': [['MEASURE 2.9'], 'No Gap'],
    });
    expect(mappings(1)).toEqual({
      'BSI C4': [['PC-02'], 'No Gap'],
      'BSI C5': [['OIS-01'], 'No Gap'],
      'NIST AI RMF': [['No Mapping'], 'Full Gap'],
    });
    expect(draft.items[1]?.empty).toEqual(
      expect.arrayContaining(['mapping to EU AI Act', 'implementation guidelines']),
    );
  });

  test('blank ownership is "not stated" and flagged', async () => {
    const draft = await read(workbook());
    expect(draft.items[1]?.ownership?.every((owned) => owned.owners.length === 0)).toBe(true);
    expect(draft.warnings.find((warning) => warning.code === 'empty_ownership')).toMatchObject({
      itemId: 'AICM-DSP-93',
      place: { sheet: 'AICM', row: 5 },
    });
    expect(
      draft.items[1]?.statements.some((statement) => statement.text === 'model: no owner is stated at the source.'),
    ).toBe(true);
  });

  test('the release comes from the stamp; "v1.1" alone fits two and is refused', async () => {
    expect(await refused(read(workbook('{"version":"v1.1"}')))).toBe('ambiguous_version');
    expect((await read(workbook('{"version":"v1.1"}'), '1.1.0')).document.version).toBe('1.1.0');
    expect((await read(workbook('{"meta":{"release":"1.0"}}'))).document.version).toBe('1.0.3');
    expect(await refused(read(workbook('no stamp here')))).toBe('version_missing');
    expect((await read(workbook(), '1.1.1')).warnings.map((warning) => warning.code)).not.toContain(
      'version_not_printed',
    );
  });

  test('columns are found by header: moved and reworded ones are read, missing ones named', async () => {
    const moved: SheetSpec = {
      name: 'AICM',
      rows: [
        [STAMP],
        ['', '', '', 'SSRM Ownership', '', '', ''],
        ['Specification', 'ID', 'Title', 'Application', 'Orchestrated', 'AI Model', 'Processing Infrastructure'],
        ['Keep lamps clean.', 'GRC-91', 'Lamp care', 'AP', 'OSP', 'MP', 'Owned by the Cloud Service Provider (CSP)'],
      ],
    };
    const draft = await read(makeXlsx([moved]));
    expect(draft.items[0]).toMatchObject({ id: 'AICM-GRC-91', title: 'Lamp care' });
    expect(draft.items[0]?.ownership?.map((owned) => owned.owners)).toEqual([['CSP'], ['MP'], ['OSP'], ['AP']]);
    expect(
      draft.warnings
        .filter((warning) => warning.code === 'column_missing')
        .map((warning) => warning.detail)
        .join(),
    ).toContain('mapping');
    const none: SheetSpec = { name: 'AICM', rows: [[STAMP], ['Control ID', 'Name of the thing'], ['GRC-91', 'x']] };
    const error = await read(makeXlsx([none])).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'columns_missing', place: { sheet: 'AICM' } });
    expect(String(error)).toContain('control specification');
  });

  test('the count of a known release is checked', async () => {
    expect((await read(workbook())).warnings.map((warning) => warning.code)).toContain('count_changed');
  });
});

describe('aicm-csv', () => {
  const header =
    'control_domain,control_id,control_title,control_specification,control_type,ownership_pi,ownership_model,ownership_orchestrated,ownership_application,arch_network,lifecycle_design,threat_model_theft,eu_ai_act_control_mapping,eu_ai_act_gap_level,eu_ai_act_addendum,impl_csp,audit_csp,caiq_question_count,caiq_question_ids';
  const row =
    'Domain,GRC-91,Lamp inspection,"Inspect, every lamp.",AI,CSP,MP,OSP,AP,TRUE,FALSE,FALSE,No Mapping,Full Gap,N/A,Use a ladder.,Count them.,2,"GRC-91.1, GRC-91.2"';

  test('underscored headers are the same columns', async () => {
    const draft = await read(new TextEncoder().encode(`${header}\n${row}\n`), '1.1.0', 'matrix.csv');
    const [item] = draft.items;
    expect(item?.ownership?.map((owned) => owned.owners)).toEqual([['CSP'], ['MP'], ['OSP'], ['AP']]);
    expect(item?.mappings).toMatchObject([
      { standard: 'EU AI Act', refs: ['No Mapping'], gap: 'Full Gap', addendum: null },
    ]);
    expect(item?.statements.map((statement) => statement.text)).toEqual(
      expect.arrayContaining([
        'Inspect, every lamp.',
        'Implementation guidelines, csp: Use a ladder.',
        'AI-CAIQ questions: GRC-91.1, GRC-91.2.',
      ]),
    );
    expect(item?.empty).toEqual(['lifecycle', 'threat coverage']);
  });

  test('it carries no release, so --version is needed, and no short one', async () => {
    const bytes = new TextEncoder().encode(`${header}\n${row}\n`);
    expect(await refused(read(bytes, null, 'matrix.csv'))).toBe('version_missing');
    expect(await refused(read(bytes, 'v1.1', 'matrix.csv'))).toBe('ambiguous_version');
  });
});
