/** Signing in with Slack: a stand-in for its OpenID Connect, the real pages, and every way it must say no. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createSessionStore } from '#src/adapters/prisma/sessions.ts';
import { createEvidencePages } from '#src/web/evidence.ts';
import type { EvidenceReader } from '#src/web/evidence-ports.ts';
import { createSignIn } from '#src/web/evidence-sign-in.ts';
import { createWebServer, type Handler, type WebServer } from '#src/web/server.ts';
import { createTiles } from '#src/web/tiles.ts';
import { mayRead } from '#src/wire/evidence/access.ts';
import { random } from '#src/wire/ids.ts';
import { loadPolicy } from '#src/wire/knowledge/knowledge.ts';
import { chromiumPath, launchChromium } from '../browser/chromium.ts';
import { createMemoryLog } from '../unit/evidence/fixtures.ts';
import { databaseForTests } from './database.ts';
import { CLIENT, SECRET, startIssuer, TEAM } from './fake-issuer.ts';
import { startTestServer } from './server-fixture.ts';

const HOUR = 3_600_000;

const database = databaseForTests();
let issuer: Awaited<ReturnType<typeof startIssuer>>;
let web: WebServer;
let address: string;
let now = Date.now();
const readers = new Set<string>();
const faults: unknown[] = [];
const reader = { register: async () => ({ requests: [], unread: [] }), names: async () => new Map() };

/** The handlers as they are wired, for a server that people open at `publicUrl`. */
async function handlersFor(publicUrl: string, changes: { readonly clientSecret?: string } = {}): Promise<Handler> {
  const signIn = createSignIn({
    clientId: CLIENT,
    clientSecret: changes.clientSecret ?? SECRET,
    publicUrl,
    teamId: TEAM,
    authorizeUrl: issuer.authorizeUrl,
    tokenUrl: issuer.tokenUrl,
    now: () => new Date(now),
    randomBytes: random,
    mayRead: async (user) => readers.has(user),
    sessions: createSessionStore(database()),
    onError: (error) => faults.push(error),
  });
  const tiles = createTiles({ store: await createMemoryLog(), access: signIn.access });
  const pages = createEvidencePages({
    reader: reader as unknown as EvidenceReader,
    access: signIn.access,
    sandbox: false,
    verifyPage: async () => null,
    signIn: signIn.handler,
  });
  return async (req, res) => (await tiles(req, res)) || pages(req, res);
}

/** A server whose public address is its own. */
async function serve(changes: { readonly clientSecret?: string; readonly publicUrl?: string } = {}) {
  let handler: Handler = () => false;
  const server = createWebServer({
    handlers: [(req, res) => handler(req, res)],
    onError: (error) => faults.push(error),
  });
  const at = `http://127.0.0.1:${await server.listen(0, '127.0.0.1')}`;
  handler = await handlersFor(changes.publicUrl ?? at, changes);
  return { server, at };
}

beforeAll(async () => {
  issuer = await startIssuer(() => now);
  ({ server: web, at: address } = await serve());
});
afterAll(async () => {
  await web.close(100);
  issuer.close();
});
beforeEach(() => {
  issuer.claims = {};
  issuer.refused = [];
  readers.clear();
  readers.add('U0AUDIT');
});

const get = (path: string, cookie = '', at = address) => fetch(at + path, { redirect: 'manual', headers: { cookie } });
const cookies = (res: Response) =>
  res.headers
    .getSetCookie()
    .map((line) => line.split(';')[0] ?? '')
    .join('; ');

/** Goes to the issuer and presses Allow; returns the address to come back to and the attempt's cookie. */
async function allowed(at = address, to = '') {
  const begun = await get(`/evidence/sign-in?to=${encodeURIComponent(to)}`, '', at);
  const consent = await (await fetch(begun.headers.get('location') ?? '')).text();
  const back = new URL((/href="([^"]+)">Allow/.exec(consent)?.[1] ?? '').replaceAll('&amp;', '&'));
  return { back: `${back.pathname}${back.search}`, attempt: cookies(begun) };
}

async function signIn(at = address): Promise<Response> {
  const { back, attempt } = await allowed(at);
  return get(back, attempt, at);
}

