/** Reading the stored log for exports: published entries with their statements, texts and requests, in pages. */
import { hiddenHashes } from '../disclose.ts';
import { parseEnvelope } from '../dsse.ts';
import { EvidenceError } from '../errors.ts';
import type { Crypto, Disclosure, EvidenceStore, LogEntry } from '../ports.ts';
import { parseStatement, type Statement } from '../statement.ts';
import { collectRequests } from './collect.ts';
import { drawSample } from './coverage.ts';
import type { ExportRequest } from './records.ts';

const PAGE = 500;

/** What an export is about. Absent filters select everything; several must all match. */
export type Selection = {
  /** Entries from this instant on, and requests decided (or submitted, while undecided) from then on. */
  readonly from?: Date;
  /** Up to and including this instant. */
  readonly to?: Date;
  /** A control or clause id. */
  readonly control?: string;
  /** Id or short id. */
  readonly request?: string;
  /** Name of the system. */
  readonly system?: string;
  /** Pseudonym of a person, wherever it stands in a statement. */
  readonly person?: string;
  /** Draws requests from what the other filters select; anybody can draw the same sample again. */
  readonly sample?: { readonly count: number; readonly seed: string };
};

/** An entry with what it says. */
export type ReadEntry = { readonly index: number; readonly leaf: Uint8Array; readonly statement: Statement };

/** What was selected, and what was read to find it. */
export type Selected = {
  /** Indexes by rising order; null: every entry. */
  readonly indexes: readonly number[] | null;
  readonly requests: readonly ExportRequest[];
  /** Entries of requests that could not be understood. */
  readonly unread: readonly number[];
};

/** Entries below `size` in pages. Throws `tile_missing` with the index where one is missing. */
export async function* publishedEntries(store: EvidenceStore, size: number): AsyncGenerator<LogEntry> {
  let next = 0;
  while (next < size) {
    const page = await store.readEntries(next, Math.min(PAGE, size - next));
    for (const entry of page) {
      if (entry.index !== next) throw new EvidenceError('tile_missing', `entry ${next} is missing`, { index: next });
      next += 1;
      yield entry;
    }
    if (page.length === 0) throw new EvidenceError('tile_missing', `entry ${next} is missing`, { index: next });
  }
}

/** The same with parsed statements. Throws `bad_envelope` or `bad_statement` with the index of an entry out of form. */
export async function* readStatements(store: EvidenceStore, size: number): AsyncGenerator<ReadEntry> {
  for await (const { index, leaf } of publishedEntries(store, size)) {
    try {
      yield { index, leaf, statement: parseStatement(parseEnvelope(leaf).payload) };
    } catch (error) {
      if (!(error instanceof EvidenceError)) throw error;
      throw new EvidenceError(error.code, `entry ${index}: ${error.message}`, { index, cause: error });
    }
  }
}

/** Whether any filter is set. */
export function isSelective({ from, to, control, request, system, person, sample }: Selection): boolean {
  return [from, to, control, request, system, person, sample].some((filter) => filter !== undefined);
}

/**
 * Finds what a selection is about. An entry of a request is selected when its request matches request, system, control
 * and sample, and it matches period and person itself; any other entry when no filter for requests is set, and it
 * matches period, person and control itself. With `redact` requests carry no texts. Throws as `readStatements`.
 */
export async function selectEvidence(
  crypto: Crypto,
  store: EvidenceStore,
  size: number,
  selection: Selection = {},
  redact = false,
): Promise<Selected> {
  const texts = new Map<string, Disclosure>();
  const matching: { readonly index: number; readonly request: string | null }[] = [];
  const entries = async function* (): AsyncGenerator<ReadEntry> {
    for await (const entry of withTexts(store, readStatements(store, size), redact ? null : texts)) {
      if (matchesItself(entry.statement, selection)) {
        matching.push({ index: entry.index, request: requestOf(entry.statement) });
      }
      yield entry;
    }
  };
  const { requests, unread } = await collectRequests(entries(), (hash) => texts.get(hash));
  const kept = await keepRequests(crypto, requests, selection);
  const ids = new Set(kept.map(({ id }) => id));
  const forRequests = [selection.request, selection.system, selection.sample].some((filter) => filter !== undefined);
  const indexes = matching.filter(({ request }) => (request === null ? !forRequests : ids.has(request)));
  return {
    indexes: isSelective(selection) ? indexes.map(({ index }) => index) : null,
    requests: kept,
    unread,
  };
}

async function keepRequests(
  crypto: Crypto,
  requests: readonly ExportRequest[],
  { from, to, control, request, system, sample }: Selection,
): Promise<readonly ExportRequest[]> {
  const kept = requests.filter((r) => {
    const at = new Date(r.decidedAt ?? r.submittedAt);
    const controls = r.kind === 'exception' ? [...r.controls, ...r.deviatesFrom] : r.controls;
    return (
      (from === undefined || at >= from) &&
      (to === undefined || at <= to) &&
      (control === undefined || controls.includes(control)) &&
      (request === undefined || r.id === request || r.shortId.toLowerCase() === request.toLowerCase()) &&
      (system === undefined || (r.kind === 'deployment' ? r.system === system : r.systems.includes(system)))
    );
  });
  if (sample === undefined) return kept;
  const drawn = await drawSample(
    crypto,
    kept.map(({ shortId }) => shortId),
    sample.count,
    sample.seed,
  );
  return kept.filter(({ shortId }) => drawn.includes(shortId));
}

function requestOf({ predicate }: Statement): string | null {
  return /^request:(.+)$/.exec(predicate.event.stream)?.[1] ?? null;
}

function matchesItself(statement: Statement, { from, to, control, person }: Selection): boolean {
  const { event, actor, controls, data } = statement.predicate;
  const at = new Date(event.at);
  if ((from !== undefined && at < from) || (to !== undefined && at > to)) return false;
  if (person !== undefined && actor.id !== person && !mentions(data, person)) return false;
  return control === undefined || requestOf(statement) !== null || controls.includes(control);
}

function mentions(data: unknown, text: string): boolean {
  if (typeof data === 'string') return data === text;
  return typeof data === 'object' && data !== null && Object.values(data).some((value) => mentions(value, text));
}

/** Puts the texts of a page of entries into `texts` before giving the page on; nothing when `texts` is null. */
async function* withTexts(
  store: EvidenceStore,
  entries: AsyncIterable<ReadEntry>,
  texts: Map<string, Disclosure> | null,
): AsyncGenerator<ReadEntry> {
  let page: ReadEntry[] = [];
  const flush = async function* (): AsyncGenerator<ReadEntry> {
    texts?.clear();
    const hashes = page.flatMap(({ statement }) => hiddenHashes(statement.predicate.data));
    const found = texts === null || hashes.length === 0 ? [] : await store.readDisclosures(hashes);
    for (const disclosure of found) texts?.set(disclosure.hash, disclosure);
    yield* page;
    page = [];
  };
  for await (const entry of entries) {
    page.push(entry);
    if (page.length >= PAGE) yield* flush();
  }
  yield* flush();
}
