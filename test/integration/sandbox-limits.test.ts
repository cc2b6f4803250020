import { afterAll, beforeAll, expect, test } from 'vitest';
import { openStage, type Stage } from './sandbox-fixture.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

const plain = (length: number) => ({ type: 'plain_text', text: 'x'.repeat(length) });
const mrkdwn = (length: number) => ({ type: 'mrkdwn', text: 'x'.repeat(length) });
const button = (extra: object = {}) => ({ type: 'button', action_id: 'a', text: plain(3), ...extra });
const select = (count: number) => ({
  type: 'static_select',
  action_id: 's',
  options: [...Array(count).keys()].map((i) => ({ text: plain(2), value: `v${i}` })),
});

/** Code and first pointer of what Slack would say to these blocks in a message. */
const post = async (blocks: readonly object[]): Promise<string> => {
  try {
    await stage.client.chat.postMessage({ channel: 'C0ASK', text: 't', blocks: blocks as never });
    return 'ok';
  } catch (error) {
    const { data } = error as { data: { error: string; response_metadata?: { messages?: string[] } } };
    const pointer = /json-pointer:(\S+)\]/.exec(data.response_metadata?.messages?.[0] ?? '')?.[1];
    return pointer ? `${data.error} ${pointer}` : data.error;
  }
};

test.each<[string, readonly object[], string]>([
  ['50 blocks', Array(50).fill({ type: 'divider' }), 'ok'],
  ['51 blocks', Array(51).fill({ type: 'divider' }), 'invalid_blocks /blocks'],
  ['section of 3000', [{ type: 'section', text: mrkdwn(3000) }], 'ok'],
  ['section of 3001', [{ type: 'section', text: mrkdwn(3001) }], 'invalid_blocks /blocks/0/text/text'],
  ['empty section', [{ type: 'section', text: mrkdwn(0) }], 'invalid_blocks /blocks/0/text/text'],
  ['section without text', [{ type: 'section' }], 'invalid_blocks /blocks/0'],
  ['11 fields', [{ type: 'section', fields: Array(11).fill(mrkdwn(1)) }], 'invalid_blocks /blocks/0/fields'],
  ['field of 2001', [{ type: 'section', fields: [mrkdwn(2001)] }], 'invalid_blocks /blocks/0/fields/0/text'],
  ['header of 151', [{ type: 'header', text: plain(151) }], 'invalid_blocks /blocks/0/text/text'],
  ['mrkdwn header', [{ type: 'header', text: mrkdwn(5) }], 'invalid_blocks /blocks/0/text/type'],
  [
    '11 context elements',
    [{ type: 'context', elements: Array(11).fill(mrkdwn(1)) }],
    'invalid_blocks /blocks/0/elements',
  ],
  ['26 actions', [{ type: 'actions', elements: Array(26).fill(button()) }], 'invalid_blocks /blocks/0/elements'],
  ['button of 75', [{ type: 'actions', elements: [button({ text: plain(75) })] }], 'ok'],
  [
    'button of 76',
    [{ type: 'actions', elements: [button({ text: plain(76) })] }],
    'invalid_blocks /blocks/0/elements/0/text/text',
  ],
  [
    'button value of 2001',
    [{ type: 'actions', elements: [button({ value: 'v'.repeat(2001) })] }],
    'invalid_blocks /blocks/0/elements/0/value',
  ],
  [
    'button style',
    [{ type: 'actions', elements: [button({ style: 'blue' })] }],
    'invalid_blocks /blocks/0/elements/0/style',
  ],
  [
    'confirm title',
    [
      {
        type: 'actions',
        elements: [button({ confirm: { title: plain(101), text: plain(1), confirm: plain(1), deny: plain(1) } })],
      },
    ],
    'invalid_blocks /blocks/0/elements/0/confirm/title/text',
  ],
  ['100 options', [{ type: 'actions', elements: [select(100)] }], 'ok'],
  ['101 options', [{ type: 'actions', elements: [select(101)] }], 'invalid_blocks /blocks/0/elements/0/options'],
  ['no options', [{ type: 'actions', elements: [select(0)] }], 'invalid_blocks /blocks/0/elements/0/options'],
  [
    'text input among actions',
    [{ type: 'actions', elements: [{ type: 'plain_text_input', action_id: 'x' }] }],
    'invalid_blocks /blocks/0/elements/0/type',
  ],
  ['block_id of 256', [{ type: 'divider', block_id: 'b'.repeat(256) }], 'invalid_blocks /blocks/0/block_id'],
  [
    'same block_id twice',
    [
      { type: 'divider', block_id: 'b' },
      { type: 'divider', block_id: 'b' },
    ],
    'invalid_blocks /blocks/1/block_id',
  ],
  ['unknown block', [{ type: 'marquee' }], 'invalid_blocks /blocks/0/type'],
  ['alert in a message', [{ type: 'alert', text: plain(3) }], 'invalid_blocks /blocks/0/type'],
  ['markdown of 12001', [{ type: 'markdown', text: 'm'.repeat(12_001) }], 'invalid_blocks /blocks/0/text'],
  ['card body of 201', [{ type: 'card', title: mrkdwn(3), body: mrkdwn(201) }], 'invalid_blocks /blocks/0/body/text'],
  [
    'nested too',
    [{ type: 'container', title: plain(3), child_blocks: [{ type: 'section', text: mrkdwn(3001) }] }],
    'invalid_blocks /blocks/0/child_blocks/0/text/text',
  ],
  [
    'table of 21 columns',
    [{ type: 'table', rows: [Array(21).fill({ type: 'raw_text', text: 'c' })] }],
    'invalid_blocks /blocks/0/rows/0',
  ],
  ['12,000 characters in all', Array(4).fill({ type: 'section', text: mrkdwn(3000) }), 'ok'],
  ['15,000 characters in all', Array(5).fill({ type: 'section', text: mrkdwn(3000) }), 'msg_blocks_too_long'],
])('a message with %s: %#', async (_name, blocks, expected) => {
  expect(await post(blocks)).toBe(expected);
});

