/** `evidence rebuild-state`: puts what the signed events say in place of state rows that somebody changed. */
import { createNodeCrypto } from '#src/adapters/crypto/node-crypto.ts';
import { type Rebuilt, rebuildState } from '#src/delivery/state/rebuild.ts';
import type { VerificationReport } from '#src/evidence/verify-log.ts';
import type { CliContext, ExitCode } from '../context.ts';
import type { TrustFlags } from '../flags.ts';
import { withSession } from '../session.ts';
import { count, paragraph } from '../terminal.ts';
import { givenAnchors, givenKeys, ownKeys, signedHere } from './keys.ts';
import { findingLines } from './text.ts';

const NO_KEY =
  'No key that lies outside the database vouches for this log, so nothing was rebuilt or changed: whoever can change rows can also put a log of their own there, with their own key in its list. Run it as the user who may read the key files in the data folder, or give the verifier key that you kept (--vkey).';

/**
 * Exit 1, and nothing changed, for a log that is not `verified` by keys from outside the database. Prints every
 * difference before it is gone.
 */
export async function rebuild(context: CliContext, flags: TrustFlags): Promise<ExitCode> {
  const crypto = createNodeCrypto({ parallel: true });
  const given = await givenKeys(context, crypto, flags.vkey);
  const anchors = await givenAnchors(context, flags.anchor);
  return withSession<ExitCode>(context, async ({ config, stores, stamp }) => {
    const trusted = given.length > 0 ? given : await ownKeys(config, crypto, stamp.logOrigin);
    const done = await rebuildState(crypto, stores.state, { trusted, anchors, signedHere: await signedHere(config) });
    const { log, rows } = done;
    const findings = rows === null ? log.findings : done.differences;
    if (flags.json) context.json({ rebuilt: (rows ?? 0) > 0, rows: rows ?? 0, verdict: log.verdict, findings });
    else context.text(...(rows === null ? refusal(log) : report(done, rows)));
    return rows === null ? 1 : 0;
  });
}

function refusal(log: VerificationReport): readonly string[] {
  if (log.verdict !== 'failed') return paragraph(NO_KEY);
  return ['The log itself does not verify, so nothing was rebuilt or changed.', ...findingLines(log)];
}

function report({ differences, differencesTotal }: Rebuilt, rows: number): readonly string[] {
  if (rows === 0) return ['Every state row is what its entries left. Nothing was changed.'];
  return [
    `${count(rows, 'row')} written anew from the events; ${count(differencesTotal, 'difference')} gone:`,
    ...differences.map(({ detail }) => `  ${detail}`),
    '',
    'Keep this list for the auditor, find out who changed the database, and restart every server.',
  ];
}
