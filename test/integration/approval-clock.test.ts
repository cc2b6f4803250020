/** What happens by itself, with a moved clock: reminders, lapses, escalation, deadline, and a server that was down. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DAY, limitedForm, minimalForm, openStage, type Stage } from './approval-fixture.ts';

const HOUR = 3_600_000;
let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

describe('a request that nobody decides', () => {
  it('when two quick approvals fill the quorum, nobody who is consulted is silenced', async () => {
    await stage.ask('U0MILO', 'deploy', limitedForm);
    await stage.approve('DR-1', 'U0CAIO', 'U0LEGAL', 'U0CISO', 'U0ETHIC');
    expect((await stage.request('DR-1')).decision).toBeNull();
    expect(await stage.card('DR-1')).toContain('Business Unit Leaders until');
    expect((await stage.told('U0CTO')).at(-1)).toContain('asks for your advice');
  });

  it('when the minimum review is over, it still waits for the advice; when that lapses, it is decided by itself', async () => {
    await stage.pass(DAY + HOUR);
    expect((await stage.request('DR-1')).decision).toBeNull();
    await stage.pass(DAY);
    const request = await stage.request('DR-1');
    expect(request).toMatchObject({ status: 'approved', consultsLapsed: ['Business Unit Leaders'] });
    expect(await stage.notes()).toContainEqual(expect.stringContaining('No advice came in time on DR-1'));
  });

  it('when it is decided, each informed role is told, and that it was is recorded', async () => {
    const request = await stage.request('DR-1');
    expect(request.informed.map((told) => told.role).sort()).toEqual(['Head of AI Operations', 'Security Team']);
    expect((await stage.told('U0CISO')).join()).toContain('You are told as Security Team');
    const holder = await stage.person('U0CISO');
    expect(request.informed.find((told) => told.role === 'Security Team')?.persons).toEqual([holder]);
  });

  it('when the deadline comes near, those it waits for are reminded, once each time', async () => {
    await stage.ask('U0EMMA', 'deploy', { ...minimalForm, system: 'slow' });
    await stage.approve('DR-2', 'U0CISO');
    const before = await stage.told('U0CAIO');
    await stage.pass(4 * DAY + HOUR);
    await stage.pass(1000);
    const reminders = (await stage.told('U0CAIO')).slice(before.length).filter((m) => m.includes('waits for you'));
    expect(reminders.length).toBe(1);
    expect((await stage.told('U0CISO')).filter((m) => m.includes('waits for you'))).toEqual([]);
  });

  it('when time runs out, it is escalated to the role the policy names', async () => {
    await stage.pass(12 * HOUR);
    expect((await stage.request('DR-2')).escalatedAtMs).not.toBeNull();
    expect((await stage.told('U0CTO')).at(-1)).toContain('is escalated to you as Chief Technology Officer');
    expect(await stage.card('DR-2')).toContain('Escalated to Chief Technology Officer');
  });

  it('when the deadline passes, it expires, the requester is told, and a click is refused', async () => {
    await stage.pass(13 * HOUR);
    expect((await stage.request('DR-2')).status).toBe('expired');
    expect((await stage.told('U0EMMA')).at(-1)).toContain('expired without a decision');
    expect(await stage.card('DR-2')).toContain('Expired without a decision');
    await stage.command('U0CAIO', 'vote DR-2');
    expect(await stage.whispered('U0CAIO')).toContain('decided already');
  });
});

describe('a server that was down for a month', () => {
  it('when it comes back, what was due runs once, in order, as of the time it was due', async () => {
    await stage.ask('U0EMMA', 'deploy', { ...limitedForm, system: 'left-alone' });
    await stage.approve('DR-3', 'U0CAIO');
    await stage.test.server.stop();
    stage.jump(30 * DAY);
    await stage.restart();
    const record = await stage.record('DR-3');
    expect(record.state.status).toBe('expired');
    const types = record.events.map((event) => event.type);
    const own = types.slice(types.indexOf('vote.cast') + 1);
    expect(own.filter((type) => type !== 'informed.told')).toEqual(['consult.lapsed', 'decided']);
    await stage.pass(1000);
    expect((await stage.record('DR-3')).events.length).toBe(record.events.length);
    const { rows } = await stage.test.database.pool.query(
      `SELECT count(*)::int AS open FROM timer WHERE done_at IS NULL AND subject = $1`,
      [`request:${record.state.id}`],
    );
    expect(rows).toEqual([{ open: 0 }]);
  });

  it('when its quorum was complete, it is approved although the deadline passed meanwhile', async () => {
    await stage.ask('U0EMMA', 'deploy', { ...limitedForm, system: 'complete' });
    await stage.approve('DR-4', 'U0CAIO', 'U0LEGAL', 'U0CISO', 'U0ETHIC');
    await stage.test.server.stop();
    stage.jump(30 * DAY);
    await stage.restart();
    expect((await stage.request('DR-4')).decision).toMatchObject({ outcome: 'approved', cause: 'quorum' });
  });
});
