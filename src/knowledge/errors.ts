/** Errors of the knowledge room. */

/** One thing wrong in a knowledge file, with what to do about it. */
export type KnowledgeIssue = {
  /** Path relative to the knowledge folder. */
  readonly file: string;
  /** 1-based; 1 when it concerns the whole file. */
  readonly line: number;
  /** Where inside the file, e.g. `items.3.raci.accountable`. */
  readonly path: string;
  readonly expected: string;
  readonly remedy: string;
};

export type KnowledgeErrorCode =
  | 'folder_unreadable'
  | 'file_too_large'
  | 'not_yaml'
  | 'schema'
  | 'duplicate_id'
  | 'unknown_id'
  | 'unknown_document'
  | 'unknown_role'
  | 'missing_file';

/** A library that cannot be put in force. Carries every issue found, not only the first. */
export class KnowledgeError extends Error {
  readonly code: KnowledgeErrorCode;
  readonly issues: readonly KnowledgeIssue[];
  constructor(code: KnowledgeErrorCode, issues: readonly KnowledgeIssue[]) {
    super(issues.map((issue) => `${issue.file}:${issue.line} ${issue.path}: expected ${issue.expected}`).join('\n'));
    this.name = 'KnowledgeError';
    this.code = code;
    this.issues = issues;
  }
}
