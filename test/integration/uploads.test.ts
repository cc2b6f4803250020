/** Files between Slack and the app: what the workspace hands out, and that the app's token goes nowhere else. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebClient } from '@slack/web-api';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createUploads } from '#src/slack/uploads.ts';
import { openStage, type Stage, TOKEN } from './sandbox-fixture.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

async function upload(name: string, bytes: Uint8Array): Promise<string> {
  const res = await fetch(`${stage.url}/sandbox/upload?${new URLSearchParams({ as: 'U0MILO', name })}`, {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream' },
    body: bytes as BodyInit,
  });
  return ((await res.json()) as { file: { id: string } }).file.id;
}
const bytes = new TextEncoder().encode('# Plan\n');
const uploadsOf = (bytesMax = 1000) =>
  createUploads({ client: stage.client, botToken: TOKEN, apiUrl: `${stage.url}/sandbox/api/`, bytesMax });

describe('the workspace', () => {
  it('tells the app of a file, hands it out for the token, and shows a sign-in page without', async () => {
    const id = await upload('plan.md', bytes);
    const { file } = await stage.client.files.info({ file: id });
    expect(file).toMatchObject({ id, name: 'plan.md', filetype: 'md', size: bytes.length, user: 'U0MILO' });
    const url = file?.url_private_download ?? '';
    const without = await fetch(url);
    expect([without.status, without.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    const given = await fetch(url, { headers: { authorization: `Bearer ${TOKEN}` } });
    expect(new Uint8Array(await given.arrayBuffer())).toEqual(bytes);
    expect(given.headers.get('content-disposition')).toMatch(/^attachment/);
  });

  it.each([
    ['no person', 'as=U0NOBODY&name=a.txt', 'application/octet-stream', 400],
    ['the app', 'as=U0COUNTERSIGN&name=a.txt', 'application/octet-stream', 400],
    ['no name', 'as=U0MILO&name=', 'application/octet-stream', 400],
    ['a plain form of another page', 'as=U0MILO&name=a.txt', 'text/plain', 415],
  ])('takes no file from %s', async (_who, query, type, status) => {
    const res = await fetch(`${stage.url}/sandbox/upload?${query}`, {
      method: 'POST',
      headers: { 'content-type': type },
      body: 'x',
    });
    expect(res.status).toBe(status);
  });

  it('makes no path of a name', async () => {
    const { file } = await stage.client.files.info({ file: await upload('../../etc/passwd', bytes) });
    expect(file?.name).toBe('....etcpasswd');
  });
});

describe('fetching an upload', () => {
  const servers: ReturnType<typeof createServer>[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) server.close();
  });

  async function serve(answer: (req: IncomingMessage, res: ServerResponse) => void): Promise<string> {
    const server = createServer(answer);
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }
  /** A Web API that describes one file as given, and serves `/file` by `file`. */
  async function api(describe: (base: string) => object, file: (res: ServerResponse) => void) {
    const base = await serve((req, res) => {
      if (req.url === '/file') return file(res);
      res.setHeader('content-type', 'application/json');
      res.end(JSON.stringify({ ok: true, file: { id: 'F1', user: 'U1', ...describe(`http://${req.headers.host}`) } }));
    });
    const client = new WebClient(TOKEN, { slackApiUrl: `${base}/api/`, retryConfig: { retries: 0 } });
    return createUploads({ client, botToken: TOKEN, apiUrl: `${base}/api/`, bytesMax: 1000 });
  }

  it('gives bytes, name and whose it is', async () => {
    const id = await upload('plan.md', bytes);
    const fetched = await uploadsOf().fetch(id);
    expect(fetched).toMatchObject({ ok: true, name: 'plan.md', user: 'U0MILO' });
    expect(fetched.ok && new Uint8Array(fetched.bytes)).toEqual(bytes);
  });

  it('of a file that is not there or too large is a no', async () => {
    expect(await uploadsOf().fetch('F0NOTHING')).toEqual({ ok: false, why: 'gone' });
    expect(await uploadsOf(3).fetch(await upload('plan.md', bytes))).toEqual({ ok: false, why: 'too_large' });
  });

  it('sends the token to no other host, whatever address is named', async () => {
    const heard: (string | undefined)[] = [];
    const evil = await serve((req, res) => {
      heard.push(req.headers.authorization);
      res.end('x');
    });
    for (const url of [
      `${evil}/file`,
      'http://files.slack.com/f',
      'https://files.slack.com.evil.example/f',
      'nonsense',
    ])
      expect(
        await (
          await api(
            () => ({ url_private_download: url }),
            (res) => res.end(),
          )
        ).fetch('F1'),
      ).toEqual({
        ok: false,
        why: 'gone',
      });
    const redirecting = await api(
      (base) => ({ url_private_download: `${base}/file` }),
      (res) => res.writeHead(302, { location: `${evil}/file` }).end(),
    );
    expect(await redirecting.fetch('F1')).toEqual({ ok: false, why: 'not_permitted' });
    expect(heard).toEqual([]);
  });

  it('counts the bytes that come, not those that were promised', async () => {
    const lying = await api(
      (base) => ({ url_private_download: `${base}/file`, size: 5 }),
      (res) => res.end(Buffer.alloc(5000)),
    );
    expect(await lying.fetch('F1')).toEqual({ ok: false, why: 'too_large' });
  });

  it('takes a sign-in page for a missing permission, and a failing server for a reason to try again', async () => {
    const page = await api(
      (base) => ({ url_private_download: `${base}/file`, mimetype: 'application/pdf' }),
      (res) => res.writeHead(200, { 'content-type': 'text/html' }).end('<html>'),
    );
    expect(await page.fetch('F1')).toEqual({ ok: false, why: 'not_permitted' });
    const down = await api(
      (base) => ({ url_private_download: `${base}/file` }),
      (res) => res.writeHead(503).end(),
    );
    await expect(down.fetch('F1')).rejects.toThrow('503');
  });
});
