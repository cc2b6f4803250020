import type { AppScript, Stage } from '../integration/sandbox-fixture.ts';

const plain = (text: string) => ({ type: 'plain_text' as const, text });
const mrkdwn = (text: string) => ({ type: 'mrkdwn' as const, text });
const option = (text: string, value: string) => ({ text: plain(text), value });

/** The three-step look of a request form, with every kind of field the real one uses. */
const formView = {
  type: 'modal' as const,
  callback_id: 'deploy',
  title: plain('Request a deployment'),
  submit: plain('Send request'),
  close: plain('Cancel'),
  notify_on_close: true,
  blocks: [
    { type: 'context', elements: [mrkdwn('*Step 1 of 3* · What is it?')] },
    {
      type: 'input',
      block_id: 'system',
      label: plain('System'),
      hint: plain('The name people know it by.'),
      element: { type: 'plain_text_input', action_id: 'v', placeholder: plain('credit-scoring'), max_length: 80 },
    },
    {
      type: 'input',
      block_id: 'digest',
      label: plain('Artefact digest'),
      element: { type: 'plain_text_input', action_id: 'v', placeholder: plain('sha256:...') },
    },
    {
      type: 'input',
      block_id: 'environment',
      label: plain('Environment'),
      dispatch_action: true,
      element: {
        type: 'static_select',
        action_id: 'env',
        placeholder: plain('Choose one'),
        options: [option('Production', 'production'), option('Staging', 'staging'), option('Pilot', 'pilot')],
      },
    },
    {
      type: 'input',
      block_id: 'personal',
      label: plain('Does it use personal data?'),
      element: { type: 'radio_buttons', action_id: 'v', options: [option('Yes', 'yes'), option('No', 'no')] },
    },
    {
      type: 'input',
      block_id: 'owner',
      label: plain('System owner'),
      element: { type: 'users_select', action_id: 'v', placeholder: plain('Choose a person') },
    },
    {
      type: 'input',
      block_id: 'affects',
      optional: true,
      label: plain('It affects'),
      element: {
        type: 'multi_static_select',
        action_id: 'v',
        placeholder: plain('Choose any'),
        options: [option('Customers', 'customers'), option('Employees', 'employees'), option('The public', 'public')],
      },
    },
    {
      type: 'input',
      block_id: 'until',
      optional: true,
      label: plain('Valid until'),
      element: { type: 'datepicker', action_id: 'v' },
    },
    {
      type: 'input',
      block_id: 'purpose',
      label: plain('Purpose'),
      element: { type: 'plain_text_input', action_id: 'v', multiline: true },
    },
    {
      type: 'input',
      block_id: 'link',
      optional: true,
      label: plain('Link to the evaluation'),
      element: { type: 'url_text_input', action_id: 'v' },
    },
    {
      type: 'input',
      block_id: 'checks',
      optional: true,
      label: plain('Confirmed'),
      element: {
        type: 'checkboxes',
        action_id: 'v',
        options: [{ ...option('Rollback was rehearsed', 'rollback'), description: plain('WP-2.6.4') }],
      },
    },
  ],
};

const card = (votes: readonly string[]) => [
  { type: 'header', text: plain('DR-12  Deploy credit-scoring 2.1 to production') },
  {
    type: 'section',
    text: mrkdwn(
      'Asked by <@U0MILO> for the model team · decide by <!date^1795737600^{date_short_pretty} {time}|Thursday>\nScores applications of *new* customers; a person decides in every case.',
    ),
    accessory: {
      type: 'overflow',
      action_id: 'more',
      options: [option('Copy link', 'copy'), option('Withdraw', 'withdraw')],
    },
  },
  {
    type: 'section',
    fields: [
      mrkdwn('*Tier*\nHigh: affects people, personal data'),
      mrkdwn('*Evidence*\n7 of 8: rollback plan missing (`WP-2.6.4`)'),
      mrkdwn(`*Approved*\n${votes.length === 0 ? 'Nobody yet' : votes.map((id) => `<@${id}>`).join(', ')}`),
      mrkdwn('*Still needed*\nChief AI Officer, one of Legal Team'),
    ],
  },
  {
    type: 'context',
    elements: [mrkdwn('Policy `3f9a1c2e` · :seal: evidence entry 41 · <https://example.com/?a=1&amp;b=2|Details>')],
  },
  {
    type: 'actions',
    block_id: 'vote',
    elements: [
      { type: 'button', action_id: 'review', style: 'primary', text: plain('Review and vote'), value: 'DR-12' },
      { type: 'button', action_id: 'info', text: plain('Ask for information') },
      {
        type: 'button',
        action_id: 'reject',
        style: 'danger',
        text: plain('Reject'),
        confirm: {
          title: plain('Reject DR-12?'),
          text: mrkdwn('The requester is told *why*.'),
          confirm: plain('Reject'),
          deny: plain('Keep open'),
          style: 'danger',
        },
      },
    ],
  },
];

