/** What the answers room takes and gives. */
import type { Audience, RaciLetter, SsrmActor, SsrmLayer } from '#src/knowledge/schema.ts';

/** A source of an answer: the item, its document's version, the item's hash, and the passage that supports it. */
export type Citation = {
  readonly id: string;
  readonly title: string;
  readonly document: string;
  readonly version: string;
  readonly hash: string;
  /** Verbatim from the item. */
  readonly quote: string;
};

/** Roles under the letters asked for; a letter that was not asked for is empty. */
export type AnswerRoles = Readonly<Record<RaciLetter, readonly string[]>>;

/** Ownership of one layer in the shared security responsibility model. */
export type AnswerOwner = {
  readonly layer: SsrmLayer;
  readonly owners: readonly SsrmActor[];
  readonly shared: boolean;
};

/** How the statement came about: from a table, from the items' statements, or phrased by a model and checked. */
export type AnswerMode = 'facts' | 'extractive' | 'model';

/** Why there is no answer. */
export const ABSTAIN_REASONS = [
  'empty_question',
  'not_in_documents',
  'unknown_id',
  'not_indexed',
  'not_defined',
  'empty_at_source',
  'no_person_recorded',
  'no_date_recorded',
  'no_price_recorded',
  'no_number_recorded',
  'nobody_named',
  'request_to_act',
  'instruction_in_question',
  'other_language',
  'unclear',
  'restricted',
] as const;
export type AbstainReason = (typeof ABSTAIN_REASONS)[number];

/** The answer to one question: the contract of `ask --json` (DESIGN.md). */
export type Answer = {
  readonly id: string | null;
  readonly question: string;
  /** Plain text, the direct statement, without quoted passages. */
  readonly answer: string;
  readonly abstained: boolean;
  /** Null unless abstained. */
  readonly reason: AbstainReason | null;
  readonly mode: AnswerMode;
  /** Primary source first; empty only when abstained. */
  readonly citations: readonly Citation[];
  readonly roles: AnswerRoles | null;
  readonly owners: readonly AnswerOwner[] | null;
  readonly holders: readonly { readonly role: string; readonly user: string }[] | null;
  /** Ids, for a question that asks for a list. */
  readonly items: readonly string[] | null;
  readonly related: readonly string[];
  readonly latencyMs: number;
};

/** One earlier exchange of a thread, oldest first. */
export type Turn = { readonly question: string; readonly answer: Answer };

/** Who is asking, as far as an answer depends on it. */
export type AskOptions = {
  /** Echoed into the answer (`ask --batch`). */
  readonly id?: string | null;
  /** Highest audience the asker belongs to; default `public`. */
  readonly audience?: Audience;
  readonly thread?: readonly Turn[];
  /** Who holds a canonical role now; null when nobody is recorded. Left out: `holders` is null. */
  readonly holders?: (role: string) => readonly string[];
  /** What the model may cost for this asker; the engine's own budget where left out. */
  readonly budget?: ModelBudget;
  /** Told of each call to the model that had a part in the answer. */
  readonly onModelCall?: (call: ModelCall) => void;
};

/** Tokens of one call to a model. */
export type TokenUse = { readonly input: number; readonly output: number };

/** Limits what a model may cost. */
export interface ModelBudget {
  /** Sets aside what a call may use at most. Null when it does not fit: no call is made then. */
  reserve(most: TokenUse): Promise<Reservation | null>;
}

/** What was set aside for one call; it counts in full until it is settled. */
export interface Reservation {
  settle(used: TokenUse): Promise<void>;
}

/** A call to a model that had a part in an answer. */
export type ModelCall = {
  readonly purpose: 'rewrite' | 'phrase' | 'check';
  /** As the server named it. */
  readonly model: string;
  /** First 12 hex digits of the prompt's sha256. */
  readonly promptHash: string;
};

/** A neighbour found by the vector voice. */
export type VectorHit = {
  readonly itemId: string;
  /** Cosine similarity, -1 to 1. */
  readonly similarity: number;
};

/** The vector voice of the retrieval: an index over the library's passages. Never alone, one voice among several. */
export interface VectorIndex {
  /** Name and dimension of the embedding model: `local-hash/256`. */
  readonly model: string;
  /** Vector of a query; synchronous for local vectors. */
  embedQuery(text: string): Float32Array | Promise<Float32Array>;
  /** Nearest passages' items, best first, at most `limit`. */
  search(vector: Float32Array, limit: number): readonly VectorHit[] | Promise<readonly VectorHit[]>;
}

/** Turns texts into vectors; local and deterministic, or a model behind an API. */
export interface Embedder {
  /** Name and dimension: a change of either rebuilds the index. */
  readonly model: string;
  readonly dimension: number;
  /** One vector a text, in order. Rejects when the service fails or answers with another dimension. */
  embed(texts: readonly string[]): Promise<readonly Float32Array[]>;
  embedQuery(text: string): Float32Array | Promise<Float32Array>;
}

/** A text to be found by its vector. */
export type VectorEntry = {
  readonly itemId: string;
  readonly text: string;
  /** Hex sha256 of the text: nothing is embedded twice by one model. */
  readonly textHash: string;
};

/** What a language model may be asked. Every outcome is a value: the extractive answer stands when it is not `ok`. */
export type ModelOutcome<T> =
  | {
      readonly ok: true;
      readonly value: T;
      /** Null where the server did not say. */
      readonly used: TokenUse | null;
      readonly promptHash: string;
      readonly model: string;
    }
  | {
      readonly ok: false;
      readonly reason: 'timeout' | 'refused' | 'malformed' | 'rate_limited' | 'unavailable' | 'over_budget';
    };

/** A sentence of a model with the passages it claims to rest on. */
export type ModelSentence = {
  readonly sentence: string;
  readonly cites: readonly { readonly id: string; readonly quote: string }[];
};

/** A passage as it is shown to the model. */
export type ModelPassage = { readonly id: string; readonly title: string; readonly text: string };

/** Phrasing and rewriting by a language model, behind the adapter that knows its SDK. */
export interface ChatModel {
  /** Search words for a question that the library's vocabulary may not know. */
  rewrite(question: string): Promise<ModelOutcome<readonly string[]>>;
  /** Sentences that answer the question from the passages, each with its sources. */
  phrase(
    question: string,
    passages: readonly ModelPassage[],
    /** Name of the language to answer in; null for English. */
    language: string | null,
  ): Promise<ModelOutcome<readonly ModelSentence[]>>;
  /** The sentences in English, in order; the call knows neither question nor passages. */
  english(sentences: readonly string[]): Promise<ModelOutcome<readonly string[]>>;
}
