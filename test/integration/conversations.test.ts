/** Follow-up questions after a restart, on another server of the same database, and what is left of a conversation. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TURNS_KEPT } from '#src/delivery/answers/conversations.ts';
import { applyRetention } from '#src/delivery/erasure/retention.ts';
import { loadRetention } from '#src/wire/evidence/erasure.ts';
import { startTestServer, type TestServer } from './server-fixture.ts';

const QUESTION = 'who is accountable for canary releases?';

let test: TestServer;
beforeAll(async () => {
  test = await startTestServer();
});
afterAll(() => test.close());

const newest = async (as: string, channel: string) =>
  (await test.driver.state(as)).messages.filter((m) => m.channel === channel).at(-1);
const turns = async () =>
  (
    await test.database.pool.query<{ thread: string; question: string; row: string }>(
      'SELECT thread, question, to_jsonb(t)::text AS row FROM conversation_turn AS t ORDER BY position',
    )
  ).rows;

describe('a thread', () => {
  it('goes on after a restart', async () => {
    await test.driver.say('U0EMMA', 'C0ASK', QUESTION);
    const asked = (await newest('U0EMMA', 'C0ASK'))?.thread_ts;
    expect(asked).toBeDefined();
    test = await test.restart();
    await test.driver.say('U0EMMA', 'C0ASK', 'and who is consulted?', asked);
    const answer = JSON.stringify(await newest('U0EMMA', 'C0ASK'));
    expect(answer).toContain('WP-2.6.1');
    expect(answer).toContain('*Consulted*');
  });

  it('in a direct message goes on when the words say so, and only then', async () => {
    await test.driver.say('U0EMMA', 'D0EMMA', QUESTION);
    test = await test.restart();
    await test.driver.say('U0EMMA', 'D0EMMA', 'in short');
    expect((await newest('U0EMMA', 'D0EMMA'))?.text).toContain('Chief Technology Officer');
    await test.driver.say('U0MILO', 'D0MILO', 'and who is consulted?');
    expect((await newest('U0MILO', 'D0MILO'))?.text).not.toContain('canary');
  });

  it('holds no name of a holder, and of a thread only the last exchanges', async () => {
    for (let i = 0; i < TURNS_KEPT + 2; i++) await test.driver.say('U0EMMA', 'D0EMMA', `${QUESTION} (${i})`);
    const kept = (await turns()).filter(
      (turn) => turn.thread === 'dm' && turn.question.startsWith('who is accountable'),
    );
    expect(kept.map((turn) => turn.question)).toEqual(
      Array.from({ length: TURNS_KEPT }, (_, i) => `${QUESTION} (${i + 2})`),
    );
    for (const { row } of await turns()) expect(row).not.toMatch(/U0[A-Z]+/);
  });

  it('asked again after a crash is not its own predecessor', async () => {
    await test.driver.say('U0MILO', 'D0MILO', 'who owns rollback?');
    await test.driver.say('U0MILO', 'D0MILO', 'and who is informed?');
    const first = (await newest('U0MILO', 'D0MILO'))?.text;
    const before = (await turns()).length;
    await test.database.pool.query(
      `UPDATE inbox SET done_at = NULL, lease_until = NULL WHERE payload::text LIKE '%and who is informed?%'`,
    );
    test.server.work.inbox.wake();
    await test.server.idle();
    expect((await newest('U0MILO', 'D0MILO'))?.text).toBe(first);
    expect((await turns()).length).toBe(before);
  });

  it('that cannot be read any more is no conversation, and no failure', async () => {
    await test.database.pool.query(`UPDATE conversation_turn SET answer = '{"citations": "all"}'`);
    await test.driver.say('U0MILO', 'D0MILO', 'and who is informed?');
    expect(await test.server.core.stores.inbox.counts()).toEqual({ open: 0, dead: 0 });
  });
});

describe('the people behind roles', () => {
  it('who is the DPO here names whoever holds the role, in the text’s own line', async () => {
    await test.driver.say('U0EMMA', 'C0ASK', 'who is the DPO here');
    const answer = await newest('U0EMMA', 'C0ASK');
    expect(answer?.text).toContain("The organisation's directory has one person as Data Protection Officer");
    const dpo = (await test.server.core.stores.ledger.listAssignments(['Data Protection Officer']))[0]?.person ?? '';
    const user = (await test.server.core.stores.people.slackUsersOf([dpo])).get(dpo) ?? 'nobody';
    expect(JSON.stringify(answer?.blocks)).toContain(`Here: Data Protection Officer: <@${user}>`);
  });

  it('an answer about owners shows who holds the roles', async () => {
    await test.driver.say('U0EMMA', 'C0ASK', 'who is accountable for business approval procedures?');
    expect(JSON.stringify((await newest('U0EMMA', 'C0ASK'))?.blocks)).toContain('Here: Chief AI Officer: <@U0CAIO>');
  });
});

describe('what is left', () => {
  it('of a person who is erased: nothing', async () => {
    const { people, erasing } = test.server.core.stores;
    const emma = await people.personFor('U0EMMA', null);
    await test.driver.say('U0MILO', 'C0ASK', 'did U0EMMA sign the canary releases?');
    const counts = await erasing.erasePerson(emma, new Date(), { persons: [], requests: [] });
    expect(counts.turns).toBeGreaterThan(TURNS_KEPT);
    expect((await turns()).some(({ row }) => row.includes(emma) || row.includes('U0EMMA'))).toBe(false);
    expect((await turns()).length).toBeGreaterThan(0);
  });

  it("after the inbox's days: nothing", async () => {
    const { stores } = test.server.core;
    const days = await loadRetention();
    const { requestsAbout } = test.server.evidence;
    const deps = { days, erasing: stores.erasing, records: stores.records, requestsAbout };
    const later = (add: number) => () => new Date(Date.now() + ((days.inbox ?? 0) + add) * 86_400_000);
    await applyRetention({ ...deps, now: later(-1) });
    expect((await turns()).length).toBeGreaterThan(0);
    await applyRetention({ ...deps, now: later(1) });
    expect(await turns()).toEqual([]);
  });
});
