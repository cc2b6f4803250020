/** What "Verify" shows: each entry of a request, proven against the latest signed checkpoint at this moment. */
import { proofFileFor } from '#src/evidence/log.ts';
import { verifyProofFile } from '#src/evidence/proof-file.ts';
import type { Core } from '../core.ts';

/** Lines for the modal; says plainly what does not hold. */
export async function verificationLines(core: Core, requestId: string): Promise<readonly string[]> {
  const record = await core.desk.read(requestId);
  const checkpoint = await core.stores.evidence.latestCheckpoint();
  if (record === null || checkpoint === null) return ['No checkpoint is signed yet. Try again in a moment.'];
  const lines: string[] = [];
  for (const entry of record.entries) {
    if (entry.index >= checkpoint.size) {
      lines.push(`Entry ${entry.index} ${entry.type}: committed, in the next checkpoint`);
      continue;
    }
    const [stored] = await core.stores.evidence.readEntries(entry.index, 1);
    const file = await proofFileFor(core.crypto, core.stores.evidence, entry.index, checkpoint);
    const ok = stored !== undefined && (await proves(core, file, stored.leaf));
    lines.push(
      `Entry ${entry.index} ${entry.type}: ${ok ? 'included ✓ (proof verified)' : 'NOT proven — tell an auditor'}`,
    );
  }
  return [
    `*Checkpoint* of ${checkpoint.size} entries, signed ${checkpoint.signedAt.toISOString().slice(0, 19)}Z`,
    `Log \`${core.workspace.origin}\``,
    ...lines,
    `Verifier key \`${core.workspace.vkey}\``,
    'To check without this server: `npx countersign evidence export --format bundle --out FILE`, then docs/verify.md.',
  ];
}

async function proves(core: Core, file: string, leaf: Uint8Array): Promise<boolean> {
  try {
    await verifyProofFile(core.crypto, file, leaf, core.workspace.checkpointKeys);
    return true;
  } catch {
    return false;
  }
}
