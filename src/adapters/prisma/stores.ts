import type { TurnStore } from '#src/delivery/answers/conversations.ts';
import type { UsageStore } from '#src/delivery/answers/model-budget.ts';
import type { ErasureStore } from '#src/delivery/erasure/ports.ts';
import type {
  GapStore,
  Inbox,
  Ledger,
  Outbox,
  PeopleStore,
  RefusalStore,
  SessionStore,
  Timers,
  WorkspaceStore,
} from '#src/delivery/ports.ts';
import type { StateStore } from '#src/delivery/state/ports.ts';
import type { GateStore, RecordStore } from '#src/delivery/streams/ports.ts';
import type { EvidenceStore } from '#src/evidence/ports.ts';
import type { Database } from './database.ts';
import { createErasureStore } from './erasure.ts';
import { createEvidenceStore } from './evidence.ts';
import { createGapStore } from './gaps.ts';
import { createGateStore } from './gate.ts';
import { createInbox } from './inbox.ts';
import { createLedger } from './ledger.ts';
import { createUsageStore } from './model-usage.ts';
import { createOutbox } from './outbox.ts';
import { createPeople } from './people.ts';
import { createRecordStore } from './records.ts';
import { createRefusalStore } from './refusals.ts';
import { createSessionStore } from './sessions.ts';
import { createStateStore } from './state.ts';
import { createTimers } from './timers.ts';
import { createTurnStore } from './turns.ts';
import { createWorkspaceStore } from './workspace.ts';

/** Every store on one database. */
export type Stores = {
  readonly ledger: Ledger;
  readonly inbox: Inbox;
  readonly outbox: Outbox;
  readonly timers: Timers;
  readonly people: PeopleStore;
  readonly gaps: GapStore;
  readonly refusals: RefusalStore;
  readonly workspace: WorkspaceStore;
  readonly evidence: EvidenceStore;
  readonly records: RecordStore;
  readonly gate: GateStore;
  readonly erasing: ErasureStore;
  readonly state: StateStore;
  readonly turns: TurnStore;
  readonly usage: UsageStore;
  readonly sessions: SessionStore;
};

/**
 * Opens all stores. Call it once a process and database: the ledger puts this process's commits in order.
 * @param newId makes a UUID, for new people.
 */
export function createStores(database: Database, newId: () => string): Stores {
  return {
    ledger: createLedger(database),
    inbox: createInbox(database),
    outbox: createOutbox(database),
    timers: createTimers(database),
    people: createPeople(database, newId),
    gaps: createGapStore(database),
    refusals: createRefusalStore(database),
    workspace: createWorkspaceStore(database),
    evidence: createEvidenceStore(database),
    records: createRecordStore(database),
    gate: createGateStore(database),
    erasing: createErasureStore(database),
    state: createStateStore(database),
    turns: createTurnStore(database),
    usage: createUsageStore(database),
    sessions: createSessionStore(database),
  };
}
