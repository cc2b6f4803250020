/** The evidence pages through the real server: what they show, what they refuse, that nothing typed becomes code. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createNodeCrypto } from '#src/adapters/crypto/node-crypto.ts';
import { parseVerifierKey } from '#src/evidence/note.ts';
import { verifyProofFile } from '#src/evidence/proof-file.ts';
import { startWithRequests } from './evidence-fixture.ts';
import { statusOf } from './local-servers.ts';
import type { TestServer } from './server-fixture.ts';

let test: TestServer;
beforeAll(async () => {
  test = await startWithRequests();
});
afterAll(() => test.close());

const get = (path: string) => fetch(test.server.address + path);
const page = async (path: string) => (await get(path)).text();
const links = (body: string) => [...body.matchAll(/href="\/evidence\/requests\/([A-Z]+-\d+)"/g)].map(([, id]) => id);

const raw = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  statusOf(test.server.address, path, headers, method);

describe('the register', () => {
  it('when it is opened, every request stands there, newest first', async () => {
    const body = await page('/evidence');
    expect(links(body)).toEqual(['EX-1', 'DR-2', 'DR-1']);
    expect(body).toContain('Milo Okafor');
  });

  it.each([
    ['kind=exception', ['EX-1']],
    ['status=approved', ['EX-1', 'DR-1']],
    ['system=Credit-Scoring', ['DR-2']],
    ['system=credit', []],
    ['control=pol-5.2', ['EX-1']],
    ['person=carla', ['EX-1', 'DR-1']],
    ['q=staging+ticket', ['DR-1']],
    ['from=2001-01-01&to=2001-12-31', []],
    ['page=9', ['EX-1', 'DR-2', 'DR-1']],
  ])('when it is filtered by %s, %j is left', async (query, expected) => {
    expect(links(await page(`/evidence?${query}`))).toEqual(expected);
  });

  it('when somebody types markup into a filter, it comes back as text', async () => {
    const body = await page(`/evidence?q=${encodeURIComponent('"><script>alert(1)</script>')}`);
    expect(body).not.toContain('<script>alert');
    expect(body).toContain('&quot;&gt;&lt;script&gt;');
  });
});

describe('the page of a request', () => {
  it('when it is opened, it shows votes with role and reason, documents, what was shown and the timeline', async () => {
    const body = await page('/evidence/requests/DR-1');
    for (const text of [
      'ticket-router 1.4.0 to staging',
      'Tested under load.',
      'Carla Reyes',
      'https://evidence.example',
    ]) {
      expect(body).toContain(text);
    }
    expect(body).toContain('The approval policy in force');
    expect((body.match(/id="entry-/g) ?? []).length).toBeGreaterThanOrEqual(4);
  });

  it('when the policy it rests on is opened, it comes as text and cannot run', async () => {
    const [path = ''] =
      /\/evidence\/requests\/DR-1\/objects\/[0-9a-f]{64}/.exec(await page('/evidence/requests/DR-1')) ?? [];
    const res = await get(path);
    expect(res.status).toBe(200);
    expect(res.headers.get('content-type')).toContain('text/plain');
    expect(res.headers.get('content-security-policy')).toContain('sandbox');
  });

  it('when an object of another request is asked for, there is none', async () => {
    expect((await get(`/evidence/requests/DR-1/objects/${'0'.repeat(64)}`)).status).toBe(404);
  });

  it('when an entry and its proof are fetched, they verify with the key on the page', async () => {
    const crypto = createNodeCrypto();
    const leaf = new Uint8Array(await (await get('/evidence/entries/1.dsse.json')).arrayBuffer());
    const proof = await page('/evidence/entries/1.tlog-proof');
    const key = await parseVerifierKey(crypto, test.server.core.workspace.vkey);
    const about = await page('/evidence/about');
    expect(about).toContain(test.server.core.workspace.vkey);
    const [, , root = ''] = (await page('/evidence/log/checkpoint')).split('\n');
    expect(about).toContain(`<code>${root}</code>`);
    expect((await verifyProofFile(crypto, proof, leaf, [key])).index).toBe(1);
  });
});

describe('controls', () => {
  it('when a control is opened, it says what serves it and what is missing', async () => {
    const [, control = ''] = /\/evidence\/controls\/([A-Z0-9.-]+)"/.exec(await page('/evidence/controls')) ?? [];
    const body = await page(`/evidence/controls/${control}`);
    expect(body).toContain(control);
    expect(body).toContain('DR-1');
  });
});

describe('asking for headers alone', () => {
  it.each([
    '/evidence',
    '/evidence/requests/DR-1',
    '/evidence/controls',
    '/evidence/entries/1',
    '/evidence/entries/1.dsse.json',
    '/evidence/none',
    '/evidence/download/bundle',
    '/evidence/download/csv?request=DR-1',
    '/evidence/download/csv?request=DR-99',
    '/evidence/download/none',
    '/evidence/log/checkpoint',
    '/healthz',
    '/metrics',
    '/none',
  ])('when it is %s, they are those of the whole answer, without a body', async (path) => {
    const whole = await get(path);
    const head = await fetch(test.server.address + path, { method: 'HEAD' });
    expect(head.status).toBe(whole.status);
    for (const name of ['content-type', 'content-disposition', 'cache-control', 'content-security-policy']) {
      expect(head.headers.get(name), name).toBe(whole.headers.get(name));
    }
    expect(Number(head.headers.get('content-length'))).toBeGreaterThan(0);
    expect(await head.text()).toBe('');
    await whole.arrayBuffer();
  });
});

describe('downloads', () => {
  it.each(['bundle', 'redacted-bundle', 'csv', 'oscal-ar', 'oscal-poam'])(
    'when %s is asked for, a file comes',
    async (format) => {
      const res = await get(`/evidence/download/${format}`);
      const bytes = Buffer.from(await res.arrayBuffer());
      expect(res.status).toBe(200);
      expect(res.headers.get('content-disposition')).toContain('attachment');
      expect(bytes.length).toBe(Number(res.headers.get('content-length')));
      if (format.endsWith('bundle')) expect(bytes.subarray(0, 2).toString()).toBe('PK');
      if (format.startsWith('oscal')) expect(JSON.parse(bytes.toString())).toBeTypeOf('object');
      if (format === 'redacted-bundle') expect(bytes.includes('Tested under load')).toBe(false);
    },
  );

  it('when a person is named, the file holds what they took part in', async () => {
    const listing = await page('/evidence/download/csv?person=milo');
    expect(listing).toContain('DR-2');
    expect((await get('/evidence/download/csv?person=nobody')).status).toBe(404);
  });

  it('when a filter names nothing known, it says so and no file comes', async () => {
    expect((await get('/evidence/download/csv?request=DR-99')).status).toBe(404);
    expect((await get('/evidence/download/passwords')).status).toBe(404);
  });
});

describe('what is refused', () => {
  it('when another site or another name asks, it gets nothing', async () => {
    expect(await raw('/evidence', { host: 'rebound.example' })).toBe(403);
    expect(await raw('/evidence', { origin: 'http://127.0.0.1:1' })).toBe(403);
    expect(await raw('/evidence', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'cors' })).toBe(403);
    expect(await raw('/evidence', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' })).toBe(200);
  });

  it.each(['POST', 'PUT', 'DELETE'])('when %s is used, nothing can be changed', async (method) => {
    expect(await raw('/evidence', {}, method)).toBe(405);
  });

  it('when an address is made up, there is nothing and no error', async () => {
    for (const path of [
      '/evidence/%',
      '/evidence/requests/..%2f',
      '/evidence/entries/99999999999999999',
      '/evidence/x/y/z',
    ])
      expect((await get(path)).status).toBe(404);
  });

  it('when a page is sent, it admits nothing inside it and nothing from elsewhere', async () => {
    const res = await get('/evidence/requests/DR-1');
    const policy = res.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('unsafe');
    expect(res.headers.get('cache-control')).toBe('no-store');
    expect(await res.text()).not.toMatch(/<[^>]+\s(style|on[a-z]+)=/);
  });
});
