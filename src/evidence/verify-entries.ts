/**
 * The heart of every verification: walks entries in order, in memory that does not grow with their number (apart from
 * one number a stream), checks each by itself, and rebuilds the tree. Everything read here is attacker-controlled.
 */
import { type AnnouncedKeys, announcedAfter, bestStanding } from './announced-keys.ts';
import { sameJson } from './canonical.ts';
import { hiddenHashes } from './disclose.ts';
import { type Envelope, parseEnvelope, verifyEnvelope } from './dsse.ts';
import { equalBytes } from './encoding.ts';
import { EvidenceError } from './errors.ts';
import type { FindingCode, FindingList } from './findings.ts';
import { createFrontier, leafHash, verifyInclusion } from './merkle.ts';
import type { Crypto, KnownKey, LogEntry } from './ports.ts';
import { parseStatement, type Statement } from './statement.ts';

/** A tree head that the entries must reproduce when they reach its size. */
export type ExpectedHead = {
  readonly size: number;
  readonly root: Uint8Array;
  /** For the report: `checkpoint`, or the anchor's name. */
  readonly label: string;
  /** Ids of the keys whose signature on it holds; absent for a head that nobody signed. */
  readonly signedBy?: readonly string[];
};

export type EntryChecks = {
  readonly entries: AsyncIterable<LogEntry> | Iterable<LogEntry>;
  /** Whether indexes must run 0, 1, 2, ... without a gap. A selection must only rise. */
  readonly complete: boolean;
  /** Statement keys by key id. Once the log has announced its keys, only those of them count. */
  readonly keys: ReadonlyMap<string, KnownKey>;
  /** Heads by rising size. Only for a complete run: a selection is checked by its proofs. */
  readonly heads: AsyncIterable<ExpectedHead> | Iterable<ExpectedHead>;
  /** Whether each entry must come with its event row: in a database yes, in a bundle no. */
  readonly events: boolean;
  /** True checks the order of the entries and the tree alone, without looking into them. */
  readonly treeOnly: boolean;
  /** Inclusion proofs for a selection; null where one is missing. */
  readonly proofs?: {
    readonly size: number;
    readonly root: Uint8Array;
    next(index: number): Promise<readonly Uint8Array[] | null>;
  };
  /** The hash that the published tiles hold for an index, null where the tree does not reach it. */
  readonly tileHash?: (index: number) => Promise<Uint8Array | null>;
  /** Called for each readable entry, in order, with the hashes its data hides. */
  readonly onEntry?: (index: number, statement: Statement, hidden: readonly string[]) => Promise<void> | void;
};

export type EntryReport = {
  readonly entries: number;
  readonly firstIndex: number | null;
  readonly lastIndex: number | null;
  readonly signaturesChecked: number;
  /** Root of all entries, for a complete run without gaps. */
  readonly root: Uint8Array | null;
  /** Labels of the heads that were reproduced. */
  readonly headsMatched: readonly string[];
  /** The keys that the log names as its own; null when its first entry is not among these, or names none. */
  readonly announced: AnnouncedKeys | null;
  /** The latest time of an entry, UTC with milliseconds; empty where no entry could be read. */
  readonly lastTime: string;
};

/** Entries in flight at once, so that a crypto with a thread pool can use it. */
const WINDOW = 256;

type Walk = {
  readonly crypto: Crypto;
  readonly checks: EntryChecks;
  readonly findings: FindingList;
  readonly frontier: ReturnType<typeof createFrontier>;
  readonly streams: Map<string, number>;
  nextIndex: number;
  firstIndex: number | null;
  lastIndex: number | null;
  lastTime: string;
  count: number;
  signatures: number;
  /** False once an index is missing or doubled: the tree cannot be rebuilt from there on. */
  whole: boolean;
  readonly matched: string[];
  announced: AnnouncedKeys | null;
  /** The keys that count for the entry at hand. */
  keys: ReadonlyMap<string, KnownKey>;
};

