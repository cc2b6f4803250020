/** The register: requests by filter, and the page of the controls that they serve. */
import { type ControlCoverage, coverageLine, coverageOf } from '#src/evidence/exports/coverage.ts';
import { controlsOf, type ExportRequest, hasControl, isAbout, systemsOf } from '#src/evidence/exports/records.ts';
import { count, type Html, html, personHtml, status, time, words } from './evidence-html.ts';
import type { Register } from './evidence-ports.ts';

const ROWS_A_PAGE = 50;

/** Filters as they stand in the address. */
export const FILTERS = ['q', 'kind', 'status', 'system', 'control', 'person', 'from', 'to'] as const;
export type Filters = Readonly<Record<(typeof FILTERS)[number], string>>;

/** Reads the filters from a query; each at most 200 characters. */
export function filtersOf(query: URLSearchParams): Filters {
  return Object.fromEntries(FILTERS.map((name) => [name, (query.get(name) ?? '').trim().slice(0, 200)])) as Filters;
}

/** Everybody whom a request names. */
export function personsOf(request: ExportRequest): readonly string[] {
  const owners = request.conditions.map(({ owner }) => owner);
  return [...new Set([...request.persons, ...owners])];
}

/** One line about what a request is for. */
export function subjectOf(request: ExportRequest): string {
  if (request.kind === 'deployment') return `${request.system} ${request.version} to ${request.environment}`;
  if (request.kind === 'use-case') return `Use case ${request.system}`;
  if (request.kind === 'policy') return `Approval policy ${request.to.version} in place of ${request.from.version}`;
  return `Deviation from ${request.deviatesFrom.join(', ')} for ${request.systems.join(', ')}`;
}

function ownWords(r: ExportRequest): readonly string[] {
  if (r.kind === 'deployment') return [r.version, r.digest, r.environment];
  if (r.kind === 'policy') return [r.from.version, r.to.version, r.to.sha256];
  return r.kind === 'exception' ? r.environments : r.dataClasses.filter((one) => one !== null);
}

function haystack(r: ExportRequest): string {
  const own = ownWords(r);
  return [r.shortId, r.id, r.status, r.tier ?? '', ...systemsOf(r), ...controlsOf(r), ...own].join(' ').toLowerCase();
}

/** The requests that the filters leave. */
function filtered(
  requests: readonly ExportRequest[],
  filters: Filters,
  names: ReadonlyMap<string, string>,
): readonly ExportRequest[] {
  const q = filters.q.toLowerCase();
  const person = filters.person.toLowerCase();
  const end = filters.to.length === 10 ? `${filters.to}T23:59:59.999Z` : filters.to;
  return requests.filter((request) => {
    const at = request.decidedAt ?? request.submittedAt;
    if (filters.kind !== '' && request.kind !== filters.kind) return false;
    if (filters.status !== '' && request.status !== filters.status) return false;
    if (filters.from !== '' && at < filters.from) return false;
    if (end !== '' && at > end) return false;
    if (filters.system !== '' && !isAbout(request, filters.system)) return false;
    if (filters.control !== '' && !hasControl(request, filters.control)) return false;
    if (person !== '' && !request.persons.some((id) => isPerson(id, names.get(id), person))) return false;
    return q === '' || q.split(/\s+/).every((word) => haystack(request).includes(word));
  });
}

function isPerson(id: string, name: string | undefined, wanted: string): boolean {
  return id === wanted || (name?.toLowerCase().includes(wanted) ?? false);
}

/** One page of what the filters leave; `page` counts from 1 and is kept within `pages`. */
export type Listing = {
  readonly found: number;
  readonly page: number;
  readonly pages: number;
  readonly shown: readonly ExportRequest[];
};

/** The requests of a page. `names` are needed for the filter by person only. */
export function listingOf(
  { requests }: Register,
  filters: Filters,
  page: number,
  names: ReadonlyMap<string, string>,
): Listing {
  const found = filtered(requests, filters, names);
  const pages = Math.max(1, Math.ceil(found.length / ROWS_A_PAGE));
  const at = Math.min(Math.max(1, Math.trunc(page)), pages);
  return { found: found.length, page: at, pages, shown: found.slice((at - 1) * ROWS_A_PAGE, at * ROWS_A_PAGE) };
}

