/**
 * What entries show one after the other: that none is missing or doubled, that time and streams go forward, and by which
 * keys of the log's own they are signed. An entry that is wrong by itself says nothing here, so that it alone is blamed.
 */
import { type AnnouncedKeys, announcedAfter, bestStanding } from './announced-keys.ts';
import type { FindingList } from './findings.ts';
import type { ReadEntry } from './read-entry.ts';
import type { Statement } from './statement.ts';

/** Whether each index is one after the other; `whole` turns false for good once one is missing, doubled or late. */
export function createIndexCheck(complete: boolean, findings: FindingList) {
  const seen = { next: 0, first: null as number | null, last: null as number | null, whole: complete };
  return {
    /** False for an index that no entry can be looked up by. */
    take(index: number): boolean {
      if (!Number.isSafeInteger(index) || index < 0) {
        findings.add('entry_unreadable', null, 'an index that is not a safe integer');
        seen.whole = false;
        return false;
      }
      if (index < seen.next) {
        findings.add('out_of_order', index, `expected ${seen.next} or later`);
        seen.whole = false;
        return false;
      }
      if (complete && index > seen.next) {
        findings.add('gap', index, `entries ${seen.next} to ${index - 1} are missing`);
        seen.whole = false;
      }
      seen.next = index + 1;
      seen.first ??= index;
      seen.last = index;
      return true;
    },
    seen: seen as Readonly<typeof seen>,
  };
}

type Order = {
  readonly complete: boolean;
  readonly findings: FindingList;
  readonly streams: Map<string, number>;
  /** Keys that were named as unannounced already. */
  readonly strangers: Set<string>;
  announced: AnnouncedKeys | null;
  lastTime: string;
  /** Entries that say nothing: each may stand for one position of a stream, or for a rotation. */
  lost: number;
  /** How many of them no skipped position was put down to yet. */
  unplaced: number;
};

/** Follows entries in the order of the log. Memory grows with the number of streams alone. */
export function createOrder(complete: boolean, findings: FindingList) {
  const order: Order = {
    complete,
    findings,
    streams: new Map(),
    strangers: new Set(),
    announced: null,
    lastTime: '',
    lost: 0,
    unplaced: 0,
  };
  return {
    /** The next entry, and the keys whose signature on it holds. */
    take(entry: ReadEntry, signedBy: readonly string[]): void {
      if (!follows(order, entry, signedBy)) {
        order.lost += 1;
        order.unplaced += 1;
      }
    },
    /** The keys that the log named as its own so far; null when its first entry is not among these, or names none. */
    announced: () => order.announced,
    /** The latest time so far, UTC with milliseconds; empty where no entry could be read. */
    lastTime: () => order.lastTime,
    /** Whether an entry that may have announced a key said nothing. */
    lossy: () => order.lost > 0,
  };
}

/** False for an entry whose statement does not count. */
function follows(order: Order, { index, statement, inPlace }: ReadEntry, signedBy: readonly string[]): boolean {
  if (statement === null || signedBy.length === 0 || !inPlace) return false;
  // The first entry is signed by the key it announces; a later announcement counts from the entry after it on.
  if (index === 0) order.announced = announcedAfter(order.announced, index, statement);
  const { announced, findings } = order;
  const strange = announced === null ? [] : signedBy.filter((id) => !announced.statement.has(id));
  if (strange.length > 0 && !isExcused(order, index, strange)) return false;
  if (!inOrder(order, index, statement)) return false;
  // The latest time so far, so that a statement that dates itself back gains nothing by it.
  const { lastTime } = order;
  if (announced !== null && bestStanding(announced.statement, signedBy, lastTime) === 'retired') {
    const detail = `signed by a key that was replaced and ended before ${lastTime}`;
    findings.add('signature_retired_key', index, detail);
  }
  order.announced = announcedAfter(announced, index, statement);
  return true;
}

/** Whether an entry before, which says nothing, may have announced these keys; each such key is named once. */
function isExcused({ lost, strangers, findings }: Order, index: number, keys: readonly string[]): boolean {
  if (lost === 0) {
    findings.add('signature_unknown_key', index, 'signed by a key that the log did not announce');
    return false;
  }
  for (const key of keys) {
    if (strangers.has(key)) continue;
    strangers.add(key);
    findings.add(
      'key_unannounced',
      null,
      `from entry ${index} on the key ${key} signs, which no sound entry announced`,
    );
  }
  return true;
}

function inOrder(order: Order, index: number, { predicate: { event } }: Statement): boolean {
  const { findings, streams, complete } = order;
  // Both are UTC with milliseconds and the same width, so text order is time order.
  if (event.at < order.lastTime) findings.add('time_order', index, `${event.at} after ${order.lastTime}`);
  else order.lastTime = event.at;
  const before = streams.get(event.stream) ?? 0;
  if (event.seq <= before) {
    const doubled = event.seq === before;
    if (doubled) findings.add('event_doubled', index, `position ${event.seq} of ${event.stream} came before`);
    else findings.add('stream_order', index, `position ${event.seq} of ${event.stream} follows ${before}`);
    return false;
  }
  const skipped = complete ? event.seq - before - 1 : 0;
  if (skipped > order.unplaced) {
    findings.add('stream_order', index, `position ${event.seq} of ${event.stream} follows ${before}`);
  } else {
    order.unplaced -= skipped;
  }
  streams.set(event.stream, event.seq);
  return true;
}
