/** Third-party AI (policy chapter 8): what the shipped policy demands of a system that rests on a vendor. */
import { describe, expect, it } from 'vitest';
import { evidenceStatus, termsFor } from '#src/approvals/policy.ts';
import { loadPolicy } from '#src/wire/knowledge/knowledge.ts';
import { deployment } from '../../integration/deployments.ts';

const now = Date.parse('2026-11-21T00:00:00.000Z');
const policy = await loadPolicy();
const kindsOf = (answers: Record<string, boolean>) =>
  termsFor(policy, deployment({ answers })).evidence.map((demand) => demand.kind);

describe('the shipped policy', () => {
  it('demands assessment, contract and monitoring of a vendor system, and more on the high tier', () => {
    const limited = kindsOf({ thirdParty: true });
    expect(limited).toEqual(expect.arrayContaining(['vendor-assessment', 'vendor-contract', 'vendor-monitoring-plan']));
    expect(kindsOf({ thirdParty: true, decidesAlone: true })).toContain('upstream-due-diligence');
    expect(kindsOf({ decidesAlone: true }).filter((kind) => kind.startsWith('vendor'))).toEqual([]);
  });

  it('ties each of these to a clause of chapter 8 or to AIS-06', () => {
    for (const demand of termsFor(policy, deployment({ answers: { thirdParty: true, decidesAlone: true } })).evidence)
      if (/^(vendor|upstream)/.test(demand.kind)) expect(demand.serves.join()).toMatch(/POL-8|AIS-06/);
  });

  it('takes an assessment for a year', () => {
    const document = (date: string) =>
      deployment({
        answers: { thirdParty: true },
        evidence: [{ kind: 'vendor-assessment', title: 'A', url: 'https://x.example', sha256: null, date }],
      });
    const status = (date: string) => {
      const doc = document(date);
      return evidenceStatus(termsFor(policy, doc).evidence, doc, now).find((s) => s.demand.kind === 'vendor-assessment')
        ?.why;
    };
    expect([status('2026-01-01T00:00:00.000Z'), status('2025-01-01T00:00:00.000Z')]).toEqual([null, 'too_old']);
  });
});
