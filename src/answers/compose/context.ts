/** What every composer works with, and the draft it makes. */
import type { Library, LibraryItem } from '#src/knowledge/library.ts';
import type { Audience, RaciLetter } from '#src/knowledge/schema.ts';
import type { Query, Thesaurus } from '../query.ts';
import { buildQuery } from '../query.ts';
import type { Ranked, Steer } from '../retrieve.ts';
import { rankItems } from '../retrieve.ts';
import type { SearchIndex } from '../search-index.ts';
import type { AbstainReason, AnswerMode, AnswerOwner, AnswerRoles, VectorHit } from '../types.ts';
import type { Frame } from '../understand/frame.ts';

/** A source with the passage that supports the statement; `quote` is verbatim from the item. */
export type Source = { readonly id: string; readonly quote: string };

/** An answer before it is checked and dressed. */
export type Draft = {
  readonly answer: string;
  readonly reason: AbstainReason | null;
  readonly mode: AnswerMode;
  readonly sources: readonly Source[];
  readonly roles: AnswerRoles | null;
  readonly owners: readonly AnswerOwner[] | null;
  readonly items: readonly string[] | null;
  readonly related: readonly string[];
  /** Letters this answer is about, for follow-ups. */
  readonly letters: readonly RaciLetter[];
};

/** One question being answered. */
export type Context = {
  readonly library: Library;
  readonly index: SearchIndex;
  readonly thesaurus: Thesaurus;
  readonly frame: Frame;
  readonly audience: Audience;
  /** Hits of the vector voice for this question; empty without one. */
  readonly vectors: readonly VectorHit[];
  /** Words a language model adds for retrieval; empty without one. */
  readonly rewrites: readonly string[];
  /** A language model read the question, in whatever language it is. */
  readonly readByModel: boolean;
  /** Notes each step's result, for `--explain`. */
  readonly trace: (step: string, detail: unknown) => void;
};

const AUDIENCE_RANK: Readonly<Record<Audience, number>> = { public: 0, internal: 1, restricted: 2 };

/** May this asker be answered from this item? */
export function mayRead(audience: Audience, item: LibraryItem): boolean {
  return AUDIENCE_RANK[item.audience] <= AUDIENCE_RANK[audience];
}

/** A draft with everything left out that is not given. */
export function draft(parts: Partial<Draft> & { readonly answer: string }): Draft {
  return {
    reason: null,
    mode: 'facts',
    sources: [],
    roles: null,
    owners: null,
    items: null,
    related: [],
    letters: [],
    ...parts,
  };
}

/** Roles under the letters given; the others empty. */
export function rolesOf(filled: Partial<Record<RaciLetter, readonly string[]>>): AnswerRoles {
  return {
    responsible: filled.responsible ?? [],
    accountable: filled.accountable ?? [],
    consulted: filled.consulted ?? [],
    informed: filled.informed ?? [],
  };
}

/** The query of a topic text with the model's rewrites added at low weight. */
export function queryOf(context: Context, topic: string): Query {
  const query = buildQuery(context.index, context.thesaurus, topic, context.frame.corrections);
  if (context.rewrites.length === 0) return query;
  const weights = new Map(query.weights);
  const offers = new Map(query.offers);
  for (const rewrite of context.rewrites) {
    for (const [word, weight] of buildQuery(context.index, context.thesaurus, rewrite).weights) {
      weights.set(word, Math.max(weights.get(word) ?? 0, 0.6 * weight));
      for (const own of query.own) offers.set(own, [...(offers.get(own) ?? []), word]);
    }
  }
  return { ...query, weights, offers, unknown: [] };
}

/** Steering that holds for every question: audience, documents named, catalogues that nobody curated. */
function baseSteer(context: Context): Steer {
  const { index, frame, audience } = context;
  return (number) => {
    const item = index.items[number];
    if (item === undefined || !mayRead(audience, item)) return 0;
    let factor = item.questions.length === 0 ? 0.7 : 1;
    if (item.kind === 'front-matter') factor *= 0.85;
    if (frame.documents.length > 0 && !frame.documents.includes(item.document)) factor *= 0.35;
    return factor;
  };
}

/** The best items for a topic, by the base steering and a composer's own. */
export function find(context: Context, topic: string, own: Steer, limit = 6): readonly Ranked[] {
  const base = baseSteer(context);
  const query = queryOf(context, topic);
  const ranked = rankItems(context.index, query, (item) => base(item) * own(item), limit, context.vectors);
  context.trace('retrieve', {
    topic,
    words: Object.fromEntries(query.weights),
    unknown: query.unknown,
    best: ranked.slice(0, 5).map((hit) => ({
      id: hit.id,
      score: round(hit.score),
      fields: round(hit.fields),
      entry: round(hit.entry),
      vector: round(hit.vector),
      coverage: round(hit.coverage),
      nearest: hit.nearest?.text ?? null,
    })),
  });
  return ranked;
}

/** The item of a ranked hit. */
export function itemOf(context: Context, hit: Ranked): LibraryItem {
  const item = context.index.items[hit.item];
  if (item === undefined) throw new RangeError(`no item ${hit.item}`);
  return item;
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
