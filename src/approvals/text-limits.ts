import { ERASED } from '#src/evidence/disclose.ts';

/** Limits on what people write, so that every event fits its entry. Counted in UTF-16 units. */
export const LIMITS = {
  name: 80,
  purpose: 1_500,
  longText: 1_500,
  reason: 1_000,
  comment: 2_000,
  minutes: 2_000,
  conditionText: 240,
  conditionEvidence: 160,
  controlText: 240,
  title: 120,
  url: 400,
  evidence: 12,
  controls: 8,
  names: 10,
  conditionsPerVote: 5,
  voters: 60,
  change: 240,
  changes: 41,
  metrics: 20,
  id: 200,
} as const;

// A tab and a line break are text; other control characters are not, and each would take six bytes as JSON.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/;

/** Whether a text is within its limit, well-formed Unicode and free of control characters. */
export function isText(text: unknown, max: number): text is string {
  return typeof text === 'string' && text.length <= max && text.isWellFormed() && !CONTROL.test(text);
}

/** Characters that are not drawn, or only as a gap that is no plain blank; also those that turn the direction. */
const UNSEEN = /[\p{Default_Ignorable_Code_Point}\p{Cf}\p{Co}\p{Cn}]|(?! )\p{Z}/u;

/** Whether a name holds what nobody can see: two names could then look the same and be different. */
export function hidesCharacters(name: string): boolean {
  return UNSEEN.test(name);
}

/** Name of a measure, such as `accuracy`. */
export const METRIC = /^[a-z][a-z0-9_.-]{0,59}$/;

/** A reference into a register elsewhere, such as INC-7: one word, because it stands in the log as it is. */
export function isReference(text: string): boolean {
  return /^[^\s\p{C}]{1,80}$/u.test(text);
}

/** Whether there is something to read in it. */
export function isBlank(text: string | null): boolean {
  return text === null || text.trim() === '';
}

/** Whether two texts say the same. What was erased says nothing, so it equals nothing: closed by default. */
export function sameWords(a: string, b: string): boolean {
  return a !== ERASED && plainWords(a) === plainWords(b);
}

/** A text by which two of them are compared: case, spaces and Unicode form do not matter. */
export function plainWords(text: string): string {
  return text.normalize('NFC').trim().replace(/\s+/g, ' ').toLowerCase();
}
