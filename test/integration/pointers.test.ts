/** A question about the desk itself, typed like any other: the form opens from the answer, and nothing is made up. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { minimalForm, openStage, type Stage } from './approval-fixture.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

const ask = async (as: string, question: string) => {
  await stage.test.driver.say(as, 'C0ASK', question);
  const { messages } = await stage.state(as);
  return messages.findLast((m) => m.channel === 'C0ASK' && m.user === 'U0COUNTERSIGN');
};
const gaps = async () =>
  (await stage.test.database.pool.query<{ question: string }>('SELECT question FROM knowledge_gap')).rows.map(
    (r) => r.question,
  );

it('opens the form of a deployment from the answer', async () => {
  const answer = JSON.stringify(await ask('U0MILO', 'How do I request a deployment?'));
  expect(answer).toContain('`/governance deploy`');
  await stage.press('U0MILO', 'open_deploy', 'C0ASK');
  await stage.submit('U0MILO', minimalForm);
  expect((await stage.request('DR-1')).status).toBe('submitted');
});

it('leads to a request that is there, and says of another that there is none', async () => {
  const answer = await ask('U0EMMA', 'what is the status of dr-1?');
  expect(answer?.text).toContain('documents I work from do not answer this');
  expect(JSON.stringify(answer)).toContain('`/governance show DR-1`');
  await stage.press('U0EMMA', 'open_details', 'C0ASK');
  expect(await stage.viewText('U0EMMA')).toContain('ticket-router');
  const none = JSON.stringify(await ask('U0EMMA', 'is DR-99 approved?'));
  expect(none).toContain('There is no request DR-99 here');
  expect(none).not.toContain('open_details');
});

it('files no gap of the documents for what a command does, and still one for what they lack', async () => {
  await ask('U0EMMA', 'how do I suspend a model?');
  await ask('U0EMMA', 'who won the football match on sunday?');
  expect(await gaps()).toEqual(['who won the football match on sunday?']);
});

it('takes nothing from an answer that the sources do give', async () => {
  const answer = JSON.stringify(await ask('U0EMMA', 'who sits on the AI governance committee?'));
  expect(answer).toContain('`/governance roles`');
  expect(answer).toContain('POL-2.1');
});
