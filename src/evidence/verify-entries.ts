/**
 * The heart of every verification: walks entries in order, in memory that does not grow with their number (apart from
 * one number a stream), checks each by itself and after the ones before it, and rebuilds the tree. Everything read here
 * is attacker-controlled.
 */
import type { AnnouncedKeys } from './announced-keys.ts';
import { sameJson } from './canonical.ts';
import { createHeadChecker, type ExpectedHead } from './check-heads.ts';
import { hiddenHashes } from './disclose.ts';
import { createIndexCheck, createOrder } from './entry-order.ts';
import type { FindingList } from './findings.ts';
import { createFrontier } from './merkle.ts';
import type { Crypto, KnownKey, LogEntry } from './ports.ts';
import { type PlaceChecks, type ReadEntry, readEntry } from './read-entry.ts';
import type { Statement } from './statement.ts';

export type EntryChecks = PlaceChecks & {
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
  /**
   * Called for each entry, in order, with what it says and the hashes its data hides; with null where that is nobody's
   * word, because it cannot be read or no signature on it holds.
   */
  readonly onEntry?: (index: number, statement: Statement | null, hidden: readonly string[]) => Promise<void> | void;
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
const WINDOW = 512;

type Waiting = {
  readonly entry: ReadEntry;
  readonly event: LogEntry['event'];
  /** Whether every index up to this one was here. */
  readonly whole: boolean;
};

/** Checks all entries and heads; adds what is wrong to `findings`. Throws only what its inputs throw. */
export async function verifyEntries(crypto: Crypto, checks: EntryChecks, findings: FindingList): Promise<EntryReport> {
  const { complete, treeOnly } = checks;
  const indexes = createIndexCheck(complete, findings);
  const order = createOrder(complete, findings);
  const frontier = createFrontier(crypto);
  const heads = createHeadChecker(checks.heads, { frontier, order }, findings);
  const counter = { entries: 0, signatures: 0 };
  const settle = async (window: readonly Waiting[]): Promise<void> => {
    const signers = await Promise.all(window.map(({ entry }) => entry.signedBy));
    for (const [at, { entry, event, whole }] of window.entries()) {
      const signedBy = signers[at] ?? [];
      if (!treeOnly) {
        if (entry.statement !== null) counter.signatures += 1;
        await checkContent(
          checks,
          { ...entry, statement: signedBy.length > 0 ? entry.statement : null },
          event,
          findings,
        );
        order.take(entry, signedBy);
      }
      if (!whole) continue;
      await frontier.append(entry.hash);
      await heads.at(frontier.size());
    }
  };
  await heads.at(0);
  let window: Waiting[] = [];
  for await (const stored of checks.entries) {
    counter.entries += 1;
    if (!indexes.take(stored.index)) continue;
    const entry = await readEntry(crypto, stored, checks, treeOnly ? null : checks.keys, findings);
    window.push({ entry, event: stored.event, whole: indexes.seen.whole });
    // While half of them are looked at in order, the signatures of the other half are checked.
    if (window.length < WINDOW) continue;
    await settle(window.slice(0, WINDOW / 2));
    window = window.slice(WINDOW / 2);
  }
  await settle(window);
  await heads.end(complete ? indexes.seen.next : null);
  return {
    entries: counter.entries,
    firstIndex: indexes.seen.first,
    lastIndex: indexes.seen.last,
    signaturesChecked: counter.signatures,
    root: indexes.seen.whole ? await frontier.root() : null,
    headsMatched: heads.matched,
    announced: order.announced(),
    lastTime: order.lastTime(),
  };
}

/** The event row beside a signed statement, and whatever the caller looks up for it. */
async function checkContent(
  { events, onEntry }: EntryChecks,
  { index, statement }: Pick<ReadEntry, 'index' | 'statement'>,
  event: LogEntry['event'],
  findings: FindingList,
): Promise<void> {
  if (events && event === undefined) findings.add('event_missing', index, 'the event of this entry is gone');
  if (event !== undefined && statement !== null) checkEvent(index, event, statement, findings);
  await onEntry?.(index, statement, statement === null ? [] : hiddenHashes(statement.predicate.data));
}

function checkEvent(
  index: number,
  row: NonNullable<LogEntry['event']>,
  { predicate }: Statement,
  findings: FindingList,
): void {
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
    findings.add('event_mismatch', index, `the event row differs from the statement in: ${differs}`);
}
