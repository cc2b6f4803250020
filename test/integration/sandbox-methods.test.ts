import { WebClient } from '@slack/web-api';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openStage, type Stage, TOKEN } from './sandbox-fixture.ts';

let stage: Stage;
beforeEach(async () => {
  stage = await openStage();
});
afterEach(() => stage.close());

/** Slack's code of a refused call. */
const codeOf = async (call: Promise<unknown>): Promise<string> => {
  try {
    await call;
    return 'ok';
  } catch (error) {
    return (error as { data?: { error?: string } }).data?.error ?? String(error);
  }
};
const raw = async (method: string, init: RequestInit) =>
  (await (await fetch(`${stage.url}/sandbox/api/${method}`, { method: 'POST', ...init })).json()) as Record<
    string,
    unknown
  >;

test('a token is needed, in the header or the body; unknown methods and unreadable bodies are refused', async () => {
  expect(await raw('auth.test', {})).toEqual({ ok: false, error: 'not_authed' });
  expect(await raw('auth.test', { headers: { authorization: 'Bearer xoxb-other' } })).toMatchObject({
    error: 'invalid_auth',
  });
  expect(await raw('auth.test', { body: new URLSearchParams({ token: TOKEN }) })).toMatchObject({ ok: true });
  const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' };
  expect(await raw('no.such', { headers, body: '{}' })).toMatchObject({ error: 'unknown_method' });
  expect(await raw('toString', { headers, body: '{}' })).toMatchObject({ error: 'unknown_method' });
  expect(await raw('auth.test', { headers, body: '[1' })).toMatchObject({ error: 'invalid_post_type' });
  expect(await raw('chat.postMessage', { headers, body: '{"channel":"C0ASK","text":"json"}' })).toMatchObject({
    ok: true,
  });
  expect(await codeOf(new WebClient('bad', { slackApiUrl: `${stage.url}/sandbox/api/` }).auth.test())).toBe(
    'invalid_auth',
  );
});

test('the same client_msg_id stores one message', async () => {
  const send = () => stage.client.apiCall('chat.postMessage', { channel: 'C0ASK', text: 'once', client_msg_id: 'a-1' });
  const [first, second] = [await send(), await send()];
  expect(first).toMatchObject({ ok: true, ts: expect.any(String) });
  expect(second).toMatchObject({ ts: first?.['ts' as keyof typeof first] });
  expect((await stage.client.conversations.history({ channel: 'C0ASK' })).messages).toHaveLength(1);
});

test('messages are updated, deleted and linked to; those of people are not the app`s to change', async () => {
  const { ts = '' } = await stage.client.chat.postMessage({
    channel: '#ask-governance',
    text: 'a',
    blocks: [{ type: 'divider' }],
  });
  const updated = await stage.client.chat.update({ channel: 'C0ASK', ts, text: 'b' });
  expect(updated.message).toMatchObject({ text: 'b', edited: { user: 'U0COUNTERSIGN' } });
  expect(updated.message).not.toHaveProperty('blocks');
  const { permalink } = await stage.client.chat.getPermalink({ channel: 'C0ASK', message_ts: ts });
  expect(permalink).toBe(`${stage.url}/?channel=C0ASK&message=${ts}`);
  const typed = await stage.page('message', {
    as: 'U0EMMA',
    channel: 'C0ASK',
    text: 'mine',
    client_msg_id: 'x-000001',
  });
  const own = String(typed['ts']);
  expect(await codeOf(stage.client.chat.update({ channel: 'C0ASK', ts: own, text: 'no' }))).toBe('cant_update_message');
  expect(await codeOf(stage.client.chat.delete({ channel: 'C0ASK', ts: own }))).toBe('cant_delete_message');
  expect(await codeOf(stage.client.chat.delete({ channel: 'C0ASK', ts }))).toBe('ok');
  expect(await codeOf(stage.client.chat.update({ channel: 'C0ASK', ts, text: 'late' }))).toBe('message_not_found');
  expect(await codeOf(stage.client.chat.postMessage({ channel: 'C0NOPE', text: 'x' }))).toBe('channel_not_found');
  expect(await codeOf(stage.client.chat.postMessage({ channel: 'C0ASK' } as never))).toBe('no_text');
  expect(await codeOf(stage.client.chat.postMessage({ channel: 'C0ASK', text: 'x', thread_ts: '1.000001' }))).toBe(
    'thread_not_found',
  );
});

