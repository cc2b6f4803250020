/** The answering engine of the server. */
import { type Answerer, createAnswerer } from '#src/answers/answerer.ts';
import type { Config } from '#src/config.ts';
import type { Library } from '#src/knowledge/library.ts';
import { libraryPassages } from '#src/knowledge/passages.ts';

export type OpenAnswers = Answerer & { readonly passages: number };

/** Opens the engine on a library. */
export async function openAnswers(_config: Config, library: Library): Promise<OpenAnswers> {
  const answerer = createAnswerer({ library });
  const passages = libraryPassages(library).length;
  return { ...answerer, passages };
}
