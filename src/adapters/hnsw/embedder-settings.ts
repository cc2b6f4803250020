/** Which embedder an index is built with, as plain data: the process that builds it makes the embedder itself. */
import { localEmbedder } from '#src/answers/local-embedder.ts';
import type { Embedder } from '#src/answers/types.ts';
import type { EmbeddingSettings } from '../openai/embedder.ts';

export type EmbedderSettings =
  | { readonly kind: 'local' }
  | { readonly kind: 'openai'; readonly settings: EmbeddingSettings };

/** Makes the embedder. The OpenAI client is loaded only where it is asked for. */
export async function openEmbedder(settings: EmbedderSettings): Promise<Embedder> {
  if (settings.kind === 'local') return localEmbedder();
  const { openAiEmbedder } = await import('../openai/embedder.ts');
  return openAiEmbedder(settings.settings);
}
