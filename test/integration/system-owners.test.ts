/** Rule 2 by the inventory: whoever owns a system does not decide on it, whomever a request names as its owner. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SystemCommand } from '#src/systems/decide-system.ts';
import { loadPolicy } from '#src/wire/knowledge/knowledge.ts';
import { approve, approved, deployment, submit } from './deployments.ts';
import { startTestServer, type TestServer } from './server-fixture.ts';

let test: TestServer;
beforeAll(async () => {
  test = await startTestServer();
});
afterAll(async () => {
  await test.server.idle();
  await test.close();
});

const person = (user: string) => test.server.core.stores.people.personFor(user, null);
const act = async (system: string, command: SystemCommand, user = 'U0MILO') =>
  test.server.systems.inventory.act(
    system,
    command,
    { person: await person(user), roles: [], isAdmin: false },
    randomUUID(),
  );

/** A system that the inventory says a voter owns. */
async function ownedBy(user: string, system: string): Promise<void> {
  await approved(test.server, deployment({ system }));
  await test.server.idle();
  expect(await act(system, { type: 'describe', facts: { owner: await person(user) } })).toMatchObject({ ok: true });
}

describe('the owner by the inventory', () => {
  it('does not decide on a request in which a colleague stands as owner, nor after handing the system on', async () => {
    await ownedBy('U0CISO', 'Straw Man');
    const id = await submit(test.server, deployment({ system: 'straw man', version: '1.5.0' }));
    await expect(approve(test.server, id, ['U0CISO'])).rejects.toThrow('self_approval');
    await act('Straw Man', { type: 'describe', facts: { owner: await person('U0MILO') } }, 'U0CISO');
    await expect(approve(test.server, id, ['U0CISO'])).rejects.toThrow('self_approval');
    const state = await approve(test.server, id, ['U0CAIO']);
    expect(state.decision).toBeNull();
    expect(state.systemOwners).toEqual([await person('U0CISO')]);
  });

  it('does not decide either where the request comes to its system by an edit', async () => {
    await ownedBy('U0CISO', 'Late Name');
    const { core } = test.server;
    const id = await submit(test.server, deployment({ system: 'Early Name' }));
    const state = (await core.desk.read(id))?.state;
    const policy = await loadPolicy();
    const edit = { type: 'edit', policy, nonce: randomUUID() } as const;
    const document = deployment({ system: 'Late Name', version: '1.6.0' });
    const by = { commandId: randomUUID(), by: await person('U0MILO') };
    expect(state?.systemOwners).toEqual([]);
    expect(await core.desk.act(id, { ...edit, ...by, document })).toMatchObject({ ok: true });
    await expect(approve(test.server, id, ['U0CISO'])).rejects.toThrow('self_approval');
  });

  it('gets no say on the asking side by that, and nobody is shut out by being given a system', async () => {
    const id = await submit(test.server, deployment({ system: 'Gift' }));
    await test.server.idle();
    await act('Gift', { type: 'describe', facts: { owner: await person('U0CISO') } });
    const commandId = randomUUID();
    const withdrawn = await test.server.core.desk.act(id, {
      ...{ type: 'withdraw', commandId, by: await person('U0CISO'), reason: null },
    });
    expect(withdrawn).toMatchObject({ ok: false, reason: 'not_requester' });
    expect((await approve(test.server, id)).decision?.outcome).toBe('approved');
  });
});

describe('a stop of a vendor', () => {
  it('is not escaped by no longer stating the vendor', async () => {
    await approved(test.server, deployment({ system: 'Held' }));
    await test.server.idle();
    await act('Held', { type: 'describe', facts: { vendors: ['Acme', 'Other'] } });
    const what = { scope: { by: 'vendor', vendor: 'ACME' } as const, incident: 'INC-9', reason: 'Keys leaked.' };
    const by = { person: await person('U0CISO'), commandId: randomUUID() };
    expect(await test.server.systems.incidents.place(randomUUID(), what, by)).toMatchObject({ ok: true });
    const refused = await act('Held', { type: 'describe', facts: { vendors: ['Other'] } });
    expect(refused).toMatchObject({ ok: false, reason: 'vendor_held', detail: ['Acme'] });
    expect(await act('Held', { type: 'describe', facts: { vendors: ['acme'] } })).toMatchObject({ ok: true });
  });
});
