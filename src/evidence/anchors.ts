/** Anchors: older checkpoints kept where the operator cannot change them, brought along by whoever verifies. */
import { bestStanding } from './announced-keys.ts';
import { type Checkpoint, openCheckpoint } from './checkpoint.ts';
import { EvidenceError } from './errors.ts';
import type { FindingCode, FindingList } from './findings.ts';
import type { VerifierKey } from './note.ts';
import type { Crypto } from './ports.ts';
import { keyIdOf } from './public-key.ts';
import type { EntryReport } from './verify-entries.ts';

/** How far a kept checkpoint is out of the operator's reach. */
export type AnchorStrength = 'none' | 'operator' | 'outside';

/** A checkpoint note as somebody kept it; `name` is a file name or place, for the report. */
export type Anchor = { readonly name: string; readonly note: string };

/** What became of an anchor. */
export type AnchorResult = {
  readonly name: string;
  readonly size: number | null;
  readonly result: 'consistent' | 'refused';
};

/** An anchor whose signature holds. */
export type OpenAnchor = {
  readonly name: string;
  readonly checkpoint: Checkpoint;
  /** Ids of the keys that signed it. */
  readonly signedBy: readonly string[];
};

/** Words for a report: what the strength means and does not mean. */
export const ANCHOR_STRENGTHS: Readonly<Record<AnchorStrength, string>> = {
  none: 'no checkpoint kept elsewhere was compared: whoever holds the keys and the database could have rewritten the log',
  operator:
    "checkpoints in the operator's own Slack or storage: tamper-evident relative to them, as far as nobody can change both",
  outside: "checkpoints outside the operator's reach: tamper-evident relative to them",
};

/** Opens anchors with keys that count; what does not open becomes a finding. Sorted by size. */
export async function openAnchors(
  crypto: Crypto,
  anchors: readonly Anchor[],
  keys: readonly VerifierKey[],
  origin: string,
  findings: FindingList,
): Promise<readonly OpenAnchor[]> {
  const open: OpenAnchor[] = [];
  for (const { name, note } of anchors) {
    try {
      const { checkpoint, signedBy } = await openCheckpoint(crypto, note, keys, origin);
      open.push({ name, checkpoint, signedBy: await keyIdsOf(crypto, signedBy) });
    } catch (error) {
      if (!(error instanceof EvidenceError)) throw error;
      findings.add(anchorFinding(error), null, `${name}: ${error.message}`);
    }
  }
  return open.sort((a, b) => a.checkpoint.size - b.checkpoint.size);
}

function anchorFinding(error: EvidenceError): FindingCode {
  if (error.code === 'origin_mismatch') return 'anchor_other_log';
  if (error.code === 'note_key_unknown' || error.code === 'note_signature_invalid') return 'anchor_unknown_key';
  return 'anchor_unreadable';
}

/** The finding for a checkpoint that does not open. */
export function checkpointFinding(error: EvidenceError): FindingCode {
  if (error.code === 'origin_mismatch') return 'checkpoint_other_log';
  if (error.code === 'note_key_unknown') return 'checkpoint_unknown_key';
  if (error.code === 'note_signature_invalid') return 'checkpoint_signature_invalid';
  return 'checkpoint_unreadable';
}

/** Ids of verifier keys. */
export async function keyIdsOf(crypto: Crypto, keys: readonly VerifierKey[]): Promise<readonly string[]> {
  return Promise.all(keys.map(({ publicKey }) => keyIdOf(crypto, publicKey)));
}

/**
 * The latest checkpoint, opened with the keys that the verifier brought along: one of them must be a key that the log
 * announced as its own, where it announced any, and must not have ended before the newest entry at hand.
 */
export async function checkAnnounced(
  crypto: Crypto,
  signedBy: readonly VerifierKey[],
  { announced, lastTime, lastIndex }: Pick<EntryReport, 'announced' | 'lastTime' | 'lastIndex'>,
  findings: FindingList,
): Promise<void> {
  if (announced === null) return;
  const standing = bestStanding(announced.checkpoint, await keyIdsOf(crypto, signedBy), lastTime);
  const add = (code: FindingCode, index: number | null, detail: string): void => {
    // The walk over the entries names a checkpoint that nobody else signed by itself.
    if (!findings.kept.some((one) => one.code === code && one.index === index)) findings.add(code, index, detail);
  };
  if (standing === 'unannounced')
    add('checkpoint_unannounced_key', null, 'signed by a key that the log never announced');
  if (standing !== 'retired') return;
  add(
    'checkpoint_retired_key',
    lastIndex,
    `of the keys that count here, only one that ended before ${lastTime} signed`,
  );
}