/** The register's page. `names`: of everybody whom the shown requests name. */
export function registerPage(
  { requests, unread }: Register,
  filters: Filters,
  { found, page, pages, shown }: Listing,
  names: ReadonlyMap<string, string>,
): Html {
  return html`<h1>Requests</h1>
<p class="lead">${count(found, 'request')}${found === requests.length ? '' : ` of ${requests.length}`}, as the signed log tells them.</p>
${unread.length === 0 ? '' : html`<p class="note bad">${count(unread.length, 'entry', 'entries')} could not be read (${unread.slice(0, 5).join(', ')}). Run <code>countersign evidence verify</code>.</p>`}
${filterForm(requests, filters)}
${shown.length === 0 ? nothingShown(requests.length) : rowsTable(shown, names)}
${pages > 1 ? pager(filters, page, pages) : ''}
${downloads(filters)}`;
}

function nothingShown(total: number): Html {
  return total === 0
    ? html`<p>No request was made yet. What the log holds besides is under <a href="/evidence/entries">Entries</a>.</p>`
    : html`<p>Nothing matches. <a href="/evidence">Show all requests</a></p>`;
}

/** A file must hold what the page shows: it can be narrowed only by what downloads know. */
function downloads(filters: Filters): Html {
  if (filters.q !== '' || filters.kind !== '' || filters.status !== '') {
    return html`<p class="soft">Downloads follow system, control, person and period; take the other filters away to get one.</p>`;
  }
  const query = queryOf(filters);
  return html`<p class="actions"><a href="/evidence/download/csv?${query}">This population as CSV</a>
<a href="/evidence/download/bundle?${query}">Its entries as a bundle (ZIP)</a>
<a href="/evidence/download/oscal-ar?${query}">OSCAL assessment results</a>
<a href="/evidence/download/oscal-poam?${query}">OSCAL plan of action</a></p>`;
}

function filterForm(requests: readonly ExportRequest[], filters: Filters): Html {
  const text = (name: keyof Filters, label: string, type = 'text') =>
    html`<div><label for="f-${name}">${label}</label><input id="f-${name}" name="${name}" type="${type}" value="${filters[name]}"></div>`;
  // These two are met exactly, as in the downloads; the list helps to get them right.
  const oneOf = (name: 'system' | 'control', label: string, values: readonly string[]) =>
    html`<div><label for="f-${name}">${label}</label><input id="f-${name}" name="${name}" list="l-${name}" value="${filters[name]}"><datalist id="l-${name}">${[...new Set(values)].sort().map((value) => html`<option value="${value}"></option>`)}</datalist></div>`;
  const options = (values: readonly string[], chosen: string) =>
    html`<option value="">any</option>${values.map(
      (value) => html`<option value="${value}"${value === chosen ? html` selected` : ''}>${words(value)}</option>`,
    )}`;
  const statuses = [...new Set(requests.map((r) => r.status))].sort();
  return html`<form class="filters" role="search" aria-label="Filter the requests" action="/evidence" method="get">
${text('q', 'Search', 'search')}
<div><label for="f-kind">Kind</label><select id="f-kind" name="kind">${options(['deployment', 'exception', 'use-case', 'policy'], filters.kind)}</select></div>
<div><label for="f-status">Status</label><select id="f-status" name="status">${options(statuses, filters.status)}</select></div>
${oneOf('system', 'System', requests.flatMap(systemsOf))}${oneOf('control', 'Control or clause', requests.flatMap(controlsOf))}${text('person', 'Person')}
${text('from', 'Decided or asked from', 'date')}${text('to', 'Until', 'date')}
<div><button class="main">Filter</button> <a href="/evidence">Reset</a></div></form>`;
}

function rowsTable(rows: readonly ExportRequest[], names: ReadonlyMap<string, string>): Html {
  const header = ['Request', 'About', 'Status', 'Tier', 'Asked by', 'Asked', 'Decided', 'Entries'];
  return html`<div class="scroll" role="region" aria-label="Requests" tabindex="0"><table class="stack">
<caption>Newest first. The number of entries is the number of signed statements about the request.</caption>
<thead><tr>${header.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead><tbody>${rows.map(
    (r) => html`<tr><th scope="row"><a href="/evidence/requests/${r.shortId}">${r.shortId}</a></th>
<td data-label="About"><span>${subjectOf(r)}${r.breakGlass !== null ? html` <strong>break-glass</strong>` : ''}</span></td><td data-label="Status"><span>${status(r.status)}</span></td>
<td data-label="Tier">${r.tier ?? 'none'}</td><td data-label="Asked by"><span>${personHtml(r.requester, names)}</span></td>
<td data-label="Asked">${time(r.submittedAt)}</td><td data-label="Decided"><span>${r.decidedAt === null ? 'open' : time(r.decidedAt)}</span></td><td data-label="Entries">${r.entries.length}</td></tr>`,
  )}</tbody></table></div>`;
}

