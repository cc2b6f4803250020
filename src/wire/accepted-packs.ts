/** The data folder's copies of the accepted packs, made what the database says: another replica may have accepted one. */
import { openPackFolder } from '#src/adapters/parse/pack-folder.ts';
import { readKnowledgeFolder } from '#src/adapters/parse/yaml-folder.ts';
import type { Database } from '#src/adapters/prisma/database.ts';
import { createStores } from '#src/adapters/prisma/stores.ts';
import { createPackReader } from '#src/delivery/knowledge-desk.ts';
import { shippedPacks } from '#src/knowledge/packs/compose.ts';
import { newId } from './ids.ts';
import { KNOWLEDGE_FOLDER } from './paths.ts';

/** Writes the copies of every pack in force. Throws KnowledgeError, PackFolderError and what the ledger throws. */
export async function syncAcceptedPacks(
  dataDir: string,
  database: Database,
  now: () => Date,
  folder: string = KNOWLEDGE_FOLDER,
): Promise<void> {
  const { ledger } = createStores(database, () => newId(now()));
  const { events } = await ledger.readStream('knowledge');
  if (events.length === 0) return;
  const shipped = shippedPacks(await readKnowledgeFolder(folder));
  await createPackReader({ ledger, copies: openPackFolder(dataDir), shipped }).syncCopies();
}
