/** What the stores refuse; closed, so that callers and tests can rely on it. */
export type StoreErrorCode =
  /** The database holds migrations this Countersign does not know: a newer one used it. */
  | 'database_newer'
  | 'migration_failed'
  /** Read before the first start has stamped the database. */
  | 'no_workspace'
  /** An event whose place in its stream is neither taken nor next: a caller's bug, nothing was stored. */
  | 'sequence_gap'
  /** A text that PostgreSQL cannot keep byte for byte (it holds a NUL) where a hash depends on the bytes. */
  | 'unstorable_text'
  /** A leaf longer than 65,535 bytes, an empty commit, or one that is too large. */
  | 'bad_commit';

/** A store that cannot do what was asked, with the one thing to do about it. */
export class StoreError extends Error {
  readonly code: StoreErrorCode;
  readonly remedy: string;

  constructor(code: StoreErrorCode, message: string, remedy: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'StoreError';
    this.code = code;
    this.remedy = remedy;
  }
}
