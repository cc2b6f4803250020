/** HTML by template: everything put in is escaped unless it is HTML made here. No page has a style or script inside it. */
import type { ServerResponse } from 'node:http';

/** Text that is HTML already. */
export type Html = { readonly html: string };

type Part = Html | string | number | null | undefined | false | readonly Part[];

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function render(part: Part): string {
  if (part === null || part === undefined || part === false) return '';
  if (typeof part === 'string') return part.replace(/[&<>"']/g, (char) => ESCAPES[char] ?? '');
  if (typeof part === 'number') return String(part);
  if ('html' in part) return part.html;
  return part.map(render).join('');
}

/** The template tag: strings are escaped, also inside quoted attributes; null, undefined and false are nothing. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return { html: strings.map((text, i) => text + render(parts[i])).join('') };
}

/** `21 Nov 2026, 02:10 UTC`, machine-readable beside. */
export function time(iso: string | null): Html {
  if (iso === null) return html`<span class="none">none</span>`;
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return html`${iso}`;
  const day = at.toLocaleDateString('en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' });
  return html`<time datetime="${at.toISOString()}">${day}, ${at.toISOString().slice(11, 16)} UTC</time>`;
}

/** A code word as people read it: `approved_with_conditions` becomes `approved with conditions`. */
export function words(code: string): string {
  return code.replaceAll(/[_-]/g, ' ');
}

/** A status with its sign; the word always stands beside the sign. */
export function status(code: string): Html {
  const kind = GOOD.has(code) ? 'good' : BAD.has(code) ? 'bad' : 'open';
  return html`<span class="status ${kind}">${words(code)}</span>`;
}

const GOOD = new Set(['approved', 'approved_with_conditions', 'deployed', 'approve', 'closed', 'renewed']);
const BAD = new Set(['rejected', 'refused', 'revoked', 'suspended', 'expired', 'reject', 'withdrawn']);

/** `3 entries`, `1 entry`. */
export function count(n: number, one: string, many = `${one}s`): string {
  return `${n.toLocaleString('en-GB')} ${n === 1 ? one : many}`;
}

export type Page = {
  readonly title: string;
  /** Which part of the navigation this is. */
  readonly part: 'register' | 'controls' | 'entries' | 'log' | null;
  readonly viewer: string | null;
  readonly sandbox: boolean;
  readonly body: Html;
  /** Whether the page needs the verification script. */
  readonly script?: boolean;
};

const PARTS = [
  ['register', '/evidence', 'Requests'],
  ['controls', '/evidence/controls', 'Controls'],
  ['entries', '/evidence/entries', 'Entries'],
  ['log', '/evidence/about', 'Log and downloads'],
] as const;

function layout(page: Page): Html {
  const nav = PARTS.map(
    ([part, href, name]) =>
      html`<li><a href="${href}"${page.part === part ? html` aria-current="page"` : ''}>${name}</a></li>`,
  );
  const viewer =
    page.viewer === null
      ? ''
      : html`<form class="viewer" method="post" action="/evidence/sign-out"><span>${page.viewer}</span> <button>Sign out</button></form>`;
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${page.title} · Countersign evidence</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
<link rel="stylesheet" href="/evidence/style.css">${page.script === true ? html`<script type="module" src="/evidence/verify.js"></script>` : ''}
</head><body>
<a class="skip" href="#main">Skip to the content</a>
<header><p class="name"><a href="/evidence">Countersign evidence</a>${page.sandbox ? html` <span class="mark">sandbox</span>` : ''}</p>
${page.part === null ? '' : html`<nav aria-label="Evidence"><ul>${nav}</ul></nav>`}${viewer}</header>
<main id="main" tabindex="-1">${page.body}</main>
</body></html>
`;
}

/** What the browser may load: this server's own style and script, nothing inside the page, nothing from elsewhere. */
const POLICY = [
  "default-src 'none'",
  "style-src 'self'",
  "script-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Sends a page; never cached, because whoever may see it is decided each time. */
export function sendPage(res: ServerResponse, code: number, page: Page): void {
  const body = Buffer.from(layout(page).html, 'utf8');
  res.writeHead(code, {
    'content-type': 'text/html; charset=utf-8',
    'content-length': body.length,
    'content-security-policy': POLICY,
    'cache-control': 'no-store',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
  });
  res.end(body);
}

/** Names and values, as a description list. */
export function facts(rows: readonly (readonly [string, Html | string | null])[]): Html {
  return html`<dl>${rows.map(([name, value]) =>
    value === null ? '' : html`<div><dt>${name}</dt><dd>${value}</dd></div>`,
  )}</dl>`;
}

/** Who it was, by name where it is kept. */
export function personHtml(person: string, names: ReadonlyMap<string, string>): Html {
  if (person === 'service') return html`Countersign`;
  const name = names.get(person);
  return name === undefined
    ? html`<span class="soft">name not kept</span> <span class="hash">${person}</span>`
    : html`<span title="${person}">${name}</span>`;
}