/** Checks all entries and heads; adds what is wrong to `findings`. Throws only what its inputs throw. */
export async function verifyEntries(crypto: Crypto, checks: EntryChecks, findings: FindingList): Promise<EntryReport> {
  const walk: Walk = {
    crypto,
    checks,
    findings,
    frontier: createFrontier(crypto),
    streams: new Map(),
    nextIndex: 0,
    firstIndex: null,
    lastIndex: null,
    lastTime: '',
    count: 0,
    signatures: 0,
    whole: checks.complete,
    matched: [],
    announced: null,
    keys: checks.keys,
  };
  const heads = createHeadChecker(walk);
  await heads.at(0);
  let pending: Promise<void>[] = [];
  for await (const entry of checks.entries) {
    pending.push(...(await checkEntry(walk, entry)));
    await heads.at(walk.frontier.size());
    if (pending.length >= WINDOW) {
      await Promise.all(pending);
      pending = [];
    }
  }
  await Promise.all(pending);
  await heads.end();
  return {
    entries: walk.count,
    firstIndex: walk.firstIndex,
    lastIndex: walk.lastIndex,
    signaturesChecked: walk.signatures,
    root: walk.whole ? await walk.frontier.root() : null,
    headsMatched: walk.matched,
    announced: walk.announced,
    lastTime: walk.lastTime,
  };
}

/** Checks one entry; signature checks are started, not awaited, and returned. */
async function checkEntry(walk: Walk, entry: LogEntry): Promise<readonly Promise<void>[]> {
  const { crypto, checks, findings } = walk;
  const { index } = entry;
  walk.count += 1;
  if (!checkIndex(walk, index)) return [];
  const hash = await leafHash(crypto, entry.leaf);
  if (entry.leafHash !== undefined && !equalBytes(hash, entry.leafHash)) {
    findings.add('leaf_hash_mismatch', index, 'the stored leaf hash is not that of the stored leaf');
  }
  if (walk.whole) await walk.frontier.append(hash);
  await checkPlace(walk, index, hash);
  if (checks.treeOnly) return [];
  let envelope: Envelope;
  let statement: Statement;
  try {
    envelope = parseEnvelope(entry.leaf);
    statement = parseStatement(envelope.payload);
  } catch (error) {
    if (!(error instanceof EvidenceError)) throw error;
    findings.add('entry_unreadable', index, error.message);
    return [];
  }
  checkOrder(walk, index, statement);
  if (entry.event !== undefined) checkEvent(walk, index, entry.event, statement);
  else if (checks.events) findings.add('event_missing', index, 'the event of this entry is gone');
  await checks.onEntry?.(index, statement, hiddenHashes(statement.predicate.data));
  walk.signatures += 1;
  if (index === 0) takeAnnouncement(walk, index, statement);
  const check = checkSignature(walk, index, envelope);
  if (index > 0) takeAnnouncement(walk, index, statement);
  return [check];
}

/** The first entry is signed by the key it announces; a later announcement counts from the entry after it on. */
function takeAnnouncement(walk: Walk, index: number, statement: Statement): void {
  const announced = announcedAfter(walk.announced, index, statement);
  if (announced === null || announced === walk.announced) return;
  walk.announced = announced;
  walk.keys = new Map([...walk.checks.keys].filter(([keyId]) => announced.statement.has(keyId)));
}

function checkIndex(walk: Walk, index: number): boolean {
  if (!Number.isSafeInteger(index) || index < 0) {
    walk.findings.add('entry_unreadable', null, 'an index that is not a safe integer');
    walk.whole = false;
    return false;
  }
  if (index < walk.nextIndex) {
    walk.findings.add('out_of_order', index, `expected ${walk.nextIndex} or later`);
    walk.whole = false;
    return false;
  }
  if (walk.checks.complete && index > walk.nextIndex) {
    walk.findings.add('gap', index, `entries ${walk.nextIndex} to ${index - 1} are missing`);
    walk.whole = false;
  }
  walk.nextIndex = index + 1;
  walk.firstIndex ??= index;
  walk.lastIndex = index;
  return true;
}

async function checkPlace(walk: Walk, index: number, hash: Uint8Array): Promise<void> {
  const { checks, findings, crypto } = walk;
  const tiled = (await checks.tileHash?.(index)) ?? null;
  if (tiled !== null && !equalBytes(tiled, hash)) {
    findings.add('tile_mismatch', index, 'the tree holds another hash for this entry');
  }
  const { proofs } = checks;
  if (proofs === undefined) return;
  const proof = await proofs.next(index);
  if (proof === null) {
    findings.add('proof_missing', index, 'no inclusion proof');
    return;
  }
  try {
    await verifyInclusion(crypto, { leafHash: hash, index, size: proofs.size, proof, root: proofs.root });
  } catch (error) {
    if (!(error instanceof EvidenceError)) throw error;
    findings.add('not_in_tree', index, error.message);
  }
}

