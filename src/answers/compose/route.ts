/** Chooses how a question is answered: refusals, exact look-ups, then retrieval. */
import type { LibraryItem } from '#src/knowledge/library.ts';
import { figureText } from '#src/knowledge/passages.ts';
import type { Query } from '../query.ts';
import type { Ranked, Steer } from '../retrieve.ts';
import { judge } from '../sufficiency.ts';
import { stem, topicStems } from '../text.ts';
import { itemsCiting, withoutReferences } from '../understand/standards.ts';
import { contentStems, hasContent, topicOf } from '../understand/topic.ts';
import { abstain } from './abstain.ts';
import { checklistAnswer } from './checklist.ts';
import type { Context, Draft } from './context.ts';
import { draft, find, itemOf, mayRead, queryOf } from './context.ts';
import { abbreviationAnswer, isscAnswer, roleAnswer, sameBodyAnswer } from './define.ts';
import { documentFact } from './document-facts.ts';
import { figureAnswer, noNumber } from './figure.ts';
import { citingAnswer, guardedAnswer, guardrailAnswer, mappingAnswer } from './mapping.ts';
import { lettersToAnswer, namedAnswer, nobodyNamed, raciAnswer, ssrmAnswer, verifyAnswer } from './owner.ts';
import { OUTSIDE, refusalOf } from './refusals.ts';
import { requirementFrom, secondReading } from './requirement.ts';
import { reverseAnswer, reverseAsked } from './reverse.ts';

/** "according to 1.4" may mean two documents: the one whose section fits what is asked. */
function placed(context: Context): Context {
  const { frame, library } = context;
  const [bare] = frame.ids;
  if (bare === undefined || frame.ids.length !== 1 || frame.documents.length > 0) return context;
  const number = /^(?:POL|WP)-(\d\.\d{1,2})$/.exec(bare.id)?.[1];
  const said = frame.text.slice(bare.start, bare.end);
  if (number === undefined || !/^\d/.test(said)) return context;
  const both = [`POL-${number}`, `WP-${number}`].filter((id) => library.items.has(id));
  if (both.length < 2) return context;
  const topic = topicOf(frame, { letters: frame.asksWho });
  const best = find(context, topic, (item) => {
    const id = context.index.items[item]?.id ?? '';
    if (!both.includes(id)) return 0;
    return frame.letters.length > 0 && context.index.items[item]?.raci === undefined ? 0.5 : 1;
  })[0];
  if (best === undefined || best.id === bare.id) return context;
  return { ...context, frame: { ...frame, ids: [{ ...bare, id: best.id }] } };
}

/** Answers one question about one topic. */
export function routeSingle(given: Context): Draft {
  const context = placed(given);
  const { frame } = context;
  const refused = refusalOf(context);
  if (refused !== null) return refused;
  const fixed = [
    isscAnswer,
    sameBodyAnswer,
    citingFirst,
    checklistAnswer,
    documentFact,
    figureBack,
    unknownRole,
    reverseFirst,
    abbreviationAnswer,
    roleAnswer,
  ];
  for (const attempt of fixed) {
    const done = attempt(context);
    if (done !== null) {
      context.trace('route', attempt.name);
      return done;
    }
  }
  if (frame.ids.length === 0 && !hasContent(topicOf(frame, { letters: frame.asksWho, strict: true })))
    return abstain(context, 'unclear');
  const target = pick(context);
  if (target.item === null) return abstain(context, target.reason, target.near);
  context.trace('item', { id: target.item.id, why: target.why });
  return answerFrom(context, target);
}

function citingFirst(context: Context): Draft | null {
  const { frame } = context;
  const looksBack =
    /\b(?:which|any|what) (?:\w+ )?(?:controls?|sections?|items?|clauses?|parts?|areas?|chapters?|topics?)\b|\bwhat (?:\w+ )?(?:controls?|sections?|clauses?)\b|\bwhere\b|\bmaps? to\b|\bcorresponds?\b|\bwho (?:cites|uses)\b/.test(
      frame.lower,
    );
  if (frame.ids.some((id) => id.known)) return null;
  if (frame.references.length === 0) return looksBack ? guardedAnswer(context) : null;
  const rest = contentStems(withoutReferences(frame.lower).replace(OUTSIDE, ' ')).filter(
    (word) => !/\d|^[a-d]$|^(?:iso|iec|nist|bsi|annex|articl|art|measur|map)/.test(word),
  );
  if (looksBack || rest.length === 0) return citingAnswer(context);
  const cited = frame.references.some((reference) => itemsCiting(context.library, reference).length > 0);
  return cited || frame.asksWho ? null : citingAnswer(context);
}

