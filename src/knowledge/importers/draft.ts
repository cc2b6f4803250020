/** What an importer makes of a file, before it is compared with the pack in force. */
import type { z } from 'zod';
import type { ImportKind, PackSource } from '../packs/pack.ts';
import type { DocumentInfo, Item, itemSchema } from '../schema.ts';
import type { ImportWarning, Place } from './source.ts';

/** What the person who imports may say beside the file. */
export type ImportOptions = {
  readonly kind: ImportKind;
  /** `--id`: the control's id for `aicm-page`; the document's id for `document` and `oscal-catalog`. */
  readonly id: string | null;
  /** `--version`: the release, where the file does not print it or prints it ambiguously. */
  readonly version: string | null;
};

/** An item as an importer builds it, not yet validated, with the place it was read from. */
export type ItemDraft = { readonly item: z.input<typeof itemSchema>; readonly place: Place };

/** Outcome of one importer. */
export type RawDraft = {
  readonly document: DocumentInfo;
  /** Classification as printed in the file; null when it prints none. */
  readonly classification: string | null;
  /** `document`: what is missing was removed; `items`: the file is about these items only, all others stay. */
  readonly scope: 'document' | 'items';
  readonly items: readonly ItemDraft[];
  readonly warnings: readonly ImportWarning[];
};

/** A validated import, ready to be proposed. */
export type Draft = {
  readonly document: DocumentInfo;
  readonly classification: string | null;
  readonly scope: 'document' | 'items';
  readonly items: readonly Item[];
  /** Item id -> where it stands in the file. */
  readonly places: ReadonlyMap<string, Place>;
  readonly warnings: readonly ImportWarning[];
  readonly source: PackSource;
};
