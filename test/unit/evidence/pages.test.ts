/** The evidence pages as they are rendered: nothing there yet, very much there, names that are not kept. */
import { beforeAll, describe, expect, it } from 'vitest';
import { collectRequests } from '#src/evidence/exports/collect.ts';
import type { ExportRequest } from '#src/evidence/exports/records.ts';
import type { Statement } from '#src/evidence/statement.ts';
import { aboutPage, ENTRIES_A_PAGE, entriesPage } from '#src/web/evidence-entries.ts';
import type { Html } from '#src/web/evidence-html.ts';
import type { EntryView, LogStatus, Register } from '#src/web/evidence-ports.ts';
import { controlsPage, type Filters, filtersOf, listingOf, registerPage } from '#src/web/evidence-register.ts';
import { STORY, told } from './story.ts';

const log = (entries: number): LogStatus => ({
  origin: 'countersign.example/log',
  sequenced: entries,
  integrated: entries,
  published: entries === 0 ? null : { size: entries, root: 'ab'.repeat(32), signedAt: '2026-11-20T08:00:00.000Z' },
  vkeys: [],
  statementKeys: [],
  anchors: { strength: 'none', places: [] },
  keysReachableBy: 'the tests',
});
const text = (page: Html): string => page.html;
const nobody = new Map<string, string>();
const pageOf = (register: Register, filters: Filters, page: number) =>
  registerPage(register, filters, listingOf(register, filters, page, nobody), nobody);
const links = (body: string, to: string) =>
  [...body.matchAll(new RegExp(`href="${to}([^"]*)"`, 'g'))].map(([, id]) => id);

let views: EntryView[];
let one: ExportRequest;
beforeAll(async () => {
  const statements: Statement[] = [];
  for await (const { statement } of told(STORY, new Map())) statements.push(statement);
  views = Array.from({ length: ENTRIES_A_PAGE }, (_, i) => ({
    index: i,
    leaf: new Uint8Array(),
    statement: statements[i % statements.length] ?? null,
    data: null,
    texts: [],
    published: true,
  }));
  const [first] = (await collectRequests(told(STORY, new Map()))).requests;
  if (first === undefined) throw new Error('the story has requests');
  one = first;
});

describe('a log of 10,000 entries', () => {
  const page = (from: number) =>
    text(
      entriesPage(
        views.map((view) => ({ ...view, index: from + view.index })),
        from,
        log(10_000),
        nobody,
      ),
    );

  it('is paged: first, earlier, later, latest, or any index', () => {
    const middle = page(4_200);
    expect(links(middle, '/evidence/entries\\?from=')).toEqual(['0', '4100', '4300']);
    expect(middle).toContain('>Latest</a>');
    expect(middle).toContain('4200 to 4299 of 10,000 entries');
    expect(middle).toMatch(/<label for="f-from">From index<\/label>\s*<input id="f-from" name="from"/);
    expect(links(page(0), '/evidence/entries\\?from=')).toEqual(['100']);
    expect(links(page(9_900), '/evidence/entries\\?from=')).toEqual(['0', '9800']);
  });
});

describe('a register of 10,000 requests', () => {
  it('shows a page of them, and its pages go on under the same filters', () => {
    const requests = Array.from({ length: 10_000 }, (_, i) => ({ ...one, shortId: `DR-${i}` }));
    const filters = filtersOf(new URLSearchParams('system=SCORER'));
    const body = text(pageOf({ requests, unread: [] }, filters, 3));
    expect(new Set(links(body, '/evidence/requests/')).size).toBeLessThanOrEqual(100);
    expect(body).toMatch(/Page 3 of \d+/);
    expect(links(body, '/evidence\\?')).toEqual(['system=SCORER&amp;page=2', 'system=SCORER&amp;page=4']);
    expect(body.length).toBeLessThan(200_000);
  });
});

describe('where nothing is there yet', () => {
  it('says so instead of showing an empty table', () => {
    const none = { requests: [], unread: [] };
    const filters = filtersOf(new URLSearchParams());
    expect(text(pageOf(none, filters, 1))).toContain('No request was made yet.');
    expect(text(pageOf(none, filters, 1))).not.toContain('<table');
    const other = filtersOf(new URLSearchParams('q=zzz'));
    expect(text(pageOf({ requests: [one], unread: [] }, other, 1))).toContain('Nothing matches.');
    expect(text(controlsPage(none))).toContain('No request was approved yet');
    expect(text(entriesPage([], 0, log(0), nobody))).toContain('No entry yet');
    expect(text(aboutPage(log(0)))).toContain('No checkpoint is signed yet.');
  });
});

describe('a person whose name is not kept', () => {
  it('stands there as a pseudonym, and the page says why in words', () => {
    const body = text(pageOf({ requests: [one], unread: [] }, filtersOf(new URLSearchParams()), 1));
    expect(body).toContain('name not kept');
    expect(body).toContain('p_requester');
  });
});
