/**
 * Questions for a permission or a duty ("may I ...", "do I have to ...", "can I skip ...") get the rule that decides them
 * first. Yes or no is said only where one statement of the source covers the question's words and binds without a
 * condition; else the statement speaks for itself.
 */
import type { Library } from '#src/knowledge/library.ts';
import type { Draft } from './compose/context.ts';
import { sentence } from './compose/phrases.ts';
import { topicStems } from './text.ts';
import type { Frame } from './understand/frame.ts';

const SUBJECT =
  '(?:i|we|you|one|anyone|anybody|somebody|someone|people|everyone|everybody|(?:a|an|the|our|my|any|every) [\\w-]+(?: [\\w-]+)?)';
const DUTY = new RegExp(
  `\\b(?:do|does) ${SUBJECT} (?:really |actually |always |still )?(?:have|need) to\\b|\\bmust ${SUBJECT}\\b|\\bis (?:it|there) (?:really )?(?:mandatory|required|necessary|obligatory|compulsory)\\b|\\b(?:am|are) ${SUBJECT} (?:required|obliged|expected|supposed) to\\b`,
);
const PERMISSION = new RegExp(
  `\\b(?:may|can|could) ${SUBJECT}\\b|\\b(?:am|are|is) ${SUBJECT} (?:allowed|permitted|free|authori[sz]ed) to\\b|\\bis it (?:ok|okay|fine|allowed|permitted|possible|acceptable)\\b`,
);
const OMITS = /\b(?:skip|without|omit|avoid|bypass|leave out|go around|get around|not have to|forgo|waive)\b/g;
const BINDS = /\b(?:must|required|mandatory|has to|have to|shall|is needed|are needed)\b/i;
/** Says what has to be or must not be; a definition does not decide anything. */
const RULE =
  /\b(?:must|has to|have to|shall|should|only|cannot|may not|needs?|(?:is|are|be) (?:\w+ )?(?:required|needed|mandatory|prohibited|forbidden|allowed|permitted))\b/i;
const DEFINES: readonly string[] = ['definition', 'purpose', 'reason', 'scope', 'example'];
const NEGATES = /\b(?:not|no|never|none|without|cannot|neither|nor)\b/i;
const CONDITION = /\b(?:if|when|where|wherever|unless|except|only|provided|depending|case by case|as far as)\b/i;
/** Words of the question that its rule has to hold, as a share: for yes or no, and to stand first at all. */
const SURE = 0.75;
const FIRST = 0.34;

/** Puts the deciding statement first; every other draft comes back as it is. */
export function directFirst(library: Library, frame: Frame, made: Draft): Draft {
  const duty = DUTY.test(frame.lower);
  if (made.mode !== 'extractive' || made.reason !== null || !(duty || PERMISSION.test(frame.lower))) return made;
  const source = made.sources[0];
  const item = source === undefined ? undefined : library.items.get(source.id);
  if (item === undefined) return made;
  const omits = frame.lower.search(OMITS) >= 0;
  const asked = new Set(topicStems(frame.lower.replace(OMITS, ' ')));
  const rules = item.statements
    .filter(({ text, aspect }) => RULE.test(text) && !DEFINES.includes(aspect))
    .map(({ text }) => ({ text: sentence(text), share: shareOf(asked, text) }))
    .filter(({ text }) => made.answer.includes(text))
    .sort((a, b) => b.share - a.share);
  const [rule] = rules;
  if (rule === undefined || rule.share < FIRST) return made;
  const clear = rule.share >= SURE && BINDS.test(rule.text) && !NEGATES.test(rule.text) && !CONDITION.test(rule.text);
  const verdict = clear && (duty || omits) ? verdictOf(duty && !omits, item.authority === 'binding') : '';
  const rest = made.answer
    .replace(rule.text, '')
    .replace(/\s{2,}/g, ' ')
    .trim();
  const more = /:$/.test(rest) ? '' : ` ${rest}`;
  const place = more === '' ? ` (${rest.slice(0, -1)})` : '';
  return { ...made, answer: `${verdict}${rule.text.replace(/([.!?])$/, `${place}$1`)}${more}` };
}

function verdictOf(yes: boolean, binding: boolean): string {
  if (binding) return yes ? 'Yes: ' : 'No: ';
  return yes ? 'Recommended: ' : 'Not recommended: ';
}

function shareOf(asked: ReadonlySet<string>, text: string): number {
  const stems = new Set(topicStems(text));
  return asked.size === 0 ? 0 : [...asked].filter((word) => stems.has(word)).length / asked.size;
}
