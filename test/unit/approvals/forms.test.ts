import { describe, expect, test } from 'vitest';
import { documentProblem } from '#src/approvals/document-schema.ts';
import { parseDurationMs as parseDuration, parseMoment as parseMomentOrNull } from '#src/approvals/duration.ts';
import {
  type DeploymentInput,
  type ExceptionInput,
  parseDeploymentForm,
  parseExceptionForm,
} from '#src/approvals/forms.ts';
import { DAY, DIGEST, deployment, MILO, shipped, T0 } from './fixtures.ts';

const context = { policy: shipped, now: new Date(T0) };
const good: DeploymentInput = {
  system: ' credit-scoring ',
  version: '2.1',
  digest: 'AB'.repeat(32),
  environment: 'Staging',
  purpose: 'Score loan applications',
  answers: { personalData: 'no', affectsPeople: false },
  evidence: 'https://e.example/card\nrisk-assessment: https://e.example/ra 2026-10-01',
};
const deployErrors = (change: DeploymentInput): readonly string[] => {
  const result = parseDeploymentForm({ ...good, ...change }, context);
  return result.ok ? [] : Object.keys(result.errors);
};

describe('the deployment form', () => {
  test('gives the document and the terms it will be judged by', () => {
    const result = parseDeploymentForm(good, context);
    if (!result.ok) throw new Error(JSON.stringify(result.errors));
    expect(result.document).toMatchObject({ system: 'credit-scoring', digest: DIGEST, environment: 'staging' });
    expect(result.document.evidence).toMatchObject([
      { kind: 'link', url: 'https://e.example/card', date: null },
      { kind: 'risk-assessment', title: 'Risk assessment', date: '2026-10-01T23:59:59.999Z' },
    ]);
    expect(result.terms.tier).toBe('minimal');
  });

  test.each<[string, DeploymentInput, readonly string[]]>([
    ['a digest that is no sha256', { digest: 'sha256:123' }, ['digest']],
    ['an evidence link that is no address', { evidence: 'see the wiki' }, ['evidence']],
    ['an address with a script', { evidence: 'javascript:alert(1)' }, ['evidence']],
    ['an address with a password', { evidence: 'https://me:secret@e.example/' }, ['evidence']],
    ['a date that does not exist', { evidence: 'https://e.example 2026-02-30' }, ['evidence']],
    ['no evidence where the tier wants some', { evidence: '' }, ['evidence.risk-assessment']],
    ['a missing name and purpose', { system: '  ', purpose: undefined }, ['system', 'purpose']],
    ['a purpose of 50,000 characters', { purpose: 'x'.repeat(50_000) }, ['purpose']],
    ['control characters', { version: '2\u0000' }, ['version']],
    ['half a surrogate pair', { purpose: 'x\ud800' }, ['purpose']],
    ['an answer that is neither', { answers: { personalData: 'perhaps' } }, ['personalData']],
    [
      'a scope that ends in the past',
      { scope: { users: null, trafficPercent: null, regions: [], until: new Date(T0 - 1).toISOString() } },
      ['scope.until'],
    ],
    [
      'an envelope that ended',
      { dataClasses: 'payments', envelope: { metrics: 'a >= 1', environments: 'staging', until: '2026-01-01' } },
      ['envelope.until'],
    ],
    ['a tier that is none', { raisedTier: 'extreme' }, ['raisedTier']],
    ['a change in the future', { lastChange: '2027-01-01' }, ['lastChange']],
    [
      'thirteen links',
      { evidence: Array.from({ length: 13 }, (_, i) => `https://e.example/${i}`).join('\n') },
      ['evidence'],
    ],
  ])('%s is an error on its field', (_what, change, fields) => {
    expect(deployErrors(change)).toEqual(fields);
  });

  test('an empty form names every field that is needed', () => {
    const result = parseDeploymentForm({}, context);
    expect(result.ok ? [] : Object.keys(result.errors)).toEqual([
      'system',
      'version',
      'digest',
      'environment',
      'purpose',
    ]);
  });

  test('a text that is no id of an exception is named at its field, and refused by the core', () => {
    const form = parseDeploymentForm({ restsOn: ['EX-1', 'the waiver of Milo'] }, context);
    expect(form).toMatchObject({ ok: false, errors: { restsOn: 'Name exceptions by their ids, such as EX-3.' } });
    const restsOn = ['the waiver of Milo'] as never;
    expect(documentProblem(deployment({ restsOn }))).toBe('restsOn.0');
  });

  test('text that means something to Slack stays as it is: it is escaped where it is shown', () => {
    const result = parseDeploymentForm({ ...good, purpose: 'Tell <!channel> & <@U1>' }, context);
    expect(result.ok && result.document.purpose).toBe('Tell <!channel> & <@U1>');
  });

  test('a prohibited use passes the form, so that its refusal is recorded', () => {
    const result = parseDeploymentForm({ ...good, evidence: '', answers: { prohibitedUse: 'yes' } }, context);
    expect(result.ok && result.terms.tier).toBe('prohibited');
  });
});

