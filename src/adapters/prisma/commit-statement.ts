import type { Commit, NewEvent, OutgoingMessage, Projection } from '#src/delivery/ports.ts';
import { StoreError } from './errors.ts';
import { base64, exactJson, exactText, storableJson } from './values.ts';

/** Longest leaf: the uint16 length prefix of an entry bundle (C2SP tlog-tiles). */
const LEAF_BYTES_MAX = 65_535;

/**
 * A message is one row a key. Putting it again makes a new generation: what is not sent yet is replaced, what is being
 * sent stays leased and is taken up again afterwards, what was sent is opened anew with a new de-duplication id.
 */
export const OUTBOX_ON_CONFLICT = `ON CONFLICT (key) DO UPDATE SET
  generation = outbox.generation + 1, intent = EXCLUDED.intent, payload = EXCLUDED.payload,
  not_before = EXCLUDED.not_before, attempts = 0, error = NULL, dead = false, done_at = NULL,
  position = CASE WHEN outbox.done_at IS NULL THEN outbox.position ELSE EXCLUDED.position END,
  client_msg_id = CASE WHEN outbox.done_at IS NULL THEN outbox.client_msg_id ELSE EXCLUDED.client_msg_id END`;

const REQUEST_COLUMNS = 'id, short_id, kind, status, system_id, requester, version, decide_by, state';
const ASSIGNMENT_COLUMNS = 'id, role, person, from_at, until_at, deputy_of, ended_at';

/** Rows of `request` and `assignment` from $1's arrays of the same names. */
export const REQUEST_ROWS = `jsonb_to_recordset($1::jsonb -> 'requests') AS r(id text, "shortId" text, kind text,
  status text, "systemId" text, requester text, version int, "decideBy" timestamptz, state jsonb)`;
export const ASSIGNMENT_ROWS = `jsonb_to_recordset($1::jsonb -> 'assignments') AS a(id text, role text, person text,
  "from" timestamptz, until timestamptz, "deputyOf" text, "endedAt" timestamptz)`;
export const REQUEST_INSERT = `INSERT INTO request (${REQUEST_COLUMNS})
  SELECT r.id, r."shortId", r.kind, r.status, r."systemId", r.requester, r.version, r."decideBy", r.state`;
export const ASSIGNMENT_INSERT = `INSERT INTO assignment (${ASSIGNMENT_COLUMNS})
  SELECT a.id, a.role, a.person, a."from", a.until, a."deputyOf", a."endedAt"`;
/** Rows of `record`, likewise. */
export const RECORD_ROWS = `jsonb_to_recordset($1::jsonb -> 'records') AS c(kind text, id text, parent text, status text,
  version int, state jsonb)`;
export const RECORD_INSERT = `INSERT INTO record (kind, id, parent, status, version, state)
  SELECT c.kind, c.id, c.parent, c.status, c.version, c.state`;

/**
 * The whole commit in one statement: $1 the document of `commitDocument`, $2 the number of events, $3 the first and $4
 * the last event's time.
 *
 * The row lock on log_head orders all commits: a later one waits for it and sees the new counter and time (READ
 * COMMITTED re-reads the updated row). Everything else takes part in the join with `head`, so that nothing is written
 * when the head says no. Whoever is late on a stream or a command meets its unique constraint, which undoes it all.
 */
