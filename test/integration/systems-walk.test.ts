/** The newcomer's walk of the README: a denied deployment, an allowed one, a suspension, and the rollback. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createGateToken } from '#src/delivery/gate/tokens.ts';
import { approved, deployment } from './deployments.ts';
import { startTestServer, type TestServer } from './server-fixture.ts';

const OLD = { version: '1.4.0', digest: `sha256:${'a4'.repeat(32)}` };
const NEW = { version: '1.5.0', digest: `sha256:${'a5'.repeat(32)}` };

let test: TestServer;
let token = '';
beforeAll(async () => {
  test = await startTestServer();
  const made = await createGateToken(test.server.systems.deps, 'walk', 'service');
  token = made.ok ? made.secret : '';
});
afterAll(() => test.close());

async function gate(thing: typeof OLD) {
  const query = new URLSearchParams({ system: 'ticket-router', environment: 'staging', ...thing });
  const headers = { authorization: `Bearer ${token}` };
  const res = await fetch(`${test.server.address}/api/v1/gate?${query}`, { headers });
  const body = (await res.json()) as { readonly reasons: readonly { readonly code: string }[] };
  return [res.status, body.reasons[0]?.code];
}

it('goes from a denied to an allowed deployment, a suspension and a rollback', async () => {
  expect(await gate(OLD)).toEqual([403, 'unknown_system']);
  const first = await approved(test.server, deployment({ system: 'ticket-router', ...OLD }));
  expect(await gate(OLD)).toEqual([200, 'approved']);
  expect(await gate(NEW)).toEqual([403, 'unknown_version']);

  await approved(test.server, deployment({ system: 'ticket-router', ...NEW, replaces: first.id }));
  await test.server.idle();
  expect(await gate(NEW)).toEqual([200, 'approved']);
  expect(await gate(OLD)).toEqual([200, 'superseded_but_valid']);

  await test.driver.command(
    'U0CISO',
    'C0ASK',
    '/governance suspend version ticket-router 1.5.0 INC-3 routes to nowhere',
  );
  expect(await gate(NEW)).toEqual([403, 'suspended']);
  expect(await gate(OLD)).toEqual([200, 'superseded_but_valid']);

  await test.server.idle();
  const state = await test.server.systems.inventory.read('ticket-router');
  expect(state?.requests.map(({ version, phase }) => [version, phase])).toEqual(
    expect.arrayContaining([
      ['1.4.0', 'approved'],
      ['1.5.0', 'suspended'],
    ]),
  );
});
