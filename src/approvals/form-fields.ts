/** Single fields of the request forms: what somebody typed, turned into values, or into errors by field. Pure. */
import type { Answers, CompensatingControl, EvidenceItem, FormKind } from './document.ts';
import { parseMoment } from './duration.ts';
import type { ApprovalPolicy } from './policy-schema.ts';
import { TIERS, type Tier } from './types.ts';

/** By question key: true/false or `yes`/`no`. */
export type AnswersInput = Readonly<Record<string, boolean | string | undefined>> | undefined;

/** One a line: `[kind:] address [date]`, e.g. `risk-assessment: https://... 2026-01-31`; or ready items. */
export type EvidenceInput = string | readonly EvidenceItem[] | undefined;

export type ControlsInput =
  | readonly { readonly text?: string; readonly owner?: string | null; readonly due?: string }[]
  | undefined;

export type Errors = Record<string, string>;

/** A field as it is stored: NFC, without blanks around it; empty where nothing was typed. */
export const trimmed = (text: string | null | undefined): string => (text ?? '').normalize('NFC').trim();

/** The entries of a list that was typed with commas, semicolons or line breaks; each once. */
export function listOf(input: string | readonly string[] | undefined): readonly string[] {
  const parts = typeof input === 'string' ? input.split(/[\n,;]/) : (input ?? []);
  return [...new Set(parts.map(trimmed).filter((part) => part !== ''))];
}

/** Yes or no to every question of the kind; nothing said counts as no. Adds an error under a question's key. */
export function answersOf(policy: ApprovalPolicy, kind: FormKind, input: AnswersInput, errors: Errors): Answers {
  const answers: Record<string, boolean> = {};
  for (const question of policy.questions) {
    if (!question.kinds.includes(kind)) continue;
    const given = input?.[question.key];
    const yes = given === true || given === 'yes' || given === 'true';
    const noOrNothing = given === undefined || given === false || given === 'no' || given === 'false' || given === '';
    if (!yes && !noOrNothing) errors[question.key] = 'Answer yes or no.';
    answers[question.key] = yes;
  }
  return answers;
}

/** `[kind:] address [YYYY-MM-DD]`. A bare address gets the kind `link`. */
function evidenceLine(line: string, policy: ApprovalPolicy): EvidenceItem | string {
  const match = /^(?:([a-z][a-z0-9-]{1,39})\s*[:=]\s*)?(https?:\/\/\S+)(?:\s+\(?(\d{4}-\d{2}-\d{2})\)?)?$/i.exec(line);
  if (!match)
    return `"${line.slice(0, 60)}" is no address: write https://..., with "kind:" in front and a date behind if needed.`;
  const [, kind = 'link', url = '', date] = match;
  const at = date === undefined ? null : parseMoment(date);
  if (date !== undefined && at === null) return `"${date}" is no date: write it as 2026-01-31.`;
  const title = policy.evidence[kind.toLowerCase()]?.title ?? 'Link';
  return { kind: kind.toLowerCase(), title, url, sha256: null, date: at };
}

/** Pieces of evidence from lines; ready ones are taken as they are. Adds an error under `evidence`. */
export function evidenceOf(input: EvidenceInput, policy: ApprovalPolicy, errors: Errors): readonly EvidenceItem[] {
  if (typeof input !== 'string') return input ?? [];
  const items: EvidenceItem[] = [];
  for (const line of input.split('\n').map(trimmed)) {
    if (line === '') continue;
    const item = evidenceLine(line, policy);
    if (typeof item === 'string') errors['evidence'] ??= item;
    else items.push(item);
  }
  return items;
}

/** The ISO time of a typed date; null where there is none. Adds an error under `field`. */
export function momentOf(field: string, input: string | undefined, errors: Errors): string | null {
  const text = trimmed(input);
  if (text === '') return null;
  const at = parseMoment(text);
  if (at === null) errors[field] = 'Write a date such as 2026-01-31; it means the end of that day, UTC.';
  return at;
}

/** The tier that a person raised it to; null for none. Adds an error under `raisedTier`. */
export function tierIn(input: string | null | undefined, errors: Errors): Tier | null {
  const text = trimmed(input);
  if (text === '') return null;
  const tier = TIERS.find((one) => one === text);
  if (!tier || tier === 'prohibited') errors['raisedTier'] = 'Choose minimal, limited or high.';
  return tier ?? null;
}

export function controlsOf(input: ControlsInput, errors: Errors): readonly CompensatingControl[] {
  return (input ?? []).flatMap((control, index): CompensatingControl[] => {
    const text = trimmed(control.text);
    const owner = trimmed(control.owner);
    const due = parseMoment(trimmed(control.due));
    if (text === '' && owner === '' && trimmed(control.due) === '') return [];
    const at = `compensatingControls.${index}`;
    if (text === '') errors[`${at}.text`] = 'Say what the compensating control is.';
    if (owner === '') errors[`${at}.owner`] = 'Choose who puts it in place.';
    if (due === null) errors[`${at}.due`] = 'Give the day by which it is in place, such as 2026-01-31.';
    return due === null ? [] : [{ text, owner, dueAt: due }];
  });
}
