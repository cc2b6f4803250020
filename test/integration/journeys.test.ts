/** The three journeys through the real app: ask, approve, prove. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rowsFromEvents } from '#src/delivery/state/verify.ts';
import { minimalForm } from './approval-fixture.ts';
import { startTestServer, type TestServer } from './server-fixture.ts';

let test: TestServer;
beforeAll(async () => {
  test = await startTestServer();
});
afterAll(() => test.close());

const last = async (as: string, channel: string) =>
  (await test.driver.state(as)).messages.filter((m) => m.channel === channel).at(-1);
const cardOf = async (shortId: string) =>
  (await test.driver.state('U0CISO')).messages.find((m) => m.channel === 'C0COMMITTEE' && m.text.startsWith(shortId));

describe('ask', () => {
  it('when an employee asks who is accountable, the answer names both alternatives and its source', async () => {
    await test.driver.say('U0EMMA', 'C0ASK', 'who is accountable for canary releases?');
    const answer = await last('U0EMMA', 'C0ASK');
    expect(answer?.text).toContain('Head of AI Operations or Chief Technology Officer');
    expect(JSON.stringify(answer?.blocks)).toContain('[WP-2.6.1]');
  });

  it('when the source is pressed, the passage opens', async () => {
    await test.driver.press('U0EMMA', 'C0ASK', 'open_source:0');
    const view = (await test.driver.state('U0EMMA')).views.at(-1);
    expect(JSON.stringify(view?.blocks)).toContain('DevOps Team');
  });

  it('when nothing covers the question, it says so and keeps the question without the asker', async () => {
    await test.driver.say('U0EMMA', 'C0ASK', 'What is our GPU budget?');
    const gaps = await test.server.core.stores.gaps.list(10);
    expect(gaps.map((g) => g.question)).toContain('What is our GPU budget?');
    expect(JSON.stringify(gaps)).not.toContain('U0EMMA');
  });

  it('when somebody writes only "help", they are shown what there is, and nothing is looked up', async () => {
    await test.driver.say('U0EMMA', 'D0EMMA', 'Help!');
    const shown = (await test.driver.state('U0EMMA')).ephemerals.at(-1) ?? (await last('U0EMMA', 'D0EMMA'));
    expect(JSON.stringify(shown)).toContain('/governance deploy');
    expect((await test.server.core.stores.gaps.list(50)).map((gap) => gap.question)).not.toContain('Help!');
  });

  it('when the text carries <!channel>, it comes back as text', async () => {
    await test.driver.say('U0EMMA', 'C0ASK', 'who owns <!channel> & <@U0CISO> things?');
    const { messages } = await test.driver.state('U0EMMA');
    const shown = messages
      .filter((m) => m.user === 'U0COUNTERSIGN')
      .map((m) => JSON.stringify([m.text, m.blocks], (key, value: unknown) => (key === 'value' ? undefined : value)));
    expect(shown.length).toBeGreaterThan(2);
    expect(shown.join()).not.toContain('<!channel>');
    expect(shown.join()).not.toContain('<@U0CISO>');
  });

  it('when the text has 50,000 characters, it is answered with a note', async () => {
    await test.driver.say('U0EMMA', 'D0EMMA', `who owns rollback? ${'x '.repeat(20_000)}`);
    expect(JSON.stringify(await last('U0EMMA', 'D0EMMA'))).toContain('only its beginning was read');
  });
});

describe('approve', () => {
  it('when the form has mistakes, they are shown on their fields and nothing is stored', async () => {
    await test.driver.command('U0MILO', 'C0ASK', '/governance deploy');
    const result = await test.driver.submit('U0MILO', { ...minimalForm, digest: 'nonsense' });
    expect(Object.keys(result.errors ?? {})).toEqual(['digest']);
    expect(await test.server.core.stores.ledger.listRequests({ limit: 5 })).toEqual([]);
  });

  it('when it is submitted, a card stands in the committee channel', async () => {
    expect(await test.driver.submit('U0MILO', minimalForm)).toMatchObject({ ok: true });
    const card = await cardOf('DR-1');
    expect(card?.text).toContain('ticket-router 1.4.0 to staging');
  });

  it('when the requester presses, it is refused with the reason', async () => {
    await test.driver.press('U0MILO', 'C0COMMITTEE', 'open_vote');
    const { ephemerals, views } = await test.driver.state('U0MILO');
    expect(ephemerals.at(-1)?.text).toContain('separation of duties');
    expect(views).toEqual([]);
  });

  it('when somebody without a role presses, it is refused and says for whom it waits', async () => {
    await test.driver.press('U0EMMA', 'C0COMMITTEE', 'open_vote');
    expect((await test.driver.state('U0EMMA')).ephemerals.at(-1)?.text).toContain('Chief AI Officer');
  });

  it('when two roles approve, it is decided, the requester is told, and the card names the entry', async () => {
    for (const voter of ['U0CISO', 'U0CAIO']) {
      await test.driver.press(voter, 'C0COMMITTEE', 'open_vote');
      expect((await test.driver.submit(voter, { choice: 'approve', reason: 'Tested under load.' })).ok).toBe(true);
    }
    const [request] = await test.server.core.stores.ledger.listRequests({ limit: 5 });
    expect(request?.status).toBe('approved');
    const card = await cardOf('DR-1');
    expect(JSON.stringify(card?.blocks)).toMatch(/evidence entry \d+/);
    expect((await last('U0MILO', 'D0MILO'))?.text).toContain('is approved');
  });

  it('when a vote comes after the decision, it is refused', async () => {
    await test.driver.post('action', {
      as: 'U0ETHIC',
      container: { type: 'message', channel: 'C0COMMITTEE', ts: (await cardOf('DR-1'))?.ts },
      block_id: 'x',
      action_id: 'open_vote',
      value: null,
      values: {},
    });
    const [request] = await test.server.core.stores.ledger.listRequests({ limit: 5 });
    expect(request?.status).toBe('approved');
  });
});

describe('events are the truth', () => {
  it('when the state rows are rebuilt from the events, they are the same', async () => {
    const { ledger, records, state } = test.server.core.stores;
    const rows = async () => [
      await ledger.listRequests({ limit: 50 }),
      await ledger.listAssignments(),
      await records.list({ kind: 'system' }),
    ];
    const before = await rows();
    expect(before.every((table) => table.length > 0)).toBe(true);
    expect(await state.hold(({ view, replace }) => replace(rowsFromEvents(view)))).toBeGreaterThan(
      before.flat().length,
    );
    expect(await rows()).toEqual(before);
  });

  it('each event has exactly one entry, in order, without a gap', async () => {
    const { pool } = test.database;
    const { rows } = await pool.query<{ events: number; entries: number; matched: number; top: number }>(
      `SELECT (SELECT count(*) FROM event)::int AS events, (SELECT count(*) FROM entry)::int AS entries,
        (SELECT count(*) FROM event e JOIN entry n ON n.event_id = e.id AND n.log_index = e.log_index)::int AS matched,
        (SELECT max(log_index) + 1 FROM entry)::int AS top`,
    );
    expect(new Set(Object.values(rows[0] ?? {})).size).toBe(1);
    expect(rows[0]?.events).toBeGreaterThan(10);
  });

  it('no leaf holds a name or a reason', async () => {
    const { rows } = await test.database.pool.query<{ leaf: Buffer }>('SELECT leaf FROM entry');
    const all = rows
      .map(({ leaf }) => Buffer.from(JSON.parse(leaf.toString()).payload, 'base64').toString())
      .join('\n');
    expect(all).not.toContain('Tested under load');
    expect(all).not.toContain('Sorts incoming tickets');
    expect(all).not.toMatch(/U0(CISO|MILO|CAIO)/);
  });
});
