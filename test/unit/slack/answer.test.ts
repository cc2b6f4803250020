/** What an answer says of its sources. */
import { expect, test } from 'vitest';
import type { Answer } from '#src/answers/types.ts';
import { renderAnswer } from '#src/slack/blocks/answer.ts';

const citation = (id: string, document: string) => ({
  id,
  title: `Title of ${id}`,
  document,
  version: '1.0',
  hash: 'ab'.repeat(32),
  quote: '',
});
const answer = (...ids: readonly string[]): Answer => ({
  id: 'q1',
  question: 'Who decides?',
  answer: 'Two people decide.',
  abstained: false,
  reason: null,
  mode: 'facts',
  citations: ids.map((id) => citation(id, id.startsWith('POL') ? 'policy' : 'whitepaper')),
  roles: null,
  owners: null,
  holders: null,
  items: null,
  related: [],
  latencyMs: 1,
});
const owned = (holders: Answer['holders']): Answer => ({
  ...answer('WP-2.6.1'),
  roles: { responsible: ['DevOps Team'], accountable: ['Chief Technology Officer'], consulted: [], informed: [] },
  holders,
});
const shown = (answered: Answer, authorities: readonly (string | null)[]) =>
  JSON.stringify(renderAnswer(answered, { wasCut: false, authorities, pointer: null }).blocks);

test('one authority is said once, for one source and for several', () => {
  expect(shown(answer('POL-4.3'), ['binding'])).toContain('This source is binding.');
  const two = shown(answer('POL-4.3', 'POL-5.1'), ['binding', 'binding']);
  expect(two).toContain('Each of these sources is binding.');
  expect(two).not.toContain('1.0 · binding');
});

test('mixed sources are never all called binding: each says its own', () => {
  const mixed = shown(answer('POL-4.3', 'WP-2.6.1'), ['binding', 'reference']);
  expect(mixed).not.toMatch(/sources? is /);
  expect(mixed).toContain('[POL-4.3] Title of POL-4.3 · policy 1.0 · binding');
  expect(mixed).toContain('[WP-2.6.1] Title of WP-2.6.1 · whitepaper 1.0 · reference');
});

test('a source that is no longer known speaks for nobody, and nobody for it', () => {
  const gone = shown(answer('POL-4.3', 'WP-2.6.1'), ['binding', null]);
  expect(gone).not.toMatch(/sources? is /);
  expect(gone).toContain('policy 1.0 · binding');
  expect(gone).not.toContain('whitepaper 1.0 ·');
});

test('a role that nobody holds is said, beside those who hold another', () => {
  const some = shown(owned([{ role: 'Chief Technology Officer', user: 'U0CTO' }]), [null]);
  expect(some).toContain('Here: Chief Technology Officer: <@U0CTO>');
  expect(some).toContain('Nobody is named yet for DevOps Team; ask the administrators.');
  expect(shown(owned([]), [null])).toContain('Nobody is named yet for DevOps Team and Chief Technology Officer;');
});

test('without a directory at hand nothing is said of holders', () => {
  expect(shown(owned(null), [null])).not.toContain('Nobody is named');
});

test('a button about a long quotation or many sources holds a value that can be read back', () => {
  const long = { ...citation('POL-4.3', 'policy'), quote: 'A "quoted"\nline\u0001.'.repeat(100) };
  const ids = Array.from({ length: 30 }, (_, index) => `NIST-${'X'.repeat(40)}-${index}`);
  const answered = { ...answer(...ids), citations: [long, ...answer(...ids).citations] };
  const values = [
    ...shown(answered, []).matchAll(/"action_id":"open_sources?(?::\d+)?","value":("(?:[^"\\]|\\.)*")/g),
  ].map((match) => JSON.parse(match[1] ?? '""') as string);
  expect(values.length).toBeGreaterThan(2);
  for (const value of values) {
    expect(value.length).toBeLessThanOrEqual(2000);
    expect(() => JSON.parse(value)).not.toThrow();
  }
});
