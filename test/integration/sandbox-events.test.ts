import { afterEach, expect, test } from 'vitest';
import { manualTimers, openStage, type Received, type Stage, temporaryFolder, until } from './sandbox-fixture.ts';

let stage: Stage;
afterEach(() => stage.close());

const say = (text: string, extra: object = {}) =>
  stage.page('message', { as: 'U0EMMA', channel: 'D0EMMA', text, client_msg_id: `say-${text}-1234567`, ...extra });
const eventOf = (item: Received) => (item.body['event'] ?? {}) as Record<string, unknown>;
const acks = async () =>
  ((await stage.state('U0EMMA'))['trace'] as { acks: { outcome: string; attempt: number }[] }[]).flatMap(
    (entry) => entry.acks,
  );

test('a direct message is message.im and no mention; a reply names its thread', async () => {
  stage = await openStage();
  await say('hello @Countersign');
  const first = await stage.heard((item) => eventOf(item)['type'] === 'message');
  expect(eventOf(first)).toMatchObject({ channel_type: 'im', channel: 'D0EMMA', user: 'U0EMMA', team: 'T0SANDBOX' });
  expect(first.body['authorizations']).toMatchObject([{ user_id: 'U0COUNTERSIGN', is_bot: true }]);
  const ts = String(eventOf(first)['ts']);
  await say('more', { thread_ts: ts });
  const reply = await stage.heard((item) => eventOf(item)['text'] === 'more');
  expect(eventOf(reply)).toMatchObject({ thread_ts: ts, parent_user_id: 'U0EMMA' });
  expect(stage.received.some((item) => eventOf(item)['type'] === 'app_mention')).toBe(false);
});

test('the same client_msg_id typed twice is one message and one event', async () => {
  stage = await openStage();
  const [a, b] = [await say('twice'), await say('twice')];
  expect(b['ts']).toBe(a['ts']);
  await until(async () => (await acks()).length > 0);
  expect(stage.received).toHaveLength(1);
});

test('opening a tab is told to the app, with the Home it published', async () => {
  stage = await openStage();
  await stage.client.views.publish({ user_id: 'U0EMMA', view: { type: 'home', blocks: [] } });
  await stage.page('open', { as: 'U0EMMA', tab: 'home' });
  await stage.page('open', { as: 'U0EMMA', tab: 'messages' });
  const home = await stage.heard((item) => eventOf(item)['tab'] === 'home');
  expect(eventOf(home)).toMatchObject({
    type: 'app_home_opened',
    user: 'U0EMMA',
    channel: 'D0EMMA',
    view: { type: 'home' },
  });
  const messages = await stage.heard((item) => eventOf(item)['tab'] === 'messages');
  expect(eventOf(messages)).not.toHaveProperty('view');
});

test('an unacknowledged event comes again at once, after a minute and after five, then no more', async () => {
  const { timers, fire, pending } = manualTimers();
  stage = await openStage({ timers });
  stage.script = () => ({ status: 500 });
  await say('again');
  for (const [count, pause] of [
    [1, 0],
    [2, 60_000],
    [3, 300_000],
  ] as const) {
    await until(() => stage.received.length === count && pending().includes(pause));
    fire(pause);
  }
  await until(async () => (await acks()).length === 4);
  expect(stage.received).toHaveLength(4);
  expect(stage.received.map((item) => item.headers['x-slack-retry-num'])).toEqual([undefined, '1', '2', '3']);
  expect(stage.received[1]?.headers['x-slack-retry-reason']).toBe('http_error');
  expect(new Set(stage.received.map((item) => item.body['event_id'])).size).toBe(1);
  expect(pending().filter((ms) => ms !== 20_000)).toEqual([]);
});

test('an answer later than three seconds is none; x-slack-no-retry ends the retries', async () => {
  const { timers, fire, pending } = manualTimers();
  stage = await openStage({ timers });
  stage.script = () => new Promise(() => undefined);
  await say('slow');
  await until(() => stage.received.length === 1 && pending().includes(3_000));
  fire(3_000);
  await until(() => pending().includes(0));
  expect(await acks()).toMatchObject([{ outcome: 'timeout', attempt: 1 }]);
  stage.script = () => ({ status: 500, headers: { 'x-slack-no-retry': '1' } });
  fire(0);
  await until(async () => (await acks()).length === 2);
  expect(stage.received[1]?.headers['x-slack-retry-reason']).toBe('http_timeout');
  expect(pending()).toEqual([]);
});

test('what a former process left unacknowledged is sent again when the app listens', async () => {
  const dataDir = temporaryFolder();
  stage = await openStage({ dataDir });
  stage.script = () => new Promise(() => undefined);
  await say('unheard');
  const first = await stage.heard(() => true);
  await stage.close();
  const { timers, fire } = manualTimers();
  stage = await openStage({ dataDir, timers });
  stage.sandbox.resume();
  fire(1_000);
  const again = await stage.heard(() => true);
  expect(again.body['event_id']).toBe(first.body['event_id']);
  expect(again.headers['x-slack-retry-num']).toBe('1');
  await until(async () => (await acks()).length === 1);
  await stage.close();
  stage = await openStage({ dataDir, timers });
  stage.sandbox.resume();
  fire(1_000);
  expect(stage.received).toEqual([]);
});
