import { afterEach, beforeEach, expect, test } from 'vitest';
import { openStage, type Stage } from './sandbox-fixture.ts';

let stage: Stage;
beforeEach(async () => {
  stage = await openStage();
});
afterEach(() => stage.close());

type Frame = { readonly kind: string; readonly rev: number; readonly data: Record<string, unknown> };

/** Reads a person's stream until `enough`, and gives its changes. */
const follow = async (as: string) => {
  const abort = new AbortController();
  const response = await fetch(`${stage.url}/sandbox/stream?as=${as}`, { signal: abort.signal });
  const reader = response.body!.getReader();
  const frames: Frame[] = [];
  let text = '';
  const read = async (): Promise<void> => {
    const { value, done } = await reader.read();
    if (done) throw new Error('the stream has ended');
    text += Buffer.from(value ?? []).toString('utf8');
    const parts = text.split('\n\n');
    text = parts.pop() ?? '';
    for (const part of parts) {
      const data = /^data: (.*)$/m.exec(part)?.[1];
      if (part.includes('event: change') && data) frames.push(JSON.parse(data) as Frame);
    }
  };
  await read();
  return {
    until: async (enough: (frames: readonly Frame[]) => boolean) => {
      while (!enough(frames)) await read();
      return frames;
    },
    stop: () => abort.abort(),
    response,
  };
};

test('each person hears what they may see, in order', async () => {
  const emma = await follow('U0EMMA');
  const milo = await follow('U0MILO');
  expect(emma.response.headers.get('content-type')).toContain('text/event-stream');
  await stage.client.chat.postEphemeral({ channel: 'C0ASK', user: 'U0EMMA', text: 'secret' });
  await stage.client.chat.postMessage({ channel: 'D0EMMA', text: 'direct' });
  await stage.client.chat.postMessage({ channel: 'C0ASK', text: 'for all' });
  const last = (frames: readonly Frame[]) => frames.some((frame) => frame.data['text'] === 'for all');
  const texts = (frames: readonly Frame[]) =>
    frames.filter((f) => f.kind !== 'trace' && f.kind !== 'status').map((f) => f.data['text']);
  const heard = await emma.until(last);
  expect(texts(heard)).toEqual(['secret', 'direct', 'for all']);
  expect(texts(await milo.until(last))).toEqual(['for all']);
  const revs = heard.map((frame) => frame.rev);
  expect(revs).toEqual([...revs].sort((a, b) => a - b));
  emma.stop();
  milo.stop();
});

test('the trace ties calls to the delivery whose trigger they carry', async () => {
  const view = { type: 'modal' as const, title: { type: 'plain_text' as const, text: 'T' }, blocks: [] };
  let trigger = '';
  stage.script = (item) => {
    trigger ||= String(item.body['trigger_id'] ?? '');
    return {};
  };
  await stage.page('command', { as: 'U0EMMA', channel: 'C0ASK', text: '/governance deploy' });
  await stage.page('command', { as: 'U0MILO', channel: 'C0ASK', text: '/governance help' });
  await stage.client.views.open({ trigger_id: trigger, view });
  await stage.client.chat.postMessage({
    channel: 'C0COMMITTEE',
    text: 'x',
    metadata: { event_type: 'card', event_payload: { entry: 12 } },
  });
  expect((await stage.state('U0EMMA'))['trace']).toMatchObject([
    {
      name: '/governance deploy',
      user: 'U0EMMA',
      acks: [{ outcome: 'ok', status: 200 }],
      calls: [{ method: 'views.open', ok: true }],
    },
    {
      name: '/governance help',
      calls: [{ method: 'chat.postMessage', target: '#ai-governance-committee', evidence: '12' }],
    },
  ]);
});

test('an unknown person has no state and no stream; streams end when the sandbox closes', async () => {
  expect((await fetch(`${stage.url}/sandbox/state?as=U0NOPE`)).status).toBe(400);
  expect((await fetch(`${stage.url}/sandbox/stream?as=U0COUNTERSIGN`)).status).toBe(400);
  const emma = await follow('U0EMMA');
  await stage.sandbox.close();
  await expect(emma.until(() => false)).rejects.toThrow();
});
