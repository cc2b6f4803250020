import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readFileSync, statSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';

const TYPES: Readonly<Record<string, string>> = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
  woff2: 'font/woff2',
  png: 'image/png',
  map: 'application/json',
};

/** Only this server; no inline script, nothing framed, nothing from outside. Styles set by React are inline. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const UNBUILT = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Countersign sandbox</title>
<p>The page is not built yet. Run <code>npm run prepare</code> in the checkout, then reload.</p></html>`;

/** Serves the built page and its hashed assets from one folder. */
export type PageAssets = {
  servePage(res: ServerResponse, method: string): void;
  /** False when there is no such asset. */
  serveAsset(res: ServerResponse, method: string, name: string): boolean;
};

export const createPageAssets = (folder: string): PageAssets => ({
  servePage: (res, method) => {
    const file = join(folder, 'index.html');
    const html = existsSync(file) ? readFileSync(file) : Buffer.from(UNBUILT);
    res.writeHead(existsSync(file) ? 200 : 503, {
      'content-type': 'text/html; charset=utf-8',
      'content-length': html.length,
      'cache-control': 'no-cache',
      'content-security-policy': POLICY,
      'cross-origin-opener-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      etag: `"${createHash('sha256').update(html).digest('hex').slice(0, 16)}"`,
    });
    res.end(method === 'HEAD' ? undefined : html);
  },
  serveAsset: (res, method, name) => {
    // One folder deep and plain names only, so that no path leads out of it.
    if (!/^[A-Za-z0-9_-][A-Za-z0-9._-]{0,120}$/.test(name)) return false;
    const file = join(folder, 'assets', name);
    const type = TYPES[name.split('.').at(-1) ?? ''];
    if (!type || !existsSync(file) || !statSync(file).isFile()) return false;
    res.writeHead(200, {
      'content-type': type,
      'content-length': statSync(file).size,
      'cache-control': 'public, max-age=31536000, immutable',
      'x-content-type-options': 'nosniff',
    });
    if (method === 'HEAD') res.end();
    else createReadStream(file).pipe(res);
    return true;
  },
});
