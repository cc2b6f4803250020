/** The optional language model: it rewrites what found nothing and phrases what was found; every sentence is checked. */
import type { Library } from '#src/knowledge/library.ts';
import { itemPassages } from '#src/knowledge/passages.ts';
import type { Draft, Source } from './compose/context.ts';
import { groundSentence } from './ground.ts';
import type { ChatModel, ModelBudget, ModelCall, ModelOutcome, ModelPassage, TokenUse } from './types.ts';

/** What became of the model's phrasing, for the log. */
export type Phrased = { readonly draft: Draft; readonly note: string; readonly call: ModelCall | null };

/** The longest reply that is asked of a model, in tokens. */
export const MODEL_OUTPUT_TOKENS_MAX = 900;
/** Prompt file, JSON schema and the protocol's own words, with room to spare. */
const PROMPT_TOKENS = 1_500;
/** A token is about four letters of English, and one character of three bytes in others: this never counts too few. */
const BYTES_A_TOKEN = 3;

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
  if (draft.reason !== null || draft.mode !== 'extractive') return { draft, note: 'not needed', call: null };
  const passages = passagesForModel(library, draft.sources);
  if (passages.length === 0 || draft.sources.some((source) => !passages.some((passage) => passage.id === source.id))) {
    return { draft, note: 'text may not reach an outside model', call: null };
  }
  const size = passages.map(({ id, title, text }) => `${id} ${title} ${text}`).join();
  const outcome = await withinBudget(budget, `${question} ${size}`, () => model.phrase(question, passages));
  if (!outcome.ok) return { draft, note: outcome.reason, call: null };
  const allowed = new Set(passages.map((passage) => passage.id));
  const kept = outcome.value.filter((claim) => groundSentence(library, allowed, claim).ok);
  const cites = kept.flatMap((claim) => claim.cites);
  const primary = draft.sources[0]?.id;
  if (kept.length === 0 || !cites.some((cite) => cite.id === primary))
    return { draft, note: 'the core was not supported', call: null };
  const sources = draft.sources.map((source) => cites.find((cite) => cite.id === source.id) ?? source);
  const answer = kept.map((claim) => claim.sentence.trim()).join(' ');
  const dropped = outcome.value.length - kept.length;
  return {
    draft: { ...draft, answer, mode: 'model', sources },
    note: `${kept.length} sentences kept, ${dropped} dropped; ${outcome.model}; prompt ${outcome.promptHash}`,
    call: { purpose: 'phrase', model: outcome.model, promptHash: outcome.promptHash },
  };
}

/** One call to the model within a budget; `text` is what goes out beside the prompt. */
export async function withinBudget<T>(
  budget: ModelBudget | undefined,
  text: string,
  call: () => Promise<ModelOutcome<T>>,
): Promise<ModelOutcome<T>> {
  if (budget === undefined) return call();
  const most: TokenUse = {
    input: PROMPT_TOKENS + Math.ceil(new TextEncoder().encode(text).length / BYTES_A_TOKEN),
    output: MODEL_OUTPUT_TOKENS_MAX,
  };
  const reserved = await budget.reserve(most);
  if (reserved === null) return { ok: false, reason: 'over_budget' };
  const outcome = await call();
  // A time-out, a refusal and a reply of another form may all have been charged: what was set aside stays counted.
  if (outcome.ok && outcome.used !== null) await reserved.settle(outcome.used);
  else if (!outcome.ok && (outcome.reason === 'rate_limited' || outcome.reason === 'unavailable'))
    await reserved.settle({ input: 0, output: 0 });
  return outcome;
}

/** A budget of so many tokens for as long as the process lives. */
export function tokenBudget(most: number): ModelBudget {
  let left = most;
  return {
    async reserve({ input, output }) {
      const taken = input + output;
      if (taken > left) return null;
      left -= taken;
      return {
        async settle(used) {
          left += taken - used.input - used.output;
        },
      };
    },
  };
}
