/** Crosswalks: which id of an old release became which id of a new one, and whether it still means the same. */

import { ImportError } from '../importers/errors.ts';
import type { ParsedFile } from '../importers/source.ts';
import { squeeze } from '../importers/text.ts';
import { itemIdSchema } from '../schema.ts';

/** One line of a crosswalk. `to` null: the old id was dropped. */
export type CrosswalkEntry = {
  readonly from: string;
  readonly to: string | null;
  readonly meaning: 'same' | 'changed';
};

/** A crosswalk between two releases of one document. */
export type Crosswalk = {
  readonly document: string;
  readonly fromVersion: string;
  readonly toVersion: string;
  /** Hex sha256 of the file it was read from. */
  readonly sha256: string;
  readonly entries: readonly (CrosswalkEntry & { readonly to: string })[];
  readonly dropped: readonly string[];
};

const MAX_ENTRIES = 20_000;

/**
 * Reads a crosswalk from a table with the columns "old id", "new id" and "meaning" (same or changed), found by header.
 * Ids may leave out the document's prefix.
 * @throws ImportError `kind_mismatch`, `columns_missing`, `unreadable`, `too_many_items`
 */
export function readCrosswalk(
  parsed: ParsedFile,
  about: { document: string; prefix: string; fromVersion: string; toVersion: string },
): Crosswalk {
  const file = parsed.file.name;
  if (parsed.content.kind !== 'rows') {
    throw new ImportError('kind_mismatch', {
      file,
      detail: 'A crosswalk is a table.',
      remedy: 'Give it as csv or xlsx with the columns old id, new id, meaning.',
    });
  }
  const sheet = parsed.content.sheets[0];
  const header = sheet?.rows[0]?.map((cell) => squeeze(cell).toLowerCase().replace(/[_-]/g, ' ')) ?? [];
  const column = (pattern: RegExp): number => header.findIndex((cell) => pattern.test(cell));
  const at = {
    from: column(/^(?:old|from|previous)\b.*|^source id$/),
    to: column(/^(?:new|to|current)\b.*|^target id$/),
    meaning: column(/meaning|relation|change/),
  };
  const missing = [at.from < 0 ? 'old id' : '', at.to < 0 ? 'new id' : '', at.meaning < 0 ? 'meaning' : ''].filter(
    (name) => name !== '',
  );
  if (sheet === undefined || missing.length > 0) {
    throw new ImportError('columns_missing', {
      file,
      place: { row: 1 },
      detail: `No column is headed ${missing.join(', ')}.`,
      remedy: 'Name the columns old id, new id, meaning.',
    });
  }
  if (sheet.rows.length > MAX_ENTRIES)
    throw new ImportError('too_many_items', {
      file,
      detail: `More than ${MAX_ENTRIES} lines.`,
      remedy: 'Split the crosswalk.',
    });
  const entries: (CrosswalkEntry & { readonly to: string })[] = [];
  const dropped: string[] = [];
  sheet.rows.slice(1).forEach((row, index) => {
    const place = { row: index + 2 };
    const id = (cell: string | undefined): string | null => idOf(squeeze(cell ?? ''), about.prefix);
    const from = id(row[at.from]);
    const to = id(row[at.to]);
    if (from === null && row.every((cell) => cell.trim() === '')) return;
    if (from === null)
      throw new ImportError('unreadable', {
        file,
        place,
        detail: `"${squeeze(row[at.from] ?? '')}" is not an id.`,
        remedy: 'Correct the old id.',
      });
    const meaning = /chang|other|different|new/i.test(row[at.meaning] ?? '') ? 'changed' : 'same';
    if (to === null) dropped.push(from);
    else entries.push({ from, to, meaning });
  });
  const { document, fromVersion, toVersion } = about;
  return { document, fromVersion, toVersion, sha256: parsed.file.sha256, entries, dropped };
}

function idOf(text: string, prefix: string): string | null {
  if (text === '' || text === '-') return null;
  const full = text.startsWith(`${prefix}-`) ? text : `${prefix}-${text}`;
  return itemIdSchema.safeParse(full).success ? full : null;
}
