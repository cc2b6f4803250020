/**
 * `/evidence`: pages for auditors, rendered on the server and read-only. Whoever asks is looked at on each request;
 * whoever is not known to be allowed gets 401 or 403 and is told what to do.
 */
import { createReadStream } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { personsIn } from '#src/delivery/people/names.ts';
import type { Access, Verdict } from './evidence-access.ts';
import { aboutPage, ENTRIES_A_PAGE, entriesPage, entryPage } from './evidence-entries.ts';
import { type Html, html, type Page, sendPage } from './evidence-html.ts';
import type { Download, DownloadFormat, EvidenceReader } from './evidence-ports.ts';
import { controlPage, controlsPage, filtersOf, listingOf, personsOf, registerPage } from './evidence-register.ts';
import { requestPage } from './evidence-request.ts';
import { EVIDENCE_STYLE } from './evidence-style.ts';
import { type Handler, isReading, pathOf, sendText } from './server.ts';

const FORMATS: readonly DownloadFormat[] = ['bundle', 'redacted-bundle', 'csv', 'oscal-ar', 'oscal-poam'];

export type EvidencePagesDeps = {
  readonly reader: EvidenceReader;
  readonly access: Access;
  readonly sandbox: boolean;
  /** The verification page as one file; null when it was not built. */
  readonly verifyPage: () => Promise<Uint8Array | null>;
  /** Signing in and out; null where nobody signs in. */
  readonly signIn: Handler | null;
};

type Call = {
  readonly deps: EvidencePagesDeps;
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly query: URLSearchParams;
  readonly viewer: string | null;
};

/** Everything below `/evidence` that is not the log itself. */
export function createEvidencePages(deps: EvidencePagesDeps): Handler {
  return async (req, res) => {
    const path = pathOf(req);
    if (path !== '/evidence' && !path.startsWith('/evidence/')) return false;
    if (path === '/evidence/style.css') {
      sendText(res, 200, EVIDENCE_STYLE, 'text/css');
      return true;
    }
    if (deps.signIn !== null && (await deps.signIn(req, res))) return true;
    const verdict = await deps.access(req);
    if (!verdict.ok) {
      refuse(deps, res, verdict);
      return true;
    }
    if (!isReading(req)) {
      res.setHeader('allow', 'GET, HEAD');
      sendText(res, 405, 'These pages are only read.');
      return true;
    }
    const query = new URL(req.url ?? '/', 'http://localhost').searchParams;
    const call: Call = { deps, req, res, query, viewer: verdict.viewer };
    if (!(await route(call, path))) notThere(call);
    return true;
  };
}

function refuse({ sandbox }: EvidencePagesDeps, res: ServerResponse, verdict: Extract<Verdict, { ok: false }>): void {
  const body = html`<h1>${verdict.status === 401 ? 'Sign in to read the evidence' : 'Not open to you'}</h1><p class="lead">${verdict.words}</p>
${verdict.signIn === null ? '' : html`<p><a href="${verdict.signIn}">Sign in with Slack</a></p>`}`;
  sendPage(res, verdict.status, { title: 'Sign in', part: null, viewer: null, sandbox, body });
}

function show(call: Call, page: Omit<Page, 'viewer' | 'sandbox'>, code = 200): true {
  sendPage(call.res, code, { ...page, viewer: call.viewer, sandbox: call.deps.sandbox });
  return true;
}

function notThere(call: Call): true {
  const body = html`<h1>There is nothing at this address</h1><p><a href="/evidence">Show all requests</a></p>`;
  return show(call, { title: 'Not found', part: null, body }, 404);
}

async function route(call: Call, path: string): Promise<boolean> {
  const [, , part = '', id = '', sub = '', last = ''] = path.split('/').map(decoded);
  const depth = path.split('/').length;
  if (depth === 2 || path === '/evidence/') return register(call);
  if (part === 'requests' && depth === 4) return request(call, id);
  if (part === 'requests' && depth === 6 && sub === 'objects') return object(call, id, last);
  if (part === 'controls' && depth === 3) return controls(call);
  if (part === 'controls' && depth === 4) return control(call, id);
  if (part === 'entries' && depth === 3) return entries(call);
  if (part === 'entries' && depth === 4) return entry(call, id);
  if (part === 'about' && depth === 3) return about(call);
  if (part === 'download' && depth === 4) return download(call, id);
  if (part === 'verify.js' && depth === 3) return file(call, await call.deps.reader.script(), 'text/javascript');
  if (part === 'verify.html' && depth === 3) return verifyPage(call);
  return false;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return '';
  }
}

async function register(call: Call): Promise<true> {
  const { reader } = call.deps;
  const found = await reader.register();
  const filters = filtersOf(call.query);
  const page = Number(call.query.get('page') ?? 1) || 1;
  const namesIn = (requests: typeof found.requests) => reader.names(new Set(requests.flatMap(personsOf)));
  // Everybody's name is read for the filter by person only.
  const everybody = filters.person === '' ? null : await namesIn(found.requests);
  const listing = listingOf(found, filters, page, everybody ?? new Map());
  const names = everybody ?? (await namesIn(listing.shown));
  return show(call, { title: 'Requests', part: 'register', body: registerPage(found, filters, listing, names) });
}

async function request(call: Call, id: string): Promise<boolean> {
  const { reader } = call.deps;
  const dossier = await reader.dossier(id);
  if (dossier === null) return false;
  const [log, script] = await Promise.all([reader.status(), reader.script()]);
  const told = dossier.entries.map(({ statement, data }) => [statement, data]);
  const names = await reader.names(personsIn([dossier.request, told]));
  const body = requestPage(dossier, names, log, script !== null);
  return show(call, { title: dossier.request.shortId, part: 'register', body, script: script !== null });
}

