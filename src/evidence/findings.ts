/** What a verification reports. A finding names the entry it is about, so that somebody can go and look. */

export type FindingCode =
  /** The leaf is no DSSE envelope, or no in-toto statement of a known predicate type. */
  | 'entry_unreadable'
  | 'signature_unknown_key'
  | 'signature_invalid'
  /** Signed by a key of the log whose overlap after a rotation had ended at the time of the entry. */
  | 'signature_retired_key'
  /** The stored leaf hash is not the hash of the stored leaf. */
  | 'leaf_hash_mismatch'
  /** The event row beside the entry says something else than the signed statement. */
  | 'event_mismatch'
  /** The entry's event row was deleted. */
  | 'event_missing'
  /** An event row that no entry stands for: somebody added it beside the log. */
  | 'event_without_entry'
  /** A state row says something else than the events it was made from. */
  | 'projection_mismatch'
  /** The published tile holds another hash for this entry; without an index: a tile above those of the entries. */
  | 'tile_mismatch'
  /** The entry's inclusion proof does not lead to the checkpoint's root. */
  | 'not_in_tree'
  | 'proof_missing'
  /** Indexes are missing before this one. */
  | 'gap'
  /** An index that came already, or came late. */
  | 'out_of_order'
  /** The same position of the same stream twice, or a position of a stream skipped. */
  | 'stream_order'
  | 'event_doubled'
  | 'time_order'
  /** Entries that a checkpoint or anchor covers are not there any more. */
  | 'tail_cut'
  /** The entries do not give the root of this checkpoint or anchor: another history was signed. */
  | 'root_mismatch'
  | 'checkpoint_unreadable'
  | 'checkpoint_unknown_key'
  | 'checkpoint_signature_invalid'
  | 'checkpoint_other_log'
  /** The key that signed the checkpoint is named neither by the log's first entry nor by a rotation. */
  | 'checkpoint_unannounced_key'
  /** Signed only by a key whose overlap had ended at the time of the newest entry under the checkpoint, which is named. */
  | 'checkpoint_retired_key'
  /** The database lists a key that no entry announced. */
  | 'key_unannounced'
  | 'anchor_unreadable'
  | 'anchor_unknown_key'
  | 'anchor_other_log'
  /** Nothing in the bundle links this anchor to its checkpoint. */
  | 'anchor_unlinked'
  | 'consistency_invalid'
  | 'disclosure_mismatch'
  | 'disclosure_unreferenced'
  | 'object_mismatch'
  | 'file_mismatch'
  | 'file_missing'
  | 'file_unlisted'
  /** A file of the bundle is not of its form; nothing after it was checked. */
  | 'file_unreadable'
  | 'manifest_invalid'
  | 'manifest_mismatch'
  | 'key_mismatch'
  | 'archive_invalid';

export type Finding = {
  readonly code: FindingCode;
  /** Log index, or null when it is about the whole. */
  readonly index: number | null;
  readonly detail: string;
};

/**
 * `verified`: no finding, and a key that the verifier brought along signed the checkpoint. Without such a key nothing
 * that the evidence says of itself proves who made it.
 */
export type Verdict = 'verified' | 'self-consistent, signer unproven' | 'failed';

const FINDINGS_KEPT_MAX = 1_000;

/** Collects findings; keeps the first 1,000 and counts the rest. */
export type FindingList = {
  add(code: FindingCode, index: number | null, detail: string): void;
  readonly kept: readonly Finding[];
  total(): number;
};

/** An empty list. */
export function createFindingList(): FindingList {
  const kept: Finding[] = [];
  let total = 0;
  return {
    add: (code, index, detail) => {
      total += 1;
      if (kept.length < FINDINGS_KEPT_MAX) kept.push({ code, index, detail });
    },
    kept,
    total: () => total,
  };
}

/** The verdict from the number of findings and whether a key from outside vouches for the checkpoint. */
export function verdictOf(findings: number, signerProven: boolean): Verdict {
  if (findings > 0) return 'failed';
  return signerProven ? 'verified' : 'self-consistent, signer unproven';
}
