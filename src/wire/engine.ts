/**
 * The answering engine of the server. It serves at once with its lexical voice; the vector voice joins when its index is
 * loaded or built, off the event loop, and leaves the engine in service as it is when that fails. Another library
 * replaces the one in service at once; its vector index is built beside the old one, which speaks until then.
 */
import { join } from 'node:path';
import { z } from 'zod';
import type { EmbedderSettings } from '#src/adapters/hnsw/embedder-settings.ts';
import type { OpenedIndex } from '#src/adapters/hnsw/vector-index.ts';
import { type Answerer, createAnswerer } from '#src/answers/answerer.ts';
import { eachVectorEntry } from '#src/answers/local-embedder.ts';
import type { ChatModel, VectorEntry, VectorIndex } from '#src/answers/types.ts';
import type { Config, ModelConfig } from '#src/config.ts';
import type { Library } from '#src/knowledge/library.ts';
import { indexProgress } from './knowledge/index-progress.ts';
import type { Log } from './log.ts';

/** Outcomes after which an answer came without the model. */
const FELL_BACK: ReadonlySet<string> = new Set([
  ...['timeout', 'refused', 'malformed', 'rate_limited', 'unavailable', 'over_budget', 'the core was not supported'],
]);
const rewriteOutcome = z.object({ ok: z.boolean(), reason: z.string().optional() });

/** What became of a vector index; `replaced` when another library came before it was ready. */
export type VectorOutcome = 'loaded' | 'built' | 'failed' | 'replaced';

export type Engine = {
  readonly ask: Answerer['ask'];
  /** Is a language model there? */
  readonly hasModel: boolean;
  /** The library that answers. */
  library(): Library;
  /** Loads or builds the vector index and takes it into service. Resolves with what was done; never rejects. */
  openVectors(): Promise<VectorOutcome>;
  /** Puts another library in service, in place of this one; the vectors follow as by `openVectors`. */
  take(library: Library): void;
  /** What became of the latest vector index. */
  vectors(): Promise<VectorOutcome>;
  /** Ends a build that is under way and waits for it: nothing is written to the data folder afterwards. */
  close(): Promise<void>;
};

/** What is asked of the embedding model; a server that answers with another length is refused by the adapter. */
const EMBEDDING_DIMENSION = 1536;

/** Opens the engine on a library. `say` prints a line in the terminal. */
export async function openEngine(
  config: Pick<Config, 'dataDir' | 'model'>,
  library: Library,
  log: Log,
  say: (line: string) => void,
): Promise<Engine> {
  const model = config.model === null ? null : await openModel(config.model);
  const parts = { observe: observer(log), ...(model === null ? {} : { model }) };
  let answerer = createAnswerer({ library, ...parts });
  let voice: VectorIndex | null = null;
  let closed = false;
  let ending = new AbortController();
  let opening: Promise<VectorOutcome> = Promise.resolve('failed');
  const open = async (signal: AbortSignal, before: Promise<unknown>): Promise<VectorOutcome> => {
    // One build at a time: the one before was told to end.
    await before;
    try {
      signal.throwIfAborted();
      answerer.warm();
      const opened = await openIndex(config, answerer.library, signal, say);
      signal.throwIfAborted();
      const { built, embedded, vectors } = opened;
      log.info({ built, embedded, vectors }, 'vector index in service');
      voice = opened.index;
      answerer = answerer.withVectors(voice);
      return built ? 'built' : 'loaded';
    } catch (error) {
      if (signal.aborted) return closed ? 'failed' : 'replaced';
      log.error({ err: error }, 'the vector index could not be opened; answers go on as they were');
      return 'failed';
    }
  };
  const openVectors = (): Promise<VectorOutcome> => {
    ending.abort();
    ending = new AbortController();
    if (closed) ending.abort();
    opening = open(ending.signal, opening);
    return opening;
  };
  return {
    ask: (question, options) => answerer.ask(question, options),
    hasModel: model !== null,
    library: () => answerer.library,
    openVectors,
    take(next) {
      const fresh = createAnswerer({ library: next, ...parts });
      answerer = voice === null ? fresh : fresh.withVectors(voice);
      void openVectors();
    },
    vectors: () => opening,
    async close() {
      closed = true;
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
  say: (line: string) => void,
): Promise<OpenedIndex> {
  const [{ openVectorIndex }, { openEmbedder }] = await Promise.all([
    import('#src/adapters/hnsw/vector-index.ts'),
    import('#src/adapters/hnsw/embedder-settings.ts'),
  ]);
  const settings = embedderSettings(config.model);
  const shown = indexProgress(say, () => performance.now());
  const opened = await openVectorIndex({
    root: join(config.dataDir, 'index'),
    key: library.hash,
    entries: () => entriesOf(library, config.model !== null),
    embedder: await openEmbedder(settings),
    apart: { embedder: settings },
    progress: shown.report,
    signal,
  });
  if (opened.built) shown.done(opened.vectors, opened.embedded);
  return opened;
}

/** Text of a document that may not leave the house is never embedded outside. */
function* entriesOf(library: Library, outside: boolean): Generator<VectorEntry> {
  for (const entry of eachVectorEntry(library)) if (!outside || mayLeave(library, entry.itemId)) yield entry;
}

function mayLeave(library: Library, itemId: string): boolean {
  const item = library.items.get(itemId);
  return (
    item !== undefined && item.audience === 'public' && library.documents.get(item.document)?.outsideModel === true
  );
}

function embedderSettings(model: ModelConfig | null): EmbedderSettings {
  if (model === null) return { kind: 'local' };
  const { apiKey, baseUrl, embeddingModel } = model;
  const address = baseUrl === null ? {} : { baseUrl };
  return { kind: 'openai', settings: { apiKey, model: embeddingModel, dimension: EMBEDDING_DIMENSION, ...address } };
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
