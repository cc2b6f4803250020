/**
 * Ports that the delivery room owns: what it needs from a database. Adapters implement them; a contract suite runs
 * against each implementation.
 */
import type { Assignment } from '#src/directory/directory.ts';
import type { RecordedKey } from '#src/evidence/ports.ts';

/** One event as it is stored. `data` holds no names and no free text: those stand in disclosures, referenced by hash. */
export type StoredEvent = {
  /** UUIDv7. */
  readonly id: string;
  /** `request:<uuid>`, `directory`, `policy`, `knowledge`, `log`. */
  readonly stream: string;
  /** 1-based position in its stream, without gaps. */
  readonly seq: number;
  readonly type: string;
  readonly schemaVersion: number;
  readonly at: Date;
  /** Pseudonymous person id (`p_...`) or `service`. */
  readonly actor: string;
  /** The Slack event id, or view/trigger id and person; unique together with `ordinal`. */
  readonly commandId: string;
  /** 0-based position among the events of one command. */
  readonly ordinal: number;
  /** JSON with `{"$hidden": "<sha256 hex>"}` in place of names and free text. */
  readonly data: unknown;
  readonly logIndex: number;
};

/** What a hash in an event or leaf hides: sha256(salt || utf8(value)). Can be erased without breaking a proof. */
export type Disclosure = {
  /** Hex sha256. */
  readonly hash: string;
  /** 32 bytes, base64. */
  readonly salt: string;
  /** Null after erasure. */
  readonly value: string | null;
  /** The person it is about, for erasure. */
  readonly person: string | null;
};

export type NewEvent = Omit<StoredEvent, 'logIndex'> & {
  /** Exact leaf bytes: the DSSE envelope. At most 65,535. */
  readonly leaf: Uint8Array;
  /** RFC 6962 leaf hash, 32 bytes. */
  readonly leafHash: Uint8Array;
};

/** A message to be: only its intent; what it looks like is rendered from the state when it is sent. */
export type OutgoingMessage = {
  /** Stable identity of the message: a second row with the same key replaces what is not sent yet (`card:<request>`). */
  readonly key: string;
  /** What to do, one of the intents the slack room renders. */
  readonly intent: string;
  readonly payload: unknown;
  readonly notBefore?: Date;
};

export type NewTimer = {
  readonly id: string;
  readonly dueAt: Date;
  readonly kind: string;
  readonly subject: string;
  readonly data?: unknown;
};

/** State row written with the events: a projection that can be rebuilt from them. */
export type Projection =
  | {
      readonly table: 'request';
      readonly id: string;
      readonly shortId: string;
      readonly kind: string;
      readonly status: string;
      readonly systemId: string | null;
      readonly requester: string;
      readonly version: number;
      readonly decideBy: Date | null;
      readonly state: unknown;
    }
  | ({ readonly table: 'assignment' } & Assignment)
  | {
      readonly table: 'record';
      /** What it is: `system`, `hold`, `risk`, `proposal`, ...; read through `RecordStore`. */
      readonly kind: string;
      readonly id: string;
      /** What it belongs to or is found by; null for neither. */
      readonly parent: string | null;
      readonly status: string;
      /** Position of the last event of its stream that it holds. */
      readonly version: number;
      readonly state: unknown;
    };

export type Commit = {
  readonly events: readonly NewEvent[];
  readonly disclosures: readonly Disclosure[];
  readonly projections: readonly Projection[];
  readonly outbox: readonly OutgoingMessage[];
  readonly timers: readonly NewTimer[];
  /** Timers of these ids are done with this commit. */
  readonly timersDone: readonly string[];
  /** Open timers of these subjects and kinds are cancelled (`done_at` set) before the new ones are added. */
  readonly timersCancelled: readonly { readonly subject: string; readonly kinds: readonly string[] }[];
  /** Immutable bytes by sha256 (policy, card text, roster, passages). */
  readonly objects: readonly { readonly sha256: string; readonly mediaType: string; readonly bytes: Uint8Array }[];
};

