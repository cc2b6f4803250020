/** Roles by Slack user group: what two administrators accepted and what Slack says now must both hold for a vote to count. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openErasure } from '#src/wire/evidence/erasure.ts';
import { minimalForm, openStage, type Stage } from './approval-fixture.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
  await setGroup('U0AUDIT', 'U0EMMA');
});
afterAll(() => stage.close());

const GROUP = 'S0ETHICS';
const ROLE = 'AI Ethics Review Board';

/** Whoever may edit groups in the workspace does. Time passes, so that it is read anew. */
async function setGroup(...users: readonly string[]): Promise<void> {
  await stage.test.driver.post('group', { as: 'U0EMMA', group: GROUP, users });
  stage.jump(10_000);
}
const roles = async (user: string) => {
  const person = await stage.person(user);
  const { assignments } = await stage.test.server.core.desk.roster();
  return assignments.filter((a) => a.person === person && a.group === GROUP).map((a) => a.role);
};
const newest = async (as: string) => JSON.stringify((await stage.state(as)).ephemerals.at(-1)?.blocks);
async function accept(...admins: readonly string[]): Promise<void> {
  for (const admin of admins) {
    await stage.command(admin, 'proposals');
    await stage.pressWhispered(admin, 'gov_accept');
  }
}

describe('a user group that is to hold a role', () => {
  it('counts for nothing until a second administrator accepts its members', async () => {
    await stage.command('U0CISO', `group @ethics-board ${ROLE}`);
    expect(await stage.whispered('U0CISO')).toContain('by the user group @ethics-board');
    expect([await roles('U0AUDIT'), await roles('U0EMMA')]).toEqual([[], []]);
    await accept('U0CAIO');
    expect([await roles('U0AUDIT'), await roles('U0EMMA')]).toEqual([[ROLE], [ROLE]]);
  });

  it('when a member votes, the record holds the group, that it was a member, and when that was read', async () => {
    await stage.ask('U0MILO', 'deploy', minimalForm);
    await stage.vote('U0AUDIT', 'DR-1', { choice: 'approve', reason: 'Looked at it.' });
    const { events, state } = await stage.record('DR-1');
    expect(state.votes).toHaveLength(1);
    const cast = events.find((event) => event.type === 'vote.cast');
    const ref = cast?.type === 'vote.cast' ? (cast.data.roster ?? '') : '';
    const stored = await stage.test.server.core.stores.ledger.readObject(ref);
    const roster = JSON.parse(Buffer.from(stored?.bytes ?? []).toString());
    expect(roster.groups).toEqual([
      {
        group: GROUP,
        resolvedAt: expect.stringMatching(/^2026-11-21T/),
        members: [await stage.person('U0AUDIT'), await stage.person('U0EMMA')].sort(),
      },
    ]);
    expect(Date.parse(cast?.at ?? '') - Date.parse(roster.groups[0].resolvedAt)).toBeLessThan(5_000);
  });

  it('who adds himself to it in Slack holds nothing, and his vote is refused', async () => {
    await stage.ask('U0EMMA', 'deploy', { ...minimalForm, system: 'mail-sorter' });
    await setGroup('U0AUDIT', 'U0EMMA', 'U0MILO');
    expect(await roles('U0MILO')).toEqual([]);
    const before = (await stage.refusals()).length;
    await stage.command('U0MILO', 'vote DR-2');
    expect((await stage.refusals()).slice(before)).toEqual([{ action: 'open_vote', reason: 'role_missing' }]);
    expect((await stage.request('DR-2')).votes).toEqual([]);
  });

  it('administrators see who joined and is not accepted yet', async () => {
    await stage.command('U0CISO', 'roles');
    expect(await newest('U0CISO')).toMatch(/U0MILO.*joined the group and hold nothing by it yet.*group S0ETHICS/);
    await stage.command('U0EMMA', 'roles');
    expect(await newest('U0EMMA')).not.toContain('joined the group');
  });

  it('who adds himself cannot accept himself: it takes two administrators for each person', async () => {
    await setGroup('U0AUDIT', 'U0EMMA', 'U0CISO');
    await stage.command('U0CISO', `group ${GROUP} ${ROLE}`);
    await accept('U0CISO', 'U0CAIO');
    expect(await roles('U0CISO')).toEqual([]);
  });

  it('who leaves it loses the role at once, and a vote given before counts no more', async () => {
    await setGroup('U0EMMA');
    expect([await roles('U0AUDIT'), await roles('U0EMMA')]).toEqual([[], [ROLE]]);
    await stage.vote('U0CAIO', 'DR-1', { choice: 'approve', reason: 'Fine.' });
    expect((await stage.request('DR-1')).decision).toBeNull();
    await setGroup('U0EMMA', 'U0AUDIT');
    await stage.command('U0EMMA', 'comment DR-1');
    await stage.submit('U0EMMA', { text: 'Audrey is back.' });
    expect((await stage.request('DR-1')).decision).toMatchObject({ outcome: 'approved' });
  });

  it('when Slack cannot be asked, the last reading serves for minutes; then nobody holds a role by it', async () => {
    const faults = (outage: string | null) =>
      stage.test.driver.post('faults', { outage, method: 'usergroups.users.list' });
    await faults('503');
    stage.jump(60_000);
    expect(await roles('U0EMMA')).toEqual([ROLE]);
    stage.jump(16 * 60_000);
    expect(await roles('U0EMMA')).toEqual([]);
    await faults(null);
    expect(await roles('U0EMMA')).toEqual([ROLE]);
  });

  it('while Slack cannot be asked, whoever was accepted may still stop a system, and decides nothing', async () => {
    await stage.command('U0CISO', `group ${GROUP} Security Team`);
    await accept('U0CAIO');
    await stage.test.driver.post('faults', { outage: '503', method: 'usergroups.users.list' });
    stage.jump(16 * 60_000);
    await stage.command('U0EMMA', 'suspend ticket-router INC-9 it leaks');
    expect(await stage.whispered('U0EMMA')).toContain('Stopped');
    await stage.command('U0EMMA', 'vote DR-2');
    expect(await stage.whispered('U0EMMA')).not.toContain('Stopped');
    expect((await stage.state('U0EMMA')).views).toEqual([]);
    await stage.test.driver.post('faults', { outage: null, method: 'usergroups.users.list' });
  });

  it('keeps whoever left it from being erased until two administrators end the assignment', async () => {
    const { core, systems } = stage.test.server;
    const { stores, recorder, now } = core;
    const { erasure } = openErasure({ stores, recorder, now, committed: () => undefined });
    await setGroup('U0EMMA');
    const person = await stage.person('U0AUDIT');
    const by = await stage.person('U0CISO');
    const ask = (commandId: string) => erasure.request({ person, basis: 'left' }, by, commandId);
    expect(await ask('erase-1')).toMatchObject({ reason: 'holds_role', detail: expect.arrayContaining([ROLE]) });
    const held = [...(await systems.people.read()).assignments.values()].filter(
      (a) => a.person === person && !a.endedAt,
    );
    for (const { role } of held) {
      await stage.command('U0CISO', `dismiss U0AUDIT ${role}`);
      await accept('U0CAIO');
    }
    expect(await ask('erase-2')).not.toMatchObject({ reason: 'holds_role' });
  });

  it('never makes administrators', async () => {
    await stage.command('U0CISO', `group ${GROUP} Countersign Administrator`);
    expect(await stage.whispered('U0CISO')).toContain('Not proposed');
  });

  it('is proposed by administrators only', async () => {
    await stage.command('U0MILO', `group ${GROUP} Legal Team`);
    expect(await stage.whispered('U0MILO')).toContain('Only an administrator can do this');
  });
});
