/**
 * The state rows against the events: lists, the gate and the roster are read from rows, and a row is only as good as the
 * events that made it, which are what is signed. Whoever changes a row with SQL is named here.
 */
import { sameJson } from '#src/evidence/canonical.ts';
import { createFindingList, type FindingList } from '#src/evidence/findings.ts';
import type { Projection, StoredEvent } from '../ports.ts';
import { CURSOR, createCursorCheck } from '../streams/follow-cursor.ts';
import type { MadeRow } from '../streams/made.ts';
import { kindOf, type StateView } from './ports.ts';
import { rowsOfStream, wholeStreams } from './rows.ts';

/** Rows compared by one read. */
const BATCH = 500;
/** Differences that one finding names, and characters of each value. */
const FIELDS_MAX = 4;
const VALUE_CHARS = 80;
/** As many as a report keeps. */
const NAMED_MAX = 1_000;

/** What was compared. */
export type StateReport = { readonly events: number; readonly rows: number };

/**
 * Compares every state row with the fold of its events, with one stream and one batch of rows in memory; adds a
 * `projection_mismatch` for each row that differs, is gone, or was made by no entry, and for a follower's note that no
 * entry vouches for. Throws what the view throws.
 */
export async function verifyState(view: StateView, findings: FindingList): Promise<StateReport> {
  const matched = new Map<string, number>();
  const notes = await view.list(CURSOR.kind, null, NAMED_MAX);
  const checks = notes.flatMap((row) =>
    row.table === 'record' ? [{ row, check: createCursorCheck(row.version) }] : [],
  );
  const counter = { events: 0 };
  const seen = (event: StoredEvent): void => {
    counter.events += 1;
    for (const { check } of checks) check.see(event);
  };
  for await (const batch of batches(foldAll(view, findings, seen))) {
    for (const kind of await compare(view, batch, findings)) matched.set(kind, (matched.get(kind) ?? 0) + 1);
  }
  const stored = await view.counts();
  const surplus = [...stored].filter(([kind, count]) => count > (matched.get(kind) ?? 0)).map(([kind]) => kind);
  if (surplus.length > 0) await nameSurplus(view, new Set(surplus), findings);
  for (const { row, check } of checks) {
    if (check.vouched()) continue;
    const detail = `${nameOf(row)}: no entry says that the log was followed up to entry ${row.version}`;
    findings.add('projection_mismatch', null, detail);
  }
  for (const hash of await view.alteredObjects(NAMED_MAX)) {
    findings.add('object_mismatch', null, `the bytes kept under ${hash} have another hash`);
  }
  return { events: counter.events, rows: [...stored.values()].reduce((sum, count) => sum + count, 0) };
}

/** All rows as the events make them, for a store that puts them in place of its own. */
export async function* rowsFromEvents(view: StateView): AsyncGenerator<readonly Projection[]> {
  for await (const batch of batches(foldAll(view, null))) yield batch.map(({ row }) => row);
}

async function* foldAll(
  view: StateView,
  findings: FindingList | null,
  seen: (event: StoredEvent) => void = () => undefined,
): AsyncGenerator<MadeRow> {
  for await (const stream of wholeStreams(view)) {
    for (const event of stream) seen(event);
    const [first] = stream;
    if (first?.type === 'log.started' && findings !== null) await checkStamp(view, first, findings);
    try {
      yield* rowsOfStream(stream);
    } catch (error) {
      // Only events that somebody rewrote are not of their form; without a report they must not be taken for rows.
      if (findings === null) throw error;
      const detail = `the events of ${first?.stream} cannot be read, so its row is unproven`;
      findings.add('projection_mismatch', first?.logIndex ?? null, detail);
    }
  }
}

