/** Every way a piece of evidence can be refused. Tests and callers look at the code, people read `messageOf`. */
export type EvidenceErrorCode =
  | 'not_canonical_json'
  | 'bad_encoding'
  | 'unknown_event_type'
  | 'bad_statement'
  | 'statement_too_large'
  | 'leaf_too_large'
  | 'bad_envelope'
  | 'signature_unknown_key'
  | 'signature_invalid'
  | 'index_out_of_range'
  | 'bad_hash'
  | 'proof_invalid'
  | 'tile_invalid'
  | 'tile_missing'
  | 'note_invalid'
  | 'note_key_unknown'
  | 'note_signature_invalid'
  | 'vkey_invalid'
  | 'checkpoint_invalid'
  | 'origin_mismatch'
  | 'disclosure_invalid'
  | 'path_invalid'
  | 'proof_file_invalid'
  | 'bundle_invalid'
  | 'bundle_too_large'
  | 'archive_invalid'
  | 'csv_invalid'
  | 'tree_moved'
  | 'fork';

/** The one error class of this room. `index` is the log index concerned, when there is one. */
export class EvidenceError extends Error {
  readonly code: EvidenceErrorCode;
  readonly index: number | null;

  constructor(code: EvidenceErrorCode, detail: string, options: { index?: number; cause?: unknown } = {}) {
    super(`${code}: ${detail}`, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'EvidenceError';
    this.code = code;
    this.index = options.index ?? null;
  }
}
