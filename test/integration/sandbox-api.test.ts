import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openStage, SECRET, type Stage } from './sandbox-fixture.ts';

let stage: Stage;
beforeEach(async () => {
  stage = await openStage();
});
afterEach(() => stage.close());

test('the real client learns who it is and posts a message that the page shows', async () => {
  expect(await stage.client.auth.test()).toMatchObject({ ok: true, user_id: 'U0COUNTERSIGN', team_id: 'T0SANDBOX' });
  const posted = await stage.client.chat.postMessage({ channel: 'C0ASK', text: 'Hello' });
  expect(posted.ts).toMatch(/^\d{10}\.\d{6}$/);
  const state = await stage.state('U0EMMA');
  expect(state['messages']).toMatchObject([{ channel: 'C0ASK', ts: posted.ts, text: 'Hello' }]);
});

test('a typed message reaches the app signed, and as a mention too when it names the bot', async () => {
  await stage.page('message', {
    as: 'U0EMMA',
    channel: 'C0ASK',
    text: 'hi @Countersign <!channel> & co',
    client_msg_id: 'm-0000001',
  });
  const mention = await stage.heard(
    (item) => (item.body['event'] as Record<string, unknown>)?.['type'] === 'app_mention',
  );
  const message = await stage.heard((item) => (item.body['event'] as Record<string, unknown>)?.['type'] === 'message');
  expect(message.body).toMatchObject({
    type: 'event_callback',
    team_id: 'T0SANDBOX',
    api_app_id: 'A0COUNTERSIGN',
    event: { channel_type: 'channel', user: 'U0EMMA', text: 'hi <@U0COUNTERSIGN> &lt;!channel&gt; &amp; co' },
  });
  expect(mention.body['event_id']).not.toBe(message.body['event_id']);
  const stamp = String(message.headers['x-slack-request-timestamp']);
  const expected = `v0=${createHmac('sha256', SECRET).update(`v0:${stamp}:${message.raw}`).digest('hex')}`;
  expect(message.headers['x-slack-signature']).toBe(expected);
});

const modal = (extra: object = {}) => ({
  type: 'modal' as const,
  callback_id: 'form',
  title: { type: 'plain_text' as const, text: 'Deploy' },
  submit: { type: 'plain_text' as const, text: 'Send' },
  blocks: [
    {
      type: 'input' as const,
      block_id: 'system',
      label: { type: 'plain_text' as const, text: 'System' },
      element: { type: 'plain_text_input' as const, action_id: 'value' },
    },
  ],
  ...extra,
});

test('a command opens a modal with its trigger, and the submission carries the state', async () => {
  stage.script = async (item) => {
    if (item.body['command'] === '/governance') {
      await stage.client.views.open({ trigger_id: String(item.body['trigger_id']), view: modal() });
    }
    return {};
  };
  expect(await stage.page('command', { as: 'U0MILO', channel: 'C0ASK', text: '/governance deploy' })).toEqual({
    ok: true,
  });
  const views = (await stage.state('U0MILO'))['views'] as { id: string }[];
  expect(views).toHaveLength(1);
  const view_id = views[0]!.id;
  expect(await stage.page('view', { as: 'U0MILO', view_id, do: 'submit', values: {} })).toMatchObject({
    ok: false,
    error: 'fields',
    errors: { system: expect.any(String) },
  });
  const values = { system: { value: 'credit-scoring' } };
  expect(await stage.page('view', { as: 'U0MILO', view_id, do: 'submit', values })).toEqual({ ok: true });
  const submission = await stage.heard((item) => item.body['type'] === 'view_submission');
  expect(submission.body).toMatchObject({
    user: { id: 'U0MILO' },
    view: {
      id: view_id,
      callback_id: 'form',
      state: { values: { system: { value: { type: 'plain_text_input', value: 'credit-scoring' } } } },
    },
  });
  expect((await stage.state('U0MILO'))['views']).toEqual([]);
});
