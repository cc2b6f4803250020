/**
 * The delivery ports in memory, for tests of what stands above them: same answers as the PostgreSQL stores (one contract
 * suite runs against both), no durability, one process.
 *
 * ```ts
 * const { ledger, inbox, outbox, timers, people } = createMemoryStores();
 * ```
 */
import { randomUUID } from 'node:crypto';
import type {
  Commit,
  CommitResult,
  Disclosure,
  Inbox,
  Ledger,
  NewEvent,
  NewTimer,
  Outbox,
  OutgoingMessage,
  PeopleStore,
  Projection,
  RequestRow,
  StoredEvent,
  Timers,
} from '#src/delivery/ports.ts';

export type Stores = {
  readonly ledger: Ledger;
  readonly inbox: Inbox;
  readonly outbox: Outbox;
  readonly timers: Timers;
  readonly people: PeopleStore;
};

type OutboxRow = {
  key: string;
  generation: number;
  intent: string;
  payload: unknown;
  notBefore: Date | null;
  position: number;
  attempts: number;
  leaseUntil: Date | null;
  clientMsgId: string;
  doneAt: Date | null;
  dead: boolean;
};
type InboxRow = {
  id: string;
  kind: string;
  payload: unknown;
  receivedAt: Date;
  attempts: number;
  leaseUntil: Date | null;
  doneAt: Date | null;
  dead: boolean;
};
type TimerRow = NewTimer & { leaseUntil: Date | null; doneAt: Date | null };

type State = {
  readonly events: NewEvent[];
  readonly disclosures: Map<string, Disclosure>;
  readonly objects: Map<string, { mediaType: string; bytes: Uint8Array }>;
  readonly requests: Map<string, Extract<Projection, { table: 'request' }>>;
  readonly assignments: Map<string, Extract<Projection, { table: 'assignment' }>>;
  readonly outbox: Map<string, OutboxRow>;
  readonly timers: Map<string, TimerRow>;
  position: number;
};

/** Fresh, empty stores that belong together. */
export function createMemoryStores(): Stores {
  const state: State = {
    events: [],
    disclosures: new Map(),
    objects: new Map(),
    requests: new Map(),
    assignments: new Map(),
    outbox: new Map(),
    timers: new Map(),
    position: 0,
  };
  return {
    ledger: memoryLedger(state),
    inbox: memoryInbox(),
    outbox: memoryOutbox(state),
    timers: memoryTimers(state),
    people: memoryPeople(),
  };
}

function memoryLedger(state: State): Ledger {
  const counters = new Map<string, number>();
  const stored = (event: NewEvent, logIndex: number): StoredEvent => {
    const { leaf: _, leafHash: __, ...rest } = event;
    return { ...structuredClone(rest), logIndex };
  };
  const rows = () =>
    [...state.requests.values()].map(({ id, shortId, status, version, state: inner, ...found }) => ({
      row: { id, shortId, status, version, state: structuredClone(inner) },
      found,
    }));
  return {
    commit: async (commit) => commitInMemory(state, commit),
    head: async () => ({ size: state.events.length, lastAt: state.events.at(-1)?.at ?? null }),
    async readStream(stream) {
      const events = state.events.map(stored).filter((event) => event.stream === stream);
      const text = JSON.stringify(events);
      const disclosures = [...state.disclosures].filter(([hash]) => text.includes(`{"$hidden":"${hash}"}`));
      return { events: events.sort((a, b) => a.seq - b.seq), disclosures: new Map(disclosures) };
    },
    readAll: async (fromIndex, limit) => state.events.map(stored).slice(fromIndex, fromIndex + limit),
    streamOfCommand: async (commandId) => state.events.find((event) => event.commandId === commandId)?.stream ?? null,
    async nextShortId(prefix) {
      const value = (counters.get(prefix) ?? 0) + 1;
      counters.set(prefix, value);
      return `${prefix}-${value}`;
    },
    async findRequest(idOrShortId) {
      const short = idOrShortId.toUpperCase();
      return rows().find(({ row }) => row.id === idOrShortId || row.shortId === short)?.row ?? null;
    },
    async listRequests({ status, systemId, kind, requester, restsOn, limit }) {
      const basis = ({ state: inner }: RequestRow) => (inner as { readonly restsOn?: readonly string[] }).restsOn;
      return rows()
        .filter(({ row }) => status === undefined || status.includes(row.status))
        .filter(({ found }) => systemId === undefined || found.systemId === systemId)
        .filter(({ found }) => kind === undefined || found.kind === kind)
        .filter(({ found }) => requester === undefined || found.requester === requester)
        .filter(({ row }) => restsOn === undefined || (basis(row)?.some((id) => restsOn.includes(id)) ?? true))
        .map(({ row }) => row)
        .sort((a, b) => (a.id < b.id ? 1 : -1))
        .slice(0, limit);
    },
    listAssignments: async (roles) =>
      [...state.assignments.values()]
        .filter((one) => roles === undefined || roles.includes(one.role))
        .sort((a, b) => (a.id < b.id ? -1 : 1))
        .map((one) => structuredClone(one)),
    objectsKept: async (sha256s) => new Set(sha256s.filter((sha256) => state.objects.has(sha256))),
    readObject: async (sha256) => state.objects.get(sha256) ?? null,
  };
}

