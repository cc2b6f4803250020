/** Tree heads that somebody signed, against the tree that the entries give. */
import { bestStanding } from './announced-keys.ts';
import { equalBytes } from './encoding.ts';
import type { createOrder } from './entry-order.ts';
import type { FindingList } from './findings.ts';
import type { Frontier } from './merkle.ts';

/** A tree head that the entries must reproduce when they reach its size. */
export type ExpectedHead = {
  readonly size: number;
  readonly root: Uint8Array;
  /** For the report: `checkpoint`, or the anchor's name. */
  readonly label: string;
  /** Ids of the keys whose signature on it holds; absent for a head that nobody signed. */
  readonly signedBy?: readonly string[];
};

type Entries = { readonly frontier: Frontier; readonly order: ReturnType<typeof createOrder> };

/**
 * Compares heads of rising size as the entries reach them. A tree that differs at one size differs at all later ones, so
 * that this is one finding, with the first head that shows it.
 */
export function createHeadChecker(
  heads: AsyncIterable<ExpectedHead> | Iterable<ExpectedHead>,
  { frontier, order }: Entries,
  findings: FindingList,
) {
  const matched: string[] = [];
  const other: { first: ExpectedHead; more: number; upTo: number }[] = [];
  const next = peekable(heads);
  const compare = async (head: ExpectedHead): Promise<void> => {
    checkKeys(order, head, findings);
    const [mismatch] = other;
    if (equalBytes(await frontier.root(), head.root)) matched.push(head.label);
    else if (mismatch === undefined) other.push({ first: head, more: 0, upTo: head.size });
    else {
      mismatch.more += 1;
      mismatch.upTo = head.size;
    }
  };
  return {
    /** The entries have reached a size without a gap. */
    async at(size: number): Promise<void> {
      for (let head = await next.peek(); head !== null && head.size <= size; head = await next.peek()) {
        if (head.size === size) await compare(head);
        else findings.add('root_mismatch', null, `${head.label} of size ${head.size} came out of order, unchecked`);
        next.drop();
      }
    },
    /** No entry is left; `reached`: how many there were, null for a selection. */
    async end(reached: number | null): Promise<void> {
      for (const { first, more, upTo } of other) {
        const others = more === 0 ? '' : `; so do ${more} of the heads after it, up to size ${upTo}`;
        const detail = `${first.label} of size ${first.size} has another root than the entries give${others}`;
        findings.add('root_mismatch', null, detail);
      }
      for (let head = await next.peek(); head !== null; head = await next.peek()) {
        if (reached !== null && head.size > reached) {
          const detail = `${head.label} covers ${head.size} entries, only ${reached} are here`;
          findings.add('tail_cut', reached, detail);
        }
        next.drop();
      }
    },
    /** Labels of the heads that were reproduced. */
    matched: matched as readonly string[],
  };
}

/** A head is signed by a key that the entries under it announced, and that had not ended at the newest of them. */
function checkKeys(order: Entries['order'], { size, label, signedBy }: ExpectedHead, findings: FindingList): void {
  const announced = order.announced();
  if (announced === null || signedBy === undefined) return;
  const standing = bestStanding(announced.checkpoint, signedBy, order.lastTime());
  if (standing === 'retired') {
    const detail = `${label} of size ${size}: only by a key that ended before ${order.lastTime()}`;
    findings.add('checkpoint_retired_key', size - 1, detail);
  } else if (standing === 'unannounced' && !order.lossy()) {
    const detail = `${label} of size ${size}: by a key that the log had not announced`;
    findings.add('checkpoint_unannounced_key', null, detail);
  }
}

function peekable<T>(items: AsyncIterable<T> | Iterable<T>): { peek(): Promise<T | null>; drop(): void } {
  const iterator: AsyncIterator<T> | Iterator<T> =
    Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
  let next: T | null | undefined;
  return {
    peek: async () => {
      if (next !== undefined) return next;
      const step = await iterator.next();
      next = step.done === true ? null : step.value;
      return next;
    },
    drop: () => {
      next = undefined;
    },
  };
}