describe('the exception form', () => {
  const form: ExceptionInput = {
    deviatesFrom: 'POL-5.2, POL-5.3',
    circumstances: 'Old host',
    compensatingControls: [{ text: 'Watch it', owner: MILO, due: '2026-11-20' }, {}],
    remediationPlan: 'Replace it',
    residualRiskLevel: 'low',
    residualRisk: 'One network only',
    expires: '2026-12-31',
  };
  const errors = (change: ExceptionInput): readonly string[] => {
    const result = parseExceptionForm({ ...form, ...change }, context);
    return result.ok ? [] : Object.keys(result.errors);
  };

  test('a bare date means the end of that day, UTC', () => {
    const result = parseExceptionForm(form, context);
    if (!result.ok) throw new Error(JSON.stringify(result.errors));
    expect(result.document.expiresAt).toBe('2026-12-31T23:59:59.999Z');
    expect(result.document.deviatesFrom).toEqual(['POL-5.2', 'POL-5.3']);
    expect(result.document.compensatingControls).toEqual([
      { text: 'Watch it', owner: MILO, dueAt: '2026-11-20T23:59:59.999Z' },
    ]);
  });

  test.each<[string, ExceptionInput, readonly string[]]>([
    ['an end in the past', { expires: '2026-10-31' }, ['expires']],
    ['an end beyond the maximum', { expires: new Date(T0 + 200 * DAY).toISOString() }, ['expires']],
    ['no end', { expires: '' }, ['expires']],
    [
      'a compensating control without an owner',
      { compensatingControls: [{ text: 'Watch it', due: '2026-11-20' }] },
      ['compensatingControls.0.owner'],
    ],
    [
      'a compensating control without a date',
      { compensatingControls: [{ text: 'Watch it', owner: MILO }] },
      ['compensatingControls.0.due'],
    ],
    ['nothing deviated from', { deviatesFrom: ' ' }, ['deviatesFrom']],
    ['no residual risk', { residualRiskLevel: undefined, residualRisk: '' }, ['residualRiskLevel', 'residualRisk']],
  ])('%s is an error on its field', (_what, change, fields) => {
    expect(errors(change)).toEqual(fields);
  });
});

describe('durations and moments', () => {
  test.each([
    ['30 minutes', 1_800_000],
    ['1 day', DAY],
    ['2 weeks', 14 * DAY],
    ['none', 0],
    ['1 month', null],
    ['1.5 days', null],
    ['', null],
  ])('%s', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  test.each([
    ['2026-11-02', '2026-11-02T23:59:59.999Z'],
    ['2026-11-02T10:00+02:00', '2026-11-02T08:00:00.000Z'],
    ['2026-02-30', null],
    ['02.11.2026', null],
    ['2026-11-02T10:00', null],
  ])('%s', (text, iso) => {
    expect(parseMomentOrNull(text)).toBe(iso);
  });
});
