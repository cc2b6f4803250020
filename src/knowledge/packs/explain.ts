/** Proposals and differences in words, for a terminal of 80 columns or a message. */

import type { ImportWarning } from '../importers/source.ts';
import { placeText } from '../importers/source.ts';
import { versionWords, wrapText } from '../listing.ts';
import type { FieldChange, FieldName, ItemChange, PackDiff } from './diff.ts';
import type { Proposal } from './proposal.ts';
import { wordDiffText } from './word-diff.ts';

const NAMES: Readonly<Record<FieldName, string>> = {
  title: 'Title',
  responsible: 'Responsible',
  accountable: 'Accountable',
  consulted: 'Consulted',
  informed: 'Informed',
  ownership: 'Ownership',
  requirement: 'Requirement',
  statement: 'Text',
  figure: 'Figure',
  mapping: 'Mapping',
  guardrail: 'Guardrail',
  empty: 'Empty at the source',
  audience: 'Audience',
  aliases: 'Other name',
  questions: 'Question',
  related: 'Related item',
};
/** Shown first: what changes who owns or must do something. */
const WEIGHT: readonly FieldName[] = [
  'title',
  'accountable',
  'responsible',
  'ownership',
  'requirement',
  'figure',
  'consulted',
  'informed',
];

/** One change as a sentence: "Accountable was A; it is now B." */
function changeSentence(change: FieldChange): string {
  const name = NAMES[change.field];
  if (change.words !== null) return `${name} reworded: ${wordDiffText(change.words)}`;
  if (change.before === null) return `${name} added: ${change.after}`;
  if (change.after === null) return `${name} removed: ${change.before}`;
  return `${name} was ${change.before}; it is now ${change.after}`;
}

/** The changes of one item, the weightiest first, with whom they concern; at most `limit` lines of changes. */
function itemChangeLines(change: ItemChange, limit: number): readonly string[] {
  const rank = (field: FieldName): number => (WEIGHT.indexOf(field) < 0 ? WEIGHT.length : WEIGHT.indexOf(field));
  const fields = [...change.fields].sort((a, b) => rank(a.field) - rank(b.field));
  const lines = [...wrapText(`${change.id}  ${change.title}`, '', '  ')];
  if (change.meaning === 'changed')
    lines.push(...wrapText('This id now stands for something else; look at whatever cites it.', '  ! ', '    '));
  for (const field of fields.slice(0, limit)) lines.push(...wrapText(changeSentence(field), '  - ', '    '));
  if (fields.length > limit) lines.push(`  - and ${fields.length - limit} more changes`);
  const whom = change.concerns.length === 0 ? 'everybody in the document’s scope' : change.concerns.join(', ');
  lines.push(...wrapText(`Concerns: ${whom}`, '  ', '    '));
  return lines;
}

/** A difference of two packs. `limit` bounds the items listed of each kind. */
export function diffText(diff: PackDiff, limit = 50): string {
  const from = diff.from === null ? 'nothing' : `${diff.from.version} (${diff.from.hash.slice(0, 8)})`;
  const lines = [
    `${diff.to.document}: from ${from} to ${diff.to.version} (${diff.to.hash.slice(0, 8)})`,
    countLine(diff),
  ];
  const section = (title: string, entries: readonly string[]): void => {
    if (entries.length === 0) return;
    lines.push('', `${title} (${entries.length})`);
    for (const entry of entries.slice(0, limit)) lines.push(...wrapText(entry, '  ', '      '));
    if (entries.length > limit) lines.push(`  and ${entries.length - limit} more`);
  };
  section(
    'Added',
    diff.added.map((item) => `${item.id}  ${item.title}`),
  );
  section(
    'Removed',
    diff.removed.map((item) => `${item.id}  ${item.title}`),
  );
  section(
    'Renamed',
    diff.renamed.map(
      (entry) => `${entry.from} -> ${entry.to}${entry.meaning === 'changed' ? ' (means something else)' : ''}`,
    ),
  );
  if (diff.changed.length > 0) lines.push('', `Changed (${diff.changed.length})`);
  const ordered = [...diff.changed].sort((a, b) => Number(b.meaning === 'changed') - Number(a.meaning === 'changed'));
  for (const change of ordered.slice(0, limit)) lines.push('', ...itemChangeLines(change, 12));
  if (ordered.length > limit) lines.push('', `and ${ordered.length - limit} more changed items`);
  return `${lines.join('\n')}\n`;
}

function itemCount(n: number): string {
  return `${n} item${n === 1 ? '' : 's'}`;
}

