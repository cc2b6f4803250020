/** Questions about several topics: each part is answered by itself, then they are put together. */

import type { LibraryItem } from '#src/knowledge/library.ts';
import type { Ranked } from '../retrieve.ts';
import type { Frame } from '../understand/frame.ts';
import { contentStems, topicOf, topicWords } from '../understand/topic.ts';
import { byAspects } from './aspects.ts';
import type { Context, Draft, Source } from './context.ts';
import { draft, find } from './context.ts';
import { overlapAnswer } from './mapping.ts';
import { CLAUSE_START, clausesOf, leadOf, PRONOUN, partFrame, withAntecedent } from './parts.ts';
import { GENERIC } from './pick.ts';
import { routeSingle } from './route.ts';
import { bySides, byVersus, raciOnly } from './sides.ts';

const MOST_PARTS = 4;
/** Answers a question about several topics, or about one topic in several ways; null when it has only one part. */
export function multiAnswer(context: Context): Draft | null {
  if (context.frame.refusal !== null) return null;
  const shared = sharedReferences(context);
  if (shared !== null) return shared;
  const topics = byIds(context) ?? byDocuments(context) ?? bySides(context) ?? byVersus(context) ?? byClauses(context);
  return together(context, topics, 2) ?? together(context, byAspects(context), 1);
}

/** "which ISO 42001 references do both controls cite": those that every control named has, or that none is. */
function sharedReferences(context: Context): Draft | null {
  const { frame, library } = context;
  if (frame.standard === null || !/\b(?:shared?|common|overlap\w*|both|same)\b/.test(frame.lower)) return null;
  const items = (byIds(context) ?? []).flatMap((part) => part.ids.map(({ id }) => library.items.get(id)));
  const controls = items.filter((item) => item !== undefined && item.mappings.length > 0);
  return controls.length < 2 ? null : overlapAnswer(context, controls as readonly LibraryItem[]);
}

/** Each part's answer after the other; null when fewer items than `least` answer them all, or none does. */
function together(context: Context, parts: readonly Frame[] | null, least: number): Draft | null {
  const { frame } = context;
  if (parts === null) return null;
  const drafts = parts.slice(0, MOST_PARTS).map((part) => routeSingle({ ...context, frame: part }));
  const unanswered = drafts.filter((one) => one.reason !== null).length;
  if (unanswered === drafts.length || (unanswered > 0 && routeSingle(context).reason !== null)) return null;
  const sources = drafts.flatMap((one) => one.sources.slice(0, 1));
  const distinct = new Set(sources.map((source) => source.id));
  if (distinct.size < least && drafts.length > 1 && !drafts.some((one) => one.reason !== null)) return null;
  context.trace(
    'parts',
    parts.map((part) => part.text),
  );
  const rest = drafts.flatMap((one) => one.sources.slice(1));
  const body = drafts.map((one) => one.answer).join(' ');
  return draft({
    answer: `${verdict(frame, drafts)}${body}`,
    mode: drafts.some((one) => one.mode === 'extractive') ? 'extractive' : 'facts',
    sources: unique([...sources, ...rest]),
    related: [...new Set(drafts.flatMap((one) => one.related))].slice(0, 4),
    letters: frame.letters,
    ...tables(drafts),
  });
}

/** The one table among the parts: "what is a canary release and who is accountable" has one. */
function tables(drafts: readonly Draft[]): Pick<Draft, 'roles' | 'owners'> {
  const [only, ...more] = drafts.filter((one) => one.roles !== null || one.owners !== null);
  return only === undefined || more.length > 0
    ? { roles: null, owners: null }
    : { roles: only.roles, owners: only.owners };
}

function unique(sources: readonly Source[]): readonly Source[] {
  return sources.filter((source, index) => sources.findIndex((other) => other.id === source.id) === index);
}

