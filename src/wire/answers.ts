/**
 * The answering engine of the server. It serves at once with its lexical voice; the vector voice joins when LangChain's
 * store is loaded, off the hot path, and leaves the engine in service as it is when that fails.
 */
import { join } from 'node:path';
import { type Answerer, createAnswerer } from '#src/answers/answerer.ts';
import { localEmbedder, vectorEntries } from '#src/answers/local-embedder.ts';
import type { ModelBudget } from '#src/answers/model-path.ts';
import type { ChatModel, Embedder, VectorIndex } from '#src/answers/types.ts';
import type { Config, ModelConfig } from '#src/config.ts';
import type { Library } from '#src/knowledge/library.ts';
import { libraryPassages } from '#src/knowledge/passages.ts';
import type { Log } from './log.ts';

export type OpenAnswers = {
  readonly ask: Answerer['ask'];
  /** Number of passages in the lexical index. */
  readonly passages: number;
  /** Loads or builds the vector index and takes it into service. Resolves with what was done; never rejects. */
  openVectors(): Promise<'loaded' | 'built' | 'failed'>;
  /** Ends a build that is under way and waits for it: nothing is written to the data folder afterwards. */
  close(): Promise<void>;
};

/** Tokens a deployment may spend on its model in a day. */
const TOKENS_A_DAY = 2_000_000;
/** What is asked of the embedding model; a server that answers with another length is refused by the adapter. */
const EMBEDDING_DIMENSION = 1536;

/** Opens the engine on a library. */
export async function openAnswers(
  config: Pick<Config, 'dataDir' | 'model'>,
  library: Library,
  log: Log,
  now: () => Date,
): Promise<OpenAnswers> {
  const model = config.model === null ? null : await openModel(config.model);
  const parts = { library, ...(model === null ? {} : { model, budget: dailyBudget(now) }) };
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
    ask: (question, options) => answerer.ask(question, options),
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

/** A budget of tokens that starts anew each day (UTC). */
export function dailyBudget(now: () => Date): ModelBudget {
  let day = '';
  let spent = 0;
  const roll = (): void => {
    const today = now().toISOString().slice(0, 10);
    if (today === day) return;
    day = today;
    spent = 0;
  };
  return {
    allows() {
      roll();
      return spent < TOKENS_A_DAY;
    },
    spend(tokens) {
      roll();
      spent += tokens;
    },
  };
}
