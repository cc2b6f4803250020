/**
 * Ways of asking, each tried on every role and every section: what is asked must not hang on one phrase. The table of the
 * library is the gold answer, so nothing is written down twice.
 */
import { beforeAll, describe, expect, test } from 'vitest';
import type { Answerer } from '#src/answers/answerer.ts';
import { RACI_LETTERS } from '#src/knowledge/library.ts';
import { printedRole } from '#src/knowledge/roles.ts';
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

/** Two topics at once, in the ways that people join them. */
const OF_TWO_TOPICS: readonly { readonly letters: readonly RaciLetter[]; readonly say: readonly string[] }[] = [
  {
    letters: ['accountable'],
    say: [
      '{a} vs {b}: who is accountable?',
      'who is accountable for {a} and who for {b}?',
      'is the same person accountable for {a} and {b}?',
      '{a} and {b} - accountable exec for each',
      'accountable for {a}? and for {b}?',
      '{a} or {b}: which of the two is the ciso accountable for?',
      'who answers for {a} compared to {b}',
      'what distinguishes {a} from {b} when it comes to accountability?',
    ],
  },
  {
    letters: ['responsible'],
    say: [
      'compare who does {a} with who does {b}',
      'which team is responsible for {a}, which one for {b}',
      'does the same team do {a} and {b}?',
      'tell me who does {a} plus who does {b}',
    ],
  },
  { letters: ['responsible', 'accountable'], say: ['R and A for {a} as well as {b} pls'] },
  { letters: ['consulted'], say: ['who must be consulted on {a}, and who on {b}?'] },
  { letters: ['informed'], say: ['difference between {a} and {b} in who gets informed'] },
  // Without a letter: both items have to be there.
  {
    letters: [],
    say: [
      'what is the difference between {a} and {b}?',
      'which standards are named for {a} vs {b}',
      'what does the paper say about {a} and about {b}?',
      'how is {a} evaluated compared to {b}',
    ],
  },
];

/** Demands that no document meets, whatever the topic. */
const OF_NO_DOCUMENT: readonly string[] = [
  'give me the link to {}',
  'show me the dashboard for {}',
  'which jira board tracks {}',
  'what is our current score on {}',
  'what was the result of the last {}',
  'when is the next {}',
  'is {} done for the fraud model?',
  'how many {} incidents did we have in 2024',
  'in which country is {} performed',
  'who was accountable for {} before the reorg',
  'which team member is on call for {}',
  'how does google do {}',
  'how much does {} cost us',
  'full name of the guy responsible for {}',
];

/** A role within a chapter, named by number, by title or by a nickname. */
const IN_A_CHAPTER: readonly { readonly letter: RaciLetter; readonly say: string }[] = [
  { letter: 'accountable', say: 'what is the {r} accountable for in {c}?' },
  { letter: 'accountable', say: 'within {c} list everything where {r} is accountable' },
  { letter: 'responsible', say: 'i am from the {r}, what do we have to do in {c}' },
  { letter: 'consulted', say: 'on which topics of {c} do we ask the {r}' },
  { letter: 'informed', say: 'for {c}, which things is the {r} informed of' },
];
const CHAPTERS: Readonly<Record<string, readonly string[]>> = {
  'WP-1': ['chapter 1', 'the training data chapter'],
  'WP-2.1': ['section 2.1', 'model access controls'],
  'WP-2.4': ['2.4', 'the mlops pipeline'],
  'WP-2.6': ['secure model deployment', 'section 2.6'],
  'WP-3': ['vulnerability management', 'chapter 3'],
};

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

describe.each(OF_TWO_TOPICS)('who is $letters for each of two topics', ({ letters, say }) => {
  test.each(say)('%s', async (phrase) => {
    const { library } = answerer;
    const sections = [...library.items.values()].filter((item) => item.raci !== undefined);
    const wrong: string[] = [];
    for (const [at, one] of sections.entries()) {
      const other = sections[(at + 8) % sections.length] ?? one;
      const name = (item: typeof one): string =>
        [item.title.toLowerCase(), ...item.aliases.slice(0, 2)][at % 3] ?? item.title;
      const answer = await answerer.ask(phrase.replace('{a}', name(one)).replace('{b}', name(other)));
      const cited = answer.citations.map(({ id }) => id);
      const gold = [one, other].flatMap((item) => letters.flatMap((letter) => item.raci?.[letter] ?? []));
      const said = gold.every((mention) => answer.answer.includes(printedRole(library.roles, mention.name)));
      if (!said || ![one, other].every(({ id }) => cited.includes(id))) wrong.push(`${one.id}/${other.id}`);
    }
    expect(wrong.length / sections.length, wrong.join(', ')).toBeLessThanOrEqual(0.15);
  });
});

describe('what stands in no document', () => {
  test.each(OF_NO_DOCUMENT)('%s', async (phrase) => {
    const topics = [...answerer.library.items.values()].filter((item) => item.raci !== undefined);
    const answered: string[] = [];
    for (const item of topics) {
      const answer = await answerer.ask(phrase.replace('{}', item.title.toLowerCase()));
      if (!answer.abstained) answered.push(item.id);
    }
    expect(answered.length / topics.length, answered.join(', ')).toBeLessThanOrEqual(0.1);
  });
});

describe.each(IN_A_CHAPTER)('what a role is $letter in a chapter', ({ letter, say }) => {
  test(say, async () => {
    const wrong: string[] = [];
    let asked = 0;
    for (const [role, uses] of answerer.library.reverse) {
      for (const [chapter, names] of Object.entries(CHAPTERS)) {
        const gold = new Set(
          uses.filter((use) => use.letter === letter && use.itemId.startsWith(`${chapter}.`)).map((use) => use.itemId),
        );
        if (gold.size === 0) continue;
        asked += 1;
        const question = say.replace('{r}', role.toLowerCase()).replace('{c}', names[asked % names.length] ?? chapter);
        const items = (await answerer.ask(question)).items ?? [];
        if (items.length !== gold.size || items.some((id) => !gold.has(id))) wrong.push(`${role} in ${chapter}`);
      }
    }
    expect(asked).toBeGreaterThan(10);
    expect(wrong.length / asked, wrong.join(', ')).toBeLessThanOrEqual(0.15);
  });
});
