/** An address in a form that names a captured file is that file, and no other address is. */
import { describe, expect, it } from 'vitest';
import { parseRequest } from '#src/delivery/forms/request-form.ts';
import { loadPolicy } from '#src/wire/knowledge/knowledge.ts';

const policy = await loadPolicy();
const sha256 = 'ab'.repeat(32);

function evidenceOf(line: string) {
  const values = {
    system: 'chat',
    version: '1',
    digest: `sha256:${'cd'.repeat(32)}`,
    environment: 'staging',
    purpose: 'Answers questions.',
    evidence: line,
  };
  const context = {
    policy,
    now: new Date('2026-11-21T00:00:00.000Z'),
    replaces: null,
    base: null,
    person: (user: string) => user,
  };
  const parsed = parseRequest('deploy', values, context);
  return parsed.ok ? parsed.document.evidence.map((item) => [item.kind, item.sha256]) : parsed.errors;
}

describe('evidence in a form', () => {
  it.each([
    [`risk-assessment: https://wiki.example.com/r#sha256=${sha256} 2026-10-01`, 'risk-assessment', sha256],
    ['risk-assessment: https://wiki.example.com/r 2026-10-01', 'risk-assessment', null],
    [`risk-assessment: https://wiki.example.com/r#sha256=${sha256.slice(1)} 2026-10-01`, 'risk-assessment', null],
    [`https://wiki.example.com/r?sha256=${sha256}`, 'link', null],
  ])('%s', (line, kind, expected) => {
    expect(evidenceOf(line)).toEqual([[kind, expected]]);
  });
});
