/**
 * Who may read the evidence pages. Decided by the server on each request, closed by default: whoever is not known to be
 * allowed is not.
 */
import type { IncomingMessage } from 'node:http';
import { isReading } from './server.ts';

/** The answer to "may this request read?". */
export type Verdict =
  /** `viewer` is shown on the page; null in the sandbox, where nobody signs in. */
  | { readonly ok: true; readonly viewer: string | null }
  | {
      readonly ok: false;
      readonly status: 401 | 403;
      readonly code: 'elsewhere' | 'other_site' | 'not_set_up' | 'signed_out' | 'no_role';
      /** What happened and what to do, in one or two sentences. */
      readonly words: string;
      /** Where to sign in; null where that would not help. */
      readonly signIn: string | null;
    };

/** Decides for one request. */
export type Access = (req: IncomingMessage) => Promise<Verdict>;

/**
 * Access in the sandbox: everybody on this machine, and no page of another site. The peer must be loopback, `Host` one
 * of `hosts` (a foreign name that resolves to this machine is refused), `Origin` and `Sec-Fetch-Site` not another site.
 */
export function loopbackAccess(hosts: readonly string[]): Access {
  return async (req) => {
    if (!isLoopback(req.socket.remoteAddress) || !hosts.includes(hostName(req.headers.host))) {
      return refused(
        'elsewhere',
        'The sandbox is served on this machine only. Open it as http://127.0.0.1 with its port.',
      );
    }
    if (isOtherSite(req)) {
      return refused('other_site', 'Another site asked for this page. Open it from your own browser window.');
    }
    return { ok: true, viewer: null };
  };
}

function refused(code: 'elsewhere' | 'other_site', words: string): Verdict {
  return { ok: false, status: 403, code, words, signIn: null };
}

const isLoopback = (address: string | undefined): boolean =>
  address !== undefined && /^(::1|(::ffff:)?127\.[0-9.]+)$/.test(address);

function hostName(host: string | undefined): string {
  return (host ?? '').toLowerCase().replace(/:[0-9]{1,5}$/, '');
}

/** True where a browser says that another site's page made this request; a followed link is not that. */
export function isOtherSite(req: IncomingMessage): boolean {
  const { origin } = req.headers;
  if (origin !== undefined && URL.parse(origin)?.host !== req.headers.host?.toLowerCase()) return true;
  const site = req.headers['sec-fetch-site'];
  const followed = isReading(req) && req.headers['sec-fetch-mode'] === 'navigate';
  return (site === 'cross-site' || site === 'same-site') && !followed;
}
