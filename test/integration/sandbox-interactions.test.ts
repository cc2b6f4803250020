import { afterEach, beforeEach, expect, test } from 'vitest';
import { openStage, type Stage } from './sandbox-fixture.ts';

let stage: Stage;
let clock: number;
beforeEach(async () => {
  clock = Date.parse('2026-11-21T10:00:00Z');
  stage = await openStage({
    now: () => new Date(clock),
    shortcuts: [
      { type: 'message', name: 'Ask', callback_id: 'ask' },
      { type: 'global', name: 'Deploy', callback_id: 'deploy' },
    ],
  });
});
afterEach(() => stage.close());

const plain = (text: string) => ({ type: 'plain_text' as const, text });
const option = (value: string) => ({ text: plain(value), value });
const modal = (extra: object = {}) => ({
  type: 'modal' as const,
  title: plain('Form'),
  submit: plain('Send'),
  blocks: [{ type: 'input', block_id: 'b', label: plain('B'), element: { type: 'plain_text_input', action_id: 'v' } }],
  ...extra,
});
type View = { id: string; hash: string; callback_id: string };
const views = async (as = 'U0MILO') => (await stage.state(as))['views'] as View[];
const codeOf = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'ok',
    (error: { data?: { error?: string } }) => error.data?.error ?? 'thrown',
  );

/** Opens a modal by command and gives its view. */
const openModal = async (extra: object = {}, as = 'U0MILO'): Promise<View> => {
  stage.script = async (item) => {
    const trigger_id = String(item.body['trigger_id']);
    await stage.client.views.open({ trigger_id, view: modal(extra) as never });
    return {};
  };
  await stage.page('command', { as, channel: 'C0ASK', text: '/governance deploy' });
  stage.script = () => ({});
  return (await views(as)).at(-1)!;
};
const submit = (view_id: string, body?: unknown) => {
  stage.script = (item) => (item.body['type'] === 'view_submission' ? { body } : {});
  return stage.page('view', { as: 'U0MILO', view_id, do: 'submit', values: { b: { v: 'x' } } });
};

test('a slash command carries what Slack sends, and its answer is shown to the person', async () => {
  stage.script = () => ({ body: { text: 'Here is help', response_type: 'ephemeral' } });
  await stage.page('command', { as: 'U0EMMA', channel: 'C0ASK', text: '/governance help me' });
  expect(stage.received[0]?.body).toMatchObject({
    command: '/governance',
    text: 'help me',
    user_id: 'U0EMMA',
    channel_id: 'C0ASK',
    channel_name: 'ask-governance',
    team_id: 'T0SANDBOX',
    api_app_id: 'A0COUNTERSIGN',
    response_url: expect.stringContaining('/sandbox/response/'),
  });
  expect((await stage.state('U0EMMA'))['ephemerals']).toMatchObject([{ text: 'Here is help', channel: 'C0ASK' }]);
});

test('a trigger opens one modal, within three seconds', async () => {
  const codes: string[] = [];
  stage.script = async (item) => {
    const trigger_id = String(item.body['trigger_id']);
    if (item.body['text'] === 'late') clock += 3_001;
    codes.push(await codeOf(stage.client.views.open({ trigger_id, view: modal() as never })));
    codes.push(await codeOf(stage.client.views.open({ trigger_id, view: modal() as never })));
    return {};
  };
  await stage.page('command', { as: 'U0MILO', channel: 'C0ASK', text: '/governance now' });
  await stage.page('command', { as: 'U0MILO', channel: 'C0ASK', text: '/governance late' });
  codes.push(await codeOf(stage.client.views.open({ trigger_id: '1.2.abc', view: modal() as never })));
  expect(codes).toEqual([
    'ok',
    'exchanged_trigger_id',
    'expired_trigger_id',
    'expired_trigger_id',
    'invalid_trigger_id',
  ]);
});

test('views are updated by id or external id, with a hash only while it is the last', async () => {
  const { id, hash } = await openModal({ external_id: 'ext-1' });
  const update = (args: object) => codeOf(stage.client.views.update({ view: modal(), ...args } as never));
  expect(await update({ view_id: id, hash })).toBe('ok');
  expect(await update({ view_id: id, hash })).toBe('hash_conflict');
  expect(await update({ view_id: 'V0NOPE' })).toBe('not_found');
  expect(await update({ view_id: id, external_id: 'ext-1' })).toBe('invalid_arguments');
});

