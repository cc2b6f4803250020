/** The desk's answering engine: one object per library, one call per question. */
import type { Library } from '#src/knowledge/library.ts';
import { foldText } from '#src/knowledge/names.ts';
import { abstain } from './compose/abstain.ts';
import type { Context, Draft } from './compose/context.ts';
import { draft, mayRead } from './compose/context.ts';
import { multiAnswer } from './compose/multi.ts';
import { routeSingle } from './compose/route.ts';
import { firstSentence, followUp } from './conversation.ts';
import { directFirst } from './direct.ts';
import { isQuoteOf } from './ground.ts';
import { type Holder, holderAnswer, holdersOfPrinted } from './holders.ts';
import { asksWhoIn, languageOf } from './languages.ts';
import { phraseWith, withinBudget } from './model-path.ts';
import type { Thesaurus } from './query.ts';
import { buildThesaurus } from './query.ts';
import type { SearchIndex } from './search-index.ts';
import { buildSearchIndex } from './search-index.ts';
import type { Answer, AskOptions, ChatModel, Citation, ModelBudget, VectorHit, VectorIndex } from './types.ts';
import { understand } from './understand/frame.ts';

/** What the engine is made of. */
export type AnswererParts = {
  readonly library: Library;
  /** Vector voice; answers work without it. */
  readonly vectors?: VectorIndex;
  /** Language model for rewriting and phrasing; answers work without it. */
  readonly model?: ChatModel;
  readonly budget?: ModelBudget;
  /** Told what the model and the vector voice did with each question, for the log; never the asker. */
  readonly observe?: (step: string, detail: unknown) => void;
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
  explain(
    question: string,
    options?: AskOptions,
  ): Promise<{ readonly answer: Answer; readonly steps: readonly TraceStep[] }>;
  /** Makes now what the first question would wait for. */
  warm(): void;
  /** The same engine on the same lexical index with another vector voice. */
  withVectors(vectors: VectorIndex): Answerer;
}

const MAX_ECHO = 2_000;
const VECTOR_NEIGHBOURS = 40;
/** Steps that leave the process or failed; the others are for `explain` only. */
const OBSERVED = new Set(['rewrite', 'phrase', 'vectors']);

/** Builds the engine: indexes the library once. */
export function createAnswerer(parts: AnswererParts): Answerer {
  return answererOn(parts, buildSearchIndex(parts.library), buildThesaurus(parts.library.glossary));
}

function answererOn(parts: AnswererParts, index: SearchIndex, thesaurus: Thesaurus): Answerer {
  const now = parts.now ?? (() => performance.now());
  const run = async (question: string, options: AskOptions, trace: Trace): Promise<Answer> => {
    const started = now();
    const vectors = await vectorHits(parts.vectors, question, trace);
    const hasModel = parts.model !== undefined;
    const input = { library: parts.library, index, thesaurus, question, options, vectors, hasModel, trace };
    const held = holderAnswer(parts.library, question, options);
    if (held !== null) {
      const draft = checked(parts.library, options, held.draft, trace);
      return dress(parts.library, question, options, draft, now() - started, held.people);
    }
    const first = draftFor({ ...input, rewrites: [], readByModel: false });
    const phrased =
      parts.model === undefined ? first : await withModel(parts.model, options.budget ?? parts.budget, input, first);
    return dress(parts.library, question, options, checked(parts.library, options, phrased, trace), now() - started);
  };
  const observed = (step: string, detail: unknown): void => {
    if (OBSERVED.has(step)) parts.observe?.(step, detail);
  };
  return {
    library: parts.library,
    ask: (question, options = {}) => run(question, options, observed),
    explain: async (question, options = {}) => {
      const steps: TraceStep[] = [];
      const answer = await run(question, options, (step, detail) => {
        steps.push({ step, detail });
        observed(step, detail);
      });
      return { answer, steps };
    },
    warm() {
      index.classifier.typical(['warm']);
      index.trigramWords.get('warm');
      index.kin('warm');
    },
    withVectors: (vectors) => answererOn({ ...parts, vectors }, index, thesaurus),
  };
}

/** A vector voice that fails is silent: the other voices answer. */
async function vectorHits(
  vectors: VectorIndex | undefined,
  question: string,
  trace: Trace,
): Promise<readonly VectorHit[]> {
  if (vectors === undefined) return [];
  try {
    const embedded = vectors.embedQuery(foldText(question.slice(0, MAX_ECHO)));
    const vector = embedded instanceof Float32Array ? embedded : await embedded;
    return await vectors.search(vector, VECTOR_NEIGHBOURS);
  } catch (error) {
    trace('vectors', error instanceof Error ? error.message : 'failed');
    return [];
  }
}

type Trace = (step: string, detail: unknown) => void;

type DraftInput = {
  readonly library: Library;
  readonly index: SearchIndex;
  readonly thesaurus: Thesaurus;
  readonly question: string;
  readonly options: AskOptions;
  readonly vectors: readonly VectorHit[];
  readonly rewrites: readonly string[];
  readonly readByModel: boolean;
  readonly hasModel: boolean;
  readonly trace: Trace;
};