function checkOrder(walk: Walk, index: number, { predicate: { event } }: Statement): void {
  // Both are UTC with milliseconds and the same width, so text order is time order.
  if (event.at < walk.lastTime) {
    walk.findings.add('time_order', index, `${event.at} after ${walk.lastTime}`);
  } else {
    walk.lastTime = event.at;
  }
  const before = walk.streams.get(event.stream) ?? 0;
  if (event.seq === before) {
    walk.findings.add('event_doubled', index, `position ${event.seq} of ${event.stream} came before`);
  } else if (event.seq < before || (walk.checks.complete && event.seq !== before + 1)) {
    walk.findings.add('stream_order', index, `position ${event.seq} of ${event.stream} follows ${before}`);
  }
  walk.streams.set(event.stream, event.seq);
}

function checkEvent(walk: Walk, index: number, row: NonNullable<LogEntry['event']>, { predicate }: Statement): void {
  const { event, actor, command } = predicate;
  const differs =
    (row.id !== event.id && 'id') ||
    (row.stream !== event.stream && 'stream') ||
    (row.seq !== event.seq && 'seq') ||
    (row.type !== event.type && 'type') ||
    (row.at.toISOString() !== event.at && 'at') ||
    (row.actor !== actor.id && 'actor') ||
    (row.commandId !== command.id && 'command') ||
    (!sameJson(row.data, predicate.data) && 'data');
  if (differs !== false)
    walk.findings.add('event_mismatch', index, `the event row differs from the statement in: ${differs}`);
}

async function checkSignature(walk: Walk, index: number, envelope: Envelope): Promise<void> {
  // As they are now: other entries are looked at while this signature is checked. The time is the latest so far, so that
  // a statement that dates itself back gains nothing by it.
  const { keys, announced, lastTime } = walk;
  try {
    const signedBy = await verifyEnvelope(walk.crypto, envelope, keys);
    if (announced !== null && bestStanding(announced.statement, signedBy, lastTime) === 'retired') {
      walk.findings.add(
        'signature_retired_key',
        index,
        `signed by a key that was replaced and ended before ${lastTime}`,
      );
    }
  } catch (error) {
    if (!(error instanceof EvidenceError)) throw error;
    const code: FindingCode = error.code === 'signature_unknown_key' ? 'signature_unknown_key' : 'signature_invalid';
    walk.findings.add(code, index, error.message);
  }
}

/** A head is signed by a key that the entries under it announced, and that had not ended at the newest of them. */
function checkHeadKeys({ announced, lastTime, findings }: Walk, { size, label, signedBy }: ExpectedHead): void {
  if (announced === null || signedBy === undefined) return;
  const standing = bestStanding(announced.checkpoint, signedBy, lastTime);
  if (standing === 'retired') {
    findings.add(
      'checkpoint_retired_key',
      size - 1,
      `${label} of size ${size}: only by a key that ended before ${lastTime}`,
    );
  } else if (standing === 'unannounced') {
    findings.add(
      'checkpoint_unannounced_key',
      null,
      `${label} of size ${size}: by a key that the log had not announced`,
    );
  }
}

type HeadChecker = { at(size: number): Promise<void>; end(): Promise<void> };

function createHeadChecker(walk: Walk): HeadChecker {
  const { heads } = walk.checks;
  const iterator: AsyncIterator<ExpectedHead> | Iterator<ExpectedHead> =
    Symbol.asyncIterator in heads ? heads[Symbol.asyncIterator]() : heads[Symbol.iterator]();
  let next: ExpectedHead | null | undefined;
  const peek = async (): Promise<ExpectedHead | null> => {
    if (next === undefined) {
      const step = await iterator.next();
      next = step.done === true ? null : step.value;
    }
    return next;
  };
  const compare = async (head: ExpectedHead): Promise<void> => {
    checkHeadKeys(walk, head);
    if (equalBytes(await walk.frontier.root(), head.root)) walk.matched.push(head.label);
    else walk.findings.add('root_mismatch', null, `${head.label} of size ${head.size}: the entries give another root`);
  };
  return {
    at: async (size) => {
      for (let head = await peek(); walk.whole && head !== null && head.size <= size; head = await peek()) {
        if (head.size === size) await compare(head);
        else
          walk.findings.add('root_mismatch', null, `${head.label} of size ${head.size} came out of order, unchecked`);
        next = undefined;
      }
    },
    end: async () => {
      for (let head = await peek(); head !== null; head = await peek()) {
        const reached = walk.checks.complete ? walk.nextIndex : null;
        if (reached !== null && head.size > reached) {
          walk.findings.add('tail_cut', reached, `${head.label} covers ${head.size} entries, only ${reached} are here`);
        }
        next = undefined;
      }
    },
  };
}
