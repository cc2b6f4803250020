import type { PoolClient } from 'pg';
import type {
  EvidenceStore,
  LogEntry,
  LogReader,
  RecordedKey,
  StoredCheckpoint,
  StrayEvent,
  TreeStep,
} from '#src/evidence/ports.ts';
import type { Database } from './database.ts';
import { StoreError } from './errors.ts';
import { inTransaction } from './transaction.ts';
import { base64, plainBytes } from './values.ts';

/** Any number no other code uses for an advisory lock: orders the checkpoints of several replicas. */
const CHECKPOINT_LOCK = 7_104_002;
const CHECKPOINT_COLUMNS = 'checkpoint.size::float8 AS size, root, note, signed_at AS "signedAt"';

type EntryRow = Omit<NonNullable<LogEntry['event']>, 'id'> & {
  readonly index: number;
  readonly leaf: Buffer;
  readonly leafHash: Buffer;
  /** Null for an entry whose event is gone. */
  readonly id: string | null;
};

type Connection = Pick<PoolClient, 'query'>;

/** The stored log on PostgreSQL: entries as committed, the tree as tiles, checkpoints, keys. */
export function createEvidenceStore({ pool }: Pick<Database, 'pool'>): EvidenceStore {
  return {
    ...createLogReader(pool),
    async readLeafHashes(from, limit) {
      const { rows } = await pool.query<{ hash: Buffer }>(
        'SELECT leaf_hash AS hash FROM entry WHERE log_index >= $1 AND log_index < $2 ORDER BY log_index',
        [from, from + limit],
      );
      return rows.map((row) => plainBytes(row.hash));
    },
    saveTree: (step) => saveTree(pool, step),
    ...checkpointWriter(pool),
    recordKey: (key) => recordKey(pool, key),
  };
}

/** The stored log as one connection sees it: in a transaction, as it was at one moment. */
export function createLogReader(connection: Connection): LogReader {
  return {
    async origin() {
      const { rows } = await connection.query<{ origin: string }>(
        'SELECT log_origin AS origin FROM workspace WHERE id = 1',
      );
      if (rows[0]) return rows[0].origin;
      throw new StoreError('no_workspace', 'This database has no log yet.', 'Start Countersign on it once.');
    },
    async sequencedSize() {
      const { rows } = await connection.query<{ size: number }>('SELECT next_index::float8 AS size FROM log_head');
      return rows[0]?.size ?? 0;
    },
    readEntries: (from, limit) => readEntries(connection, from, limit),
    async readStrayEvents(limit) {
      const { rows } = await connection.query<StrayEvent>(
        `SELECT event.id, stream, type, event.log_index::float8 AS "claimedIndex"
         FROM event LEFT JOIN entry ON entry.event_id = event.id AND entry.log_index = event.log_index
         WHERE entry.log_index IS NULL ORDER BY event.log_index LIMIT $1`,
        [limit],
      );
      return rows;
    },
    async readTree() {
      const { rows } = await connection.query<{ size: number; root: Buffer }>(
        'SELECT size::float8 AS size, root FROM tree_head WHERE id = 1',
      );
      if (!rows[0]) throw new StoreError('no_workspace', 'The log has lost its tree head.', 'Restore the database.');
      return { size: rows[0].size, root: plainBytes(rows[0].root) };
    },
    async readTile(level, index) {
      const { rows } = await connection.query<{ hashes: Buffer }>(
        'SELECT hashes FROM tile WHERE level = $1 AND number = $2',
        [level, index],
      );
      return rows[0] ? plainBytes(rows[0].hashes) : null;
    },
    ...checkpointReader(connection),
    async readKeys() {
      const { rows } = await connection.query<Omit<RecordedKey, 'publicKey'> & { readonly publicKey: Buffer }>(
        `SELECT purpose, key_id AS "keyId", public_key AS "publicKey", valid_from AS "validFrom",
           retired_at AS "retiredAt" FROM signing_key ORDER BY valid_from, purpose, key_id`,
      );
      return rows.map((row) => ({ ...row, publicKey: plainBytes(row.publicKey) }));
    },
    async readDisclosures(hashes) {
      const { rows } = await connection.query<{
        hash: string;
        salt: string;
        value: string | null;
        person: string | null;
      }>('SELECT hash, salt, value, person FROM disclosure WHERE hash = ANY($1) ORDER BY hash', [hashes]);
      return rows;
    },
  };
}

