/** Questions that ask for several things about one topic: its text and its owner, its number and its mapping. */
import type { Frame } from '../understand/frame.ts';
import { contentStems, topicOf } from '../understand/topic.ts';
import type { Context } from './context.ts';
import { clausesOf, leadOf, PRONOUN, partFrame } from './parts.ts';

/** A clause that asks by itself: "when we retire a model" only says when. */
const ASKS =
  /^(?:(?:and|so|but|also) )?(?:(?:who|whos|who's|whose|whom|what|whats|what's|which)\b|(?:how|when|where|why)(?:'s| (?:many|much|often|long|is|are|do|does|did|must|should|can|could|would|to)\b)|(?:is|are|do|does|must|should|can|may|has|have)\b)/i;

type Aspect = 'who' | 'number' | 'mapping' | 'text';

function aspectOf(part: Frame): Aspect {
  if (part.asksWho) return 'who';
  if (part.asksMapping || part.standard !== null || part.references.length > 0) return 'mapping';
  return part.asksNumber || part.asksFrequency ? 'number' : 'text';
}

/** "what is a canary release and who is accountable for it": one topic, asked for its text and for its owner. */
export function byAspects(context: Context): readonly Frame[] | null {
  const { frame } = context;
  const known = frame.ids.filter((id) => id.known);
  if (known.length > 1) return null;
  // A topic set off by a comma may be the first of the things asked; one before a colon is what all of them are about.
  const { prefix, body } = /^[^:?]{3,80}(?::| - )/.test(frame.text)
    ? leadOf(frame.text)
    : { prefix: '', body: frame.text };
  const clauses = clausesOf(body);
  if (clauses.length < 2 || clauses.length > 3 || clauses.some((clause) => !ASKS.test(clause))) return null;
  const parts = clauses.map((clause) => ({ clause, frame: partFrame(context, clause, true) }));
  if (new Set(parts.map((part) => aspectOf(part.frame))).size < 2) return null;
  const topics = parts.map((part) => contentStems(topicOf(part.frame, { letters: true, strict: true })));
  const lead = parts[topics.findIndex((topic) => topic.length > 0)];
  if (lead === undefined && known.length === 0 && prefix === '') return null;
  const about = prefix !== '' ? prefix : lead === undefined ? '' : topicOf(lead.frame, { letters: true, strict: true });
  const place = frame.documents.length === 1 ? frame.documents : [];
  return parts.map((part, at): Frame => {
    const leans =
      (part !== lead || prefix !== '') && (topics[at]?.length === 0 || PRONOUN.test(part.clause.toLowerCase()));
    const full = leans ? partFrame(context, `${part.clause} ${about}`, true) : part.frame;
    const { lower, asksWho, letters } = part.frame;
    const owned = asksWho ? {} : { layers: [], ssrm: false };
    const asks = { ...full, lower, asksWho, letters, ...owned };
    const documents = part.frame.documents.length > 0 || part.frame.asksWho ? part.frame.documents : place;
    return {
      ...asks,
      documents,
      ids: full.ids.length > 0 ? full.ids : known.map((id) => ({ ...id, start: 0, end: 0 })),
    };
  });
}
