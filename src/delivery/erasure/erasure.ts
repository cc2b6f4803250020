/**
 * Erasing a person: two administrators decide it, each step is an entry of the log, and no proof breaks, because leaves
 * hold pseudonyms and salted hashes only. A legal hold on the person, a request or a system of theirs blocks it.
 */
import { z } from 'zod';
import { holdersOf } from '#src/directory/directory.ts';
import { adminsAt } from '#src/directory/governed.ts';
import type { Ledger, PeopleStore } from '../ports.ts';
import type { RecordRow, RecordStore } from '../streams/ports.ts';
import { onStream, type StreamDeps, type StreamEvent } from '../streams/stream.ts';
import { type LegalHold, openHolds, type RequestsAbout, scopesOf } from './holds.ts';
import type { ErasureCounts, ErasureStore } from './ports.ts';

const ERASURE_BASES = ['own_request', 'left', 'court', 'other'] as const;
/** Why the person is erased; free text would have to be erased again. */
export type ErasureBasis = (typeof ERASURE_BASES)[number];

const ERASURE_STATUSES = ['requested', 'confirmed', 'done'] as const;

export type Erasure = {
  readonly id: string;
  readonly person: string;
  readonly basis: ErasureBasis;
  readonly status: (typeof ERASURE_STATUSES)[number];
  readonly requestedBy: string;
  readonly confirmedBy: string | null;
};

export type ErasureRefusal =
  | 'not_admin'
  | 'own_erasure'
  | 'unknown_person'
  | 'unknown_erasure'
  | 'same_person'
  | 'already_requested'
  | 'already_decided'
  | 'holds_role'
  | 'open_request'
  | 'on_hold';

export type ErasureResult =
  | { readonly ok: true; readonly erasure: Erasure; readonly counts: ErasureCounts | null }
  /** `detail`: the holds, roles or requests that stand in the way. */
  | { readonly ok: false; readonly reason: ErasureRefusal; readonly detail: readonly string[] };

export type ErasureDeps = StreamDeps & {
  readonly ledger: Pick<Ledger, 'readStream' | 'head' | 'commit' | 'listAssignments' | 'findRequest'>;
  readonly people: Pick<PeopleStore, 'known'>;
  readonly records: Pick<RecordStore, 'list' | 'read'>;
  readonly erasing: ErasureStore;
  /** Systems that a request is about; empty for one that is not there. */
  readonly systemsOf: (requestId: string) => Promise<readonly string[]>;
  readonly requestsAbout: RequestsAbout;
};

export type ErasureDesk = {
  request(
    ask: { readonly person: string; readonly basis: Erasure['basis'] },
    by: string,
    commandId: string,
  ): Promise<ErasureResult>;
  /** The second administrator: from then on nothing brings it back. */
  confirm(id: string, by: string, commandId: string): Promise<ErasureResult>;
  /** Finishes what was confirmed before a crash. Call it at start. Returns how many. */
  resume(): Promise<number>;
};

/** Statuses in which a request needs its people no more. */
const NOT_OPEN: ReadonlySet<string> = new Set([
  ...['withdrawn', 'expired', 'rejected', 'refused', 'closed', 'revoked', 'superseded', 'renewed'],
  ...['approved', 'approved_with_conditions', 'deployed', 'suspended'],
]);

const stateSchema = z.object({
  person: z.string(),
  basis: z.enum(ERASURE_BASES),
  requestedBy: z.string(),
  confirmedBy: z.string().nullable(),
});

const KIND = 'erasure';
const streamOf = (id: string): string => `erasure:${id}`;

