/** What the language model may cost: never above the limit, one count for replicas and restarts, silent to the reader. */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LLMock } from '@copilotkit/aimock';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createUsageStore } from '#src/adapters/prisma/model-usage.ts';
import { createStores } from '#src/adapters/prisma/stores.ts';
import type { AnswerSettings } from '#src/answers/settings.ts';
import { answerSettingsSchema } from '#src/answers/settings.ts';
import { budgetOf } from '#src/delivery/answers/model-budget.ts';
import { type Engine, openEngine } from '#src/wire/engine.ts';
import { openAnswers } from '#src/wire/knowledge/answers.ts';
import type { Log } from '#src/wire/log.ts';
import { shippedLibrary } from '../unit/answers/desk.ts';
import { databaseForTests } from './database.ts';
import { startTestServer, type TestServer } from './server-fixture.ts';

const NOON = new Date('2026-11-21T12:00:00Z');
const NEXT_DAY = new Date('2026-11-22T00:00:00Z');
const DAY = '2026-11-21';

describe('counting', () => {
  const database = databaseForTests({ max: 8 });
  beforeEach(async () => {
    await database().pool.query('TRUNCATE model_usage');
  });
  const LIMITS: AnswerSettings['model'] = {
    price: null,
    perDay: { tokens: 1_000, cost: null },
    perPersonAndDay: { tokens: 400, cost: null },
  };
  const budget = (person: string, settings = LIMITS, at = NOON) =>
    budgetOf(
      {
        store: createUsageStore(database()),
        settings: () => settings,
        now: () => at,
        onError: (error) => {
          throw error;
        },
      },
      person,
    );
  const most = { input: 80, output: 20 };
  const usage = () => createUsageStore(database()).ofDay(DAY);

  it('gives one person their share and no more, whatever asks at once', async () => {
    const got = await Promise.all(Array.from({ length: 20 }, () => budget('p_1').reserve(most)));
    expect(got.filter((one) => one !== null)).toHaveLength(4);
    expect(await usage()).toEqual({ tokens: 400, cost: 0, calls: 4, overBudget: 16 });
    expect(await budget('p_2').reserve(most)).not.toBeNull();
  });

  it('gives everybody together no more than the day has', async () => {
    const people = Array.from({ length: 30 }, (_, i) => `p_${i}`);
    const got = await Promise.all(people.map((person) => budget(person).reserve(most)));
    expect(got.filter((one) => one !== null)).toHaveLength(10);
    expect((await usage()).tokens).toBe(1_000);
  });

  it('gives back what was not used, and begins anew the next day', async () => {
    const first = await budget('p_1').reserve({ input: 300, output: 100 });
    expect(await budget('p_1').reserve(most)).toBeNull();
    await first?.settle({ input: 50, output: 10 });
    expect((await usage()).tokens).toBe(60);
    expect(await budget('p_1').reserve({ input: 300, output: 41 })).toBeNull();
    expect(await budget('p_1').reserve({ input: 300, output: 40 })).not.toBeNull();
    expect(await budget('p_1', LIMITS, NEXT_DAY).reserve(most)).not.toBeNull();
  });

  it('counts money where there is a price, to the millionth', async () => {
    const price = { input: 2, output: 8 };
    const limits = { price, perDay: { tokens: 10_000, cost: null }, perPersonAndDay: { tokens: 10_000, cost: 0.001 } };
    // 80 * 2 + 20 * 8 = 320 millionths each.
    for (let i = 0; i < 3; i++) expect(await budget('p_1', limits).reserve(most)).not.toBeNull();
    expect(await budget('p_1', limits).reserve(most)).toBeNull();
    expect((await usage()).cost).toBe(960);
  });

  it('makes no call when it cannot be counted', async () => {
    const errors: unknown[] = [];
    const down = { take: () => Promise.reject(new Error('away')), correct: () => Promise.resolve() };
    const deps = {
      store: down,
      settings: () => LIMITS,
      now: () => NOON,
      onError: (error: unknown) => errors.push(error),
    };
    expect(await budgetOf(deps, 'p_1').reserve(most)).toBeNull();
    expect(errors).toHaveLength(1);
  });

  it('refuses a limit of cost without a price', () => {
    const model = { ...LIMITS, perDay: { tokens: 1, cost: 5 } };
    expect(answerSettingsSchema.safeParse({ version: '1', logAnswers: false, model }).success).toBe(false);
    const priced = { ...model, price: { input: 1, output: 1 } };
    expect(answerSettingsSchema.safeParse({ version: '1', logAnswers: false, model: priced }).success).toBe(true);
  });
});

