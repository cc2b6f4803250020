/** Tables that an administrator uploads in Slack: roles, systems, risks, without a terminal. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStage, type Stage } from './approval-fixture.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

async function bring(as: string, table: string, csv: string | Uint8Array, name = 'table.csv') {
  const told = (await stage.told(as)).length;
  const id = await stage.test.driver.upload(as, name, csv);
  await stage.command(as, 'import');
  const result = await stage.submit(as, { table, upload: [id] });
  return { result, news: (await stage.told(as)).slice(told).join('\n') };
}

const SYSTEMS = 'name;owner;purpose;approval_due\nChurn;U0MILO;Predicts churn;2027-03-31\nVision;U0EMMA;;2027-02-28\n';
const RISKS =
  'asset,threat,vulnerability,likelihood,impact,treatment,owner,review_by\nChurn,Drift,No monitoring,3,4,mitigate,U0MILO,2027-01-31\n';

describe('a table of systems', () => {
  it('enters each with its owner and day', async () => {
    expect((await bring('U0CISO', 'systems', SYSTEMS)).news).toContain('2 system(s) entered: Churn, Vision');
    const state = await stage.test.server.systems.inventory.read('churn');
    expect(state).toMatchObject({ name: 'Churn', owner: await stage.person('U0MILO'), purpose: 'Predicts churn' });
  });

  it('with a mistake enters nothing and names line and column', async () => {
    const { news } = await bring(
      'U0CISO',
      'systems',
      'name,owner,approval_due\nGood,U0MILO,2027-03-31\nBad,milo,soon\n',
    );
    expect(news).toMatch(/line 3: owner[\s\S]*line 3: approval.*due/);
    expect(await stage.test.server.systems.inventory.read('Good')).toBeNull();
  });

  it.each([
    ['somebody who does not administer', 'U0MILO', SYSTEMS.replace('Churn', 'Other')],
    ['an administrator who uploads an image', 'U0CISO', new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0, 1, 2, 3])],
    ['an administrator with a table of something else', 'U0CISO', 'a,b\n1,2\n'],
  ])('from %s enters nothing', async (_who, as, csv) => {
    const before = (await stage.test.server.core.stores.records.list({ kind: 'system' })).length;
    expect((await bring(as, 'systems', csv)).news).toMatch(/nothing was entered|was not read/i);
    expect(await stage.test.server.core.stores.records.list({ kind: 'system' })).toHaveLength(before);
  });
});

it('a table of risks is recorded', async () => {
  expect((await bring('U0CAIO', 'risks', RISKS)).news).toContain('1 risk(s) recorded: RK-1');
  expect((await stage.test.server.systems.risks.list()).map((risk) => risk.threat)).toEqual(['Drift']);
});

it('a table of risks that comes again after a crash says what it entered, and enters nothing twice', async () => {
  const { pool } = stage.test.database;
  const before = await stage.test.server.systems.risks.list();
  const said = (await bring('U0CAIO', 'risks', RISKS.replace('Drift', 'Theft'))).news;
  // As after a crash between the commit of the risk and the answer.
  await pool.query(`DELETE FROM outbox WHERE payload::text LIKE '%risk(s) recorded%'`);
  await pool.query(`UPDATE inbox SET done_at = NULL, lease_until = NULL WHERE payload::text LIKE '%table_import%'`);
  const told = (await stage.told('U0CAIO')).length;
  stage.test.server.work.inbox.wake();
  await stage.settle();
  const again = (await stage.told('U0CAIO')).slice(told).join('\n');
  expect(again).toContain(/risk\(s\) recorded: (RK-\d+)/.exec(said)?.[0] ?? 'nothing was said');
  expect(again).not.toContain('Not entered');
  expect(await stage.test.server.systems.risks.list()).toHaveLength(before.length + 1);
});

it('a table of roles waits for the second administrator', async () => {
  const held = await stage.test.server.core.stores.ledger.listAssignments();
  const users = await stage.test.server.core.stores.people.slackUsersOf(held.map((a) => a.person));
  const lines = held
    .filter((a) => a.endedAt === null && a.role !== 'Countersign Administrator')
    .map((a) => `${a.role},${users.get(a.person)}`);
  const table = ['role,user', ...lines, 'QA Team,U0EMMA'].join('\n');
  const { news } = await bring('U0CISO', 'roles', table);
  expect(news).toContain('1 change(s) of roles are proposed');
  const rolesOf = async (user: string) => {
    const person = await stage.person(user);
    return (await stage.test.server.core.desk.roster()).assignments.flatMap((a) =>
      a.person === person ? [a.role] : [],
    );
  };
  expect(await rolesOf('U0EMMA')).toEqual([]);
  await stage.test.driver.press('U0CAIO', 'D0CAIO', 'gov_accept:0');
  expect(await rolesOf('U0EMMA')).toEqual(['QA Team']);
});

it('without a file the form says so', async () => {
  await stage.command('U0CISO', 'import');
  expect(Object.keys((await stage.submit('U0CISO', { table: 'roles' })).errors ?? {})).toEqual(['upload']);
});
