/** The drill of every suspension: somebody types it in Slack, and the pipeline's next question is denied within seconds. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGateToken } from '#src/delivery/gate/tokens.ts';
import { readManifest } from '#src/systems/manifest.ts';
import { approved, DIGEST, deployment, vendorManifest } from './deployments.ts';
import { startTestServer, type TestServer } from './server-fixture.ts';

/** From the click to the denied gate (issue 7, "Incidents"), in milliseconds. */
const DENIED_WITHIN_MS = 2_000;

let test: TestServer;
let token = '';
beforeAll(async () => {
  test = await startTestServer();
  const made = await createGateToken(test.server.systems.deps, 'drill', 'service');
  token = made.ok ? made.secret : '';
});
afterAll(() => test.close());

type Thing = { readonly system: string; readonly environment: string; readonly digest: string };

async function isDenied({ system, environment, digest }: Thing): Promise<boolean> {
  const query = new URLSearchParams({ system, version: '1.4.0', digest, environment });
  const headers = { authorization: `Bearer ${token}` };
  const res = await fetch(`${test.server.address}/api/v1/gate?${query}`, { headers });
  const answer = (await res.json()) as { readonly reasons?: readonly { readonly code: string }[] };
  // A question that was not answered (429, 503) is no denial of this drill.
  return res.status === 403 && answer.reasons?.[0]?.code === 'suspended';
}

/** Types the command without waiting for anything, and asks the gate until it denies; how long that took. */
async function deniedAfterMs(command: string, thing: Thing): Promise<number> {
  const since = performance.now();
  const sent = fetch(`${test.server.address}/sandbox/command`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: test.server.address },
    body: JSON.stringify({ as: 'U0CISO', channel: 'C0ASK', text: `/governance ${command}` }),
  });
  while (!(await isDenied(thing)) && performance.now() - since < 10 * DENIED_WITHIN_MS);
  const took = performance.now() - since;
  await sent;
  await test.server.idle();
  return took;
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
  expect(await isDenied(thing)).toBe(false);
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
  ])('%s is denied at the gate within two seconds', async (_what, system, environment, command, manifest) => {
    const thing = await run(system, environment, manifest);
    const other = await run(`${system}-other`, 'staging');
    expect(await deniedAfterMs(command, thing)).toBeLessThan(DENIED_WITHIN_MS);
    expect(await isDenied(other)).toBe(false);
  });

  it('one approval by its number is denied within two seconds', async () => {
    const thing = await run('drill-request', 'staging');
    const { requests } = (await test.server.systems.inventory.read('drill-request')) ?? { requests: [] };
    await test.driver.command('U0CISO', 'C0ASK', `/governance suspend ${requests[0]?.shortId}`);
    const view = (await test.driver.state('U0CISO')).views.at(-1);
    const since = performance.now();
    const values = { text: { value: 'Wrong model.' }, incident: { value: 'INC-8' } };
    await test.driver.post('view', { as: 'U0CISO', view_id: view?.id, do: 'submit', values });
    expect(await isDenied(thing)).toBe(true);
    expect(performance.now() - since).toBeLessThan(DENIED_WITHIN_MS);
  });
});