const answer = [
  {
    type: 'section',
    text: mrkdwn('*Head of AI Operations* or *Chief Technology Officer* is accountable for canary releases.'),
  },
  { type: 'section', text: mrkdwn('The whitepaper recommends this (reference). Here: held by <@U0CTO>.') },
  {
    type: 'context',
    elements: [mrkdwn('Responsible DevOps Team · Consulted QA Team · Informed Product Management Team')],
  },
  {
    type: 'actions',
    elements: [
      { type: 'button', action_id: 'source', text: plain('WP-2.6.1 Canary releases'), value: 'WP-2.6.1' },
      { type: 'button', action_id: 'all', text: plain('Show all sources') },
    ],
  },
  {
    type: 'context_actions',
    elements: [
      {
        type: 'feedback_buttons',
        action_id: 'helpful',
        positive_button: { text: plain('Helpful'), value: 'yes' },
        negative_button: { text: plain('Not helpful'), value: 'no' },
      },
    ],
  },
];

const passage = {
  type: 'modal' as const,
  title: plain('WP-2.6.1'),
  close: plain('Close'),
  blocks: [
    { type: 'section', text: mrkdwn('*Canary releases* · whitepaper, 1st edition · reference') },
    {
      type: 'section',
      text: mrkdwn('> Responsibility for the release in small steps lies with operations.\nHash `9c1d`'),
    },
    { type: 'header', text: plain('Head of AI Operations <!channel> *is* & stays') },
    { type: 'section', text: mrkdwn('Typed by someone: &lt;!channel&gt; &amp; <javascript:alert(1)|no link>') },
  ],
};

const home = {
  type: 'home' as const,
  blocks: [
    { type: 'header', text: plain('Waiting for you') },
    {
      type: 'section',
      text: mrkdwn('*DR-12* credit-scoring 2.1 · decide by Thursday 17:00'),
      accessory: { type: 'button', action_id: 'review', text: plain('Review and vote'), style: 'primary' },
    },
    { type: 'divider' },
    { type: 'header', text: plain('Ask something') },
    {
      type: 'actions',
      elements: [
        { type: 'button', action_id: 'ask1', text: plain('Who approves a deployment?') },
        { type: 'button', action_id: 'ask2', text: plain('What does POL-4.4 require?') },
      ],
    },
  ],
};

/** What the scripted app does: the parts of Countersign that the page must be able to show. */
export const playApp = (stage: Stage): AppScript => {
  const { client } = stage;
  const blocks = (value: unknown) => value as never;
  return async ({ body }) => {
    const event = (body['event'] ?? {}) as Record<string, string>;
    const actions = (body['actions'] ?? []) as { action_id: string }[];
    const trigger_id = String(body['trigger_id'] ?? '');
    if (event['type'] === 'message' && event['channel_type'] === 'channel') {
      const thread_ts = String(event['ts']);
      await client.chat.postMessage({
        channel: String(event['channel']),
        thread_ts,
        text: 'Head of AI Operations is accountable.',
        blocks: blocks(answer),
      });
    }
    if (event['type'] === 'message' && event['channel_type'] === 'im') {
      await client.chat.postMessage({
        channel: String(event['channel']),
        text: 'You said so',
        blocks: blocks([
          { type: 'markdown', text: '**Noted.** The list:\n\n- one\n- two' },
          {
            type: 'table',
            rows: [
              [
                { type: 'raw_text', text: 'Letter' },
                { type: 'raw_text', text: 'Role' },
              ],
              [
                { type: 'raw_text', text: 'A' },
                { type: 'raw_text', text: 'Head of AI Operations' },
              ],
            ],
          },
          {
            type: 'rich_text',
            elements: [
              {
                type: 'rich_text_section',
                elements: [
                  { type: 'text', text: 'Rich ', style: { bold: true } },
                  { type: 'user', user_id: 'U0CTO' },
                  { type: 'text', text: ' <!channel>' },
                ],
              },
            ],
          },
        ]),
      });
    }
    if (event['type'] === 'app_home_opened' && event['tab'] === 'home')
      await client.views.publish({ user_id: String(event['user']), view: home as never });
    if (event['type'] === 'app_home_opened') {
      const prompts: [{ title: string; message: string }] = [
        { title: 'Who approves?', message: 'Who approves a deployment?' },
      ];
      await client.assistant.threads.setSuggestedPrompts({ channel_id: String(event['channel']), prompts });
    }
    if (body['command'] === '/governance') await client.views.open({ trigger_id, view: formView as never });
    if (body['type'] === 'view_submission') {
      const values = (body['view'] as { state: { values: Record<string, Record<string, { value: string }>> } }).state
        .values;
      if (!values['digest']?.['v']?.value.startsWith('sha256:')) {
        return {
          body: {
            response_action: 'errors',
            errors: { digest: 'A digest starts with sha256: and has 64 hex digits.' },
          },
        };
      }
      const metadata = { event_type: 'request', event_payload: { entry: 41 } };
      await client.chat.postMessage({ channel: 'C0COMMITTEE', text: 'DR-12', blocks: blocks(card([])), metadata });
    }
    const [action] = actions;
    if (action?.action_id === 'source') await client.views.open({ trigger_id, view: passage as never });
    if (action?.action_id === 'reject' || action?.action_id === 'review') {
      const user = (body['user'] as { id: string }).id;
      await client.chat.postEphemeral({
        channel: 'C0COMMITTEE',
        user,
        text: 'You asked for *DR-12*, so you cannot vote on it (separation of duties, POL-5.1). Waiting for: Chief AI Officer.',
      });
    }
    return {};
  };
};
