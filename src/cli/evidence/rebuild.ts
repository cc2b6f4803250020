/** `evidence rebuild-state`: puts what the signed events say in place of state rows that somebody changed. */
import { createNodeCrypto } from '#src/adapters/crypto/node-crypto.ts';
import { rowsFromEvents, verifyState } from '#src/delivery/state/verify.ts';
import { createFindingList } from '#src/evidence/findings.ts';
import { verifyLog } from '#src/evidence/verify-log.ts';
import type { CliContext, ExitCode } from '../context.ts';
import type { JsonFlags } from '../flags.ts';
import { withSession } from '../session.ts';
import { count } from '../terminal.ts';
import { ownKeys } from './keys.ts';
import { findingLines } from './text.ts';

/**
 * Verifies the log first: events that do not verify are no ground to build on (exit 1, nothing changed). Prints every
 * difference before it is gone.
 */
export function rebuildState(context: CliContext, flags: JsonFlags): Promise<ExitCode> {
  return withSession<ExitCode>(context, async ({ config, stores, stamp }) => {
    const crypto = createNodeCrypto({ parallel: true });
    const trusted = await ownKeys(config, crypto, stamp.logOrigin);
    const log = await verifyLog(crypto, stores.evidence, { trusted });
    if (log.verdict === 'failed') {
      if (flags.json) context.json({ rebuilt: false, rows: 0, findings: log.findings });
      else context.text('The log itself does not verify, so nothing was rebuilt or changed.', ...findingLines(log));
      return 1;
    }
    const differences = createFindingList();
    await stores.state.look((view) => verifyState(view, differences));
    const findings = differences.kept;
    const rows = differences.total() === 0 ? 0 : await stores.state.rebuild(rowsFromEvents);
    if (flags.json) context.json({ rebuilt: rows > 0, rows, findings });
    else if (rows === 0) context.text('Every state row is what its entries left. Nothing was changed.');
    else {
      context.text(
        `${count(rows, 'row')} written anew from the events; ${count(differences.total(), 'difference')} gone:`,
        ...findings.map(({ detail }) => `  ${detail}`),
        '',
        'Keep this list for the auditor, find out who changed the database, and restart every server.',
      );
    }
    return 0;
  });
}