/** "The same in both." or "They differ." where the question asks exactly that and the tables can tell. */
function verdict(frame: Frame, drafts: readonly Draft[]): string {
  if (!/\bsame\b|\balike\b|\bidentical\b|\bdiffer\w*|\bequal\w*|\bcompar\w+/.test(frame.lower) || drafts.length !== 2)
    return '';
  const [a, b] = drafts.map((one) =>
    one.owners !== null ? JSON.stringify(one.owners) : one.roles !== null ? JSON.stringify(one.roles) : null,
  );
  if (a === undefined || b === undefined || a === null || b === null) return '';
  return a === b ? 'The same in both. ' : 'They differ. ';
}

/** "what does our policy say and what does the paper say": the same question to two documents. */
const SAYS_EACH =
  /\b(?:what|how) (?:do|does|did) (?:the |our )?[\w ]{2,24}? (?:say|require|want|recommend|ask|handle|treat)\w*(?: about it| on it)?(?: to)?,? (?:and|but|vs\.?|versus) (?:what |how )?(?:does |do |did )?(?:the |our )?(?:\w+ ){1,3}(?:say|require|want|recommend|ask|handle|treat|do)\w*\b|\b(?:policy|paper|white ?paper|guide) and (?:the |our )?(?:policy|paper|white ?paper|guide) (?:say|require|want|recommend|ask|handle|treat)\w*\b/;

/** "compare policy and whitepaper on encryption": the same topic in each document named. */
function byDocuments(context: Context): readonly Frame[] | null {
  const { frame } = context;
  if (
    frame.documents.length !== 2 ||
    !(
      frame.compares ||
      /\bor\b/.test(frame.lower) ||
      SAYS_EACH.test(frame.lower) ||
      (!frame.asksWho && !CLAUSE_START.test(frame.text))
    )
  )
    return null;
  const parts = frame.documents.map(
    (document): Frame => ({ ...partFrame(context, frame.text, false), documents: [document] }),
  );
  const topic = contentStems(
    topicOf(frame, { letters: true, strict: true }).replace(/\bpolicy\b|\bguide\b|\bisms\b/g, ' '),
  );
  return topic.length > 0 ? parts : null;
}

const BOTH_CONTROLS =
  /\b(?:both|two|all|either|each)(?: of)?(?: the| our| these| those)?(?: \w+)? controls?\b|\bboth (?:aicm|of the controls)\b/;

/** "in both controls": every control of the library that has ownership by layer. */
function bothControls(context: Context): readonly Frame[] | null {
  const { frame, library } = context;
  const controls = [...library.items.values()].filter((item) => item.ownership !== undefined).slice(0, MOST_PARTS);
  if (controls.length < 2) return null;
  return controls.map((item) => ({
    ...partFrame(context, frame.text, false),
    ids: [{ id: item.id, known: true, start: 0, end: 0 }],
    documents: [item.document],
  }));
}

/** In so many words, or as a comparison of "the controls" by what only controls have. */
function namesBothControls(frame: Frame): boolean {
  if (BOTH_CONTROLS.test(frame.lower)) return true;
  const compares = /\b(?:differ\w*|same|alike|compar\w+|identical)\b/.test(frame.lower);
  return compares && /\bcontrols\b/.test(frame.lower) && (frame.ssrm || frame.standard !== null || frame.asksMapping);
}

function byIds(context: Context): readonly Frame[] | null {
  const { frame, library } = context;
  if (frame.ids.length === 0 && namesBothControls(frame)) return bothControls(context);
  if (frame.ids.length < 2) return null;
  const known = frame.ids.filter((id) => id.known);
  if (known.length === 0) return null;
  const prefixes = new Set(frame.ids.map((id) => id.id.slice(0, id.id.indexOf('-'))));
  const nested = known.length === 1 && prefixes.size > 1;
  if (nested) return null;
  return frame.ids.map((id) => {
    let text = frame.text;
    for (const other of [...frame.ids].sort((a, b) => b.start - a.start)) {
      if (other.id !== id.id) text = `${text.slice(0, other.start)} ${text.slice(other.end)}`;
    }
    const part = partFrame(context, text, false);
    const named = library.items.get(id.id);
    return {
      ...part,
      ids: [{ ...id, start: 0, end: 0 }],
      text: topicOf({ ...part }),
      documents: named === undefined ? [] : [named.document],
    };
  });
}

