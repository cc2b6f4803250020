/** Stale cards, double clicks, redelivery, an outage of Slack, refused attempts: rules 3 and 6 through the real app. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { minimalForm, openStage, type Stage } from './approval-fixture.ts';
import { approval, signedPost } from './signed-post.ts';

const SECRET = 'a-secret-of-this-test';
let stage: Stage;
beforeAll(async () => {
  stage = await openStage({ sandboxSecret: SECRET, env: { LOG_LEVEL: 'silent' } });
});
afterAll(() => stage.close());

const faults = (change: object) => stage.test.driver.post('faults', change);
const votePayload = (
  user: string,
  { id, revision }: { readonly id: string; readonly revision: { readonly hash: string } },
  view: string,
) => approval(user, view, { id, revision: revision.hash });
const post = (payload: object) => signedPost(stage.test.server.address, SECRET, { payload: JSON.stringify(payload) });

describe('the same payload twice', () => {
  it('when Slack sends a submission again, also minutes later, there is one vote', async () => {
    await stage.ask('U0MILO', 'deploy', minimalForm);
    const payload = votePayload('U0CAIO', await stage.request('DR-1'), 'V1');
    expect((await post(payload)).status).toBe(200);
    await stage.pass(60_000);
    expect((await post(payload)).status).toBe(200);
    await stage.pass(300_000);
    expect((await post(payload)).status).toBe(200);
    await stage.settle();
    const { events } = await stage.record('DR-1');
    expect(events.filter((event) => event.type.startsWith('vote.')).length).toBe(1);
    expect(await stage.refusals()).toEqual([]);
  });

  it('when somebody submits twice from two windows, the second says that it is recorded', async () => {
    const request = await stage.request('DR-1');
    await Promise.all([post(votePayload('U0CAIO', request, 'V2')), post(votePayload('U0CAIO', request, 'V3'))]);
    await stage.settle();
    expect((await stage.request('DR-1')).votes.length).toBe(1);
    expect(await stage.whispered('U0CAIO')).toContain('is recorded as it stands');
  });
});

describe('an old card', () => {
  it('when its button carries an earlier revision, the click is refused and the card drawn anew', async () => {
    const old = await stage.request('DR-1');
    await stage.ask('U0MILO', 'edit DR-1', { ...minimalForm, version: '1.4.1' });
    const card = (await stage.cards('DR-1')).at(-1);
    await post({
      type: 'block_actions',
      team: { id: 'T0SANDBOX' },
      user: { id: 'U0CISO', name: 'carla', team_id: 'T0SANDBOX' },
      api_app_id: 'A0COUNTERSIGN',
      trigger_id: 't.old',
      channel: { id: 'C0COMMITTEE', name: 'committee' },
      message: { ts: card?.ts },
      container: { type: 'message', message_ts: card?.ts, channel_id: 'C0COMMITTEE' },
      actions: [
        {
          type: 'button',
          block_id: 'b',
          action_id: 'open_vote',
          action_ts: '1.1',
          value: JSON.stringify({ r: old.id, v: old.revision.hash }),
        },
      ],
    });
    await stage.settle();
    expect(await stage.whispered('U0CISO')).toContain('was revised after this card was shown');
    expect((await stage.state('U0CISO')).views).toEqual([]);
  });

  it('when the vote itself is about an earlier revision, nothing is counted', async () => {
    const request = await stage.request('DR-1');
    const old = { id: request.id, revision: { hash: 'f'.repeat(64) } };
    await post(votePayload('U0CISO', old, 'V4'));
    await stage.settle();
    expect((await stage.request('DR-1')).votes).toEqual([]);
    expect(await stage.refusals()).toContainEqual({ action: 'vote', reason: 'old_revision' });
  });
});

describe('Slack is down between the commit and the message', () => {
  it('when it is back, every message is what the state says, once', async () => {
    await faults({ outage: '503' });
    const request = await stage.request('DR-1');
    await post(votePayload('U0CAIO', request, 'V5'));
    await stage.settle();
    await post(votePayload('U0CISO', request, 'V6'));
    await stage.settle();
    expect((await stage.request('DR-1')).status).toBe('approved');
    expect(await stage.card('DR-1')).not.toContain('Approved*');
    for (let minute = 0; minute < 30; minute++) await stage.pass(60_000);
    await faults({ outage: null });
    // The longest wait between two attempts of one message is five minutes.
    await stage.pass(301_000);
    const cards = await stage.cards('DR-1');
    expect(cards.length).toBe(1);
    expect(JSON.stringify(cards)).toContain('Approved');
    expect((await stage.told('U0MILO')).filter((m) => m.includes('DR-1 is approved')).length).toBe(1);
    // A new checkpoint goes to its channel in its own time, whenever it is signed; it is none of the decision's messages.
    const open = await stage.test.database.pool.query(
      "SELECT key FROM outbox WHERE done_at IS NULL AND intent <> 'anchor'",
    );
    expect(open.rows).toEqual([]);
  });

  it('when the answer to a posted card is lost, there is still one card', async () => {
    await faults({ dropAnswerNext: 1, method: 'chat.postMessage' });
    await stage.ask('U0MILO', 'deploy', { ...minimalForm, system: 'lost-answer' });
    await faults({ dropAnswerNext: 0, method: null });
    await stage.approve('DR-2', 'U0CAIO');
    await stage.pass(180_000);
    const cards = await stage.cards('DR-2');
    expect(cards.length).toBe(1);
    expect(JSON.stringify(cards)).toContain('<@U0CAIO>');
  });

  it('when Slack limits the rate, nothing is lost', async () => {
    await faults({ rateLimitNext: 4, retryAfterSeconds: 2 });
    await post(votePayload('U0CISO', await stage.request('DR-2'), 'V7'));
    for (let i = 0; i < 6; i++) await stage.pass(10_000);
    expect((await stage.request('DR-2')).status).toBe('approved');
    expect(JSON.stringify(await stage.cards('DR-2'))).toContain('Approved');
  });
});

describe('a form that Slack did not open in time', () => {
  it('when the trigger is too old by then, the person is told to press again', async () => {
    await stage.ask('U0MILO', 'deploy', { ...minimalForm, system: 'clicked-on' });
    await faults({ rateLimitNext: 1, retryAfterSeconds: 2, method: 'views.open' });
    await stage.command('U0CAIO', 'vote DR-3');
    await stage.pass(5_000);
    await faults({ rateLimitNext: 0, method: null });
    expect((await stage.state('U0CAIO')).views).toEqual([]);
    expect(await stage.whispered('U0CAIO')).toContain('press again');
  });
});

describe('refused attempts', () => {
  it('when somebody without a role clicks a hundred times, they are answered, and twenty rows a minute are kept', async () => {
    const before = (await stage.record('DR-3')).events.length;
    for (let i = 0; i < 60; i++) await stage.press('U0EMMA', 'open_vote');
    expect(await stage.whispered('U0EMMA')).toContain('Your roles do not decide on DR-3');
    const kept = (await stage.refusals()).filter((r) => r.reason === 'role_missing');
    expect(kept.length).toBe(20);
    expect((await stage.record('DR-3')).events.length).toBe(before);
  });

  it('when the server restarts between a card and its click, the first click is answered', async () => {
    await stage.restart();
    await stage.press('U0EMMA', 'open_vote');
    expect(await stage.whispered('U0EMMA')).toContain('Your roles do not decide on DR-3');
    await stage.press('U0CAIO', 'open_vote');
    expect((await stage.view('U0CAIO')).callback_id).toBe('vote');
  });
});
