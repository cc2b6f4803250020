/**
 * The requests as the log tells them, kept in memory and brought up to date by reading only what is new. No texts are
 * kept: what was erased from the database is gone from here too.
 */
import { parseEnvelope } from '#src/evidence/dsse.ts';
import { EvidenceError } from '#src/evidence/errors.ts';
import { collectRequests } from '#src/evidence/exports/collect.ts';
import type { ExportRequest } from '#src/evidence/exports/records.ts';
import type { Disclosure, EvidenceStore, LogEntry } from '#src/evidence/ports.ts';
import { parseStatement, type Statement } from '#src/evidence/statement.ts';
import type { Register } from '#src/web/evidence-ports.ts';

const PAGE = 1_000;

/** An entry and what it says; null where it cannot be read. */
export type ReadEntry = { readonly entry: LogEntry; readonly statement: Statement | null };

/** Reads a leaf; null instead of an error for one that was damaged. */
export function readEntry(entry: LogEntry): ReadEntry {
  try {
    return { entry, statement: parseStatement(parseEnvelope(entry.leaf).payload) };
  } catch (error) {
    if (error instanceof EvidenceError) return { entry, statement: null };
    throw error;
  }
}

export type RequestIndex = {
  register(): Promise<Register>;
  /** Entries of a request by its id or short id; null when there is no such request. */
  entriesOf(id: string): Promise<readonly ReadEntry[] | null>;
};

/** Makes the index; nothing is read before the first question. */
export function createRequestIndex(store: EvidenceStore): RequestIndex {
  const indexes = new Map<string, number[]>();
  const requests = new Map<string, ExportRequest>();
  const unread = new Set<number>();
  let size = 0;
  let running: Promise<void> | null = null;

  const readAt = async (index: number): Promise<ReadEntry | null> => {
    const [entry] = await store.readEntries(index, 1);
    return entry === undefined ? null : readEntry(entry);
  };

  const catchUp = async (): Promise<void> => {
    const until = await store.sequencedSize();
    const touched = new Set<string>();
    while (size < until) {
      const page = await store.readEntries(size, PAGE);
      for (const entry of page) {
        // The row beside the entry says whose it is; the statement itself is read below.
        const id = /^request:(.{1,200})$/.exec(entry.event?.stream ?? '')?.[1];
        if (id === undefined) continue;
        indexes.set(id, [...(indexes.get(id) ?? []), entry.index]);
        touched.add(id);
      }
      const last = page.at(-1);
      if (last === undefined) break;
      size = last.index + 1;
    }
    for (const id of touched) await fold(id);
  };

  const fold = async (id: string): Promise<void> => {
    const entries = await entriesAt(indexes.get(id) ?? []);
    const found = await requestFrom(entries, () => undefined);
    for (const index of found.unread) unread.add(index);
    if (found.request !== null) requests.set(id, found.request);
  };

  const entriesAt = async (at: readonly number[]): Promise<readonly ReadEntry[]> => {
    const read: ReadEntry[] = [];
    for (const index of at) {
      const entry = await readAt(index);
      if (entry !== null) read.push(entry);
    }
    return read;
  };

  const upToDate = (): Promise<void> => {
    running ??= catchUp().finally(() => {
      running = null;
    });
    return running;
  };

  return {
    async register() {
      await upToDate();
      const newest = [...requests.values()].sort((a, b) => (a.submittedAt < b.submittedAt ? 1 : -1));
      return { requests: newest, unread: [...unread].sort((a, b) => a - b) };
    },
    async entriesOf(id) {
      await upToDate();
      const known = requests.get(id) ?? [...requests.values()].find((r) => r.shortId === id.toUpperCase());
      return known === undefined ? null : entriesAt(indexes.get(known.id) ?? []);
    },
  };
}

/** One request from its entries; `lookup` gives the texts. */
export async function requestFrom(
  entries: readonly ReadEntry[],
  lookup: (hash: string) => Disclosure | undefined,
): Promise<{ readonly request: ExportRequest | null; readonly unread: readonly number[] }> {
  const damaged: number[] = [];
  const statements = async function* () {
    for (const { entry, statement } of entries) {
      if (statement === null) damaged.push(entry.index);
      else yield { index: entry.index, statement };
    }
  };
  const found = await collectRequests(statements(), lookup);
  return { request: found.requests[0] ?? null, unread: [...damaged, ...found.unread] };
}
