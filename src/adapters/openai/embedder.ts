/** Embeddings through LangChain's OpenAIEmbeddings, from any server that speaks OpenAI's protocol. */
import type { Embedder } from '#src/answers/types.ts';

/** How to reach the embedding model. */
export type EmbeddingSettings = {
  readonly apiKey: string;
  readonly baseUrl?: string;
  readonly model: string;
  readonly dimension: number;
  readonly timeoutMs?: number;
};

export type EmbeddingErrorCode = 'wrong_dimension' | 'not_a_number';

/** An embedding that must not enter the index. */
export class EmbeddingError extends Error {
  readonly code: EmbeddingErrorCode;
  constructor(code: EmbeddingErrorCode, message: string) {
    super(message);
    this.name = 'EmbeddingError';
    this.code = code;
  }
}

const DEFAULT_TIMEOUT_MS = 15_000;
const BATCH = 128;

/**
 * The embedder. `encodingFormat: 'float'` because compatible servers do not all know base64; the dimension of every
 * vector is checked, because a server may ignore the one asked for.
 */
export function openAiEmbedder(settings: EmbeddingSettings): Embedder {
  const client = once(async () => {
    const { OpenAIEmbeddings } = await import('@langchain/openai');
    return new OpenAIEmbeddings({
      apiKey: settings.apiKey,
      model: settings.model,
      dimensions: settings.dimension,
      encodingFormat: 'float',
      batchSize: BATCH,
      maxRetries: 1,
      timeout: settings.timeoutMs ?? DEFAULT_TIMEOUT_MS,
      ...(settings.baseUrl === undefined ? {} : { configuration: { baseURL: settings.baseUrl } }),
    });
  });
  const checked = (vector: readonly number[]): Float32Array => {
    if (vector.length !== settings.dimension)
      throw new EmbeddingError(
        'wrong_dimension',
        `The model answered with ${vector.length} dimensions instead of ${settings.dimension}.`,
      );
    if (!vector.every(Number.isFinite))
      throw new EmbeddingError('not_a_number', 'The model answered with a value that is no number.');
    return Float32Array.from(vector);
  };
  return {
    model: `${settings.model}/${settings.dimension}`,
    dimension: settings.dimension,
    embed: async (texts) => (await (await client()).embedDocuments([...texts])).map(checked),
    embedQuery: async (text) => checked(await (await client()).embedQuery(text)),
  };
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | null = null;
  return () => {
    made ??= make();
    return made;
  };
}
