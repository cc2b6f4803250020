/** Who may appoint, and what a changed file does: nothing, until two administrators stand behind it (rule 9). */
import { randomUUID } from 'node:crypto';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hashOf } from '#src/approvals/canonical.ts';
import { foldStored } from '#src/delivery/people/desk.ts';
import { readEvents } from '#src/delivery/streams/stream.ts';
import type { Change } from '#src/directory/governed.ts';
import { adminsAt } from '#src/directory/governed.ts';
import { canonicalBytes } from '#src/evidence/canonical.ts';
import { approve, deployment, submit } from './deployments.ts';
import { startTestServer, type TestServer } from './server-fixture.ts';

const ADMINS = 'U0CISO,U0CAIO,U0CTO';
let folder = '';
let file = '';
let test: TestServer;

const line = (role: string, user: string, extra = '') => `  - { role: ${role}, user: ${user}${extra} }`;
const BASE = [
  line('Chief Information Security Officer', 'U0CISO'),
  line('Chief AI Officer', 'U0CAIO'),
  line('Chief AI Officer', 'U0ETHIC', ', deputy: U0CAIO'),
  line('Legal Team', 'U0LEGAL'),
];
const write = (lines: readonly string[]) => writeFile(file, ['assignments:', ...lines].join('\n'));

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-people-'));
  file = join(folder, 'directory.yaml');
  await write(BASE);
  test = await startTestServer({ env: { COUNTERSIGN_DIRECTORY_FILE: file, COUNTERSIGN_ADMINS: ADMINS } });
});
afterAll(async () => {
  await test.close();
  await rm(folder, { recursive: true, force: true });
});

const person = (user: string) => test.server.core.stores.people.personFor(user, null);
const act = async (command: Parameters<TestServer['server']['systems']['people']['act']>[0], user: string) =>
  test.server.systems.people.act(command, user === 'service' ? user : await person(user), `t:${randomUUID()}`);
const holdersOf = async (role: string) => {
  const { assignments } = await test.server.core.desk.roster();
  return assignments.filter((a) => a.role === role).map((a) => a.person);
};
const openProposals = async () => {
  const { proposals } = await test.server.systems.people.read();
  return [...proposals.values()].filter((p) => p.status === 'open');
};

describe('the first start', () => {
  it('makes one recorded bootstrap of administrators and roles', async () => {
    const state = await test.server.systems.people.read();
    expect(state.bootstrapped).toBe(true);
    expect(adminsAt(state.assignments.values(), new Date()).size).toBe(3);
    expect(await holdersOf('Legal Team')).toEqual([await person('U0LEGAL')]);
    const events = await readEvents(test.server.core.stores.ledger, 'directory');
    expect(events.filter((e) => e.type === 'directory.bootstrapped')).toHaveLength(1);
  });

  it('a later start with the same file changes nothing', async () => {
    const size = (await test.server.core.stores.ledger.readStream('directory')).events.length;
    test = await test.restart();
    expect((await test.server.core.stores.ledger.readStream('directory')).events.length).toBe(size);
  });
});

describe('a changed directory file', () => {
  it('stays a proposal at the next start, once', async () => {
    await write([...BASE, line('Data Protection Officer', 'U0EMMA')]);
    test = await test.restart();
    test = await test.restart();
    expect(await holdersOf('Data Protection Officer')).toEqual([]);
    expect(await openProposals()).toHaveLength(1);
  });

  it('takes effect when two administrators support it, none of them the appointee', async () => {
    const [proposal] = await openProposals();
    const support = { type: 'support', proposal: proposal?.id ?? '' } as const;
    expect(await act(support, 'U0EMMA')).toMatchObject({ reason: 'own_appointment' });
    expect(await act(support, 'U0MILO')).toMatchObject({ reason: 'not_admin' });
    expect(await act(support, 'U0CISO')).toMatchObject({ ok: true });
    expect(await holdersOf('Data Protection Officer')).toEqual([]);
    expect(await act(support, 'U0CISO')).toMatchObject({ reason: 'already_supported' });
    expect(await act(support, 'U0CAIO')).toMatchObject({ ok: true });
    expect(await holdersOf('Data Protection Officer')).toEqual([await person('U0EMMA')]);
    expect(await act(support, 'U0CTO')).toMatchObject({ reason: 'not_open' });
  });

  it('when it changes again before that, the newer file replaces the older proposal', async () => {
    await write([...BASE, line('Data Protection Officer', 'U0EMMA'), line('Auditor', 'U0AUDIT')]);
    test = await test.restart();
    const [first] = await openProposals();
    await write([...BASE, line('Data Protection Officer', 'U0EMMA'), line('Auditor', 'U0MILO')]);
    test = await test.restart();
    const open = await openProposals();
    expect(open).toHaveLength(1);
    expect(open[0]?.id).not.toBe(first?.id);
    await write([...BASE, line('Data Protection Officer', 'U0EMMA')]);
    test = await test.restart();
    expect(await openProposals()).toEqual([]);
  });
});

