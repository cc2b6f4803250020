/** Answers of a modal by block id, and the small ways of reading them. Pure. */

import { PREFIX_OF } from '#src/approvals/document-facts.ts';

/** Answers by block id; null where left empty. */
export type FormValues = Readonly<Record<string, string | readonly string[] | null>>;
/** What is wrong, by block id. */
export type FieldErrors = Readonly<Record<string, string>>;
/** The pseudonym of a Slack user, made where it is new. */
export type PersonFor = (slackUserId: string) => Promise<string>;

/** One answer as text, trimmed; null where left empty. */
export function one(values: FormValues, field: string): string | null {
  const value = values[field];
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
}

/** One answer as text, empty where nothing was given. */
export function text(values: FormValues, field: string): string {
  return one(values, field) ?? '';
}

/** An answer with several choices. */
export function many(values: FormValues, field: string): readonly string[] {
  const value = values[field];
  return Array.isArray(value) ? (value as readonly string[]) : [];
}

/** Indices of the groups `prefix.0.x`, `prefix.1.x`, ... that hold at least one answer, ascending. */
export function filledGroups(values: FormValues, prefix: string): readonly number[] {
  const found = new Set<number>();
  for (const [field, value] of Object.entries(values)) {
    const match = new RegExp(`^${prefix}\\.(\\d{1,2})\\.`).exec(field);
    if (match && value !== null && value !== '' && (typeof value !== 'string' || value.trim() !== ''))
      found.add(Number(match[1]));
  }
  return [...found].sort((a, b) => a - b);
}

const SHORT_ID = new RegExp(`\\b(?:${Object.values(PREFIX_OF).join('|')})-\\d{1,9}\\b`, 'g');

/** The short ids (`DR-12`, `EX-3`, `UC-1`) in a text, upper case, each once. */
export function shortIdsIn(value: string): readonly string[] {
  return [...new Set(value.toUpperCase().match(SHORT_ID) ?? [])];
}

/** Answers to the policy's questions, by key. */
export function answersIn(values: FormValues): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([field, value]) =>
      field.startsWith('answers.') && typeof value === 'string' ? [[field.slice('answers.'.length), value]] : [],
    ),
  );
}
