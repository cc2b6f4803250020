/**
 * Fetches a linked document for capture. What somebody types must not make this server talk to its own network: only
 * hosts that were configured, by https on the usual port, only public addresses, the connection pinned to the address
 * that was looked at, each redirect judged like the first address, and no more bytes than a file may have.
 */
import { lookup } from 'node:dns/promises';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import type { LookupFunction } from 'node:net';
import type { FetchedLink, LinkRefusal, Links } from '#src/delivery/inbox/links.ts';
import { isPublicAddress } from './addresses.ts';

const TIMEOUT_MS = 10_000;
const REDIRECTS_MAX = 3;

type Resolved = readonly { readonly address: string; readonly family: number }[];

export type LinkOptions = {
  /** Host names that may be asked, in small letters; exact. */
  readonly hosts: readonly string[];
  readonly bytesMax: number;
  readonly port?: number;
  readonly resolve?: (host: string) => Promise<Resolved>;
  readonly isPublic?: (address: string) => boolean;
  /** Milliseconds for the whole, name look-up and redirects included; 10 seconds where left out. */
  readonly timeoutMs?: number;
  /** Certificate authority, where it is not one of the usual. */
  readonly ca?: string;
};

/** Makes the port. */
export function createLinks(options: LinkOptions): Links {
  return {
    takes: (url) => isAllowed(URL.parse(url), options) === null,
    async fetch(url) {
      const signal = AbortSignal.timeout(options.timeoutMs ?? TIMEOUT_MS);
      let target = URL.parse(url);
      for (let hop = 0; hop <= REDIRECTS_MAX; hop++) {
        const answer = await ask(target, options, signal).catch(() => 'no_answer' as const);
        if (!(answer instanceof URL)) return typeof answer === 'string' ? { ok: false, why: answer } : answer;
        target = answer;
      }
      return { ok: false, why: 'too_many_redirects' };
    },
  };
}

function isAllowed(url: URL | null, { hosts, port = 443 }: LinkOptions): LinkRefusal | null {
  if (url === null || url.protocol !== 'https:' || url.username !== '' || url.password !== '') return 'not_https';
  if (Number(url.port || 443) !== port) return 'not_https';
  return hosts.includes(url.hostname.toLowerCase()) ? null : 'host_not_allowed';
}

/** One request: the document, where it redirects to, or why not. Throws when the host does not answer. */
async function ask(
  url: URL | null,
  options: LinkOptions,
  signal: AbortSignal,
): Promise<FetchedLink | URL | LinkRefusal> {
  const refused = isAllowed(url, options);
  if (refused !== null || url === null) return refused ?? 'not_https';
  const found = await inTime((options.resolve ?? resolveAll)(url.hostname), signal);
  const isPublic = options.isPublic ?? isPublicAddress;
  const [first] = found;
  // One private address among public ones is how a name is bent; then none is asked.
  if (first === undefined || !found.every(({ address }) => isPublic(address))) return 'private_address';
  const response = await connect(url, first, options, signal);
  const { statusCode = 0, headers } = response;
  if (statusCode >= 300 && statusCode < 400 && headers.location !== undefined) {
    response.destroy();
    return URL.parse(headers.location, url) ?? 'no_answer';
  }
  const encoded = headers['content-encoding'] !== undefined && headers['content-encoding'] !== 'identity';
  if (statusCode !== 200 || encoded) {
    response.destroy();
    return 'refused';
  }
  const bytes = await bodyOf(response, options.bytesMax);
  return bytes === null ? 'too_large' : { ok: true, bytes };
}

/** A name server that does not answer cannot be called off; it is not waited for any longer. */
function inTime<T>(answer: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    answer.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

function resolveAll(host: string): Promise<Resolved> {
  return lookup(host, { all: true, verbatim: true });
}

/** Connects to this one address, whatever the name means by now; the certificate must still be the name's. */
function connect(
  url: URL,
  { address, family }: Resolved[number],
  { ca }: LinkOptions,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const pinned: LookupFunction = (_host, asked, done) => {
    if (asked.all) done(null, [{ address, family }]);
    else done(null, address, family);
  };
  const headers = { accept: '*/*', 'accept-encoding': 'identity', 'user-agent': 'countersign' };
  return new Promise((resolve, reject) => {
    const sent = request(url, { lookup: pinned, agent: false, headers, signal, ...(ca === undefined ? {} : { ca }) });
    sent.on('response', resolve);
    sent.on('error', reject);
    sent.end();
  });
}

async function bodyOf(response: IncomingMessage, bytesMax: number): Promise<Uint8Array | null> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of response as AsyncIterable<Buffer>) {
    size += part.length;
    // Leaving the loop closes the connection.
    if (size > bytesMax) return null;
    parts.push(part);
  }
  return Buffer.concat(parts);
}
