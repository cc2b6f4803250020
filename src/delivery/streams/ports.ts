/** Ports for what has a stream of its own beside requests and the directory: systems, holds, risks, proposals, tokens. */
import type { Disclosure, Projection, StoredEvent } from '../ports.ts';

/** A stored row: a projection of one stream, without hidden texts. */
export type RecordRow = Omit<Extract<Projection, { table: 'record' }>, 'table'>;

/** A row of the table `record`. */
export function asRecord(row: RecordRow): Extract<Projection, { table: 'record' }> {
  return { table: 'record', ...row };
}

/** The rows of `record`, written with the events of their streams. */
export interface RecordStore {
  read(kind: string, id: string): Promise<RecordRow | null>;
  /** `name` of the state of every row of a kind that has one. */
  names(kind: string): Promise<readonly string[]>;
  /** By id; at most `limit` (default 1,000). */
  list(filter: {
    readonly kind: string;
    readonly status?: readonly string[];
    readonly parent?: string;
    /** Only what runs out later than this: `until` of the row's state, an ISO time. */
    readonly untilAfter?: Date;
    readonly limit?: number;
  }): Promise<readonly RecordRow[]>;
}

/** What the gate reads for one question, in one look at the database. */
export type GateFacts = {
  /** Requests of the system, with the number of events that each has. */
  readonly requests: readonly { readonly id: string; readonly version: number }[];
  /** Requests (exceptions) found by the given ids or short ids. */
  readonly others: readonly { readonly id: string; readonly shortId: string; readonly version: number }[];
  readonly system: RecordRow | null;
  /** Suspensions in force, of whatever scope. */
  readonly holds: readonly RecordRow[];
  /** The last answer to the same question; null when it was never asked. */
  readonly asked: RecordRow | null;
  /** Position of the last event of the system's stream of answers; 0 for none. */
  readonly answers: number;
};

/** The gate's look-ups and its counter of repeated answers. */
export interface GateStore {
  facts(query: {
    /** The system's name as in the request. */
    readonly system: string;
    /** Its key in the inventory. */
    readonly systemKey: string;
    readonly question: string;
    /** Ids or short ids of exceptions to look up as well. */
    readonly others: readonly string[];
  }): Promise<GateFacts>;
  /** Events of several streams, each in order, as they are stored. */
  readStreams(streams: readonly string[]): Promise<readonly StoredEvent[]>;
  /** What these hashes hide: of all hidden texts the gate compares one kind. */
  readTexts(hashes: readonly string[]): Promise<ReadonlyMap<string, Disclosure>>;
  /** Adds to the counters, for many questions at once. */
  count(
    repeats: readonly { readonly question: string; readonly times: number; readonly lastAt: Date }[],
  ): Promise<void>;
  countOf(question: string): Promise<{ readonly count: number; readonly lastAt: Date } | null>;
}