export type CommitResult =
  | { readonly ok: true; readonly firstIndex: number }
  /** Another command reached the stream first: read, decide and sign again. */
  | { readonly ok: false; readonly reason: 'version_conflict' }
  /** This command id was committed before: nothing to do. */
  | { readonly ok: false; readonly reason: 'duplicate_command' }
  /** The log's last event is later than these events' time: take a later time and sign again. */
  | { readonly ok: false; readonly reason: 'time_behind_log'; readonly lastAt: Date };

/** A stored row of a request: what lists look at. */
export type RequestRow = Pick<
  Extract<Projection, { table: 'request' }>,
  'id' | 'shortId' | 'status' | 'version' | 'state'
>;

/** The event store, its log and everything that is committed with it, in ONE statement. */
export interface Ledger {
  /** Events of a stream in order, with the hidden values put back beside them. */
  readStream(
    stream: string,
  ): Promise<{ readonly events: readonly StoredEvent[]; readonly disclosures: ReadonlyMap<string, Disclosure> }>;
  /** All events in log order from an index on; for rebuilds and exports. */
  readAll(fromIndex: number, limit: number): Promise<readonly StoredEvent[]>;
  /** The stream in which a command took effect; null for one that did not. */
  streamOfCommand(commandId: string): Promise<string | null>;
  /** Size of the log and the time of its last event (null when empty). */
  head(): Promise<{ readonly size: number; readonly lastAt: Date | null }>;
  commit(commit: Commit): Promise<CommitResult>;
  /** Next short id: `DR-12`, `EX-3`. Numbers given to abandoned forms are not reused. */
  nextShortId(prefix: 'DR' | 'EX' | 'UC' | 'PC' | 'RK'): Promise<string>;
  findRequest(idOrShortId: string): Promise<RequestRow | null>;
  /** Newest first. */
  listRequests(filter: {
    readonly status?: readonly string[];
    readonly systemId?: string;
    readonly kind?: string;
    readonly requester?: string;
    /** Only what rests on one of these ids or short ids, and rows of an earlier version, which do not say. */
    readonly restsOn?: readonly string[];
    readonly limit: number;
  }): Promise<readonly RequestRow[]>;
  /** All assignments ever made, or only those of these roles (exact names). */
  listAssignments(roles?: readonly string[]): Promise<readonly Extract<Projection, { table: 'assignment' }>[]>;
  /** Which of these objects are stored. */
  objectsKept(sha256s: readonly string[]): Promise<ReadonlySet<string>>;
  readObject(sha256: string): Promise<{ readonly mediaType: string; readonly bytes: Uint8Array } | null>;
}

/** What is kept of a person until it is erased. */
export type KnownPerson = { readonly slackUserId: string; readonly name: string | null };

