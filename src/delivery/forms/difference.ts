/** What a request changes of the one from which it was filled in, in the words of the form. Pure. */
import type { RequestDocument } from '#src/approvals/document.ts';
import { ERASED } from '#src/evidence/disclose.ts';
import { fieldWord } from './field-words.ts';
import { one } from './form-values.ts';
import { valuesOf } from './request-form.ts';

/** Characters of one value in a line; the whole ones stand in both documents. */
const VALUE_CHARS_MAX = 80;
/** Fields that list several things, and what stands between these. */
const LISTS = /^(dataClasses|restsOn|deviatesFrom|systems|environments|teams|scope\.regions|envelope\.environments)$/;
const LINES = /^(evidence|metrics|envelope\.metrics)$/;
/** Answers and evidence come after what the request itself says. */
const LAST = /^(answers|evidence)(\.|$)/;

/** One line a difference, raw: added, removed or changed, and what. Empty where nothing differs. */
export function differenceLines(before: RequestDocument, after: RequestDocument): readonly string[] {
  // Pseudonyms are compared and never shown.
  const names = { replaces: null, slackUser: (person: string) => person };
  const [old, fresh] = [valuesOf(before, names), valuesOf(after, names)];
  const fields = Object.keys({ ...fresh, ...old });
  const ordered = [...fields.filter((field) => !LAST.test(field)), ...fields.filter((field) => LAST.test(field))];
  return ordered.flatMap((field) => lines(field, one(old, field), one(fresh, field)));
}

function lines(field: string, from: string | null, to: string | null): readonly string[] {
  if (from === to) return [];
  const word = exactWord(field);
  if ([from, to].some((text) => text?.includes(ERASED)))
    return [`${word}: a text was erased, so it cannot be compared`];
  if (field.endsWith('.owner')) return [`changed ${word}`];
  if (LISTS.test(field) || LINES.test(field)) {
    const [was, is] = [entriesOf(field, from), entriesOf(field, to)];
    const gone = was.filter((entry) => !is.includes(entry)).map((entry) => `removed ${word}: ${short(entry)}`);
    return [...gone, ...is.filter((entry) => !was.includes(entry)).map((entry) => `added ${word}: ${short(entry)}`)];
  }
  if (from === null) return [`added ${word}: ${short(to ?? '')}`];
  if (to === null) return [`removed ${word}: ${short(from)}`];
  return [`changed ${word}: ${short(from)} → ${short(to)}`];
}

/** Where the form has one name for a group, the part of it as well. */
function exactWord(field: string): string {
  const [group = '', ...rest] = field.split('.');
  if (group === 'scope' || group === 'envelope') return `${fieldWord(field)} (${rest.join(' ')})`;
  if (group === 'control')
    return `compensating control ${Number(rest[0]) + 1}${rest[1] === 'text' ? '' : ` (${rest[1]})`}`;
  return fieldWord(field);
}

function entriesOf(field: string, text: string | null): readonly string[] {
  return text === null ? [] : text.split(LINES.test(field) ? '\n' : ', ');
}

function short(text: string): string {
  const most = text.startsWith('sha256:') ? 19 : VALUE_CHARS_MAX;
  return text.length <= most ? text : `${text.slice(0, most - 1).toWellFormed()}…`;
}
