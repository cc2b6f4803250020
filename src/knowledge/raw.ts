/** What a reader of files hands to the knowledge room. */

/** A knowledge file as plain data, not yet validated. */
export type RawFile = {
  /** Path relative to the knowledge folder, with forward slashes. */
  readonly file: string;
  readonly data: unknown;
  /** 1-based line of the value at a path, or of its nearest parent. */
  readonly lineOf: (path: readonly (string | number)[]) => number;
};