function countLine(diff: PackDiff): string {
  const parts = [`${diff.added.length} added`, `${diff.changed.length} changed`, `${diff.removed.length} removed`];
  if (diff.renamed.length > 0) parts.push(`${diff.renamed.length} renamed`);
  return parts.join(', ');
}

/** A proposal's preview: what to look at first, then what changes. */
export function previewText(proposal: Proposal, limit = 20): string {
  const { pack } = proposal;
  const { document } = pack;
  const lines = [
    ...wrapText(`Proposal ${proposal.id}: ${document.title}, ${versionWords(document.version)}`, '', '  '),
    ...wrapText(
      `from ${pack.source.file} (sha256 ${pack.source.sha256.slice(0, 16)}…), ${itemCount(pack.items.length)}, audience ${document.audience}, ${document.authority}`,
      '',
      '  ',
    ),
    ...wrapText(`Licence: ${document.licence}`, '', '  '),
    document.outsideModel
      ? 'Its text may reach a language model outside.'
      : 'Its text reaches no language model outside.',
  ];
  if (proposal.suspicious.length > 0)
    lines.push('', `Look at (${proposal.suspicious.length})`, ...warningLines(proposal.suspicious, 200));
  if (proposal.notes.length > 0)
    lines.push('', `How it was read (${proposal.notes.length})`, ...warningLines(proposal.notes, 200));
  lines.push('', diffText(proposal.diff, limit).trimEnd());
  lines.push('', ...wrapText(nextStep(proposal), '', ''));
  return `${lines.join('\n')}\n`;
}

/** Items of one kind that a message names. */
const NAMED = 8;

/** The same for a message: what to look at first, then what would be added, changed and removed, one line each. */
export function proposalLines({ pack, suspicious, diff }: Proposal): readonly string[] {
  const { document, source, items } = pack;
  const some = (what: string, entries: readonly string[]): readonly string[] => [
    ...entries.slice(0, NAMED).map((entry) => `${what} ${entry}`),
    ...(entries.length > NAMED ? [`${what} ${entries.length - NAMED} more`] : []),
  ];
  const changed = [...diff.changed].sort((a, b) => Number(b.meaning === 'changed') - Number(a.meaning === 'changed'));
  return [
    `From ${source.file} (sha256 ${source.sha256.slice(0, 16)}…): ${itemCount(items.length)}, ${document.authority}, audience ${document.audience}`,
    ...some(
      'Look at',
      suspicious.map(
        ({ code, detail, itemId }) => `${code.replace(/_/g, ' ')}${itemId ? ` (${itemId})` : ''}: ${detail}`,
      ),
    ),
    `${diff.from === null ? 'A new document' : `Against ${diff.from.version}`}: ${countLine(diff)}`,
    ...some(
      'Changed:',
      changed.map(({ id, title, fields, meaning }) =>
        [
          `${id} ${title}`,
          ...(meaning === 'changed' ? ['the id now stands for something else'] : []),
          ...fields.map(changeSentence),
        ].join('; '),
      ),
    ),
    ...some(
      'Removed:',
      diff.removed.map(({ id, title }) => `${id} ${title}`),
    ),
    ...some(
      'Added:',
      diff.added.map(({ id, title }) => `${id} ${title}`),
    ),
  ];
}

function warningLines(warnings: readonly ImportWarning[], limit: number): readonly string[] {
  const shown = warnings.filter((_, index) => index < limit && sameBefore(warnings, index) < PER_CODE);
  const lines = shown.flatMap((warning) => {
    const place = placeText(warning.place);
    return wrapText(`${warning.code}${place === '' ? '' : ` (${place})`}: ${warning.detail}`, '  - ', '    ');
  });
  const more = new Map<string, number>();
  for (const { code } of warnings.filter((warning) => !shown.includes(warning)))
    more.set(code, (more.get(code) ?? 0) + 1);
  return [...lines, ...[...more].map(([code, count]) => `  - ${code}: ${count} more`)];
}

/** Remarks of one kind that are shown; the rest are counted. */
const PER_CODE = 5;

function sameBefore(warnings: readonly ImportWarning[], index: number): number {
  return warnings.slice(0, index).filter((warning) => warning.code === warnings[index]?.code).length;
}

function nextStep(proposal: Proposal): string {
  const { document } = proposal.pack;
  const accept = `countersign knowledge accept ${proposal.id} --by USER`;
  if (document.authority === 'binding')
    return `Nothing is in force yet. It binds by decision of ${document.approver ?? 'its approver'}: ${accept} with that decision.`;
  if (proposal.baseHash !== null)
    return `Nothing is changed yet. A pack of ${document.id} is in force, so a second person accepts it: ${accept}`;
  return `Nothing is in force yet. To put it in force: ${accept}`;
}
