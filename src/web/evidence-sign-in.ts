/**
 * Sign in with Slack (OpenID Connect, authorization code). The session is a signed cookie that says who it is, never
 * what they may do: that is asked of the directory on each request, so that a role that ended opens nothing any more.
 */
import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { type Access, isOtherSite, type Verdict } from './evidence-access.ts';
import { type Handler, pathOf, sendText } from './server.ts';

const SESSION_MS = 8 * 60 * 60 * 1000;
const ATTEMPT_MS = 10 * 60 * 1000;
const ISSUER = 'https://slack.com';
/** Clocks may differ this much. */
const SKEW_MS = 60_000;
const WAIT_MS = 10_000;

export type SignInDeps = {
  readonly clientId: string;
  readonly clientSecret: string;
  /** Where people open this server, without a slash at its end. */
  readonly publicUrl: string;
  /** The one workspace whose people may come in. */
  readonly teamId: string;
  readonly authorizeUrl: string;
  readonly tokenUrl: string;
  readonly now: () => Date;
  readonly randomBytes: (length: number) => Uint8Array;
  /** Whether a Slack user may read at this moment; and the name to show. */
  readonly mayRead: (slackUser: string) => Promise<boolean>;
  readonly onError: (error: unknown) => void;
};

const claimsSchema = z.object({
  iss: z.literal(ISSUER),
  aud: z.string(),
  exp: z.number(),
  nonce: z.string(),
  name: z.string().max(200).optional(),
  'https://slack.com/team_id': z.string(),
  'https://slack.com/user_id': z.string().regex(/^[UW][A-Z0-9]{2,20}$/),
});
const sessionSchema = z.object({ user: z.string(), name: z.string(), until: z.number() });
const attemptSchema = z.object({ state: z.string(), nonce: z.string(), to: z.string(), until: z.number() });
/** Pages that somebody may be led back to: of these, and of no other site. */
const PAGE = /^\/evidence\/(requests|controls|entries|about)(\/[A-Za-z0-9._-]{1,100})?$/;

const OTHER_SITE: Verdict = {
  ok: false,
  status: 403,
  code: 'other_site',
  words: 'Another site asked for this page. Open it from your own browser window.',
  signIn: null,
};

/** The pages of signing in and out, and the access that follows from it. */
export function createSignIn(deps: SignInDeps): { readonly handler: Handler; readonly access: Access } {
  const secure = deps.publicUrl.startsWith('https:');
  // With the prefix a browser takes the cookie from this very host over TLS only.
  const names = secure ? ['__Host-countersign', '__Host-countersign-try'] : ['countersign', 'countersign-try'];
  const [session = '', attempt = ''] = names;
  const key = new Uint8Array(hkdfSync('sha256', deps.clientSecret, deps.teamId, 'countersign evidence session', 32));
  const cookie = (name: string, value: string, seconds: number): string =>
    `${name}=${value}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${seconds}${secure ? '; Secure' : ''}`;
  const redirectUri = `${deps.publicUrl}/evidence/sign-in/callback`;

  const start = (req: IncomingMessage, res: ServerResponse): void => {
    const [state, nonce] = [token(deps), token(deps)];
    const until = deps.now().getTime() + ATTEMPT_MS;
    // No PKCE: Slack takes it only from apps that were made public clients for ever. The secret, the nonce and the
    // attempt's cookie bind the code to this server and this browser.
    const query = new URLSearchParams({
      response_type: 'code',
      scope: 'openid profile',
      client_id: deps.clientId,
      state,
      nonce,
      team: deps.teamId,
      redirect_uri: redirectUri,
    });
    res.setHeader(
      'set-cookie',
      cookie(attempt, seal(key, { state, nonce, to: wantedPage(req), until }), ATTEMPT_MS / 1000),
    );
    redirect(res, `${deps.authorizeUrl}?${query}`);
  };

  const callback = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    const query = new URL(req.url ?? '/', 'http://localhost').searchParams;
    const tried = attemptSchema.safeParse(unseal(key, cookieOf(req, attempt)));
    const fresh = tried.success && tried.data.until > deps.now().getTime() && tried.data.state === query.get('state');
    const code = query.get('code') ?? '';
    const who =
      tried.success && fresh && code !== '' ? await identify(deps, code, tried.data.nonce, redirectUri) : null;
    if (!tried.success || who === null) {
      res.setHeader('set-cookie', cookie(attempt, '', 0));
      sendText(res, 403, 'Slack did not confirm who you are. Nothing was opened. Start again at /evidence/sign-in\n');
      return;
    }
    const until = deps.now().getTime() + SESSION_MS;
    res.setHeader('set-cookie', [
      cookie(session, seal(key, { ...who, until }), SESSION_MS / 1000),
      cookie(attempt, '', 0),
    ]);
    redirect(res, tried.data.to);
  };

  return {
    handler: async (req, res) => {
      const path = pathOf(req);
      if (path === '/evidence/sign-in' && req.method === 'GET') start(req, res);
      else if (path === '/evidence/sign-in/callback' && req.method === 'GET') await callback(req, res);
      else if (path === '/evidence/sign-out' && req.method === 'POST' && !isOtherSite(req)) {
        res.setHeader('set-cookie', cookie(session, '', 0));
        redirect(res, '/evidence');
      } else return false;
      return true;
    },
    access: async (req) => {
      if (isOtherSite(req)) return OTHER_SITE;
      const known = sessionSchema.safeParse(unseal(key, cookieOf(req, session)));
      if (!known.success || known.data.until <= deps.now().getTime()) {
        const words = 'These pages are open to auditors, the governance committee and administrators.';
        return {
          ok: false,
          status: 401,
          code: 'signed_out',
          words,
          signIn: `/evidence/sign-in?to=${encodeURIComponent(pathOf(req))}`,
        };
      }
      const { user, name } = known.data;
      if (await deps.mayRead(user)) return { ok: true, viewer: name };
      const words = `You are signed in as ${name}, who holds none of the roles Auditor, AI Governance Committee or Countersign Administrator. Ask an administrator for one.`;
      return { ok: false, status: 403, code: 'no_role', words, signIn: null };
    },
  };
}

