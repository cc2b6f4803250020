/** Which entries an export holds: filters by time, and by what the requests are about. */
import type { PeopleStore } from '#src/delivery/ports.ts';
import { hiddenHashes } from '#src/evidence/disclose.ts';
import { parseEnvelope } from '#src/evidence/dsse.ts';
import { EvidenceError } from '#src/evidence/errors.ts';
import { collectRequests } from '#src/evidence/exports/collect.ts';
import { drawSample } from '#src/evidence/exports/coverage.ts';
import { type ExportRequest, hasControl, isAbout } from '#src/evidence/exports/records.ts';
import type { Crypto, Disclosure, EvidenceStore, LogEntry } from '#src/evidence/ports.ts';
import { parseStatement, type Statement } from '#src/evidence/statement.ts';
import { ExportError } from './export-error.ts';

const PAGE = 1_000;

/** What narrows an export down. Times are days (UTC) or instants with their zone. */
export type ExportFilters = {
  readonly from?: string;
  readonly to?: string;
  readonly control?: string;
  readonly request?: string;
  readonly system?: string;
  /** A Slack user id, a pseudonym, or a part of a name. */
  readonly person?: string;
  readonly sample?: number;
  readonly seed?: string;
};

/** An entry with what it says. */
type ReadEntry = LogEntry & { readonly statement: Statement };

/** What the filters select, under one checkpoint. */
export type Selection = {
  /** The filters as given; null for the whole log. */
  readonly query: Readonly<Record<string, string | number>> | null;
  /** ISO times; null: open at that end. */
  readonly from: string | null;
  readonly to: string | null;
  /** The selected entries by rising index; may be called several times. */
  entries(): AsyncIterable<ReadEntry>;
  /** The selected requests. */
  readonly requests: readonly ExportRequest[];
  /** Whether every index below the checkpoint's size was there. */
  readonly gapless: boolean;
};

/** What a selection is made from. */
export type SelectionParts = {
  readonly store: EvidenceStore;
  readonly crypto: Crypto;
  /** Entries below this index: the size of the checkpoint. */
  readonly size: number;
  /** Whether the requests come with what people wrote; without, each text is null. */
  readonly texts: boolean;
  readonly people: Pick<PeopleStore, 'personsNamed'>;
};

/** Reads the log once and applies the filters. Throws ExportError, and EvidenceError for an entry that cannot be read. */
export async function select(parts: SelectionParts, flags: ExportFilters): Promise<Selection> {
  const { store, size } = parts;
  const period = { from: timeOf(flags.from, 'start'), to: timeOf(flags.to, 'end') };
  const person = flags.person === undefined ? null : await onePerson(parts, flags.person);
  const read = { count: 0 };
  const texts = new Map<string, Disclosure>();
  const { requests } = await collectRequests(statements(store, size, read, parts.texts ? texts : null), (hash) =>
    texts.get(hash),
  );
  const matching = requests.filter((r) => matches(r, flags, person));
  const inTime = matching.filter((r) => inPeriod(r.decidedAt ?? r.submittedAt, period));
  const chosen = await sampled(parts.crypto, inTime, flags);
  // Of a request that was decided outside the period, the entries inside it still belong to the listing.
  const narrowed = flags.sample === undefined ? matching : chosen;
  const byRequest = isFiltered(flags) ? new Set(narrowed.map(({ id }) => id)) : null;
  if (flags.request !== undefined && !requests.some((r) => isNamed(r, flags.request ?? ''))) {
    throw new ExportError(
      'unknown_id',
      `The log holds no request ${flags.request}.`,
      'Run "countersign request list" to see them.',
    );
  }
  return {
    query: queryOf(flags),
    ...period,
    requests: chosen,
    gapless: read.count === size,
    entries: async function* () {
      for await (const entry of entriesBelow(store, size)) {
        const { event, actor, request } = entry.statement.predicate;
        const own = person !== null && onlyPerson(flags) && actor.id === person && request === undefined;
        if (byRequest !== null && !own && !byRequest.has(request?.id ?? '')) continue;
        if (inPeriod(event.at, period)) yield entry;
      }
    },
  };
}

/** A pseudonym counts as it is: that of an erased person is known to the log alone. */
async function onePerson({ people }: SelectionParts, words: string): Promise<string> {
  if (words.startsWith('p_')) return words;
  const [found, ...others] = await people.personsNamed(words);
  if (found !== undefined && others.length === 0) return found;
  throw new ExportError(
    'unknown_id',
    found === undefined ? `Nobody is known as ${words}.` : `More than one person is known as ${words}.`,
    'Give a Slack user id, a pseudonym, or more of the name.',
  );
}

