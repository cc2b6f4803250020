/** Questions that are turned down before anything is looked up: orders, unknown ids, what no document records. */
import type { LibraryItem } from '#src/knowledge/library.ts';
import { contentStems, topicOf } from '../understand/topic.ts';
import { abstain } from './abstain.ts';
import type { Context, Draft } from './context.ts';
import { find, itemOf } from './context.ts';

/** Orders, instructions, unknown ids, and attributes that no document records. */
export function refusalOf(context: Context): Draft | null {
  const { frame, library } = context;
  if (frame.refusal !== null) return abstain(context, frame.refusal);
  const unknown = frame.ids.find((id) => !id.known);
  if (unknown !== undefined && !frame.ids.some((id) => id.known)) return unknownId(context, unknown.id);
  const near = (): readonly LibraryItem[] =>
    find(context, topicOf(frame), () => 1, 3).map((hit) => itemOf(context, hit));
  if (frame.attribute === 'price') return abstain(context, 'no_price_recorded', near());
  if (frame.attribute === 'person') return abstain(context, 'no_person_recorded', near());
  if (frame.attribute === 'state' && !asksTheTable(frame)) return abstain(context, 'not_in_documents', near());
  if (frame.attribute === 'fine') return abstain(context, 'not_in_documents', near());
  if (frame.attribute === 'date' && !frame.asksFrequency) return abstain(context, 'no_date_recorded', near());
  const bare =
    /^(?:and |so )?who(?: exactly| actually)?(?:'s|s| is| are) (?:our |the |your |currently |now |actually |exactly )*([\w /&-]+?)(?: (?:here|now|currently|today|at the moment|right now|these days))?\s*\??$/.exec(
      frame.lower,
    )?.[1];
  const held = bare === undefined ? null : library.roles.canonical(bare);
  if (held !== null && frame.letters.length === 0)
    return abstain(
      context,
      'no_person_recorded',
      near(),
      `The documents name the ${held} as a role; which person holds it is not recorded in them.`,
    );
  return emptyAtSource(context) ?? outsideText(context);
}

/** Letters and standards are answered from the tables, whatever else the sentence says about now and us. */
function asksTheTable(frame: Context['frame']): boolean {
  return (
    frame.letters.length > 0 ||
    frame.asksGuardrails ||
    (frame.asksMapping && frame.standard !== null) ||
    (frame.standard !== null && frame.ids.some((id) => id.known))
  );
}

/** Names of outside standards and laws. */
export const OUTSIDE =
  /\b(?:gdpr|hipaa|ccpa|sox|dora|nis ?2|pci(?:[- ]dss)?|soc ?2|cobit|togaf|fedramp|mitre(?: atlas| att&ck)?|owasp(?: top (?:10|ten))?|iso(?:\/iec)?(?: \d{4,5})?|nist(?: sp)?(?: \d{3}-\d+)?|(?:eu )?ai act|executive order|cis (?:controls|benchmarks))\b/g;
const ASKS_CONTENT =
  /\b(?:says?|said|summar\w+|requires?|demands?|contains?|contents?|explain|describe|regulates?|states?|tell me about|overview)\b/;

/** The text of an outside standard or law: the documents refer to it and do not hold it. */
function outsideText(context: Context): Draft | null {
  const { frame } = context;
  if (frame.documents.length > 0 || frame.ids.some((id) => id.known) || frame.asksWho || frame.asksGuardrails)
    return null;
  if (!ASKS_CONTENT.test(frame.lower) || frame.lower.search(OUTSIDE) < 0) return null;
  const rest = frame.lower.replace(OUTSIDE, ' ').replace(ASKS_CONTENT, ' ');
  const about = contentStems(rest).filter((word) => !/\d/.test(word));
  const named = /\b(?:what|how) (?:does|do|is)\b[^?]{0,20}$/.test(frame.lower.slice(0, frame.lower.search(OUTSIDE)));
  return about.length === 0 || named
    ? abstain(context, 'not_in_documents', [], 'The documents refer to this standard or law and do not hold its text.')
    : null;
}

function unknownId(context: Context, id: string): Draft {
  const { library } = context;
  const prefix = id.slice(0, id.lastIndexOf('-'));
  const parent = id.replace(/\.\d+$/, '');
  const siblings = [...library.items.values()].filter(
    (item) => item.id.startsWith(parent) || (prefix.startsWith('AICM') && item.id.startsWith('AICM-')),
  );
  const family =
    siblings.length > 0
      ? siblings
      : [...library.items.values()].filter((item) => item.id.startsWith(`${prefix}-`)).slice(-1);
  if (prefix.startsWith('AICM')) {
    const held = siblings
      .map((item) => item.id)
      .slice(0, 10)
      .join(' and ');
    return abstain(
      context,
      'not_indexed',
      siblings.slice(0, 2),
      `${id.replace('AICM-', '')} is not in the library: of the AI Controls Matrix it holds ${held} only.`,
    );
  }
  const last = [...library.items.values()]
    .filter((item) => item.id.startsWith(`${prefix}-`) && /\d/.test(item.id))
    .at(-1);
  const near = parent === id && last !== undefined ? [last] : family.slice(0, 3);
  return abstain(context, 'unknown_id', near, `There is no ${id} in the library.`);
}

/** "what is the threat coverage of AIS-06": a part that the source leaves blank. */
function emptyAtSource(context: Context): Draft | null {
  const { frame, library } = context;
  const known = frame.ids
    .filter((id) => id.known)
    .map((id) => library.items.get(id.id))
    .filter((item) => item !== undefined);
  const pool = known.length > 0 ? known : [...library.items.values()].filter((item) => item.empty.length > 0);
  for (const item of pool) {
    for (const part of item.empty) {
      if (part.length < 6 || !containsWords(frame.lower, part)) continue;
      if (known.length === 0 && !(part.includes(' ') && aboutItem(context, item))) continue;
      return abstain(context, 'empty_at_source', [item], `${item.id} leaves this empty at the source: ${part}.`);
    }
  }
  return null;
}

function aboutItem(context: Context, item: LibraryItem): boolean {
  const best = find(context, topicOf(context.frame), () => 1, 1)[0];
  return best?.id === item.id || context.frame.documents.includes(item.document);
}

function containsWords(lower: string, part: string): boolean {
  const words = part
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word.length > 2 && word !== 'the' && word !== 'and');
  return words.every((word) => lower.includes(word.replace(/s$/, '')));
}
