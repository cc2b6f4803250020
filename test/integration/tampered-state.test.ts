/** Somebody with SQL changes a row of each projection: verification compares it with its events and names it and its entry. */
import { createHash, randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createGateToken } from '#src/delivery/gate/tokens.ts';
import { rowsFromEvents, type StateReport, verifyState } from '#src/delivery/state/verify.ts';
import { createFindingList, type Finding } from '#src/evidence/findings.ts';
import { approved, DIGEST, deployment } from './deployments.ts';
import { startTestServer, type TestServer } from './server-fixture.ts';

/** Every kind of row; a new one gets a line here, a change to try and a thing that makes it. */
const CHANGES: Readonly<Record<string, string>> = {
  request: "status = 'rejected'",
  assignment: "person = 'p_mallory'",
  system: `state = jsonb_set(state, '{tier}', '"minimal-forged"')`,
  hold: "status = 'lifted'",
  risk: `state = jsonb_set(state, '{score}', '0')`,
  'evidence-file': `state = jsonb_set(state, '{attested}', '{"by": "p_mallory", "role": "x", "at": "x"}')`,
  legal_hold: "status = 'released'",
  erasure: `state = jsonb_set(state, '{confirmedBy}', '"p_mallory"')`,
  proposal: "status = 'refused'",
  delegation: `state = jsonb_set(state, '{person}', '"p_mallory"')`,
  absence: `state = jsonb_set(state, '{until}', '"2099-01-01T00:00:00.000Z"')`,
  policy: "parent = 'ff'",
  'policy-proposal': `state = jsonb_set(state, '{supporters}', '["p_a", "p_b"]')`,
  'gate-token': `state = jsonb_set(state, '{hash}', '"00"')`,
  'gate-question': "status = status || ' forged'",
  'gate-stream': 'version = version - 1',
};
const KINDS = Object.keys(CHANGES);
const tableOf = (kind: string) => (kind === 'request' || kind === 'assignment' ? kind : 'record');
const whereOf = (kind: string) => (tableOf(kind) === 'record' ? `kind = '${kind}'` : 'true');

let test: TestServer;
beforeAll(async () => {
  test = await startTestServer();
  await makeOneOfEach();
});
afterAll(() => test.close());

const person = (user: string) => test.server.core.stores.people.personFor(user, null);
const by = async (user: string) => ({ person: await person(user), commandId: `t:${randomUUID()}` });

async function makeOneOfEach(): Promise<void> {
  const { server } = test;
  const { incidents, evidence, risks, people, policies, gate, deps } = server.systems;
  const { erasure, holds } = server.evidence;
  await approved(server, deployment());
  await server.idle();
  await createGateToken(deps, 'ci', 'service');
  await gate.ask(
    { system: 'ticket-router', version: '1.4.0', digest: DIGEST, environment: 'staging' },
    { token: 'ci' },
  );
  const what = { scope: { by: 'system', system: 'other' }, incident: 'INC-7', reason: 'Leaked.' } as const;
  await incidents.place(randomUUID(), what, await by('U0CISO'));
  const about = { kind: 'vendor-assessment', title: 'T', version: '1', date: '2026-05-01T00:00:00.000Z' };
  const bytes = new TextEncoder().encode('# Assessed\n');
  await evidence.capture(bytes, { ...about, validUntil: null, systems: [], source: null }, await by('U0MILO'));
  const texts = { asset: 'Model', threat: 'Theft', vulnerability: 'None', measures: '' };
  const levels = { likelihood: 2, impact: 3, treatment: 'mitigate' as const, systems: [], requests: [] };
  const risk = { ...texts, ...levels, owner: await person('U0MILO'), reviewBy: '2027-01-01T00:00:00.000Z' };
  await risks.record('RK-1', risk, { ...(await by('U0MILO')), isAdmin: false });
  const ciso = await person('U0CISO');
  await holds.place({ kind: 'system', id: 'ticket-router' }, 'Case 12.', ciso, 'hold-1');
  await erasure.request({ person: await person('U0LEFT'), basis: 'left' }, ciso, 'erase-1');
  const span = { from: new Date().toISOString(), until: new Date(Date.now() + 86_400_000).toISOString() };
  const role = 'Chief Information Security Officer';
  const delegation = {
    do: 'delegate',
    delegation: randomUUID(),
    role,
    holder: ciso,
    person: risk.owner,
    ...span,
  } as const;
  const proposal = randomUUID();
  const propose = { type: 'propose', proposal, source: 'slack', reason: 'Away.', changes: [delegation] } as const;
  await people.act(propose, ciso, 'd-1');
  await people.act({ type: 'support', proposal }, await person('U0CAIO'), 'd-2');
  await people.act(
    { ...propose, proposal: randomUUID(), changes: [{ ...delegation, delegation: randomUUID() }] },
    ciso,
    'd-3',
  );
  await people.act({ type: 'set_absence', absence: randomUUID(), person: ciso, ...span }, ciso, 'd-4');
  const to = { sha256: createHash('sha256').update(bytes).digest('hex'), version: '9' };
  await policies.act({ type: 'propose', proposal: randomUUID(), document: 'gate-settings', to }, ciso, 'p-1', {
    bytes,
  });
}

