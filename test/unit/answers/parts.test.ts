/** Questions with several parts, and the choice of the item. */
import { beforeAll, describe, expect, test } from 'vitest';
import type { Answerer } from '#src/answers/answerer.ts';
import { trainClassifier } from '#src/answers/classifier.ts';
import { wordsOf } from '#src/answers/text.ts';
import type { Answer } from '#src/answers/types.ts';
import { desk } from './desk.ts';

let answerer: Answerer;
beforeAll(async () => {
  answerer = await desk();
});
const ask = (question: string): Promise<Answer> => answerer.ask(question);
const cited = (answer: Answer): readonly string[] => answer.citations.map(({ id }) => id);

describe('one topic asked in several ways', () => {
  test('gives what it is and who answers for it, with the roles as facts', async () => {
    const answer = await ask('What is a canary release and who is accountable for it?');
    expect(answer.answer).toMatch(/small subset/);
    expect(answer.roles?.accountable).toEqual(['Head of AI Operations', 'Chief Technology Officer']);
    expect(cited(answer)).toEqual(['WP-2.6.1']);
  });

  test('gives the figure and the owner', async () => {
    const answer = await ask("what's the target for encryption of data in transit, and who is responsible for it");
    expect(answer.answer).toMatch(/100%/);
    expect(answer.answer).toMatch(/Security Teams are responsible/);
  });

  test('gives the mapping and the owner of a control, each by itself', async () => {
    const answer = await ask('Which mappings does AIS-06 have to ISO 27001 and who owns its application layer?');
    expect(answer.answer).toMatch(/A\.8\.32/);
    expect(answer.owners?.map(({ layer }) => layer)).toEqual(['application']);
  });

  test('takes two letters of one table as one question', async () => {
    const answer = await ask('Who is accountable for canary releases and who is informed?');
    expect(answer.roles?.informed).not.toEqual([]);
    expect(answer.answer).not.toMatch(/section 2\.6\.1/);
  });

  test('leaves a clause that only says when out of it', async () => {
    const answer = await ask('when a model is decommissioned, who is informed?');
    expect(answer.mode).toBe('facts');
    expect(answer.roles?.informed).not.toEqual([]);
  });
});

describe('two topics', () => {
  test('a pronoun stands for what was named before the colon', async () => {
    const answer = await ask(
      "API abuse: which measures does our policy list against it and who's accountable for rate limiting?",
    );
    expect(cited(answer)).toEqual(['POL-5.3', 'WP-2.1.2']);
    expect(answer.answer).toMatch(/rate limiting and monitoring/);
    expect(answer.answer).toMatch(/Solution Owner is accountable/);
  });

  test.each([
    'Compare the orchestrated layer ownership of the two AICM controls we have.',
    'do both of our controls have the same owner on the orchestrated layer?',
    'does the ownership of the model layer differ between the controls?',
  ])('both controls are meant: %s', async (question) => {
    const ids = cited(await ask(question));
    expect(ids).toContain('AICM-AIS-06');
    expect(ids).toContain('AICM-GRC-05');
  });
});

describe('the classifier', () => {
  test('finds an item by words of speech and pieces of words, and says nothing of strange ones', () => {
    const items = [...answerer.library.items.values()];
    const { typical } = trainClassifier(items);
    const best = (text: string): string | undefined => {
      const scores = typical(wordsOf(text));
      return items[scores.indexOf(Math.max(...scores))]?.id;
    };
    expect(best('canaries released to a few users first')).toBe('WP-2.6.1');
    expect(best('drilling for AI incidents')).toBe('POL-6.3');
    expect(Math.max(...typical(wordsOf('zzyzx qwrtp')))).toBe(0);
    expect(Math.max(...typical([]))).toBe(0);
  });

  test('knows nothing of items without questions', () => {
    const items = [...answerer.library.items.values()].map((item) => ({ ...item, questions: [] }));
    expect(Math.max(...trainClassifier(items).typical(wordsOf('canary release')))).toBe(0);
  });
});
