/** Erasure, legal holds and retention on open stores: for the server and the command line. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseYamlText } from '#src/adapters/parse/yaml-text.ts';
import type { Stores } from '#src/adapters/prisma/stores.ts';
import { systemsOf } from '#src/approvals/document-facts.ts';
import { createErasureDesk, type ErasureDesk } from '#src/delivery/erasure/erasure.ts';
import { createHoldDesk, type HoldDesk, type RequestsAbout } from '#src/delivery/erasure/holds.ts';
import { type RetentionDays, retentionSchema } from '#src/delivery/erasure/retention.ts';
import { createDeskReader } from '#src/delivery/requests/desk.ts';
import type { Recorder } from '#src/delivery/streams/record.ts';
import { newId } from '../ids.ts';
import { KNOWLEDGE_FOLDER } from '../paths.ts';
import { StartRefusedError } from '../workspace.ts';

const NAME = 'retention.yaml';
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
export async function loadRetention(folder: string = KNOWLEDGE_FOLDER): Promise<RetentionDays> {
  const yaml = parseYamlText(await readFile(join(folder, NAME), 'utf8'));
  if (!yaml.ok) throw invalid(yaml.problems.map((p) => `${p.line}: ${p.message}`));
  const parsed = retentionSchema.safeParse(yaml.value.data);
  if (parsed.success) return parsed.data;
  throw invalid(parsed.error.issues.slice(0, 20).map((issue) => `${issue.path.join('.')}: ${issue.message}`));
}

function invalid(lines: readonly string[]): StartRefusedError {
  const text = ['The retention settings cannot be used; nothing was started.', ...lines.map((l) => `  ${NAME}:${l}`)];
  return new StartRefusedError('policy_invalid', [...text, 'Correct these lines and start again.'].join('\n'));
}
