/** Legal holds: while one is open, nothing that it covers is erased, neither on request nor by age. */
import { z } from 'zod';
import { adminsAt } from '#src/directory/governed.ts';
import type { Ledger } from '../ports.ts';
import type { RecordRow, RecordStore } from '../streams/ports.ts';
import { onStream, type StreamDeps, type StreamEvent } from '../streams/stream.ts';
import type { HeldScopes } from './ports.ts';

const scopeSchema = z.object({
  kind: z.enum(['person', 'system', 'request']),
  /** A pseudonym, a system's name, or a request's id. */
  id: z.string().min(1).max(300),
});

export type LegalHold = {
  readonly id: string;
  readonly scope: z.infer<typeof scopeSchema>;
  readonly placedBy: string;
};

export type HoldRefusal = 'not_admin' | 'same_person' | 'unknown_hold';
export type HoldResult =
  | { readonly ok: true; readonly hold: LegalHold }
  | { readonly ok: false; readonly reason: HoldRefusal };

export type HoldDeps = StreamDeps & {
  readonly ledger: Pick<Ledger, 'readStream' | 'head' | 'commit' | 'listAssignments'>;
  readonly records: Pick<RecordStore, 'list'>;
};

/** Ids of the requests about a system. */
export type RequestsAbout = (system: string) => Promise<readonly string[]>;

export type HoldDesk = {
  /** One administrator places it: keeping harms nobody's evidence. `reason` is free text and can be erased itself. */
  place(scope: LegalHold['scope'], reason: string, by: string, commandId: string): Promise<HoldResult>;
  /** Another administrator than the one who placed it releases it. */
  release(id: string, by: string, commandId: string): Promise<HoldResult>;
  list(): Promise<readonly LegalHold[]>;
};

const KIND = 'legal_hold';
const stateSchema = z.object({ scope: scopeSchema, placedBy: z.string() });

/** Holds in force. */
export async function openHolds(records: Pick<RecordStore, 'list'>): Promise<readonly LegalHold[]> {
  const rows = await records.list({ kind: KIND, status: ['open'], limit: 10_000 });
  // A row that cannot be read must not let anything be erased.
  return rows.map((row) => ({ id: row.id, ...stateSchema.parse(row.state) }));
}

/** What holds keep, for the stores. A hold on a system keeps also the requests that came after it. */
export async function scopesOf(holds: readonly LegalHold[], requestsAbout: RequestsAbout): Promise<HeldScopes> {
  const requests: string[] = [];
  for (const { scope } of holds) {
    if (scope.kind === 'request') requests.push(scope.id);
    if (scope.kind === 'system') requests.push(...(await requestsAbout(scope.id)));
  }
  return { persons: holds.flatMap(({ scope }) => (scope.kind === 'person' ? [scope.id] : [])), requests };
}

/** The row of a hold. */
function rowOfLegalHold({ id, ...state }: LegalHold, status: 'open' | 'released', version: number): RecordRow {
  return { kind: KIND, id, parent: state.scope.id, status, version, state };
}

/** The row that a stored stream of a hold comes to; null without its beginning. */
export function legalHoldRow(id: string, events: readonly StreamEvent[]): RecordRow | null {
  const placed = events.find(({ type }) => type === 'hold.placed');
  if (placed === undefined) return null;
  const { scope } = placed.data as Pick<LegalHold, 'scope'>;
  const released = events.some(({ type }) => type === 'hold.released');
  return rowOfLegalHold({ id, scope, placedBy: placed.actor }, released ? 'released' : 'open', events.length);
}

/** Makes the desk. Refusals are results. */
export function createHoldDesk(deps: HoldDeps): HoldDesk {
  const isAdmin = async (person: string): Promise<boolean> =>
    adminsAt(await deps.ledger.listAssignments(), deps.now()).has(person);
  const commit = (hold: LegalHold, status: 'open' | 'released', event: object, by: string, commandId: string) => {
    const type = status === 'open' ? 'hold.placed' : 'hold.released';
    return onStream<HoldResult>(
      deps,
      { stream: `hold:${hold.id}`, actor: by, commandId, commandKind: type },
      (events) => ({
        kind: 'commit',
        drafts: [{ type, data: event, hide: ['reason'] }],
        records: [rowOfLegalHold(hold, status, events.length + 1)],
        result: () => ({ ok: true, hold }),
      }),
      async () => ({ ok: true, hold }),
    );
  };
  return {
    list: () => openHolds(deps.records),
    async place(scope, reason, by, commandId) {
      if (!(await isAdmin(by))) return { ok: false, reason: 'not_admin' };
      const hold: LegalHold = { id: deps.newId(deps.now()), scope: scopeSchema.parse(scope), placedBy: by };
      return commit(hold, 'open', { scope: hold.scope, reason }, by, commandId);
    },
    async release(id, by, commandId) {
      if (!(await isAdmin(by))) return { ok: false, reason: 'not_admin' };
      const hold = (await openHolds(deps.records)).find((h) => h.id === id);
      if (hold === undefined) return { ok: false, reason: 'unknown_hold' };
      if (hold.placedBy === by) return { ok: false, reason: 'same_person' };
      return commit(hold, 'released', { scope: hold.scope }, by, commandId);
    },
  };
}
