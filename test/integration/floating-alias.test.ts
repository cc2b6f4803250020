/**
 * A vendor's floating alias under review: whoever owns the system is reminded in time, a look that is missing closes the
 * gate, and so does one that found another model, until somebody decided anew. A row that cannot be read closes it too.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readManifest } from '#src/systems/manifest.ts';
import { approved, deployment, vendorManifest } from './deployments.ts';
import { startTestServer, type TestServer } from './server-fixture.ts';

const DAY = 86_400_000;
const START = Date.parse('2026-11-21T12:00:00.000Z');
let now = START;
let test: TestServer;
const DAYS = 20;
const FLOATING = vendorManifest('Nimbus AI', { version: 'chat-latest', pinning: 'alias', reviewEveryDays: DAYS });
const read = readManifest(FLOATING);
const digest = read.ok ? read.digest : '';

beforeAll(async () => {
  test = await startTestServer({ now: () => new Date(now) });
  await approved(test.server, deployment({ system: 'Chat Helper', digest }));
  const owner = { person: await test.server.core.stores.people.personFor('U0MILO', null), roles: [], isAdmin: false };
  const command = { type: 'add_version', version: '1.4.0', manifest: FLOATING } as const;
  await test.server.idle();
  expect(await test.server.systems.inventory.act('chat helper', command, owner, 'v')).toMatchObject({ ok: true });
});
afterAll(() => test.close());

const gate = async () => {
  const query = { system: 'Chat Helper', version: '1.4.0', digest, environment: 'staging' };
  const reply = await test.server.systems.gate.ask(query, { token: 't' });
  return { code: reply?.reasons[0].code, until: reply?.until?.getTime() ?? null };
};
const say = async (as: string, text: string) => {
  await test.driver.command(as, 'C0ASK', `/governance ${text}`);
  await test.server.idle();
  return (await test.driver.state(as)).ephemerals.at(-1)?.text;
};
/** Messages with the buttons of a reminder that the owner got. */
const reminders = async () => {
  await test.server.work.sweeper.sweep();
  await test.server.idle();
  const { messages } = await test.driver.state('U0MILO');
  return messages.filter((m) => m.channel === 'D0MILO' && JSON.stringify(m.blocks).includes('gov_alias'));
};

describe('the gate', () => {
  it('permits it until the next look is due', async () => {
    expect(await gate()).toEqual({ code: 'approved', until: START + DAYS * DAY });
  });
});

describe('the owner', () => {
  it('is reminded before it is due, and the press of the button is the look', async () => {
    now = START + 14 * DAY;
    expect(await reminders()).toHaveLength(0);
    now = START + 15 * DAY;
    expect(await reminders()).toHaveLength(1);
    await test.driver.press('U0MILO', 'D0MILO', 'gov_alias:0');
    await test.server.idle();
    expect((await test.driver.state('U0MILO')).ephemerals.at(-1)?.text).toContain('means what it meant');
    expect(await gate()).toEqual({ code: 'approved', until: now + DAYS * DAY });
    // The look that is recorded ends the old dates: nothing is said on the day it would have been due.
    now = START + 21 * DAY;
    expect(await reminders()).toHaveLength(1);
  });

  it('is told when the time is over', async () => {
    now = START + 36 * DAY;
    // The early reminder and this one are due in the same sweep here, and arrive in either order.
    expect(JSON.stringify(await reminders())).toContain('denies it until somebody does');
    expect((await gate()).code).toBe('alias_overdue');
  });

  it('is the one who looks, in words too; nobody else does', async () => {
    expect(await say('U0EMMA', 'alias Chat Helper 1.4.0 same')).toContain('only the owner');
    expect(await say('U0MILO', 'alias Chat Helper 9.9 same')).toContain('Nothing was recorded');
    expect(await say('U0MILO', 'alias Chat Helper 1.4.0 perhaps')).toContain('Nothing was recorded');
    expect((await gate()).code).toBe('alias_overdue');
    expect(await say('U0MILO', 'alias Chat Helper 1.4.0 same')).toContain('means what it meant');
    expect((await gate()).code).toBe('approved');
  });
});

describe('another model', () => {
  it('is not what was approved: the committee is told, and only a later decision opens the gate', async () => {
    expect(await say('U0MILO', 'alias Chat Helper 1.4.0 changed')).toContain('another model');
    expect((await gate()).code).toBe('alias_changed');
    const { messages } = await test.driver.state('U0CISO');
    const committee = messages.filter((m) => m.channel === 'C0COMMITTEE').map((m) => m.text);
    expect(committee.at(-1)).toContain('another model');
    // That it is the same since then does not bring back what was approved.
    now += DAY;
    await say('U0MILO', 'alias Chat Helper 1.4.0 same');
    expect((await gate()).code).toBe('alias_changed');
    await approved(test.server, deployment({ system: 'Chat Helper', digest }));
    await test.server.idle();
    expect((await gate()).code).toBe('approved');
  });
});

describe('a damaged row of the inventory', () => {
  it('permits nothing: whom the system rests on cannot be told', async () => {
    await test.database.pool.query(
      `UPDATE record SET state = jsonb_set(state::jsonb, '{vendors}', '"nobody"') WHERE kind = 'system' AND id = 'chat helper'`,
    );
    expect((await gate()).code).toBe('alias_overdue');
  });
});