function draftFor(input: DraftInput): Draft {
  const { library, index, thesaurus, question, options, vectors, rewrites, readByModel, trace } = input;
  const words = understand(library, index, question);
  const language = languageOf(words.text);
  const asksWho = asksWhoIn(words.text) || (language !== null && words.asksWho && words.letters.length === 0);
  const read = asksWho ? { ...words, owns: true, asksWho: true } : words;
  const follow = followUp(library, index, read, options.thread ?? []);
  const frame = follow.kind === 'completed' ? follow.frame : read;
  trace('understand', {
    ...frame,
    corrections: Object.fromEntries(frame.corrections),
    standard: frame.standard?.source ?? null,
    followUp: follow.kind,
  });
  const context: Context = {
    library,
    index,
    thesaurus,
    frame,
    audience: options.audience ?? 'public',
    vectors,
    rewrites,
    readByModel,
    trace,
  };
  if (frame.text === '' || !/[\p{L}\p{N}]/u.test(frame.text)) return abstain(context, 'empty_question');
  if (follow.kind === 'shorter') return shorter(follow.of);
  const made = directFirst(library, frame, multiAnswer(context) ?? routeSingle(context));
  // Passages found by words that two languages share may miss what was asked; an id named and the tables do not.
  const unsure = made.mode === 'extractive' && made.reason === null && !frame.ids.some(({ known }) => known);
  return language === null || input.hasModel || !unsure ? made : { ...made, answer: `${language.hint} ${made.answer}` };
}

/** The last answer's first sentence, with its sources. */
function shorter(of: Answer): Draft {
  const sources = of.citations.map(({ id, quote }) => ({ id, quote }));
  return draft({
    answer: firstSentence(of.answer),
    mode: of.mode,
    sources,
    roles: of.roles,
    owners: of.owners,
    items: of.items,
    related: of.related,
  });
}

/** Questions that found nothing are rewritten and tried again; extractive answers are phrased. */
async function withModel(
  model: ChatModel,
  budget: ModelBudget | undefined,
  input: Omit<DraftInput, 'rewrites' | 'readByModel'>,
  first: Draft,
): Promise<Draft> {
  let best = first;
  const question = input.question.slice(0, MAX_ECHO);
  const onCall = input.options.onModelCall;
  if (first.reason === 'not_in_documents' || first.reason === 'unclear' || first.reason === 'other_language') {
    const rewritten = await withinBudget(budget, question, () => model.rewrite(question));
    input.trace('rewrite', rewritten);
    if (rewritten.ok) {
      best = draftFor({ ...input, rewrites: rewritten.value.slice(0, 8), readByModel: true });
      const { model: name, promptHash } = rewritten;
      if (best.reason === null) onCall?.({ purpose: 'rewrite', model: name, promptHash });
    }
  }
  const phrased = await phraseWith(model, budget, input.library, question, best);
  for (const call of phrased.calls) onCall?.(call);
  input.trace('phrase', phrased.note);
  return phrased.draft;
}

/**
 * An answer is plain text whatever an imported document holds: no links (the reader follows citations), nothing that
 * pings, no control characters.
 */
function plainText(text: string): string {
  return text
    .replace(/\b(?:https?|ftp|javascript|data|mailto|slack):\S+/gi, '(link left out)')
    .replace(/<(?=[!@#])/g, '')
    .replace(/@(?=(?:channel|here|everyone)\b)/gi, '')
    .replace(/[\p{Cc}\p{Cf}]/gu, (character) => (/\s/.test(character) ? ' ' : ''));
}

/**
 * The last look before an answer leaves: each citation is an item that this asker may read, and its quote stands in it.
 * One that fails is dropped; an answer that loses all of them is none (rule 7).
 */
function checked(library: Library, options: AskOptions, made: Draft, trace: Trace): Draft {
  const sources = made.sources.filter(({ id, quote }) => {
    const item = library.items.get(id);
    return item !== undefined && mayRead(options.audience ?? 'public', item) && isQuoteOf(item, quote);
  });
  const dropped = made.sources.filter((source) => !sources.includes(source)).map(({ id }) => id);
  const stands = dropped.length === 0 || sources.length > 0 || made.reason !== null;
  const { mode, reason } = made;
  trace('compose', { mode, abstained: reason, sources: made.sources.map(({ id }) => id) });
  trace('check', { quotesFound: sources.length, dropped, answer: stands ? 'stands' : 'withdrawn' });
  if (dropped.length === 0) return made;
  return stands ? { ...made, sources } : draft({ answer: WITHDRAWN, reason: 'not_in_documents' });
}

const WITHDRAWN = 'I found no answer that I can prove from the documents.';

/** Adds what every answer carries: citations with versions and hashes, holders, latency. */
function dress(
  library: Library,
  question: string,
  options: AskOptions,
  made: Draft,
  latencyMs: number,
  people?: readonly Holder[],
): Answer {
  const citations: Citation[] = [];
  for (const source of made.sources) {
    const item = library.items.get(source.id);
    if (item === undefined) continue;
    citations.push({
      id: item.id,
      title: item.title,
      document: item.document,
      version: item.version,
      hash: item.hash,
      quote: source.quote,
    });
  }
  const named = made.roles === null ? [] : [...new Set(Object.values(made.roles).flat())];
  const holders = options.holders;
  return {
    id: options.id ?? null,
    question: question.slice(0, MAX_ECHO),
    answer: plainText(made.answer),
    abstained: made.reason !== null,
    reason: made.reason,
    mode: made.mode,
    citations,
    roles: made.roles,
    owners: made.owners,
    holders:
      people ??
      (holders === undefined || made.roles === null
        ? null
        : named.flatMap((role) => holdersOfPrinted(library, holders, role))),
    items: made.items,
    related: made.related,
    latencyMs: Math.round(latencyMs * 1000) / 1000,
  };
}
