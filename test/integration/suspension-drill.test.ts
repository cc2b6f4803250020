/**
 * The drill of every suspension: somebody types it in Slack, and the first question that a pipeline asks after the click
 * was handled is denied. The clock stands still meanwhile, so that nothing which waits for time can be what stops it: no
 * timer, no sweep, no answer kept until it is old. How long it takes by the wall is measured by `npm run bench` (gate).
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGateToken } from '#src/delivery/gate/tokens.ts';
import { readManifest } from '#src/systems/manifest.ts';
import { approved, DIGEST, deployment, vendorManifest } from './deployments.ts';
import { startTestServer, type TestServer } from './server-fixture.ts';

/** The server's time throughout. */
const NOW = new Date('2026-11-21T12:00:00.000Z');

let test: TestServer;
let token = '';
beforeAll(async () => {
  test = await startTestServer({ now: () => NOW });
  const made = await createGateToken(test.server.systems.deps, 'drill', 'service');
  token = made.ok ? made.secret : '';
});
afterAll(() => test.close());

type Thing = { readonly system: string; readonly environment: string; readonly digest: string };

/** What the gate says: its status and its first reason. */
async function ask({ system, environment, digest }: Thing) {
  const query = new URLSearchParams({ system, version: '1.4.0', digest, environment });
  const headers = { authorization: `Bearer ${token}` };
  const res = await fetch(`${test.server.address}/api/v1/gate?${query}`, { headers });
  const answer = (await res.json()) as { readonly reasons?: readonly object[] };
  return { status: res.status, reason: answer.reasons?.[0] };
}

const ALLOWED = { status: 200, reason: { code: 'approved' } };
/** Denied by a reason that says this. */
const deniedBy = (words: string) => ({
  status: 403,
  reason: { code: 'suspended', words: expect.stringContaining(words) },
});

/** Does something in the sandbox and waits until that click was handled: not for messages, nor for what follows it. */
async function click(call: 'command' | 'view', body: object): Promise<void> {
  const res = await fetch(`${test.server.address}/sandbox/${call}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: test.server.address },
    body: JSON.stringify({ as: 'U0CISO', ...body }),
  });
  expect(await res.json()).toMatchObject({ ok: true });
  await test.server.work.inbox.idle();
}

async function run(system: string, environment: string, manifest?: object): Promise<Thing> {
  const read = manifest === undefined ? null : readManifest(manifest);
  const digest = read?.ok ? read.digest : DIGEST;
  await approved(test.server, deployment({ system, environment, digest }));
  await test.server.idle();
  if (manifest !== undefined) {
    const person = await test.server.core.stores.people.personFor('U0MILO', null);
    const command = { type: 'add_version' as const, version: '1.4.0', manifest };
    const actor = { person, roles: [], isAdmin: false };
    expect(await test.server.systems.inventory.act(system, command, actor, `v:${system}`)).toMatchObject({ ok: true });
  }
  const thing = { system, environment, digest };
  expect(await ask(thing)).toMatchObject(ALLOWED);
  return thing;
}

describe('typed in Slack by one holder of a named role', () => {
  it.each([
    ['a system', 'drill-system', 'staging', 'suspend drill-system INC-7 prompts leaked', undefined],
    ['a version', 'drill-version', 'staging', 'suspend version drill-version 1.4.0 INC-7 prompts leaked', undefined],
    [
      'a vendor',
      'drill-vendor',
      'staging',
      'suspend vendor "Nimbus AI" INC-7 breach at the vendor',
      vendorManifest('Nimbus AI'),
    ],
    ['an environment', 'drill-place', 'drill-env', 'suspend environment drill-env INC-7 credentials stolen', undefined],
  ])('%s is denied at once, and nothing else', async (_what, system, environment, command, manifest) => {
    const thing = await run(system, environment, manifest);
    const other = await run(`${system}-other`, 'staging');
    await click('command', { channel: 'C0ASK', text: `/governance ${command}` });
    // By the hold itself: that each approval it covers is suspended comes after it.
    expect(await ask(thing)).toMatchObject(deniedBy('INC-7'));
    expect(await ask(other)).toMatchObject(ALLOWED);
    await test.server.idle();
  });

  it('one approval by its number is denied at once', async () => {
    const thing = await run('drill-request', 'staging');
    const { requests } = (await test.server.systems.inventory.read('drill-request')) ?? { requests: [] };
    await test.driver.command('U0CISO', 'C0ASK', `/governance suspend ${requests[0]?.shortId}`);
    const view = (await test.driver.state('U0CISO')).views.at(-1);
    const values = { text: { value: 'Wrong model.' }, incident: { value: 'INC-8' } };
    await click('view', { view_id: view?.id, do: 'submit', values });
    expect(await ask(thing)).toMatchObject(deniedBy('is suspended'));
    await test.server.idle();
  });
});
