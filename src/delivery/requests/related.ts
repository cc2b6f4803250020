/** The requests that a document rests on, read at the moment they are needed, with whatever renewed or replaced them. */
import { basisIdsOf } from '#src/approvals/basis.ts';
import type { RequestDocument } from '#src/approvals/document.ts';
import type { SubmittedState } from '#src/approvals/types.ts';
import type { Ledger } from '../ports.ts';

/** A chain of renewals is short; the bound keeps a damaged one from being followed for ever. */
const SUCCESSORS_MAX = 20;

export type RelatedDeps = {
  readonly findRequest: Ledger['findRequest'];
  readonly stateOf: (requestId: string) => Promise<SubmittedState | null>;
};

/** The named requests that exist. */
export async function relatedTo(deps: RelatedDeps, document: RequestDocument): Promise<readonly SubmittedState[]> {
  const found: SubmittedState[] = [];
  for (const shortId of basisIdsOf(document)) {
    let id: string | null = (await deps.findRequest(shortId))?.id ?? null;
    for (let round = 0; id !== null && round < SUCCESSORS_MAX; round += 1) {
      const state: SubmittedState | null = await deps.stateOf(id);
      if (state !== null) found.push(state);
      // An envelope ends where a version took over that did not claim it, so these are read as well.
      id = state?.renewedBy ?? state?.supersededBy ?? null;
    }
  }
  return found;
}
