/** Events recorded as the delivery room records them: hidden, stated, signed, appended to a log in memory. */

import type { StoredEvent } from '#src/delivery/ports.ts';
import { draftsOf } from '#src/delivery/requests/evidence.ts';
import { type CommandContext, createRecorder, type EventDraft } from '#src/delivery/streams/record.ts';
import { parseEnvelope } from '#src/evidence/dsse.ts';
import { parseStatement } from '#src/evidence/statement.ts';
import type { Desk } from '../approvals/fixtures.ts';
import { bytesOf, crypto, type MemoryLog, SERVICE, statementSigner } from './fixtures.ts';

/** Appends drafts of one command, without integrating them. */
async function recordDrafts(
  log: MemoryLog,
  command: Omit<CommandContext, 'commandKind'>,
  drafts: readonly EventDraft[],
): Promise<void> {
  let salts = 0;
  const recorder = createRecorder({
    crypto,
    signer: statementSigner,
    randomBytes: () => bytesOf(`salt ${log.entries.length} ${salts++}`),
    newId: () => `event-${log.entries.length}-${command.afterSeq}-${salts++}`,
    service: SERVICE,
  });
  const { events, disclosures } = await recorder.record({ ...command, commandKind: 'test' }, drafts);
  for (const disclosure of disclosures) log.disclosures.set(disclosure.hash, disclosure);
  for (const { leaf, leafHash, ...event } of events)
    log.entries.push({ index: log.entries.length, leaf, leafHash, event });
}

/** Appends everything that happened to a request. */
export async function recordDesk(log: MemoryLog, one: Desk): Promise<void> {
  const state = one.submitted();
  const stream = `request:${state.id}`;
  for (const [afterSeq, event] of one.events.entries()) {
    const { actor, commandId } = event;
    const command = { stream, afterSeq, at: new Date(event.at), actor, commandId: `${stream} ${commandId}` };
    await recordDrafts(log, command, draftsOf([event], state, [], one.roster));
  }
}

/** The stored events of a request, as the database would give them. */
export function storedOf(log: MemoryLog, id: string): readonly StoredEvent[] {
  return log.entries.flatMap(({ index, leaf, event }) => {
    if (event?.stream !== `request:${id}`) return [];
    const { schemaVersion } = parseStatement(parseEnvelope(leaf).payload).predicate.event;
    return [{ ...event, schemaVersion, ordinal: 0, logIndex: index }];
  });
}