test('modals stack up to three, and what the acknowledgement says is done', async () => {
  const { id } = await openModal();
  const second = { response_action: 'push', view: modal({ callback_id: 'second' }) };
  expect(await submit(id, second)).toEqual({ ok: true });
  const pushed = (await views()).at(-1)!;
  expect(pushed).toMatchObject({ callback_id: 'second', previous_view_id: id, root_view_id: id });
  expect(await submit(pushed.id, { response_action: 'update', view: modal({ callback_id: 'changed' }) })).toEqual({
    ok: true,
  });
  expect((await views()).map((view) => view.callback_id)).toEqual(['', 'changed']);
  expect(await submit(pushed.id, second)).toEqual({ ok: true });
  const third = (await views()).at(-1)!;
  expect(await submit(third.id, second)).toMatchObject({ ok: false, error: 'app_failed' });
  expect(await submit(third.id, { response_action: 'errors', errors: { b: 'Not so.' } })).toMatchObject({
    error: 'fields',
    errors: { b: 'Not so.' },
  });
  expect(await views()).toHaveLength(3);
  expect(await submit(third.id)).toEqual({ ok: true });
  expect(await views()).toHaveLength(2);
  expect(await submit(pushed.id, { response_action: 'clear' })).toEqual({ ok: true });
  expect(await views()).toEqual([]);
});

test('an app that fails or is slow leaves the form open and says so', async () => {
  const { id } = await openModal();
  stage.script = () => ({ status: 404 });
  const answer = await stage.page('view', { as: 'U0MILO', view_id: id, do: 'submit', values: { b: { v: 'x' } } });
  expect(answer).toMatchObject({ ok: false, error: 'app_failed' });
  expect(await views()).toHaveLength(1);
  const trace = (await stage.state('U0MILO'))['trace'] as { acks: { outcome: string; status: number }[] }[];
  expect(trace.at(-1)?.acks).toMatchObject([{ outcome: 'refused', status: 404 }]);
});

test('closing tells the app only when it asked for it', async () => {
  const { id } = await openModal({ notify_on_close: true, callback_id: 'told' });
  await stage.page('view', { as: 'U0MILO', view_id: id, do: 'close' });
  const quiet = await openModal({ callback_id: 'quiet' });
  await stage.page('view', { as: 'U0MILO', view_id: quiet.id, do: 'close' });
  const closed = stage.received.filter((item) => item.body['type'] === 'view_closed');
  expect(closed.map((item) => item.body)).toMatchObject([{ is_cleared: false, view: { callback_id: 'told' } }]);
  expect(await stage.page('view', { as: 'U0MILO', view_id: id, do: 'submit' })).toMatchObject({ error: 'not_found' });
});

