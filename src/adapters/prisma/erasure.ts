import type { PoolClient } from 'pg';
import type { ErasureCounts, ErasureStore, HeldScopes } from '#src/delivery/erasure/ports.ts';
import type { Database } from './database.ts';
import { inTransaction } from './transaction.ts';
import { wholeName, wholeNameInBytes } from './whole-name.ts';

type Query = (text: string, values: readonly unknown[]) => Promise<number>;

/** Names shorter than this are everyday words too often; then only the Slack id is looked for. */
const NAME_CHARS_MIN = 4;
const ENDED = ['withdrawn', 'expired', 'rejected', 'refused', 'closed', 'revoked', 'superseded', 'renewed'];
/** $1: Slack id, $2: pattern of the whole name in small letters; each null where there is none. */
const MENTIONS = (column: string) =>
  `(($1::text IS NOT NULL AND position($1::text in ${column}) > 0)
    OR ($2::text IS NOT NULL AND lower(${column}) ~ $2::text))`;
/** Hashes that the entries of held requests hide. */
const HELD_HASHES = (streams: string) =>
  `SELECT jsonb_path_query(data, '$.**."$hidden"') #>> '{}' FROM event WHERE stream = ANY(${streams}::text[])`;

/** Erasure on PostgreSQL. Hashes stay; salts and values go. */
export function createErasureStore({ pool }: Pick<Database, 'pool'>): ErasureStore {
  return {
    async requestsOf(person) {
      const { rows } = await pool.query<{ id: string }>(
        `SELECT DISTINCT substr(stream, 9) AS id FROM event
         WHERE stream LIKE 'request:%' AND (actor = $1 OR position($1 in data::text) > 0) ORDER BY id`,
        [person],
      );
      return rows.map(({ id }) => id);
    },
    erasePerson: (person, at, held) =>
      inTransaction(pool, (client) => erasePerson(queryOf(client), readOf(client), person, at, held)),
    eraseOlder: (limits, held) => inTransaction(pool, (client) => eraseOlder(queryOf(client), limits, held)),
  };
}

type Known = { readonly user: string | null; readonly name: string | null };
type Read = (person: string) => Promise<Known>;

function queryOf(client: Pick<PoolClient, 'query'>): Query {
  return async (text, values) => (await client.query(text, [...values])).rowCount ?? 0;
}

function readOf(client: Pick<PoolClient, 'query'>): Read {
  return async (person) => {
    const { rows } = await client.query<Known>(
      'SELECT slack_user_id AS user, name FROM person WHERE id = $1 FOR UPDATE',
      [person],
    );
    return rows[0] ?? { user: null, name: null };
  };
}

