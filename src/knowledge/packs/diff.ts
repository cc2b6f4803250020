/** What changed from one pack to another, item by item, and for whom. */
import { RACI_LETTERS } from '../library.ts';
import { printedMention } from '../listing.ts';
import { figureText, ownershipText } from '../passages.ts';
import type { Item, RaciLetter } from '../schema.ts';
import type { Crosswalk } from './crosswalk.ts';
import { type Pack, packHash } from './pack.ts';
import { likeness, type WordRun, wordDiff } from './word-diff.ts';

export type FieldName =
  | 'title'
  | RaciLetter
  | 'ownership'
  | 'requirement'
  | 'statement'
  | 'figure'
  | 'mapping'
  | 'guardrail'
  | 'empty'
  | 'audience'
  | 'aliases'
  | 'questions'
  | 'related';

/** One change of one item. `before` null: it is new; `after` null: it is gone. */
export type FieldChange = {
  readonly field: FieldName;
  readonly before: string | null;
  readonly after: string | null;
  /** Word by word, where a text was reworded. */
  readonly words: readonly WordRun[] | null;
};

/** The changes of one item that both packs have. */
export type ItemChange = {
  readonly id: string;
  readonly title: string;
  readonly fields: readonly FieldChange[];
  /** Roles or actors who should know: owners before and after. Empty: everybody in the document's scope. */
  readonly concerns: readonly string[];
  /** `changed`: the id now stands for something else, as LOG-15 did from release 1.0.3 to 1.1.0. */
  readonly meaning: 'same' | 'changed';
};

export type ItemMention = { readonly id: string; readonly title: string; readonly concerns: readonly string[] };
export type PackVersion = { readonly document: string; readonly version: string; readonly hash: string };

/** The difference of two packs of one document (or of any two packs). */
export type PackDiff = {
  readonly from: PackVersion | null;
  readonly to: PackVersion;
  readonly added: readonly ItemMention[];
  readonly removed: readonly ItemMention[];
  readonly changed: readonly ItemChange[];
  /** Ids that a crosswalk carries over: the old id is not lost, it has another name. */
  readonly renamed: readonly { readonly from: string; readonly to: string; readonly meaning: 'same' | 'changed' }[];
};

/** Below these likenesses of title and requirement an unchanged id stands for something else. */
const OTHER_TITLE = 0.34;
const OTHER_TEXT = 0.3;
const REWORDED = 0.5;
/** With more pairs than this, texts are listed as gone and new instead of being matched. */
const MAX_PAIRS = 40_000;

/** Compares two packs; `before` null means that everything is new. */
export function diffPacks(before: Pack | null, after: Pack, crosswalk: Crosswalk | null = null): PackDiff {
  const old = new Map((before?.items ?? []).map((item) => [item.id, item]));
  const now = new Map(after.items.map((item) => [item.id, item]));
  const renamed = (crosswalk?.entries ?? []).filter(
    (entry) =>
      entry.from !== entry.to && old.has(entry.from) && !now.has(entry.from) && now.has(entry.to) && !old.has(entry.to),
  );
  const newNames = new Set(renamed.map((entry) => entry.to));
  const oldNames = new Set(renamed.map((entry) => entry.from));
  const changed: ItemChange[] = [];
  for (const [id, item] of now) {
    const was = old.get(id) ?? old.get(renamed.find((entry) => entry.to === id)?.from ?? '');
    if (was === undefined) continue;
    const stated = crosswalk?.entries.find((entry) => entry.to === id)?.meaning ?? null;
    const change = itemChange(was, item, stated);
    if (change !== null) changed.push(change);
  }
  return {
    from: before === null ? null : versionOf(before),
    to: versionOf(after),
    added: [...now.values()].filter((item) => !old.has(item.id) && !newNames.has(item.id)).map(mention),
    removed: [...old.values()].filter((item) => !now.has(item.id) && !oldNames.has(item.id)).map(mention),
    changed,
    renamed: renamed.map(({ from, to, meaning }) => ({ from, to, meaning })),
  };
}

function versionOf(pack: Pack): PackVersion {
  return { document: pack.document.id, version: pack.document.version, hash: packHash(pack) };
}

function mention(item: Item): ItemMention {
  return { id: item.id, title: item.title, concerns: ownersOf(item) };
}

