/** Picks the item a question is about, or finds that none is. */
import type { LibraryItem } from '#src/knowledge/library.ts';
import type { Query } from '../query.ts';
import type { Ranked, Steer } from '../retrieve.ts';
import { judge } from '../sufficiency.ts';
import { isStopWord, stem, topicStems } from '../text.ts';
import { contentStems, topicOf } from '../understand/topic.ts';
import type { Context } from './context.ts';
import { find, itemOf, mayRead, queryOf } from './context.ts';

/** The item a question is about, with what was near. */
export type Found = {
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
export function pick(context: Context): Target {
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
  const missing =
    missingFocus(context, chosen, query) ?? strayAbbreviation(context, chosen, query, ranked[0]?.entry ?? 0);
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
export const GENERIC = new Set(
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

/** An abbreviation that the documents spell out and this item has in neither form ("the CVSS threshold for drift"). */
function strayAbbreviation(context: Context, item: LibraryItem, query: Query, entry: number): string | null {
  const { frame, index, library } = context;
  if (entry >= CLEAR_ENTRY || frame.asksWho || frame.compares) return null;
  const stems = index.stemsOf(index.number.get(item.id) ?? -1);
  const stray = Object.keys(library.glossary.abbreviations).find((short) => {
    const word = stem(short.toLowerCase());
    const said = query.own.includes(word) && !stems.has(word) && !isStopWord(short.toLowerCase());
    return said && query.offers.get(word)?.some((offer) => stems.has(offer)) !== true;
  });
  return stray ?? null;
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

/** How near an item with a percentage has to come to a nearer one without, when a percentage is asked for. */
const WITH_PERCENTAGE = 0.6;

/** "what % of our models": the nearest item that has a percentage, or says that it sets none; null when none is near. */
function withPercentage(context: Context, ranked: readonly Ranked[]): LibraryItem | null {
  const least = WITH_PERCENTAGE * (ranked[0]?.score ?? 0);
  const has = (item: LibraryItem): boolean =>
    item.figures.some(({ of, value }) => value?.includes('%') === true || PERCENT.test(of));
  const near = ranked.filter((hit) => hit.score >= least).map((hit) => itemOf(context, hit));
  return near.find(has) ?? null;
}

/** How near a binding item has to come to a nearer one: closely, or with the question's own words and a near entry. */
const BINDING = { close: 0.82, closeEntry: 0.5, far: 0.6, entry: 0.7, coverage: 0.8 } as const;
const SAME_QUESTION = 0.97;

/** "must we detect drift": the rule is meant, unless somebody asked the very question of the other item. */
function bindingIsMeant(first: Ranked, binding: Ranked): boolean {
  if (first.entry >= SAME_QUESTION && first.nearest?.kind === 'question') return false;
  const share = binding.score / first.score;
  if (share >= BINDING.close && binding.entry >= BINDING.closeEntry) return true;
  return share >= BINDING.far && binding.entry >= BINDING.entry && binding.coverage >= BINDING.coverage;
}

/** Among near-equals, the item that can answer what is asked: one with a RACI for a question about a letter. */
function prefer(context: Context, ranked: readonly Ranked[]): LibraryItem {
  const { frame } = context;
  const first = ranked[0];
  if (first === undefined) throw new RangeError('nothing ranked');
  const best = itemOf(context, first);
  if (first.literal === true) return best;
  if (!frame.asksWho && PERCENT.test(frame.lower)) return withPercentage(context, ranked) ?? best;
  if (!frame.asksWho && best.authority !== 'binding' && MUST.test(frame.lower) && frame.documents.length === 0) {
    const binding = ranked.find((hit) => itemOf(context, hit).authority === 'binding');
    return binding !== undefined && bindingIsMeant(first, binding) ? itemOf(context, binding) : best;
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
  /\bmust\b|\bmandatory\b|\brequire[ds]?\b|\bha(?:ve|s) to\b|\ballowed\b|\bforbid\w*|\bprohibit\w*|\bbanned\b|\bcompulsory\b|\bneed(?:s|ed)?\b|\boblig\w+|\bpermit(?:ted)?\b|\bdemand\w*|\brules?\b|\b(?:can|may|could) (?:we|i)\b|\benough\b|\bsufficient\b|\b(?:ok|okay|fine|acceptable) (?:to|if|with)\b|^(?:(?:so|and|but|hey|hi|ok|btw|um|well)[ ,]+)*(?:do|does|are|is) (?!there\b)/;
const RECOMMENDS =
  /\brecommend\w*\b|\bsuggest\w*\b|\bbest practices?\b|\badvis\w+|\bshould\b|\bhow (?:do|can|to|would|could) (?:we|i|you|one)?\b/;

const PERCENT = /%|\bper ?cent|\bpercentage\b|\bshare of\b|\bpct\b/;

/** Steering by what is asked. */
function steerFor(context: Context): Steer {
  const { frame, index } = context;
  const letters = frame.letters.length > 0 || frame.owns || frame.loose;
  return (number) => {
    const item = index.items[number];
    if (item === undefined) return 0;
    let factor = 1;
    if (!frame.asksWho && item.authority === 'binding' && MUST.test(frame.lower)) factor *= 1.1;
    if (item.authority === 'reference' && RECOMMENDS.test(frame.lower)) factor *= 1.1;
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
