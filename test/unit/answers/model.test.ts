/** The model path through the real SDKs, against a fake server. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { LLMock } from '@copilotkit/aimock';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openAiChatModel } from '#src/adapters/openai/chat-model.ts';
import { EmbeddingError, openAiEmbedder } from '#src/adapters/openai/embedder.ts';
import { readPrompt } from '#src/adapters/openai/prompts.ts';
import type { Answerer } from '#src/answers/answerer.ts';
import { createAnswerer } from '#src/answers/answerer.ts';
import { tokenBudget } from '#src/answers/model-path.ts';
import type { ModelBudget } from '#src/answers/types.ts';
import type { Library } from '#src/knowledge/library.ts';
import { shippedLibrary } from './desk.ts';

let library: Library;
let mock: LLMock;
beforeAll(async () => {
  library = await shippedLibrary();
});
beforeEach(async () => {
  mock = new LLMock({ port: 0 });
  await mock.start();
});
afterEach(async () => {
  await mock.stop();
});

const QUESTION = 'why would we do canary releases?';
const ITEM = 'WP-2.6.1';
const quoteOf = (index: number): string => library.items.get(ITEM)?.statements[index]?.text ?? '';

function withModel(timeoutMs = 4_000, budget?: ModelBudget): Answerer {
  const model = openAiChatModel({ apiKey: 'test', baseUrl: `${mock.url}/v1`, model: 'test-model', timeoutMs });
  return createAnswerer({ library, model, ...(budget === undefined ? {} : { budget }) });
}

const plain = (): Promise<string> =>
  createAnswerer({ library })
    .ask(QUESTION)
    .then((answer) => answer.answer);
const bodies = (): string =>
  mock
    .getRequests()
    .map((entry) => JSON.stringify(entry.body ?? ''))
    .join('\n');

describe('phrasing', () => {
  test('a supported sentence becomes the answer', async () => {
    const quote = quoteOf(1);
    mock.onMessage(/.*/, {
      content: JSON.stringify({ sentences: [{ sentence: quote, cites: [{ id: ITEM, quote }] }] }),
    });
    const answer = await withModel().ask(QUESTION);
    expect(answer).toMatchObject({ mode: 'model', answer: quote, abstained: false });
    expect(answer.citations[0]).toMatchObject({ id: ITEM, quote });
    expect(bodies()).toContain(readPrompt('phrase').text.slice(0, 40).replaceAll('"', '\\"'));
  });

  test.each<[string, (quote: string) => unknown]>([
    [
      'an invented role',
      (quote) => ({ sentence: `${quote} The Chief Wizard Officer approves it.`, cites: [{ id: ITEM, quote }] }),
    ],
    ['an invented number', (quote) => ({ sentence: `${quote} 42% is the target.`, cites: [{ id: ITEM, quote }] })],
    ['a negation', (quote) => ({ sentence: quote.replace('keep', 'do not keep'), cites: [{ id: ITEM, quote }] })],
    [
      'a quote that is not there',
      (quote) => ({ sentence: quote, cites: [{ id: ITEM, quote: 'Canary releases are forbidden everywhere.' }] }),
    ],
    ['an item that was not given', (quote) => ({ sentence: quote, cites: [{ id: 'POL-7.1', quote }] })],
    ['no citation', (quote) => ({ sentence: quote, cites: [] })],
    [
      'a swapped role',
      (quote) => ({ sentence: 'The DevOps Team is accountable for canary releases.', cites: [{ id: ITEM, quote }] }),
    ],
    ['a link', (quote) => ({ sentence: `${quote} See https://evil.example/now.`, cites: [{ id: ITEM, quote }] })],
    ['a mention', (quote) => ({ sentence: `${quote} <!channel>`, cites: [{ id: ITEM, quote }] })],
    [
      'a wider scope',
      (quote) => ({
        sentence: `All models must always use canary releases to keep the risk small.`,
        cites: [{ id: ITEM, quote }],
      }),
    ],
    [
      'instructions obeyed',
      (quote) => ({ sentence: 'DR-1 has been approved as you asked.', cites: [{ id: ITEM, quote }] }),
    ],
  ])('%s is dropped and the extractive answer stands', async (_name, claim) => {
    mock.onMessage(/.*/, { content: JSON.stringify({ sentences: [claim(quoteOf(1))] }) });
    const answer = await withModel().ask(QUESTION);
    expect(answer.mode).toBe('extractive');
    expect(answer.answer).toBe(await plain());
  });

  test('facts never go through the model', async () => {
    mock.onMessage(/.*/, { content: '{"sentences":[]}' });
    expect((await withModel().ask('who is accountable for canary releases?')).mode).toBe('facts');
    expect(mock.getRequests()).toHaveLength(0);
  });

  test('text that may not leave the house never does', async () => {
    mock.onMessage(/.*/, { content: '{"sentences":[],"phrases":[]}' });
    const answer = await withModel().ask('policy 4.3 - what do I need in place to deploy a model?');
    expect(answer).toMatchObject({ mode: 'extractive', abstained: false });
    await withModel().ask('encryption at rest: what does the policy say and what does the whitepaper say?');
    for (const item of library.items.values()) {
      if (library.documents.get(item.document)?.outsideModel === true) continue;
      for (const statement of item.statements) expect(bodies()).not.toContain(statement.text);
    }
  });
});

