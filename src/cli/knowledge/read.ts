/** `knowledge list` and `knowledge show`: what is in force, to be held against its sources. */
import { findIds } from '#src/knowledge/ids.ts';
import type { Library, LibraryItem } from '#src/knowledge/library.ts';
import { listLine, showItem, versionWords } from '#src/knowledge/listing.ts';
import { type CliContext, CommandError, type ExitCode } from '../context.ts';
import type { ListFlags } from '../flags.ts';
import { openLibrary } from '../library.ts';
import { count, table } from '../terminal.ts';
import { libraryOf } from './packs.ts';

/** Prints every item, by document and in its order. Throws CommandError `unknown_id` for an unknown document. */
export async function listKnowledge(context: CliContext, flags: ListFlags): Promise<ExitCode> {
  const library = await openLibrary(context);
  if (flags.document !== undefined && !library.documents.has(flags.document)) {
    throw new CommandError(
      'unknown_id',
      `The library holds no document ${flags.document}.`,
      `It holds: ${[...library.documents.keys()].join(', ')}.`,
    );
  }
  const items = [...library.items.values()].filter(
    (i) => flags.document === undefined || i.document === flags.document,
  );
  if (flags.json) {
    for (const item of items) context.json(listLine(item));
    return 0;
  }
  context.text(`${count(items.length, 'item')} in force`);
  for (const document of library.documents.values()) {
    const own = items.filter((item) => item.document === document.id);
    if (own.length === 0) continue;
    context.text(
      '',
      ...table([[document.id, `${document.title}, ${versionWords(document.version)} (${document.authority})`]]),
    );
    context.text(
      ...table(
        own.map(({ id, title }) => [id, title]),
        '  ',
      ),
    );
  }
  return 0;
}

/** Prints one item. Throws CommandError `unknown_id` with the nearest ids. */
export async function showKnowledge(
  context: CliContext,
  id: string,
  flags: { readonly json?: true; readonly of?: string },
): Promise<ExitCode> {
  const library = flags.of === undefined ? await openLibrary(context) : await libraryOf(context, flags.of);
  const item = itemOf(library, id);
  if (item === null) {
    const tail = id.toLowerCase().replace(/[^a-z0-9]/g, '');
    const near = [...library.items.keys()].filter((k) =>
      k
        .toLowerCase()
        .replace(/[^a-z0-9]/g, '')
        .includes(tail),
    );
    throw new CommandError(
      'unknown_id',
      `The library holds no item ${id}.`,
      near.length > 0 && tail !== ''
        ? `Nearest: ${near.slice(0, 8).join(', ')}.`
        : 'Run "countersign knowledge list" to see all ids.',
    );
  }
  if (flags.json) context.json(listLine(item));
  else context.text(...showItem(library, item).trimEnd().split('\n'));
  return 0;
}

/** The item that an id names exactly, or as people write it. */
export function itemOf(library: Library, text: string): LibraryItem | null {
  const exact = library.items.get(text) ?? library.items.get(text.toUpperCase());
  if (exact !== undefined) return exact;
  const known = findIds(library, text).filter((mention) => mention.known);
  return known.length === 1 ? (library.items.get(known[0]?.id ?? '') ?? null) : null;
}