test('text beyond 40,000 characters is cut; blocks and metadata that are no JSON are refused', async () => {
  const posted = await stage.client.chat.postMessage({ channel: 'C0ASK', text: 'y'.repeat(50_000) });
  expect(posted.message?.text).toHaveLength(40_000);
  const call = (extra: object) => stage.client.apiCall('chat.postMessage', { channel: 'C0ASK', text: 't', ...extra });
  await expect(call({ blocks: '{' })).rejects.toMatchObject({ data: { error: 'invalid_blocks_format' } });
  await expect(call({ blocks: '{}' })).rejects.toMatchObject({ data: { error: 'invalid_blocks_format' } });
  await expect(call({ metadata: '{"event_type":1}' })).rejects.toMatchObject({
    data: { error: 'invalid_metadata_format' },
  });
});

const view = (extra: object = {}) => ({ type: 'modal', title: plain(24), blocks: [], ...extra });
const open = async (candidate: object): Promise<string> => {
  stage.script = async (item) => {
    const trigger_id = String(item.body['trigger_id']);
    const result = await stage.client.views.open({ trigger_id, view: candidate as never }).catch((error) => error.data);
    const messages = (result.response_metadata?.messages ?? []) as string[];
    const said = result.ok ? 'ok' : `${result.error} ${/json-pointer:(\S+)\]/.exec(messages[0] ?? '')?.[1] ?? ''}`;
    outcome = said.trim();
    return {};
  };
  let outcome = '';
  await stage.page('command', { as: 'U0MILO', channel: 'C0ASK', text: '/governance' });
  return outcome;
};
const input = { type: 'input', label: plain(3), element: { type: 'plain_text_input', action_id: 'v' } };

test.each<[string, object, string]>([
  ['a title of 24', view(), 'ok'],
  ['a title of 25', view({ title: plain(25) }), 'invalid_arguments /view/title/text'],
  ['no title', view({ title: undefined }), 'invalid_arguments /view'],
  ['a submit of 25', view({ submit: plain(25) }), 'invalid_arguments /view/submit/text'],
  ['an input without submit', view({ blocks: [input] }), 'invalid_arguments /view'],
  ['an input with submit', view({ blocks: [input], submit: plain(4) }), 'ok'],
  [
    'private_metadata of 3001',
    view({ private_metadata: 'p'.repeat(3001) }),
    'invalid_arguments /view/private_metadata',
  ],
  ['a callback_id of 256', view({ callback_id: 'c'.repeat(256) }), 'invalid_arguments /view/callback_id'],
  ['100 blocks', view({ blocks: Array(100).fill({ type: 'divider' }) }), 'ok'],
  ['101 blocks', view({ blocks: Array(101).fill({ type: 'divider' }) }), 'invalid_arguments /view/blocks'],
  ['a markdown block', view({ blocks: [{ type: 'markdown', text: 'x' }] }), 'invalid_arguments /view/blocks/0/type'],
  ['a home view', { type: 'home', blocks: [] }, 'invalid_arguments /view/type'],
  ['250 kB', view({ private_metadata: 'p'.repeat(251_000) }), 'view_too_large'],
])('a modal with %s', async (_name, candidate, expected) => {
  expect(await open(candidate)).toBe(expected);
});