async function* batches(rows: AsyncIterable<MadeRow>): AsyncGenerator<readonly MadeRow[]> {
  let batch: MadeRow[] = [];
  for await (const row of rows) {
    batch.push(row);
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/** Compares a batch; returns the kinds of the rows that are stored at all. */
async function compare(view: StateView, made: readonly MadeRow[], findings: FindingList): Promise<readonly string[]> {
  const rows = await view.rowsLike(made.map(({ row }) => row));
  const stored = new Map(rows.map((row) => [keyOf(row), row]));
  for (const { row, by } of made) {
    const own = stored.get(keyOf(row));
    const entry = `entry ${by.logIndex} (${by.type})`;
    const wrong = own === undefined ? `the row that ${entry} made is gone` : differences(own, row, entry);
    if (wrong !== null) findings.add('projection_mismatch', by.logIndex, `${nameOf(own ?? row)}: ${wrong}`);
  }
  return rows.map(kindOf);
}

/** The first entry says whose log this is. */
async function checkStamp(view: StateView, first: StoredEvent, findings: FindingList): Promise<void> {
  const { origin, workspaceId } = first.data as { readonly origin?: unknown; readonly workspaceId?: unknown };
  const stamp = await view.stamp();
  const own = { origin: stamp?.logOrigin, workspaceId: stamp?.workspaceId };
  const wrong = differences(own, { origin, workspaceId }, `entry ${first.logIndex} (${first.type})`);
  if (wrong !== null) findings.add('projection_mismatch', first.logIndex, `whose database this is: ${wrong}`);
}

/** Names the rows of these kinds that no entry made. Keys of these kinds are held in memory: a sound log has none. */
async function nameSurplus(view: StateView, kinds: ReadonlySet<string>, findings: FindingList): Promise<void> {
  const made = new Set<string>();
  for await (const rows of batches(foldAll(view, createFindingList()))) {
    for (const { row } of rows) if (kinds.has(kindOf(row))) made.add(keyOf(row));
  }
  for (const kind of kinds) {
    let after: string | null = null;
    for (;;) {
      const rows: readonly Projection[] = await view.list(kind, after, BATCH);
      for (const row of rows) {
        if (!made.has(keyOf(row))) findings.add('projection_mismatch', null, `${nameOf(row)}: no entry made this row`);
      }
      after = rows.at(-1)?.id ?? null;
      if (after === null || rows.length < BATCH) break;
    }
  }
}

function keyOf(row: Projection): string {
  return `${row.table} ${kindOf(row)} ${row.id}`;
}

/** The row in words a person can look for. */
function nameOf(row: Projection): string {
  if (row.table === 'request') return `request ${bounded(row.shortId)}`;
  if (row.table === 'assignment')
    return `assignment ${bounded(row.id)} of ${bounded(row.role)} to ${bounded(row.person)}`;
  return `${bounded(row.kind)} ${bounded(row.id)}`;
}

/** What differs, in words; null for nothing. */
function differences(stored: unknown, made: unknown, entry: string): string | null {
  const found = [...paths(plain(stored), plain(made), '')];
  if (found.length === 0) return null;
  const words = found
    .slice(0, FIELDS_MAX)
    .map(({ path, is, was }) => `${path} is ${shown(is)}, ${entry} left ${shown(was)}`);
  const more = found.length > FIELDS_MAX ? [`and ${found.length - FIELDS_MAX} more`] : [];
  return [...words, ...more].join('; ');
}

/** As JSON keeps it: instants as text, what is undefined left out. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

type Difference = { readonly path: string; readonly is: unknown; readonly was: unknown };

function* paths(is: unknown, was: unknown, path: string): Generator<Difference> {
  if (sameJson(is, was)) return;
  if (!isObject(is) || !isObject(was)) {
    yield { path: path === '' ? 'the row' : path, is, was };
    return;
  }
  for (const key of new Set([...Object.keys(is), ...Object.keys(was)])) {
    yield* paths(is[key], was[key], path === '' ? key : `${path}.${key}`);
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A value in a report: what somebody wrote into a row is hostile, so it is quoted and bounded. */
function shown(value: unknown): string {
  return value === undefined ? 'nothing' : bounded(JSON.stringify(value));
}

function bounded(text: string): string {
  const safe = text.replace(/\p{C}/gu, '?');
  return safe.length > VALUE_CHARS ? `${safe.slice(0, VALUE_CHARS)}...` : safe;
}