/** People: Slack user id <-> pseudonymous id. */
export interface PeopleStore {
  /** The pseudonym of a Slack user, made when unknown. `name` is kept beside, erasable. */
  personFor(slackUserId: string, name: string | null): Promise<string>;
  /** Those of these persons who are still known: nobody who was erased. */
  known(persons: readonly string[]): Promise<ReadonlyMap<string, KnownPerson>>;
  slackUsersOf(persons: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Pseudonyms of whoever has this Slack id or a name with these words in it, in any case; at most ten. */
  personsNamed(words: string): Promise<readonly string[]>;
}

export type InboxItem = {
  readonly id: string;
  readonly kind: string;
  readonly payload: unknown;
  readonly receivedAt: Date;
  readonly attempts: number;
};

/** What Slack sent, stored before the acknowledgement. */
export interface Inbox {
  /** False when the id was stored before (a redelivery). */
  put(item: {
    readonly id: string;
    readonly kind: string;
    readonly payload: unknown;
    readonly receivedAt: Date;
  }): Promise<boolean>;
  /** Claims up to `limit` open items whose lease ran out, oldest first, for `leaseMs`. */
  claim(limit: number, leaseMs: number, now: Date): Promise<readonly InboxItem[]>;
  done(id: string, now: Date): Promise<void>;
  /** Gives an item back with its error; after `attemptsMax` it is a dead letter. */
  failed(id: string, error: string, retryAt: Date | null): Promise<void>;
  counts(): Promise<{ readonly open: number; readonly dead: number }>;
}

export type OutboxItem = {
  readonly id: string;
  readonly key: string;
  readonly intent: string;
  readonly payload: unknown;
  readonly attempts: number;
  /** Stable across retries, for Slack's de-duplication. */
  readonly clientMsgId: string;
};

export interface Outbox {
  put(messages: readonly OutgoingMessage[]): Promise<void>;
  claim(limit: number, leaseMs: number, now: Date): Promise<readonly OutboxItem[]>;
  done(id: string, now: Date): Promise<void>;
  failed(id: string, error: string, retryAt: Date | null): Promise<void>;
  /** Where a keyed message was posted, so that it can be updated: channel and ts. */
  placeOf(key: string): Promise<{ readonly channel: string; readonly ts: string } | null>;
  /** Where messages were posted whose keys are this prefix and a number: the `limit` highest numbers, lowest first. */
  placesOf(
    prefix: string,
    limit: number,
  ): Promise<readonly { readonly number: number; readonly channel: string; readonly ts: string }[]>;
  placed(key: string, channel: string, ts: string): Promise<void>;
  /** Key of what was posted there; null where it is none of ours. */
  keyAt(channel: string, ts: string): Promise<string | null>;
  counts(): Promise<{ readonly open: number; readonly dead: number }>;
}

export interface Timers {
  /** What is due, in order of due time; claimed for `leaseMs`. */
  claimDue(now: Date, limit: number, leaseMs: number): Promise<readonly NewTimer[]>;
  done(id: string, now: Date): Promise<void>;
}

/** Questions that found no answer, for whoever curates the library. The asker is never kept. */
export interface GapStore {
  /** Counts a question that is already there (same text, any case) instead of storing it twice. */
  put(gap: {
    readonly question: string;
    readonly reason: string;
    readonly nearest: readonly string[];
    readonly at: Date;
  }): Promise<void>;
  /** Most asked first. */
  list(limit: number): Promise<
    readonly {
      readonly question: string;
      readonly reason: string;
      readonly nearest: readonly string[];
      readonly count: number;
      readonly lastAt: Date;
    }[]
  >;
}

/** Sessions of the evidence pages that were signed out, for every replica. */
export interface SessionStore {
  /** Ends a session for good; `until`: when it would have ended by itself. May be called twice. */
  end(session: string, until: Date, now: Date): Promise<void>;
  hasEnded(session: string): Promise<boolean>;
}

/** Refused attempts: an audit table beside the log, at most 20 rows a person and minute. */
export interface RefusalStore {
  put(refusal: {
    readonly at: Date;
    readonly person: string;
    readonly requestId: string | null;
    readonly action: string;
    readonly reason: string;
  }): Promise<void>;
}

/** Whose database this is; written once, at the first start. */
export type WorkspaceStamp = {
  /** `sandbox`, or the Slack team id. */
  readonly workspaceId: string;
  /** Name of the log, as in its checkpoints. */
  readonly logOrigin: string;
  readonly createdAt: Date;
};

/** The database's stamp. A start for another workspace is refused, so that a lost token opens no sandbox on a real log. */
export interface WorkspaceStore {
  /** Null before the first start. */
  read(): Promise<WorkspaceStamp | null>;
  /**
   * Writes the stamp and the log's first verifier keys together; of two first starts at once, one wins. The stamp that
   * counts comes back: with `created` false the caller MUST compare it with its own, and MUST NOT make keys.
   */
  createOnce(
    stamp: WorkspaceStamp,
    keys: readonly RecordedKey[],
  ): Promise<{ readonly created: boolean; readonly stamp: WorkspaceStamp }>;
}