/** "0.5 % of what?": the items whose figure it is. */
function figureBack(context: Context): Draft | null {
  const { frame, library } = context;
  const value = /(\d+(?:[.,]\d+)?)\s?(?:%|percent)/.exec(frame.lower)?.[1];
  if (value === undefined || contentStems(frame.lower.replace(/[\d.,]+\s?%?|percent/g, ' ')).length > 0) return null;
  const stands = new RegExp(`(?:^|[^\\d.,])${value.replace('.', '\\.')}\\s?(?:%|percent)`);
  const figuresOf = (item: LibraryItem): LibraryItem['figures'] =>
    item.figures.filter((figure) => figure.value !== null && stands.test(figure.value));
  const hits = [...library.items.values()]
    .filter((item) => mayRead(context.audience, item) && figuresOf(item).length > 0)
    .slice(0, 6);
  if (hits.length === 0) return null;
  const answer = hits
    .map(
      (hit) =>
        `${hit.id}: ${figuresOf(hit)
          .map((figure) => `${figure.value} ${figure.of}`)
          .join('; ')}.`,
    )
    .join(' ');
  const sources = hits.map((hit) => ({ id: hit.id, quote: figuresOf(hit).map(figureText).join(' ') }));
  return draft({ answer, sources, items: hits.map((hit) => hit.id) });
}

/** "what is a scrum master responsible for": a role that no document names. */
const DUTIES_OF_A_ROLE =
  /^(?:and |so )?(?:what|which (?:topics|sections|things)) (?:is|are|does|do|must) (?:a|an|the|our) ([a-z][\w &/-]{2,40}?) (?:responsible|accountable|answerable|consulted|informed|answer)(?: (?:for|on|about|of))?\??$|^((?:chief|head of|director of|vp of) [\w &/-]{3,40}?) (?:accountabilities|responsibilities|duties|tasks)\??$/;

function unknownRole(context: Context): Draft | null {
  const { frame } = context;
  const match = DUTIES_OF_A_ROLE.exec(frame.lower);
  const role = match?.[1] ?? match?.[2];
  if (role === undefined || frame.roles.length > 0 || frame.ids.length > 0 || frame.documents.length > 0) return null;
  return abstain(context, 'nobody_named', [], `The documents name no ${role}.`);
}

/** "what is the CISO accountable for in chapter 2.2": an id whose sections have owners, and itself none. */
function isChapter(library: Context['library'], id: string): boolean {
  if (library.items.get(id)?.raci !== undefined) return false;
  return [...library.items.values()].some((item) => item.raci !== undefined && item.id.startsWith(`${id}.`));
}

function reverseFirst(context: Context): Draft | null {
  const { frame, library } = context;
  const known = frame.ids.filter((id) => id.known);
  const chapter = known.length === 1 && isChapter(library, known[0]?.id ?? '') ? known[0]?.id : undefined;
  if (known.length > 0 && chapter === undefined) return null;
  const asked = reverseAsked(context);
  if (asked === null) return null;
  if (chapter !== undefined) return reverseAnswer(context, asked, (id) => id.startsWith(`${chapter}.`));
  if (asked.narrow !== null && frame.yesNo && frame.letters.length > 0) {
    const hit = find(context, asked.narrow, (item) => (context.index.items[item]?.raci === undefined ? 0 : 1))[0];
    if (hit !== undefined && hit.entry >= 0.4)
      return verifyAnswer(context, itemOf(context, hit), asked.role, frame.letters);
  }
  if (asked.narrow !== null && contentStems(asked.narrow).length > 3) return null;
  if (!library.reverse.has(asked.role) && library.roles.get(asked.role)?.definedIn?.startsWith('POL-') === true)
    return null;
  return reverseAnswer(context, asked);
}

type Found = {
  readonly item: LibraryItem;
  readonly query: Query;
  readonly near: readonly LibraryItem[];
  /** Nearly as near as the item; null where the item is clear. */
  readonly rival: LibraryItem | null;
  readonly why: string;
};
type Target =
  | Found
  | { readonly item: null; readonly reason: 'not_in_documents' | 'unclear'; readonly near: readonly LibraryItem[] };