describe('signing in', () => {
  it('when nobody is signed in, every page, file and tile is closed and says where to go', async () => {
    for (const path of [
      '/evidence',
      '/evidence/requests/DR-1',
      '/evidence/download/csv',
      '/evidence/entries/0.dsse.json',
      '/evidence/verify.html',
      '/evidence/log/checkpoint',
      '/evidence/log/tile/0/000.p/1',
    ]) {
      expect((await get(path)).status, path).toBe(401);
    }
    expect(await (await get('/evidence')).text()).toContain('/evidence/sign-in');
  });

  it('when an auditor signs in, the pages open; when the role ends, the next request is refused', async () => {
    readers.clear();
    const cookie = cookies(await signIn());
    expect((await get('/evidence', cookie)).status).toBe(403);
    readers.add('U0AUDIT');
    const page = await get('/evidence', cookie);
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('Audrey Chen');
    readers.delete('U0AUDIT');
    for (const path of ['/evidence', '/evidence/download/bundle', '/evidence/log/checkpoint']) {
      expect((await get(path, cookie)).status, path).toBe(403);
    }
    expect(issuer.refused).toEqual([]);
  });

  it.each([
    ['another workspace', { 'https://slack.com/team_id': 'T0OTHER' }],
    ['another app', { aud: '999.999' }],
    ['another attempt', { nonce: 'other' }],
    ['another issuer', { iss: 'https://slack.example' }],
    ['the past', { exp: 1 }],
    ['nobody', { 'https://slack.com/user_id': '<script>' }],
    ['no workspace', { 'https://slack.com/team_id': undefined }],
  ])('when the token is from %s, nobody is signed in', async (_, change) => {
    issuer.claims = change;
    const res = await signIn();
    expect(res.status).toBe(403);
    expect((await get('/evidence', cookies(res))).status).toBe(401);
  });

  it('when the state is not the one that was given out, or comes without its cookie, nobody is signed in', async () => {
    const { back, attempt } = await allowed();
    expect((await get(back.replace(/state=[^&]+/, 'state=forged'), attempt)).status).toBe(403);
    expect((await get(back)).status).toBe(403);
    const other = await allowed();
    expect((await get(back, other.attempt)).status).toBe(403);
    expect((await get('/evidence/sign-in/callback?error=access_denied&state=x', attempt)).status).toBe(403);
  });

  it('when a code comes a second time, or after ten minutes, nobody is signed in', async () => {
    const { back, attempt } = await allowed();
    expect((await get(back, attempt)).status).toBe(303);
    expect((await get(back, attempt)).status).toBe(403);
    expect(issuer.refused).toEqual(['invalid_code']);
    const late = await allowed();
    now += HOUR / 6 + 1;
    expect((await get(late.back, late.attempt)).status).toBe(403);
    expect(issuer.refused).toHaveLength(1);
  });

  it.each([
    ['/evidence/requests/DR-1', '/evidence/requests/DR-1'],
    ['/evidence/entries', '/evidence/entries'],
    ['', '/evidence'],
    ['https://evil.example/evidence/requests/DR-1', '/evidence'],
    ['//evil.example', '/evidence'],
    ['/evidence/requests/../../x', '/evidence'],
    ['/evidence/sign-out', '/evidence'],
    ['/evidence/requests/DR-1\r\nSet-Cookie: a=b', '/evidence'],
  ])('when %j was wanted, signing in leads to %s', async (to, expected) => {
    const { back, attempt } = await allowed(address, to);
    expect((await get(back, attempt)).headers.get('location')).toBe(expected);
  });

  it('when the secret is wrong, nobody is signed in, and it is logged', async () => {
    const { server, at } = await serve({ clientSecret: 'another secret' });
    faults.length = 0;
    expect((await signIn(at)).status).toBe(403);
    expect(issuer.refused).toEqual(['bad_client_secret']);
    expect(faults).toHaveLength(1);
    await server.close(100);
  });

  it('when the cookie is changed, of another kind, of another server, or eight hours old, it is worth nothing', async () => {
    const { back, attempt } = await allowed();
    const cookie = cookies(await get(back, attempt));
    expect((await get('/evidence', cookie)).status).toBe(200);
    const [name = '', value = ''] = cookie.split(';')[0]?.split('=') ?? [];
    const [text = '', seal = ''] = value.split('.');
    const other = Buffer.from(Buffer.from(text, 'base64url').toString().replace('U0AUDIT', 'U0ADMIN')).toString(
      'base64url',
    );
    expect((await get('/evidence', `${name}=${other}.${seal}`)).status).toBe(401);
    expect((await get('/evidence', `${name}=${attempt.split('=')[1]}`)).status).toBe(401);
    for (const broken of ['', '.', 'x', `${text}.`, `.${seal}`, `${text}.${seal}x`.repeat(2)]) {
      expect((await get('/evidence', `${name}=${broken}`)).status, broken).toBe(401);
    }
    const { server, at } = await serve({ clientSecret: 'another secret' });
    expect((await get('/evidence', cookie, at)).status).toBe(401);
    await server.close(100);
    now += 8 * HOUR;
    expect((await get('/evidence', cookie)).status).toBe(401);
  });

  it('when cookies are set, scripts and other sites do not get them; over TLS they stay with the host', async () => {
    const lines = (await signIn()).headers.getSetCookie();
    expect(lines).toHaveLength(2);
    for (const line of lines) expect(line).toMatch(/; Path=\/; HttpOnly; SameSite=Lax; Max-Age=\d+$/);
    const { server, at } = await serve({ publicUrl: 'https://governance.example' });
    const begun = await get('/evidence/sign-in', '', at);
    for (const line of begun.headers.getSetCookie()) expect(line).toMatch(/^__Host-.*; Path=\/; .*; Secure$/);
    expect(new URL(begun.headers.get('location') ?? '').searchParams.get('redirect_uri')).toBe(
      'https://governance.example/evidence/sign-in/callback',
    );
    await server.close(100);
  });

  it('when somebody signs out, a copy of the cookie opens nothing any more, on no replica; another session stays', async () => {
    const [mine, other] = [cookies(await signIn()), cookies(await signIn())];
    const { server, at } = await serve();
    const post = (headers: Record<string, string>) =>
      fetch(`${address}/evidence/sign-out`, { method: 'POST', redirect: 'manual', headers });
    await post({ cookie: mine, origin: 'https://evil.example' });
    expect((await get('/evidence', mine)).status).toBe(200);
    await post({ cookie: mine });
    for (const replica of [address, at]) {
      expect((await get('/evidence', mine, replica)).status).toBe(401);
      expect((await get('/evidence', other, replica)).status).toBe(200);
    }
    // Twice is as good as once; and what would have ended by itself is forgotten.
    expect((await post({ cookie: mine })).status).toBe(303);
    const kept = async () => (await database().pool.query('SELECT 1 FROM ended_session')).rowCount;
    expect(await kept()).toBe(1);
    now += 8 * HOUR;
    await post({ cookie: cookies(await signIn()) });
    expect(await kept()).toBe(1);
    await server.close(100);
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
    expect((await get('/evidence/sign-out')).headers.getSetCookie()).toEqual([]);
  });
});