function wantedPage(req: IncomingMessage): string {
  const to = new URL(req.url ?? '/', 'http://localhost').searchParams.get('to') ?? '';
  return PAGE.test(to) ? to : '/evidence';
}

/** Exchanges the code and checks the claims; null for whatever does not fit. */
async function identify(
  deps: SignInDeps,
  code: string,
  nonce: string,
  redirectUri: string,
): Promise<{ readonly user: string; readonly name: string } | null> {
  try {
    const { clientId, clientSecret } = deps;
    const body = new URLSearchParams({
      code,
      client_id: clientId,
      client_secret: clientSecret,
      grant_type: 'authorization_code',
      redirect_uri: redirectUri,
    });
    const res = await fetch(deps.tokenUrl, {
      method: 'POST',
      body,
      redirect: 'error',
      signal: AbortSignal.timeout(WAIT_MS),
    });
    const reply = z.object({ ok: z.literal(true), id_token: z.string().max(20_000) }).parse(await res.json());
    // It came from Slack itself over TLS, which stands in for its signature (OpenID Connect Core 3.1.3.7, 6).
    const payload = Buffer.from(reply.id_token.split('.')[1] ?? '', 'base64url').toString('utf8');
    const claims = claimsSchema.parse(JSON.parse(payload));
    const inTime = claims.exp * 1000 > deps.now().getTime() - SKEW_MS;
    if (claims.aud !== clientId || claims.nonce !== nonce || !inTime) return null;
    if (claims['https://slack.com/team_id'] !== deps.teamId) return null;
    const user = claims['https://slack.com/user_id'];
    return { user, name: claims.name ?? user };
  } catch (error) {
    deps.onError(error);
    return null;
  }
}

function token({ randomBytes }: SignInDeps): string {
  return Buffer.from(randomBytes(24)).toString('base64url');
}

function mac(key: Uint8Array, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function seal(key: Uint8Array, value: object): string {
  const text = Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${text}.${mac(key, text).toString('base64url')}`;
}

function unseal(key: Uint8Array, sealed: string | null): unknown {
  const [text = '', given = ''] = sealed?.split('.') ?? [];
  const [own, theirs] = [mac(key, text), Buffer.from(given, 'base64url')];
  if (own.length !== theirs.length || !timingSafeEqual(own, theirs)) return null;
  return JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
}

function cookieOf(req: IncomingMessage, name: string): string | null {
  for (const part of (req.headers.cookie ?? '').split(';')) {
    const [key = '', value = ''] = part.trim().split('=');
    if (key === name) return value;
  }
  return null;
}

function redirect(res: ServerResponse, location: string): void {
  res.writeHead(303, { location, 'content-length': 0, 'cache-control': 'no-store' });
  res.end();
}
