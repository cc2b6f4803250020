/** The exports: from signed statements to what an auditor's tools read. */
import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { collectRequests } from '#src/evidence/exports/collect.ts';
import { coverageLine, coverageOf, drawSample, parseDeployments, reconcile } from '#src/evidence/exports/coverage.ts';
import { csvLine, LISTING_COLUMNS, parseCsv, populationCsv } from '#src/evidence/exports/csv.ts';
import { oscalUuid, token } from '#src/evidence/exports/oscal.ts';
import { assessmentResults } from '#src/evidence/exports/oscal-ar.ts';
import { planOfAction } from '#src/evidence/exports/oscal-poam.ts';
import type { ExportContext } from '#src/evidence/exports/records.ts';
import type { Disclosure } from '#src/evidence/ports.ts';
import { crypto, ORIGIN, SERVICE, sharedFolder } from './fixtures.ts';
import { DIGEST, type Event, STORY, told } from './story.ts';

async function collected(redact = false) {
  const disclosures = new Map<string, Disclosure>();
  return collectRequests(told(STORY, disclosures), redact ? undefined : (hash) => disclosures.get(hash));
}

const context: ExportContext = {
  origin: ORIGIN,
  size: STORY.length,
  root: '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=',
  generatedAt: '2026-11-21T12:00:00.000Z',
  from: null,
  to: null,
  organisation: 'Example AG',
  service: SERVICE,
  planHref: '#',
};

