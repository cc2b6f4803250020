/**
 * Keeps the library of a running server what the events say, whoever accepted a pack or rolled one back: another
 * process, another replica. The library that answers stays until the next one is whole.
 */
import { openPackFolder } from '#src/adapters/parse/pack-folder.ts';
import { createPackReader } from '#src/delivery/answers/knowledge-desk.ts';
import type { Ledger } from '#src/delivery/ports.ts';
import { KnowledgeError } from '#src/knowledge/errors.ts';
import type { Library } from '#src/knowledge/library.ts';
import { composeLibrary, shippedPacks } from '#src/knowledge/packs/compose.ts';
import type { Pack } from '#src/knowledge/packs/pack.ts';
import type { RawFile } from '#src/knowledge/raw.ts';
import type { Log } from '../log.ts';

export type LibraryFollower = {
  /**
   * Takes over what was accepted before this call. Resolves when it answers; never rejects: what cannot be read or
   * used is logged, and the library in service stays.
   */
  refresh(): Promise<void>;
};

export type FollowLibraryDeps = {
  readonly ledger: Pick<Ledger, 'readStream' | 'readObject' | 'head'>;
  readonly dataDir: string;
  /** The shipped files as they were at the start. */
  readonly files: readonly RawFile[];
  /** Size of the log when the library in service was read. */
  readonly seen: number;
  /** Number of events of the library then. */
  readonly events: number;
  readonly take: (library: Library) => void;
  readonly log: Log;
};

/** Makes the follower. A look at an unchanged log costs one short query. */
export function followLibrary(deps: FollowLibraryDeps): LibraryFollower {
  const { ledger, log } = deps;
  // Without their places: a mistake in them would have ended the start, and the parsed texts would stay in memory.
  const files = deps.files.map(({ file, data }): RawFile => ({ file, data, lineOf: () => 1 }));
  const reader = createPackReader({ ledger, copies: openPackFolder(deps.dataDir), shipped: shippedPacks(files) });
  let { seen, events: known } = deps;
  const takeOver = (packs: readonly Pack[]): void => {
    try {
      deps.take(composeLibrary(files, packs));
      log.info({ packs: packs.length }, 'another library is in service');
    } catch (error) {
      // Trying again is of no use here: the next acceptance or rollback brings an event of its own.
      if (!(error instanceof KnowledgeError)) throw error;
      log.error({ err: error }, 'what was accepted cannot be used; the library before it stays in service');
    }
  };
  const look = async (): Promise<void> => {
    const { size } = await ledger.head();
    if (size === seen) return;
    const changes = (await reader.events()).length;
    if (changes !== known) takeOver(await reader.syncCopies());
    known = changes;
    seen = size;
  };
  let running: Promise<void> | null = null;
  let next: Promise<void> | null = null;
  const start = (): Promise<void> => {
    running = look()
      .catch((error: unknown) =>
        log.error({ err: error }, 'a change of the library was not taken over; the one in service stays'),
      )
      .finally(() => {
        running = null;
      });
    return running;
  };
  return {
    refresh() {
      if (running === null) return start();
      // The look under way may have begun too early for this caller; one more serves all who wait.
      next ??= running.then(() => {
        next = null;
        return start();
      });
      return next;
    },
  };
}
