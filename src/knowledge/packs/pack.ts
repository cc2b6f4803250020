/**
 * A pack: the items of one document at one version, as it is proposed, accepted, kept and read again. Its hash covers
 * everything that can change an answer and the file it came from.
 */
import canonicalize from 'canonicalize';
import { z } from 'zod';
import { textHash } from '../hash.ts';
import { type DocumentInfo, documentSchema, type Item, itemSchema } from '../schema.ts';
import { IMPORT_KINDS } from './kinds.ts';

/** Largest number of items of one pack; the largest known catalogue has about 1,200. */
export const MAX_PACK_ITEMS = 20_000;

export const importKindSchema = z.enum(IMPORT_KINDS);

/** How a file is to be read (`knowledge import FILE --as KIND`). */
export type ImportKind = z.infer<typeof importKindSchema>;

/** Where a pack's text comes from. */
export const packSourceSchema = z.strictObject({
  file: z.string().min(1).max(300),
  /** Hex sha256 of the file's bytes. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  bytes: z.number().int().nonnegative(),
  /** `shipped` for the packs of the repository's knowledge folder. */
  kind: z.union([importKindSchema, z.literal('shipped')]),
});

const packFileSchema = z.strictObject({
  format: z.literal('countersign-pack/1'),
  document: documentSchema,
  source: packSourceSchema,
  /** Hash of the pack whose curated aliases, questions and relations went into this one. */
  curatedFrom: z.string().nullable().default(null),
  items: z.array(itemSchema).min(1).max(MAX_PACK_ITEMS),
});

export type PackSource = z.infer<typeof packSourceSchema>;

/** One document's items at one version. */
export type Pack = {
  readonly document: DocumentInfo;
  readonly source: PackSource;
  readonly curatedFrom: string | null;
  readonly items: readonly Item[];
};

/** The form in which an item stands in a file; reading it with `itemSchema` gives the item back. */
export type ItemFileForm = z.input<typeof itemSchema>;

/** An item as it stands in a file: roles without a note are plain strings. */
export function itemFileForm(item: Item): ItemFileForm {
  const { raci, ...rest } = item;
  if (raci === undefined) return rest;
  const mentions = (list: (typeof raci)['responsible']): (string | { name: string; note: string })[] =>
    list.map(({ name, note }) => (note === null ? name : { name, note }));
  return {
    ...rest,
    raci: {
      responsible: mentions(raci.responsible),
      accountable: mentions(raci.accountable),
      consulted: mentions(raci.consulted),
      informed: mentions(raci.informed),
    },
  };
}

/** Hex sha256 of a pack's content. Equal packs have equal hashes whatever the order of their keys. */
export function packHash(pack: Pack): string {
  return textHash(packText(pack));
}

/** A pack as canonical JSON (RFC 8785): the bytes that are kept, and whose sha256 is its hash. */
export function packText(pack: Pack): string {
  return canonicalize(JSON.parse(JSON.stringify(packJson(pack)))) ?? 'null';
}

/** A pack as plain JSON, ready to be written; {@link readPack} reads it back. */
export function packJson(pack: Pack): unknown {
  return {
    format: 'countersign-pack/1',
    document: pack.document,
    source: pack.source,
    curatedFrom: pack.curatedFrom,
    items: pack.items.map(itemFileForm),
  };
}

export type PackReading =
  | { readonly ok: true; readonly pack: Pack; readonly hash: string }
  | { readonly ok: false; readonly reason: 'not_a_pack'; readonly problems: readonly string[] };

/** Reads a pack from plain JSON; what is wrong comes back as problems with paths. */
export function readPack(data: unknown): PackReading {
  const parsed = packFileSchema.safeParse(data);
  if (!parsed.success) {
    const problems = parsed.error.issues.slice(0, 20).map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    return { ok: false, reason: 'not_a_pack', problems };
  }
  const { document, source, curatedFrom, items } = parsed.data;
  const pack: Pack = { document, source, curatedFrom, items };
  return { ok: true, pack, hash: packHash(pack) };
}