describe('requests from the log', () => {
  it('say what was asked, decided and done, by entry', async () => {
    const { requests, unread } = await collected();
    expect(unread).toEqual([13]);
    expect(
      requests.map(({ shortId, status, outcome, breakGlass }) => [shortId, status, outcome, breakGlass !== null]),
    ).toEqual([
      ['DR-1', 'deployed', 'approved_with_conditions', false],
      ['DR-2', 'submitted', null, true],
      ['DR-3', 'rejected', 'rejected', false],
      ['EX-1', 'approved', 'approved', false],
    ]);
    const [first] = requests;
    expect(first).toMatchObject({ entries: [0, 1, 2, 3, 11, 12], decisionIndex: 3, purpose: 'score' });
    expect(first?.conditions).toMatchObject([{ id: 'c1', confirmed: true, text: 'watch the drift' }]);
    expect(first?.persons).toEqual(['p_requester', 'p_owner', 'p_ciso', 'p_caio']);
    expect(first?.controls).toEqual(['AICM-AIS-06', 'AICM-GRC-05', 'NIST-CM-3(2)']);
  });

  it('without the texts say the same with nothing hidden', async () => {
    const { requests } = await collected(true);
    expect(requests[0]).toMatchObject({
      purpose: null,
      digest: DIGEST,
      evidence: [{ title: null, kind: 'rollback-plan' }],
    });
    expect(JSON.stringify(requests)).not.toMatch(/score"|The vendor/);
  });
});

describe('coverage', () => {
  it('counts for each control what serves it and what is missing', async () => {
    const { requests } = await collected();
    const coverage = coverageOf(requests).find(({ control }) => control === 'AICM-AIS-06');
    expect(coverage).toMatchObject({ deployments: ['DR-1', 'DR-2'], breakGlass: ['DR-2'], exceptions: ['EX-1'] });
    expect(coverage?.demands).toEqual([
      { kind: 'rollback-plan', title: 'A rollback plan', served: ['DR-1'], missing: ['DR-2'] },
    ]);
    if (coverage === undefined) throw new Error('no coverage');
    const titled = (title: string) =>
      coverageLine({ ...coverage, demands: coverage.demands.map((demand) => ({ ...demand, title })) });
    expect(titled('Rollback plan')).toContain(', 1 with a rollback plan,');
    expect(titled('Impact assessment')).toContain(', 1 with an impact assessment,');
    expect(titled('DPIA')).toContain(', 1 with a DPIA,');
    expect(coverageLine(coverage)).toBe(
      'AICM-AIS-06: 2 deployments, 1 with a rollback plan, 1 by break-glass, 1 exception',
    );
  });
});

describe('reconciliation', () => {
  const row = (changes: Partial<Record<string, string>>) => {
    const r = {
      system: 'scorer',
      version: '1.0',
      digest: DIGEST,
      environment: 'Production',
      time: '2026-11-21T00:00:00Z',
      ...changes,
    };
    return `${r.time},${r.system},${r.version},${r.digest},${r.environment}`;
  };
  const csv = (...rows: string[]) => ['time,system,version,digest,environment', ...rows].join('\r\n');

  it('names deployments without approval, before it, after it ended, and approvals never used', async () => {
    const { requests } = await collected();
    const one = requests.filter(({ shortId }) => shortId === 'DR-1');
    const rows = [
      row({}),
      row({ time: '2026-11-20T07:00:00+00:00' }),
      row({ time: '2027-06-01T00:00:00Z' }),
      row({ digest: 'ff'.repeat(32) }),
      row({ environment: 'staging' }),
      row({ system: 'other' }),
    ];
    const result = reconcile(parseDeployments(csv(...rows)), one);
    expect(result.rows.map(({ result: r, otherName }) => [r, otherName])).toEqual([
      ['approved', false],
      ['before_approval', false],
      ['outside_validity', false],
      ['without_approval', false],
      ['without_approval', false],
      ['approved', true],
    ]);
    expect(result.unused).toEqual([]);
    expect(reconcile([], one).unused).toEqual(['DR-1']);
  });

  it('tells an emergency from an approval, and does not take a suspended one for valid', async () => {
    const { requests } = await collected();
    const [one, two] = requests;
    if (one === undefined || two === undefined) throw new Error('no requests');
    const stopped = {
      ...one,
      suspensions: [{ from: '2026-11-21T12:00:00.000Z', to: '2026-11-22T12:00:00.000Z' }],
    };
    const emergency = {
      ...two,
      version: '2.0',
      digest: `sha256:${'dd'.repeat(32)}`,
      breakGlass: { from: '2026-11-21T00:00:00.000Z', to: '2026-11-21T08:00:00.000Z' },
    };
    const at = (time: string, digest = DIGEST) => row({ time, digest });
    const second = emergency.digest;
    const seen = parseDeployments(
      csv(
        at('2026-11-21T11:00:00Z'),
        at('2026-11-21T13:00:00Z'),
        at('2026-11-22T13:00:00Z'),
        at('2026-11-20T23:00:00Z', second),
        at('2026-11-21T07:00:00Z', second),
        at('2026-11-21T09:00:00Z', second),
      ),
    );
    const result = reconcile(seen, [stopped, emergency]);
    expect(result.rows.map(({ result: r, request }) => [r, request])).toEqual([
      ['approved', 'DR-1'],
      ['while_suspended', 'DR-1'],
      ['approved', 'DR-1'],
      ['before_approval', 'DR-2'],
      ['by_break_glass', 'DR-2'],
      ['outside_validity', 'DR-2'],
    ]);
    expect(result.unused).toEqual([]);
    expect(reconcile(seen.slice(1, 2), [stopped, emergency]).unused).toEqual(['DR-1', 'DR-2']);
  });

  it('calls an approval unused when another one of the same artefact let the deployment through', async () => {
    const [one] = (await collected()).requests;
    if (one === undefined) throw new Error('no request');
    const again = { ...one, shortId: 'DR-8', decidedAt: '2027-06-01T00:00:00.000Z', validUntil: null };
    const early = parseDeployments(csv(row({}), row({ time: '2026-11-20T07:00:00Z' })));
    expect(reconcile(early, [one, again]).unused).toEqual(['DR-8']);
    expect(reconcile(early, [again, one]).rows.map(({ request }) => request)[0]).toBe('DR-1');
    expect(reconcile(parseDeployments(csv(row({ time: '2027-06-02T00:00:00Z' }))), [one, again])).toMatchObject({
      rows: [{ result: 'approved', request: 'DR-8' }],
      unused: ['DR-1'],
    });
  });

  it('reads suspensions and emergencies from the log', async () => {
    const story: Event[] = [
      ...STORY.slice(0, 4),
      { request: 1, type: 'suspended', actor: 'p_ciso', data: { reason: 'drift' } },
      { request: 1, type: 'reinstated', actor: 'p_caio', data: {} },
      { request: 1, type: 'suspended', actor: 'p_ciso', data: { reason: 'again' } },
      STORY[4] as Event,
      {
        request: 2,
        type: 'breakglass.invoked',
        actor: 'p_ops',
        data: { reason: 'outage', until: '2026-11-20T09:00:00.000Z' },
      },
      { request: 2, type: 'breakglass.ended', actor: 'service', data: { reviewed: false } },
    ];
    const [one, two] = (await collectRequests(told(story, new Map()))).requests;
    expect(one).toMatchObject({
      status: 'suspended',
      suspensions: [
        { from: '2026-11-20T08:00:04.000Z', to: '2026-11-20T08:00:05.000Z' },
        { from: '2026-11-20T08:00:06.000Z', to: null },
      ],
    });
    expect(two).toMatchObject({
      breakGlass: { from: '2026-11-20T08:00:08.000Z', to: '2026-11-20T08:00:09.000Z' },
      persons: ['p_requester', 'p_owner', 'p_ops'],
    });
  });

  it('refuses a list it cannot read, naming the row', () => {
    expect(() => parseDeployments('a,b\n1,2')).toThrow('columns missing');
    expect(() => parseDeployments(csv(row({}), row({ digest: 'x' })))).toThrow('row 3');
    expect(() => parseDeployments(csv(row({ time: '2026-11-21 10:00' })))).toThrow('row 2');
    expect(() => parseDeployments('"open')).toThrow('csv_invalid');
  });
});

describe('csv', () => {
  it('is read back as it was written, and runs nothing in a spreadsheet', () => {
    const cells = ['plain', 'a,b', 'say "hi"', 'two\nlines', '=1+1', '+1', '-1', '@x', ''];
    expect(parseCsv(csvLine(cells))).toEqual([
      ['plain', 'a,b', 'say "hi"', 'two\nlines', "'=1+1", "'+1", "'-1", "'@x", ''],
    ]);
    expect(csvLine([null, 5, 'a\u0007b'])).toBe(',5,a b\r\n');
  });

  it('lists a population with its query, range, gap check and root', async () => {
    const population = {
      origin: ORIGIN,
      query: 'everything',
      from: null,
      to: null,
      count: STORY.length,
      firstIndex: 0,
      lastIndex: STORY.length - 1,
      size: STORY.length,
      root: context.root,
      gapCheck: 'all indexes read, none missing' as const,
    };
    let text = '';
    for await (const piece of populationCsv(population, told(STORY, new Map()))) text += piece;
    const rows = parseCsv(text);
    expect(rows.slice(0, 2)).toEqual([
      ['log', ORIGIN],
      ['query', 'everything'],
    ]);
    expect(rows).toContainEqual([...LISTING_COLUMNS]);
    expect(rows).toHaveLength(10 + 1 + STORY.length);
    expect(rows.at(-4)?.slice(0, 5)).toEqual(['10', '2026-11-20T08:00:10.000Z', 'decision', 'decided', 'EX-1']);
  });
});

describe('a sample', () => {
  it('is the same for the same population and seed, and another for another', async () => {
    const ids = Array.from({ length: 200 }, (_, i) => `DR-${i}`);
    const one = await drawSample(crypto, ids, 20, 'audit 2026');
    expect(new Set(one).size).toBe(20);
    expect(await drawSample(crypto, ids.toReversed(), 20, 'audit 2026')).toEqual(one);
    expect(await drawSample(crypto, ids, 20, 'audit 2027')).not.toEqual(one);
    expect(await drawSample(crypto, ids, 500, 'x')).toHaveLength(200);
  });
});

describe('OSCAL', () => {
  const oscal = sharedFolder('data/oscal');

  const validator = (file: string, branch: string) => {
    const { oneOf: _, ...schema } = JSON.parse(readFileSync(new URL(file, oscal ?? 'file:///'), 'utf8'));
    const ajv = new Ajv({ strict: false, allErrors: true });
    addFormats.default(ajv);
    // The complete schema is a choice of models; one branch at a time gives readable errors.
    const chosen =
      _ === undefined ? schema : { ...schema, ..._.find((b: { required: string[] }) => b.required.includes(branch)) };
    return ajv.compile(chosen);
  };

  const cases = [
    ['oscal_assessment-results_schema-1.2.1.json', 'assessment-results'],
    ['oscal_complete_schema-1.2.2.json', 'assessment-results'],
    ['oscal_poam_schema-1.2.1.json', 'plan-of-action-and-milestones'],
    ['oscal_complete_schema-1.2.2.json', 'plan-of-action-and-milestones'],
  ] as const;

  it.skipIf(oscal === null).each(cases)(
    'is valid against %s as %s (skipped: the shared folder is absent)',
    async (file, branch) => {
      const validate = validator(file, branch);
      for (const redact of [false, true]) {
        const { requests } = await collected(redact);
        const write = branch === 'assessment-results' ? assessmentResults : planOfAction;
        const written = await write(crypto, context, requests);
        if (!written.ok) throw new Error(written.reason);
        expect(Object.keys(written.document)).toEqual([branch]);
        validate(written.document);
        expect(validate.errors ?? []).toEqual([]);
        expect(validate({ [branch]: {} })).toBe(false);
      }
    },
  );

  it('puts deployments into observations and findings on their controls', async () => {
    const written = await assessmentResults(crypto, context, (await collected()).requests);
    if (!written.ok) throw new Error(written.reason);
    const text = JSON.stringify(written.document);
    const { observations, findings } = JSON.parse(text)['assessment-results'].results[0];
    expect(observations.map((o: { title: string }) => o.title.slice(0, 4))).toEqual(['DR-1', 'DR-2', 'DR-3']);
    const states = findings.map((f: { target: { 'target-id': string; status: { state: string } } }) => [
      f.target['target-id'],
      f.target.status.state,
    ]);
    expect(states).toContainEqual(['AICM-AIS-06', 'not-satisfied']);
    expect(states.map(([id]: string[]) => id)).toContain('NIST-CM-3.2');
    expect(text).toContain('ee'.repeat(32));
  });

  it('puts exceptions into risks with an approved deviation, expiry and compensating controls', async () => {
    const written = await planOfAction(crypto, context, (await collected()).requests);
    if (!written.ok) throw new Error(written.reason);
    const poam = JSON.parse(JSON.stringify(written.document))['plan-of-action-and-milestones'];
    expect(poam.risks).toHaveLength(1);
    expect(poam.risks[0]).toMatchObject({ status: 'deviation-approved', deadline: '2027-05-20T23:59:59.000Z' });
    expect(poam.risks[0]['mitigating-factors']).toHaveLength(1);
    expect(poam.risks[0]['risk-log'].entries[0]['logged-by']).toHaveLength(1);
    expect(poam['poam-items'][0]['related-risks'][0]['risk-uuid']).toBe(poam.risks[0].uuid);
  });

  it('when there is nothing to tell, says so', async () => {
    expect(await assessmentResults(crypto, context, [])).toEqual({ ok: false, reason: 'nothing_to_assess' });
    expect(await planOfAction(crypto, context, [])).toEqual({ ok: false, reason: 'no_exceptions' });
  });

  it('gives ids and tokens that its schemas admit, the same each time', async () => {
    expect(await oscalUuid(crypto, 'a', 'b')).toBe(await oscalUuid(crypto, 'a', 'b'));
    expect(await oscalUuid(crypto, 'a', 'b')).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
    expect(['NIST-AC-2(1)', '1x', 'a b', 'WP-2.6.1'].map(token)).toEqual(['NIST-AC-2.1', '_1x', 'a_b', 'WP-2.6.1']);
  });
});
