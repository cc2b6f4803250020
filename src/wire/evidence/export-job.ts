/** What exports are made from. */
import type { Stores } from '#src/adapters/prisma/stores.ts';
import type { Config } from '#src/config.ts';
import type { Crypto, StoredCheckpoint } from '#src/evidence/ports.ts';
import type { Selection } from './selection.ts';

/** The log that is exported. */
export type ExportSource = {
  readonly config: Config;
  readonly stores: Pick<Stores, 'evidence' | 'ledger' | 'people' | 'outbox'>;
  readonly crypto: Crypto;
  readonly workspaceId: string;
  readonly origin: string;
};

/** What is known when a file is written. */
export type ExportJob = {
  readonly source: ExportSource;
  readonly checkpoint: StoredCheckpoint;
  readonly selection: Selection;
  /** Leaves names, texts and objects out of a bundle. */
  readonly redact: boolean;
  readonly path: string;
  readonly at: Date;
};
