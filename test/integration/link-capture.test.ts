/** Linked documents: fetched from configured hosts only, never from this server's own network, and kept by their hash. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isPublicAddress } from '#src/adapters/links/addresses.ts';
import { createLinks, type LinkOptions } from '#src/adapters/links/fetch-link.ts';
import { minimalForm, openStage } from './approval-fixture.ts';

const HOST = 'wiki.example.com';
const OTHER = 'docs.example.com';
const TEXT = '# Risk assessment\n';

let server: Server;
let port = 0;
let ca = '';
const heard: string[] = [];
const pages: Record<string, (res: ServerResponse, req: IncomingMessage) => void> = {
  '/risk': (res) => res.end(TEXT),
  '/copy': (res) => res.end(TEXT),
  '/large': (res) => res.end(Buffer.alloc(5000, 'a')),
  '/page': (res) => res.setHeader('content-type', 'text/html').end('<!doctype html><script>1</script>'),
  '/moved': (res) => res.writeHead(302, { location: `https://${OTHER}:${port}/risk` }).end(),
  '/away': (res) => res.writeHead(302, { location: `https://evil.example.com:${port}/risk` }).end(),
  '/inside': (res) => res.writeHead(302, { location: `http://127.0.0.1:${port}/risk` }).end(),
  '/round': (res) => res.writeHead(302, { location: '/round' }).end(),
  '/packed': (res) => res.writeHead(200, { 'content-encoding': 'gzip' }).end('x'),
  '/secret': (res) => res.writeHead(403).end(),
};

beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-links-'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const names = `subjectAltName=DNS:${HOST},DNS:${OTHER}`;
  const args = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
  execFileSync('openssl', [...args, '-subj', `/CN=${HOST}`, '-addext', names, '-keyout', key, '-out', cert], {
    stdio: 'ignore',
  });
  ca = readFileSync(cert, 'utf8');
  server = createServer({ key: readFileSync(key), cert: ca }, (req, res) => {
    heard.push(`${req.headers.host} ${req.url}`);
    const page = pages[req.url ?? ''];
    if (page === undefined) res.writeHead(404).end();
    else page(res, req);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});
afterAll(() => server.close());

const here = [{ address: '127.0.0.1', family: 4 }];
/** Two hosts that stand on this machine, as if it were the internet. */
const links = (change: Partial<LinkOptions> = {}) =>
  createLinks({
    hosts: [HOST, OTHER],
    bytesMax: 1000,
    port,
    ca,
    resolve: async () => here,
    isPublic: () => true,
    ...change,
  });
const at = (path: string, host = HOST) => `https://${host}:${port}${path}`;

