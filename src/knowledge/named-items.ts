/** The items that people name in a form, one by one: each resolved in whatever spelling, or named as unknown. Pure. */
import { findIds, resolveId } from './ids.ts';
import type { Library } from './library.ts';
import { foldText } from './names.ts';

/** What became of the names: ids of the library in the order given, each once, and the texts that mean no item. */
export type NamedItems = { readonly ids: readonly string[]; readonly unknown: readonly string[] };

/** Resolves each text to one item. A text that names a second thing beside it is unknown, so that nothing is dropped. */
export function namedItems(library: Library, texts: readonly string[]): NamedItems {
  const ids = new Set<string>();
  const unknown: string[] = [];
  for (const text of texts) {
    const found = resolveId(library, text);
    if (found.ok && (library.items.has(text) || !namesMore(library, text))) ids.add(found.id);
    else unknown.push(text);
  }
  return { ids: [...ids], unknown };
}

function namesMore(library: Library, text: string): boolean {
  const mentions = findIds(library, text);
  if (mentions.length > 1) return true;
  const [only] = mentions;
  const folded = foldText(text);
  return only !== undefined && /\d|\w-\w/.test(folded.slice(0, only.start) + folded.slice(only.end));
}
