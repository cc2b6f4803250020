/** Somebody with SQL moves the note of how far the log was followed: it is named, and nothing is left unfollowed. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { rowsFromEvents, verifyState } from '#src/delivery/state/verify.ts';
import { createFindingList } from '#src/evidence/findings.ts';
import { minimalForm, openStage, type Stage } from './approval-fixture.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
  await stage.ask('U0MILO', 'deploy', { ...minimalForm, system: 'first-one' });
  await stage.settle();
});
afterAll(() => stage.close());

const state = () => stage.test.server.core.stores.state;
const size = async () => (await stage.test.server.core.stores.ledger.head()).size;

async function named(): Promise<readonly string[]> {
  const findings = createFindingList();
  await state().look((view) => verifyState(view, findings));
  return findings.kept.map(({ code, detail }) => `${code}: ${detail}`);
}

const moveTo = (index: number) =>
  stage.test.database.pool.query(`UPDATE record SET version = $1 WHERE kind = 'cursor'`, [index]);

const known = async (system: string) => (await stage.test.server.systems.inventory.read(system)) !== null;

it('when nobody moved it, nothing is named, also after a restart', async () => {
  expect(await named()).toEqual([]);
  await stage.restart();
  expect(await named()).toEqual([]);
});

it.each([
  ['far above the head', async () => 1_000_000],
  ['to the head', size],
  ['onto the last entry', async () => (await size()) - 1],
])('when it is moved %s, it is named, and after a restart what comes is followed', async (where, to) => {
  const index = await to();
  await moveTo(index);
  expect(await named()).toEqual([
    `projection_mismatch: cursor systems: no entry says that the log was followed up to entry ${index}`,
  ]);
  await stage.restart();
  const system = `follow-${where.replaceAll(' ', '-')}`;
  await stage.ask('U0MILO', 'deploy', { ...minimalForm, system });
  await stage.settle();
  expect(await known(system)).toBe(true);
  expect(await named()).toEqual([]);
});

it('when the rows are made anew, it is forgotten, and the log is followed from the beginning without a second effect', async () => {
  await moveTo(1_000_000);
  await state().hold(({ view, replace }) => replace(rowsFromEvents(view)));
  expect(await named()).toEqual([]);
  const before = await size();
  await stage.restart();
  expect(await size()).toBe(before);
  expect(await known('first-one')).toBe(true);
});
