/** What can go wrong with the embedded or external PostgreSQL; closed, so that `doctor` and tests can rely on it. */
export type PostgresErrorCode =
  | 'binaries_missing'
  | 'binaries_incomplete'
  | 'already_running'
  | 'busy'
  | 'wrong_major'
  | 'root_unsupported'
  | 'folder_unusable'
  | 'password_missing'
  | 'init_failed'
  | 'start_failed'
  | 'stop_failed'
  | 'unreachable'
  | 'server_too_old';

/** A database that cannot be used, with the one thing to do about it. `message` is one sentence, `remedy` another. */
export class PostgresError extends Error {
  readonly code: PostgresErrorCode;
  readonly remedy: string;

  constructor(code: PostgresErrorCode, message: string, remedy: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'PostgresError';
    this.code = code;
    this.remedy = remedy;
  }
}
