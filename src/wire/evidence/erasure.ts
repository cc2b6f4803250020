/** Erasure, legal holds and retention on open stores: for the server and the command line. */

import { join } from 'node:path';
import type { Stores } from '#src/adapters/prisma/stores.ts';
import { systemsOf } from '#src/approvals/document-facts.ts';
import { createErasureDesk, type ErasureDesk } from '#src/delivery/erasure/erasure.ts';
import { createHoldDesk, type HoldDesk, type RequestsAbout } from '#src/delivery/erasure/holds.ts';
import { type RetentionDays, retentionSchema } from '#src/delivery/erasure/retention.ts';
import { createDeskReader } from '#src/delivery/requests/desk.ts';
import type { Recorder } from '#src/delivery/streams/record.ts';
import { newId } from '../ids.ts';
import { KNOWLEDGE_FOLDER } from '../paths.ts';
import { readYamlAs } from '../yaml-file.ts';

const REQUESTS_MAX = 100_000;

export type ErasureDesks = {
  readonly erasure: ErasureDesk;
  readonly holds: HoldDesk;
  readonly requestsAbout: RequestsAbout;
};

export type ErasureParts = {
  readonly stores: Stores;
  readonly recorder: Recorder;
  readonly now: () => Date;
  readonly committed: () => void;
};

/** Makes the desks. */
export function openErasure({ stores, recorder, now, committed }: ErasureParts): ErasureDesks {
  const { ledger, records, people, erasing } = stores;
  const stream = { ledger, recorder, now, newId, committed };
  const reader = createDeskReader({ ledger, now });
  const systemsOfRequest = async (requestId: string): Promise<readonly string[]> => {
    const document = (await reader.read(requestId))?.state.document;
    return document === undefined ? [] : systemsOf(document);
  };
  const requestsAbout = async (system: string): Promise<readonly string[]> => {
    const named = await ledger.listRequests({ systemId: system, limit: REQUESTS_MAX });
    const found = named.map(({ id }) => id);
    // Which systems an exception is about stands in its document alone.
    for (const { id } of await ledger.listRequests({ kind: 'exception', limit: REQUESTS_MAX })) {
      if ((await systemsOfRequest(id)).includes(system)) found.push(id);
    }
    return found;
  };
  return {
    erasure: createErasureDesk({ ...stream, people, records, erasing, systemsOf: systemsOfRequest, requestsAbout }),
    holds: createHoldDesk({ ...stream, records }),
    requestsAbout,
  };
}

/** Reads `knowledge/retention.yaml`. Throws StartRefusedError `policy_invalid` naming every line. */
export async function loadRetention(): Promise<RetentionDays> {
  const path = join(KNOWLEDGE_FOLDER, 'retention.yaml');
  const file = {
    path,
    name: 'knowledge/retention.yaml',
    what: 'The retention settings',
    code: 'policy_invalid',
  } as const;
  return (await readYamlAs(file, retentionSchema)).value;
}
