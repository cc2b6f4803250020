/** The inventory follows the decisions: entries, versions, status; once, whatever happens in between. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rowsFromEvents, verifyState } from '#src/delivery/state/verify.ts';
import { createFindingList } from '#src/evidence/findings.ts';
import { MANIFEST_FORMAT } from '#src/systems/manifest.ts';
import { approve, approved, DIGEST, deployment, submit } from './deployments.ts';
import { startTestServer, type TestServer } from './server-fixture.ts';

let test: TestServer;
beforeAll(async () => {
  test = await startTestServer();
});
afterAll(() => test.close());

const person = (user: string) => test.server.core.stores.people.personFor(user, null);
const row = async (key: string) => {
  await test.server.idle();
  return test.server.core.stores.records.read('system', key);
};
const actor = async (user: string, roles: readonly string[] = [], isAdmin = false) => ({
  person: await person(user),
  roles,
  isAdmin,
});
const vendor = {
  provider: 'Nimbus AI',
  service: 'chat',
  version: 'nimbus-4-latest',
  pinning: 'alias',
  region: 'eu-west',
  contract: 'C-118',
  reviewEveryDays: 30,
};

describe('an entry of the inventory', () => {
  it('when a request names an unknown system, it is entered as proposed, with owner and version', async () => {
    const requestId = await submit(test.server, deployment({ system: 'Ticket  Router' }));
    expect(await row('ticket router')).toMatchObject({ status: 'proposed', parent: await person('U0MILO') });
    await approve(test.server, requestId);
    expect((await row('ticket router'))?.status).toBe('approved');
    const state = await test.server.systems.inventory.read('ticket router');
    expect(state?.versions.map(({ version, digest }) => [version, digest])).toEqual([['1.4.0', DIGEST]]);
    expect(state?.purpose).toBe('Sorts incoming tickets by topic.');
  });

  it('when it is deployed, suspended and ended, its status follows', async () => {
    const { id } = await approved(test.server, deployment({ system: 'Flow' }));
    const act = async (command: object) =>
      test.server.core.desk.act(id, { commandId: `t:${Math.random()}`, ...command } as never);
    await act({ type: 'record_deployment', by: 'service', environment: 'staging', digest: DIGEST });
    expect((await row('flow'))?.status).toBe('deployed');
    await act({ type: 'suspend', by: await person('U0CISO'), reason: 'Leak', incident: null });
    expect((await row('flow'))?.status).toBe('suspended');
    await act({ type: 'revoke', by: await person('U0CISO'), reason: 'Leak' });
    expect((await row('flow'))?.status).toBe('proposed');
  });

  it('when two versions run side by side, both are live', async () => {
    for (const version of ['1', '2']) {
      const digest = `sha256:${version.repeat(64)}`;
      const { id } = await approved(test.server, deployment({ system: 'twin', version, digest }));
      const deployed = { type: 'record_deployment', by: 'service', environment: 'staging', digest } as const;
      await test.server.core.desk.act(id, { ...deployed, commandId: `t:${id}` });
    }
    await test.server.idle();
    const state = await test.server.systems.inventory.read('twin');
    expect(state?.requests.map(({ version, phase }) => [version, phase])).toEqual([
      ['1', 'deployed'],
      ['2', 'deployed'],
    ]);
  });

  it('when the server was down in between, it catches up, and following again changes nothing', async () => {
    const requestId = await submit(test.server, deployment({ system: 'late' }));
    await test.server.idle();
    const before = await row('late');
    const record = await test.server.core.desk.read(requestId);
    if (record === null) throw new Error('unknown');
    await test.server.systems.inventory.follow(record.state, 0);
    expect(await row('late')).toEqual(before);
    await test.server.systems.follower.stop();
    await approve(test.server, requestId);
    expect((await row('late'))?.status).toBe('proposed');
    test = await test.restart();
    expect((await row('late'))?.status).toBe('approved');
  });
});

describe('versions', () => {
  it('when a manifest is added, its digest is the identity and its bytes are kept', async () => {
    const manifest = { format: MANIFEST_FORMAT, vendors: [vendor] };
    const { inventory } = test.server.systems;
    const done = await inventory.act(
      'twin',
      { type: 'add_version', version: '3', manifest },
      await actor('U0MILO'),
      'v3',
    );
    expect(done).toMatchObject({ ok: true });
    const added = (await inventory.read('twin'))?.versions.at(-1);
    const stored = await test.server.core.stores.ledger.readObject(added?.manifest ?? '');
    expect(JSON.parse(Buffer.from(stored?.bytes ?? []).toString())).toMatchObject({
      vendors: [{ provider: 'Nimbus AI' }],
    });
    expect(added).toMatchObject({ vendors: ['Nimbus AI'], reviewEveryDays: 30 });
    const timers = () =>
      test.database.pool.query<{ days: number }>(
        `SELECT round(extract(epoch FROM due_at - now()) / 86400)::int AS days FROM timer
         WHERE subject = 'system:twin' AND kind LIKE 'alias_review:%' AND done_at IS NULL`,
      );
    expect((await timers()).rows).toEqual([{ days: 23 }]);
    const review = { type: 'review_alias', digest: added?.digest ?? '', changed: false } as const;
    expect(await inventory.act('twin', review, await actor('U0MILO'), 'a1')).toMatchObject({ ok: true });
    expect((await timers()).rows).toEqual([{ days: 23 }]);
    const again = await inventory.act(
      'twin',
      { type: 'add_version', version: '3', manifest },
      await actor('U0MILO'),
      'v3b',
    );
    expect(again).toMatchObject({ ok: false, reason: 'nothing_changed' });
  });

  it('when somebody else than the owner or an admin changes it, it is refused', async () => {
    const facts = { purpose: 'Something else' };
    const { inventory } = test.server.systems;
    const other = await inventory.act('twin', { type: 'describe', facts }, await actor('U0EMMA'), 'd1');
    expect(other).toMatchObject({ ok: false, reason: 'not_owner' });
    const admin = await inventory.act('twin', { type: 'describe', facts }, await actor('U0CISO', [], true), 'd2');
    expect(admin).toMatchObject({ ok: true });
  });
});

describe('decommissioning', () => {
  it('when every step is done by its role and the accountable one confirms, the system is decommissioned', async () => {
    const { inventory } = test.server.systems;
    const legal = await actor('U0LEGAL', ['Legal Team']);
    const ops = await actor('U0CAIO', ['Head of AI Operations']);
    const cto = await actor('U0CTO', ['Chief Technology Officer']);
    const step = (name: string, by: typeof ops) =>
      inventory.act('twin', { type: 'do_step', step: name, note: '' }, by, `step:${name}:${by.person}`);
    expect(await step('stop_traffic', ops)).toMatchObject({ reason: 'not_started' });
    await inventory.act('twin', { type: 'start_decommission', reason: 'Replaced' }, await actor('U0MILO'), 'dec');
    expect(await step('consult_legal', ops)).toMatchObject({ reason: 'role_missing' });
    expect(await step('confirm', cto)).toMatchObject({ reason: 'steps_open' });
    expect(await step('consult_legal', legal)).toMatchObject({ ok: true });
    for (const name of ['stop_traffic', 'archive_model', 'dispose_data', 'revoke_access', 'tell_teams'])
      expect(await step(name, ops)).toMatchObject({ ok: true });
    expect(await step('stop_traffic', ops)).toMatchObject({ ok: true, entry: null });
    expect(await step('confirm', cto)).toMatchObject({ ok: true });
    expect((await row('twin'))?.status).toBe('decommissioned');
    const late = await inventory.act(
      'twin',
      { type: 'describe', facts: { purpose: 'x' } },
      await actor('U0MILO'),
      'd9',
    );
    expect(late).toMatchObject({ reason: 'decommissioned' });
  });
});

describe('events are the truth', () => {
  it('when the rows are compared with the events, each is what its entries left; made anew, they are the same', async () => {
    const { records, state } = test.server.core.stores;
    const kinds = ['system', 'risk', 'evidence-file', 'hold', 'proposal', 'policy', 'gate-token', 'gate-question'];
    const rows = async () => Promise.all(kinds.map((kind) => records.list({ kind })));
    const before = await rows();
    expect(before[0]?.length).toBeGreaterThan(3);
    const findings = createFindingList();
    const report = await state.look((view) => verifyState(view, findings));
    expect(findings.kept).toEqual([]);
    expect(report.rows).toBeGreaterThan(before.flat().length);
    await state.hold(({ view, replace }) => replace(rowsFromEvents(view)));
    expect(await rows()).toEqual(before);
  });

  it('no leaf of the inventory holds a purpose', async () => {
    const { rows } = await test.database.pool.query<{ leaf: Buffer }>('SELECT leaf FROM entry');
    const all = rows
      .map(({ leaf }) => Buffer.from(JSON.parse(leaf.toString()).payload, 'base64').toString())
      .join('\n');
    expect(all).toContain('system.registered');
    expect(all).not.toContain('Sorts incoming');
    expect(all).not.toContain('Something else');
  });
});
