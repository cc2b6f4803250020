/** Evidence as deciders see it: the kept file and not its typed address, each piece once. */
import { describe, expect, it } from 'vitest';
import { evidenceStatus } from '#src/approvals/policy.ts';
import { type EvidenceContext, evidenceLines } from '#src/slack/blocks/evidence-lines.ts';
import type { EvidenceFile } from '#src/systems/evidence-files.ts';
import { deployment, desk, HIGH, MILO, T0 } from '../approvals/fixtures.ts';

const SHA = 'a'.repeat(64);
const item = { kind: 'risk-assessment', title: 'Risk', url: `https://files.slack.com/f/1#sha256=${SHA}`, sha256: SHA };
const date = '2026-10-01T23:59:59.999Z';
const file: EvidenceFile = {
  sha256: SHA,
  kind: 'risk-assessment',
  version: '1',
  date,
  validUntil: null,
  systems: ['credit-scoring'],
  source: 'https://files.slack.com/f/1',
  type: 'application/pdf',
  sizeBytes: 10,
  capturedBy: MILO,
  capturedAt: date,
  attested: { by: 'legal', role: 'Legal Team', at: date, systems: [], organisation: false },
  withdrawn: false,
  eventCount: 2,
};

function linesOf(change: Partial<EvidenceFile> = {}, context: Partial<EvidenceContext> = {}) {
  const one = desk();
  const evidence = [
    { ...item, date },
    { kind: 'link', title: 'Wiki', url: 'https://w.example/x', sha256: null, date },
  ];
  one.ok(MILO, { type: 'submit', document: deployment({ ...HIGH, evidence }) });
  const state = one.submitted();
  const demanded = evidenceStatus(state.terms.evidence, state.document, T0, []);
  const kept = { keptAt: (id: string, sha: string) => `https://gov.example/evidence/requests/${id}/objects/${sha}` };
  return evidenceLines(state, demanded, { files: new Map([[SHA, { ...file, ...change }]]), ...kept, ...context });
}

describe('a piece of evidence', () => {
  it('leads to what was kept, and says type, hash, date and who stands for it', () => {
    const line = linesOf().find((one) => one.includes('Risk'));
    expect(line).toContain(`<https://gov.example/evidence/requests/DR-1/objects/${SHA}|Risk>`);
    expect(line).toContain(`(pdf, sha256 ${SHA.slice(0, 12)}…, 2026-10-01, attested as Legal Team)`);
    expect(line).not.toContain('files.slack.com');
  });

  it('leads to where it was read, with its hash, where the pages have no address', () => {
    const line = linesOf({}, { keptAt: () => null }).find((one) => one.includes('|Risk>'));
    expect(line).toMatch(/<https:\/\/files\.slack\.com\/f\/1\|Risk> \(pdf, sha256 a{12}…/);
  });

  it.each<[string, Partial<EvidenceFile>, string]>([
    ['nobody', { attested: null }, '2026-10-01): *waits for somebody of another side'],
    [
      'only the asking side',
      { attested: { by: MILO, role: 'Legal Team', at: date } },
      '2026-10-01): *waits for somebody',
    ],
    ['somebody, before it was taken back', { withdrawn: true }, 'taken back'],
  ])('for which %s stands says so', (_who, change, words) => {
    expect(linesOf(change).join('\n')).toContain(words);
  });

  it('that is a link says that nothing was kept, and each piece stands once, demanded or not', () => {
    const lines = linesOf();
    expect(lines.filter((line) => line.includes('|Wiki>'))).toEqual([
      expect.stringContaining('(a link, not kept, 2026-10-01)'),
    ]);
    expect(lines.filter((line) => line.includes('|Risk>'))).toHaveLength(1);
    expect(lines.filter((line) => line.includes('*missing*')).length).toBeGreaterThan(3);
    expect(new Set(lines).size).toBe(lines.length);
  });
});
