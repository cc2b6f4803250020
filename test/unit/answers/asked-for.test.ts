/** An answer holds what was asked for first, and nothing that only stands beside it. */
import { beforeAll, describe, expect, test } from 'vitest';
import type { Answerer } from '#src/answers/answerer.ts';
import type { Answer } from '#src/answers/types.ts';
import { desk } from './desk.ts';

let answerer: Answerer;
beforeAll(async () => {
  answerer = await desk();
});
const ask = (question: string): Promise<Answer> => answerer.ask(question);

describe('a control', () => {
  test.each(['what does AIS-06 require?', 'ais 06?', 'explain AIS-06'])(
    '%s: what it demands, not who its actors are',
    async (question) => {
      const { answer } = await ask(question);
      expect(answer).toMatch(/^AIS-06 \(AICM\): Strategies and capabilities must/);
      expect(answer).not.toMatch(/Model Provider|first phase/);
    },
  );

  test('its actors and its lifecycle are told when they are asked for', async () => {
    expect((await ask('what is a Model Provider in AIS-06?')).answer).toMatch(/Model Provider \(MP\): an entity/);
    expect((await ask('which lifecycle phases does AIS-06 list?')).answer).toMatch(/first phase/);
  });

  test.each(['HIPAA', 'SOC 2', 'NIST CSF', 'ISO 9001', 'PCI DSS'])(
    'a mapping into %s, which is not in the table, is not answered from another column',
    async (standard) => {
      const answer = await ask(`which ${standard} refs does GRC-05 have?`);
      expect(answer.abstained).toBe(true);
      expect(answer.answer).toContain(`has no mapping to ${standard.replace('NIST ', '')} in the library`);
      expect(answer.answer).not.toMatch(/B\.6\.1\.2|GV-1/);
    },
  );

  test('a standard of the table beside one that is not is answered', async () => {
    expect((await ask('ISO 42001 and SOC 2 refs of GRC-05?')).answer).toMatch(/B\.6\.1\.2/);
  });
});

test('a numbered series that is begun is told to its end', async () => {
  const { answer } = await ask('what papers do i need for an AI ISMS, list');
  expect(answer.match(/Document \d:/g)).toHaveLength(7);
});

describe('a chapter', () => {
  test.each([
    ['which clauses does chapter 5 of the policy have?', ['POL-5.1', 'POL-5.2', 'POL-5.3']],
    ['how many sections does 2.6 of the paper have', ['WP-2.6.1', 'WP-2.6.2', 'WP-2.6.4', 'WP-2.6.5']],
    ['what are the sections of chapter 2', ['WP-2.1', 'WP-2.2', 'WP-2.3', 'WP-2.4', 'WP-2.5', 'WP-2.6']],
  ])('%s', async (question, ids) => {
    const { answer, items, abstained } = await ask(question);
    expect(abstained).toBe(false);
    expect(items).toEqual(ids);
    expect(answer).toMatch(new RegExp(`has ${ids.length} (?:clauses|sections): ${ids[0]} `));
  });

  test('with a topic it is the section that has it; one that is not there is not', async () => {
    expect((await ask('what does policy chapter 5 say about passwords')).citations[0]?.id).toBe('POL-5.2');
    expect((await ask('policy chapter 14')).reason).toBe('unknown_id');
    expect((await ask('what is in wp chapter 4')).reason).toBe('unknown_id');
  });
});

describe('a control by layer', () => {
  test.each(['who implements AIS-06 for the model', 'AIS-06 ssrm model'])(
    '%s: the bare word is the layer',
    async (question) => {
      expect((await ask(question)).owners).toEqual([{ layer: 'model', owners: ['MP'], shared: false }]);
    },
  );
});

test('an abbreviation comes with its definition from the item that has its name', async () => {
  const { answer, citations } = await ask('what is an ISMS?');
  expect(answer).toMatch(/^ISMS stands for Information Security Management System\. \w+/);
  expect(citations[0]?.id).toBe('ISMS-fundamentals');
});

describe('a number', () => {
  test.each(['how long must logs be kept, in days?', "what's the max token limit for prompts"])(
    '%s: the source has none, and says so',
    async (question) => {
      const answer = await ask(question);
      expect(answer.reason).toBe('no_number_recorded');
      expect(answer.citations).toHaveLength(1);
    },
  );

  test('an interval in words is an answer', async () => {
    expect((await ask('how often are access rights reviewed?')).abstained).toBe(false);
  });
});

describe('another language', () => {
  test('a look-up by id needs no hint', async () => {
    expect((await ask('Was verlangt POL-4.3?')).answer).not.toMatch(/Englisch/);
    expect((await ask('Wer ist verantwortlich für GRC-05?')).owners).toHaveLength(4);
    expect((await ask('who ist rechenschaftspflichtig für data minimization')).roles?.accountable).toEqual([
      'Data Governance Board',
    ]);
  });

  test('passages found by words that both languages have come with the hint', async () => {
    const answer = await ask('Was ist der Unterschied zwischen canary und blue-green?');
    expect(answer.answer).toMatch(/^Bitte fragen Sie auf Englisch/);
    expect(answer.citations).not.toEqual([]);
  });
});