describe('what the log says of a model that fails', () => {
  const database = databaseForTests({ max: 2 });
  const QUESTION = 'why would we do canary releases?';

  function rememberingLog() {
    const lines: { readonly level: string; readonly fields: unknown }[] = [];
    const at = (level: string) => (fields: unknown) => void lines.push({ level, fields });
    const log = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') } as unknown as Log;
    return { log, lines };
  }

  /** The engine as the server opens it, with a log that remembers. */
  async function ask(mock: LLMock, settings: AnswerSettings['model'] = ROOMY) {
    const { log, lines } = rememberingLog();
    const model = { apiKey: 'test', baseUrl: `${mock.url}/v1`, model: 'm', embeddingModel: 'e' };
    const engine = await openEngine({ dataDir: '/nonexistent', model }, await shippedLibrary(), log, () => undefined);
    const answers = openAnswers({
      engine,
      refresh: async () => undefined,
      core: {
        stores: createStores(database(), () => 'unused'),
        recorder: { record: () => Promise.reject(new Error('nothing is logged as evidence here')) },
        now: () => NOON,
      },
      settings: () => ({ version: '1', logAnswers: false, model: settings }),
      committed: () => undefined,
      log,
    });
    const answer = await answers.ask(QUESTION, {}, 'p_asker');
    return { answer, warned: lines.filter(({ level }) => level === 'warn').map(({ fields }) => fields), lines };
  }
  const ROOMY: AnswerSettings['model'] = {
    price: null,
    perDay: { tokens: 1_000_000, cost: null },
    perPersonAndDay: { tokens: 1_000_000, cost: null },
  };

  it('embeddings of another length, or none at all: the index stays out, a question goes on, the log says so', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'countersign-dimension-'));
    const mock = new LLMock({ port: 0 });
    await mock.start();
    let engine: Engine | null = null;
    try {
      const model = { apiKey: 'test', baseUrl: `${mock.url}/v1`, model: 'm', embeddingModel: 'e' };
      const embedding = (length: number) => Array.from({ length }, (_, i) => (i === 0 ? 1 : 0));
      mock.onEmbedding(/.*/, { embedding: embedding(2) });
      const { log, lines } = rememberingLog();
      engine = await openEngine({ dataDir, model }, await shippedLibrary(), log, () => undefined);
      expect(await engine.openVectors()).toBe('failed');
      expect(lines.map(({ level }) => level)).toEqual(['error']);
      mock.clearFixtures();
      mock.onEmbedding(/.*/, { embedding: embedding(1536) });
      expect(await engine.openVectors()).toBe('built');
      mock.clearFixtures();
      mock.onEmbedding(/.*/, { embedding: embedding(2) });
      const facts = 'who is accountable for canary releases?';
      expect(await engine.ask(facts)).toMatchObject({ abstained: false, mode: 'facts' });
      expect(lines).toContainEqual({
        level: 'warn',
        fields: { step: 'vectors', outcome: 'The model answered with 2 dimensions instead of 1536.' },
      });
    } finally {
      await engine?.close();
      await mock.stop();
      await rm(dataDir, { recursive: true, force: true });
    }
  });

  it.each<[string, (mock: LLMock) => void, AnswerSettings['model']]>([
    ['rate_limited', (mock) => mock.nextRequestError(429, { message: 'slow down' }), ROOMY],
    ['unavailable', (mock) => mock.nextRequestError(500, { message: 'broken' }), ROOMY],
    ['malformed', (mock) => mock.onMessage(/.*/, { content: '{' }), ROOMY],
    ['over_budget', () => undefined, { ...ROOMY, perPersonAndDay: { tokens: 0, cost: null } }],
  ])('%s is one warning without the question, and the answer comes', async (outcome, prepare, settings) => {
    const mock = new LLMock({ port: 0 });
    await mock.start();
    try {
      mock.onMessage(/never/, { content: '{}' });
      prepare(mock);
      const { answer, warned, lines } = await ask(mock, settings);
      expect(answer).toMatchObject({ mode: 'extractive', abstained: false });
      expect(warned).toEqual([{ step: 'phrase', outcome }]);
      expect(JSON.stringify(lines)).not.toMatch(/canary|p_asker/);
    } finally {
      await mock.stop();
    }
  });
});

