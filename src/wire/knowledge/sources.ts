/** What the page of a source shows of an item. */
import { type Library, RACI_LETTERS } from '#src/knowledge/library.ts';
import type { SourceView } from '#src/slack/blocks/answer.ts';
import { capital } from '#src/slack/blocks/text.ts';

const AUTHORITY = {
  binding: 'binding: what it says must be done',
  adopted: 'adopted by the organisation',
  reference: 'a reference: it recommends',
} as const;

/** The item as a source; null when the library does not hold it (any more). */
export function sourceOf(library: Library, itemId: string, citedHash: string, quote: string): SourceView | null {
  const item = library.items.get(itemId);
  const document = item === undefined ? undefined : library.documents.get(item.document);
  if (item === undefined || document === undefined || item.audience === 'restricted') return null;
  return {
    id: item.id,
    title: item.title,
    document: document.title,
    version: document.version,
    authority: AUTHORITY[item.authority],
    hash: item.hash,
    citedHash,
    statements: item.statements.map((s) => s.text),
    quote,
    raci: RACI_LETTERS.flatMap((letter) => {
      const names = (item.raci?.[letter] ?? []).map((m) => (m.note === null ? m.name : `${m.name} (${m.note})`));
      return names.length === 0 ? [] : [{ letter: capital(letter), names }];
    }),
  };
}
