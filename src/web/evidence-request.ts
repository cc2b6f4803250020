/** The page of one request: what was asked, who decided in which role and why, what they were shown, and the proof. */
import { z } from 'zod';
import type { ExportEvidence, ExportRequest } from '#src/evidence/exports/records.ts';
import { count, facts, type Html, html, personHtml, status, time, words } from './evidence-html.ts';
import type { Dossier, EntryView, LogStatus } from './evidence-ports.ts';
import { subjectOf } from './evidence-register.ts';

type Names = ReadonlyMap<string, string>;

const voteSchema = z.object({
  choice: z.string(),
  reason: z.string().nullish(),
  conflict: z.string().nullish(),
  card: z.string().nullish(),
  capacities: z.array(z.object({ role: z.string(), onBehalfOf: z.string().nullish() })).catch([]),
  conditions: z.array(z.object({ text: z.string().nullish() })).catch([]),
});

/** Members of an event's data that are what somebody wrote. */
const textSchema = z.object({
  reason: z.string().nullish().catch(null),
  text: z.string().nullish().catch(null),
  minutes: z.string().nullish().catch(null),
});

/** What happened, in words; any other event is named by its type. */
const HAPPENED: Readonly<Record<string, string>> = {
  'request.submitted': 'asked for a decision',
  'request.refused': 'asked; the policy forbids it',
  'revision.made': 'changed the request',
  'vote.cast': 'voted',
  'vote.changed': 'changed their vote',
  'vote.withdrawn': 'withdrew their vote',
  'rejection.settled': 'settled the rejection',
  'consult.answered': 'was consulted',
  'consult.lapsed': 'The time for consulting passed',
  'information.requested': 'asked for information',
  'information.provided': 'gave the information',
  'comment.made': 'commented',
  'scope.proposed': 'proposed another scope',
  'meeting.recorded': 'recorded a meeting',
  'conditions.offered': 'Conditions were put to the requester',
  'conditions.accepted': 'accepted the conditions',
  'conditions.declined': 'declined the conditions',
  decided: 'Decided',
  'informed.told': 'Those to be informed were told',
  withdrawn: 'withdrew the request',
  reminded: 'Reminded',
  escalated: 'Escalated',
  'condition.evidenced': 'gave evidence for a condition',
  'condition.confirmed': 'confirmed a condition',
  'condition.overdue': 'A condition became overdue',
  deployed: 'Deployed',
  suspended: 'suspended the approval',
  reinstated: 'reinstated the approval',
  revoked: 'revoked the approval',
  closed: 'Closed',
  'breakglass.invoked': 'acted before approval, in an emergency',
};

/** The page's body. `verifiable`: the verification script was built. */
export function requestPage(dossier: Dossier, names: Names, log: LogStatus, verifiable: boolean): Html {
  const { request, entries } = dossier;
  return html`<h1>${request.shortId} ${subjectOf(request)}</h1>
<p class="lead">${status(request.status)}${request.breakGlass !== null ? html`, by break-glass` : ''}. ${decidedWords(request)}</p>
${requestFacts(request, names)}
${proofSection(request, entries, log, verifiable)}
<h2>Votes</h2>${votes(entries, names)}
${conditions(dossier, names)}
<h2>Documents</h2>${documents(dossier)}
<h2>What was shown and what it rests on</h2>${objects(dossier)}
<h2>Timeline</h2><p class="soft">Each line is one signed entry of the log.</p>
<ol class="timeline">${entries.map((entry) => timelineItem(entry, names))}</ol>`;
}

function decidedWords(request: ExportRequest): Html {
  if (request.decidedAt === null) return html`Not decided yet.`;
  const until = request.validUntil === null ? '' : html`, valid until ${time(request.validUntil)}`;
  const entry =
    request.decisionIndex === null
      ? ''
      : html`, <a href="#entry-${request.decisionIndex}">entry ${request.decisionIndex}</a>`;
  return html`Decided ${time(request.decidedAt)}${until}${entry}.`;
}

/** Facts of the request's own kind. */
function ownFacts(request: ExportRequest): readonly (readonly [string, Html | string | null])[] {
  const erased = html`<span class="none">erased or left out</span>`;
  if (request.kind === 'deployment')
    return [
      ['Purpose', request.purpose ?? erased],
      ['Identity', html`<code>${request.digest}</code>`],
      ['Environment', request.environment],
    ];
  if (request.kind === 'use-case')
    return [
      ['Purpose', request.purpose ?? erased],
      ['Affected', request.affected ?? erased],
      ['Data', html`${request.dataClasses.map((one, i) => html`${i > 0 ? ', ' : ''}${one ?? erased}`)}`],
    ];
  if (request.kind === 'policy')
    return [
      ['Why', request.purpose ?? erased],
      ['From', html`${request.from.version}, <code>sha256:${request.from.sha256}</code>`],
      ['To', html`${request.to.version}, <code>sha256:${request.to.sha256}</code>`],
      ['Changes', html`<ul>${request.changes.map((change) => html`<li>${change ?? erased}</li>`)}</ul>`],
    ];
  return [
    ['Circumstances', request.circumstances ?? erased],
    ['Residual risk', html`${request.residualRisk.level}: ${request.residualRisk.text ?? erased}`],
    ['Expires', time(request.expiresAt)],
  ];
}