/** A stored text, as text: it is never run or shown as a page of this server. */
async function object(call: Call, id: string, sha256: string): Promise<boolean> {
  const dossier = await call.deps.reader.dossier(id);
  if (dossier === null || !dossier.objects.some((ref) => ref.sha256 === sha256)) return false;
  const stored = await call.deps.reader.object(sha256);
  if (stored === null) return false;
  const shown = stored.mediaType === 'application/json' || stored.mediaType.startsWith('text/');
  if (shown) return file(call, stored.bytes, 'text/plain');
  call.res.setHeader('content-disposition', `attachment; filename="${sha256}"`);
  return file(call, stored.bytes, 'application/octet-stream');
}

async function controls(call: Call): Promise<true> {
  const body = controlsPage(await call.deps.reader.register());
  return show(call, { title: 'Controls', part: 'controls', body });
}

async function control(call: Call, id: string): Promise<boolean> {
  const body = controlPage(await call.deps.reader.register(), id);
  return body !== null && show(call, { title: id, part: 'controls', body });
}

async function entries(call: Call): Promise<true> {
  const { reader } = call.deps;
  const log = await reader.status();
  const newest = Math.max(0, log.sequenced - ENTRIES_A_PAGE);
  const from = Math.min(indexOf(call.query.get('from') ?? '') ?? newest, Math.max(0, log.sequenced - 1));
  const found = await reader.entries(from, ENTRIES_A_PAGE);
  const names = await reader.names(new Set(found.flatMap(({ statement }) => statement?.predicate.actor.id ?? [])));
  return show(call, { title: 'Entries', part: 'entries', body: entriesPage(found, from, log, names) });
}

async function entry(call: Call, name: string): Promise<boolean> {
  const [, digits = '', form = ''] = /^([0-9]{1,16})(\.dsse\.json|\.tlog-proof|\.texts\.json)?$/.exec(name) ?? [];
  const index = indexOf(digits);
  if (index === null) return false;
  const { reader } = call.deps;
  if (form === '.tlog-proof') {
    const proof = await reader.proof(index);
    return proof !== null && file(call, new TextEncoder().encode(proof), 'text/plain');
  }
  const [found] = await reader.entries(index, 1);
  if (found === undefined) return false;
  if (form === '.dsse.json') return file(call, found.leaf, 'application/json');
  if (form === '.texts.json') {
    const texts = found.texts.flatMap(({ hash, salt, value }) => (value === null ? [] : [{ hash, salt, value }]));
    return file(call, new TextEncoder().encode(JSON.stringify(texts)), 'application/json');
  }
  const body = entryPage(found, await reader.names(personsIn([found.statement, found.data])));
  return show(call, { title: `Entry ${index}`, part: 'entries', body });
}

function indexOf(digits: string): number | null {
  const index = Number(digits);
  return /^[0-9]{1,16}$/.test(digits) && Number.isSafeInteger(index) ? index : null;
}

async function about(call: Call): Promise<true> {
  return show(call, { title: 'Log', part: 'log', body: aboutPage(await call.deps.reader.status()) });
}

async function verifyPage(call: Call): Promise<boolean> {
  const page = await call.deps.verifyPage();
  if (page === null) return false;
  // Downloaded, not shown: a verification page that this server serves proves nothing about this server.
  call.res.setHeader('content-disposition', 'attachment; filename="verify.html"');
  return file(call, page, 'text/html');
}

function file({ res }: Call, bytes: Uint8Array | null, contentType: string): boolean {
  if (bytes === null) return false;
  const type = contentType.startsWith('text/') ? `${contentType}; charset=utf-8` : contentType;
  res.writeHead(200, {
    'content-type': type,
    'content-length': bytes.length,
    'cache-control': 'no-store',
    'content-security-policy': "default-src 'none'; sandbox",
  });
  res.end(bytes);
  return true;
}

async function download(call: Call, name: string): Promise<boolean> {
  const format = FORMATS.find((known) => known === name);
  if (format === undefined) return false;
  const filters = Object.fromEntries(
    (['from', 'to', 'control', 'request', 'system', 'person'] as const).flatMap((key) => {
      const value = call.query.get(key)?.trim().slice(0, 200) ?? '';
      return value === '' ? [] : [[key, value]];
    }),
  );
  const made = await call.deps.reader.download(format, filters);
  if (made.ok) await send(call, made);
  else
    show(call, { title: 'No download', part: 'log', body: noDownload(made.words) }, made.reason === 'busy' ? 503 : 404);
  return true;
}

function noDownload(text: string): Html {
  return html`<h1>No file was made</h1><p class="lead">${text}</p><p><a href="/evidence">Show all requests</a></p>`;
}

async function send({ req, res }: Call, made: Extract<Download, { ok: true }>): Promise<void> {
  try {
    res.writeHead(200, {
      'content-type': made.contentType,
      'content-length': made.sizeBytes,
      'content-disposition': `attachment; filename="${made.name}"`,
      'cache-control': 'no-store',
    });
    // A file is read for nothing where only its headers were asked for.
    if (req.method === 'HEAD') res.end();
    else await pipeline(createReadStream(made.path), res);
  } catch {
    // The reader went away; there is nobody left to tell.
  } finally {
    await made.remove();
  }
}