async function readEntries(connection: Connection, from: number, limit: number): Promise<readonly LogEntry[]> {
  const { rows } = await connection.query<EntryRow>(
    // LEFT JOIN: an entry whose event was deleted is still an entry, and verification says so.
    `SELECT entry.log_index::float8 AS index, leaf, leaf_hash AS "leafHash", id, stream, seq, type, at, actor,
       command_id AS "commandId", data
     FROM entry LEFT JOIN event ON event.id = entry.event_id
     WHERE entry.log_index >= $1 AND entry.log_index < $2 ORDER BY entry.log_index`,
    [from, from + limit],
  );
  return rows.map(({ index, leaf, leafHash, id, ...rest }) => ({
    index,
    leaf: plainBytes(leaf),
    leafHash: plainBytes(leafHash),
    ...(id === null ? {} : { event: { id, ...rest } }),
  }));
}

async function saveTree(pool: Database['pool'], step: TreeStep): Promise<boolean> {
  const tiles = step.tiles.map(({ level, index, hashes }) => ({ level, index, hashes: base64(hashes) }));
  const { rows } = await pool.query<{ saved: boolean }>(
    `WITH head AS (
       UPDATE tree_head SET size = $2, root = decode($3, 'base64') WHERE id = 1 AND size = $1 RETURNING 1
     ), new_tile AS (
       INSERT INTO tile (level, number, hashes)
       SELECT t.level, t.index, decode(t.hashes, 'base64')
       FROM head, jsonb_to_recordset($4::jsonb) AS t(level int, index bigint, hashes text)
       ON CONFLICT (level, number) DO UPDATE SET hashes = EXCLUDED.hashes
     )
     SELECT EXISTS (SELECT 1 FROM head) AS saved`,
    [step.fromSize, step.size, base64(step.root), JSON.stringify(tiles)],
  );
  return rows[0]?.saved ?? false;
}

function checkpointReader(connection: Connection): Pick<LogReader, 'latestCheckpoint' | 'listCheckpoints'> {
  type Row = Omit<StoredCheckpoint, 'root'> & { readonly root: Buffer };
  const out = (row: Row): StoredCheckpoint => ({ ...row, root: plainBytes(row.root) });
  return {
    async latestCheckpoint() {
      const { rows } = await connection.query<Row>(
        `SELECT ${CHECKPOINT_COLUMNS} FROM checkpoint ORDER BY checkpoint.size DESC LIMIT 1`,
      );
      return rows[0] ? out(rows[0]) : null;
    },
    async listCheckpoints(fromSize, limit) {
      const { rows } = await connection.query<Row>(
        `SELECT ${CHECKPOINT_COLUMNS} FROM checkpoint WHERE checkpoint.size >= $1 ORDER BY checkpoint.size LIMIT $2`,
        [fromSize, limit],
      );
      return rows.map(out);
    },
  };
}

function checkpointWriter(pool: Database['pool']): Pick<EvidenceStore, 'saveCheckpoint' | 'addCosignature'> {
  return {
    saveCheckpoint: ({ size, root, note, signedAt }) =>
      inTransaction(pool, async (client) => {
        // Two statements: the second one's snapshot is taken after the lock, and so sees what another replica saved.
        await client.query(`SELECT pg_advisory_xact_lock(${CHECKPOINT_LOCK})`);
        const { rowCount } = await client.query(
          `INSERT INTO checkpoint (size, root, note, signed_at) SELECT $1, decode($2, 'base64'), $3, $4
           WHERE NOT EXISTS (SELECT 1 FROM checkpoint WHERE size >= $1)`,
          [size, base64(root), note, signedAt],
        );
        return rowCount === 1;
      }),
    async addCosignature(size, line) {
      const ended = line.endsWith('\n') ? line : `${line}\n`;
      const { rowCount } = await pool.query(
        `UPDATE checkpoint SET note = CASE WHEN position($2 IN note) > 0 THEN note ELSE note || $2 END WHERE size = $1`,
        [size, ended],
      );
      return rowCount === 1;
    },
  };
}

async function recordKey(pool: Database['pool'], key: RecordedKey): Promise<void> {
  const { purpose, keyId, publicKey, validFrom, retiredAt } = key;
  await pool.query(
    `INSERT INTO signing_key (purpose, key_id, public_key, valid_from, retired_at)
     VALUES ($1, $2, decode($3, 'base64'), $4, $5)
     ON CONFLICT (purpose, key_id) DO UPDATE SET retired_at = COALESCE(signing_key.retired_at, EXCLUDED.retired_at)`,
    [purpose, keyId, base64(publicKey), validFrom, retiredAt],
  );
}