/** The item a question is about: by id, else by retrieval steered by what was understood. */
function pick(context: Context): Target {
  const { frame, library, index } = context;
  const topic = aboutTheDocument(context)
    ? frame.lower
    : topicOf(frame, { letters: frame.asksWho, roles: frame.asksWho });
  const query = queryOf(context, topic);
  const named = frame.ids.find((id) => id.known);
  if (named !== undefined) {
    const item = library.items.get(named.id);
    if (item !== undefined && mayRead(context.audience, item))
      return { item, query, near: [], rival: null, why: 'its id is in the question' };
    return { item: null, reason: 'not_in_documents', near: [] };
  }
  const ranked = find(context, topic, steerFor(context), 6);
  const verdict = judge(index, query, ranked[0], namesDocument(context, ranked[0]));
  context.trace('sufficient', verdict);
  const near = ranked.slice(0, 3).map((hit) => itemOf(context, hit));
  const best = near[0];
  if (best === undefined || !verdict.enough) {
    return { item: null, reason: query.own.length === 0 ? 'unclear' : 'not_in_documents', near };
  }
  const chosen = prefer(context, ranked);
  const missing = missingFocus(context, chosen, query);
  if (missing !== null) {
    context.trace('focus', `the item has nothing on "${missing}"`);
    return { item: null, reason: 'not_in_documents', near };
  }
  return { item: chosen, query, near, rival: rivalOf(context, ranked, chosen), why: verdict.why };
}

/** How near the runner-up has to come, and how near an entry makes the first beyond doubt. */
const RIVAL = 0.85;
const CLEAR_ENTRY = 0.9;

function rivalOf(context: Context, ranked: readonly Ranked[], chosen: LibraryItem): LibraryItem | null {
  const first = ranked[0];
  if (first === undefined || (first.entry >= CLEAR_ENTRY && first.id === chosen.id)) return null;
  const other = ranked.find((hit) => hit.id !== chosen.id);
  if (other === undefined || other.score < RIVAL * first.score) return null;
  const item = itemOf(context, other);
  return item.kind === 'document' ? null : item;
}

/** Nouns that ask for a kind of answer, not for a subject. */
const GENERIC = new Set(
  `standard framework law regulation rule requirement control section clause team role party layer step measure metric
  figure target percentage share value kind type sort technique method tool practice mechanism thing data document doc
  article reference guardrail exec department body technology principle activity criterion criteria asset threat risk
  option phase stage question protocol approach system systems topic area point part element aspect component item duty
  condition case situation benefit reason purpose consequence punishment penalty sanction sector industry example product
  level class classification category label frequency number interval test check action procedure process policy guidance
  guideline norm benchmark best main key new exact specific certain different typical regulatory legal name info
  information detail record feature service people person staff employee group user stakeholder obligation expectation
  word term definition abbreviation algorithm factor attribute characteristic property strategy plan solution initiative
  weakness problem issue challenge concern attack vulnerability task responsibility organisation organization org company
  ai ml model models security sec`
    .split(/\s+/)
    .map((word) => stem(word)),
);

function namesDocument(context: Context, hit: Ranked | undefined): boolean {
  return hit !== undefined && context.frame.documents.includes(itemOf(context, hit).document);
}

const FOCUS =
  /\b(?:what|which)\s+((?:[a-z0-9-]+\s+){0,2}?[a-z0-9-]+)\s+(?:is|are|was|were|do|does|did|must|should|shall|can|may|will|would|has|have|applies|apply|counts?)\b/;

/** "which python version must we use": the noun after the question word has to be a subject of the item. */
function missingFocus(context: Context, item: LibraryItem, query: Query): string | null {
  const { frame, index } = context;
  if (frame.asksWho || frame.ids.length > 0) return null;
  const focus = FOCUS.exec(frame.lower)?.[1];
  if (focus === undefined) return null;
  const stems = index.stemsOf(index.number.get(item.id) ?? -1);
  const missing = topicStems(focus).filter(
    (word) =>
      !stems.has(word) &&
      query.own.includes(word) &&
      !GENERIC.has(word) &&
      !query.neutral.has(word) &&
      !index.fields.has(word) &&
      query.offers.get(word)?.some((offer) => stems.has(offer)) !== true,
  );
  return missing[0] ?? null;
}

