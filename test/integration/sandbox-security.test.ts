import { mkdirSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { guard } from '../../src/sandbox/http.ts';
import { openStage, type Stage, TOKEN, temporaryFolder } from './sandbox-fixture.ts';

let stage: Stage;
beforeAll(async () => {
  const pageDir = temporaryFolder();
  mkdirSync(join(pageDir, 'assets'));
  writeFileSync(join(pageDir, 'index.html'), '<!doctype html><div id="root"></div>');
  writeFileSync(join(pageDir, 'assets', 'index-abc.js'), 'void 0;');
  writeFileSync(join(pageDir, 'secret.js'), 'secret');
  stage = await openStage({ pageDir });
});
afterAll(() => stage.close());

type Sent = { readonly status: number; readonly headers: Record<string, unknown>; readonly body: string };

/** A request with headers that fetch would not let through. */
const send = (method: string, path: string, headers: Record<string, string> = {}, body = ''): Promise<Sent> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(stage.url);
    const req = request({ hostname, port, method, path, headers }, (res) => {
      const chunks: Buffer[] = [];
      res.on('data', (chunk: Buffer) => chunks.push(chunk));
      res.on('end', () =>
        resolve({ status: res.statusCode ?? 0, headers: res.headers, body: Buffer.concat(chunks).toString() }),
      );
    });
    req.on('error', reject);
    req.end(body);
  });
const json = { 'content-type': 'application/json' };
const message = JSON.stringify({ as: 'U0EMMA', channel: 'C0ASK', text: 'x', client_msg_id: '12345678' });

test.each<[string, string, string, Record<string, string>, string]>([
  ['a foreign host (DNS rebinding)', 'GET', '/', { host: 'evil.example' }, 'host_not_allowed'],
  ['a foreign host for data', 'GET', '/sandbox/state?as=U0EMMA', { host: 'evil.example:3000' }, 'host_not_allowed'],
  [
    'a post of another site',
    'POST',
    '/sandbox/message',
    { ...json, origin: 'https://evil.example' },
    'origin_not_allowed',
  ],
  [
    'a post of a page on another port',
    'POST',
    '/sandbox/message',
    { ...json, origin: 'http://127.0.0.1:1' },
    'origin_not_allowed',
  ],
  [
    'a post without an origin of its own',
    'POST',
    '/sandbox/message',
    { ...json, origin: 'null' },
    'origin_not_allowed',
  ],
  [
    'a form of another site with the known token',
    'POST',
    '/sandbox/api/chat.postMessage',
    { origin: 'https://evil.example', 'content-type': 'application/x-www-form-urlencoded' },
    'origin_not_allowed',
  ],
  [
    'data read by another site',
    'GET',
    '/sandbox/state?as=U0EMMA',
    { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' },
    'cross_site',
  ],
])('%s is refused', async (_name, method, path, headers, code) => {
  const body = path.includes('/api/')
    ? new URLSearchParams({ token: TOKEN, channel: 'C0ASK', text: 'x' }).toString()
    : message;
  const sent = await send(method, path, headers, method === 'POST' ? body : '');
  expect([sent.status, JSON.parse(sent.body)]).toEqual([403, { ok: false, error: code }]);
  expect((await stage.state('U0EMMA'))['messages']).toEqual([]);
});

test('only loopback peers are served', () => {
  const from = (remoteAddress: string) =>
    guard({ socket: { remoteAddress }, headers: { host: '127.0.0.1:3000' } } as never, ['127.0.0.1']);
  expect(['127.0.0.1', '::1', '::ffff:127.0.0.1', '10.0.0.1', '::ffff:10.0.0.1'].map(from)).toEqual([
    null,
    null,
    null,
    'not_loopback',
    'not_loopback',
  ]);
});

test('a host with a port is taken exactly, without one on any port; a followed link opens the page', async () => {
  const req = (host: string) => ({ socket: {}, headers: { host } }) as never;
  expect(guard(req('localhost:3000'), ['localhost:3000'])).toBeNull();
  expect(guard(req('localhost:3001'), ['localhost:3000'])).toBe('host_not_allowed');
  expect(guard(req('[::1]:3001'), ['[::1]'])).toBeNull();
  expect(guard(req('localhost.evil.example'), ['localhost'])).toBe('host_not_allowed');
  expect((await send('GET', '/', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' })).status).toBe(200);
});

test('page calls take JSON only, of bounded size, and say what is wrong', async () => {
  const type = { 'content-type': 'text/plain' };
  expect((await send('POST', '/sandbox/message', type, message)).status).toBe(415);
  expect((await send('GET', '/sandbox/message')).status).toBe(405);
  expect((await send('POST', '/sandbox/message', json, '{')).status).toBe(400);
  expect((await send('POST', '/sandbox/nothing', json, '{}')).status).toBe(404);
  expect((await send('POST', '/sandbox/constructor', json, '{}')).status).toBe(404);
  expect((await send('POST', '/sandbox/message', json, `"${'x'.repeat(1_000_001)}"`)).status).toBe(413);
  const wrong = async (body: Record<string, unknown>) =>
    ((await stage.page('message', body)) as { error: string; message: string }).message;
  expect(await wrong({ as: 'U0NOBODY', channel: 'C0ASK', text: 'x', client_msg_id: '12345678' })).toContain('as');
  expect(await wrong({ as: 'U0COUNTERSIGN', channel: 'C0ASK', text: 'x', client_msg_id: '12345678' })).toContain('as');
  expect(await wrong({ as: 'U0EMMA', channel: 'D0MILO', text: 'x', client_msg_id: '12345678' })).toContain('channel');
  expect(await wrong({ as: 'U0EMMA', channel: 'C0ASK', client_msg_id: '12345678' })).toContain('text');
});

test('the page allows no inline script and nothing from outside; assets are cached, nothing else is reachable', async () => {
  const page = await send('GET', '/');
  const policy = String(page.headers['content-security-policy']);
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("script-src 'self'");
  expect(policy).not.toMatch(/script-src[^;]*unsafe/);
  expect(page.headers).toMatchObject({
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'cache-control': 'no-cache',
  });
  const asset = await send('GET', '/sandbox/assets/index-abc.js');
  expect(asset.headers).toMatchObject({
    'cache-control': 'public, max-age=31536000, immutable',
    'content-type': 'text/javascript; charset=utf-8',
  });
  for (const path of ['../secret.js', '..%2fsecret.js', '%2e%2e/secret.js', 'none.js', '.vite/manifest.json', '']) {
    expect((await send('GET', `/sandbox/assets/${path}`)).status).not.toBe(200);
  }
});

test('paths of others are left alone', async () => {
  expect((await send('POST', '/slack/events', json, '{}')).status).toBe(200);
  expect((await send('POST', '/sandboxed', json, '{}')).status).toBe(200);
  expect(stage.received).toHaveLength(2);
});

test('typed text of 50,000 characters is cut and said to be', async () => {
  const text = 'word <b> '.repeat(6_000);
  const sent = await stage.page('message', { as: 'U0EMMA', channel: 'C0EVIDENCE', text, client_msg_id: 'long-0001' });
  expect(sent).toMatchObject({ ok: true, cut: true });
  const [stored] = ((await stage.state('U0EMMA'))['messages'] as { text: string; channel: string }[]).filter(
    (m) => m.channel === 'C0EVIDENCE',
  );
  expect(stored?.text.length).toBeLessThanOrEqual(40_000);
  expect(stored?.text).toMatch(/(&lt;b&gt;|word)$/);
});
