/** The desk's answering engine: one object per library, one call per question. */
import type { Library } from '#src/knowledge/library.ts';
import { foldText } from '#src/knowledge/names.ts';
import { abstain } from './compose/abstain.ts';
import type { Context, Draft } from './compose/context.ts';
import { multiAnswer } from './compose/multi.ts';
import { routeSingle } from './compose/route.ts';
import { buildThesaurus } from './query.ts';
import type { Thesaurus } from './query.ts';
import { buildSearchIndex } from './search-index.ts';
import type { SearchIndex } from './search-index.ts';
import type { Answer, AskOptions, Citation, VectorHit, VectorIndex } from './types.ts';
import { understand } from './understand/frame.ts';

/** What the engine is made of. */
export type AnswererParts = {
  readonly library: Library;
  /** Vector voice; answers work without it. */
  readonly vectors?: VectorIndex;
  /** Milliseconds of a monotonic clock, for `latencyMs`. Default `performance.now`. */
  readonly now?: () => number;
};

/** One step of how an answer came about. */
export type TraceStep = { readonly step: string; readonly detail: unknown };

/** Answers questions from one library. */
export interface Answerer {
  readonly library: Library;
  /** Answers one question; never throws for any text. */
  ask(question: string, options?: AskOptions): Promise<Answer>;
  /** The same with each step's result. */
  explain(question: string, options?: AskOptions): Promise<{ readonly answer: Answer; readonly steps: readonly TraceStep[] }>;
}

const MAX_ECHO = 2_000;
const VECTOR_NEIGHBOURS = 40;

/** Builds the engine: indexes the library once. */
export function createAnswerer(parts: AnswererParts): Answerer {
  const index = buildSearchIndex(parts.library);
  const thesaurus = buildThesaurus(parts.library.glossary);
  const now = parts.now ?? (() => performance.now());
  const run = async (question: string, options: AskOptions, trace: (step: string, detail: unknown) => void): Promise<Answer> => {
    const started = now();
    const vectors = await vectorHits(parts.vectors, question);
    const draft = draftFor({ library: parts.library, index, thesaurus, question, options, vectors, trace });
    return dress(parts.library, question, options, draft, now() - started);
  };
  return {
    library: parts.library,
    ask: (question, options = {}) => run(question, options, () => {}),
    explain: async (question, options = {}) => {
      const steps: TraceStep[] = [];
      const answer = await run(question, options, (step, detail) => steps.push({ step, detail }));
      return { answer, steps };
    },
  };
}

async function vectorHits(vectors: VectorIndex | undefined, question: string): Promise<readonly VectorHit[]> {
  if (vectors === undefined) return [];
  const embedded = vectors.embedQuery(foldText(question.slice(0, MAX_ECHO)));
  const vector = embedded instanceof Float32Array ? embedded : await embedded;
  return vectors.search(vector, VECTOR_NEIGHBOURS);
}

type DraftInput = {
  readonly library: Library;
  readonly index: SearchIndex;
  readonly thesaurus: Thesaurus;
  readonly question: string;
  readonly options: AskOptions;
  readonly vectors: readonly VectorHit[];
  readonly trace: (step: string, detail: unknown) => void;
};

function draftFor(input: DraftInput): Draft {
  const { library, index, thesaurus, question, options, vectors, trace } = input;
  const frame = understand(library, index, question);
  trace('understand', { ...frame, corrections: Object.fromEntries(frame.corrections), standard: frame.standard?.source ?? null });
  const context: Context = { library, index, thesaurus, frame, audience: options.audience ?? 'public', vectors, rewrites: [], trace };
  if (frame.text === '' || !/[\p{L}\p{N}]/u.test(frame.text)) return abstain(context, 'empty_question');
  return multiAnswer(context) ?? routeSingle(context);
}

/** Adds what every answer carries: citations with versions and hashes, holders, latency. */
function dress(library: Library, question: string, options: AskOptions, draft: Draft, latencyMs: number): Answer {
  const citations: Citation[] = [];
  for (const source of draft.sources) {
    const item = library.items.get(source.id);
    if (item === undefined) continue;
    citations.push({ id: item.id, title: item.title, document: item.document, version: item.version, hash: item.hash, quote: source.quote });
  }
  const named = draft.roles === null ? [] : [...new Set(Object.values(draft.roles).flat())];
  const holders = options.holders;
  return {
    id: options.id ?? null,
    question: question.slice(0, MAX_ECHO),
    answer: draft.answer,
    abstained: draft.reason !== null,
    reason: draft.reason,
    mode: draft.mode,
    citations,
    roles: draft.roles,
    owners: draft.owners,
    holders: holders === undefined || draft.roles === null ? null : named.flatMap((role) => holders(library.roles.canonical(role) ?? role).map((user) => ({ role, user }))),
    items: draft.items,
    related: draft.related,
    latencyMs: Math.round(latencyMs * 1000) / 1000,
  };
}