test('a submission carries the state of every element, made from what the app offered', async () => {
  const blocks = [
    ['text', { type: 'plain_text_input', max_length: 5 }],
    ['one', { type: 'static_select', options: [option('a'), option('b')] }],
    ['many', { type: 'multi_static_select', options: [option('a'), option('b')] }],
    ['person', { type: 'users_select' }],
    ['radio', { type: 'radio_buttons', options: [option('yes'), option('no')] }],
    ['ticks', { type: 'checkboxes', options: [option('x')] }],
    ['day', { type: 'datepicker' }],
    ['link', { type: 'url_text_input' }],
    ['mail', { type: 'email_text_input' }],
    ['number', { type: 'number_input', is_decimal_allowed: false, min_value: '1', max_value: '9' }],
  ].map(([block_id, element]) => ({
    type: 'input',
    block_id,
    optional: block_id === 'ticks',
    label: plain(String(block_id)),
    element: { action_id: 'v', ...(element as object) },
  }));
  const { id } = await openModal({ blocks });
  const send = (values: Record<string, unknown>) =>
    stage.page('view', {
      as: 'U0MILO',
      view_id: id,
      do: 'submit',
      values: Object.fromEntries(Object.entries(values).map(([block, v]) => [block, { v }])),
    });
  const wrong = {
    text: 'too long',
    one: 'c',
    many: ['a', 'z'],
    person: 'U0NOPE',
    radio: 'perhaps',
    day: '2026-02-31x',
    link: 'ftp://x',
    mail: 'nobody',
    number: '10',
  };
  const refused = await send(wrong);
  expect(Object.keys(refused['errors'] as object).sort()).toEqual(Object.keys(wrong).sort());
  const right = {
    text: 'hello',
    one: 'b',
    many: ['a', 'b'],
    person: 'U0CTO',
    radio: 'no',
    day: '2026-02-28',
    link: 'https://x.example',
    mail: 'a@b.example',
    number: '9',
  };
  expect(await send(right)).toEqual({ ok: true });
  const values = (stage.received.at(-1)?.body['view'] as { state: { values: unknown } } | undefined)?.state.values;
  expect(values).toMatchObject({
    text: { v: { type: 'plain_text_input', value: 'hello' } },
    one: { v: { type: 'static_select', selected_option: option('b') } },
    many: { v: { selected_options: [option('a'), option('b')] } },
    person: { v: { selected_user: 'U0CTO' } },
    radio: { v: { selected_option: option('no') } },
    ticks: { v: { type: 'checkboxes', selected_options: [] } },
    day: { v: { selected_date: '2026-02-28' } },
    link: { v: { value: 'https://x.example' } },
    number: { v: { value: '9' } },
  });
});

const postButtons = async (channel = 'C0COMMITTEE') => {
  const blocks = [
    {
      type: 'actions',
      block_id: 'row',
      elements: [
        { type: 'button', action_id: 'go', text: plain('Go'), value: 'DR-1' },
        { type: 'overflow', action_id: 'more', options: [option('copy')] },
      ],
    },
  ];
  const posted = await stage.client.chat.postMessage({ channel, text: 'card', blocks: blocks as never });
  return String(posted.ts);
};
const press = (ts: string, extra: object = {}, channel = 'C0COMMITTEE') =>
  stage.page('action', {
    as: 'U0CISO',
    container: { type: 'message', channel, ts },
    block_id: 'row',
    action_id: 'go',
    ...extra,
  });

test('a click carries the message and the element as the app wrote them; others are refused', async () => {
  const ts = await postButtons();
  expect(await press(ts)).toEqual({ ok: true });
  expect(stage.received.at(-1)?.body).toMatchObject({
    type: 'block_actions',
    user: { id: 'U0CISO', username: 'carla.reyes', team_id: 'T0SANDBOX' },
    team: { id: 'T0SANDBOX' },
    enterprise: null,
    api_app_id: 'A0COUNTERSIGN',
    container: { type: 'message', message_ts: ts, channel_id: 'C0COMMITTEE', is_ephemeral: false },
    channel: { id: 'C0COMMITTEE', name: 'ai-governance-committee' },
    message: { ts, text: 'card', bot_id: 'B0COUNTERSIGN' },
    actions: [{ type: 'button', action_id: 'go', block_id: 'row', value: 'DR-1' }],
  });
  expect(await press(ts, { action_id: 'more', value: 'copy' })).toEqual({ ok: true });
  expect(stage.received.at(-1)?.body).toMatchObject({
    actions: [{ type: 'overflow', selected_option: option('copy') }],
  });
  expect(await press(ts, { action_id: 'more', value: 'invented' })).toMatchObject({ error: 'not_found' });
  expect(await press(ts, { action_id: 'approve_all' })).toMatchObject({ error: 'not_found' });
  expect(await press('1.000001')).toMatchObject({ error: 'not_found' });
  expect(await press(await postButtons('D0EMMA'), {}, 'D0EMMA')).toMatchObject({ error: 'not_found' });
});

const respond = async (body: object): Promise<Response> =>
  fetch(String(stage.received.at(-1)?.body['response_url']), { method: 'POST', body: JSON.stringify(body) });

