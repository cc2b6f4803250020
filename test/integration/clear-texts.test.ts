/**
 * What the log says in the clear about everything that is no request (those: test/unit/approvals/clear-texts.test.ts;
 * answers: answer-evidence.test.ts). Whatever people write carries a mark; no leaf holds it, and a field that is on no
 * list here fails.
 */
import { createHash, randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGateToken, revokeGateToken } from '#src/delivery/gate/tokens.ts';
import { DIRECTORY_HIDDEN } from '#src/directory/governed.ts';
import { POLICY_HIDDEN } from '#src/directory/policies.ts';
import { parseEnvelope } from '#src/evidence/dsse.ts';
import { parseStatement, type Statement } from '#src/evidence/statement.ts';
import { DECOMMISSION_STEPS } from '#src/systems/decommission.ts';
import { FILE_HIDDEN } from '#src/systems/evidence-files.ts';
import { HOLD_HIDDEN } from '#src/systems/holds.ts';
import { RISK_HIDDEN } from '#src/systems/risks.ts';
import { SYSTEM_HIDDEN } from '#src/systems/system.ts';
import { clearPaths } from '../unit/evidence/clear-paths.ts';
import { countersign } from './cli-run.ts';
import { approved, DIGEST, deployment, submit } from './deployments.ts';
import { startTestServer, type TestServer } from './server-fixture.ts';

const MARK = 'Quokka Quigley';
const DAY_MS = 86_400_000;

/** Ids, codes, times, hashes, and names by which things are told apart; lists as `*`. */
const CLEAR: Readonly<Record<string, readonly string[]>> = {
  system: [
    ...['key', 'name', 'origin', 'owner', 'ssrm', 'approvalDue', 'runsIn.*', 'vendors.*', 'data.*.classification'],
    ...['links.*.kind', 'facts.data.*.classification', 'facts.links.*.kind', 'facts.vendors.*', 'facts.ssrm'],
    ...['version', 'digest', 'manifest', 'request', 'shortId', 'environment', 'tier', 'phase', 'supersededBy'],
    ...['validUntil', 'status', 'role', 'step'],
  ],
  incident: ['role', 'assignment', 'hold', 'scope.by', 'scope.vendor', 'incident', 'file', 'request', 'shortId'],
  risk: ['risk', 'facts.treatment', 'facts.owner', 'facts.reviewBy', 'facts.systems.*', 'facts.requests.*'],
  file: ['kind', 'version', 'date', 'validUntil', 'systems.*', 'sha256', 'type', 'role', 'assignment'],
  directory: [
    ...['assignment', 'role', 'person', 'from', 'until', 'deputyOf', 'basis', 'proposal', 'source', 'persons.*'],
    ...['delegation', 'holder', 'absence', 'what'],
    ...['do', 'assignment', 'delegation', 'role', 'holder', 'person', 'from', 'until'].map((p) => `changes.*.${p}`),
  ],
  policy: [
    ...['document', 'to.sha256', 'to.version', 'from.sha256', 'from.version', 'basis', 'proposal', 'persons.*'],
    ...['request', 'ended'],
  ],
  hold: ['scope.kind', 'scope.id'],
  erasure: ['person', 'basis', 'requestedBy'],
  gate: [
    ...['token', 'name', 'hash', 'system', 'version', 'digest', 'environment', 'mode', 'request.id', 'request.shortId'],
    ...['until', 'reasons.*.code', 'reasons.*.words', 'before'],
  ],
  knowledge: [
    ...['proposal', 'document', 'version', 'file.sha256', 'file.kind', 'packHash', 'baseHash', 'proposedPackHash'],
    ...['previousHash', 'fileSha256', 'proposedBy', 'fromHash', 'fromVersion', 'toHash', 'toVersion'],
  ],
  log: [
    ...['origin', 'workspaceId', 'statementKeyId', 'checkpointKeyId', 'policy.sha256', 'policy.version'],
    ...['knowledge.*.document', 'knowledge.*.version', 'knowledge.*.sha256'],
  ],
};