function commitInMemory(state: State, commit: Commit): CommitResult {
  const { events } = commit;
  if (events.length === 0) throw Object.assign(new Error('empty commit'), { code: 'bad_commit' });
  const taken = (same: (a: NewEvent, b: NewEvent) => boolean): boolean =>
    events.some((event) => state.events.some((old) => same(event, old)));
  if (taken((a, b) => a.commandId === b.commandId && a.ordinal === b.ordinal)) {
    return { ok: false, reason: 'duplicate_command' };
  }
  if (taken((a, b) => a.stream === b.stream && a.seq === b.seq)) return { ok: false, reason: 'version_conflict' };
  const lastAt = state.events.at(-1)?.at;
  if (lastAt && events.some((event) => event.at < lastAt)) return { ok: false, reason: 'time_behind_log', lastAt };
  const known = [...state.events, ...events];
  if (events.some(({ stream, seq }) => seq > 1 && !known.some((e) => e.stream === stream && e.seq === seq - 1))) {
    throw Object.assign(new Error('sequence gap'), { code: 'sequence_gap' });
  }
  const firstIndex = state.events.length;
  state.events.push(...structuredClone([...events]));
  for (const one of commit.disclosures) if (!state.disclosures.has(one.hash)) state.disclosures.set(one.hash, one);
  for (const { sha256, ...object } of commit.objects) if (!state.objects.has(sha256)) state.objects.set(sha256, object);
  project(state, commit.projections);
  putMessages(state, commit.outbox);
  const at = events.at(-1)?.at ?? new Date(0);
  for (const timer of state.timers.values()) {
    const cancelled = commit.timersCancelled.some(
      ({ subject, kinds }) => subject === timer.subject && kinds.includes(timer.kind),
    );
    if (timer.doneAt === null && (cancelled || commit.timersDone.includes(timer.id))) timer.doneAt = at;
  }
  for (const timer of commit.timers) state.timers.set(timer.id, { ...timer, leaseUntil: null, doneAt: null });
  return { ok: true, firstIndex };
}

function project(state: State, projections: readonly Projection[]): void {
  for (const row of structuredClone(projections)) {
    if (row.table === 'request') state.requests.set(row.id, row);
    else if (row.table === 'assignment') state.assignments.set(row.id, row);
  }
}

function putMessages(state: State, messages: readonly OutgoingMessage[]): void {
  for (const { key, intent, payload, notBefore } of structuredClone(messages)) {
    const old = state.outbox.get(key);
    const sent = !old || old.doneAt !== null;
    state.position += 1;
    state.outbox.set(key, {
      key,
      generation: (old?.generation ?? 0) + 1,
      intent,
      payload,
      notBefore: notBefore ?? null,
      position: sent ? state.position : old.position,
      attempts: 0,
      leaseUntil: old?.leaseUntil ?? null,
      clientMsgId: sent ? randomUUID() : old.clientMsgId,
      doneAt: null,
      dead: false,
    });
  }
}

type Claimable = { leaseUntil: Date | null; doneAt: Date | null; dead?: boolean; attempts?: number };

/** Leases the first `limit` of the rows that are open, free and ready. */
function claim<T extends Claimable>(rows: T[], limit: number, leaseMs: number, now: Date): T[] {
  const free = rows.filter((row) => row.doneAt === null && !row.dead && !(row.leaseUntil && row.leaseUntil > now));
  for (const row of free.slice(0, limit)) {
    row.leaseUntil = new Date(now.getTime() + leaseMs);
    if (row.attempts !== undefined) row.attempts += 1;
  }
  return free.slice(0, limit);
}

function counts(rows: readonly Claimable[]): { open: number; dead: number } {
  const open = rows.filter((row) => row.doneAt === null);
  return { open: open.filter((row) => !row.dead).length, dead: open.filter((row) => row.dead).length };
}

