/** The anchors that are configured, on an open core. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { folderKeeper } from '#src/adapters/anchors/folder.ts';
import { timeStampKeeper } from '#src/adapters/anchors/time-stamp.ts';
import { witnessKeeper } from '#src/adapters/anchors/witness.ts';
import type { Config } from '#src/config.ts';
import { type AnchorKeeper, type Anchors, createAnchors } from '#src/delivery/anchors.ts';
import { parseVerifierKey } from '#src/evidence/note.ts';
import type { Crypto, EvidenceStore } from '#src/evidence/ports.ts';

/** Opens them; what cannot be opened is reported at each checkpoint and keeps nothing from running. */
export function openAnchors(
  config: Pick<Config, 'anchors' | 'dataDir'>,
  log: { readonly origin: string; readonly crypto: Crypto; readonly store: EvidenceStore },
  onError: (kind: string, error: unknown) => void,
): Anchors {
  const { folder, timeStampUrl, timeStampCa, witness } = config.anchors;
  const { origin, crypto, store } = log;
  const keepers: AnchorKeeper[] = [];
  if (folder !== null) keepers.push(folderKeeper(folder, origin));
  if (timeStampUrl !== null) {
    const kept = join(config.dataDir, 'anchors');
    keepers.push(
      later('time stamp', async () => {
        const ca = timeStampCa === null ? null : await readFile(timeStampCa, 'utf8');
        return timeStampKeeper({ url: timeStampUrl, ca, folder: kept, origin });
      }),
    );
  }
  if (witness !== null) {
    keepers.push(
      later('witness', async () => {
        const key = await parseVerifierKey(crypto, witness.vkey);
        return witnessKeeper({ crypto, store, url: witness.url, key });
      }),
    );
  }
  return createAnchors(keepers, onError);
}

/** A keeper outside the operator's reach that is opened when it is first used. */
function later(kind: string, open: () => Promise<AnchorKeeper>): AnchorKeeper {
  let opened: Promise<AnchorKeeper> | null = null;
  const keeper = () => {
    opened ??= open().catch((error: unknown) => {
      opened = null;
      throw error;
    });
    return opened;
  };
  return {
    kind,
    strength: 'outside',
    put: async (checkpoint) => (await keeper()).put(checkpoint),
    list: async (limit) => (await keeper()).list(limit),
  };
}
