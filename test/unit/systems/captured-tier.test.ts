/** On the high tier of the shipped policy a link is an assertion: only a captured file that somebody stands for serves. */
import { describe, expect, it } from 'vitest';
import type { EvidenceItem } from '#src/approvals/document.ts';
import { evidenceStatus, termsFor } from '#src/approvals/policy.ts';
import { loadPolicy } from '#src/wire/knowledge/knowledge.ts';
import { deployment } from '../../integration/deployments.ts';

const now = Date.parse('2026-11-21T00:00:00.000Z');
const policy = await loadPolicy();
const sha256 = 'ab'.repeat(32);
const assessment = (change: Partial<EvidenceItem>): EvidenceItem => ({
  kind: 'risk-assessment',
  title: 'Risk',
  url: 'https://wiki.example.com/r',
  sha256: null,
  date: '2026-10-01T00:00:00.000Z',
  ...change,
});

function why(answers: Record<string, boolean>, item: EvidenceItem, files?: readonly string[]) {
  const document = deployment({ answers, evidence: [item] });
  return evidenceStatus(termsFor(policy, document).evidence, document, now, files)[0]?.why;
}
const HIGH = { decidesAlone: true };

describe('a piece of evidence', () => {
  it.each<[string, Record<string, boolean>, Partial<EvidenceItem>, readonly string[] | undefined, string | null]>([
    ['on the high tier as a bare link', HIGH, {}, [sha256], 'not_captured'],
    ['on the high tier as a file that nobody stands for', HIGH, { sha256 }, ['cd'.repeat(32)], 'not_attested'],
    ['on the high tier where nobody looked at the files', HIGH, { sha256 }, undefined, 'not_attested'],
    ['on the high tier as a file that somebody stands for', HIGH, { sha256 }, [sha256], null],
    ['on the high tier as such a file of another kind', HIGH, { sha256, kind: 'bias-test' }, [sha256], 'missing'],
    ['on the limited tier as a bare link', { publicFacing: true }, {}, undefined, null],
    ['on the minimal tier as a bare link', {}, { kind: 'link' }, undefined, null],
  ])('%s', (_what, answers, item, files, expected) => {
    expect(why(answers, assessment(item), files)).toBe(expected);
  });

  it('raising the tier makes a link that was enough an assertion', () => {
    const document = deployment({ evidence: [assessment({})], raisedTier: 'high' });
    expect(termsFor(policy, document).evidence.every((demand) => demand.captured)).toBe(true);
  });
});