/** Makes the desk. Refusals are results; throws CommitError and what the stores throw. */
export function createErasureDesk(deps: ErasureDeps): ErasureDesk {
  const refused = (reason: ErasureRefusal, detail: readonly string[] = []) => ({ ok: false, reason, detail }) as const;
  const list = async (filter: Pick<Parameters<RecordStore['list']>[0], 'status' | 'parent'>) =>
    (await deps.records.list({ kind: KIND, ...filter })).flatMap(erasureOf);

  const step = async (
    type: 'erasure.requested' | 'erasure.confirmed' | 'erasure.done',
    erasure: Erasure,
    actor: string,
    commandId: string,
    data: object,
  ): Promise<boolean> => {
    return onStream<boolean>(
      deps,
      { stream: streamOf(erasure.id), actor, commandId, commandKind: type },
      (events) => {
        // Somebody else took this step meanwhile.
        if (events.some((event) => event.type === type)) return { kind: 'settled', result: false };
        const records = [rowOfErasure(erasure, events.length + 1)];
        return { kind: 'commit', drafts: [{ type, data }], records, result: () => true };
      },
      async () => true,
    );
  };

  const carryOut = async (erasure: Erasure): Promise<ErasureResult> => {
    const others = (await openHolds(deps.records)).filter((hold) => !concerns(hold, erasure.person));
    const held = await scopesOf(others, deps.requestsAbout);
    const counts = await deps.erasing.erasePerson(erasure.person, deps.now(), held);
    const done: Erasure = { ...erasure, status: 'done' };
    await step('erasure.done', done, 'service', `erased:${erasure.id}`, { person: erasure.person, erased: counts });
    return { ok: true, erasure: done, counts };
  };

  return {
    async request({ person, basis }, by, commandId) {
      const [pending] = await list({ status: ['requested'], parent: person });
      if (pending !== undefined) return refused('already_requested', [pending.id]);
      const blocked = await obstacle(deps, person, by);
      if (blocked !== null) return refused(...blocked);
      const id = deps.newId(deps.now());
      const erasure: Erasure = { id, person, basis, status: 'requested', requestedBy: by, confirmedBy: null };
      await step('erasure.requested', erasure, by, commandId, { person, basis });
      return { ok: true, erasure, counts: null };
    },
    async confirm(id, by, commandId) {
      const row = await deps.records.read(KIND, id);
      const [erasure] = row === null ? [] : erasureOf(row);
      if (erasure === undefined) return refused('unknown_erasure');
      if (erasure.status !== 'requested') return refused('already_decided', [erasure.status]);
      if (erasure.requestedBy === by) return refused('same_person');
      const blocked = await obstacle(deps, erasure.person, by);
      if (blocked !== null) return refused(...blocked);
      const confirmed: Erasure = { ...erasure, status: 'confirmed', confirmedBy: by };
      const data = { person: erasure.person, requestedBy: erasure.requestedBy };
      if (!(await step('erasure.confirmed', confirmed, by, commandId, data))) return refused('already_decided');
      return carryOut(confirmed);
    },
    async resume() {
      const confirmed = await list({ status: ['confirmed'] });
      for (const erasure of confirmed) await carryOut(erasure);
      return confirmed.length;
    },
  };
}

/** What stands in the way at this moment; null for nothing. Looked at by both decisions. */
async function obstacle(
  deps: ErasureDeps,
  person: string,
  by: string,
): Promise<readonly [ErasureRefusal, readonly string[]] | null> {
  const assignments = await deps.ledger.listAssignments();
  const now = deps.now();
  if (!adminsAt(assignments, now).has(by)) return ['not_admin', []];
  if (person === by) return ['own_erasure', []];
  if (!(await deps.people.known([person])).has(person)) return ['unknown_person', []];
  const roles = [...new Set(assignments.map((a) => a.role))].filter((role) =>
    holdersOf(assignments, role, now).some((a) => a.person === person),
  );
  if (roles.length > 0) return ['holds_role', roles];
  const requests = await deps.erasing.requestsOf(person);
  const open: string[] = [];
  for (const id of requests) {
    const found = await deps.ledger.findRequest(id);
    if (found !== null && !NOT_OPEN.has(found.status)) open.push(found.shortId);
  }
  if (open.length > 0) return ['open_request', open];
  const systems = (await Promise.all(requests.map(deps.systemsOf))).flat();
  const holds = (await openHolds(deps.records)).filter(({ scope }) => {
    if (scope.kind === 'person') return scope.id === person;
    return scope.kind === 'request' ? requests.includes(scope.id) : systems.includes(scope.id);
  });
  return holds.length > 0 ? ['on_hold', holds.map(({ id }) => id)] : null;
}

const concerns = ({ scope }: LegalHold, person: string): boolean => scope.kind === 'person' && scope.id === person;

/** The row of an erasure. */
export function rowOfErasure({ id, status, ...state }: Erasure, version: number): RecordRow {
  return { kind: KIND, id, parent: state.person, status, version, state };
}

/** State of an erasure's stream; null without its beginning. */
export function foldErasure(id: string, events: readonly StreamEvent[]): Erasure | null {
  const step = (type: string) => events.find((event) => event.type === type);
  const requested = step('erasure.requested');
  if (requested === undefined) return null;
  const { person, basis } = requested.data as Pick<Erasure, 'person' | 'basis'>;
  const confirmedBy = step('erasure.confirmed')?.actor ?? null;
  const decided = confirmedBy === null ? 'requested' : 'confirmed';
  const status = step('erasure.done') === undefined ? decided : 'done';
  return { id, person, basis, status, requestedBy: requested.actor, confirmedBy };
}

function erasureOf(row: { readonly id: string; readonly status: string; readonly state: unknown }): readonly Erasure[] {
  const state = stateSchema.safeParse(row.state);
  const status = z.enum(ERASURE_STATUSES).safeParse(row.status);
  return state.success && status.success ? [{ id: row.id, status: status.data, ...state.data }] : [];
}
