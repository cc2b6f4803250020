/** The library as the command line prints it. */

import type { Library, LibraryItem } from './library.ts';
import { RACI_LETTERS } from './library.ts';
import { figureText, ownershipText } from './passages.ts';
import type { Audience, Authority, RaciLetter, SsrmActor, SsrmLayer } from './schema.ts';

/** One line of `knowledge list --json`: a contract others script against (DESIGN.md). */
export type ListLine = {
  readonly id: string;
  readonly title: string;
  readonly document: string;
  readonly version: string;
  readonly hash: string;
  readonly authority: Authority;
  readonly audience: Audience;
  readonly raci: Readonly<Record<RaciLetter, readonly string[]>> | null;
  readonly alternatives: readonly RaciLetter[];
  readonly ownership:
    | readonly { readonly layer: SsrmLayer; readonly owners: readonly SsrmActor[]; readonly shared: boolean }[]
    | null;
  readonly mappings: Readonly<Record<string, readonly string[]>>;
  readonly statements: readonly string[];
  readonly figures: readonly string[];
  readonly guardrails: readonly string[];
  readonly aliases: readonly string[];
  readonly questions: readonly string[];
};

/** How much is in force, in the same words wherever it is said: "100 items of 4 documents in force". */
export function sizeInWords(items: number, documents: number): string {
  const many = (n: number, one: string) => `${n.toLocaleString('en-US')} ${one}${n === 1 ? '' : 's'}`;
  return `${many(items, 'item')} of ${many(documents, 'document')} in force`;
}

/** A role with its bracketed qualification, as the document prints it. */
export function printedMention(mention: { readonly name: string; readonly note: string | null }): string {
  return mention.note === null ? mention.name : `${mention.name} (${mention.note})`;
}

/** The JSON line of an item. */
export function listLine(item: LibraryItem): ListLine {
  const { raci } = item;
  return {
    id: item.id,
    title: item.title,
    document: item.document,
    version: item.version,
    hash: item.hash,
    authority: item.authority,
    audience: item.audience,
    raci:
      raci === undefined
        ? null
        : {
            responsible: raci.responsible.map(printedMention),
            accountable: raci.accountable.map(printedMention),
            consulted: raci.consulted.map(printedMention),
            informed: raci.informed.map(printedMention),
          },
    alternatives: item.alternatives,
    ownership: item.ownership?.map(({ layer, owners, shared }) => ({ layer, owners, shared })) ?? null,
    mappings: Object.fromEntries(item.mappings.map((mapping) => [mapping.standard, mapping.refs])),
    statements: item.statements.map((statement) => statement.text),
    figures: item.figures.map((figure) =>
      figure.value === null ? figureText(figure) : `${figure.value} ${figure.of}`,
    ),
    guardrails: item.guardrails,
    aliases: item.aliases,
    questions: item.questions,
  };
}

/** A version as it stands in a sentence: "version 1.4", but "version not printed" and "working draft" as they are. */
export function versionWords(version: string): string {
  return /^\D*$/.test(version) ? version : `version ${version}`;
}

const WIDTH = 78;

/** Breaks a text into lines of at most 78 characters, with hanging indentation. */
export function wrapText(text: string, first: string, rest: string, width = WIDTH): readonly string[] {
  const lines: string[] = [];
  let line = first;
  let empty = true;
  for (const word of text.split(/\s+/)) {
    if (!empty && line.length + 1 + word.length > width) {
      lines.push(line);
      line = rest;
      empty = true;
    }
    line += empty ? word : ` ${word}`;
    empty = false;
  }
  lines.push(line);
  return lines;
}

/** An item in full for a terminal of 80 columns, to be held against its source. */
export function showItem(library: Library, item: LibraryItem): string {
  const document = library.documents.get(item.document);
  const lines: string[] = [
    ...wrapText(`${item.id}  ${item.title}`, '', '  '),
    ...wrapText(
      `${document?.title ?? item.document}, ${versionWords(item.version)}; ${item.authority}; audience ${item.audience}`,
      '',
      '',
    ),
    `hash ${item.hash}`,
  ];
  const section = (title: string, entries: readonly string[]): void => {
    if (entries.length === 0) return;
    lines.push('', title);
    for (const entry of entries) lines.push(...wrapText(entry, '  - ', '    '));
  };
  section('Roles (RACI)', raciLines(item));
  section(
    'Ownership by layer (SSRM)',
    (item.ownership ?? []).map((owned) => ownershipText(owned)),
  );
  section(
    'Statements',
    item.statements.map((statement) => `[${statement.aspect}] ${statement.text}`),
  );
  section('Figures', item.figures.map(figureText));
  section('Guardrails', item.guardrails);
  section(
    'Mappings',
    item.mappings.map((mapping) => {
      const notes = [mapping.addendum, mapping.gap].filter((note) => note !== null && note !== undefined);
      return `${mapping.standard}: ${mapping.refs.join(', ') || 'none'}${notes.length > 0 ? ` (${notes.join(' ')})` : ''}`;
    }),
  );
  section('Empty at the source', item.empty);
  section('Also known as', item.aliases);
  section('People ask', item.questions);
  section('Related', item.related);
  return `${lines.join('\n')}\n`;
}

function raciLines(item: LibraryItem): readonly string[] {
  const { raci } = item;
  if (raci === undefined) return [];
  return RACI_LETTERS.map((letter) => {
    const names = raci[letter].map(printedMention);
    return `${letter}: ${names.join(item.alternatives.includes(letter) ? ' or ' : ', ') || 'nobody named'}`;
  });
}
