/** Keys that stop signing before their overlap ends: a verifier refuses what a replaced key signs after that, for ever. */
import { KeyError, type LogKeys } from '#src/adapters/keys/key-files.ts';
import type { EvidenceStore, RecordedKey, Signer } from '#src/evidence/ports.ts';

/** How often a signer asks whether its key was replaced. */
const LOOK_EVERY_MS = 60_000;
/** A key stops so long before its end: clocks of replicas differ, and an entry may be dated a minute ahead of its machine. */
const STOP_BEFORE_MS = 2 * 60_000;

type Deps = { readonly readKeys: EvidenceStore['readKeys']; readonly now: () => Date };

/** The same keys; a replaced one throws KeyError `key_retired` instead of signing. */
export function untilRetired({ statement, checkpoint, alsoCheckpoint = [] }: LogKeys, deps: Deps): LogKeys {
  return {
    statement: retiring(statement, 'statement', deps),
    checkpoint: retiring(checkpoint, 'checkpoint', deps),
    alsoCheckpoint: alsoCheckpoint.map((signer) => retiring(signer, 'checkpoint', deps)),
  };
}

function retiring(signer: Signer, purpose: RecordedKey['purpose'], { readKeys, now }: Deps): Signer {
  let looked = Number.NEGATIVE_INFINITY;
  let end: Date | null = null;
  return {
    keyId: signer.keyId,
    publicKey: signer.publicKey,
    async sign(bytes) {
      const at = now().getTime();
      if (at < looked || at - looked >= LOOK_EVERY_MS) {
        const own = (await readKeys()).find((key) => key.purpose === purpose && key.keyId === signer.keyId);
        end = own?.retiredAt ?? null;
        looked = at;
      }
      if (end === null || at < end.getTime() - STOP_BEFORE_MS) return signer.sign(bytes);
      throw new KeyError('key_retired', purpose, signer.keyId);
    },
  };
}
