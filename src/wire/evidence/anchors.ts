/** The anchors that are configured, on an open core. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { folderKeeper } from '#src/adapters/anchors/folder.ts';
import { timeStampKeeper } from '#src/adapters/anchors/time-stamp.ts';
import { witnessKeeper } from '#src/adapters/anchors/witness.ts';
import type { Config } from '#src/config.ts';
import { type AnchorKeeper, type Anchors, createAnchors } from '#src/delivery/anchors.ts';
import type { Outbox } from '#src/delivery/ports.ts';
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

/**
 * Where checkpoints are kept, and the strength of the strongest place. What was posted in Slack is within the operator's
 * reach. At most `slack` messages, and `each` of every other place; the newest.
 * @param kind what a message in Slack is called
 */
export async function anchorPlaces(
  outbox: Pick<Outbox, 'placesOf'>,
  anchors: Pick<Anchors, 'held'>,
  kind: string,
  most: { readonly slack: number; readonly each: number },
): ReturnType<Anchors['held']> {
  const [posted, held] = await Promise.all([outbox.placesOf('anchor:', most.slack), anchors.held(most.each)]);
  const own = posted.map(({ number: size, channel, ts }) => ({ kind, place: `${channel}/${ts}`, size }));
  const strength = held.strength === 'none' && own.length > 0 ? 'operator' : held.strength;
  return { strength, places: [...own, ...held.places] };
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
