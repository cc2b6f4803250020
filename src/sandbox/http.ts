import type { IncomingMessage, ServerResponse } from 'node:http';

/** Why a request is not served. */
export type GuardRefusal = 'not_loopback' | 'host_not_allowed' | 'origin_not_allowed' | 'cross_site';

/** Reads a request's body. `too_large` beyond the limit, `aborted` when the sender went away. */
export const readBody = (
  req: IncomingMessage,
  limit: number,
): Promise<
  { readonly ok: true; readonly body: Buffer } | { readonly ok: false; readonly reason: 'too_large' | 'aborted' }
> =>
  new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    req.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= limit) chunks.push(chunk);
      // Reading on and dropping lets the sender see the answer; far beyond the limit the connection is cut.
      if (size > limit * 4) req.destroy();
    });
    req.on('end', () =>
      resolve(size > limit ? { ok: false, reason: 'too_large' } : { ok: true, body: Buffer.concat(chunks) }),
    );
    req.on('error', () => resolve({ ok: false, reason: 'aborted' }));
    req.on('close', () => resolve({ ok: false, reason: 'aborted' }));
  });

/** Sends JSON; never cached. */
export const sendJson = (
  res: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void => {
  if (res.headersSent || res.destroyed) return;
  const bytes = Buffer.from(JSON.stringify(body));
  res.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': bytes.length,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...headers,
  });
  res.end(bytes);
};

const isLoopback = (address: string | undefined): boolean =>
  address === undefined || address === '::1' || /^(::ffff:)?127\./.test(address);

/** `127.0.0.1:3000`, `[::1]:3000`, `localhost` -> host name without port. */
const hostnameOf = (host: string): string => host.toLowerCase().replace(/:\d+$/, '');

/** An entry with a port matches that port only, one without matches any. */
const hostAllowed = (host: string, allowed: readonly string[]): boolean =>
  allowed.some((entry) => entry.toLowerCase() === host.toLowerCase() || entry.toLowerCase() === hostnameOf(host));

/**
 * Keeps everyone but this machine's own pages and programs out: the peer must be loopback, `Host` on the list (DNS
 * rebinding), `Origin`, when a browser sends one, too (cross-site posts), and `Sec-Fetch-Site` not cross-site except
 * for following a link to the page.
 */
export const guard = (req: IncomingMessage, allowedHosts: readonly string[]): GuardRefusal | null => {
  if (!isLoopback(req.socket.remoteAddress)) return 'not_loopback';
  const host = req.headers.host ?? '';
  if (!hostAllowed(host, allowedHosts)) return 'host_not_allowed';
  const origin = req.headers.origin;
  if (origin !== undefined) {
    const parsed = URL.parse(origin);
    const plain = parsed !== null && (parsed.protocol === 'http:' || parsed.protocol === 'https:');
    // The page's own origin is the host it was loaded from: another port of this machine is another site.
    if (!plain || parsed.host.toLowerCase() !== host.toLowerCase()) return 'origin_not_allowed';
  }
  const site = req.headers['sec-fetch-site'];
  const navigation = req.method === 'GET' && req.headers['sec-fetch-mode'] === 'navigate';
  if ((site === 'cross-site' || site === 'same-site') && !navigation) return 'cross_site';
  return null;
};
