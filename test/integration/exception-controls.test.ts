/** The controls an exception deviates from: known to the library in force, in whatever spelling, or refused. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DAY, exceptionForm, openStage, type Stage } from './approval-fixture.ts';

let stage: Stage;
const inDays = (days: number) => new Date(Date.now() + days * DAY).toISOString().slice(0, 10);
const form = { ...exceptionForm, 'control.0.due': inDays(20), expires: inDays(60) };
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

it.each([
  ['POL-4.3, FOO-9', '"FOO-9"'],
  ['POL-4.3 and FOO-9', '"POL-4.3 and FOO-9"'],
  ['POL-99.9', '"POL-99.9"'],
  ['something', '"something"'],
])('%s is refused at the field, with the name that nobody knows and what to do', async (deviatesFrom, named) => {
  const result = await stage.ask('U0MILO', 'exception', { ...form, deviatesFrom });
  expect(Object.keys(result.errors ?? {})).toEqual(['deviatesFrom']);
  expect(result.errors?.['deviatesFrom']).toContain(`No document in force has ${named}. Write ids such as POL-4.3`);
  await stage.settle();
  expect(await stage.test.server.core.stores.ledger.findRequest('EX-1')).toBeNull();
});

it('any spelling is kept as the id, each once', async () => {
  const deviatesFrom = 'policy 4.3, ais 06; pol-4.3';
  expect(await stage.ask('U0MILO', 'exception', { ...form, deviatesFrom })).toMatchObject({ ok: true });
  await stage.settle();
  const { document } = await stage.request('EX-1');
  expect(document).toMatchObject({ deviatesFrom: ['POL-4.3', 'AICM-AIS-06'] });
});
