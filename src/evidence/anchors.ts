/** Anchors: older checkpoints kept where the operator cannot change them, brought along by whoever verifies. */
import type { AnnouncedKeys } from './announced-keys.ts';
import { type Checkpoint, openCheckpoint } from './checkpoint.ts';
import { EvidenceError } from './errors.ts';
import type { FindingCode, FindingList } from './findings.ts';
import type { VerifierKey } from './note.ts';
import type { Crypto } from './ports.ts';
import { keyIdOf } from './public-key.ts';

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
export type OpenAnchor = { readonly name: string; readonly checkpoint: Checkpoint };

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
      const { checkpoint } = await openCheckpoint(crypto, note, keys, origin);
      open.push({ name, checkpoint });
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

/** A checkpoint must be signed by a key that the log announced as its own, where it announced any. */
export async function checkAnnounced(
  crypto: Crypto,
  signedBy: readonly VerifierKey[],
  announced: AnnouncedKeys | null,
  findings: FindingList,
): Promise<void> {
  if (announced === null) return;
  for (const { publicKey } of signedBy) if (announced.checkpoint.has(await keyIdOf(crypto, publicKey))) return;
  findings.add('checkpoint_unannounced_key', null, 'signed by a key that the log never announced');
}