/** Changes between two versions of one item, or null when nothing changed. */
function itemChange(before: Item, after: Item, stated: 'same' | 'changed' | null = null): ItemChange | null {
  const fields: FieldChange[] = [];
  const put = (field: FieldName, a: string | null, b: string | null, reworded = false): void => {
    if (a === b) return;
    const words = reworded && a !== null && b !== null ? wordDiff(a, b) : null;
    fields.push({ field, before: a, after: b, words });
  };
  put('title', before.title, after.title, true);
  for (const letter of RACI_LETTERS) put(letter, raciOf(before, letter), raciOf(after, letter));
  lists('ownership', (before.ownership ?? []).map(ownershipText), (after.ownership ?? []).map(ownershipText), put);
  const requirements = (item: Item): string[] =>
    item.statements.filter((statement) => statement.aspect === 'requirement').map((statement) => statement.text);
  const others = (item: Item): string[] =>
    item.statements.filter((statement) => statement.aspect !== 'requirement').map((statement) => statement.text);
  lists('requirement', requirements(before), requirements(after), put);
  lists('statement', others(before), others(after), put);
  lists('figure', before.figures.map(figureText), after.figures.map(figureText), put);
  const mappings = (item: Item): string[] =>
    item.mappings.flatMap((mapping) => mapping.refs.map((ref) => `${mapping.standard}: ${ref}`));
  sets('mapping', mappings(before), mappings(after), put);
  sets('guardrail', before.guardrails, after.guardrails, put);
  sets('empty', before.empty, after.empty, put);
  put('audience', before.audience ?? null, after.audience ?? null);
  sets('aliases', before.aliases, after.aliases, put);
  sets('questions', before.questions, after.questions, put);
  sets('related', before.related, after.related, put);
  if (fields.length === 0) return null;
  const concerns = [...new Set([...ownersOf(before), ...ownersOf(after)])];
  return {
    id: after.id,
    title: after.title,
    fields,
    concerns,
    meaning: stated ?? meaningOf(before, after, requirements),
  };
}

function meaningOf(before: Item, after: Item, requirements: (item: Item) => string[]): 'same' | 'changed' {
  if (likeness(before.title, after.title) >= OTHER_TITLE) return 'same';
  return likeness(requirements(before).join(' '), requirements(after).join(' ')) < OTHER_TEXT ? 'changed' : 'same';
}

function raciOf(item: Item, letter: RaciLetter): string | null {
  const mentions = item.raci?.[letter] ?? [];
  if (mentions.length === 0) return null;
  return mentions.map(printedMention).join(item.alternatives.includes(letter) ? ' or ' : ', ');
}

/** Who answers for an item: its responsible and accountable roles, or the actors that own its layers. */
function ownersOf(item: Item): readonly string[] {
  const roles = [...(item.raci?.responsible ?? []), ...(item.raci?.accountable ?? [])].map((role) => role.name);
  return [...new Set(roles.length > 0 ? roles : (item.ownership ?? []).flatMap((owned) => owned.owners))];
}

type Put = (field: FieldName, before: string | null, after: string | null, reworded?: boolean) => void;

/** Texts: equal ones cancel out, similar ones are a rewording, the rest is gone or new. */
function lists(field: FieldName, before: readonly string[], after: readonly string[], put: Put): void {
  const gone = before.filter((text) => !after.includes(text));
  const fresh = after.filter((text) => !before.includes(text));
  const tooMany = gone.length * fresh.length > MAX_PAIRS;
  const pairs = (tooMany ? [] : gone)
    .flatMap((a) => fresh.map((b) => ({ a, b, score: likeness(a, b) })))
    .filter((pair) => pair.score >= REWORDED)
    .sort((x, y) => y.score - x.score);
  const [usedA, usedB] = [new Set<string>(), new Set<string>()];
  for (const { a, b } of pairs) {
    if (usedA.has(a) || usedB.has(b)) continue;
    usedA.add(a);
    usedB.add(b);
    put(field, a, b, true);
  }
  for (const text of gone) if (!usedA.has(text)) put(field, text, null);
  for (const text of fresh) if (!usedB.has(text)) put(field, null, text);
}

function sets(field: FieldName, before: readonly string[], after: readonly string[], put: Put): void {
  for (const text of before) if (!after.includes(text)) put(field, text, null);
  for (const text of after) if (!before.includes(text)) put(field, null, text);
}
