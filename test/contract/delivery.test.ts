import { randomUUID } from 'node:crypto';
import { describe } from 'vitest';
import { createStores } from '#src/adapters/prisma/stores.ts';
import { databaseForTests, type TestDatabase } from '../integration/database.ts';
import { ledgerContract } from './ledger-contract.ts';
import { createMemoryStores } from './memory.ts';
import { queuesContract } from './queues-contract.ts';

describe('in memory', () => {
  ledgerContract(async () => createMemoryStores());
  queuesContract(async () => createMemoryStores());
});

describe('on PostgreSQL', () => {
  const database = databaseForTests({ max: 10 });
  const emptied = async () => {
    await empty(database());
    return createStores(database(), randomUUID);
  };
  ledgerContract(emptied);
  queuesContract(emptied);
});

async function empty({ pool }: TestDatabase): Promise<void> {
  await pool.query(`TRUNCATE event, entry, disclosure, object, request, assignment, counter, inbox, outbox,
    message_place, timer, person`);
  await pool.query('UPDATE log_head SET next_index = 0, last_at = NULL');
}