async function compared(): Promise<{ readonly report: StateReport; readonly findings: readonly Finding[] }> {
  const list = createFindingList();
  const report = await test.server.core.stores.state.look((view) => verifyState(view, list));
  return { report, findings: list.kept };
}

const sql = async (text: string) => (await test.database.pool.query<Record<string, unknown>>(text)).rows;

describe('the rows of a sound database', () => {
  it('when nothing was changed, every row is what its entries left, and every kind is there', async () => {
    const { report, findings } = await compared();
    expect(findings).toEqual([]);
    const stored = await sql(`SELECT DISTINCT kind FROM record WHERE kind <> 'cursor'`);
    expect(stored.map(({ kind }) => kind).sort()).toEqual(KINDS.filter((kind) => tableOf(kind) === 'record').sort());
    expect(report.events).toBe((await test.server.core.stores.ledger.head()).size);
  });

  it('when they are made anew from the events, they are the same to the last column', async () => {
    const dump = async () => [
      ...(await sql('SELECT * FROM request ORDER BY id')),
      ...(await sql('SELECT * FROM assignment ORDER BY id')),
      ...(await sql(`SELECT * FROM record WHERE kind <> 'cursor' ORDER BY kind, id`)),
    ];
    const before = await dump();
    await test.server.core.stores.state.hold(({ view, replace }) => replace(rowsFromEvents(view)));
    expect(await dump()).toEqual(before);
  });

  it('when every hidden text is erased, the rows still follow from the events', async () => {
    const texts = await sql('SELECT * FROM disclosure WHERE value IS NOT NULL');
    expect(texts.length).toBeGreaterThan(5);
    await sql(`UPDATE disclosure SET value = NULL, salt = ''`);
    expect((await compared()).findings).toEqual([]);
  });
});

describe.each(KINDS)('a row of %s', (kind) => {
  const table = tableOf(kind);
  const one = `(SELECT ctid FROM ${table} WHERE ${whereOf(kind)} ORDER BY id LIMIT 1)`;
  afterEach(() => test.server.core.stores.state.hold(({ view, replace }) => replace(rowsFromEvents(view))));

  it('that is rewritten is named with the entry that made it', async () => {
    const [row] = await sql(`UPDATE ${table} SET ${CHANGES[kind]} WHERE ctid = ${one} RETURNING id`);
    const { findings } = await compared();
    expect(findings).toHaveLength(1);
    const [{ code, index, detail }] = findings as [Finding];
    expect(code).toBe('projection_mismatch');
    const entry = await sql(`SELECT type, stream FROM event WHERE log_index = ${index}`);
    expect(detail).toContain(`entry ${index} (${entry[0]?.['type']}) left`);
    if (kind !== 'request') expect(detail).toContain(String(row?.['id']));
  });

  it('that is deleted is named with the entry that made it', async () => {
    await sql(`DELETE FROM ${table} WHERE ctid = ${one}`);
    const { findings } = await compared();
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({ code: 'projection_mismatch', index: expect.any(Number) });
    expect(findings[0]?.detail).toMatch(/the row that entry \d+ \([a-z._]+\) made is gone/);
  });

  it('that is added is named as made by no entry', async () => {
    const copy = kind === 'request' ? `"short_id": "DR-99", ` : '';
    await sql(`INSERT INTO ${table} SELECT (jsonb_populate_record(t, '{${copy}"id": "forged"}')).* FROM ${table} t
      WHERE ctid = ${one}`);
    const { findings } = await compared();
    const name = kind === 'request' ? 'DR-99' : 'forged';
    expect(findings).toEqual([
      { code: 'projection_mismatch', index: null, detail: expect.stringMatching(`${name}.*: no entry made this row`) },
    ]);
  });
});

describe('what is no projection', () => {
  it('when bytes are replaced under their hash, the object is named', async () => {
    const [before] = await sql('SELECT sha256, bytes FROM object ORDER BY sha256 LIMIT 1');
    const { pool } = test.database;
    await pool.query(`UPDATE object SET bytes = '{}' WHERE sha256 = $1`, [before?.['sha256']]);
    expect((await compared()).findings).toMatchObject([{ code: 'object_mismatch', index: null }]);
    await pool.query('UPDATE object SET bytes = $2 WHERE sha256 = $1', [before?.['sha256'], before?.['bytes']]);
  });

  it('when the database is said to be another workspace’s, the first entry says whose it is', async () => {
    await sql(`UPDATE workspace SET workspace_id = 'T0OTHER'`);
    const { findings } = await compared();
    expect(findings).toMatchObject([{ code: 'projection_mismatch', index: 0 }]);
    expect(findings[0]?.detail).toContain('"T0OTHER", entry 0 (log.started) left "sandbox"');
    await sql(`UPDATE workspace SET workspace_id = 'sandbox'`);
  });

  it('when what was written into a row is hostile, the report stays short and plain', async () => {
    await test.database.pool.query(
      'UPDATE assignment SET role = $1 WHERE ctid = (SELECT ctid FROM assignment LIMIT 1)',
      [`\u001b[31m${'x'.repeat(5_000)}`],
    );
    const { findings } = await compared();
    expect(findings).toHaveLength(1);
    expect(findings[0]?.detail.length).toBeLessThan(500);
    expect(findings[0]?.detail).not.toMatch(/\p{Cc}/u);
  });
});
