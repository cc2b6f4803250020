/** Signing in with Slack: a stand-in for its token endpoint, the real pages, and every way it must say no. */
import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEvidencePages } from '#src/web/evidence.ts';
import type { EvidenceReader } from '#src/web/evidence-ports.ts';
import { createSignIn } from '#src/web/evidence-sign-in.ts';
import { createWebServer, type WebServer } from '#src/web/server.ts';
import { mayRead } from '#src/wire/evidence-access.ts';
import { random } from '#src/wire/ids.ts';
import { startTestServer } from './server-fixture.ts';

const CLIENT = '123.456';
const TEAM = 'T024BE7LD';
const publicUrl = 'http://governance.example';

let slack: Server;
let web: WebServer;
let address: string;
let now = Date.now();
let claims: Record<string, unknown> = {};
const readers = new Set<string>();

const reader = { register: async () => ({ requests: [], unread: [] }), names: async () => new Map() };

beforeAll(async () => {
  slack = createServer((_req, res) => {
    const token = `x.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.y`;
    res.end(JSON.stringify({ ok: true, id_token: token }));
  });
  await new Promise<void>((resolve) => slack.listen(0, '127.0.0.1', resolve));
  const at = slack.address();
  const signIn = createSignIn({
    clientId: CLIENT,
    clientSecret: 'a secret that nobody knows',
    publicUrl,
    teamId: TEAM,
    authorizeUrl: 'https://slack.example/authorize',
    tokenUrl: `http://127.0.0.1:${typeof at === 'object' && at !== null ? at.port : 0}/token`,
    now: () => new Date(now),
    randomBytes: random,
    mayRead: async (user) => readers.has(user),
    onError: () => undefined,
  });
  const pages = createEvidencePages({
    reader: reader as unknown as EvidenceReader,
    access: signIn.access,
    sandbox: false,
    verifyPage: async () => null,
    signIn: signIn.handler,
  });
  web = createWebServer({ handlers: [pages], onError: () => undefined });
  address = `http://127.0.0.1:${await web.listen(0, '127.0.0.1')}`;
});
afterAll(async () => {
  slack.close();
  await web.close(100);
});

const get = (path: string, cookie = '') => fetch(address + path, { redirect: 'manual', headers: { cookie } });
const cookies = (res: Response) => res.headers.getSetCookie().map((line) => line.split(';')[0] ?? '');

async function signIn(change: Record<string, unknown> = {}, state?: string): Promise<Response> {
  const begun = await get('/evidence/sign-in');
  const asked = new URL(begun.headers.get('location') ?? '').searchParams;
  claims = {
    iss: 'https://slack.com',
    aud: CLIENT,
    exp: now / 1000 + 300,
    nonce: asked.get('nonce'),
    name: 'Audrey Chen',
    'https://slack.com/team_id': TEAM,
    'https://slack.com/user_id': 'U0AUDIT',
    ...change,
  };
  const query = new URLSearchParams({ code: 'c', state: state ?? asked.get('state') ?? '' });
  return get(`/evidence/sign-in/callback?${query}`, cookies(begun).join('; '));
}

describe('signing in', () => {
  it('when nobody is signed in, every page is closed and says where to go', async () => {
    for (const path of [
      '/evidence',
      '/evidence/requests/DR-1',
      '/evidence/download/csv',
      '/evidence/entries/0.dsse.json',
    ]) {
      expect((await get(path)).status).toBe(401);
    }
    expect(await (await get('/evidence')).text()).toContain('/evidence/sign-in');
  });

  it('when an auditor signs in, the pages open; when the role ends, the next request is refused', async () => {
    const cookie = cookies(await signIn()).join('; ');
    expect((await get('/evidence', cookie)).status).toBe(403);
    readers.add('U0AUDIT');
    const page = await get('/evidence', cookie);
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('Audrey Chen');
    readers.delete('U0AUDIT');
    expect((await get('/evidence', cookie)).status).toBe(403);
    readers.add('U0AUDIT');
  });

  it.each([
    ['another workspace', { 'https://slack.com/team_id': 'T0OTHER' }],
    ['another app', { aud: '999.999' }],
    ['another attempt', { nonce: 'other' }],
    ['another issuer', { iss: 'https://slack.example' }],
    ['the past', { exp: 1 }],
    ['nobody', { 'https://slack.com/user_id': '<script>' }],
  ])('when the token is from %s, nobody is signed in', async (_, change) => {
    const res = await signIn(change);
    expect(res.status).toBe(403);
    expect((await get('/evidence', cookies(res).join('; '))).status).toBe(401);
  });

  it('when the state is not the one that was given out, or comes without its cookie, nobody is signed in', async () => {
    expect((await signIn({}, 'forged')).status).toBe(403);
    expect((await get('/evidence/sign-in/callback?code=c&state=x')).status).toBe(403);
  });

  it('when the cookie is changed, or eight hours old, it is worth nothing', async () => {
    const cookie = cookies(await signIn()).join('; ');
    expect((await get('/evidence', cookie)).status).toBe(200);
    const [name = '', value = ''] = cookie.split(';')[0]?.split('=') ?? [];
    const [text = '', seal = ''] = value.split('.');
    const other = Buffer.from(Buffer.from(text, 'base64url').toString().replace('U0AUDIT', 'U0ADMIN')).toString(
      'base64url',
    );
    expect((await get('/evidence', `${name}=${other}.${seal}`)).status).toBe(401);
    now += 9 * 3_600_000;
    expect((await get('/evidence', cookie)).status).toBe(401);
  });

  it('when cookies are set, scripts and other sites do not get them', async () => {
    for (const line of (await signIn()).headers.getSetCookie()) expect(line).toMatch(/HttpOnly; SameSite=Lax/);
  });

  it('when somebody signs out, the cookie is taken back; another site cannot do that', async () => {
    const out = await fetch(`${address}/evidence/sign-out`, { method: 'POST', redirect: 'manual' });
    expect(out.headers.getSetCookie()[0]).toContain('Max-Age=0');
    const forged = await fetch(`${address}/evidence/sign-out`, {
      method: 'POST',
      redirect: 'manual',
      headers: { origin: 'https://evil.example' },
    });
    expect(forged.headers.getSetCookie()).toEqual([]);
  });
});

describe('who may read', () => {
  it('when the directory is asked, auditor, committee and administrators may, nobody else', async () => {
    const test = await startTestServer();
    const { core } = test.server;
    for (const user of ['U0AUDIT', 'U0ETHIC', 'U0CISO']) expect(await mayRead(core, user)).toBe(true);
    for (const user of ['U0EMMA', 'U0MILO', 'U0NOBODY', '']) expect(await mayRead(core, user)).toBe(false);
    await test.close();
  });
});
