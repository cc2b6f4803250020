/** Small valid commits for tests of the stores. */
import { createHash, randomUUID } from 'node:crypto';
import type { Commit, NewEvent, Projection } from '#src/delivery/ports.ts';

/** A valid event; its leaf is any bytes. */
export function exampleEvent(change: Partial<NewEvent> = {}): NewEvent {
  const id = change.id ?? randomUUID();
  const leaf = Buffer.from(`leaf of ${id}`);
  return {
    id,
    stream: 'request:1',
    seq: 1,
    type: 'example.happened',
    schemaVersion: 1,
    at: new Date('2026-05-01T10:00:00.000Z'),
    actor: 'p_1',
    commandId: `command-${id}`,
    ordinal: 0,
    data: { n: 1 },
    leaf: new Uint8Array(leaf),
    leafHash: new Uint8Array(createHash('sha256').update('\0').update(leaf).digest()),
    ...change,
  };
}

/** A commit of these events and nothing else, unless told. */
export function exampleCommit(events: readonly NewEvent[], change: Partial<Commit> = {}): Commit {
  return {
    events,
    disclosures: [],
    projections: [],
    outbox: [],
    timers: [],
    timersDone: [],
    timersCancelled: [],
    objects: [],
    ...change,
  };
}

/** A request's projection. */
export function exampleRequest(change: Partial<Extract<Projection, { table: 'request' }>> = {}) {
  return {
    table: 'request',
    id: '1',
    shortId: 'DR-1',
    kind: 'deployment',
    status: 'open',
    systemId: 'assistant',
    requester: 'p_1',
    version: 1,
    decideBy: new Date('2026-06-01T00:00:00.000Z'),
    state: { votes: [] },
    ...change,
  } as const;
}
