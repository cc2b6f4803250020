/**
 * Ways of asking, each tried on every role and every section: what is asked must not hang on one phrase. The table of the
 * library is the gold answer, so nothing is written down twice.
 */
import { beforeAll, describe, expect, test } from 'vitest';
import type { Answerer } from '#src/answers/answerer.ts';
import { RACI_LETTERS } from '#src/knowledge/library.ts';
import type { RaciLetter } from '#src/knowledge/schema.ts';
import { desk } from '../unit/answers/desk.ts';

const OF_A_ROLE: Readonly<Record<RaciLetter, readonly string[]>> = {
  accountable: [
    'what is the {} accountable for?',
    'for which topics does the {} carry accountability',
    'as {}, what am i accountable for',
    'everything the {} answers for, as a list',
    'list all the sections where the {} is accountable',
    'where is the buck with the {}?',
    'which activities have the {} as accountable party?',
    'i just became {} - what am I on the hook for?',
    '{}: accountable where?',
    'what topics land on the desk of the {} as accountable',
    'show every place where {} is the A',
    'which areas does the {} sign off',
  ],
  responsible: [
    'what is the {} responsible for?',
    'what tasks does the {} have to carry out?',
    'where is the {} the one doing the work',
    'list what the {} is responsible for',
    'we are the {}, what is ours to do?',
    'in which sections is the {} listed as responsible',
    'which jobs fall to the {}',
    '{} - hands-on duties?',
  ],
  consulted: [
    'when must the {} be consulted?',
    'on what does the {} have to be consulted',
    "which topics need the {}'s input?",
    'where do we have to ask the {} first',
    'for what is the {} asked for advice',
    'when do people have to come to us, the {}, for advice',
  ],
  informed: [
    'what is the {} informed about?',
    'about which things must the {} be kept in the loop',
    'what do we have to tell the {}',
    'which topics is the {} notified of',
    'what does the {} get told about',
    'what updates should the {} receive',
  ],
};

const OF_A_TOPIC: readonly { readonly letters: readonly RaciLetter[]; readonly say: readonly string[] }[] = [
  {
    letters: ['accountable'],
    say: [
      '{}: which exec is accountable?',
      'who at the top answers for {}?',
      'if {} goes wrong, who has to answer for it?',
      'who has the final say on {}',
      'at whose door does {} end up',
      'accountability for {} sits with?',
      'which c-level owns the outcome of {}',
    ],
  },
  {
    letters: ['responsible'],
    say: [
      'who actually performs {}?',
      'which team does {}',
      'who has to carry out {} day to day',
      '{}, whose job is it',
      'who executes {}',
      'who handles {} in practice',
    ],
  },
  {
    letters: ['consulted'],
    say: [
      'who must be consulted about {}?',
      'whose input do we need for {}',
      '{}: consulted parties',
      'who has a say in {}',
      'with whom do we have to talk about {} beforehand',
    ],
  },
  {
    letters: ['informed'],
    say: [
      'who has to be informed about {}?',
      'who do we tell about {}',
      '{}: who is kept in the loop',
      'who needs to know about {}',
      'to whom do we report about {}',
    ],
  },
  {
    letters: ['responsible', 'accountable'],
    say: [
      '{}: who does it and who answers for it',
      'which team does {} and under whose accountability',
      '{} - who is R, who is A',
      'who performs {}, and which exec oversees it',
    ],
  },
  { letters: ['consulted', 'informed'], say: ['{}: who is asked and who is told', 'consulted and informed for {}?'] },
  { letters: ['responsible', 'consulted'], say: ['who does {} and whom do they ask for advice'] },
  { letters: ['accountable', 'informed'], say: ['who answers for {} and who has to be told'] },
  { letters: RACI_LETTERS, say: ['who owns {}?', 'full raci for {}', 'give me the raci of {}'] },
];

let answerer: Answerer;
beforeAll(async () => {
  answerer = await desk();
});

describe.each(RACI_LETTERS)('what a role is %s', (letter) => {
  test.each(OF_A_ROLE[letter])('%s', async (phrase) => {
    const { library } = answerer;
    const wrong: string[] = [];
    let asked = 0;
    for (const [role, uses] of library.reverse) {
      const gold = new Set(uses.filter((use) => use.letter === letter).map((use) => use.itemId));
      if (gold.size === 0) continue;
      asked += 1;
      const said = (await answerer.ask(phrase.replace('{}', asked % 2 === 0 ? role : role.toLowerCase()))).items ?? [];
      if (said.length !== gold.size || said.some((id) => !gold.has(id))) wrong.push(role);
    }
    expect(asked).toBeGreaterThan(10);
    expect(wrong.length / asked, wrong.join(', ')).toBeLessThanOrEqual(0.07);
  });
});

describe.each(OF_A_TOPIC)('who is $letters for a topic', ({ letters, say }) => {
  test.each(say)('%s', async (phrase) => {
    const sections = [...answerer.library.items.values()].filter((item) => item.raci !== undefined);
    const wrong: string[] = [];
    for (const [at, item] of sections.entries()) {
      const names = [item.title.toLowerCase(), ...item.aliases.slice(0, 2)];
      const answer = await answerer.ask(phrase.replace('{}', names[at % names.length] ?? item.title));
      const got = RACI_LETTERS.filter((letter) => (answer.roles?.[letter] ?? []).length > 0);
      const gold = letters.filter((letter) => (item.raci?.[letter] ?? []).length > 0);
      if (answer.citations[0]?.id !== item.id || got.join() !== gold.join()) wrong.push(item.id);
    }
    expect(sections.length).toBe(35);
    expect(wrong.length / sections.length, wrong.join(', ')).toBeLessThanOrEqual(0.09);
  });
});