describe('a linked document', () => {
  it('is fetched, also behind a redirect to another configured host', async () => {
    for (const path of ['/risk', '/moved']) {
      const fetched = await links().fetch(at(path));
      expect(fetched.ok && Buffer.from(fetched.bytes).toString()).toBe(TEXT);
    }
    expect(heard.at(-1)).toBe(`${OTHER}:${port} /risk`);
  });

  it.each([
    ['another host', () => at('/risk', 'evil.example.com'), 'host_not_allowed'],
    ['a host that only begins the same', () => at('/risk', `${HOST}.evil.example`), 'host_not_allowed'],
    ['plain http', () => `http://${HOST}/risk`, 'not_https'],
    ['another port', () => `https://${HOST}/risk`, 'not_https'],
    ['credentials', () => `https://user@${HOST}:${port}/risk`, 'not_https'],
    ['no address', () => 'nonsense', 'not_https'],
    ['a redirect to another host', () => at('/away'), 'host_not_allowed'],
    ['a redirect into this network', () => at('/inside'), 'not_https'],
    ['a redirect without end', () => at('/round'), 'too_many_redirects'],
    ['too many bytes', () => at('/large'), 'too_large'],
    ['a packed answer', () => at('/packed'), 'refused'],
    ['a refusal', () => at('/secret'), 'refused'],
  ])('is not fetched: %s', async (_what, url, why) => {
    expect(await links().fetch(url())).toEqual({ ok: false, why });
  });

  it('of a host whose name leads into this network is not asked for, also where only one address does', async () => {
    const before = heard.length;
    const inward = { isPublic: isPublicAddress };
    expect(await links(inward).fetch(at('/risk'))).toEqual({ ok: false, why: 'private_address' });
    const mixed = [{ address: '93.184.215.14', family: 4 }, ...here];
    expect(await links({ ...inward, resolve: async () => mixed }).fetch(at('/risk'))).toMatchObject({
      why: 'private_address',
    });
    expect(heard.length).toBe(before);
  });

  it('is asked for at the address that was judged: a name that changes in between changes nothing', async () => {
    let asked = 0;
    const turning = async () => {
      asked += 1;
      return asked === 1 ? here : [{ address: '10.0.0.1', family: 4 }];
    };
    const judged: string[] = [];
    const isPublic = (address: string) => judged.push(address) > 0 && address === '127.0.0.1';
    expect(await links({ resolve: turning, isPublic }).fetch(at('/risk'))).toMatchObject({ ok: true });
    expect([asked, judged]).toEqual([1, ['127.0.0.1']]);
    expect(await links({ resolve: turning, isPublic }).fetch(at('/risk'))).toMatchObject({ why: 'private_address' });
  });

  it('of a host whose name is never answered is given up in time', async () => {
    const silent = links({ resolve: () => new Promise(() => {}), timeoutMs: 20 });
    expect(await silent.fetch(at('/risk'))).toEqual({ ok: false, why: 'no_answer' });
  });

  it('of a host without a certificate for its name is not taken', async () => {
    const unnamed = links({ hosts: ['third.example.com'] });
    expect(await unnamed.fetch(at('/risk', 'third.example.com'))).toEqual({ ok: false, why: 'no_answer' });
  });
});

it.each([
  ['8.8.8.8', true],
  ['2606:4700::1111', true],
  ['10.1.2.3', false],
  ['100.64.0.1', false],
  ['127.0.0.1', false],
  ['169.254.169.254', false],
  ['172.31.255.255', false],
  ['192.168.1.1', false],
  ['0.0.0.0', false],
  ['255.255.255.255', false],
  ['::1', false],
  ['::', false],
  ['::ffff:10.0.0.1', false],
  ['64:ff9b::a00:1', false],
  ['fe80::1', false],
  ['fd00:ec2::254', false],
  ['2002:a00:1::', false],
  ['2001:db8::1', false],
  ['not an address', false],
])('%s is a public address: %s', (address, expected) => {
  expect(isPublicAddress(address)).toBe(expected);
});

describe('a link in a request', () => {
  it('is captured when its host is configured; a page is not kept, and the requester is told', async () => {
    const stage = await openStage({ links: links() });
    try {
      await stage.ask('U0MILO', 'deploy', { ...minimalForm, 'evidence.risk-assessment': `${at('/risk')} 2026-10-01` });
      const sha256 = createHash('sha256').update(TEXT).digest('hex');
      expect((await stage.request('DR-1')).document.evidence).toMatchObject([{ sha256, url: at('/risk') }]);
      expect(await stage.test.server.systems.evidence.read(sha256)).toMatchObject({
        kind: 'risk-assessment',
        date: '2026-10-01T23:59:59.999Z',
        systems: ['ticket-router'],
        attested: null,
      });
      await stage.ask('U0MILO', 'deploy', { ...minimalForm, 'evidence.risk-assessment': `${at('/page')} 2026-10-01` });
      expect((await stage.request('DR-2')).document.evidence).toMatchObject([{ sha256: null }]);
      expect((await stage.told('U0MILO')).join()).toContain('only the link is kept; files of this type are not taken');
      await stage.ask('U0MILO', 'deploy', { ...minimalForm, 'evidence.risk-assessment': `${at('/copy')} 2026-10-01` });
      expect((await stage.request('DR-3')).document.evidence).toMatchObject([{ sha256: null, url: at('/copy') }]);
      expect((await stage.told('U0MILO')).join()).toContain('the same file is kept from another address');
    } finally {
      await stage.close();
    }
  });
});
