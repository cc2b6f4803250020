import type {
  Commit,
  CommitResult,
  Disclosure,
  Ledger,
  Projection,
  RequestRow,
  StoredEvent,
} from '#src/delivery/ports.ts';
import { inOrder } from './commit-queue.ts';
import { COMMIT_SQL, commitDocument } from './commit-statement.ts';
import type { Database } from './database.ts';
import { StoreError } from './errors.ts';
import { plainBytes } from './values.ts';

/** An event counts only with the entry that was committed with it (rule 4): a row added beside the log decides nothing. */
export const HAS_ENTRY =
  'EXISTS (SELECT 1 FROM entry WHERE entry.log_index = event.log_index AND entry.event_id = event.id)';
/** Columns of a stored event. */
export const EVENT_COLUMNS = `id, stream, seq, type, schema_version AS "schemaVersion", at, actor, command_id AS "commandId",
  ordinal, data, log_index::float8 AS "logIndex"`;
export const ASSIGNMENT_COLUMNS = `id, role, person, from_at AS "from", until_at AS until, deputy_of AS "deputyOf",
  ended_at AS "endedAt"`;
const REQUEST_COLUMNS = `id, short_id AS "shortId", status, version, state`;

/**
 * The ledger on PostgreSQL. Plain SQL with prepared statements, not Prisma's queries: the commit must be one statement,
 * and planning it anew each time would cost more than running it.
 */
export function createLedger({ pool }: Pick<Database, 'pool'>): Ledger {
  return {
    commit: inOrder((commit) => commitOnce(pool, commit)),
    async head() {
      const { rows } = await pool.query<{ size: number; lastAt: Date | null }>(
        'SELECT next_index::float8 AS size, last_at AS "lastAt" FROM log_head WHERE id = 1',
      );
      return rows[0] ?? { size: 0, lastAt: null };
    },
    async readStream(stream) {
      const { rows } = await pool.query<StoredEvent>({
        name: 'read-stream',
        text: `SELECT ${EVENT_COLUMNS} FROM event WHERE stream = $1 AND ${HAS_ENTRY} ORDER BY seq`,
        values: [stream],
      });
      return { events: rows, disclosures: await readDisclosures(pool, hashesIn(rows)) };
    },
    async readAll(fromIndex, limit) {
      const { rows } = await pool.query<StoredEvent>(
        `SELECT ${EVENT_COLUMNS} FROM event WHERE log_index >= $1 ORDER BY log_index LIMIT $2`,
        [fromIndex, limit],
      );
      return rows;
    },
    async streamOfCommand(commandId) {
      const { rows } = await pool.query<{ stream: string }>(
        `SELECT stream FROM event WHERE command_id = $1 AND ${HAS_ENTRY} ORDER BY ordinal LIMIT 1`,
        [commandId],
      );
      return rows[0]?.stream ?? null;
    },
    async nextShortId(prefix) {
      const { rows } = await pool.query<{ value: number }>(
        `INSERT INTO counter (name, value) VALUES ($1, 1)
         ON CONFLICT (name) DO UPDATE SET value = counter.value + 1 RETURNING value`,
        [prefix],
      );
      return `${prefix}-${rows[0]?.value}`;
    },
    async findRequest(idOrShortId) {
      const { rows } = await pool.query<RequestRow>({
        name: 'find-request',
        text: `SELECT ${REQUEST_COLUMNS} FROM request WHERE id = $1 OR short_id = $2`,
        values: [idOrShortId, idOrShortId.toUpperCase()],
      });
      return rows[0] ?? null;
    },
    async listRequests({ status, systemId, kind, requester, restsOn, limit }) {
      const { rows } = await pool.query<RequestRow>(
        `SELECT ${REQUEST_COLUMNS} FROM request
         WHERE ($1::text[] IS NULL OR status = ANY($1)) AND ($2::text IS NULL OR system_id = $2)
           AND ($3::text IS NULL OR kind = $3) AND ($4::text IS NULL OR requester = $4)
           AND ($5::text[] IS NULL OR state -> 'restsOn' IS NULL OR state -> 'restsOn' ?| $5)
         ORDER BY id DESC LIMIT $6`,
        [status ?? null, systemId ?? null, kind ?? null, requester ?? null, restsOn ?? null, limit],
      );
      return rows;
    },
    async listAssignments(roles) {
      const { rows } = await pool.query<Extract<Projection, { table: 'assignment' }>>({
        name: 'list-assignments',
        text: `SELECT 'assignment' AS table, ${ASSIGNMENT_COLUMNS}
           FROM assignment WHERE $1::text[] IS NULL OR role = ANY($1) ORDER BY id`,
        values: [roles ?? null],
      });
      return rows;
    },
    async objectsKept(sha256s) {
      const { rows } = await pool.query<{ sha256: string }>('SELECT sha256 FROM object WHERE sha256 = ANY($1)', [
        sha256s,
      ]);
      return new Set(rows.map(({ sha256 }) => sha256));
    },
    async readObject(sha256) {
      const { rows } = await pool.query<{ mediaType: string; bytes: Buffer }>(
        'SELECT media_type AS "mediaType", bytes FROM object WHERE sha256 = $1',
        [sha256],
      );
      return rows[0] ? { mediaType: rows[0].mediaType, bytes: plainBytes(rows[0].bytes) } : null;
    },
  };
}

