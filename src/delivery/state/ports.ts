/** Ports for looking at the state rows and the events they came from together, and for making the rows anew. */
import type { LogReader } from '#src/evidence/ports.ts';
import type { Projection, StoredEvent, WorkspaceStamp } from '../ports.ts';

/** One moment of the database: what is committed meanwhile is not seen. */
export interface StateView {
  /**
   * Events that have their entry, stream by stream, each stream in order, after a position (null: from the beginning);
   * at most `limit`.
   */
  readStreams(after: Pick<StoredEvent, 'stream' | 'seq'> | null, limit: number): Promise<readonly StoredEvent[]>;
  /** The stored rows with the keys of these, in any order. */
  rowsLike(rows: readonly Projection[]): Promise<readonly Projection[]>;
  /** How many rows are stored, by what they are (`kindOf`); what only says how far something came is left out. */
  counts(): Promise<ReadonlyMap<string, number>>;
  /** Stored rows of one kind by id, after an id (null: from the beginning). */
  list(kind: string, after: string | null, limit: number): Promise<readonly Projection[]>;
  /** Hashes under which other bytes are kept. At most `limit`. */
  alteredObjects(limit: number): Promise<readonly string[]>;
  stamp(): Promise<WorkspaceStamp | null>;
}

/** One moment of the database that stays the newest: nothing is appended to the log until it is let go. */
export interface HeldState {
  readonly view: StateView;
  /** The log of the same moment. */
  readonly log: LogReader;
  /** Puts these in place of all state rows, and forgets how far the log was followed. Returns how many. */
  replace(rows: AsyncIterable<readonly Projection[]> | Iterable<readonly Projection[]>): Promise<number>;
}

export interface StateStore {
  /** Runs `read` on one moment of the database. */
  look<T>(read: (view: StateView) => Promise<T>): Promise<T>;
  /**
   * Runs `work` in one transaction that holds commits back before it looks at anything, so that what is put in place is
   * made from just what was looked at. What it throws undoes everything.
   */
  hold<T>(work: (held: HeldState) => Promise<T>): Promise<T>;
}

/** What a row is: `request`, `assignment`, or the kind of a record, such as `hold`. */
export function kindOf(row: Projection): string {
  return row.table === 'record' ? row.kind : row.table;
}
