/** Payloads that are not Slack's, or not now's, or another workspace's: refused at the door, and nothing is stored. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { minimalForm, openStage, type Stage } from '../integration/approval-fixture.ts';
import { type SignedPostOptions, signedPost } from '../integration/signed-post.ts';

const SECRET = 'the-secret-of-this-test';
let stage: Stage;
beforeAll(async () => {
  stage = await openStage({ sandboxSecret: SECRET, env: { LOG_LEVEL: 'silent' } });
});
afterAll(() => stage.close());

const stored = async (): Promise<number> => {
  const { rows } = await stage.test.database.pool.query('SELECT count(*)::int AS n FROM inbox');
  return (rows[0] as { n: number }).n;
};
const command = (team = 'T0SANDBOX') => ({
  team_id: team,
  channel_id: 'C0ASK',
  user_id: 'U0EMMA',
  user_name: 'emma',
  command: '/governance',
  text: 'status',
  api_app_id: 'A0COUNTERSIGN',
  trigger_id: 'trigger.1',
});
const event = (id: string, team = 'T0SANDBOX') =>
  JSON.stringify({
    type: 'event_callback',
    team_id: team,
    api_app_id: 'A0COUNTERSIGN',
    event_id: id,
    event_time: 1,
    authorizations: [{ team_id: team, user_id: 'U0COUNTERSIGN', is_bot: true }],
    event: {
      type: 'message',
      channel: 'D0EMMA',
      channel_type: 'im',
      user: 'U0EMMA',
      ts: '1795251600.000100',
      text: 'who owns rollback?',
    },
  });
const post = (body: Parameters<typeof signedPost>[2], options: SignedPostOptions = {}) =>
  signedPost(stage.test.server.address, SECRET, body, options);

/** Posts, and says whether it was refused with nothing stored. */
async function refused(body: Parameters<typeof signedPost>[2], options: SignedPostOptions = {}) {
  const before = await stored();
  const answer = await post(body, options);
  await stage.settle();
  return { status: answer.status, refused: answer.status >= 400, kept: (await stored()) - before };
}

describe('at the door', () => {
  it('when the payload is signed and of now, it is stored', async () => {
    const before = await stored();
    expect((await post(command())).status).toBe(200);
    expect(await stored()).toBe(before + 1);
  });

  it.each([
    ['unsigned', { signature: null }],
    ['signed with another secret', { signature: `v0=${'0'.repeat(64)}` }],
    ['with a signature of another length', { signature: 'v0=ab' }],
    ['six minutes old', { skewSeconds: -360 }],
    ['six minutes in the future', { skewSeconds: 360 }],
    ['without a time', { headers: { 'x-slack-request-timestamp': '' } }],
    ['with a time that is no number', { headers: { 'x-slack-request-timestamp': 'soon' } }],
  ])('when a command is %s, it is refused and nothing is stored', async (_name, options) => {
    expect(await refused(command(), options)).toMatchObject({ refused: true, kept: 0 });
  });

  it('when the body was changed after it was signed, it is refused', async () => {
    const { createHmac } = await import('node:crypto');
    const stamp = Math.floor(stage.now().getTime() / 1000);
    const raw = new URLSearchParams(command()).toString();
    const signature = `v0=${createHmac('sha256', SECRET).update(`v0:${stamp}:${raw}`).digest('hex')}`;
    const changed = { ...command(), user_id: 'U0CISO' };
    expect(await refused(changed, { signature })).toMatchObject({ refused: true, kept: 0 });
  });

  it('when it comes from another workspace, it is refused and nothing is stored', async () => {
    expect(await refused(command('T0OTHER'))).toMatchObject({ kept: 0 });
    expect(await refused(event('Ev0OTHER', 'T0OTHER'))).toMatchObject({ kept: 0 });
  });

  it.each([
    ['signed', {}],
    ['unsigned', { signature: null }],
  ])('when a %s body is no JSON, it is refused', async (_name, options) => {
    expect(await refused('{"type":', options)).toMatchObject({ refused: true, kept: 0 });
  });
});

