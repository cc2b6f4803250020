/** The data folder's copies of the accepted packs, made what the database says: another replica may have accepted one. */
import { openPackFolder } from '#src/adapters/parse/pack-folder.ts';
import type { Database } from '#src/adapters/prisma/database.ts';
import { createStores } from '#src/adapters/prisma/stores.ts';
import { createPackReader } from '#src/delivery/answers/knowledge-desk.ts';
import { shippedPacks } from '#src/knowledge/packs/compose.ts';
import type { RawFile } from '#src/knowledge/raw.ts';
import { newId } from '../ids.ts';

/**
 * Writes the copies of every pack in force. Throws KnowledgeError, PackFolderError and what the ledger throws.
 * @returns up to where the log was looked at, and how many events of the library there were
 */
export async function syncAcceptedPacks(
  dataDir: string,
  database: Database,
  now: () => Date,
  files: readonly RawFile[],
): Promise<{ readonly seen: number; readonly events: number }> {
  const { ledger } = createStores(database, () => newId(now()));
  const { size: seen } = await ledger.head();
  const reader = createPackReader({ ledger, copies: openPackFolder(dataDir), shipped: shippedPacks(files) });
  const events = (await reader.events()).length;
  if (events > 0) await reader.syncCopies();
  return { seen, events };
}