/** "how often is the policy updated": the document is the subject, not the place to look. */
function aboutTheDocument(context: Context): boolean {
  const { frame } = context;
  if (frame.documents.length !== 1 || !frame.asksFrequency) return false;
  const rest = contentStems(topicOf(frame, { strict: true }));
  return rest.every((word) =>
    /^(?:updat|review|revis|revisit|refresh|frequent|often|itself|cycl|interv|renew|polici|chang)/.test(word),
  );
}

/** Among near-equals, the item that can answer what is asked: one with a RACI for a question about a letter. */
function prefer(context: Context, ranked: readonly Ranked[]): LibraryItem {
  const { frame } = context;
  const first = ranked[0];
  if (first === undefined) throw new RangeError('nothing ranked');
  const best = itemOf(context, first);
  if (!frame.asksWho && best.authority !== 'binding' && MUST.test(frame.lower) && frame.documents.length === 0) {
    const binding = ranked.find((hit) => itemOf(context, hit).authority === 'binding');
    return binding !== undefined && binding.score >= 0.75 * first.score && binding.entry >= 0.45
      ? itemOf(context, binding)
      : best;
  }
  if (!frame.asksWho || best.raci !== undefined || best.kind === 'control' || best.kind === 'document') return best;
  if (frame.letters.length === 0 && !frame.owns && !frame.loose && best.kind !== 'guide') return best;
  const other = ranked.find((hit) => itemOf(context, hit).raci !== undefined);
  if (other === undefined || other.score < 0.7 * first.score) return best;
  if (
    best.statements.some((statement) => statement.aspect === 'role' || statement.aspect === 'ownership') &&
    other.score < 0.9 * first.score
  )
    return best;
  return itemOf(context, other);
}

const MUST =
  /\bmust\b|\bmandatory\b|\brequire[ds]?\b|\bhave to\b|\bobliged\b|\ballowed\b|\bforbidden\b|\bprohibited\b|\bcompulsory\b|\bdo (?:i|we) (?:need|have to)\b|\bobliged\b|\bobligat\w+\b|\bmay (?:i|we)\b/;
const RECOMMENDS = /\brecommend\w*\b|\bsuggest\w*\b|\bbest practices?\b|\badvises?\b/;

const PERCENT = /%|\bper ?cent|\bpercentage\b|\bshare of\b|\bpct\b/;

/** Steering by what is asked. */
function steerFor(context: Context): Steer {
  const { frame, index } = context;
  const letters = frame.letters.length > 0 || frame.owns || frame.loose;
  return (number) => {
    const item = index.items[number];
    if (item === undefined) return 0;
    let factor = 1;
    if (!frame.asksWho && item.authority === 'binding' && MUST.test(frame.lower)) factor *= 1.15;
    if (item.authority === 'reference' && RECOMMENDS.test(frame.lower)) factor *= 1.15;
    if (frame.asksWho) {
      if (item.raci !== undefined) factor *= 1.15;
      else if (letters && item.kind === 'guide') factor *= 0.75;
      else if (item.kind === 'clause')
        factor *= item.statements.some((statement) => statement.aspect === 'role') ? 1.15 : 0.95;
      if (frame.ssrm && item.ownership !== undefined) factor *= 1.5;
    } else if (item.kind === 'document' && !frame.documents.includes(item.document)) factor *= 0.7;
    if (frame.asksMapping && item.mappings.length > 0) factor *= 1.3;
    if (frame.asksGuardrails && item.guardrails.length > 0) factor *= 1.1;
    if (frame.asksNumber && item.figures.length > 0) factor *= 1.1;
    if (PERCENT.test(frame.lower) && item.figures.some((figure) => figure.value?.includes('%') === true))
      factor *= 1.15;
    if (
      frame.asksFrequency &&
      item.figures.some((figure) => /how often|annual|regular/i.test(`${figure.of} ${figure.value ?? ''}`))
    )
      factor *= 1.2;
    return factor;
  };
}

