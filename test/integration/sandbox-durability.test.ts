import { type ChildProcess, spawn } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { openJournal } from '../../src/sandbox/journal.ts';
import { openStage, TOKEN, temporaryFolder } from './sandbox-fixture.ts';

const CHILD = fileURLToPath(new URL('./sandbox-child.ts', import.meta.url));

/** Starts the sandbox in a process of its own and gives its address. */
const startChild = async (dataDir: string): Promise<{ child: ChildProcess; url: string }> => {
  const child = spawn(process.execPath, [CHILD, dataDir], { stdio: ['ignore', 'pipe', 'inherit'] });
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout?.once('data', (chunk: Buffer) => resolve(chunk.toString().trim()));
    child.once('exit', (code) => reject(new Error(`the child ended with ${code}`)));
  });
  return { child, url };
};
const kill = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill('SIGKILL');
  });

test('everything acknowledged before a SIGKILL is there afterwards', async () => {
  const dataDir = temporaryFolder();
  const { child, url } = await startChild(dataDir);
  const post = async (i: number): Promise<string | null> => {
    const body = new URLSearchParams({
      token: TOKEN,
      channel: 'C0ASK',
      text: `message ${i}`,
      metadata: '{"event_type":"t","event_payload":{}}',
    });
    const response = await fetch(`${url}/sandbox/api/chat.postMessage`, { method: 'POST', body }).catch(() => null);
    return response === null ? null : (((await response.json().catch(() => ({}))) as { ts?: string }).ts ?? null);
  };
  const running = [...Array(200).keys()].map(post);
  await running[20];
  await kill(child);
  const stored = (await Promise.all(running)).filter((ts) => ts !== null);
  expect(stored.length).toBeGreaterThan(0);
  const again = await startChild(dataDir);
  const query = new URLSearchParams({ token: TOKEN, channel: 'C0ASK', limit: '1000' });
  const response = await fetch(`${again.url}/sandbox/api/conversations.history?${query}`);
  const { messages } = (await response.json()) as { messages: { ts: string }[] };
  await kill(again.child);
  const kept = new Set(messages.map((message) => message.ts));
  expect(stored.filter((ts) => !kept.has(ts))).toEqual([]);
});

test('views, ephemerals, reads, homes and groups come back after a restart', async () => {
  const dataDir = temporaryFolder();
  let stage = await openStage({ dataDir });
  const modal = { type: 'modal' as const, title: { type: 'plain_text' as const, text: 'Form' }, blocks: [] };
  stage.script = async (item) => {
    if (item.body['trigger_id'])
      await stage.client.views.open({ trigger_id: String(item.body['trigger_id']), view: modal });
    return {};
  };
  await stage.page('command', { as: 'U0EMMA', channel: 'C0ASK', text: '/governance deploy' });
  await stage.client.chat.postEphemeral({ channel: 'C0ASK', user: 'U0EMMA', text: 'only you' });
  await stage.client.views.publish({ user_id: 'U0EMMA', view: { type: 'home', blocks: [] } });
  await stage.client.conversations.open({ users: 'U0EMMA,U0MILO' });
  const { ts = '' } = await stage.client.chat.postMessage({ channel: 'C0ASK', text: 'read me' });
  await stage.client.chat.update({ channel: 'C0ASK', ts, text: 'read me now' });
  await stage.page('read', { as: 'U0EMMA', channel: 'C0ASK', ts });
  const { rev: _before, trace: _calls, ...before } = await stage.state('U0EMMA');
  await stage.close();
  stage = await openStage({ dataDir });
  const { rev: _after, trace: _none, ...after } = await stage.state('U0EMMA');
  expect(after).toEqual(before);
  const later = await stage.client.chat.postMessage({ channel: 'C0ASK', text: 'later' });
  expect(Number(later.ts)).toBeGreaterThan(Number(ts));
  await stage.close();
});

test('a torn last line is cut off; a broken line in the middle is named', async () => {
  const dataDir = temporaryFolder();
  const file = join(dataDir, 'sandbox', 'journal.jsonl');
  let stage = await openStage({ dataDir });
  await stage.client.chat.postMessage({ channel: 'C0ASK', text: 'one' });
  await stage.close();
  appendFileSync(file, '{"op":"message","mess');
  stage = await openStage({ dataDir });
  await stage.client.chat.postMessage({ channel: 'C0ASK', text: 'two' });
  await stage.close();
  stage = await openStage({ dataDir });
  const { messages } = await stage.client.conversations.history({ channel: 'C0ASK' });
  expect(messages?.map((message) => message.text)).toEqual(['two', 'one']);
  await stage.close();
  expect(statSync(file).mode & 0o777).toBe(0o600);
  writeFileSync(file, readFileSync(file, 'utf8').replace('{', '#'));
  await expect(openStage({ dataDir })).rejects.toMatchObject({
    code: 'journal_corrupt',
    message: expect.stringContaining('line 1'),
  });
});

test('compaction keeps the state, what is appended meanwhile, and leaves no temporary file', async () => {
  const folder = join(temporaryFolder(), 'sandbox');
  mkdirSync(folder, { recursive: true });
  const { journal } = openJournal(folder);
  const entry = (ts: string) => ({ op: 'read' as const, user: 'U', channel: 'C', ts });
  for (let i = 0; i < 50; i++) await journal.append([entry(`old ${i}`)]);
  // As the workspace does it: what is appended is in the state, and so in the snapshot, at once. Seen twice does no harm.
  const state = [entry('kept')];
  const compacting = journal.compact(() => [...state]);
  state.push(entry('during'));
  const appended = journal.append([entry('during')]);
  await Promise.all([compacting, appended]);
  await journal.append([entry('after')]);
  await journal.close();
  const { entries } = openJournal(folder);
  const seen = [...new Set(entries.map((line) => (line.op === 'read' ? line.ts : line.op)))];
  expect(seen).toEqual(['kept', 'during', 'after']);
  expect(existsSync(join(folder, 'journal.jsonl.new'))).toBe(false);
  await expect(journal.append([entry('closed')])).rejects.toMatchObject({ code: 'closed' });
});