let test: TestServer;
beforeAll(async () => {
  test = await startTestServer({ env: { COUNTERSIGN_ADMINS: 'U0CISO,U0CTO,U0LEGAL' } });
});
afterAll(() => test.close());

const person = (user: string) => test.server.core.stores.people.personFor(user, null);
const by = async (user: string) => ({ person: await person(user), commandId: `t:${randomUUID()}` });
const ok = (result: { readonly ok: boolean; readonly reason?: string }): void =>
  expect(result).toMatchObject({ ok: true });

async function statements(): Promise<readonly Statement[]> {
  const { rows } = await test.database.pool.query<{ leaf: Uint8Array }>('SELECT leaf FROM entry ORDER BY log_index');
  return rows.map(({ leaf }) => parseStatement(parseEnvelope(leaf).payload));
}

async function systems(): Promise<void> {
  const { inventory } = test.server.systems;
  const owner = await person('U0MILO');
  const facts = {
    purpose: MARK,
    owner,
    data: [{ name: MARK, classification: 'internal' as const }],
    lineage: [MARK],
    vendors: ['Acme'],
    links: [{ kind: 'model-card' as const, url: `https://wiki.example.com/${encodeURIComponent(MARK)}/Quokka` }],
  };
  const act = async (command: Parameters<typeof inventory.act>[1], user = 'U0MILO', roles: readonly string[] = []) =>
    ok(await inventory.act('old-router', command, { ...(await by(user)), roles, isAdmin: false }, randomUUID()));
  const register = { type: 'register', name: 'Old-Router', origin: 'person', approvalDue: null } as const;
  await act({ ...register, facts, runsIn: ['production'], useCase: false });
  await act({ type: 'describe', facts: { ...facts, purpose: `${MARK}, again`, lineage: [`${MARK} 2`], ssrm: 'AP' } });
  const part = { name: 'weights', digest: DIGEST };
  const vendor = { provider: 'Acme', service: 'chat', version: '4', pinning: 'alias', region: 'eu', contract: MARK };
  const manifest = {
    format: 'countersign-manifest/1',
    artefacts: [part],
    vendors: [{ ...vendor, reviewEveryDays: 30 }],
  };
  await act({ type: 'add_version', version: '1', manifest });
  const digest = (await inventory.read('old-router'))?.versions[0]?.digest ?? '';
  await act({ type: 'review_alias', digest, changed: false });
  await act({ type: 'start_decommission', reason: MARK });
  const roles = ['Legal Team', 'Head of AI Operations'];
  for (const step of DECOMMISSION_STEPS.slice(0, -1)) await act({ type: 'do_step', step, note: MARK }, 'U0CAIO', roles);
}

async function incidents(): Promise<void> {
  const desk = test.server.systems.incidents;
  await approved(test.server, deployment({ system: 'lifted' }));
  const hold = randomUUID();
  const scope = { by: 'vendor', vendor: 'Acme' } as const;
  ok(await desk.place(hold, { scope, incident: 'INC-7', reason: MARK }, await by('U0CISO')));
  const words = { scope, incident: MARK, reason: MARK };
  expect(await desk.place(randomUUID(), words, await by('U0CISO'))).toMatchObject({ ok: false, reason: 'invalid' });
  ok(await desk.review(hold, { findings: MARK, file: null }, await by('U0CAIO')));
}

