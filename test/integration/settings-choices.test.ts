/** `/governance gate` and `/governance logging`: chosen in Slack, in force with the second administrator, kept at a start. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DIGEST, openStage, type Stage } from './approval-fixture.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage({ env: { COUNTERSIGN_ADMINS: 'U0CISO,U0CAIO,U0CTO' } });
});
afterAll(() => stage.close());

const say = async (as: string, words: string) => {
  await stage.command(as, words);
  await stage.settle();
  const last = (await stage.state(as)).ephemerals.at(-1);
  return `${last?.text} ${JSON.stringify(last?.blocks)}`;
};
/** Presses "Accept" under the newest message of Countersign to an administrator. */
const accept = async (as: string) => {
  await stage.press(as, 'gov_accept:0', `D${as.slice(1)}`);
  await stage.settle();
};
const waiting = async () =>
  [...(await stage.test.server.systems.policies.read()).proposals.values()].filter(({ status }) => status === 'open');
const version = async (document: 'gate-settings' | 'answer-settings') =>
  (await stage.test.server.systems.policies.read()).inForce.get(document)?.version;

/** Whether the gate lets a deployment pass that nobody approved. */
const passes = async (environment: string) => {
  const query = { system: 'unknown', version: '1', digest: DIGEST, environment };
  return (await stage.test.server.systems.gate.ask(query, { token: 'token' }))?.pass;
};

it('shows what a no means, and how to choose otherwise', async () => {
  const shown = await say('U0EMMA', 'gate');
  expect(shown).toContain('production: enforce');
  expect(shown).toContain('every other environment: enforce');
  for (const words of ['gate staging', 'gate staging perhaps', 'gate staging observe please'])
    expect(await say('U0CISO', words)).toContain('production: enforce');
  expect(await waiting()).toEqual([]);
});

it('is not for others, and not what stands already', async () => {
  expect(await say('U0EMMA', 'gate staging observe')).toContain('Only an administrator');
  expect(await say('U0CISO', 'gate staging enforce')).toContain('That is so already');
  expect(await say('U0CISO', `gate ${'e'.repeat(41)} observe`)).toContain('1 to 40 characters');
  expect(await waiting()).toEqual([]);
});

it('waits for a second administrator, who sees what it changes', async () => {
  expect(await say('U0CISO', 'gate staging observe')).toContain('environments / staging: enforce becomes observe');
  expect(await say('U0CAIO', 'gate production observe')).toContain('another change of these settings waits');
  await accept('U0CISO');
  expect([await version('gate-settings'), await passes('staging')]).toEqual(['1.0', false]);
  expect(await say('U0CAIO', 'proposals')).toContain('environments / staging: enforce becomes observe');
  await accept('U0CAIO');
  expect([await version('gate-settings'), await passes('staging')]).toEqual(['1.1', true]);
  expect(await passes('production')).toBe(false);
  expect(await say('U0EMMA', 'gate')).toContain('staging: observe');
});

it('does the same for the logging of answers', async () => {
  expect(await say('U0EMMA', 'logging')).toContain('Answers are not logged');
  expect(await say('U0CTO', 'logging on')).toContain('logAnswers: false becomes true');
  await accept('U0CISO');
  expect(await say('U0EMMA', 'logging')).toContain('Answers are logged');
});

it('stays in force at a start although the files say what they said, and can be taken back', async () => {
  await stage.restart();
  expect([await version('gate-settings'), await version('answer-settings')]).toEqual(['1.1', '1.1']);
  expect(await waiting()).toEqual([]);
  await say('U0CISO', 'gate staging enforce');
  await accept('U0CTO');
  expect(await version('gate-settings')).toBe('1.2');
  expect(await say('U0EMMA', 'gate')).toContain('staging: enforce');
});

it('once refused, is proposed again by an administrator who asks for it, while nothing else about it waits', async () => {
  const refuse = async () => {
    await stage.press('U0CAIO', 'gov_refuse:1', 'D0CAIO');
    await stage.settle();
    expect(await waiting()).toEqual([]);
  };
  const again = async (as: string) => {
    await stage.pressWhispered(as, 'gov_again');
    await stage.settle();
    return stage.whispered(as);
  };
  await say('U0CISO', 'gate staging observe');
  await refuse();
  expect(await say('U0CTO', 'policy')).toContain('Version 1.3 of the gate settings was refused');
  await say('U0CISO', 'gate production observe');
  expect(await again('U0CTO')).toContain('another change of these settings');
  await refuse();
  expect(await say('U0EMMA', 'policy')).toContain('Version 1.4 of the gate settings was refused');
  expect(await again('U0EMMA')).toContain('Only an administrator');
  expect(await waiting()).toEqual([]);
  await say('U0CTO', 'policy');
  expect(await again('U0CTO')).toContain('Waiting: the gate settings');
  await accept('U0CISO');
  expect([await version('gate-settings'), await passes('production')]).toEqual(['1.4', true]);
});