function queryOf(filters: Filters, extra: Readonly<Record<string, string>> = {}): string {
  const given = Object.entries({ ...filters, ...extra }).filter(([, value]) => value !== '');
  return new URLSearchParams(given).toString();
}

function pager(filters: Filters, at: number, pages: number): Html {
  const link = (page: number, name: string) =>
    html`<a rel="${name === 'Next' ? 'next' : 'prev'}" href="/evidence?${queryOf(filters, { page: String(page) })}">${name}</a>`;
  return html`<nav class="pages" aria-label="Pages of the register">${at > 1 ? link(at - 1, 'Previous') : ''}
<span>Page ${at} of ${pages}</span>${at < pages ? link(at + 1, 'Next') : ''}</nav>`;
}

/** All controls, with what serves them. */
export function controlsPage({ requests }: Register): Html {
  const rows = coverageOf(requests);
  const lacking = ({ demands }: ControlCoverage) => new Set(demands.flatMap(({ missing }) => missing)).size;
  return html`<h1>Controls</h1>
<p class="lead">Which evidence serves each control, by the deployments and exceptions that were let through.</p>
${rows.length === 0 ? html`<p>No request was approved yet, so no control is served by one.</p>` : ''}
${rows.map(
  (row) =>
    html`<h2><a href="/evidence/controls/${row.control}">${row.control}</a></h2><p>${coverageLine(row)}${
      lacking(row) > 0
        ? html`. <span class="status bad">${count(lacking(row), 'deployment')} with evidence missing</span>`
        : ''
    }</p>`,
)}`;
}

/** One control; null when no request that was let through names it. */
export function controlPage({ requests }: Register, id: string): Html | null {
  const row = coverageOf(requests).find(({ control }) => control.toUpperCase() === id.toUpperCase());
  if (row === undefined) return null;
  const links = (ids: readonly string[]) =>
    ids.length === 0
      ? html`<span class="none">none</span>`
      : ids.map((shortId, i) => html`${i > 0 ? ', ' : ''}<a href="/evidence/requests/${shortId}">${shortId}</a>`);
  return html`<h1>${row.control}</h1><p class="lead">${coverageLine(row)}.</p>
<h2>Evidence</h2>${
    row.demands.length === 0
      ? html`<p>The policy asks for no evidence for this control.</p>`
      : html`<div class="scroll" role="region" aria-label="Evidence for ${row.control}" tabindex="0"><table class="stack"><caption>What the policy asks for, and which deployments have it</caption>
<thead><tr><th scope="col">Evidence</th><th scope="col">There</th><th scope="col">Missing</th></tr></thead><tbody>${row.demands.map(
          (
            demand,
          ) => html`<tr><th scope="row">${demand.title}</th><td data-label="There"><span>${links(demand.served)}</span></td>
<td data-label="Missing"><span>${demand.missing.length === 0 ? html`<span class="status good">nothing</span>` : html`<span class="status bad">missing</span> ${links(demand.missing)}`}</span></td></tr>`,
        )}</tbody></table></div>`
  }
<h2>Deployments</h2><p>${links(row.deployments)}</p>
${row.breakGlass.length > 0 ? html`<p class="note">By break-glass, before approval: ${links(row.breakGlass)}</p>` : ''}
<h2>Exceptions from it</h2><p>${links(row.exceptions)}</p>
<p class="actions"><a href="/evidence?control=${encodeURIComponent(row.control)}">Requests about ${row.control}</a>
<a href="/evidence/download/bundle?control=${encodeURIComponent(row.control)}">Bundle (ZIP)</a>
<a href="/evidence/download/csv?control=${encodeURIComponent(row.control)}">CSV</a></p>`;
}
