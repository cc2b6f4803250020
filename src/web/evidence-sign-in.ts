/**
 * Sign in with Slack (OpenID Connect, authorization code). The session is a signed cookie that says who it is, never
 * what they may do: that is asked of the directory on each request, so that a role that ended opens nothing any more.
 * Signing out ends the session on the server, so that a copy of its cookie opens nothing either.
 */
import { hkdfSync } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { type Access, isOtherSite, type Verdict } from './evidence-access.ts';
import { createSealedCookies, type SealedCookies } from './sealed-cookies.ts';
import { type Handler, isReading, pathOf, sendText } from './server.ts';

const SESSION_MS = 8 * 60 * 60 * 1000;
const ATTEMPT_MS = 10 * 60 * 1000;
/** Names of the two cookies. */
const [SESSION, ATTEMPT] = ['countersign', 'countersign-try'];
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
  /** Sessions that were signed out, shared by every replica. */
  readonly sessions: {
    end(session: string, until: Date, now: Date): Promise<void>;
    hasEnded(session: string): Promise<boolean>;
  };
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
const sessionSchema = z.object({ id: z.string().length(32), user: z.string(), name: z.string(), until: z.number() });
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
  const key = new Uint8Array(hkdfSync('sha256', deps.clientSecret, deps.teamId, 'countersign evidence session', 32));
  const cookies = createSealedCookies(deps.publicUrl, key);
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
    res.setHeader('set-cookie', cookies.give(ATTEMPT, { state, nonce, to: wantedPage(req), until }, ATTEMPT_MS));
    redirect(res, `${deps.authorizeUrl}?${query}`);
  };

  const callback = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    const query = new URL(req.url ?? '/', 'http://localhost').searchParams;
    const tried = attemptSchema.safeParse(cookies.read(req, ATTEMPT));
    const fresh = tried.success && tried.data.until > deps.now().getTime() && tried.data.state === query.get('state');
    const code = query.get('code') ?? '';
    const who =
      tried.success && fresh && code !== '' ? await identify(deps, code, tried.data.nonce, redirectUri) : null;
    if (!tried.success || who === null) {
      res.setHeader('set-cookie', cookies.takeBack(ATTEMPT));
      sendText(res, 403, 'Slack did not confirm who you are. Nothing was opened. Start again at /evidence/sign-in\n');
      return;
    }
    const until = deps.now().getTime() + SESSION_MS;
    res.setHeader('set-cookie', [
      cookies.give(SESSION, { id: token(deps), ...who, until }, SESSION_MS),
      cookies.takeBack(ATTEMPT),
    ]);
    redirect(res, tried.data.to);
  };

  return {
    handler: async (req, res) => {
      const path = pathOf(req);
      if (path === '/evidence/sign-in' && isReading(req)) start(req, res);
      else if (path === '/evidence/sign-in/callback' && req.method === 'GET') await callback(req, res);
      else if (path === '/evidence/sign-out' && req.method === 'POST' && !isOtherSite(req))
        await end(deps, cookies, req, res);
      else return false;
      return true;
    },
    access: async (req) => {
      if (isOtherSite(req)) return OTHER_SITE;
      const known = await current(deps, cookies, req);
      if (known === null) {
        const words = 'These pages are open to auditors, the governance committee and administrators.';
        return {
          ok: false,
          status: 401,
          code: 'signed_out',
          words,
          signIn: `/evidence/sign-in?to=${encodeURIComponent(pathOf(req))}`,
        };
      }
      const { user, name } = known;
      if (await deps.mayRead(user)) return { ok: true, viewer: name };
      const words = `You are signed in as ${name}, who holds none of the roles Auditor, AI Governance Committee or Countersign Administrator. Ask an administrator for one.`;
      return { ok: false, status: 403, code: 'no_role', words, signIn: null };
    },
  };
}

/** The session that a request comes with, while it lasts. */
async function current(
  { now, sessions }: SignInDeps,
  cookies: SealedCookies,
  req: IncomingMessage,
): Promise<z.infer<typeof sessionSchema> | null> {
  const known = sessionSchema.safeParse(cookies.read(req, SESSION));
  if (!known.success || known.data.until <= now().getTime()) return null;
  return (await sessions.hasEnded(known.data.id)) ? null : known.data;
}

/** Signs out: the session ends on the server, whoever else holds a copy of its cookie. */
async function end(deps: SignInDeps, cookies: SealedCookies, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const known = await current(deps, cookies, req);
  if (known !== null) await deps.sessions.end(known.id, new Date(known.until), deps.now());
  res.setHeader('set-cookie', cookies.takeBack(SESSION));
  redirect(res, '/evidence');
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

function redirect(res: ServerResponse, location: string): void {
  res.writeHead(303, { location, 'content-length': 0, 'cache-control': 'no-store' });
  res.end();
}