test('a response_url replaces, deletes, answers to one or to all, five times within thirty minutes', async () => {
  const ts = await postButtons();
  await press(ts);
  expect((await respond({ text: 'only you' })).status).toBe(200);
  expect((await respond({ text: 'for all', response_type: 'in_channel' })).status).toBe(200);
  expect((await respond({ text: 'replaced', replace_original: true })).status).toBe(200);
  expect((await respond({ blocks: [{ type: 'nope' }] })).status).toBe(400);
  const { messages } = await stage.client.conversations.history({ channel: 'C0COMMITTEE' });
  expect(messages?.map((message) => message.text)).toEqual(['for all', 'replaced']);
  expect((await stage.state('U0CISO'))['ephemerals']).toMatchObject([{ text: 'only you' }]);
  expect((await respond({ delete_original: true })).status).toBe(200);
  expect((await respond({ text: 'sixth' })).status).toBe(404);
  const again = await postButtons();
  await press(again);
  clock += 30 * 60_000 + 1;
  expect(await (await respond({ text: 'late' })).json()).toMatchObject({ error: 'expired_url' });
  expect((await fetch(`${stage.url}/sandbox/response/unknown`, { method: 'POST', body: '{}' })).status).toBe(404);
});

test('an ephemeral message`s button comes without the message and can be replaced', async () => {
  const blocks = [
    { type: 'actions', block_id: 'row', elements: [{ type: 'button', action_id: 'go', text: plain('Go') }] },
  ];
  const posted = await stage.client.chat.postEphemeral({
    channel: 'C0ASK',
    user: 'U0CISO',
    text: 'e',
    blocks: blocks as never,
  });
  expect(await press(String(posted.message_ts), {}, 'C0ASK')).toEqual({ ok: true });
  expect(stage.received.at(-1)?.body).toMatchObject({ container: { is_ephemeral: true } });
  expect(stage.received.at(-1)?.body).not.toHaveProperty('message');
  await respond({ text: 'done', replace_original: true });
  expect((await stage.state('U0CISO'))['ephemerals']).toMatchObject([{ text: 'done' }]);
  await stage.page('dismiss', { as: 'U0CISO', ts: posted.message_ts });
  expect((await stage.state('U0CISO'))['ephemerals']).toEqual([]);
});

test('App Home is published per person and its buttons work', async () => {
  const view = {
    type: 'home' as const,
    blocks: [{ type: 'actions', block_id: 'row', elements: [{ type: 'button', action_id: 'go', text: plain('Go') }] }],
  };
  await stage.client.views.publish({ user_id: 'U0CISO', view: view as never });
  const home = (await stage.state('U0CISO'))['home'] as View;
  expect((await stage.state('U0EMMA'))['home']).toBeNull();
  const container = { type: 'view', view_id: home.id };
  expect(await stage.page('action', { as: 'U0CISO', container, block_id: 'row', action_id: 'go' })).toEqual({
    ok: true,
  });
  expect(stage.received.at(-1)?.body).toMatchObject({ container, view: { type: 'home', id: home.id } });
  expect(await stage.page('action', { as: 'U0EMMA', container, block_id: 'row', action_id: 'go' })).toMatchObject({
    error: 'not_found',
  });
  expect(await codeOf(stage.client.views.publish({ user_id: 'U0CISO', view: view as never, hash: 'old' }))).toBe(
    'hash_conflict',
  );
});

test('shortcuts of the manifest run, others do not', async () => {
  const ts = await postButtons('C0ASK');
  expect(await stage.page('shortcut', { as: 'U0EMMA', callback_id: 'ask', message: { channel: 'C0ASK', ts } })).toEqual(
    { ok: true },
  );
  expect(stage.received.at(-1)?.body).toMatchObject({
    type: 'message_action',
    callback_id: 'ask',
    message_ts: ts,
    message: { text: 'card' },
  });
  expect(await stage.page('shortcut', { as: 'U0EMMA', callback_id: 'deploy' })).toEqual({ ok: true });
  expect(stage.received.at(-1)?.body).toMatchObject({
    type: 'shortcut',
    callback_id: 'deploy',
    trigger_id: expect.any(String),
  });
  expect(await stage.page('shortcut', { as: 'U0EMMA', callback_id: 'other' })).toMatchObject({ error: 'not_found' });
});