describe.skipIf(chromiumPath === null)('in a browser, with the issuer on another site (needs Chromium)', () => {
  it('a link leads through signing in to the pages; signing out closes them', async () => {
    const browser = await launchChromium();
    try {
      const page = await browser.newPage();
      page.setDefaultTimeout(5_000);
      await page.goto(`${address}/evidence`);
      await page.getByRole('link', { name: 'Sign in with Slack' }).click();
      await page.getByRole('link', { name: 'Cancel' }).click();
      await page.getByText('Nothing was opened').waitFor();
      await page.goto(`${address}/evidence/controls`);
      await page.getByRole('link', { name: 'Sign in with Slack' }).click();
      expect(new URL(page.url()).hostname).toBe('localhost');
      await page.getByRole('link', { name: 'Allow' }).click();
      await page.getByRole('heading', { level: 1, name: 'Controls' }).waitFor();
      expect(page.url()).toBe(`${address}/evidence/controls`);
      await page.getByText('Audrey Chen').waitFor();
      expect(await page.evaluate(() => document.cookie)).toBe('');
      await page.getByRole('button', { name: /sign out/i }).click();
      await page.getByRole('link', { name: 'Sign in with Slack' }).waitFor();
    } finally {
      await browser.close();
    }
  });
});

describe('who may read', () => {
  it('when the directory is asked, auditor, committee, administrators and whoever decides may, nobody else', async () => {
    const test = await startTestServer();
    const { core } = test.server;
    const policy = await loadPolicy();
    for (const user of ['U0AUDIT', 'U0ETHIC', 'U0CISO', 'U0CTO']) expect(await mayRead(core, policy, user)).toBe(true);
    for (const user of ['U0EMMA', 'U0MILO', 'U0NOBODY', '']) expect(await mayRead(core, policy, user)).toBe(false);
    await test.close();
  });
});
