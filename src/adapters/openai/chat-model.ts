/**
 * Rewriting and phrasing through LangChain's ChatOpenAI: any server that speaks OpenAI's protocol. Every failure is a
 * value; the extractive answer stands then. LangChain is imported at the first call.
 */
import { z } from 'zod';
import { MODEL_OUTPUT_TOKENS_MAX } from '#src/answers/model-path.ts';
import type { ChatModel, ModelOutcome, ModelPassage, ModelSentence } from '#src/answers/types.ts';
import type { Prompt } from './prompts.ts';
import { readPrompt } from './prompts.ts';

/** How to reach the model. */
export type ChatSettings = {
  readonly apiKey: string;
  /** Base URL of a compatible server; the SDK's default when left out. */
  readonly baseUrl?: string;
  readonly model: string;
  /** Milliseconds for one call. Default 8,000. */
  readonly timeoutMs?: number;
};

const DEFAULT_TIMEOUT_MS = 8_000;

const rewriteSchema = z.object({ phrases: z.array(z.string().max(120)).max(5) });
const englishSchema = z.object({ sentences: z.array(z.string().max(900)).max(6) });
const phraseSchema = z.object({
  sentences: z
    .array(
      z.object({
        sentence: z.string().max(600),
        cites: z.array(z.object({ id: z.string().max(80), quote: z.string().max(1_000) })).max(4),
      }),
    )
    .max(6),
});

/** The model as the answers room sees it. */
export function openAiChatModel(settings: ChatSettings): ChatModel {
  const rewritePrompt = readPrompt('rewrite');
  const phrasePrompt = readPrompt('phrase');
  const englishPrompt = readPrompt('english');
  return {
    rewrite: async (question): Promise<ModelOutcome<readonly string[]>> => {
      const outcome = await call(settings, rewritePrompt, `Question:\n${question}`, 'search_phrases', rewriteSchema);
      return outcome.ok ? { ...outcome, value: outcome.value.phrases } : outcome;
    },
    phrase: async (question, passages, language): Promise<ModelOutcome<readonly ModelSentence[]>> => {
      const input = phraseInput(question, passages, language);
      const outcome = await call(settings, phrasePrompt, input, 'answer', phraseSchema);
      return outcome.ok ? { ...outcome, value: outcome.value.sentences } : outcome;
    },
    english: async (sentences): Promise<ModelOutcome<readonly string[]>> => {
      const input = sentences.map((sentence, at) => `${at + 1}. ${sentence}`).join('\n');
      const outcome = await call(settings, englishPrompt, input, 'english', englishSchema);
      return outcome.ok ? { ...outcome, value: outcome.value.sentences } : outcome;
    },
  };
}

function phraseInput(question: string, passages: readonly ModelPassage[], language: string | null): string {
  const listed = passages.map((passage, at) => `[${at + 1}] id ${passage.id} (${passage.title})\n${passage.text}`);
  const last = language === null ? '' : `\n\nLanguage: ${language}`;
  return `Question:\n${question}\n\nPassages:\n${listed.join('\n\n')}${last}`;
}

async function call<T>(
  settings: ChatSettings,
  prompt: Prompt,
  input: string,
  name: string,
  schema: z.ZodType<T>,
): Promise<ModelOutcome<T>> {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), settings.timeoutMs ?? DEFAULT_TIMEOUT_MS);
  try {
    const { ChatOpenAI } = await import('@langchain/openai');
    const model = new ChatOpenAI({
      apiKey: settings.apiKey,
      model: settings.model,
      maxTokens: MODEL_OUTPUT_TOKENS_MAX,
      maxRetries: 0,
      // LangChain's message leaves a refusal out.
      __includeRawResponse: true,
      timeout: settings.timeoutMs ?? DEFAULT_TIMEOUT_MS,
      ...(settings.baseUrl === undefined ? {} : { configuration: { baseURL: settings.baseUrl } }),
    });
    const jsonSchema = z.toJSONSchema(schema, { target: 'draft-7' });
    const structured = model.withStructuredOutput<Record<string, unknown>>(jsonSchema, {
      name,
      method: 'jsonSchema',
      strict: true,
      includeRaw: true,
    });
    const answer: unknown = await structured.invoke(
      [
        ['system', prompt.text],
        ['human', input],
      ],
      { signal: controller.signal },
    );
    return readOutcome(answer, schema, prompt, settings.model);
  } catch (error) {
    return { ok: false, reason: controller.signal.aborted ? 'timeout' : reasonOf(error) };
  } finally {
    clearTimeout(timer);
  }
}

const rawResponse = z.object({
  choices: z.array(z.object({ message: z.object({ refusal: z.string().nullish() }).loose() }).loose()),
});
const answerSchema = z.object({
  raw: z.object({
    content: z.unknown(),
    additional_kwargs: z.object({ __raw_response: rawResponse.optional() }).loose().optional(),
    usage_metadata: z
      .object({ input_tokens: z.int().min(0), output_tokens: z.int().min(0) })
      .loose()
      .nullish(),
    response_metadata: z
      .object({ model_name: z.string().min(1).max(100).optional() })
      .loose()
      .nullish(),
  }),
  parsed: z.unknown(),
});

/** Reads what came back; what is not exactly the schema is malformed. */
function readOutcome<T>(answer: unknown, schema: z.ZodType<T>, prompt: Prompt, model: string): ModelOutcome<T> {
  const read = answerSchema.safeParse(answer);
  if (!read.success) return { ok: false, reason: 'malformed' };
  const choices = read.data.raw.additional_kwargs?.__raw_response?.choices ?? [];
  if (choices.some(({ message }) => typeof message.refusal === 'string')) return { ok: false, reason: 'refused' };
  const parsed = schema.safeParse(read.data.parsed);
  if (!parsed.success) return { ok: false, reason: 'malformed' };
  const usage = read.data.raw.usage_metadata;
  return {
    ok: true,
    value: parsed.data,
    // A server that counts nothing says so with zeros.
    used: usage == null || usage.input_tokens === 0 ? null : { input: usage.input_tokens, output: usage.output_tokens },
    promptHash: prompt.hash,
    model: read.data.raw.response_metadata?.model_name ?? model,
  };
}

/** Sorts what the SDK throws. */
function reasonOf(error: unknown): 'timeout' | 'refused' | 'malformed' | 'rate_limited' | 'unavailable' {
  const status: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, 'status') : undefined;
  const name = error instanceof Error ? `${error.name} ${error.message}` : '';
  if (status === 429) return 'rate_limited';
  if (/timeout|timed out|abort/i.test(name)) return 'timeout';
  if (/refus|content.?filter/i.test(name)) return 'refused';
  if (/pars|json|schema|length/i.test(name)) return 'malformed';
  return 'unavailable';
}
