/** The optional language model: it rewrites what found nothing and phrases what was found; every sentence is checked. */
import type { Library } from '#src/knowledge/library.ts';
import { itemPassages } from '#src/knowledge/passages.ts';
import type { Draft, Source } from './compose/context.ts';
import { groundSentence } from './ground.ts';
import type { ChatModel, ModelPassage } from './types.ts';

/** Limits what a model may cost; the caller keeps one per user and day. */
export interface ModelBudget {
  /** May another call be made? */
  allows(): boolean;
  spend(tokens: number): void;
}

/** What became of the model's phrasing, for the log. */
export type Phrased = { readonly draft: Draft; readonly note: string };

const MOST_PASSAGES = 24;
const MOST_CHARACTERS = 12_000;

/** Passages of the draft's sources that may leave the house: only of documents whose text may reach a model. */
function passagesForModel(library: Library, sources: readonly Source[]): readonly ModelPassage[] {
  const passages: ModelPassage[] = [];
  let size = 0;
  for (const source of sources) {
    const item = library.items.get(source.id);
    if (item === undefined || item.audience !== 'public' || library.documents.get(item.document)?.outsideModel !== true)
      continue;
    for (const passage of itemPassages(item)) {
      size += passage.text.length;
      if (passages.length >= MOST_PASSAGES || size > MOST_CHARACTERS) return passages;
      passages.push({ id: item.id, title: item.title, text: passage.text });
    }
  }
  return passages;
}

/** Lets the model phrase an extractive answer; keeps the extractive one when the model fails or its core is dropped. */
export async function phraseWith(
  model: ChatModel,
  budget: ModelBudget | undefined,
  library: Library,
  question: string,
  draft: Draft,
): Promise<Phrased> {
  if (draft.reason !== null || draft.mode !== 'extractive') return { draft, note: 'not needed' };
  const passages = passagesForModel(library, draft.sources);
  if (passages.length === 0 || draft.sources.some((source) => !passages.some((passage) => passage.id === source.id))) {
    return { draft, note: 'text may not reach an outside model' };
  }
  if (budget?.allows() === false) return { draft, note: 'over budget' };
  const outcome = await model.phrase(question, passages);
  if (!outcome.ok) return { draft, note: outcome.reason };
  budget?.spend(outcome.tokens);
  const allowed = new Set(passages.map((passage) => passage.id));
  const kept = outcome.value.filter((claim) => groundSentence(library, allowed, claim).ok);
  const cites = kept.flatMap((claim) => claim.cites);
  const primary = draft.sources[0]?.id;
  if (kept.length === 0 || !cites.some((cite) => cite.id === primary))
    return { draft, note: 'the core was not supported' };
  const sources = draft.sources.map((source) => cites.find((cite) => cite.id === source.id) ?? source);
  const answer = kept.map((claim) => claim.sentence.trim()).join(' ');
  const dropped = outcome.value.length - kept.length;
  return {
    draft: { ...draft, answer, mode: 'model', sources },
    note: `${kept.length} sentences kept, ${dropped} dropped; ${outcome.model}; prompt ${outcome.promptHash}`,
  };
}
