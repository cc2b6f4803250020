/** What commands read from an open database the way the server reads it: requests, who holds what, rules in force. */

import { standInsAt } from '#src/delivery/people/roster.ts';
import { createPolicyDesk, type PolicyDesk } from '#src/delivery/policy/desk.ts';
import { createDeskReader, type Desk } from '#src/delivery/requests/desk.ts';
import { fileFlawFrom } from '#src/delivery/systems/evidence.ts';
import { type Rules, takeRecordedRules } from '#src/wire/governance.ts';
import { newId } from '#src/wire/ids.ts';
import { loadPolicy } from '#src/wire/knowledge/knowledge.ts';
import { loadAnswerSettings, loadGateSettings } from '#src/wire/settings-files.ts';
import type { CliContext } from './context.ts';
import type { Session } from './session.ts';

/** Requests and the roster, delegates and deputies included. */
export function deskOf({ stores }: Session, context: Pick<CliContext, 'now'>): Pick<Desk, 'read' | 'roster'> {
  return createDeskReader({
    ledger: stores.ledger,
    now: context.now,
    standIns: (at) => standInsAt(stores.records, at),
    fileFlaw: fileFlawFrom(stores.ledger),
  });
}

/** The rules' desk without its pen. */
export function policiesOf({ stores }: Session, context: Pick<CliContext, 'now'>): PolicyDesk {
  return createPolicyDesk({
    ledger: stores.ledger,
    now: context.now,
    newId,
    committed: () => undefined,
    recorder: { record: () => Promise.reject(new Error('a command that only reads wanted to record something')) },
  });
}

/**
 * The rules in force: what two administrators adopted, which a changed file does not replace. Throws StartRefusedError
 * `policy_invalid`.
 */
export async function rulesInForce(session: Session, context: Pick<CliContext, 'now'>): Promise<Rules> {
  const [policy, gate, answers] = await Promise.all([loadPolicy(), loadGateSettings(), loadAnswerSettings()]);
  const rules = { policy, gate, answers };
  await takeRecordedRules({ policies: policiesOf(session, context) }, rules);
  return rules;
}
