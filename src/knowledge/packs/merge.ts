/** Puts an import together with the pack in force: the file's text, the curated names, questions and relations. */
import type { Draft } from '../importers/draft.ts';
import { hasQuantity } from '../importers/figures.ts';
import type { DocumentInfo, Item } from '../schema.ts';
import { type Pack, packHash } from './pack.ts';

/**
 * The pack that an import would put in force. Where an id is known, the imported text, roles, ownership and mappings
 * replace the old ones; curated aliases, questions and relations stay. A file about single items leaves the others.
 */
export function mergePack(draft: Draft, base: Pack | null): Pack {
  const curated = new Map((base?.items ?? []).map((item) => [item.id, item]));
  const imported = new Map(draft.items.map((item) => [item.id, item]));
  const order =
    draft.scope === 'document' ? [...imported.keys()] : [...new Set([...curated.keys(), ...imported.keys()])];
  const known = new Set(order);
  const items = order.flatMap((id): readonly Item[] => {
    const [own, old] = [imported.get(id), curated.get(id)];
    if (own === undefined) return old === undefined ? [] : [old];
    return [old === undefined ? own : withCuration(own, old, known, draft.document.prefix)];
  });
  return {
    document: mergeInfo(draft, base?.document ?? null),
    source: draft.source,
    curatedFrom: base === null ? null : packHash(base),
    items,
  };
}

function withCuration(own: Item, old: Item, known: ReadonlySet<string>, prefix: string): Item {
  const related = union(old.related, own.related).filter((id) => known.has(id) || !id.startsWith(`${prefix}-`));
  return {
    ...own,
    ...(own.chapter === undefined && old.chapter !== undefined ? { chapter: old.chapter } : {}),
    ...(old.audience === undefined ? {} : { audience: old.audience }),
    figures: figuresKept(own, old),
    aliases: union(old.aliases, own.aliases),
    questions: union(old.questions, own.questions),
    related,
  };
}

/**
 * The imported figures, and of the curated ones those that the imported text does not contradict: a value that stands in
 * it, and "no number is given" where it gives none.
 */
function figuresKept(own: Item, old: Item): Item['figures'] {
  const text = own.statements.map((statement) => statement.text).join(' ');
  const numberless = !own.figures.some((figure) => figure.value !== null) && !hasQuantity(text);
  const kept = old.figures.filter((figure) => {
    if (own.figures.some((other) => other.value === figure.value && other.value !== null)) return false;
    return figure.value === null ? numberless : text.includes(figure.value);
  });
  const covered = kept.some((figure) => figure.value === null);
  return [...own.figures.filter((figure) => figure.value !== null || !covered), ...kept];
}

function union(a: readonly string[], b: readonly string[]): string[] {
  const seen = new Set(a.map((text) => text.toLowerCase()));
  return [...a, ...b.filter((text) => !seen.has(text.toLowerCase()))];
}

/**
 * Names, authority and, unless the file prints a classification, the audience stay as they are in force; whether text
 * may reach an outside model is never widened by an import.
 */
function mergeInfo(draft: Draft, base: DocumentInfo | null): DocumentInfo {
  const own = draft.document;
  if (base === null) return own;
  const partial = draft.scope === 'items';
  const unprinted = /not printed|undated/.test(own.version);
  return {
    ...own,
    id: base.id,
    title: partial ? base.title : own.title,
    shortTitle: base.shortTitle,
    version: unprinted && (partial || !/not printed|undated/.test(base.version)) ? base.version : own.version,
    date: own.date ?? (partial ? base.date : null),
    authority: base.authority,
    authorityNote: base.authorityNote,
    audience: draft.classification === null ? base.audience : own.audience,
    outsideModel: own.outsideModel && base.outsideModel,
    approver: own.approver ?? base.approver,
    effective: base.authority === 'binding' ? null : base.effective,
    nextReview: base.authority === 'binding' ? null : base.nextReview,
    revisions: [
      ...base.revisions.filter((old) => !own.revisions.some((revision) => revision.version === old.version)),
      ...own.revisions,
    ],
    names: union(base.names, own.names),
  };
}
