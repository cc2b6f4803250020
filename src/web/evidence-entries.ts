/** Pages of the log itself: its entries, one entry with its statement and proof, and where the log stands. */
import { ANCHOR_STRENGTHS } from '#src/evidence/anchors.ts';
import { count, facts, type Html, html, personHtml, time } from './evidence-html.ts';
import type { EntryView, LogStatus } from './evidence-ports.ts';

/** Entries on one page. */
export const ENTRIES_A_PAGE = 100;

type Names = ReadonlyMap<string, string>;

const kindOf = ({ statement }: EntryView): string =>
  statement === null ? 'unreadable' : statement.predicateType.replace(/^urn:countersign:(.+):v\d+$/, '$1');

/** Entries from `from` on, newest last, as the log has them. */
export function entriesPage(entries: readonly EntryView[], from: number, log: LogStatus, names: Names): Html {
  const rows = entries.map((entry) => {
    const { event, actor, request } = entry.statement?.predicate ?? {};
    return html`<tr><th scope="row"><a href="/evidence/entries/${entry.index}">${entry.index}</a></th><td data-label="When">${time(event?.at ?? null)}</td>
<td data-label="Evidence"><span>${kindOf(entry)}</span></td><td data-label="Event"><span>${event?.type ?? ''}</span></td><td data-label="Request"><span>${request === undefined ? html`<span class="none">none</span>` : html`<a href="/evidence/requests/${request.shortId}">${request.shortId}</a>`}</span></td>
<td data-label="Who"><span>${actor === undefined ? '' : personHtml(actor.id, names)}</span></td><td data-label="Checkpoint"><span>${entry.published ? 'covered' : 'not yet'}</span></td></tr>`;
  });
  return html`<h1>Entries</h1><p class="lead">${count(log.sequenced, 'entry', 'entries')} committed, ${log.integrated} in the tree, ${log.published?.size ?? 0} under the latest signed checkpoint.</p>
<div class="scroll" role="region" aria-label="Entries of the log" tabindex="0"><table class="stack"><caption>In the order of the log</caption><thead><tr>${['Index', 'When', 'Evidence', 'Event', 'Request', 'Who', 'Checkpoint'].map((n) => html`<th scope="col">${n}</th>`)}</tr></thead><tbody>${rows}</tbody></table></div>
${pager(from, entries.length, log.sequenced)}`;
}

function pager(from: number, shown: number, total: number): Html {
  const link = (at: number, name: string) => html`<a href="/evidence/entries?from=${at}">${name}</a>`;
  const earlier = Math.max(0, from - ENTRIES_A_PAGE);
  const later = from + shown < total;
  return html`<nav class="pages" aria-label="Pages of the log">${earlier > 0 ? link(0, 'First') : ''}
${from > 0 ? link(earlier, 'Earlier') : ''}
<span>${shown === 0 ? 'No entry yet' : `${from} to ${from + shown - 1} of ${count(total, 'entry', 'entries')}`}</span>
${later ? link(from + ENTRIES_A_PAGE, 'Later') : ''}
${later ? html`<a href="/evidence/entries">Latest</a>` : ''}
<form class="jump" action="/evidence/entries" method="get"><label for="f-from">From index</label>
<input id="f-from" name="from" inputmode="numeric" pattern="[0-9]{1,16}" required value="${from}"><button>Go</button></form></nav>`;
}