function requestFacts(request: ExportRequest, names: Names): Html {
  const own = ownFacts(request);
  const { likeRequest } = request;
  const like =
    likeRequest === null
      ? null
      : html`<a href="/evidence/requests/${likeRequest.request}">${likeRequest.request}</a>, its revision <code>${likeRequest.revision}</code>`;
  return facts([
    ['Asked by', html`${personHtml(request.requester, names)}, ${time(request.submittedAt)}`],
    ['Owner', personHtml(request.owner, names)],
    ['Filled in from', like],
    ...own,
    ['Tier', request.tier],
    [
      'Controls',
      html`${request.controls.map((id, i) => html`${i > 0 ? ', ' : ''}<a href="/evidence/controls/${id}">${id}</a>`)}`,
    ],
    ['Policy', request.policySha256 === null ? null : html`<code>sha256:${request.policySha256}</code>`],
  ]);
}

function proofSection(
  request: ExportRequest,
  entries: readonly EntryView[],
  log: LogStatus,
  verifiable: boolean,
): Html {
  const open = entries.filter(({ published }) => !published).length;
  const inUse = log.vkeys.at(-1) ?? '';
  const announced = log.statementKeys.map(({ keyId, publicKey, announcedAt }) => ({ keyId, publicKey, announcedAt }));
  return html`<h2 id="proof">Proof</h2>
<p>${count(entries.length, 'signed entry', 'signed entries')} in the log <code>${log.origin}</code>${
    log.published === null
      ? '; no checkpoint is signed yet'
      : html`, under the checkpoint of ${count(log.published.size, 'entry', 'entries')} signed ${time(log.published.signedAt)}`
  }${open > 0 ? html`; ${open} not under it yet` : ''}.</p>
${
  verifiable
    ? html`<div id="verify" data-entries="${entries.map(({ index }) => index).join(',')}" data-keys="${JSON.stringify(announced)}">
<label for="vkey">Verifier key of the log <span class="soft">(this is the server’s own word; put in the key that you were given by somebody else)</span></label>
<input id="vkey" value="${inUse}" spellcheck="false" autocomplete="off">
<p class="actions"><button id="verify-now" class="main" type="button">Verify now, in this browser</button></p>
<p id="verify-status" role="status" aria-live="polite"></p><div id="verify-details"></div></div>`
    : html`<p>To check it, download the bundle and open it with a verification page of your own.</p>`
}
<p class="actions"><a href="/evidence/download/bundle?request=${request.shortId}">Bundle of this request (ZIP)</a>
<a href="/evidence/download/csv?request=${request.shortId}">Listing (CSV)</a>
<a href="/evidence/log/checkpoint">Signed checkpoint</a><a href="/evidence/about">How to check without this server</a></p>`;
}

function votes(entries: readonly EntryView[], names: Names): Html {
  const rows = entries.flatMap((entry) => {
    const type = entry.statement?.predicate.event.type ?? '';
    const vote = type === 'vote.cast' || type === 'vote.changed' ? voteSchema.safeParse(entry.data) : null;
    return vote?.success === true ? [voteRow(entry, vote.data, names)] : [];
  });
  if (rows.length === 0) return html`<p>No vote was cast.</p>`;
  return html`<div class="scroll" role="region" aria-label="Votes" tabindex="0"><table class="stack"><caption>Every vote as it was cast or changed</caption>
<thead><tr><th scope="col">Who</th><th scope="col">Vote</th><th scope="col">In the role</th><th scope="col">Reason</th><th scope="col">When</th><th scope="col">Entry</th></tr></thead><tbody>${rows}</tbody></table></div>`;
}

function voteRow({ index, statement }: EntryView, vote: z.infer<typeof voteSchema>, names: Names): Html {
  const roles = vote.capacities.map(
    ({ role, onBehalfOf }, i) =>
      html`${i > 0 ? ', ' : ''}${role}${onBehalfOf ? html` for ${personHtml(onBehalfOf, names)}` : ''}`,
  );
  const wanted = vote.conditions.map(({ text }) => html`<br>Condition: ${text ?? '[erased]'}`);
  return html`<tr><th scope="row">${personHtml(statement?.predicate.actor.id ?? '', names)}</th><td data-label="Vote"><span>${status(vote.choice)}</span></td>
<td data-label="In the role"><span>${roles}</span></td><td data-label="Reason"><span>${vote.reason ?? html`<span class="none">none given</span>`}${vote.conflict ? html`<br>Conflict declared: ${vote.conflict}` : ''}${wanted}</span></td>
<td data-label="When">${time(statement?.predicate.event.at ?? null)}</td><td data-label="Entry"><a href="#entry-${index}">${index}</a></td></tr>`;
}

