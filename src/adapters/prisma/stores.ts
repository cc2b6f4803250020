import type { Inbox, Ledger, Outbox, PeopleStore, Timers } from '#src/delivery/ports.ts';
import type { Database } from './database.ts';
import { createInbox } from './inbox.ts';
import { createLedger } from './ledger.ts';
import { createOutbox } from './outbox.ts';
import { createPeople } from './people.ts';
import { createTimers } from './timers.ts';

/** The delivery room's stores on one database. */
export type DeliveryStores = {
  readonly ledger: Ledger;
  readonly inbox: Inbox;
  readonly outbox: Outbox;
  readonly timers: Timers;
  readonly people: PeopleStore;
};

/**
 * Opens the delivery room's stores. Make them once a process: the ledger puts this process's commits in order.
 * @param newId makes a UUID.
 */
export function createDeliveryStores(database: Database, newId: () => string): DeliveryStores {
  return {
    ledger: createLedger(database),
    inbox: createInbox(database),
    outbox: createOutbox(database),
    timers: createTimers(database),
    people: createPeople(database, newId),
  };
}
