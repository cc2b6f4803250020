/** What differs between two versions of a file of rules, in words that a committee can read on a card. Pure. */
import { canonicalJson } from './canonical.ts';

/** Most lines of a difference, and most characters of one: the whole versions are kept as objects beside it. */
const LINES_MAX = 40;
const LINE_CHARS_MAX = 240;

/** One line a difference: where, and what it was and is. The last one says how many more there are. */
export function policyDifference(before: unknown, after: unknown): readonly string[] {
  const lines = differences([], before, after).map(cut);
  const more = lines.length - LINES_MAX;
  return more <= 0 ? lines : [...lines.slice(0, LINES_MAX), `and ${more} more differences`];
}

function differences(path: readonly string[], before: unknown, after: unknown): readonly string[] {
  if (before !== undefined && after !== undefined && canonicalJson(before) === canonicalJson(after)) return [];
  if (isObject(before) && isObject(after))
    return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((key) =>
      differences([...path, key], before[key], after[key]),
    );
  if (Array.isArray(before) && Array.isArray(after)) return listDifferences(path, before, after);
  const where = path.join(' / ');
  if (before === undefined) return [`added ${where}: ${inWords(after)}`];
  if (after === undefined) return [`removed ${where}: was ${inWords(before)}`];
  return [`${where}: ${inWords(before)} becomes ${inWords(after)}`];
}

/** Entries by what they say, each as often as it stands there; the same entries in another order are said to be that. */
function listDifferences(path: readonly string[], before: readonly unknown[], after: readonly unknown[]) {
  const where = path.join(' / ');
  const gone = without(before, after).map((entry) => `${where}: without ${inWords(entry)}`);
  const come = without(after, before).map((entry) => `${where}: also ${inWords(entry)}`);
  return gone.length + come.length === 0 ? [`${where}: in another order`] : [...gone, ...come];
}

/** The entries of a list that another one lacks. */
function without(list: readonly unknown[], other: readonly unknown[]): readonly unknown[] {
  const left = new Map<string, number>();
  for (const entry of other) left.set(canonicalJson(entry), (left.get(canonicalJson(entry)) ?? 0) + 1);
  return list.filter((entry) => {
    const count = left.get(canonicalJson(entry)) ?? 0;
    left.set(canonicalJson(entry), count - 1);
    return count <= 0;
  });
}

function inWords(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? 'nothing' : value.map(inWords).join(', ');
  if (isObject(value))
    return Object.entries(value)
      .map(([key, inner]) => `${key} ${inWords(inner)}`)
      .join('; ');
  return String(value);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

// Control characters of a file have no place in an event, and a cut must not leave half a character.
function cut(line: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  const plain = line.replace(/[\u0000-\u001f\u007f]+/g, ' ').toWellFormed();
  return plain.length <= LINE_CHARS_MAX ? plain : `${plain.slice(0, LINE_CHARS_MAX - 1).toWellFormed()}…`;
}
