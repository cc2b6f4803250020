import { WebClient } from '@slack/web-api';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { manualTimers, openStage, type Stage, TOKEN, until } from './sandbox-fixture.ts';

let stage: Stage;
const { timers, fire, pending } = manualTimers();
beforeEach(async () => {
  stage = await openStage({ timers });
});
afterEach(() => stage.close());

const post = (client = stage.client) => client.chat.postMessage({ channel: 'C0ASK', text: 'x' });
const count = async () => ((await stage.state('U0EMMA'))['messages'] as unknown[]).length;

test('an outage cuts the connection or answers 503, and ends', async () => {
  stage.sandbox.setFaults({ outage: 'refuse' });
  await expect(post()).rejects.toMatchObject({ code: 'slack_webapi_request_error' });
  stage.sandbox.setFaults({ outage: '503' });
  await expect(post()).rejects.toMatchObject({ code: 'slack_webapi_http_error', statusCode: 503 });
  expect(await count()).toBe(0);
  stage.sandbox.setFaults({ outage: null });
  await post();
  expect(await count()).toBe(1);
});

test('429 names its pause; the limit of one a second per channel is by channel', async () => {
  const client = new WebClient(TOKEN, { slackApiUrl: `${stage.url}/sandbox/api/`, rejectRateLimitedCalls: true });
  stage.sandbox.setFaults({ rateLimitNext: 1, retryAfterSeconds: 7 });
  await expect(post(client)).rejects.toMatchObject({ code: 'slack_webapi_rate_limited_error', retryAfter: 7 });
  await post(client);
  stage.sandbox.setFaults({ perChannelLimit: true });
  await post(client);
  await expect(post(client)).rejects.toMatchObject({ code: 'slack_webapi_rate_limited_error' });
  await client.chat.postMessage({ channel: 'C0COMMITTEE', text: 'other channel' });
});

test('a lost answer has stored the message all the same', async () => {
  stage.sandbox.setFaults({ dropAnswerNext: 1, method: 'chat.postMessage' });
  await stage.client.auth.test();
  await expect(post()).rejects.toMatchObject({ code: 'slack_webapi_request_error' });
  expect(await count()).toBe(1);
});

test('a slow call waits; the page can set faults too, within bounds', async () => {
  expect(await stage.page('faults', { slowMs: 5_000 })).toMatchObject({ ok: true, faults: { slowMs: 5_000 } });
  const slow = post();
  await until(() => pending().includes(5_000));
  expect(await count()).toBe(0);
  fire(5_000);
  await slow;
  expect(await count()).toBe(1);
  expect(await stage.page('faults', { outage: 'explode' })).toMatchObject({ ok: false, error: 'invalid' });
});
