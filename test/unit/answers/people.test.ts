/** Who holds a role now comes from the directory and the role map; a question for leave begins with what decides it. */
import { beforeAll, describe, expect, test } from 'vitest';
import type { Answerer } from '#src/answers/answerer.ts';
import { createAnswerer } from '#src/answers/answerer.ts';
import { buildLibrary } from '#src/knowledge/library.ts';
import { changed, desk, rawFiles } from './desk.ts';

const HELD: Readonly<Record<string, readonly string[]>> = {
  'Data Protection Officer': ['U0DPO'],
  'Chief Information Security Officer': ['U0ONE', 'U0TWO'],
  'Platform Engineering': ['U0PLAT'],
};
const holders = (role: string): readonly string[] => (Object.hasOwn(HELD, role) ? (HELD[role] ?? []) : []);

let answerer: Answerer;
let mapped: Answerer;
beforeAll(async () => {
  answerer = await desk();
  const files = changed(await rawFiles(), 'role-map.yaml', (data) => {
    data['map'] = [
      { role: 'Deployment Team', ours: 'Platform Engineering' },
      { role: 'Head of AI Operations', ours: null },
    ];
  });
  mapped = createAnswerer({ library: buildLibrary(files) });
});

describe('the holder of a role', () => {
  test.each([
    'who is the DPO here',
    'who is the DPO?',
    'Who is our Data Protection Officer?',
    'hi, who is the current data protection officer?',
    'what is the name of our DPO?',
    'who holds the role of data protection officer',
    'contact for the DPO',
    'can you tell me who is the DPO at the moment please',
  ])('%s', async (question) => {
    const answer = await answerer.ask(question, { holders });
    expect(answer).toMatchObject({
      abstained: false,
      reason: null,
      holders: [{ role: 'Data Protection Officer', user: 'U0DPO' }],
    });
    expect(answer.answer).not.toMatch(/not recorded|U0DPO|@/);
    expect(answer.citations[0]?.id).toBe('POL-1.4');
    expect(answerer.library.items.get('POL-1.4')?.statements.map(({ text }) => text)).toContain(
      answer.citations[0]?.quote,
    );
  });

  test('several holders are all given', async () => {
    const answer = await answerer.ask('who is the CISO?', { holders });
    expect(answer.holders?.map(({ user }) => user)).toEqual(['U0ONE', 'U0TWO']);
    expect(answer.answer).toContain('2 people');
  });

  test('a role that nobody holds is an honest no that says where people come from', async () => {
    const answer = await answerer.ask('who is the chief risk officer?', { holders });
    expect(answer).toMatchObject({ abstained: true, reason: 'no_person_recorded', holders: [] });
    expect(answer.answer).toContain('directory');
  });

  test('without a directory (the command line) the documents’ no stands', async () => {
    const answer = await answerer.ask('who is the DPO here');
    expect(answer).toMatchObject({ abstained: true, reason: 'no_person_recorded', holders: null });
  });

  test.each([
    'who is accountable for canary releases?',
    'what does the DPO do?',
    'who does the DPO report to?',
    'who is the DPO of our biggest vendor?',
    'is the DPO the CISO?',
    'who is the constructor',
    '__proto__',
  ])('%s asks for something else', async (question) => {
    const answer = await answerer.ask(question, { holders });
    expect(answer.answer).not.toContain("The organisation's directory has");
  });
});

describe('the role map', () => {
  test('its role is named, and whoever holds ours is the holder', async () => {
    const answer = await mapped.ask('who is responsible for rollback mechanisms?', { holders });
    const named = Object.values(answer.roles ?? {}).flat();
    expect(named.length).toBeGreaterThan(0);
    const all = await mapped.ask('who owns canary releases?', { holders });
    expect(all.answer).toContain('nobody is the Head of AI Operations yet');
    const team = [...mapped.library.items.values()].find((item) =>
      item.raci?.responsible.some(({ name }) => mapped.library.roles.canonical(name) === 'Deployment Team'),
    );
    const who = await mapped.ask(`${team?.id}: who is responsible?`, { holders });
    expect(who.answer).toContain('In this organisation the Deployment Team is: Platform Engineering.');
    expect(who.holders?.map(({ user }) => user)).toContain('U0PLAT');
  });
});

describe('"may I ...?" begins with what decides it', () => {
  test.each<[string, RegExp]>([
    ['do I have to encrypt data at rest?', /^Yes: All AI-related data must be encrypted at rest/],
    ['can I skip the risk assessment', /^No: A comprehensive risk assessment is required/],
    ['may we use personal data for training?', /^Explicit consent must be obtained/],
  ])('%s', async (question, begins) => {
    const answer = await answerer.ask(question);
    expect(answer.answer).toMatch(begins);
    expect(answer.answer).toContain('(binding)');
    // Nothing was said twice, and nothing that is not the source's.
    const first = answer.answer.replace(/^(?:Yes|No): /, '').slice(0, 40);
    expect(answer.answer.split(first)).toHaveLength(2);
  });

  test('yes or no is never said on a condition, a negation or a half-covered question', async () => {
    const rules = [...answerer.library.items.values()].flatMap((item) => item.questions);
    const asked = rules.filter((question) => /\b(?:may|can|do|does|must|is it)\b/i.test(question));
    expect(asked.length).toBeGreaterThan(50);
    for (const question of asked) {
      const { answer, mode } = await answerer.ask(question);
      const first = /^(?:Yes|No): (.*?[.!?])(?:\s|$)/.exec(answer)?.[1];
      if (first === undefined || mode !== 'extractive') continue;
      expect(first).toMatch(/\b(?:must|required|mandatory|has to|have to|shall|needed)\b/);
      expect(first).not.toMatch(/\b(?:not|no|never|unless|except|if|when|where|wherever|only)\b/);
    }
  });
});

describe('an owner that is not named', () => {
  test('is said behind what the source does say of the topic', async () => {
    const { answer, citations } = await answerer.ask('who owns incident response?', { holders });
    expect(answer).toContain('It names nobody as the owner.');
    expect(citations.map(({ id }) => id)).toContain('POL-6.3');
  });

  test.each(['who owns canary releases?', 'who owns the AI policy?', 'what does the policy say on incident response?'])(
    'is not said of: %s',
    async (question) => {
      expect((await answerer.ask(question, { holders })).answer).not.toContain('names nobody');
    },
  );
});
