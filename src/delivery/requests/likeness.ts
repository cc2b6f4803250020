/**
 * What a request changes of the one from which it was filled in. Compared when it is shown, with the very revision that
 * its signed document names: that one never changes, so nothing of the difference has to be signed, or erased.
 */
import type { Likeness, RequestDocument } from '#src/approvals/document.ts';
import { differenceLines } from '../forms/difference.ts';
import type { Ledger } from '../ports.ts';
import type { Desk } from './desk.ts';

export type LikenessDeps = { readonly desk: Pick<Desk, 'read'>; readonly findRequest: Ledger['findRequest'] };

/** Short id and revision number of the source, with what differs from it; `lines` null where that revision is not known. */
export type Compared = {
  readonly request: string;
  readonly number: number | null;
  readonly lines: readonly string[] | null;
};

/** Null for a request that was not filled in from another one. */
export async function comparedWithSource(deps: LikenessDeps, document: RequestDocument): Promise<Compared | null> {
  if (!('likeRequest' in document)) return null;
  const { request } = document.likeRequest;
  const source = await revisionOf(deps, document.likeRequest);
  if (source === null) return { request, number: null, lines: null };
  return { request, number: source.revision.number, lines: differenceLines(source.document, document) };
}

async function revisionOf({ desk, findRequest }: LikenessDeps, { request, revision }: Likeness) {
  const found = await findRequest(request);
  const record = found === null ? null : await desk.read(found.id);
  for (const { data } of record?.events ?? []) if ('document' in data && data.revision.hash === revision) return data;
  return null;
}