async function commitOnce(pool: Database['pool'], commit: Commit): Promise<CommitResult> {
  const document = commitDocument(commit);
  const times = commit.events.map((event) => event.at.getTime());
  const values = [document, commit.events.length, new Date(Math.min(...times)), new Date(Math.max(...times))];
  let row: { first_index: number | null; gap: boolean } | undefined;
  try {
    row = (await pool.query({ name: 'commit', text: COMMIT_SQL, values })).rows[0];
  } catch (cause) {
    const { code, constraint } = cause as { code?: string; constraint?: string };
    if (code === '23505' && constraint === 'event_command_key') return { ok: false, reason: 'duplicate_command' };
    if (code === '23505' && constraint === 'event_stream_key') return { ok: false, reason: 'version_conflict' };
    throw cause;
  }
  if (row && row.first_index !== null) return { ok: true, firstIndex: row.first_index };
  if (row?.gap) {
    throw new StoreError(
      'sequence_gap',
      `An event of ${commit.events[0]?.stream} does not follow the one stored before it.`,
      'Report this as a bug: nothing was stored.',
    );
  }
  // Asked anew: the statement's own snapshot may be older than the time that it was refused for.
  const { rows } = await pool.query<{ last_at: Date }>('SELECT last_at FROM log_head WHERE id = 1');
  if (!rows[0]) throw new StoreError('bad_commit', 'The log has lost its head row.', 'Restore the database.');
  return { ok: false, reason: 'time_behind_log', lastAt: rows[0].last_at };
}

/** What these hashes hide, as far as it is known. */
export async function readDisclosures(
  pool: Database['pool'],
  hashes: ReadonlySet<string>,
): Promise<ReadonlyMap<string, Disclosure>> {
  if (hashes.size === 0) return new Map();
  const { rows } = await pool.query<Disclosure>({
    name: 'read-disclosures',
    text: 'SELECT hash, salt, value, person FROM disclosure WHERE hash = ANY($1)',
    values: [[...hashes]],
  });
  return new Map(rows.map((row) => [row.hash, row]));
}

function hashesIn(events: readonly StoredEvent[]): ReadonlySet<string> {
  const hashes = new Set<string>();
  for (const event of events) collectHidden(event.data, hashes);
  return hashes;
}

/** Adds the hash of each `{"$hidden": "<sha256 hex>"}` inside a value. */
function collectHidden(value: unknown, into: Set<string>): void {
  if (typeof value !== 'object' || value === null) return;
  if ('$hidden' in value && typeof value.$hidden === 'string') into.add(value.$hidden);
  for (const inner of Object.values(value)) collectHidden(inner, into);
}
