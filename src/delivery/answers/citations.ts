/** Items that requests and exceptions cite. */
import type { Citation } from '#src/knowledge/packs/affected.ts';
import type { Ledger } from '../ports.ts';

const REQUESTS_MAX = 5_000;
const ITEM_ID = /^[A-Z][A-Z0-9]*-[A-Za-z0-9&]+(?:[.-][A-Za-z0-9&]+)*(?:\([0-9]+\))?$/;

/** What every kept request and exception cites. The rows do not say it: each request is read from its events. */
export async function citationsOf(
  ledger: Pick<Ledger, 'listRequests'>,
  desk: { readonly read: (id: string) => Promise<{ readonly state: unknown } | null> },
): Promise<readonly Citation[]> {
  const citations: Citation[] = [];
  for (const { id, shortId } of await ledger.listRequests({ limit: REQUESTS_MAX })) {
    const record = await desk.read(id);
    for (const itemId of idsIn(record?.state, 0)) citations.push({ subject: shortId, itemId, itemHash: null });
  }
  return citations;
}

/** Texts inside a state that are item ids. */
function idsIn(value: unknown, depth: number): ReadonlySet<string> {
  if (typeof value === 'string') return new Set(value.length <= 60 && ITEM_ID.test(value) ? [value] : []);
  if (typeof value !== 'object' || value === null || depth > 20) return new Set();
  const found = new Set<string>();
  for (const inner of Object.values(value)) for (const id of idsIn(inner, depth + 1)) found.add(id);
  return found;
}
