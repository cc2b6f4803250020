/** Where the checkout's own files are; imports nothing else, so that the fastest command can use it. */
import { join } from 'node:path';

/** The checkout's folder. */
export const ROOT = join(import.meta.dirname, '..', '..');
/** The shipped knowledge files. */
export const KNOWLEDGE_FOLDER = join(ROOT, 'knowledge');
