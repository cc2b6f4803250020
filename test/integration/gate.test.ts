/** The gate over HTTP: rule 10 for a pipeline, with tokens, modes, evidence and limits. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGateToken, revokeGateToken } from '#src/delivery/gate/tokens.ts';
import { approve, approved, DIGEST, deployment, submit } from './deployments.ts';
import { startTestServer, type TestServer } from './server-fixture.ts';

let test: TestServer;
let token = '';
beforeAll(async () => {
  test = await startTestServer();
  const made = await createGateToken(test.server.systems.deps, 'ci', 'service');
  if (!made.ok) throw new Error(made.reason);
  token = made.secret;
});
afterAll(() => test.close());

type Answer = {
  readonly allowed: boolean;
  readonly pass: boolean;
  readonly mode: string;
  readonly request: string | null;
  readonly reasons: readonly { readonly code: string; readonly words: string }[];
  readonly repeat: boolean;
  readonly entry: number | null;
};

const question = { system: 'ticket-router', version: '1.4.0', digest: DIGEST, environment: 'staging' };

async function ask(
  change: Partial<typeof question> = {},
  options: { readonly bearer?: string | null; readonly post?: boolean } = {},
): Promise<{ readonly status: number; readonly body: Answer }> {
  const body = { ...question, ...change };
  const bearer = options.bearer === undefined ? token : options.bearer;
  const headers = bearer === null ? {} : { authorization: `Bearer ${bearer}` };
  const address = `${test.server.address}/api/v1/gate`;
  const res = options.post
    ? await fetch(address, { method: 'POST', headers, body: JSON.stringify(body) })
    : await fetch(`${address}?${new URLSearchParams(body)}`, { headers });
  return { status: res.status, body: (await res.json()) as Answer };
}

const events = async (system: string) =>
  (await test.server.core.stores.ledger.readStream(`gate:${system}`)).events.map((e) => e.data as { allowed: boolean });
const codes = (answer: { readonly body: Answer }) => answer.body.reasons.map((reason) => reason.code);

describe('who may ask', () => {
  it.each([
    ['no token', null],
    ['nonsense', 'x'],
    ['an unknown token', `csg_${'0'.repeat(16)}_${'A'.repeat(43)}`],
  ])('with %s the answer is no and nothing is recorded', async (_what, bearer) => {
    const answer = await ask({}, { bearer });
    expect([answer.status, answer.body.allowed, codes(answer)]).toEqual([401, false, ['token']]);
    expect(await events('ticket-router')).toEqual([]);
  });

  it('when a token is right but for its last letter, it is not taken', async () => {
    const other = token.endsWith('A') ? 'B' : 'A';
    expect((await ask({}, { bearer: `${token.slice(0, -1)}${other}` })).status).toBe(401);
  });

  it('when a token is revoked, its next question is refused; its name is free again', async () => {
    const made = await createGateToken(test.server.systems.deps, 'old', 'service');
    const bearer = made.ok ? made.secret : '';
    expect((await ask({ system: 'other' }, { bearer })).status).toBe(403);
    expect(await createGateToken(test.server.systems.deps, 'old', 'service')).toEqual({
      ok: false,
      reason: 'name_taken',
    });
    expect(await revokeGateToken(test.server.systems.deps, 'old', 'service')).toEqual({ ok: true });
    expect((await ask({ system: 'other' }, { bearer })).status).toBe(401);
  });

  it('no token and no part of one stands in the database', async () => {
    const { rows } = await test.database.pool.query<{ all: string }>(
      `SELECT (SELECT string_agg(state::text, '') FROM record) || (SELECT string_agg(data::text, '') FROM event) AS all`,
    );
    expect(rows[0]?.all).not.toContain(token.slice(21));
    expect(rows[0]?.all.length).toBeGreaterThan(100);
  });

  it.each([
    ['a digest that is none', { digest: 'sha256:12' }],
    ['a system without a name', { system: ' ' }],
    ['a version that is too long', { version: 'x'.repeat(61) }],
  ])('%s is refused with what is wrong', async (_what, change) => {
    expect(await ask(change)).toMatchObject({ status: 400, body: { allowed: false } });
    expect(await ask(change, { post: true })).toMatchObject({ status: 400, body: { allowed: false } });
  });
});

describe('what it answers', () => {
  it('when nobody asked for the system, no', async () => {
    const answer = await ask();
    expect([answer.status, codes(answer)]).toEqual([403, ['unknown_system']]);
    expect(answer.body.entry).toBeGreaterThan(0);
  });

  it('when it was asked before with the same answer, it is counted and not recorded again', async () => {
    for (let i = 0; i < 3; i++) expect((await ask({}, { post: i === 1 })).body.repeat).toBe(true);
    expect(await events('ticket-router')).toHaveLength(1);
    expect(await test.server.systems.gate.repeatsOf(question)).toBe(3);
    await test.server.systems.gate.flush();
    expect(await test.server.systems.gate.repeatsOf(question)).toBe(3);
  });

  it('when it is submitted, not yet; when it is approved, yes; each change is an entry', async () => {
    const requestId = await submit(test.server, deployment());
    expect(codes(await ask())).toEqual(['not_decided']);
    await approve(test.server, requestId);
    expect(await ask()).toMatchObject({ status: 200, body: { allowed: true, request: 'DR-1', repeat: false } });
    expect(await ask()).toMatchObject({ status: 200, body: { allowed: true, repeat: true, entry: null } });
    expect((await events('ticket-router')).map((e) => e.allowed)).toEqual([false, false, true]);
  });

  it('another digest, version or environment is not what was approved', async () => {
    const digest = `sha256:${'cd'.repeat(32)}`;
    expect(codes(await ask({ digest }))).toContain('wrong_digest');
    expect(codes(await ask({ version: '1.4.1', digest }))).toContain('unknown_version');
    expect(codes(await ask({ environment: 'production' }))).toContain('wrong_environment');
  });

  it('in an environment that is only observed a no lets the pipeline pass, and says so', async () => {
    const answer = await ask({ environment: 'development' });
    expect(answer).toMatchObject({ status: 200, body: { allowed: false, pass: true, mode: 'observe' } });
  });

  it('when the approval is suspended, the next question is denied', async () => {
    const state = await approved(test.server, deployment({ system: 'churn', version: '2' }));
    expect((await ask({ system: 'churn', version: '2' })).status).toBe(200);
    const { core } = test.server;
    const by = await core.stores.people.personFor('U0CISO', null);
    await core.desk.act(state.id, { type: 'suspend', commandId: 'stop-1', by, reason: 'Leak', incident: 'INC-1' });
    expect(codes(await ask({ system: 'churn', version: '2' }))).toEqual(['suspended']);
  });

  it('is plain lines for who accepts those, with the same status, an error too', async () => {
    const lines = async (change: Record<string, string>, bearer = token) => {
      const headers = { authorization: `Bearer ${bearer}`, accept: 'text/plain' };
      const parameters = new URLSearchParams({ ...question, ...change });
      const res = await fetch(`${test.server.address}/api/v1/gate?${parameters}`, { headers });
      return [res.status, res.headers.get('content-type'), await res.text()];
    };
    const type = 'text/plain; charset=utf-8';
    expect(await lines({})).toEqual([200, type, expect.stringMatching(/^yes: .*\n {2}- DR-1 permits it until /)]);
    expect(await lines({ version: '9' })).toEqual([
      403,
      type,
      expect.stringMatching(/^NO: .*\(unknown_version\)\n {2}> Ask in Slack/s),
    ]);
    expect(await lines({}, 'x')).toEqual([401, type, expect.stringMatching(/^NO: This needs a valid token/)]);
  });

  it('when an exception it rests on is not in force, no', async () => {
    const state = await approved(test.server, deployment({ system: 'fraud', restsOn: ['EX-99'] }));
    expect(state.status).toBe('approved');
    expect(codes(await ask({ system: 'fraud' }))).toEqual(['exception_missing']);
  });

  it('twenty first questions at once make one entry', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask({ system: 'rush' })));
    expect(answers.every(({ status }) => status === 403)).toBe(true);
    expect(await events('rush')).toHaveLength(1);
  });

  it('more new questions in a minute than the settings allow are not answered, and leave no entry', async () => {
    await test.server.idle();
    const { core } = test.server;
    const before = (await core.stores.ledger.head()).size;
    const statuses = new Map<number, number>();
    for (let i = 0; i < 650; i++) {
      const { status } = await ask({ system: `flood-${i}` });
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
    expect(statuses.get(429)).toBeGreaterThan(40);
    expect((await core.stores.ledger.head()).size - before).toBe(statuses.get(403));
    expect((await ask()).status).toBe(200);
  });
});
