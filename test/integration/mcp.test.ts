/** `countersign mcp` as a client runs it: a child process on stdin and stdout, beside a running server. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Started, seedRequests, startOnFolder } from './cli-fixture.ts';
import { countersign, jsonLines } from './cli-run.ts';

type Result = {
  readonly content: readonly { readonly text: string }[];
  readonly structuredContent?: Record<string, unknown>;
  readonly isError: boolean;
};

let started: Started;
beforeAll(async () => {
  started = await startOnFolder();
  await seedRequests(started);
});
afterAll(() => started.close());

const tool = (name: string, given: object) => ({ method: 'tools/call', params: { name, arguments: given } });

/** Runs the command with these requests on stdin; gives what came back for each. */
async function session(calls: readonly object[], args: readonly string[] = [], env = started.env) {
  const hello = { method: 'initialize', params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: {} } };
  const lines = [hello, ...calls].map((one, id) => JSON.stringify({ jsonrpc: '2.0', id, ...one }));
  lines.splice(1, 0, JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' }));
  const ran = await countersign(['mcp', ...args], { env, input: `${lines.join('\n')}\n` });
  expect(ran).toMatchObject({ code: 0, err: '' });
  const replies = jsonLines(ran.out) as readonly { readonly id: number; readonly result: Result }[];
  expect(replies.map(({ id }) => id)).toEqual([hello, ...calls].map((_, id) => id));
  return replies.slice(1).map(({ result }) => result);
}

const digest = `sha256:${'ab'.repeat(32)}`;
const gate = { system: 'ticket-router', version: '1.4.0', digest, environment: 'production' };

describe('mcp', () => {
  it('asks, shows an item and a request, and looks at the gate, without a trace', async () => {
    const { ledger } = started.core.stores;
    const before = (await ledger.head()).size;
    const [answer, item, request, looked] = await session([
      tool('ask', { question: 'who is accountable for canary releases?' }),
      tool('knowledge_show', { id: 'wp 2.6.1' }),
      tool('request_show', { id: 'DR-1' }),
      tool('gate_check', gate),
    ]);
    expect(answer?.structuredContent).toMatchObject({
      abstained: false,
      roles: { accountable: ['Head of AI Operations', 'Chief Technology Officer'] },
      citations: [{ id: 'WP-2.6.1' }],
    });
    expect(item?.structuredContent).toMatchObject({ id: 'WP-2.6.1', statements: expect.any(Array) });
    expect(request?.structuredContent).toMatchObject({ shortId: 'DR-1', status: 'approved' });
    expect(looked?.structuredContent).toMatchObject({ allowed: expect.any(Boolean), reasons: expect.any(Array) });
    // The server beside it goes on telling people and taking in systems; the gate was not asked by it.
    const since = (await ledger.readAll(before, 100)).map(({ type }) => type);
    expect(since.filter((type) => !/^(?:system|informed)\./.test(type))).toEqual([]);
    expect(await started.core.stores.gaps.list(10)).toEqual([]);
  });

  it('names nobody and repeats nothing that somebody wrote', async () => {
    const shown = await session([tool('request_show', { id: 'DR-1' }), tool('request_show', { id: 'EX-1' })]);
    for (const { content } of shown)
      expect(content[0]?.text).not.toMatch(/Milo|U0[A-Z]|p_[0-9a-f]{8}|requester|owner|title|reason/);
  });

  it('keeps the text of documents that may not reach an outside model, unless the model is inside', async () => {
    const calls = [
      tool('ask', { question: 'policy 4.3: what do I need in place to deploy a model?' }),
      tool('knowledge_show', { id: 'POL-4.3' }),
    ];
    for (const { content, isError } of await session(calls)) {
      expect(isError).toBe(false);
      expect(content[0]?.text).toContain('POL-4.3');
      expect(content[0]?.text).not.toMatch(/secure pipeline|containeriz/);
    }
    for (const { content } of await session(calls, ['--inside'])) expect(content[0]?.text).toContain('secure pipeline');
  });

  it('says what to do when it cannot: unknown ids, no database', async () => {
    const wrong = await session([
      tool('knowledge_show', { id: 'WP-99.9' }),
      tool('request_show', { id: 'DR-99' }),
      tool('gate_check', { ...gate, digest: 'latest' }),
    ]);
    for (const { isError, content } of wrong)
      expect([isError, content[0]?.text.length]).toEqual([true, expect.any(Number)]);
    const [asked, shown] = await session(
      [tool('ask', { question: 'what is our GPU budget?' }), tool('request_show', { id: 'DR-1' })],
      [],
      { COUNTERSIGN_DATA_DIR: `${started.dataDir}-none` },
    );
    expect(asked?.structuredContent).toMatchObject({ abstained: true, reason: 'no_price_recorded' });
    expect(shown).toMatchObject({ isError: true, content: [{ text: expect.stringContaining('npm start') }] });
  });
});
