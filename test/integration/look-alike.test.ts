/** A deployment of a system whose name looks like another one's: asked in the form, refused behind it, said on the card. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { minimalForm, openStage, type Stage } from './approval-fixture.ts';
import { deployment, submit } from './deployments.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
  await stage.ask('U0MILO', 'deploy', minimalForm);
  await stage.settle();
});
afterAll(() => stage.close());

const alike = { ...minimalForm, system: 'tiсket-router' };

it('is stopped at the field, and the form asks whether it is another one', async () => {
  const result = await stage.ask('U0MILO', 'deploy', alike);
  expect(Object.keys(result.errors ?? {})).toEqual(['system']);
  await stage.settle();
  expect(await stage.viewText('U0MILO')).toContain('Is it really another one?');
  expect(await stage.test.server.core.stores.ledger.findRequest('DR-2')).toBeNull();
});

it('once confirmed it is submitted, and the card warns the committee', async () => {
  expect(await stage.submit('U0MILO', { ...alike, anotherSystem: 'yes' })).toMatchObject({ ok: true });
  await stage.settle();
  expect(await stage.card('DR-2')).toContain('The name looks like *ticket-router*');
});

it('a name with a character that nobody sees is refused, in the form and behind it', async () => {
  const hidden = 'chat\u200bbot';
  const result = await stage.ask('U0MILO', 'deploy', { ...minimalForm, system: hidden });
  expect(Object.keys(result.errors ?? {})).toEqual(['system']);
  await expect(submit(stage.test.server, deployment({ system: hidden }))).rejects.toThrow('invalid');
});