describe('the same payload again', () => {
  it('when Slack retries an event, it is stored and answered once', async () => {
    const before = await stored();
    for (const retry of [null, '1', '2', '3']) {
      const headers = retry === null ? {} : { 'x-slack-retry-num': retry, 'x-slack-retry-reason': 'http_timeout' };
      expect((await post(event('Ev0ONE'), { headers })).status).toBe(200);
      await stage.pass(120_000);
    }
    expect(await stored()).toBe(before + 1);
    const { messages } = await stage.state('U0EMMA');
    expect(messages.filter((m) => m.channel === 'D0EMMA' && m.user === 'U0COUNTERSIGN').length).toBe(1);
  });

  it('when a recorded command is played again within its five minutes, nothing happens twice', async () => {
    await stage.ask('U0MILO', 'deploy', minimalForm);
    const before = await stored();
    expect((await post({ ...command(), trigger_id: 'trigger.2' })).status).toBe(200);
    expect((await post({ ...command(), trigger_id: 'trigger.2' })).status).toBe(200);
    await stage.settle();
    expect(await stored()).toBe(before + 1);
  });
});

describe('payloads that try to do more', () => {
  const interaction = (more: object) => ({
    payload: JSON.stringify({
      team: { id: 'T0SANDBOX' },
      user: { id: 'U0EMMA', name: 'emma', team_id: 'T0SANDBOX' },
      api_app_id: 'A0COUNTERSIGN',
      trigger_id: 'trigger.9',
      ...more,
    }),
  });
  const press = (action: string, value: string) =>
    interaction({
      type: 'block_actions',
      channel: { id: 'C0COMMITTEE', name: 'c' },
      container: { type: 'message', message_ts: '1795251600.000100', channel_id: 'C0COMMITTEE' },
      actions: [{ type: 'button', block_id: 'b', action_id: action, action_ts: '1.1', value }],
    });

  it('when a button carries nonsense, it is acknowledged and changes nothing', async () => {
    const before = (await stage.record('DR-1')).events.length;
    for (const value of ['', '{', '[]', 'null', '{"r":1}', JSON.stringify({ r: "x' OR 1=1", v: '' })])
      for (const action of ['open_vote', 'open_suspend', 'do_confirm_meeting', 'open_nothing', 'value'])
        expect((await post(press(action, value))).status).toBe(200);
    await stage.settle();
    expect((await stage.record('DR-1')).events.length).toBe(before);
    expect((await stage.test.server.core.stores.inbox.counts()).dead).toBe(0);
  });

  it('when a form is sent that nobody opened, its checks are those of the desk', async () => {
    const { id, revision } = await stage.request('DR-1');
    const about = JSON.stringify({ r: id, v: revision.hash, n: 'n'.repeat(20), p: 1, c: ['c1'] });
    for (const form of ['vote', 'suspend', 'revoke', 'close', 'settle', 'raise_tier', 'accept_conditions', 'withdraw'])
      await post(
        interaction({
          type: 'view_submission',
          view: {
            id: `V-${form}`,
            hash: '1.1',
            type: 'modal',
            callback_id: form,
            private_metadata: about,
            previous_view_id: null,
            state: {
              values: {
                choice: { value: { type: 'radio_buttons', selected_option: { value: 'approve' } } },
                text: { value: { type: 'plain_text_input', value: 'please' } },
                tier: { value: { type: 'static_select', selected_option: { value: 'high' } } },
                answer: { value: { type: 'radio_buttons', selected_option: { value: 'accept' } } },
              },
            },
          },
        }),
      );
    await stage.settle();
    const request = await stage.request('DR-1');
    expect(request).toMatchObject({ status: 'submitted', votes: [], suspension: null });
    const reasons = new Set((await stage.refusals()).map((r) => r.reason));
    expect([...reasons].every((reason) => !['invalid'].includes(reason))).toBe(true);
    expect(reasons.has('role_missing')).toBe(true);
  });
});

// Last, because the connection on which it was refused cannot be used again.
describe('too much at once', () => {
  it('when the body is larger than a payload ever is, it is refused', async () => {
    expect(await refused({ ...command(), text: 'x'.repeat(1_200_000) })).toMatchObject({ refused: true, kept: 0 });
  });
});