async function erasePerson(
  query: Query,
  read: Read,
  person: string,
  at: Date,
  held: HeldScopes,
): Promise<ErasureCounts> {
  const { user, name } = await read(person);
  const shown = name !== null && name.trim().length >= NAME_CHARS_MIN ? name : null;
  const who = [user, shown === null ? null : wholeName(shown)];
  const streams = held.requests.map((id) => `request:${id}`);
  const texts = await query(
    `UPDATE disclosure SET value = NULL, salt = '' WHERE value IS NOT NULL AND person = $1
       AND hash NOT IN (${HELD_HASHES('$2')})`,
    [person, streams],
  );
  const mentions = await query(
    `UPDATE disclosure SET value = NULL, salt = '' WHERE value IS NOT NULL AND ${MENTIONS('value')}
       AND (person IS NULL OR NOT person = ANY($3::text[])) AND hash NOT IN (${HELD_HASHES('$4')})`,
    [...who, held.persons, streams],
  );
  const objects = await query(
    `DELETE FROM object WHERE (media_type = 'application/json' OR media_type LIKE 'text/%')
       AND NOT EXISTS (SELECT 1 FROM event WHERE type = 'knowledge.accepted' AND data ->> 'packHash' = object.sha256)
       AND (($1::text IS NOT NULL AND position(convert_to($1, 'UTF8') in bytes) > 0)
         OR ($2::text IS NOT NULL AND encode(bytes, 'escape') ~ $2::text))`,
    [user, shown === null ? null : wholeNameInBytes(shown)],
  );
  // Before the payloads that say which logged answers were given to whom: what they asked can then be matched no more.
  const salts = await query(
    `UPDATE disclosure SET salt = '' WHERE salt <> '' AND hash IN (
       SELECT jsonb_path_query(data, '$.**."$hidden"') #>> '{}' FROM event WHERE type = 'answer.given' AND command_id IN (
         SELECT 'cmd_' || left(encode(sha256(convert_to(id, 'UTF8')), 'hex'), 32) FROM inbox
         WHERE payload IS NOT NULL AND ${MENTIONS('payload::text')}))`,
    who,
  );
  const inbox = await query(
    `UPDATE inbox SET payload = NULL, dead = (done_at IS NULL) OR dead,
       error = CASE WHEN done_at IS NULL THEN 'erased before it was done' END
     WHERE payload IS NOT NULL AND ${MENTIONS('payload::text')}`,
    who,
  );
  const outbox = await query(
    `UPDATE outbox SET payload = '{}', error = NULL, dead = (done_at IS NULL) OR dead
     WHERE payload <> '{}' AND (${MENTIONS('payload::text')} OR (done_at IS NOT NULL AND position($3 in payload::text) > 0))`,
    [...who, person],
  );
  const gaps = await query(`DELETE FROM knowledge_gap WHERE ${MENTIONS('question')}`, who);
  const turns = await query(
    `DELETE FROM conversation_turn WHERE person = $3 OR ${MENTIONS('question')} OR ${MENTIONS('answer::text')}`,
    [...who, person],
  );
  const usage = await query('DELETE FROM model_usage WHERE person = $1', [person]);
  const refusals = await query('DELETE FROM refusal WHERE person = $1', [person]);
  const timers = await query(`UPDATE timer SET data = NULL WHERE data IS NOT NULL AND ${MENTIONS('data::text')}`, who);
  await query(
    'UPDATE person SET slack_user_id = NULL, name = NULL, erased_at = COALESCE(erased_at, $2) WHERE id = $1',
    [person, at],
  );
  return { texts, mentions, objects, inbox, outbox, gaps, refusals, timers, turns, usage, salts };
}

async function eraseOlder(
  query: Query,
  limits: Parameters<ErasureStore['eraseOlder']>[0],
  held: HeldScopes,
): Promise<Readonly<Record<string, number>>> {
  const older = (before: Date | null, text: string, values: readonly unknown[] = []) =>
    before === null ? 0 : query(text, [before, ...values]);
  return {
    inbox: await older(
      limits.inbox,
      `UPDATE inbox SET payload = NULL, dead = (done_at IS NULL) OR dead,
         error = CASE WHEN done_at IS NULL AND error IS NULL THEN 'erased before it was done' ELSE error END
       WHERE received_at < $1 AND payload IS NOT NULL`,
    ),
    outbox: await older(limits.outbox, `UPDATE outbox SET payload = '{}' WHERE done_at < $1 AND payload <> '{}'`),
    refusals: await older(limits.refusals, 'DELETE FROM refusal WHERE at < $1 AND NOT person = ANY($2::text[])', [
      held.persons,
    ]),
    gaps: await older(limits.gaps, 'DELETE FROM knowledge_gap WHERE last_at < $1'),
    turns: await older(limits.inbox, 'DELETE FROM conversation_turn WHERE at < $1'),
    usage: await older(limits.inbox, `DELETE FROM model_usage WHERE day < $1::date AND person <> ''`),
    questions: await older(
      limits.questions,
      `UPDATE disclosure SET salt = '' WHERE salt <> '' AND value IS NULL AND hash IN (
         SELECT jsonb_path_query(data, '$.**."$hidden"') #>> '{}' FROM event WHERE type = 'answer.given' AND at < $1)`,
    ),
    timers: await older(limits.timers, 'DELETE FROM timer WHERE done_at < $1'),
    texts: await older(
      limits.texts,
      `UPDATE disclosure SET value = NULL, salt = '' WHERE value IS NOT NULL
         AND (person IS NULL OR NOT person = ANY($2::text[]))
         AND hash IN (SELECT jsonb_path_query(data, '$.**."$hidden"') #>> '{}' FROM event
           WHERE at < $1 AND NOT stream = ANY($3::text[])
             AND stream IN (SELECT 'request:' || id FROM request WHERE status = ANY($4::text[])))`,
      [held.persons, held.requests.map((id) => `request:${id}`), ENDED],
    ),
  };
}