test('a deleted thread parent leaves its place to its replies', async () => {
  const { ts = '' } = await stage.client.chat.postMessage({ channel: 'C0ASK', text: 'parent' });
  await stage.client.chat.postMessage({ channel: 'C0ASK', text: 'reply', thread_ts: ts });
  await stage.client.chat.delete({ channel: 'C0ASK', ts });
  const { messages } = await stage.client.conversations.replies({ channel: 'C0ASK', ts });
  expect(messages).toMatchObject([
    { subtype: 'tombstone', reply_count: 1 },
    { text: 'reply', thread_ts: ts },
  ]);
});

test('history comes newest first in pages, with metadata when asked; replies only in their thread', async () => {
  const metadata = { event_type: 'card', event_payload: { outbox: 'o-1', entry: 7 } };
  const first = await stage.client.chat.postMessage({ channel: 'C0ASK', text: '1', metadata });
  await stage.client.chat.postMessage({ channel: 'C0ASK', text: '1a', thread_ts: String(first.ts) });
  for (const text of ['2', '3']) await stage.client.chat.postMessage({ channel: 'C0ASK', text });
  const page = await stage.client.conversations.history({ channel: 'C0ASK', limit: 2 });
  expect(page.messages?.map((message) => message.text)).toEqual(['3', '2']);
  const cursor = page.response_metadata?.next_cursor ?? '';
  const rest = await stage.client.conversations.history({
    channel: 'C0ASK',
    limit: 2,
    cursor,
    include_all_metadata: true,
  });
  expect(rest.messages).toMatchObject([{ text: '1', reply_count: 1, metadata }]);
  expect(rest.has_more).toBe(false);
  const without = await stage.client.conversations.history({
    channel: 'C0ASK',
    oldest: String(first.ts),
    inclusive: true,
  });
  expect(without.messages?.at(-1)).not.toHaveProperty('metadata');
  const later = await stage.client.conversations.history({ channel: 'C0ASK', oldest: String(first.ts) });
  expect(later.messages).toHaveLength(2);
});

test('an ephemeral message is seen by one person and not in the history', async () => {
  await stage.client.chat.postEphemeral({ channel: 'C0COMMITTEE', user: 'U0MILO', text: 'only you' });
  expect((await stage.state('U0MILO'))['ephemerals']).toMatchObject([{ text: 'only you' }]);
  expect((await stage.state('U0EMMA'))['ephemerals']).toEqual([]);
  expect((await stage.client.conversations.history({ channel: 'C0COMMITTEE' })).messages).toEqual([]);
  expect(await codeOf(stage.client.chat.postEphemeral({ channel: 'C0ASK', user: 'U0NO', text: 'x' }))).toBe(
    'user_not_found',
  );
  expect(await codeOf(stage.client.chat.postEphemeral({ channel: 'D0EMMA', user: 'U0MILO', text: 'x' }))).toBe(
    'user_not_in_channel',
  );
});

