/** A bundle's checkpoint against older ones: those it brings along, and the anchors of whoever verifies. */
import { type Anchor, type AnchorResult, keyIdsOf, openAnchors } from './anchors.ts';
import { linesOf } from './bundle-files.ts';
import { FILES, parseConsistencyLine } from './bundle-format.ts';
import type { BundleJob } from './bundle-parts.ts';
import { type Checkpoint, openCheckpoint } from './checkpoint.ts';
import { equalBytes } from './encoding.ts';
import { EvidenceError } from './errors.ts';
import { verifyConsistency } from './merkle.ts';
import type { VerifierKey } from './note.ts';

/** A checkpoint with the ids of the keys whose signature on it holds. */
export type SignedHead = Checkpoint & { readonly signedBy: readonly string[] };

/** Older checkpoints of the bundle that are proven prefixes of its checkpoint. */
export async function verifyOlderCheckpoints(
  { crypto, source, findings, manifest }: BundleJob,
  head: Checkpoint,
  keys: readonly VerifierKey[],
): Promise<readonly SignedHead[]> {
  const known: SignedHead[] = [];
  for await (const line of linesOf(source.stream(FILES.consistency))) {
    const older = parseConsistencyLine(line);
    try {
      const { checkpoint, signedBy } = await openCheckpoint(crypto, older.checkpoint, keys, manifest.origin);
      if (checkpoint.size !== older.size) throw new EvidenceError('proof_invalid', 'listed under another size');
      await verifyConsistency(crypto, {
        oldSize: checkpoint.size,
        oldRoot: checkpoint.root,
        size: head.size,
        root: head.root,
        proof: older.proof,
      });
      known.push({ ...checkpoint, signedBy: await keyIdsOf(crypto, signedBy) });
    } catch (error) {
      if (!(error instanceof EvidenceError)) throw error;
      findings.add('consistency_invalid', null, `checkpoint of size ${older.size}: ${error.message}`);
    }
  }
  return known;
}

/** Compares anchors with the bundle's checkpoints of the same size. */
export async function verifyAnchors(
  { crypto, findings, manifest }: BundleJob,
  head: Checkpoint,
  known: readonly Checkpoint[],
  anchors: readonly Anchor[],
  keys: readonly VerifierKey[],
): Promise<readonly AnchorResult[]> {
  const open = await openAnchors(crypto, anchors, keys, manifest.origin, findings);
  const results = new Map<string, AnchorResult>();
  for (const { name, checkpoint } of open) {
    const same = [...known, head].find(({ size }) => size === checkpoint.size);
    const consistent = same !== undefined && equalBytes(same.root, checkpoint.root);
    results.set(name, { name, size: checkpoint.size, result: consistent ? 'consistent' : 'refused' });
    if (consistent) continue;
    if (checkpoint.size > head.size) {
      findings.add('tail_cut', head.size, `${name} covers ${checkpoint.size} entries, the bundle ends at ${head.size}`);
    } else if (same === undefined) {
      findings.add('anchor_unlinked', null, `${name}: no proof for its size ${checkpoint.size}`);
    } else {
      findings.add('root_mismatch', null, `${name} of size ${checkpoint.size} has another root: another history`);
    }
  }
  return anchors.map(({ name }) => results.get(name) ?? { name, size: null, result: 'refused' });
}