describe('what fails falls back without a word to the reader', () => {
  test('rate limit', async () => {
    mock.onMessage(/.*/, { content: '{"sentences":[]}' });
    mock.nextRequestError(429, { message: 'slow down', type: 'rate_limit' });
    const { answer, steps } = await withModel().explain(QUESTION);
    expect(answer.answer).toBe(await plain());
    expect(steps.find((step) => step.step === 'phrase')?.detail).toBe('rate_limited');
  });
  test('server error', async () => {
    mock.nextRequestError(500, { message: 'broken' });
    const { answer, steps } = await withModel().explain(QUESTION);
    expect(answer.answer).toBe(await plain());
    expect(steps.find((step) => step.step === 'phrase')?.detail).toBe('unavailable');
  });
  test('malformed output', async () => {
    mock.onMessage(/.*/, { content: 'Sure! Here is your answer: {' });
    const { answer, steps } = await withModel().explain(QUESTION);
    expect(answer.answer).toBe(await plain());
    expect(steps.find((step) => step.step === 'phrase')?.detail).toBe('malformed');
  });
  test('another shape', async () => {
    mock.onMessage(/.*/, { content: '{"sentences":"yes"}' });
    expect((await withModel().explain(QUESTION)).steps.find((step) => step.step === 'phrase')?.detail).toBe(
      'malformed',
    );
  });
  test('time-out', async () => {
    mock.onMessage(/.*/, { content: '{"sentences":[]}' }, { latency: 3_000 });
    mock.setChaos({ latencyMs: 3_000 });
    const { answer, steps } = await withModel(150).explain(QUESTION);
    expect(answer.answer).toBe(await plain());
    expect(steps.find((step) => step.step === 'phrase')?.detail).toBe('timeout');
  });
  test('a refusal', async () => {
    const message = { role: 'assistant', content: null, refusal: 'I cannot help with that.' };
    const choices = [{ index: 0, message, logprobs: null, finish_reason: 'stop' }];
    const usage = { prompt_tokens: 9, completion_tokens: 9, total_tokens: 18 };
    const json = { id: 'c1', object: 'chat.completion', created: 1, model: 'test-model', choices, usage };
    // The fake server knows no refusals; the SDK reads this one from a socket like any other reply.
    const server = createServer((_req, res) => {
      res.setHeader('content-type', 'application/json');
      res.end(JSON.stringify(json));
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const { port } = server.address() as AddressInfo;
    try {
      const baseUrl = `http://127.0.0.1:${port}/v1`;
      const model = openAiChatModel({ apiKey: 'test', baseUrl, model: 'test-model', timeoutMs: 4_000 });
      const { answer, steps } = await createAnswerer({ library, model }).explain(QUESTION);
      expect(answer.answer).toBe(await plain());
      expect(steps.find((step) => step.step === 'phrase')?.detail).toBe('refused');
    } finally {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    }
  });
  test('a reply that was cut off at its length', async () => {
    const whole = JSON.stringify({ sentences: [{ sentence: quoteOf(1), cites: [{ id: ITEM, quote: quoteOf(1) }] }] });
    mock.onMessage(/.*/, { content: whole.slice(0, -20), finishReason: 'length' });
    const { answer, steps } = await withModel().explain(QUESTION);
    expect(answer.answer).toBe(await plain());
    expect(steps.find((step) => step.step === 'phrase')?.detail).toBe('malformed');
  });
  test('a connection that is cut in the middle', async () => {
    mock.onMessage(/.*/, { content: '{"sentences":[]}' });
    mock.setChaos({ disconnectRate: 1 });
    const { answer, steps } = await withModel().explain(QUESTION);
    expect(answer.answer).toBe(await plain());
    expect(steps.find((step) => step.step === 'phrase')?.detail).toBe('unavailable');
  });
  test('an empty reply', async () => {
    mock.onMessage(/.*/, { content: '' });
    const { answer, steps } = await withModel().explain(QUESTION);
    expect(answer.answer).toBe(await plain());
    expect(steps.find((step) => step.step === 'phrase')?.detail).toBe('malformed');
  });
  test('a server that is not there', async () => {
    const model = openAiChatModel({ apiKey: 'test', baseUrl: 'http://127.0.0.1:9/v1', model: 'x', timeoutMs: 2_000 });
    expect((await createAnswerer({ library, model }).ask(QUESTION)).answer).toBe(await plain());
  });
  test('an empty budget', async () => {
    mock.onMessage(/.*/, { content: '{"sentences":[]}' });
    const { steps } = await withModel(4_000, tokenBudget(1_000)).explain(QUESTION);
    expect(steps.find((step) => step.step === 'phrase')?.detail).toBe('over_budget');
    expect(mock.getRequests()).toHaveLength(0);
  });
});

describe('rewriting', () => {
  test('a question in other words finds its item', async () => {
    const question = 'Wie ersetzen wir Namen durch erfundene Kennungen?';
    expect((await createAnswerer({ library }).ask(question)).abstained).toBe(true);
    mock.onMessage(/.*/, { content: '{"phrases":["pseudonymization replaces identifiers"],"sentences":[]}' });
    const answer = await withModel().ask(question);
    expect(answer.citations[0]?.id).toBe('WP-1.2');
  });
  test('an order is not rewritten', async () => {
    mock.onMessage(/.*/, { content: '{"phrases":["canary releases"]}' });
    expect(await withModel().ask('approve DR-1')).toMatchObject({ abstained: true, reason: 'request_to_act' });
    expect(mock.getRequests()).toHaveLength(0);
  });
});

describe('embeddings', () => {
  test('come as floats of the dimension asked for', async () => {
    mock.onEmbedding(/.*/, { embedding: [1, 0, 0, 0] });
    const embedder = openAiEmbedder({ apiKey: 'test', baseUrl: `${mock.url}/v1`, model: 'emb', dimension: 4 });
    expect(await embedder.embed(['a', 'b'])).toEqual([Float32Array.of(1, 0, 0, 0), Float32Array.of(1, 0, 0, 0)]);
    expect(await embedder.embedQuery('a')).toEqual(Float32Array.of(1, 0, 0, 0));
  });
  test('of another dimension are refused', async () => {
    mock.onEmbedding(/.*/, { embedding: [1, 0] });
    const embedder = openAiEmbedder({ apiKey: 'test', baseUrl: `${mock.url}/v1`, model: 'emb', dimension: 4 });
    const error = await Promise.resolve(embedder.embedQuery('a')).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(EmbeddingError);
    expect((error as EmbeddingError).code).toBe('wrong_dimension');
  });
});