test('channels, people and groups can be looked up; a person`s id is their direct message', async () => {
  const opened = await stage.client.conversations.open({ users: 'U0EMMA' });
  expect(opened.channel?.id).toBe('D0EMMA');
  await stage.client.chat.postMessage({ channel: 'U0EMMA', text: 'direct' });
  expect((await stage.client.conversations.history({ channel: 'D0EMMA' })).messages).toHaveLength(1);
  expect((await stage.state('U0MILO'))['messages']).toEqual([]);
  const group = await stage.client.conversations.open({ users: 'U0EMMA,U0MILO' });
  expect((await stage.client.conversations.open({ users: 'U0MILO,U0EMMA' })).channel?.id).toBe(group.channel?.id);
  expect(await codeOf(stage.client.conversations.open({ users: 'U0GONE' }))).toBe('user_not_found');
  expect((await stage.client.conversations.info({ channel: 'C0ASK' })).channel).toMatchObject({
    name: 'ask-governance',
    is_member: true,
  });
  expect((await stage.client.conversations.list({ types: 'im' })).channels).toHaveLength(8);
  expect((await stage.client.conversations.members({ channel: 'D0EMMA' })).members).toEqual([
    'U0EMMA',
    'U0COUNTERSIGN',
  ]);
  expect((await stage.client.users.list({})).members).toHaveLength(9);
  expect((await stage.client.users.info({ user: 'U0CISO' })).user).toMatchObject({
    real_name: 'Carla Reyes',
    is_admin: true,
    profile: { title: 'CISO' },
  });
  expect((await stage.client.users.lookupByEmail({ email: 'milo.okafor@sandbox.example' })).user?.id).toBe('U0MILO');
  const groups = await stage.client.usergroups.list({ include_users: true });
  const id = String(groups.usergroups?.[0]?.id);
  expect((await stage.client.usergroups.users.list({ usergroup: id })).users).toContain('U0CISO');
});

test('reactions, prompts and status are shown', async () => {
  const { ts = '' } = await stage.client.chat.postMessage({ channel: 'C0ASK', text: 'x' });
  await stage.client.reactions.add({ channel: 'C0ASK', timestamp: ts, name: 'white_check_mark' });
  expect(await codeOf(stage.client.reactions.add({ channel: 'C0ASK', timestamp: ts, name: 'white_check_mark' }))).toBe(
    'already_reacted',
  );
  const prompts: [{ title: string; message: string }] = [{ title: 'Who?', message: 'Who approves?' }];
  await stage.client.assistant.threads.setSuggestedPrompts({ channel_id: 'D0EMMA', prompts });
  await stage.client.assistant.threads.setStatus({ channel_id: 'D0EMMA', thread_ts: '', status: 'is thinking...' });
  const state = await stage.state('U0EMMA');
  expect(state['messages']).toMatchObject([{ reactions: [{ name: 'white_check_mark', users: ['U0COUNTERSIGN'] }] }]);
  expect(state['prompts']).toMatchObject({ D0EMMA: { prompts } });
  expect((await stage.state('U0MILO'))['prompts']).toEqual({});
});

test('a streamed message grows and is finished with blocks', async () => {
  const { ts = '' } = await stage.client.chat.postMessage({ channel: 'D0EMMA', text: 'q' });
  const started = await stage.client.apiCall('chat.startStream', {
    channel: 'D0EMMA',
    thread_ts: ts,
    markdown_text: '**a',
  });
  const place = { channel: 'D0EMMA', ts: String((started as { ts?: string }).ts) };
  await stage.client.apiCall('chat.appendStream', { ...place, chunks: [{ type: 'markdown_text', text: 'b**' }] });
  await stage.client.apiCall('chat.stopStream', { ...place, blocks: [{ type: 'divider' }] });
  const { messages } = await stage.client.conversations.replies({ channel: 'D0EMMA', ts });
  expect(messages?.[1]).toMatchObject({
    text: '**ab**',
    blocks: [{ type: 'markdown', text: '**ab**' }, { type: 'divider' }],
  });
  expect(await codeOf(stage.client.apiCall('chat.appendStream', { ...place, markdown_text: 'x' }))).toBe(
    'message_not_in_streaming_state',
  );
});

test('older messages come in pages', async () => {
  for (let i = 0; i < 130; i++) await stage.client.chat.postMessage({ channel: 'C0EVIDENCE', text: String(i) });
  const state = await stage.state('U0EMMA');
  const messages = state['messages'] as { ts: string; text: string }[];
  expect(messages).toHaveLength(100);
  expect(state['more']).toEqual(['C0EVIDENCE']);
  const response = await fetch(`${stage.url}/sandbox/older?as=U0EMMA&channel=C0EVIDENCE&before=${messages[0]!.ts}`);
  const older = (await response.json()) as { messages: { text: string }[]; more: boolean };
  expect(older.messages.map((message) => message.text)).toEqual([...Array(30).keys()].map(String));
  expect(older.more).toBe(false);
});
