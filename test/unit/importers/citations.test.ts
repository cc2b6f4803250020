import { expect, test } from 'vitest';
import { affectedLines } from '#src/cli/knowledge/citations.ts';
import { citationsOf } from '#src/delivery/answers/citations.ts';

test('a request cites the items whose ids stand in its state, each once, and nothing that only looks like prose', async () => {
  const state = {
    kind: 'exception',
    deviatesFrom: ['POL-5.2', 'AICM-A&A-01'],
    revision: { scope: { controls: ['POL-5.2', 'NIST-AC-2(1)'] }, text: 'POL-4.3 is not meant here' },
    short: 'dr-12',
  };
  // The row holds hashes only; the request itself is read.
  const row = { id: 'r', shortId: 'EX-1', status: 'approved', version: 1, state: { revision: 'f00' } };
  const citations = await citationsOf({ listRequests: async () => [row] }, { read: async () => ({ state }) });
  expect(citations.map(({ subject, itemId }) => [subject, itemId])).toEqual([
    ['EX-1', 'POL-5.2'],
    ['EX-1', 'AICM-A&A-01'],
    ['EX-1', 'NIST-AC-2(1)'],
  ]);
  expect(affectedLines([])).toEqual([]);
  expect(affectedLines([{ subject: 'EX-1', itemId: 'POL-5.2', because: 'meaning_changed' }]).at(-1)).toBe(
    '  EX-1  POL-5.2 (meaning changed)',
  );
});