/** The answer an item gives to what is asked. */
function answerFrom(context: Context, target: Found): Draft {
  const { frame } = context;
  const { item, query, near, rival } = target;
  const layered =
    item.ownership !== undefined &&
    (frame.asksWho || frame.layers.length > 0 || (frame.ssrm && frame.actors.length > 0));
  if (layered && !isAboutAuditOrMapping(context)) return ssrmAnswer(context, item);
  if (item.mappings.length > 0 && (frame.standard !== null || frame.asksMapping || frame.references.length > 0))
    return mappingAnswer(context, item);
  const roleWanted =
    frame.asksWho && !(frame.asksGuardrails && frame.letters.length === 0 && !/\bwho\b|\bwho's\b/.test(frame.lower));
  if (item.raci !== undefined && roleWanted && wantsRaci(context)) {
    const role = frame.yesNo ? frame.roles.find((one) => !one.short) : undefined;
    const letters = lettersToAnswer(frame);
    return role === undefined ? raciAnswer(context, item, letters) : verifyAnswer(context, item, role.role, letters);
  }
  if (item.guardrails.length > 0 && (asksForGuardrails(frame, item) || (frame.standard !== null && !frame.asksNumber)))
    return guardrailAnswer(item);
  if (
    roleWanted &&
    item.kind !== 'responsibility' &&
    !(item.ownership !== undefined && isAboutAuditOrMapping(context))
  ) {
    const named = namedAnswer(context, item, query);
    if (named !== null) return named;
    const raci = near.find((other) => other.raci !== undefined);
    if (frame.letters.length > 0 && raci !== undefined) return nobodyNamed(context, item);
  }
  if (frame.asksNumber || frame.asksFrequency) {
    const figure = figureAnswer(context, item, query);
    if (figure !== null) return figure;
    if (STRICT_NUMBER.test(frame.lower) || (frame.asksFrequency && /\bhow often\b/.test(frame.lower)))
      return noNumber(context, item, query);
  }
  return withRival(context, requirementFrom(context, item, query), query, rival);
}

/** The runner-up nearly as near as the first: both readings are answered, the nearer one first. */
function withRival(context: Context, first: Draft, query: Query, rival: LibraryItem | null): Draft {
  if (rival === null || first.reason !== null) return first;
  const other = secondReading(context, rival, query);
  if (other === null) return first;
  context.trace('rival', rival.id);
  return {
    ...first,
    answer: `${first.answer} Also: ${other.answer}`,
    sources: [...first.sources, ...other.sources],
    related: first.related.filter((id) => id !== rival.id),
  };
}

/** "coverage goal for frameworks": a number is asked for, unless guardrails are named as such. */
function asksForGuardrails(frame: Context['frame'], item: LibraryItem): boolean {
  if (!frame.asksGuardrails) return false;
  return !frame.asksNumber || item.figures.length === 0 || /\bguard-?rails?\b|\bstandards?\b/.test(frame.lower);
}

/** A number is asked for in so many words; without one there is no answer. */
const STRICT_NUMBER =
  /\bhow many\b|\bnumber of\b|%|\bper ?cent|\bpercentage\b|\bhow long\b|\bdays\b|\bhours\b|\b(?:minimum|maximum|min|max) (?:\w+ )?(?:number|length|size|rate|time|duration|score|age)\b|\bin (?:ms|milliseconds|seconds|minutes|months|years|requests|tokens|gb|mb)\b|\bper (?:second|minute|hour|day)\b|\b\w+ scores?\b/;

/** "who may touch the signing infrastructure" asks for access rules, not for the RACI. */
function wantsRaci(context: Context): boolean {
  const { frame } = context;
  if (frame.letters.length > 0 || frame.owns || frame.loose) return true;
  return !/\bwho(?:m)? (?:may|can|is allowed|are allowed|should be able|should have access|has access|gets? access|is permitted|could|has the right|have the right|is entitled|are entitled|benefits?|is affected|are affected|is exempt|needs? training|takes? part|participates?)\b/.test(
    frame.lower,
  );
}

function isAboutAuditOrMapping(context: Context): boolean {
  const { frame } = context;
  if (frame.layers.length > 0) return false;
  if (frame.letters.length > 0 || frame.owns) return false;
  return (
    frame.standard !== null ||
    frame.asksMapping ||
    /\baudit\w*|\bchecks?\b|\bverif\w+|\bexamin\w+|\binspect\w*|\breview\w*/.test(frame.lower)
  );
}