export const COMMIT_SQL = `
WITH ev AS MATERIALIZED (
  SELECT * FROM jsonb_to_recordset($1::jsonb -> 'events') AS e("offset" int, id uuid, stream text, seq int, type text,
    "schemaVersion" int, at timestamptz, actor text, "commandId" text, ordinal int, data jsonb, leaf text, "leafHash" text)
), gap AS MATERIALIZED (
  SELECT 1 FROM ev WHERE seq > 1
    AND NOT EXISTS (SELECT 1 FROM ev AS own WHERE own.stream = ev.stream AND own.seq = ev.seq - 1)
    AND NOT EXISTS (SELECT 1 FROM event WHERE event.stream = ev.stream AND event.seq = ev.seq - 1)
), head AS (
  UPDATE log_head SET next_index = next_index + $2::int, last_at = $4::timestamptz
  WHERE id = 1 AND (last_at IS NULL OR last_at <= $3::timestamptz) AND NOT EXISTS (SELECT 1 FROM gap)
  RETURNING next_index - $2::int AS first_index
), new_event AS (
  INSERT INTO event (id, stream, seq, type, schema_version, at, actor, command_id, ordinal, data, log_index)
  SELECT id, stream, seq, type, "schemaVersion", at, actor, "commandId", ordinal, data, first_index + "offset"
  FROM head, ev ORDER BY "offset"
), new_entry AS (
  INSERT INTO entry (log_index, event_id, leaf, leaf_hash)
  SELECT first_index + "offset", id, decode(leaf, 'base64'), decode("leafHash", 'base64') FROM head, ev ORDER BY "offset"
), new_disclosure AS (
  INSERT INTO disclosure (hash, salt, value, person)
  SELECT d.hash, d.salt, d.value, d.person
  FROM head, jsonb_to_recordset($1::jsonb -> 'disclosures') AS d(hash text, salt text, value text, person text)
  ON CONFLICT (hash) DO NOTHING
), new_object AS (
  INSERT INTO object (sha256, media_type, bytes)
  SELECT o.sha256, o."mediaType", decode(o.bytes, 'base64')
  FROM head, jsonb_to_recordset($1::jsonb -> 'objects') AS o(sha256 text, "mediaType" text, bytes text)
  ON CONFLICT (sha256) DO NOTHING
), new_request AS (
  ${REQUEST_INSERT} FROM head, ${REQUEST_ROWS}
  ON CONFLICT (id) DO UPDATE SET short_id = EXCLUDED.short_id, kind = EXCLUDED.kind, status = EXCLUDED.status,
    system_id = EXCLUDED.system_id, requester = EXCLUDED.requester, version = EXCLUDED.version,
    decide_by = EXCLUDED.decide_by, state = EXCLUDED.state
), new_assignment AS (
  ${ASSIGNMENT_INSERT} FROM head, ${ASSIGNMENT_ROWS}
  ON CONFLICT (id) DO UPDATE SET role = EXCLUDED.role, person = EXCLUDED.person, from_at = EXCLUDED.from_at,
    until_at = EXCLUDED.until_at, deputy_of = EXCLUDED.deputy_of, ended_at = EXCLUDED.ended_at
), new_record AS (
  ${RECORD_INSERT} FROM head, ${RECORD_ROWS}
  ON CONFLICT (kind, id) DO UPDATE SET parent = EXCLUDED.parent, status = EXCLUDED.status,
    version = EXCLUDED.version, state = EXCLUDED.state
), new_message AS (
  INSERT INTO outbox (key, intent, payload, not_before)
  SELECT m.key, m.intent, m.payload, m."notBefore"
  FROM head, jsonb_to_recordset($1::jsonb -> 'outbox')
    AS m(key text, intent text, payload jsonb, "notBefore" timestamptz)
  ${OUTBOX_ON_CONFLICT}
), ended_timer AS (
  UPDATE timer SET done_at = $4::timestamptz, lease_until = NULL
  FROM head
  WHERE timer.done_at IS NULL
    AND (timer.id IN (SELECT jsonb_array_elements_text($1::jsonb -> 'timersDone'))
      OR (timer.subject, timer.kind) IN (SELECT c.subject, c.kind
        FROM jsonb_to_recordset($1::jsonb -> 'timersCancelled') AS c(subject text, kind text)))
    AND timer.id NOT IN (SELECT t.id FROM jsonb_to_recordset($1::jsonb -> 'timers') AS t(id text))
), new_timer AS (
  INSERT INTO timer (id, due_at, kind, subject, data)
  SELECT t.id, t."dueAt", t.kind, t.subject, t.data
  FROM head, jsonb_to_recordset($1::jsonb -> 'timers')
    AS t(id text, "dueAt" timestamptz, kind text, subject text, data jsonb)
  ON CONFLICT (id) DO UPDATE SET due_at = EXCLUDED.due_at, kind = EXCLUDED.kind, subject = EXCLUDED.subject,
    data = EXCLUDED.data, done_at = NULL, lease_until = NULL
)
SELECT (SELECT first_index FROM head)::float8 AS first_index, EXISTS (SELECT 1 FROM gap) AS gap`;

/** The JSON document that `COMMIT_SQL` reads. Throws StoreError `bad_commit` or `unstorable_text`. */
export function commitDocument(commit: Commit): string {
  if (commit.events.length === 0) throw badCommit('It holds no event.');
  const timersCancelled = commit.timersCancelled.flatMap(({ subject, kinds }) =>
    kinds.map((kind) => ({ subject, kind })),
  );
  const parts = {
    events: exactJson(commit.events.map(eventRow)),
    disclosures: exactJson(
      unique(commit.disclosures, (one) => one.hash).map((one) => ({
        ...one,
        value: one.value === null ? null : exactText(one.value),
      })),
    ),
    objects: JSON.stringify(
      unique(commit.objects, (one) => one.sha256).map((one) => ({ ...one, bytes: base64(one.bytes) })),
    ),
    ...projectionParts(commit.projections),
    outbox: messagesJson(commit.outbox),
    timers: storableJson(unique(commit.timers, (one) => one.id)),
    timersDone: storableJson(commit.timersDone),
    timersCancelled: storableJson(timersCancelled),
  };
  return joinParts(parts);
}

/** The JSON document with `requests`, `assignments` and `records`; of two rows with one id the later counts. */
export function projectionsDocument(projections: readonly Projection[]): string {
  return joinParts(projectionParts(projections));
}

/** Messages as a JSON array; of two with one key the later counts. */
export function messagesJson(messages: readonly OutgoingMessage[]): string {
  return storableJson(unique(messages, (one) => one.key));
}

function joinParts(parts: Readonly<Record<string, string>>): string {
  return `{${Object.entries(parts)
    .map(([name, json]) => `"${name}":${json}`)
    .join(',')}}`;
}

function projectionParts(
  projections: readonly Projection[],
): Readonly<Record<'requests' | 'assignments' | 'records', string>> {
  const rows = unique(projections, (one) => `${one.table} ${one.table === 'record' ? one.kind : ''} ${one.id}`);
  return {
    requests: storableJson(rows.filter((one) => one.table === 'request')),
    assignments: storableJson(rows.filter((one) => one.table === 'assignment')),
    records: storableJson(rows.filter((one) => one.table === 'record')),
  };
}

function eventRow(event: NewEvent, offset: number): Record<string, unknown> {
  if (event.leaf.byteLength === 0 || event.leaf.byteLength > LEAF_BYTES_MAX) {
    throw badCommit(`The leaf of ${event.type} has ${event.leaf.byteLength} bytes.`);
  }
  if (event.leafHash.byteLength !== 32) throw badCommit(`The leaf hash of ${event.type} is not 32 bytes long.`);
  return { ...event, offset, leaf: base64(event.leaf), leafHash: base64(event.leafHash) };
}

function unique<T>(items: readonly T[], keyOf: (item: T) => string): readonly T[] {
  return [...new Map(items.map((item) => [keyOf(item), item])).values()];
}

function badCommit(why: string): StoreError {
  return new StoreError('bad_commit', `This cannot be committed. ${why}`, 'Report this as a bug: nothing was stored.');
}
