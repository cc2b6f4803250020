/** The optional language model: it rewrites what found nothing and phrases what was found; every sentence is checked. */
import type { Library } from '#src/knowledge/library.ts';
import { itemPassages } from '#src/knowledge/passages.ts';
import type { Draft, Source } from './compose/context.ts';
import { groundSentence, keepsFigures } from './ground.ts';
import { languageOf } from './languages.ts';
import type {
  ChatModel,
  ModelBudget,
  ModelCall,
  ModelOutcome,
  ModelPassage,
  ModelSentence,
  TokenUse,
} from './types.ts';

/** What became of the model's phrasing, for the log. */
export type Phrased = { readonly draft: Draft; readonly note: string; readonly calls: readonly ModelCall[] };

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
  if (draft.reason !== null || draft.mode !== 'extractive') return { draft, note: 'not needed', calls: [] };
  const passages = passagesForModel(library, draft.sources);
  if (passages.length === 0 || draft.sources.some((source) => !passages.some((passage) => passage.id === source.id))) {
    return { draft, note: 'text may not reach an outside model', calls: [] };
  }
  const size = passages.map(({ id, title, text }) => `${id} ${title} ${text}`).join();
  const language = languageOf(question)?.name ?? null;
  const outcome = await withinBudget(budget, `${question} ${size}`, () => model.phrase(question, passages, language));
  if (!outcome.ok) return { draft, note: outcome.reason, calls: [] };
  const allowed = new Set(passages.map((passage) => passage.id));
  const read = language === null ? inEnglish(outcome.value) : await readBack(model, budget, outcome.value);
  if (!read.ok) return { draft, note: read.reason, calls: [] };
  const kept = outcome.value.filter((claim, at) => isGrounded(library, allowed, claim, read.value[at]));
  const cites = kept.flatMap((claim) => claim.cites);
  const primary = draft.sources[0]?.id;
  if (kept.length === 0 || !cites.some((cite) => cite.id === primary))
    return { draft, note: 'the core was not supported', calls: [] };
  const sources = draft.sources.map((source) => cites.find((cite) => cite.id === source.id) ?? source);
  const answer = kept.map((claim) => claim.sentence.trim()).join(' ');
  const dropped = outcome.value.length - kept.length;
  return {
    draft: { ...draft, answer, mode: 'model', sources },
    note: `${kept.length} sentences kept, ${dropped} dropped; ${outcome.model}; prompt ${outcome.promptHash}`,
    calls: [{ purpose: 'phrase', model: outcome.model, promptHash: outcome.promptHash }, ...read.calls],
  };
}

type Read = { readonly ok: true; readonly value: readonly string[]; readonly calls: readonly ModelCall[] };

const inEnglish = (claims: readonly ModelSentence[]): Read => ({
  ok: true,
  value: claims.map(({ sentence }) => sentence),
  calls: [],
});

/**
 * What sentences in another language say, in English, so that the checks can read them. Asked in a call of its own that
 * knows neither question nor passages: a translation that says something else cannot come back as what the passages say.
 */
async function readBack(
  model: ChatModel,
  budget: ModelBudget | undefined,
  claims: readonly ModelSentence[],
): Promise<Read | Extract<ModelOutcome<never>, { ok: false }>> {
  const sentences = claims.map(({ sentence }) => sentence);
  const outcome = await withinBudget(budget, sentences.join(' '), () => model.english(sentences));
  if (!outcome.ok) return outcome;
  if (outcome.value.length !== sentences.length) return { ok: false, reason: 'malformed' };
  const { value, model: name, promptHash } = outcome;
  return { ok: true, value, calls: [{ purpose: 'check', model: name, promptHash }] };
}

/** The sentence as it is shown holds no more than what the checks of its English words allow. */
function isGrounded(
  library: Library,
  allowed: ReadonlySet<string>,
  claim: ModelSentence,
  english: string | undefined,
): boolean {
  if (english === undefined || !groundSentence(library, allowed, { ...claim, sentence: english }).ok) return false;
  return english === claim.sentence || keepsFigures(claim.sentence, english);
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
