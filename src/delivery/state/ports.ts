/** Ports for looking at the state rows and the events they came from together, and for making the rows anew. */
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

export interface StateStore {
  /** Runs `read` on one moment of the database. */
  look<T>(read: (view: StateView) => Promise<T>): Promise<T>;
  /**
   * Puts what `make` yields in place of all state rows and forgets how far the log was followed, in one transaction that
   * holds commits back. Returns how many.
   */
  rebuild(make: (view: StateView) => AsyncIterable<readonly Projection[]>): Promise<number>;
}

/** What a row is: `request`, `assignment`, or the kind of a record, such as `hold`. */
export function kindOf(row: Projection): string {
  return row.table === 'record' ? row.kind : row.table;
}