async function risksAndFiles(): Promise<void> {
  const { risks, evidence } = test.server.systems;
  const owner = await person('U0MILO');
  const texts = { asset: MARK, threat: MARK, vulnerability: MARK, measures: MARK, treatment: 'mitigate' as const };
  const facts = { ...texts, likelihood: 2, impact: 3, owner, reviewBy: '2027-01-01T00:00:00.000Z' };
  const whole = { ...facts, systems: ['old-router'], requests: ['dr-1'] };
  const mine = async () => ({ ...(await by('U0MILO')), isAdmin: false });
  expect(await risks.record('RK-2', { ...whole, requests: [MARK] }, await mine())).toMatchObject({ ok: false });
  ok(await risks.record('RK-1', whole, await mine()));
  ok(await risks.change('RK-1', { ...whole, likelihood: 3 }, await mine()));
  ok(await risks.close('RK-1', MARK, await mine()));
  const about = { kind: 'risk-assessment', title: MARK, version: '1', date: '2026-10-01T00:00:00.000Z' };
  const source = `https://wiki.example.com/Quokka`;
  const bytes = new TextEncoder().encode('# Assessed\n');
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const captured = { ...about, validUntil: null, systems: ['old-router'], source };
  ok(await evidence.capture(bytes, captured, await by('U0MILO')));
  const words = { systems: ['old-router'], organisation: false };
  ok(await evidence.attest(sha256, 'Chief Information Security Officer', words, await by('U0CISO')));
  const more = { systems: ['new-router'], organisation: false };
  ok(await evidence.attest(sha256, 'Chief Information Security Officer', more, await by('U0CISO')));
  ok(await evidence.withdraw(sha256, MARK, await by('U0MILO')));
}

async function directory(): Promise<void> {
  const { people } = test.server.systems;
  const [ciso, cto, milo] = [await person('U0CISO'), await person('U0CTO'), await person('U0MILO')];
  const span = { from: new Date().toISOString(), until: new Date(Date.now() + DAY_MS).toISOString() };
  const role = 'Chief Information Security Officer';
  const delegation = randomUUID();
  const handOn = { do: 'delegate', delegation, role, holder: ciso, person: milo, ...span } as const;
  const assigned = { do: 'assign', assignment: randomUUID(), role: 'Auditor', person: milo, deputyOf: null } as const;
  const changes = [handOn, { ...assigned, from: null, until: span.until }];
  const propose = (some: readonly unknown[], proposal: string) =>
    people.act(
      { type: 'propose', proposal, source: 'slack', reason: MARK, changes: some as never },
      ciso,
      randomUUID(),
    );
  const [first, second, third] = [randomUUID(), randomUUID(), randomUUID()];
  ok(await propose(changes, first));
  ok(await people.act({ type: 'support', proposal: first }, cto, randomUUID()));
  ok(await propose([{ ...assigned, assignment: randomUUID(), from: null, until: null }], second));
  ok(await people.act({ type: 'refuse', proposal: second, reason: MARK }, cto, randomUUID()));
  const end = { do: 'end', assignment: assigned.assignment, role: 'Auditor', person: milo };
  ok(await propose([end], third));
  ok(await people.act({ type: 'support', proposal: third }, cto, randomUUID()));
  ok(await people.act({ type: 'end_delegation', delegation }, ciso, randomUUID()));
  const absence = randomUUID();
  ok(await people.act({ type: 'set_absence', absence, person: ciso, ...span }, ciso, randomUUID()));
  ok(await people.act({ type: 'end_absence', absence }, ciso, randomUUID()));
  ok(await people.act({ type: 'recertify' }, ciso, randomUUID()));
  await people.remind(randomUUID());
}

async function rules(): Promise<void> {
  const { policies } = test.server.systems;
  const [ciso, cto] = [await person('U0CISO'), await person('U0CTO')];
  const bytes = new TextEncoder().encode('{}');
  const to = { sha256: createHash('sha256').update(bytes).digest('hex'), version: '9' };
  const propose = (proposal: string, document: 'approval-policy' | 'gate-settings') =>
    policies.act({ type: 'propose', proposal, document, to }, 'service', randomUUID(), { bytes });
  const [refused, voted] = [randomUUID(), randomUUID()];
  ok(await propose(refused, 'gate-settings'));
  ok(await policies.act({ type: 'support', proposal: refused }, ciso, randomUUID()));
  ok(await policies.act({ type: 'refuse', proposal: refused, reason: MARK, ended: 'withdrawn' }, cto, randomUUID()));
  ok(await propose(voted, 'approval-policy'));
  ok(await policies.act({ type: 'put_to_vote', proposal: voted, request: 'PC-1' }, 'service', randomUUID()));
}