describe('administrators', () => {
  it('a longer list in the settings is a proposal too, and nobody supports themselves', async () => {
    const env = { COUNTERSIGN_DIRECTORY_FILE: file, COUNTERSIGN_ADMINS: ADMINS };
    const other = await startTestServer({ env });
    try {
      const { people } = other.server.systems;
      const before = await people.read();
      const milo = await other.server.core.stores.people.personFor('U0MILO', null);
      const admins = [...adminsAt(before.assignments.values(), new Date()), milo];
      await people.start({ roles: null, admins }, 'later');
      const state = await people.read();
      expect(adminsAt(state.assignments.values(), new Date()).has(milo)).toBe(false);
      const [proposal] = [...state.proposals.values()];
      expect(await people.act({ type: 'support', proposal: proposal?.id ?? '' }, milo, 'm')).toMatchObject({
        reason: 'own_appointment',
      });
    } finally {
      await other.close();
    }
  });
});

describe('delegation, deputies and absence decide who may vote', () => {
  const delegate = async (days: number): Promise<Change> => ({
    do: 'delegate',
    delegation: randomUUID(),
    role: 'Chief Information Security Officer',
    holder: await person('U0CISO'),
    person: await person('U0MILO'),
    from: new Date(Date.now() - 1000).toISOString(),
    until: new Date(Date.now() + days * 86_400_000).toISOString(),
  });

  it('a delegate votes for the holder after an administrator agreed', async () => {
    const changes = [await delegate(7)];
    const proposal = randomUUID();
    expect(
      await act({ type: 'propose', proposal, source: 'slack', reason: 'Holiday', changes }, 'U0CISO'),
    ).toMatchObject({ ok: true });
    const requestId = await submit(test.server, deployment({ system: 'delegated' }), 'U0AUDIT');
    await expect(approve(test.server, requestId, ['U0MILO'])).rejects.toThrow('role_missing');
    expect(await act({ type: 'support', proposal }, 'U0MILO')).toMatchObject({ reason: 'own_appointment' });
    expect(await act({ type: 'support', proposal }, 'U0CAIO')).toMatchObject({ ok: true });
    const state = await approve(test.server, requestId, ['U0MILO', 'U0CAIO']);
    expect(state.status).toBe('approved');
    const counted = state.decision?.counted.map(({ person: by, countsFor }) => [by, countsFor]);
    expect(counted).toContainEqual([await person('U0MILO'), await person('U0CISO')]);
    const [delegation] = [...(await test.server.systems.people.read()).delegations.keys()];
    await act({ type: 'end_delegation', delegation: delegation ?? '' }, 'U0CISO');
    const again = await submit(test.server, deployment({ system: 'taken-back' }), 'U0AUDIT');
    await expect(approve(test.server, again, ['U0MILO'])).rejects.toThrow('role_missing');
  });

  it('a deputy votes while the holder is away, and not before', async () => {
    const requestId = await submit(test.server, deployment({ system: 'deputy' }), 'U0AUDIT');
    await expect(approve(test.server, requestId, ['U0ETHIC'])).rejects.toThrow('role_missing');
    const until = new Date(Date.now() + 86_400_000).toISOString();
    const from = new Date(Date.now() - 1000).toISOString();
    const away = { type: 'set_absence', absence: randomUUID(), person: await person('U0CAIO'), from, until } as const;
    expect(await act(away, 'U0MILO')).toMatchObject({ reason: 'not_admin' });
    expect(await act(away, 'U0CAIO')).toMatchObject({ ok: true });
    expect((await approve(test.server, requestId, ['U0ETHIC', 'U0CISO'])).status).toBe('approved');
  });
});

