/** Passages: the citable pieces of an item, with ids that stay the same while their text stays the same. */
import { textHash } from './hash.ts';
import type { Library, LibraryItem } from './library.ts';
import { RACI_LETTERS } from './library.ts';
import type { Aspect } from './schema.ts';

/** One piece of an item that can be quoted. */
export type Passage = {
  /** `WP-2.6.1#statement.3`; the part is counted per item. */
  readonly id: string;
  readonly itemId: string;
  /** What it is made of: a statement's aspect, or the structured part it renders. */
  readonly part: Aspect | 'raci' | 'figure';
  readonly text: string;
  /** Hex sha256 of the text; vectors are kept under it, so that nothing is embedded twice. */
  readonly textHash: string;
};

/** All passages of one item: its statements, its RACI line, figures, guardrails, ownership and mappings. */
export function itemPassages(item: LibraryItem): readonly Passage[] {
  const passages: Passage[] = [];
  const push = (kind: string, part: Passage['part'], text: string): void => {
    passages.push({
      id: `${item.id}#${kind}`,
      itemId: item.id,
      part,
      text,
      // Reckoned when it is asked for: most readers of passages want their texts only, at every start.
      get textHash() {
        return textHash(text);
      },
    });
  };
  item.statements.forEach((statement, index) => {
    push(`statement.${index + 1}`, statement.aspect, statement.text);
  });
  const raci = raciText(item);
  if (raci !== '') push('raci', 'raci', raci);
  item.figures.forEach((figure, index) => {
    push(`figure.${index + 1}`, 'figure', figureText(figure));
  });
  if (item.guardrails.length > 0) push('guardrails', 'guardrails', `Guardrails: ${item.guardrails.join(', ')}.`);
  for (const owned of item.ownership ?? []) push(`ownership.${slug(owned.layer)}`, 'ownership', ownershipText(owned));
  item.mappings.forEach((mapping, index) => {
    push(`mapping.${index + 1}`, 'mapping', `${mapping.standard}: ${mapping.refs.join(', ') || 'no reference'}.`);
  });
  if (item.empty.length > 0) push('empty', 'gap', `Left empty at the source: ${item.empty.join(', ')}.`);
  return passages;
}

/** Passages of the whole library, in item order. */
export function libraryPassages(library: Library): readonly Passage[] {
  return [...library.items.values()].flatMap(itemPassages);
}

/** "Responsible: <team>. Accountable: <role> or <role>." Empty without a RACI. */
export function raciText(item: LibraryItem): string {
  const parts: string[] = [];
  for (const letter of RACI_LETTERS) {
    const mentions = item.raci?.[letter] ?? [];
    if (mentions.length === 0) continue;
    const names = mentions.map((mention) =>
      mention.note === null ? mention.name : `${mention.name} (${mention.note})`,
    );
    const joined = names.join(item.alternatives.includes(letter) ? ' or ' : ', ');
    parts.push(`${letter.charAt(0).toUpperCase()}${letter.slice(1)}: ${joined}.`);
  }
  return parts.join(' ');
}

/** "99%: reduction of identifiable personal data", or that no number is given. */
export function figureText(figure: { readonly value: string | null; readonly of: string }): string {
  return figure.value === null ? `No number is given for ${figure.of}.` : `${figure.value}: ${figure.of}.`;
}

/** "Model layer: owned by MP." or "shared by CSP and MP". */
export function ownershipText(owned: NonNullable<LibraryItem['ownership']>[number]): string {
  if (owned.owners.length === 0) return `The ${owned.layer} layer: no owner is stated.`;
  const who = owned.owners.join(' and ');
  return `The ${owned.layer} layer: ${owned.shared ? `shared by ${who}` : `owned by ${who}`}.`;
}

function slug(text: string): string {
  return text.replace(/[^a-z]+/g, '-');
}