/** One entry. */
export function entryPage(entry: EntryView, names: Names): Html {
  const { index, statement, published, texts, data } = entry;
  const erased = texts.filter(({ value }) => value === null).length;
  const predicate = statement?.predicate;
  return html`<h1>Entry ${index}</h1>${
    predicate === undefined
      ? html`<p class="note bad">This entry cannot be read as a signed statement. Run <code>countersign evidence verify</code>.</p>`
      : facts([
          ['Evidence', kindOf(entry)],
          ['Event', `${predicate.event.type}, number ${predicate.event.seq} of ${predicate.event.stream}`],
          ['When', time(predicate.event.at)],
          [
            'Who',
            html`${personHtml(predicate.actor.id, names)}${predicate.actor.role === undefined ? '' : html`, as ${predicate.actor.role}`}`,
          ],
          ['By which assignment', predicate.actor.assignment ?? null],
          [
            'Request',
            predicate.request === undefined
              ? null
              : html`<a href="/evidence/requests/${predicate.request.shortId}">${predicate.request.shortId}</a>, revision ${predicate.request.revision}`,
          ],
          ['Controls', predicate.controls.length === 0 ? null : predicate.controls.join(', ')],
          [
            'Checkpoint',
            published ? 'covered by the latest signed one' : 'not covered yet: the next one is signed within moments',
          ],
          ['Hidden texts', `${texts.length - erased} kept, ${erased} erased`],
          ['Written by', `${predicate.service.name} ${predicate.service.version}`],
        ])
  }
<p class="actions">${published ? html`<a href="/evidence/entries/${index}.tlog-proof">Proof (tlog-proof)</a>` : ''}<a href="/evidence/entries/${index}.dsse.json">Signed entry (DSSE)</a></p>
<h2>What it says, with the texts put back</h2><pre tabindex="0">${JSON.stringify(data, null, 2) ?? ''}</pre>
<h2>The signed statement</h2><pre tabindex="0">${statement === null ? new TextDecoder().decode(entry.leaf) : JSON.stringify(statement, null, 2)}</pre>`;
}

/** What the server itself can say: nobody has compared anything yet. */
const WORDS: typeof ANCHOR_STRENGTHS = {
  none: 'This server keeps no checkpoint elsewhere: whoever holds the keys and the database could rewrite the log',
  operator: `The server keeps ${ANCHOR_STRENGTHS.operator}`,
  outside: `The server keeps ${ANCHOR_STRENGTHS.outside}`,
};

/** The log: how far it is, its keys, its anchors, and everything to download. */
export function aboutPage(log: LogStatus): Html {
  const { published, anchors } = log;
  const places = anchors.places.slice(-20).toReversed();
  return html`<h1>Log and downloads</h1>
<p class="lead">${published === null ? 'No checkpoint is signed yet.' : html`The latest signed checkpoint covers ${count(published.size, 'entry', 'entries')}.`}</p>
${facts([
  ['Log', html`<code>${log.origin}</code>`],
  ['Committed', count(log.sequenced, 'entry', 'entries')],
  ['In the tree', count(log.integrated, 'entry', 'entries')],
  [
    'Published',
    published === null
      ? 'none'
      : html`${count(published.size, 'entry', 'entries')}, signed ${time(published.signedAt)}`,
  ],
  ['Root', published === null ? null : html`<code>${published.root}</code>`],
  ['Verifier keys', html`${log.vkeys.map((vkey) => html`<code>${vkey}</code><br>`)}`],
  [
    'Statement keys',
    html`${log.statementKeys.map((k) => html`<code>${k.keyId}</code> ${k.announcedAt === null ? 'never announced' : html`announced in <a href="/evidence/entries/${k.announcedAt}">entry ${k.announcedAt}</a>`}${k.retiredAt === null ? '' : html`, retired ${time(k.retiredAt)}`}<br>`)}`,
  ],
  ['Who can sign', log.keysReachableBy],
])}
<h2>How far this can be trusted</h2>
<p class="note">${WORDS[anchors.strength]}.</p>
<p>Whoever holds the keys and the database could write another history. It would not fit a checkpoint that you keep: so keep one, and compare.</p>
${places.length === 0 ? '' : html`<ul>${places.map(({ kind, place, size }) => html`<li>${kind}: <span class="hash">${place}</span>, ${count(size, 'entry', 'entries')}</li>`)}</ul>`}
<h2>Downloads</h2><ul>
<li><a href="/evidence/log/checkpoint">Signed checkpoint</a>: keep it where the operator of this server cannot change it</li>
<li><a href="/evidence/download/bundle">Bundle of everything (ZIP)</a>, and <a href="/evidence/download/redacted-bundle">the same without names and texts</a></li>
<li><a href="/evidence/download/csv">Listing of all entries (CSV)</a></li>
<li><a href="/evidence/download/oscal-ar">OSCAL assessment results</a> and <a href="/evidence/download/oscal-poam">OSCAL plan of action</a></li>
<li><a href="/evidence/verify.html">Verification page</a>: one file that checks a bundle on your own machine</li></ul>
<h2>Checking without this server</h2>
<pre tabindex="0">countersign evidence verify --bundle FILE --vkey KEY --anchor CHECKPOINT</pre>
<p>Take the key from somebody other than whoever gave you the bundle. A tlog client reads the log itself under <code>/evidence/log/</code> (tlog-tiles).</p>`;
}