function memoryInbox(): Inbox {
  const rows: InboxRow[] = [];
  const find = (id: string): InboxRow | undefined => rows.find((row) => row.id === id);
  return {
    async put(item) {
      if (find(item.id)) return false;
      rows.push({ ...structuredClone(item), attempts: 0, leaseUntil: null, doneAt: null, dead: false });
      return true;
    },
    claim: async (limit, leaseMs, now) =>
      claim(rows, limit, leaseMs, now).map(({ id, kind, payload, receivedAt, attempts }) => ({
        id,
        kind,
        payload: structuredClone(payload),
        receivedAt,
        attempts,
      })),
    async done(id, now) {
      const row = find(id);
      if (row) Object.assign(row, { doneAt: now, leaseUntil: null });
    },
    async failed(id, _error, retryAt) {
      const row = find(id);
      if (row && row.doneAt === null) Object.assign(row, { leaseUntil: retryAt, dead: retryAt === null });
    },
    counts: async () => counts(rows),
  };
}

function memoryOutbox(state: State): Outbox {
  const places = new Map<string, { channel: string; ts: string }>();
  const find = (id: string): { row: OutboxRow | undefined; current: boolean } => {
    const row = state.outbox.get(id.slice(id.indexOf(':') + 1));
    return { row: row?.doneAt === null ? row : undefined, current: row?.generation === Number.parseInt(id, 10) };
  };
  return {
    put: async (messages) => putMessages(state, messages),
    async claim(limit, leaseMs, now) {
      const ready = [...state.outbox.values()]
        .filter((row) => !(row.notBefore && row.notBefore > now))
        .sort((a, b) => a.position - b.position);
      return claim(ready, limit, leaseMs, now).map(({ key, generation, intent, payload, attempts, clientMsgId }) => ({
        id: `${generation}:${key}`,
        key,
        intent,
        payload: structuredClone(payload),
        attempts,
        clientMsgId,
      }));
    },
    async done(id, now) {
      const { row, current } = find(id);
      if (row) Object.assign(row, { leaseUntil: null, doneAt: current ? now : null });
    },
    async failed(id, _error, retryAt) {
      const { row, current } = find(id);
      if (row) row.leaseUntil = null;
      if (row && current) Object.assign(row, { notBefore: retryAt, dead: retryAt === null });
    },
    placeOf: async (key) => places.get(key) ?? null,
    placesOf: async (prefix, limit) =>
      [...places]
        .flatMap(([key, place]) => {
          const rest = key.startsWith(prefix) ? key.slice(prefix.length) : '';
          return /^[0-9]{1,15}$/.test(rest) ? [{ number: Number(rest), ...place }] : [];
        })
        .sort((a, b) => a.number - b.number)
        .slice(-limit),
    keyAt: async (channel, ts) =>
      [...places].find(([, place]) => place.channel === channel && place.ts === ts)?.[0] ?? null,
    async placed(key, channel, ts) {
      places.set(key, { channel, ts });
    },
    counts: async () => counts([...state.outbox.values()]),
  };
}

function memoryTimers(state: State): Timers {
  return {
    async claimDue(now, limit, leaseMs) {
      const due = [...state.timers.values()]
        .filter((timer) => timer.dueAt <= now)
        .sort((a, b) => a.dueAt.getTime() - b.dueAt.getTime() || (a.id < b.id ? -1 : 1));
      return claim(due, limit, leaseMs, now).map(({ leaseUntil: _, doneAt: __, ...timer }) => timer);
    },
    async done(id, now) {
      const timer = state.timers.get(id);
      if (timer && timer.doneAt === null) Object.assign(timer, { doneAt: now, leaseUntil: null });
    },
  };
}

function memoryPeople(): PeopleStore {
  const rows = new Map<string, { person: string; name: string | null }>();
  return {
    async personFor(slackUserId, name) {
      const row = rows.get(slackUserId) ?? { person: `p_${randomUUID()}`, name: null };
      row.name = name ?? row.name;
      rows.set(slackUserId, row);
      return row.person;
    },
    async known(persons) {
      const known = [...rows].map(([slackUserId, { person, name }]) => [person, { slackUserId, name }] as const);
      return new Map(known.filter(([person]) => persons.includes(person)));
    },
    async slackUsersOf(persons) {
      const known = [...rows].map(([slackUserId, row]) => [row.person, slackUserId] as const);
      return new Map(known.filter(([person]) => persons.includes(person)));
    },
    async personsNamed(words) {
      const named = (name: string | null) => name?.toLowerCase().includes(words.toLowerCase()) === true;
      const found = [...rows].filter(([id, { name }]) => id === words || named(name));
      return found.map(([, { person }]) => person).slice(0, 10);
    },
  };
}
