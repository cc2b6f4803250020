/** Chooses how a question is answered: refusals, exact look-ups, then retrieval. */
import type { LibraryItem } from '#src/knowledge/library.ts';
import { figureText } from '#src/knowledge/passages.ts';
import type { Query } from '../query.ts';
import { itemsCiting, withoutReferences } from '../understand/standards.ts';
import { contentStems, hasContent, topicOf } from '../understand/topic.ts';
import { abstain } from './abstain.ts';
import { chapterAnswer, withinChapter } from './chapter.ts';
import { checklistAnswer } from './checklist.ts';
import type { Context, Draft } from './context.ts';
import { draft, find, itemOf, mayRead } from './context.ts';
import { abbreviationAnswer, isscAnswer, roleAnswer, sameBodyAnswer } from './define.ts';
import { documentFact } from './document-facts.ts';
import { figureAnswer, noNumber } from './figure.ts';
import { citingAnswer, guardedAnswer, guardrailAnswer, mappingAnswer } from './mapping.ts';
import { lettersToAnswer, namedAnswer, nobodyNamed, raciAnswer, ssrmAnswer, verifyAnswer } from './owner.ts';
import type { Found } from './pick.ts';
import { pick } from './pick.ts';
import { OUTSIDE, refusalOf } from './refusals.ts';
import { requirementFrom, secondReading } from './requirement.ts';
import { chapterNamed, isChapter, reverseAnswer, reverseAsked } from './reverse.ts';
import { yearAnswer } from './year.ts';

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
  const context = withinChapter(placed(given));
  const { frame } = context;
  const dated = frame.refusal === null ? yearAnswer(context) : null;
  if (dated !== null) return dated;
  const refused = (frame.refusal === null ? chapterAnswer(context) : null) ?? refusalOf(context);
  if (refused !== null) return refused;
  const fixed = [
    isscAnswer,
    sameBodyAnswer,
    citingFirst,
    checklistAnswer,
    documentFact,
    figureBack,
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
    /\b(?:which|any|what) (?:\w+ )?(?:controls?|sections?|items?|clauses?|parts?|areas?|chapters?|topics?|responsibilities)\b|\b(?:all|the) (?:places|sections|topics|areas|chapters|controls|parts)\b|\bwhat (?:\w+ )?(?:controls?|sections?|clauses?)\b|\b(?:sections?|controls?|clauses?|items?) (?:that|which|with|where|citing|using|naming)\b|\bwhere\b|\bmaps? to\b|\bcorresponds?\b|\bwho (?:cites|uses)\b/.test(
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

function reverseFirst(context: Context): Draft | null {
  const { frame, library } = context;
  const known = frame.ids.filter((id) => id.known);
  const named = frame.documents.length === 0 ? known[0]?.id.replace(/^POL-/, 'WP-') : known[0]?.id;
  const chapter = known.length === 1 && isChapter(library, named ?? '') ? named : undefined;
  if (known.length > 0 && chapter === undefined) return null;
  const asked = reverseAsked(context);
  if (asked === null) return null;
  const within = chapter ?? chapterNamed(context, asked);
  if (within !== null) return reverseAnswer(context, asked, (id) => id.startsWith(`${within}.`));
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

/** The answer an item gives to what is asked. */
function answerFrom(context: Context, target: Found): Draft {
  const { frame } = context;
  const { item, query, near, rival } = target;
  const layered =
    item.ownership !== undefined &&
    (frame.asksWho || frame.layers.length > 0 || (frame.ssrm && frame.actors.length > 0 && !DEFINES.test(frame.lower)));
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
    if (frame.letters.length > 0 && raci !== undefined && NAMES_WANTED.test(frame.lower))
      return nobodyNamed(context, item);
  }
  if (frame.asksNumber || frame.asksFrequency) {
    const figure = figureAnswer(context, item, query);
    if (figure !== null) return figure;
    if (STRICT_NUMBER.test(frame.lower) || (frame.asksFrequency && /\bhow often\b/.test(frame.lower)))
      return noNumber(context, item, query);
  }
  const required = requirementFrom(context, item, query);
  const ownerless = roleWanted && frame.owns && item.raci === undefined && required.reason === null;
  const first = ownerless ? { ...required, answer: `${required.answer} ${NO_OWNER}` } : required;
  return withRival(context, first, query, rival);
}

/** Behind what an item says of a topic whose owner was asked for, and which it does not name. */
const NO_OWNER = 'It names nobody as the owner.';

/** "what is a model provider, and which companies are examples": the definition, not who owns which layer. */
const DEFINES =
  /\bwhat (?:is|are|does) (?:an? |the )?\w+ (?:provider|customer)s?\b(?! (?:responsible|accountable))|\bdefin\w+|\bexamples?\b|\bmeans?\b|\bcompanies\b/;

/** "my responsibilities with PaaS" asks for duties; a team or a person is asked for in other words. */
const NAMES_WANTED =
  /\bwho\b|\bwho'?s\b|\bwhom\b|\bwhose\b|\b(?:accountable|responsible|consulted|informed)\b|\b(?:which|what) (?:\w+ )?(?:team|role|person|body|board|department)s?\b/;

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
  /\bhow many\b|\bnumber of\b|%|\bper ?cent|\bpercentage\b|\bhow long\b|\bdeadlines?\b|\bcut-?off\b|\bdays\b|\bhours\b|\b(?:minimum|maximum|min|max) (?:\w+ )?(?:number|length|size|rate|time|duration|score|age|limit)\b|\bin (?:ms|milliseconds|seconds|minutes|months|years|requests|tokens|gb|mb)\b|\bper (?:second|minute|hour|day)\b|\b\w+ scores?\b/;

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
  if (/\baudit(?:ing|or|s)?(?:'s)? (?:guid\w+|steps?|criteria|procedures?|checks?)\b|\bauditing\b/.test(frame.lower))
    return true;
  if (frame.letters.length > 0 || frame.owns) return false;
  return (
    frame.standard !== null ||
    frame.asksMapping ||
    /\baudit\w*|\bchecks?\b|\bverif\w+|\bexamin\w+|\binspect\w*|\breview\w*/.test(frame.lower)
  );
}
