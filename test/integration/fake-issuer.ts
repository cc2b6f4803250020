/** A stand-in for Slack's OpenID Connect: asks for consent, gives out codes that count once, checks what is exchanged. */
import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { bodyOf, localServers } from './local-servers.ts';

export const CLIENT = '123.456';
export const SECRET = 'a secret that nobody knows';
export const TEAM = 'T024BE7LD';

type Issued = { readonly nonce: string; readonly redirectUri: string };

/** An issuer that listens; `claims` changes what its next tokens say. */
export async function startIssuer(now: () => number) {
  const codes = new Map<string, Issued>();
  const { serve, close } = localServers();
  const issuer = {
    claims: {} as Record<string, unknown>,
    /** What the token endpoint refused, by Slack's error names. */
    refused: [] as string[],
    authorizeUrl: '',
    tokenUrl: '',
    close,
  };
  const address = await serve(async (req, res) => {
    const url = new URL(req.url ?? '/', 'http://issuer');
    if (url.pathname === '/authorize') {
      authorize(url.searchParams, res);
      return;
    }
    const answer = exchange(new URLSearchParams((await bodyOf(req)).toString()));
    if (typeof answer === 'string') issuer.refused.push(answer);
    const said = typeof answer === 'string' ? { ok: false, error: answer } : { ok: true, ...answer };
    res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(said));
  });

  function authorize(asked: URLSearchParams, res: ServerResponse): void {
    const fits =
      asked.get('client_id') === CLIENT &&
      asked.get('response_type') === 'code' &&
      asked.get('scope')?.split(' ').includes('openid') === true &&
      asked.get('team') === TEAM;
    const redirectUri = asked.get('redirect_uri');
    if (!fits || redirectUri === null) {
      res.writeHead(400).end('invalid request');
      return;
    }
    const code = randomUUID();
    codes.set(code, { nonce: asked.get('nonce') ?? '', redirectUri });
    const query = new URLSearchParams({ code, state: asked.get('state') ?? '' });
    const page = `<a href="${redirectUri}?${query.toString().replaceAll('&', '&amp;')}">Allow</a>
<a href="${redirectUri}?error=access_denied&amp;state=${asked.get('state')}">Cancel</a>`;
    res.writeHead(200, { 'content-type': 'text/html' }).end(page);
  }

  function exchange(form: URLSearchParams): { readonly id_token: string } | string {
    const issued = codes.get(form.get('code') ?? '');
    codes.delete(form.get('code') ?? '');
    if (form.get('client_id') !== CLIENT || form.get('client_secret') !== SECRET) return 'bad_client_secret';
    if (form.get('grant_type') !== 'authorization_code') return 'invalid_grant_type';
    if (issued === undefined) return 'invalid_code';
    if (form.get('redirect_uri') !== issued.redirectUri) return 'bad_redirect_uri';
    const claims = {
      iss: 'https://slack.com',
      aud: CLIENT,
      exp: now() / 1000 + 300,
      nonce: issued.nonce,
      name: 'Audrey Chen',
      'https://slack.com/team_id': TEAM,
      'https://slack.com/user_id': 'U0AUDIT',
      ...issuer.claims,
    };
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    return { id_token: `${part({ alg: 'RS256' })}.${part(claims)}.${part({})}` };
  }

  // To a browser another site than 127.0.0.1, as Slack is another site than the server.
  issuer.authorizeUrl = `${address.replace('127.0.0.1', 'localhost')}/authorize`;
  issuer.tokenUrl = `${address}/token`;
  return issuer;
}