/** All entries below an index with their statements, 1,000 at a time. Throws EvidenceError with the entry's index. */
async function* entriesBelow(store: EvidenceStore, size: number): AsyncGenerator<ReadEntry> {
  let from = 0;
  while (from < size) {
    const page = await store.readEntries(from, Math.min(PAGE, size - from));
    for (const entry of page) yield { ...entry, statement: statementOf(entry) };
    const last = page.at(-1);
    if (last === undefined) return;
    from = last.index + 1;
  }
}

function statementOf({ index, leaf }: LogEntry): Statement {
  try {
    return parseStatement(parseEnvelope(leaf).payload);
  } catch (cause) {
    if (!(cause instanceof EvidenceError)) throw cause;
    throw new EvidenceError(cause.code, `entry ${index} cannot be read`, { index, cause });
  }
}

/** Statements for folding; their texts are read a page ahead of use. */
async function* statements(
  store: EvidenceStore,
  size: number,
  read: { count: number },
  texts: Map<string, Disclosure> | null,
): AsyncGenerator<ReadEntry> {
  let batch: ReadEntry[] = [];
  const flush = async (): Promise<readonly ReadEntry[]> => {
    const ready = batch;
    batch = [];
    const hashes = texts === null ? [] : ready.flatMap(({ statement }) => hiddenHashes(statement.predicate.data));
    const found = hashes.length === 0 ? [] : await store.readDisclosures(hashes);
    for (const disclosure of found) texts?.set(disclosure.hash, disclosure);
    return ready;
  };
  for await (const entry of entriesBelow(store, size)) {
    read.count += 1;
    batch.push(entry);
    if (batch.length >= PAGE) yield* await flush();
  }
  yield* await flush();
}

function matches(request: ExportRequest, flags: ExportFilters, person: string | null): boolean {
  if (flags.request !== undefined && !isNamed(request, flags.request)) return false;
  if (flags.control !== undefined && !hasControl(request, flags.control)) return false;
  if (flags.system !== undefined && !isAbout(request, flags.system)) return false;
  return person === null || request.persons.includes(person);
}

function isNamed(request: ExportRequest, id: string): boolean {
  return request.id === id || request.shortId === id.toUpperCase();
}

function isFiltered({ control, request, system, person, sample }: ExportFilters): boolean {
  return [control, request, system, person, sample].some((value) => value !== undefined);
}

/** Entries without a request are a person's own only where nothing else narrows the selection. */
function onlyPerson({ control, request, system, sample }: ExportFilters): boolean {
  return [control, request, system, sample].every((value) => value === undefined);
}

async function sampled(
  crypto: Crypto,
  requests: readonly ExportRequest[],
  { sample, seed }: ExportFilters,
): Promise<readonly ExportRequest[]> {
  if (sample === undefined && seed === undefined) return requests;
  if (sample === undefined || seed === undefined) {
    throw new ExportError(
      'usage',
      'A sample and its seed go together.',
      'Give both (--sample and --seed), so that anybody can draw it again.',
    );
  }
  const ids = requests.map(({ id }) => id);
  const drawn = new Set(await drawSample(crypto, ids, sample, seed));
  return requests.filter(({ id }) => drawn.has(id));
}

type Period = { readonly from: string | null; readonly to: string | null };

function inPeriod(at: string, { from, to }: Period): boolean {
  return (from === null || at >= from) && (to === null || at <= to);
}

/** ISO time of an instant with a zone, or of the first or last moment of a day in UTC. */
function timeOf(text: string | undefined, edge: 'start' | 'end'): string | null {
  if (text === undefined) return null;
  const day = /^\d{4}-\d{2}-\d{2}$/.test(text);
  const instant = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/.test(text);
  const at = new Date(day ? `${text}T${edge === 'start' ? '00:00:00.000' : '23:59:59.999'}Z` : text);
  if ((day || instant) && !Number.isNaN(at.getTime())) return at.toISOString();
  throw new ExportError(
    'usage',
    `${text} is no time to ${edge} at.`,
    'Give a day such as 2026-11-30 (UTC), or an instant with its zone such as 2026-11-30T12:00:00Z.',
  );
}

function queryOf(flags: ExportFilters): Selection['query'] {
  const { from, to, control, request, system, person, sample, seed } = flags;
  const given = Object.entries({ from, to, control, request, system, person, sample, seed }).filter(
    (entry): entry is [string, string | number] => entry[1] !== undefined,
  );
  return given.length === 0 ? null : Object.fromEntries(given);
}
