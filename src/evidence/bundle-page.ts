/** The bundle's own front page: what it is, what it proves, how to check it. Pure text, no script. */

type About = {
  readonly origin: string;
  readonly size: number;
  readonly root: string;
  readonly createdAt: string;
  readonly service: { readonly name: string; readonly version: string };
  readonly query: unknown;
  readonly count: number;
  readonly firstIndex: number | null;
  readonly lastIndex: number | null;
  readonly complete: boolean;
  readonly redacted: boolean;
  readonly anchors: { readonly strength: string; readonly keysReachableBy: string };
};

/** Text made safe for HTML content and attributes. */
function escapeHtml(text: string): string {
  const escapes: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return text.replace(/[&<>"']/g, (char) => escapes[char] ?? char);
}

/** `index.html` of a bundle. */
export function bundlePage(about: About): string {
  const range = about.firstIndex === null ? 'none' : `${about.firstIndex} to ${about.lastIndex}`;
  const rows: readonly (readonly [string, string])[] = [
    ['Log', about.origin],
    ['Checkpoint', `${about.size} entries, root ${about.root}`],
    [
      'In this bundle',
      `${about.count} entries, indexes ${range}${about.complete ? ', all there are' : ', a selection'}`,
    ],
    ['Asked for', about.query === null ? 'everything' : JSON.stringify(about.query)],
    ['Written', `${about.createdAt} by ${about.service.name} ${about.service.version}`],
    ['Texts and objects', about.redacted ? 'left out' : 'included where they were not erased'],
    ['Anchors', about.anchors.strength],
    ['Who can reach the keys', about.anchors.keysReachableBy],
  ];
  const table = rows.map(
    ([name, value]) => `<tr><th scope="row">${escapeHtml(name)}</th><td>${escapeHtml(value)}</td></tr>`,
  );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Evidence bundle of ${escapeHtml(about.origin)}</title>
<meta name="viewport" content="width=device-width">
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
th{text-align:left;vertical-align:top;padding:.2rem 1rem .2rem 0;white-space:nowrap}td{overflow-wrap:anywhere}</style></head>
<body><main><h1>Evidence bundle</h1><table>${table.join('')}</table>
<h2>Checking it</h2>
<p>A bundle cannot vouch for itself. Get the log's verifier key from someone other than whoever gave you this file, and
run <code>countersign evidence verify --bundle FILE --vkey KEY</code>, with <code>--anchor FILE</code> for each checkpoint
you kept earlier. Use your own copy of the program or of the verification page, not one that came inside a bundle. The page docs/verify.md of
the program's source shows how to check it with openssl alone, with Go, and with Sigstore's tools.</p>
<p>A selection proves that each of its entries is in the log, not that the selection is complete: for that, compare with a
bundle of the whole log.</p></main></body></html>
`;
}