describe('in the server', () => {
  const QUESTION = 'why would we do canary releases?';
  let mock: LLMock;
  let folder: string;
  let test: TestServer;
  let quote: string;
  beforeAll(async () => {
    quote = (await shippedLibrary()).items.get('WP-2.6.1')?.statements[1]?.text ?? '';
    mock = new LLMock({ port: 0 });
    await mock.start();
    mock.onEmbedding(/.*/, { embedding: Array.from({ length: 1536 }, (_, i) => (i === 0 ? 1 : 0)) });
    mock.onMessage(/.*/, {
      content: JSON.stringify({ sentences: [{ sentence: quote, cites: [{ id: 'WP-2.6.1', quote }] }] }),
      usage: { prompt_tokens: 6_000, completion_tokens: 500, total_tokens: 6_500 },
    });
    folder = await mkdtemp(join(tmpdir(), 'countersign-budget-'));
    await cp(new URL('../../knowledge', import.meta.url), folder, { recursive: true });
    const path = join(folder, 'answers.yaml');
    const text = await readFile(path, 'utf8');
    await writeFile(
      path,
      text
        .replace('logAnswers: false', 'logAnswers: true')
        .replace(/perPersonAndDay: .*/, 'perPersonAndDay: { tokens: 9000, cost: null }'),
    );
    test = await startTestServer({
      env: { OPENAI_API_KEY: 'test', OPENAI_BASE_URL: `${mock.url}/v1`, OPENAI_MODEL: 'test-model' },
      knowledgeFolder: folder,
      now: () => NOON,
    });
    await test.server.engine.vectors();
  });
  afterAll(async () => {
    await test.close();
    await mock.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const chats = () => mock.getRequests().filter((entry) => entry.path.endsWith('/chat/completions')).length;
  const metric = async (name: string) =>
    Number(
      new RegExp(`^countersign_${name} (\\S+)$`, 'm').exec(
        await (await fetch(`${test.server.address}/metrics`)).text(),
      )?.[1],
    );
  const answers = async (as: string) =>
    (await test.driver.state(as)).messages.filter((m) => m.user === 'U0COUNTERSIGN' && m.channel === `D${as.slice(1)}`);

  it('the first answer is phrased by the model; the entry names model and prompt', async () => {
    await test.driver.say('U0EMMA', 'D0EMMA', QUESTION);
    expect(chats()).toBe(1);
    expect((await answers('U0EMMA')).at(-1)?.text).toContain(quote.slice(0, 40));
    expect(await metric('model_today_tokens')).toBe(6_500);
    const { rows } = await test.database.pool.query<{ data: unknown }>(
      `SELECT data FROM event WHERE type = 'answer.given'`,
    );
    expect(rows[0]?.data).toMatchObject({
      mode: 'model',
      model: [{ purpose: 'phrase', model: 'test-model', prompt: expect.stringMatching(/^[0-9a-f]{12}$/) }],
    });
  });

  it('above the limit it comes without the model, also after a restart; the reader sees no difference in kind', async () => {
    test = await test.restart();
    await test.server.engine.vectors();
    await test.driver.say('U0EMMA', 'D0EMMA', QUESTION);
    expect(chats()).toBe(1);
    const shown = (await answers('U0EMMA')).at(-1);
    expect(shown?.text).not.toMatch(/budget|used up|language model/i);
    expect(JSON.stringify(shown?.blocks)).toContain('WP-2.6.1');
    expect(await metric('model_today_over_budget')).toBe(1);
  });

  it('somebody else still has theirs', async () => {
    await test.driver.say('U0MILO', 'D0MILO', QUESTION);
    expect(chats()).toBe(2);
    expect(await metric('model_today_calls')).toBe(2);
  });

  it('no text that may not leave the house is in any request, embeddings and chats alike', async () => {
    await test.driver.say('U0LEGAL', 'D0LEGAL', 'policy 4.3: what do I need in place to deploy a model?');
    await test.driver.say('U0LEGAL', 'D0LEGAL', 'and what does the whitepaper say about encryption at rest?');
    const sent = mock.getRequests().map((entry) => JSON.stringify(entry.body ?? ''));
    expect(mock.getRequests().some((entry) => entry.path.endsWith('/embeddings'))).toBe(true);
    const library = await shippedLibrary();
    const kept = [...library.items.values()].filter(
      (item) => item.audience !== 'public' || library.documents.get(item.document)?.outsideModel !== true,
    );
    expect(kept.length).toBeGreaterThan(20);
    const leaked = kept
      .flatMap((item) => item.statements.map(({ text }) => JSON.stringify(text).slice(1, -1)))
      .filter((text) => sent.some((body) => body.includes(text)));
    expect(leaked).toEqual([]);
    const open = [...library.items.values()].find((item) => !kept.includes(item));
    expect(sent.some((body) => body.includes(JSON.stringify(open?.statements[0]?.text).slice(1, -1)))).toBe(true);
  });
});
