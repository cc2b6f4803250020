/** An answer for a terminal: the statement first, then who, then the sources. */

import type { Answer } from '#src/answers/types.ts';
import { pointerFor, pointerWords } from '#src/delivery/answers/pointer.ts';
import { type Library, RACI_LETTERS } from '#src/knowledge/library.ts';
import { versionWords } from '#src/knowledge/listing.ts';
import { paragraph, table } from '../terminal.ts';

/** Lines of at most 80 columns. */
export function answerLines(library: Library, answer: Answer): readonly string[] {
  const parts = [rolesTable(answer), ownersTable(answer), itemsTable(library, answer), sources(library, answer)];
  const pointer = pointerFor(answer);
  return [
    ...(pointer === null ? [] : [...paragraph(pointerWords(pointer).replaceAll('`', ''), 'In Slack: ', '  '), '']),
    ...paragraph(answer.answer),
    ...parts.flatMap((part) => (part.length > 0 ? ['', ...part] : [])),
    ...(answer.related.length > 0 ? ['', ...paragraph(answer.related.join(', '), 'Related: ', '  ')] : []),
  ];
}

function rolesTable({ roles }: Answer): readonly string[] {
  if (roles === null) return [];
  return table(
    RACI_LETTERS.filter((letter) => roles[letter].length > 0).map((letter) => [
      `${letter.slice(0, 1).toUpperCase()}${letter.slice(1)}`,
      roles[letter].join(', '),
    ]),
  );
}

function ownersTable({ owners }: Answer): readonly string[] {
  return table(
    (owners ?? []).map(({ layer, owners: actors, shared }) => [
      layer,
      `${actors.join(', ') || 'nobody named'}${shared ? ' (shared)' : ''}`,
    ]),
  );
}

function itemsTable(library: Library, { items }: Answer): readonly string[] {
  return table((items ?? []).map((id) => [id, library.items.get(id)?.title ?? '']));
}

function sources(library: Library, { citations }: Answer): readonly string[] {
  return citations.flatMap(({ id, title, document, version }) => {
    const name = library.documents.get(document)?.title ?? document;
    return paragraph(`${title} (${name}, ${versionWords(version)})`, `[${id}] `, '  ');
  });
}
