/**
 * The answering engine of the server. It serves at once with its lexical voice; the vector voice joins when LangChain's
 * store is loaded, off the hot path, and leaves the engine in service as it is when that fails.
 */
import { join } from 'node:path';
import { z } from 'zod';
import { createAnswerer } from '#src/answers/answerer.ts';
import { localEmbedder, vectorEntries } from '#src/answers/local-embedder.ts';
import type { AnswerSettings } from '#src/answers/settings.ts';
import type { Answer, AskOptions, ChatModel, Embedder, VectorIndex } from '#src/answers/types.ts';
import type { Config, ModelConfig } from '#src/config.ts';
import { type AnswerLog, createAnswerLog } from '#src/delivery/answer-log.ts';
import { budgetOf } from '#src/delivery/model-budget.ts';
import type { Library } from '#src/knowledge/library.ts';
import { libraryPassages } from '#src/knowledge/passages.ts';
import type { Core } from './core.ts';
import { newId } from './ids.ts';
import type { Log } from './log.ts';

/** Outcomes after which an answer came without the model. */
const FELL_BACK: ReadonlySet<string> = new Set([
  ...['timeout', 'refused', 'malformed', 'rate_limited', 'unavailable', 'over_budget', 'the core was not supported'],
]);
const rewriteOutcome = z.object({ ok: z.boolean(), reason: z.string().optional() });

export type OpenAnswers = {
  /** Answers for one person: `person` is the pseudonym under which the model's cost counts. */
  readonly ask: (question: string, options: AskOptions, person: string) => Promise<Answer>;
  /** Where answers are logged as evidence, when the settings say so. */
  readonly log: AnswerLog;
  /** Number of passages in the lexical index. */
  readonly passages: number;
  /** Loads or builds the vector index and takes it into service. Resolves with what was done; never rejects. */
  openVectors(): Promise<'loaded' | 'built' | 'failed'>;
  /** Ends a build that is under way and waits for it: nothing is written to the data folder afterwards. */
  close(): Promise<void>;
};

/** What is asked of the embedding model; a server that answers with another length is refused by the adapter. */
const EMBEDDING_DIMENSION = 1536;

export type AnswersParts = {
  readonly config: Pick<Config, 'dataDir' | 'model'>;
  readonly library: Library;
  readonly core: {
    readonly stores: Pick<Core['stores'], 'ledger' | 'usage'>;
    readonly recorder: Core['recorder'];
    readonly now: Core['now'];
  };
  /** The settings in force at this moment. */
  readonly settings: () => AnswerSettings;
  /** Called after each commit. */
  readonly committed: () => void;
  readonly log: Log;
};

/** Opens the engine on a library. */
export async function openAnswers({
  config,
  library,
  core,
  settings,
  committed,
  log,
}: AnswersParts): Promise<OpenAnswers> {
  const model = config.model === null ? null : await openModel(config.model);
  const parts = { library, observe: observer(log), ...(model === null ? {} : { model }) };
  const failed = (error: unknown) =>
    log.error({ err: error }, 'the model budget could not be counted; no call was made');
  const budgetFor = (person: string) =>
    model === null
      ? {}
      : {
          budget: budgetOf(
            { store: core.stores.usage, settings: () => settings().model, now: core.now, onError: failed },
            person,
          ),
        };
  let answerer = createAnswerer(parts);
  const ending = new AbortController();
  let opening: Promise<unknown> = Promise.resolve();
  const openVectors = async (): Promise<'loaded' | 'built' | 'failed'> => {
    try {
      const { index, built, embedded, vectors } = await openIndex(config, library, ending.signal);
      log.info({ built, embedded, vectors }, 'vector index in service');
      answerer = createAnswerer({ ...parts, vectors: index });
      return built ? 'built' : 'loaded';
    } catch (error) {
      if (!ending.signal.aborted)
        log.error({ err: error }, 'the vector index could not be opened; answers go on without it');
      return 'failed';
    }
  };
  return {
    ask: (question, options, person) => answerer.ask(question, { ...options, ...budgetFor(person) }),
    log: createAnswerLog({
      ledger: core.stores.ledger,
      recorder: core.recorder,
      now: core.now,
      newId,
      committed,
      enabled: () => settings().logAnswers,
    }),
    passages: libraryPassages(library).length,
    openVectors() {
      const opened = openVectors();
      opening = opened;
      return opened;
    },
    async close() {
      ending.abort();
      await opening;
    },
  };
}

/** What the model and the vector voice did, without a word of what was asked. What fell back is a warning. */
function observer(log: Log): (step: string, detail: unknown) => void {
  return (step, detail) => {
    const rewritten = rewriteOutcome.safeParse(detail);
    const outcome = rewritten.success ? (rewritten.data.reason ?? 'ok') : detail;
    if (FELL_BACK.has(String(outcome)) || step === 'vectors') log.warn({ step, outcome }, 'answered without the model');
    else log.debug({ step, outcome }, 'model');
  };
}

async function openIndex(
  config: Pick<Config, 'dataDir' | 'model'>,
  library: Library,
  signal: AbortSignal,
): Promise<{ index: VectorIndex; built: boolean; embedded: number; vectors: number }> {
  const { openVectorIndex } = await import('#src/adapters/hnsw/vector-index.ts');
  const embedder = await openEmbedder(config.model);
  // Text of a document that may not leave the house is never embedded outside.
  const outside = config.model !== null;
  const entries = () => vectorEntries(library).filter((entry) => !outside || mayLeave(library, entry.itemId));
  return openVectorIndex({ root: join(config.dataDir, 'index'), key: library.hash, entries, embedder, signal });
}

function mayLeave(library: Library, itemId: string): boolean {
  const item = library.items.get(itemId);
  return (
    item !== undefined && item.audience === 'public' && library.documents.get(item.document)?.outsideModel === true
  );
}

async function openEmbedder(model: ModelConfig | null): Promise<Embedder> {
  if (model === null) return localEmbedder();
  const { openAiEmbedder } = await import('#src/adapters/openai/embedder.ts');
  return openAiEmbedder({
    apiKey: model.apiKey,
    model: model.embeddingModel,
    dimension: EMBEDDING_DIMENSION,
    ...(model.baseUrl === null ? {} : { baseUrl: model.baseUrl }),
  });
}

/** The chat model of the settings, behind its adapter. */
export async function openModel(model: ModelConfig): Promise<ChatModel> {
  const { openAiChatModel } = await import('#src/adapters/openai/chat-model.ts');
  return openAiChatModel({
    apiKey: model.apiKey,
    model: model.model,
    ...(model.baseUrl === null ? {} : { baseUrl: model.baseUrl }),
  });
}
