/** Incidents: from one click to a denied gate, by system, version, vendor and environment, and the way back. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGateToken } from '#src/delivery/gate/tokens.ts';
import { onStream } from '#src/delivery/streams/stream.ts';
import { HOLD_HIDDEN, type HoldScope } from '#src/systems/holds.ts';
import { readManifest } from '#src/systems/manifest.ts';
import { approved, DIGEST, deployment, vendorManifest } from './deployments.ts';
import { startTestServer, type TestServer } from './server-fixture.ts';

let test: TestServer;
let token = '';
beforeAll(async () => {
  test = await startTestServer();
  const made = await createGateToken(test.server.systems.deps, 'ci', 'service');
  token = made.ok ? made.secret : '';
});
afterAll(async () => {
  await test.server.idle();
  await test.close();
});

const person = (user: string) => test.server.core.stores.people.personFor(user, null);
const by = async (user: string) => ({ person: await person(user), commandId: `t:${randomUUID()}` });

async function gate(system: string, change: Record<string, string> = {}) {
  const query = new URLSearchParams({ system, version: '1.4.0', digest: DIGEST, environment: 'staging', ...change });
  const res = await fetch(`${test.server.address}/api/v1/gate?${query}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  return (await res.json()) as {
    readonly allowed: boolean;
    readonly reasons: readonly { code: string; words: string }[];
  };
}

async function stop(scope: HoldScope, user = 'U0CISO', holdId = randomUUID() as string) {
  const what = { scope, incident: 'INC-7', reason: 'Prompts of customers leaked.' };
  return test.server.systems.incidents.place(holdId, what, await by(user));
}

describe('one holder of a named role stops at once', () => {
  it.each<[string, HoldScope]>([
    ['a system', { by: 'system', system: 'Stop-System' }],
    ['a version', { by: 'version', system: 'stop-version', version: '1.4.0' }],
    ['an environment', { by: 'environment', environment: 'STOP-ENV' }],
  ])('by %s: the first question after it is denied, and says by which incident', async (_what, scope) => {
    const system = 'system' in scope ? scope.system.toLowerCase() : 'elsewhere';
    const environment = 'environment' in scope ? 'stop-env' : 'staging';
    await approved(test.server, deployment({ system, environment }));
    await approved(test.server, deployment({ system: 'untouched', environment: 'staging' }));
    expect((await gate(system, { environment })).allowed).toBe(true);
    expect(await stop(scope)).toMatchObject({ ok: true, hold: { status: 'active' } });
    const answer = await gate(system, { environment });
    expect([answer.allowed, answer.reasons[0]?.code]).toEqual([false, 'suspended']);
    expect(answer.reasons[0]?.words).toContain('INC-7');
    expect((await gate('untouched')).allowed).toBe(true);
  });

  it('by vendor: what rests on it is denied, what does not is not', async () => {
    const { inventory } = test.server.systems;
    for (const [system, provider] of [
      ['uses-acme', 'Acme'],
      ['uses-other', 'Other'],
    ] as const) {
      const read = readManifest(vendorManifest(provider));
      await approved(test.server, deployment({ system, digest: read.ok ? read.digest : '' }));
      await test.server.idle();
      const command = { type: 'add_version' as const, version: '1.4.0', manifest: vendorManifest(provider) };
      const done = await inventory.act(
        system,
        command,
        { person: await person('U0MILO'), roles: [], isAdmin: false },
        `v:${system}`,
      );
      expect(done).toMatchObject({ ok: true });
    }
    const ask = (system: string, provider: string) => {
      const read = readManifest(vendorManifest(provider));
      return gate(system, { digest: read.ok ? read.digest : '' });
    };
    expect((await ask('uses-acme', 'Acme')).allowed).toBe(true);
    await stop({ by: 'vendor', vendor: ' ACME ' });
    expect((await ask('uses-acme', 'Acme')).allowed).toBe(false);
    expect((await ask('uses-other', 'Other')).allowed).toBe(true);
  });

  it('when the person holds none of these roles, it is refused and nothing is stopped', async () => {
    await approved(test.server, deployment({ system: 'calm' }));
    expect(await stop({ by: 'system', system: 'calm' }, 'U0EMMA')).toMatchObject({ ok: false, reason: 'role_missing' });
    expect((await gate('calm')).allowed).toBe(true);
  });

  it('when a hold from before names its incident in several words, what it covers is suspended all the same', async () => {
    const { deps, incidents } = test.server.systems;
    const { id } = await approved(test.server, deployment({ system: 'former' }));
    const hold = randomUUID();
    const authority = { role: 'Chief Information Security Officer', assignment: 'a-1' };
    const scope = { by: 'system', system: 'former' } as const;
    const data = { ...authority, hold, scope, incident: 'the leak of October', reason: 'Leaked.' };
    const command = { stream: `incident:${hold}`, actor: await person('U0CISO'), commandId: hold };
    const drafts = [{ type: 'incident.hold_placed', data, hide: HOLD_HIDDEN['incident.hold_placed'] }];
    const step = { kind: 'commit', drafts, records: [], result: () => null } as const;
    await onStream(
      deps,
      { ...command, commandKind: 'incident.place' },
      () => step,
      async () => null,
    );
    await incidents.enforce(hold);
    await test.server.idle();
    expect((await test.server.core.desk.read(id))?.state.suspension).toMatchObject({ incident: hold });
  });

  it('when no incident is named, it is refused', async () => {
    const what = { scope: { by: 'system', system: 'calm' } as const, incident: ' ', reason: 'x' };
    const refused = await test.server.systems.incidents.place('h0', what, await by('U0CISO'));
    expect(refused).toMatchObject({ ok: false, reason: 'invalid', detail: ['incident'] });
  });
});

describe('what follows, and the way back', () => {
  const holdId = randomUUID();
  let first = '';
  beforeAll(async () => {
    first = (await approved(test.server, deployment({ system: 'return' }))).id;
    await stop({ by: 'system', system: 'return' }, 'U0CISO', holdId);
    await test.server.idle();
  });
  const lift = async (request: string, user = 'U0CISO') =>
    test.server.systems.incidents.lift(holdId, request, await by(user));

  it('each approval it covers is suspended, its requester and the informed roles are told', async () => {
    expect((await test.server.core.desk.read(first))?.state.suspension?.incident).toBe('INC-7');
    const told = (await test.driver.state('U0MILO')).messages.filter((m) => m.channel === 'D0MILO');
    expect(told.some((m) => m.text.includes('suspended'))).toBe(true);
    const informed = (await test.driver.state('U0CAIO')).messages.filter((m) => m.channel === 'D0CAIO');
    expect(informed.length).toBeGreaterThan(0);
  });

  it('when it is enforced again, nothing happens twice', async () => {
    const before = (await test.server.core.stores.ledger.head()).size;
    await test.server.systems.incidents.enforce(holdId);
    expect((await test.server.core.stores.ledger.head()).size).toBe(before);
  });

  it('without a review, with an old approval, or by the requester it is not lifted', async () => {
    expect(await lift(first)).toMatchObject({ reason: 'review_missing' });
    const findings = { findings: 'A log was open; it is closed.', file: null };
    expect(await test.server.systems.incidents.review(holdId, findings, await by('U0EMMA'))).toMatchObject({
      reason: 'role_missing',
    });
    expect(await test.server.systems.incidents.review(holdId, findings, await by('U0CISO'))).toMatchObject({
      ok: true,
    });
    expect(await lift(first)).toMatchObject({ reason: 'no_fresh_quorum' });
    expect((await gate('return')).allowed).toBe(false);
    const other = await approved(test.server, deployment({ system: 'another' }));
    expect(await lift(other.id)).toMatchObject({ reason: 'wrong_basis' });
    expect(await lift(first, 'U0MILO')).toMatchObject({ reason: 'own_review' });
  });

  it('after the review and a fresh quorum it is lifted, and the gate allows again', async () => {
    const again = await approved(test.server, deployment({ system: 'return', replaces: first }));
    expect((await gate('return')).allowed).toBe(false);
    expect(await lift(again.id)).toMatchObject({ ok: true, hold: { status: 'lifted' } });
    expect((await gate('return')).allowed).toBe(true);
    expect(await lift(again.id)).toMatchObject({ reason: 'not_held' });
  });
});