function conditions({ request, objects: kept }: Dossier, names: Names): Html {
  if (request.conditions.length === 0) return html``;
  return html`<h2>Conditions</h2><ul>${request.conditions.map(
    (c) =>
      html`<li>${c.text ?? '[erased]'}: ${personHtml(c.owner, names)}, due ${time(c.dueAt)}, ${words(c.phase)}. ${
        c.confirmed
          ? status('closed')
          : c.overdue
            ? html`<span class="status bad">overdue</span>`
            : html`<span class="status open">open</span>`
      }${c.evidence.length === 0 ? '' : html`<ul>${c.evidence.map((item) => evidenceItem(item, request, kept))}</ul>`}</li>`,
  )}</ul>`;
}

function documents({ request, objects: kept }: Dossier): Html {
  const { evidence, demands } = request;
  const missing = demands.filter((d) => !evidence.some(({ kind }) => kind === d.kind || d.accepts.includes(kind)));
  const items = evidence.map((item) => evidenceItem(item, request, kept));
  return html`${items.length === 0 ? html`<p>None was given.</p>` : html`<ul>${items}</ul>`}${missing.map(
    (d) => html`<p><span class="status bad">missing</span> ${d.title} (${d.serves.join(', ')})</p>`,
  )}`;
}

/** A piece of evidence of the request or of one of its conditions. */
function evidenceItem(item: ExportEvidence, request: ExportRequest, kept: Dossier['objects']): Html {
  const date = item.date === null ? '' : html`, ${time(item.date)}`;
  const source = item.sha256 === null ? linkOf(item) : fileOf({ ...item, sha256: item.sha256 }, request, kept);
  return html`<li><strong>${words(item.kind)}</strong>: ${item.title ?? '[erased]'}${date}<br>${source}</li>`;
}

/** The address is shown, not linked: it was typed by a person, and this page leads nowhere by itself. */
function linkOf({ href }: ExportEvidence): Html {
  const address = href === null ? '' : html`<span class="hash">${href}</span><br>`;
  return html`${address}<span class="soft">a link; the file itself was not captured</span>`;
}

/** A captured file is given out from here: where it was uploaded, nobody outside the workspace could read it. */
function fileOf(
  { sha256, href }: ExportEvidence & { readonly sha256: string },
  { shortId }: ExportRequest,
  kept: Dossier['objects'],
): Html {
  const hash = html`<code>sha256:${sha256}</code>`;
  const stored = kept.find((object) => object.sha256 === sha256);
  const file = stored
    ? html`<a href="/evidence/requests/${shortId}/objects/${sha256}">Download the file</a> ${hash}<br><span class="soft">${stored.what}</span>`
    : html`<span class="soft">the file is not kept here</span> ${hash}`;
  // An upload's address says its hash; any other one is where the file was fetched from.
  const fetched = href !== null && !href.endsWith(`#sha256=${sha256}`);
  return fetched ? html`${file}<br><span class="soft">fetched from</span> <span class="hash">${href}</span>` : file;
}

function objects({ request, objects: refs }: Dossier): Html {
  if (refs.length === 0) return html`<p>No stored text is named by these entries.</p>`;
  return html`<ul>${refs.map(
    ({ sha256, what }) =>
      html`<li>${what}: <a href="/evidence/requests/${request.shortId}/objects/${sha256}"><code>sha256:${sha256}</code></a></li>`,
  )}</ul>`;
}

function timelineItem({ index, statement, data, published }: EntryView, names: Names): Html {
  if (statement === null) {
    return html`<li id="entry-${index}"><h3>Entry ${index} cannot be read</h3><p>Run <code>countersign evidence verify</code>.</p></li>`;
  }
  const { event, actor } = statement.predicate;
  const what = HAPPENED[event.type] ?? words(event.type);
  const said = textSchema.safeParse(data);
  const texts = said.success ? [said.data.reason, said.data.text, said.data.minutes].filter((t) => t != null) : [];
  const vote = z.object({ choice: z.string() }).safeParse(data);
  const outcome = z.object({ outcome: z.string() }).safeParse(data);
  return html`<li id="entry-${index}"><h3>${/^[A-Z]/.test(what) ? what : html`${personHtml(actor.id, names)} ${what}`}${vote.success ? html`: ${status(vote.data.choice)}` : ''}${outcome.success ? html`: ${status(outcome.data.outcome)}` : ''}</h3>
<p class="soft">${time(event.at)}${actor.role === undefined ? '' : html`, as ${actor.role}`} · <a href="/evidence/entries/${index}">entry ${index}</a>${published ? '' : ', not under a checkpoint yet'}</p>
${texts.map((text) => html`<blockquote>${text}</blockquote>`)}</li>`;
}
