/**
 * The requests that the gate judges, folded from their events and kept while their number of events stands. The number
 * comes from the database with every question, so what is kept is never older than the question.
 */
import { z } from 'zod';
import { fold } from '#src/approvals/apply.ts';
import type { RequestState, SubmittedState } from '#src/approvals/types.ts';
import { hiddenHashes } from '#src/evidence/disclose.ts';
import { restore } from '../requests/desk.ts';
import type { GateStore } from '../streams/ports.ts';

/** Requests kept in memory. */
const KEPT_MAX = 20_000;
/** Streams read by one statement. */
const BATCH = 500;

type GateRequests = Pick<GateStore, 'readStreams' | 'readTexts'>;
type Ref = { readonly id: string; readonly version: number };

export type RequestCache = {
  /** States of these requests at these versions (or later ones). Drafts are left out. */
  load(refs: readonly Ref[]): Promise<readonly RequestState[]>;
};

/** Makes the cache. */
export function createRequestCache(store: GateRequests): RequestCache {
  const kept = new Map<string, { readonly version: number; readonly state: RequestState }>();
  const keep = (id: string, version: number, state: RequestState): void => {
    kept.delete(id);
    kept.set(id, { version, state });
    const oldest = kept.keys().next();
    if (kept.size > KEPT_MAX && !oldest.done) kept.delete(oldest.value);
  };
  return {
    async load(refs) {
      const stale = refs.filter((ref) => (kept.get(ref.id)?.version ?? -1) < ref.version);
      const fresh = new Map<string, RequestState>();
      for (let from = 0; from < stale.length; from += BATCH) {
        for (const [id, state] of await readStates(store, stale.slice(from, from + BATCH))) {
          fresh.set(id, state);
          if (state.status !== 'draft') keep(id, state.version, state);
        }
      }
      return refs.flatMap(({ id }) => fresh.get(id) ?? kept.get(id)?.state ?? []);
    },
  };
}

async function readStates(store: GateRequests, refs: readonly Ref[]): Promise<Map<string, RequestState>> {
  const events = await store.readStreams(refs.map(({ id }) => `request:${id}`));
  const hashes = events.flatMap(({ data }) => hiddenHashes(dataClassesOf(data)));
  const texts = hashes.length === 0 ? new Map() : await store.readTexts(hashes);
  const byStream = Map.groupBy(events, (event) => event.stream);
  return new Map(
    [...byStream].map(([stream, own]) => [stream.slice('request:'.length), slim(fold(restore(own, texts)))]),
  );
}

const withDataClasses = z.object({ document: z.object({ dataClasses: z.array(z.unknown()) }) });

/** The one hidden thing that the gate compares, as it stands in an event. */
function dataClassesOf(data: unknown): readonly unknown[] {
  return withDataClasses.safeParse(data).data?.document.dataClasses ?? [];
}

/** Without what the gate never looks at, which is most of a request. */
function slim(state: RequestState): RequestState {
  if (state.status === 'draft') return state;
  const light: SubmittedState = { ...state, votes: [], seen: [], consults: [], terms: { ...state.terms, ...NO_TERMS } };
  return light;
}

const NO_TERMS = { evidence: [], quorum: [], tierReasons: [], consulted: [], materialFields: [] } as const;
