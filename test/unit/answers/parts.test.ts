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

describe('outside norms', () => {
  test.each([
    ['what should we line up with for code signing?', 'NIST 800-53', 'WP-2.3.3'],
    ['is there a standard behind exception handling?', 'CCM', 'WP-3.5'],
    ['secure OS configuration, whose baselines do we use?', 'STIG', 'WP-2.2.3'],
    ['what reference does section 2.6.5 give', 'NIST AI RMF', 'WP-2.6.5'],
  ])('%s', async (question, name, id) => {
    const answer = await ask(question);
    expect(answer.answer).toContain(name);
    expect(cited(answer)[0]).toBe(id);
  });

  test('a long form finds every section that has the short one as its guardrail', async () => {
    const [short, long] = await Promise.all([
      ask('which sections have the CCM as guardrail?'),
      ask('in which sections is the cloud controls matrix the guardrail?'),
    ]);
    expect(short.items).toContain('WP-2.6.4');
    expect(long.items).toEqual(short.items);
  });

  test('a reference asked for in one control leaves its other mappings out', async () => {
    const answer = await ask("what's B.6.2.6 in the AIS-06 mapping");
    expect(answer.answer).toContain('ISO/IEC 42001');
    expect(answer.answer).not.toContain('DEV-01');
  });
});

describe('figures', () => {
  test('a percentage comes from the item that has one', async () => {
    const answer = await ask('what % of our models (non API) must have auth frameworks in place?');
    expect(answer.answer).toContain('100%');
    expect(cited(answer)).toEqual(['WP-2.1.1']);
  });

  test('a year that a document prints is a fact; one that it leaves empty is not', async () => {
    expect((await ask('in what year did CSA publish this paper?')).answer).toContain('2024');
    expect((await ask('which edition of ISO/IEC 42001 does the paper cite?')).answer).toContain('2023');
    expect(await ask('in what year was the policy released?')).toMatchObject({ abstained: true });
    expect(await ask('in what year was GDPR published?')).toMatchObject({ abstained: true });
  });
});

describe('counts and rules', () => {
  test.each([
    ['how many areas does AI model governance have', /four key areas/],
    ['how many aspects does OS hardening have', /six key aspects/],
    ['how many roles does the policy name', /5: roles/],
  ])('%s', async (question, said) => {
    const answer = await ask(question);
    expect(answer.abstained).toBe(false);
    expect(answer.answer).toMatch(said);
  });

  test('what must be done is answered by the rule first, and what is recommended by the paper', async () => {
    expect(cited(await ask('must we detect drift?'))[0]).toBe('POL-4.4');
    expect(cited(await ask('how do we detect drift?'))[0]).toBe('WP-2.5.3');
  });
});

describe('statements', () => {
  test('what is asked for by its label leaves its siblings out', async () => {
    const answer = await ask('which tasks belong to the AI usage layer');
    expect(answer.answer).toMatch(/usage layer, task: data governance/);
    expect(answer.answer).not.toMatch(/platform layer, task/);
    expect((await ask('we use a SaaS AI tool, what is left for us to do?')).answer).not.toMatch(/entire stack/);
  });

  test('a comparison within one section tells both sides', async () => {
    const { answer } = await ask('difference between anonymising and pseudonymising?');
    expect(answer).toMatch(/permanently removes/);
    expect(answer).toMatch(/artificial pseudonyms/);
  });

  test('an actor is defined with its examples, and not answered by who owns which layer', async () => {
    const { answer, owners } = await ask(
      'what is a model provider in the AICM pages and which companies are examples?',
    );
    expect(answer).toMatch(/Anthropic/);
    expect(owners).toBeNull();
  });

  test('an audit step is found by its words although the question names an owner', async () => {
    const step = await ask(
      'GRC-05 audit guideline - ownership must be assigned, to whom for example, and which oversight?',
    );
    expect(step.answer).toMatch(/security committees/);
    expect((await ask('auditing AIS-06: what should I ask for to check disaster recovery?')).answer).toMatch(
      /failover/,
    );
  });
});
