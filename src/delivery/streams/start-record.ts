/**
 * What a start leaves in the log: the first one opens it (origin, keys, policy, documents), a later one records that
 * the policy or the documents in force are others than before. A rule never changes without an entry.
 */

import type { Ledger } from '../ports.ts';
import { commitLoop } from './commit-loop.ts';
import type { EventDraft, Recorder } from './record.ts';

const STREAM = 'log';

export type StartFacts = {
  readonly origin: string;
  readonly workspaceId: string;
  readonly statementKeyId: string;
  readonly checkpointKeyId: string;
  readonly policy: { readonly sha256: string; readonly version: string; readonly bytes: Uint8Array };
  readonly knowledge: readonly { readonly document: string; readonly version: string; readonly sha256: string }[];
};

export type StartRecordDeps = {
  readonly ledger: Ledger;
  readonly recorder: Recorder;
  readonly now: () => Date;
};

/** Records what is new since the last start. Returns the types of the events it made. */
export async function recordStart(
  deps: StartRecordDeps,
  facts: StartFacts,
  startId: string,
): Promise<readonly string[]> {
  return commitLoop<readonly string[]>(
    deps,
    async (at) => {
      const { events } = await deps.ledger.readStream(STREAM);
      const drafts = draftsFor(events, facts);
      if (drafts.length === 0) return { kind: 'settled', result: [] };
      const recorded = await deps.recorder.record(
        {
          stream: STREAM,
          afterSeq: events.length,
          at,
          actor: 'service',
          commandId: `start:${startId}`,
          commandKind: 'start',
        },
        drafts,
      );
      const objects = [{ sha256: facts.policy.sha256, mediaType: 'application/json', bytes: facts.policy.bytes }];
      return {
        kind: 'commit',
        commit: { ...recorded, projections: [], outbox: [], timers: [], timersDone: [], timersCancelled: [], objects },
        result: () => drafts.map((draft) => draft.type),
      };
    },
    async () => [],
  );
}

function draftsFor(
  events: readonly { readonly type: string; readonly data: unknown }[],
  facts: StartFacts,
): readonly EventDraft[] {
  const policy = { sha256: facts.policy.sha256, version: facts.policy.version };
  const context = { policy, knowledge: facts.knowledge };
  if (events.length === 0) {
    const { origin, workspaceId, statementKeyId, checkpointKeyId, knowledge } = facts;
    const data = { origin, workspaceId, statementKeyId, checkpointKeyId, policy, knowledge };
    return [{ type: 'log.started', schemaVersion: 1, data, hide: [], context }];
  }
  const last = lastKnown(events);
  const drafts: EventDraft[] = [];
  if (last.policy !== facts.policy.sha256) {
    drafts.push({
      type: 'policy.changed',
      schemaVersion: 1,
      data: { from: last.policy, to: policy },
      hide: [],
      context,
    });
  }
  const changed = facts.knowledge.filter((d) => last.knowledge.get(d.document) !== d.sha256);
  if (changed.length > 0) {
    const from = changed.map((d) => ({ document: d.document, sha256: last.knowledge.get(d.document) ?? null }));
    drafts.push({ type: 'knowledge.changed', schemaVersion: 1, data: { from, to: changed }, hide: [], context });
  }
  return drafts;
}

type Known = { policy: string | null; readonly knowledge: Map<string, string> };

function lastKnown(events: readonly { readonly type: string; readonly data: unknown }[]): Known {
  const known: Known = { policy: null, knowledge: new Map() };
  for (const event of events) {
    const data = event.data as {
      policy?: { sha256: string };
      to?: unknown;
      knowledge?: readonly { document: string; sha256: string }[];
    };
    if (event.type === 'log.started') {
      known.policy = data.policy?.sha256 ?? null;
      for (const d of data.knowledge ?? []) known.knowledge.set(d.document, d.sha256);
    } else if (event.type === 'policy.changed') {
      known.policy = (data.to as { sha256: string }).sha256;
    } else if (event.type === 'knowledge.changed') {
      for (const d of data.to as readonly { document: string; sha256: string }[])
        known.knowledge.set(d.document, d.sha256);
    }
  }
  return known;
}