describe('the rules', () => {
  const other = async () => {
    const { rows } = await test.database.pool.query<{ bytes: Buffer }>(
      `SELECT bytes FROM object JOIN record ON record.parent = object.sha256 WHERE kind = 'policy' AND id = 'approval-policy'`,
    );
    const data = JSON.parse(rows[0]?.bytes.toString() ?? '{}') as Record<string, unknown>;
    const changed = { ...data, version: '2.0', title: 'Lighter rules' };
    return { sha256: hashOf(changed), version: '2.0', bytes: canonicalBytes(changed) };
  };
  const inForce = async () => (await test.server.systems.policies.read()).inForce.get('approval-policy');

  it('a changed policy file is a proposal; requests are judged by the recorded one', async () => {
    const before = await inForce();
    const file2 = await other();
    const started = await test.server.systems.policies.start('approval-policy', file2, 'p1');
    expect(started).toMatchObject({ inForce: { sha256: before?.sha256 }, waiting: expect.any(String) });
    expect((await test.server.systems.policies.start('approval-policy', file2, 'p2')).waiting).toBe(started.waiting);
    expect((await inForce())?.version).toBe(before?.version);
  });

  it('administrators adopt nothing, and where nobody could vote nothing changes', async () => {
    const { policies } = test.server.systems;
    const [proposal] = [...(await policies.read()).proposals.values()].filter((p) => p.status === 'open');
    const support = { type: 'support', proposal: proposal?.id ?? '' } as const;
    for (const user of ['U0CISO', 'U0CAIO', 'U0CTO'])
      expect(await policies.act(support, await person(user), `s:${user}`)).toMatchObject({ reason: 'by_vote' });
    // Nor is anybody left here who could vote: the table above left the committee out.
    const asked = { by: await person('U0CISO'), reason: 'Lighter', commandId: 'v1' };
    expect(await test.server.systems.votes.submit(proposal?.id ?? '', asked)).toMatchObject({
      reason: 'cannot_be_changed_again',
      detail: ['2 of AI Governance Committee'],
    });
    expect((await inForce())?.version).toBe('1.0');
  });
});

describe('a policy file that was edited on the server', () => {
  it('does not take effect at the next start; the administrators are told, and the committee decides', async () => {
    const knowledgeFolder = join(folder, 'knowledge');
    await cp(new URL('../../knowledge', import.meta.url), knowledgeFolder, { recursive: true });
    const path = join(knowledgeFolder, 'approval-policy.yaml');
    let edited = await startTestServer({ env: { COUNTERSIGN_ADMINS: ADMINS }, knowledgeFolder });
    try {
      const text = await readFile(path, 'utf8');
      await writeFile(path, text.replace('version: "1.0"', 'version: "1.1"'));
      edited = await edited.restart();
      expect(edited.server.work.forms.policy()?.policy.version).toBe('1.0');
      await edited.server.idle();
      const told = (await edited.driver.state('U0CTO')).messages.filter((m) => m.channel === 'D0CTO');
      const proposal = /"gov_vote:0","value":"([^"]+)"/.exec(JSON.stringify(told.at(-1)?.blocks))?.[1] ?? '';
      await edited.driver.command('U0CTO', 'C0ASK', `/governance policy ${proposal} The number was wrong`);
      await edited.server.idle();
      await approve(edited.server, proposal, ['U0CISO', 'U0LEGAL', 'U0ETHIC']);
      await edited.server.idle();
      expect(edited.server.work.forms.policy()?.policy.version).toBe('1.1');
      edited = await edited.restart();
      expect(edited.server.work.forms.policy()?.policy.version).toBe('1.1');
    } finally {
      await edited.close();
    }
  });
});

describe('events are the truth', () => {
  it('when rows of the directory are rebuilt from its events, they are the same', async () => {
    const { ledger } = test.server.core.stores;
    const state = foldStored(await readEvents(ledger, 'directory'));
    const rows = await ledger.listAssignments();
    expect(
      [...state.assignments.values()]
        .map((a) => ({ table: 'assignment', ...a }))
        .sort((a, b) => (a.id < b.id ? -1 : 1)),
    ).toEqual(rows);
  });

  it('after a quarter administrators are reminded to recertify, and again until it is done', async () => {
    const timers = await test.database.pool.query<{ id: string; due_at: Date }>(
      `SELECT id, due_at FROM timer WHERE subject = 'directory' AND kind = 'recertify' AND done_at IS NULL`,
    );
    expect(timers.rows).toHaveLength(1);
    const days = ((timers.rows[0]?.due_at.getTime() ?? 0) - Date.now()) / 86_400_000;
    expect(Math.round(days)).toBe(91);
    expect(await act({ type: 'recertify' }, 'U0MILO')).toMatchObject({ reason: 'not_admin' });
    expect(await act({ type: 'recertify' }, 'U0CTO')).toMatchObject({ ok: true });
  });
});