async function others(): Promise<void> {
  const { systems: desks, evidence } = test.server;
  const [ciso, cto] = [await person('U0CISO'), await person('U0CTO')];
  const held = await evidence.holds.place({ kind: 'system', id: 'old-router' }, MARK, ciso, randomUUID());
  ok(await evidence.holds.release(held.ok ? held.hold.id : '', cto, randomUUID()));
  const gone = await test.server.core.stores.people.personFor('U0GONE', 'Gone Person');
  const asked = await evidence.erasure.request({ person: gone, basis: 'left' }, ciso, randomUUID());
  ok(await evidence.erasure.confirm(asked.ok ? asked.erasure.id : '', cto, randomUUID()));
  expect(await createGateToken(desks.deps, MARK, ciso)).toEqual({ ok: false, reason: 'name_invalid' });
  ok(await createGateToken(desks.deps, 'ci', ciso));
  ok(await revokeGateToken(desks.deps, 'ci', ciso));
  await submit(test.server, deployment({ system: 'asked', purpose: MARK, dataClasses: [MARK] }));
  const query = { system: 'asked', version: '1.4.0', digest: DIGEST, environment: 'staging' };
  await desks.gate.ask(query, { token: 'ci' });
  const file = join(test.dataDir, `${MARK}.md`);
  await writeFile(file, '# Drawbridge hinges\n\nThe drawbridge hinges must be oiled every three months.\n');
  const env = {
    DATABASE_URL: test.database.connectionString,
    COUNTERSIGN_SANDBOX: '1',
    COUNTERSIGN_DATA_DIR: test.dataDir,
  };
  const about = ['--as', 'document', '--id', 'drawbridge', '--version', '1', '--by', 'U0EMMA', '--json'];
  const proposed = await countersign(['knowledge', 'import', file, ...about], { env });
  const { proposal } = JSON.parse(proposed.out) as { readonly proposal: string };
  const accepted = await countersign(['knowledge', 'accept', proposal, '--by', 'U0CISO', '--json'], { env });
  expect(accepted.code, accepted.err).toBe(0);
}

describe('the log about systems, incidents, risks, files, people and rules', () => {
  it('holds nothing that somebody wrote, in any kind of event', async () => {
    for (const part of [systems, incidents, risksAndFiles, directory, rules, others]) await part();
    await test.server.idle();
    const all = await statements();
    const made = new Set(all.map(({ predicate }) => predicate.event.type));
    const tables = [SYSTEM_HIDDEN, HOLD_HIDDEN, RISK_HIDDEN, FILE_HIDDEN, DIRECTORY_HIDDEN, POLICY_HIDDEN];
    const known = tables.flatMap((table) => Object.keys(table));
    // Those two name nothing but requests; test/integration/use-cases.test.ts and incidents.test.ts make them.
    const elsewhere = ['system.use_case_followed', 'incident.hold_lifted'];
    expect(known.filter((type) => !made.has(type) && !elsewhere.includes(type))).toEqual([]);
    const texts = await test.database.pool.query(`SELECT 1 FROM disclosure WHERE value LIKE '%Quokka%'`);
    expect(texts.rows.length).toBeGreaterThan(25);
    // Nor does a row that is read instead of the events: texts stand in one table, so that erasing finds them.
    for (const table of ['record', 'request', 'assignment', 'timer']) {
      const { rows } = await test.database.pool.query(
        `SELECT * FROM "${table}" AS t WHERE to_jsonb(t)::text LIKE '%Quokka%'`,
      );
      expect(rows, table).toEqual([]);
    }
    for (const statement of all) {
      const { event, data } = statement.predicate;
      expect(JSON.stringify(statement), event.type).not.toContain('Quokka');
      if (event.stream.startsWith('request:')) continue;
      const listed = CLEAR[event.type.slice(0, event.type.indexOf('.'))];
      expect(
        clearPaths(data).filter((path) => !listed?.includes(path)),
        event.type,
      ).toEqual([]);
    }
  });
});