const POLICY_PREFIX = /\b(?:policy|paper|white ?paper|guide|isms)\b/i;

/** A clause that names no document is about the one named before it when it leaves something out or has its prefix. */
function placed(part: Frame, clause: string, prefix: string, documents: readonly string[]): Frame {
  if (part.documents.length > 0 || part.asksWho || documents.length === 0) return part;
  const elliptic = /^(?:and )?(?:what|how) about\b/i.test(clause);
  return elliptic || POLICY_PREFIX.test(prefix) ? { ...part, documents } : part;
}

const ASKS_FOR_SEVERAL = /^(?:what|how|when|where|why)\b.*\b(?:them|those|these)\b/i;

/** What a clause that points back at the one before it asks about, when both ask alike. */
function resolved(clause: string, before: string): string {
  const asks = /^who\b/i.test(clause)
    ? /^who\b/i.test(before)
    : ASKS_FOR_SEVERAL.test(clause) && CLAUSE_START.test(before);
  return asks ? withAntecedent(clause, before, /\b(?:them|those|these)\b/) : clause;
}

function byClauses(context: Context): readonly Frame[] | null {
  const { frame } = context;
  const { prefix, body } = leadOf(frame.text);
  const clauses = clausesOf(body);
  if (clauses.length < 2) return null;
  const place = POLICY_PREFIX.test(prefix) || frame.documents.length === 1 ? frame.documents : [];
  const parts = clauses.map((said, at) => {
    const clause = resolved(said, clauses[at - 1] ?? '');
    const alone = placed(partFrame(context, clause, true), clause, prefix, place);
    const asked = topicOf(alone, { letters: true, strict: true });
    const content = contentStems(asked);
    const complete = content.length > 1 && !PRONOUN.test(clause.toLowerCase());
    const whole = prefix === '' ? alone : partFrame(context, complete ? clause : `${clause} ${prefix}`, true);
    return {
      frame: prefix === '' ? alone : { ...whole, documents: alone.documents },
      content,
      // "who is told afterwards" says no topic of its own.
      bare: content.every((word) => GENERIC.has(word)) || (alone.asksWho && topicWords(asked).length === 0),
      documents: alone.documents.join(),
    };
  });
  const known = frame.ids.filter((id) => id.known);
  if (known.length === 1 && parts.some((part) => part.frame.ids.length === 0 && part.content.length < 2)) return null;
  if (prefix === '' && parts.slice(1).some(({ bare }) => bare)) return null;
  const standing = parts.filter((part) => part.content.length > 0 || (part.documents !== '' && prefix !== ''));
  if (standing.length < 2) return null;
  if (standing.length !== parts.length && prefix === '') return null;
  if (standing.some((part) => PRONOUN.test(part.frame.lower) && prefix === '')) return null;
  const tops = standing.map((part) => topItem(context, part.frame));
  const sameDocuments = new Set(standing.map((part) => part.documents)).size === 1;
  if (sameDocuments && new Set(tops.map((top) => top?.id)).size === 1) return null;
  if (tops.some((top) => top === null || (top.entry < 0.4 && top.coverage < 0.6))) return null;
  return bettersWhole(context, tops) ? standing.map((part) => part.frame) : null;
}

/** A question whose whole is clearly about an item that none of its parts is about has one topic. */
function bettersWhole(context: Context, tops: readonly (Ranked | null)[]): boolean {
  const whole = topItem(context, context.frame);
  if (whole === null || tops.some((top) => top?.id === whole.id)) return true;
  return tops.every((top) => top !== null && top.entry > whole.entry + 0.1);
}

function topItem(context: Context, part: Frame): Ranked | null {
  const sub = { ...context, frame: part };
  return (
    find(
      sub,
      topicOf(part, { letters: part.asksWho, roles: part.asksWho }),
      (item) => 0.8 + 0.2 * raciOnly(sub)(item),
      1,
    )[0] ?? null
  );
}
