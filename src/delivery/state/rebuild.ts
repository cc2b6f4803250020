/** Makes the state rows anew from the events, as far as somebody vouches for whoever signed them. */
import { createFindingList, type Finding } from '#src/evidence/findings.ts';
import type { Crypto } from '#src/evidence/ports.ts';
import { type VerificationReport, type VerifyLogOptions, verifyLog } from '#src/evidence/verify-log.ts';
import type { StateStore } from './ports.ts';
import { rowsFromEvents, verifyState } from './verify.ts';

/** What a rebuild found and did. */
export type Rebuilt = {
  readonly log: VerificationReport;
  /** How the rows differed from the events; the first 1,000. */
  readonly differences: readonly Finding[];
  readonly differencesTotal: number;
  /** Rows written; 0 where none differed, null where the log is not `verified` and nothing was touched. */
  readonly rows: number | null;
};

/**
 * Verifies the log, compares and writes in one moment of the database that no commit comes between. Only the verdict
 * `verified` counts: a log that agrees with itself alone may have been made by whoever changed the rows. Throws what the
 * store throws; then nothing was changed.
 */
export function rebuildState(crypto: Crypto, state: StateStore, options: VerifyLogOptions): Promise<Rebuilt> {
  return state.hold(async ({ view, log: reader, replace }) => {
    const log = await verifyLog(crypto, reader, options);
    if (log.verdict !== 'verified') return { log, differences: [], differencesTotal: 0, rows: null };
    const differences = createFindingList();
    await verifyState(view, differences);
    const differencesTotal = differences.total();
    const rows = differencesTotal === 0 ? 0 : await replace(rowsFromEvents(view));
    return { log, differences: differences.kept, differencesTotal, rows };
  });
}
