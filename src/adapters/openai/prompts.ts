/** The prompt files, with their hashes for the log. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A prompt's text and the first 12 hex digits of its sha256. */
export type Prompt = { readonly text: string; readonly hash: string };

const FOLDER = join(import.meta.dirname, '..', '..', '..', 'prompts');

/** Reads `prompts/<name>.md`. Throws when the file is missing: a build without its prompts must not start. */
export function readPrompt(name: 'phrase' | 'rewrite' | 'english'): Prompt {
  const text = readFileSync(join(FOLDER, `${name}.md`), 'utf8');
  return { text, hash: createHash('sha256').update(text, 'utf8').digest('hex').slice(0, 12) };
}
