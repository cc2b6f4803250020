import { describe, expect, test } from 'vitest';
import type { EvalCase } from '#src/answers/evaluate.ts';
import { evalTable, hasTerm, judgeAnswer, parseEvalFile, summarise, wilson } from '#src/answers/evaluate.ts';
import type { Answer } from '#src/answers/types.ts';

const answer = (parts: Partial<Answer>): Answer => ({
  id: null, question: '', answer: '', abstained: false, reason: null, mode: 'facts', citations: [], roles: null, owners: null,
  holders: null, items: null, related: [], latencyMs: 1, ...parts,
}); // biome-ignore format: short
const cite = (id: string): Answer['citations'][number] => ({
  id,
  title: '',
  document: '',
  version: '',
  hash: '',
  quote: '',
});
const roles = (accountable: readonly string[]): Answer['roles'] => ({
  responsible: [],
  accountable,
  consulted: [],
  informed: [],
});

const OWNER: EvalCase = {
  id: 'X1',
  question: 'who?',
  kind: 'owner',
  gold: { asked: ['accountable'], roles: { accountable: ['Chief Data Officer'] } },
  source_ids: ['WP-1.1'],
  must_include: [['chief data officer', 'cdo']],
  must_not_include: ['ciso'],
};

describe('terms', () => {
  test.each([
    ['the CDO answers', 'cdo', true],
    ['cdos answer', 'cdo', false],
    ['anonymization', 'anonymi', true],
    ['deanonymization', 'anonymi', false],
    ['aim for 100% of it', '100%', true],
    ['mapped to B.6.2.5.', 'b.6.2.5', true],
    ['', 'x', false],
  ])('%s / %s: %s', (text, term, found) => {
    expect(hasTerm(text, term)).toBe(found);
  });
});

describe('judging', () => {
  const right = answer({
    answer: 'Chief Data Officer is accountable.',
    citations: [cite('WP-1.1')],
    roles: roles(['Chief Data Officer (CDO)']),
  });
  test('a right answer passes', () => {
    expect(judgeAnswer(OWNER, right)).toMatchObject({ passed: true, faults: [] });
  });
  test.each<[string, Partial<Answer>]>([
    ['wrong source', { citations: [cite('WP-1.2')] }],
    ['no source', { citations: [] }],
    ['missing term', { answer: 'Somebody is accountable.' }],
    ['forbidden term', { answer: 'Chief Data Officer, not the CISO.' }],
    ['another role', { roles: roles(['Chief Privacy Officer']) }],
    ['one role too many', { roles: roles(['Chief Data Officer', 'Chief Privacy Officer']) }],
    ['no roles', { roles: null }],
  ])('%s fails', (_name, parts) => {
    expect(judgeAnswer(OWNER, { ...right, ...parts }).passed).toBe(false);
  });
  test('an out-of-scope question passes only with a no', () => {
    const test: EvalCase = {
      ...OWNER,
      kind: 'out-of-scope',
      gold: {},
      source_ids: [],
      must_include: [],
      must_not_include: ['approved'],
    };
    expect(judgeAnswer(test, answer({ abstained: true, answer: 'No.' })).passed).toBe(true);
    expect(judgeAnswer(test, answer({ answer: 'Yes.' })).passed).toBe(false);
    expect(judgeAnswer(test, answer({ abstained: true, answer: 'approved' })).passed).toBe(false);
  });
  test('lists are scored by recall and precision', () => {
    const test: EvalCase = {
      ...OWNER,
      kind: 'owner-reverse',
      gold: { section_ids: ['WP-1.1', 'WP-2.1.3'], qualified: ['WP-3.1'] },
      must_include: [],
    };
    const result = judgeAnswer(test, answer({ citations: [cite('WP-1.1')], items: ['WP-1.1', 'WP-3.1', 'WP-9.9'] }));
    expect(result.list).toEqual({ recall: 0.5, precision: 2 / 3 });
  });
});

test('Wilson intervals', () => {
  expect(wilson(0, 0)).toEqual({ low: 0, high: 1 });
  const { low, high } = wilson(90, 100);
  expect(low).toBeCloseTo(0.8256, 3);
  expect(high).toBeCloseTo(0.9448, 3);
});

test('the table fits 80 columns and names every kind', () => {
  const results = [judgeAnswer(OWNER, answer({})), judgeAnswer({ ...OWNER, kind: 'figure' }, answer({}))];
  const table = evalTable(summarise(results));
  for (const line of table.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  expect(table).toContain('owner');
  expect(table).toContain('figure');
});

test('a broken line is refused', () => {
  expect(() => parseEvalFile('{"id": 1}')).toThrow();
  expect(() => parseEvalFile('not json')).toThrow();
  expect(parseEvalFile('\n\n')).toEqual([]);
});
