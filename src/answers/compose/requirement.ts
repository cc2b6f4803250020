/** What an item says about the part asked for, in its own statements. */
import type { LibraryItem } from '#src/knowledge/library.ts';
import { itemPassages } from '#src/knowledge/passages.ts';
import type { Aspect } from '#src/knowledge/schema.ts';
import type { Query } from '../query.ts';
import { topicStems } from '../text.ts';
import type { Context, Draft } from './context.ts';
import { draft } from './context.ts';
import { guardrailAnswer } from './mapping.ts';
import { introduces, sentence } from './phrases.ts';
import type { Scored } from './statements.ts';
import { aspectsAsked, scoreStatements } from './statements.ts';

const MOST = 9;
/** Aspects that nearly every question's words point at. */
const VAGUE: readonly string[] = [
  'definition',
  'scope',
  'role',
  'ownership',
  'risk',
  'example',
  'note',
  'gap',
  'mapping',
];

/** Composes the answer from one item. */
export function requirementFrom(context: Context, item: LibraryItem, query: Query): Draft {
  const chosen = chooseStatements(context, item, query);
  context.trace(
    'statements',
    chosen.map(({ index, aspect, score }) => ({ index, aspect, score })),
  );
  const said = extract(context, item, chosen);
  if (item.guardrails.length === 0 || !namesNorms(context, item)) return said;
  const guarded = guardrailAnswer(item);
  return { ...said, answer: `${guarded.answer} ${said.answer}`, sources: guarded.sources };
}

/** "what is code signing aligned with": outside norms may be what is asked for, so they are told before the rest. */
const NORMS =
  /\b(?:standard|framework|guideline|norm|publication)s?\b|\bguidance\b|\bref(?:erence)?s?\b|\bbased on\b|\balign(?:s|ed|ment)? (?:with|to)\b|\bagainst (?:what|which)\b/;

function namesNorms(context: Context, item: LibraryItem): boolean {
  const word = NORMS.exec(context.frame.lower)?.[0];
  return word !== undefined && !topicStems(item.title).some((one) => topicStems(word).includes(one));
}

const SECOND = 4;

/** A few statements of the runner-up; null when none of them fits the question's words. */
export function secondReading(context: Context, item: LibraryItem, query: Query): Draft | null {
  const best = chooseStatements(context, item, query)
    .filter((statement) => statement.aspect !== 'gap')
    .sort((a, b) => b.score - a.score)
    .slice(0, SECOND);
  return best.some((statement) => statement.similarity > 0.1) ? extract(context, item, best) : null;
}

/** An extractive draft of given statements, introduced by document and authority. */
export function extract(context: Context, item: LibraryItem, chosen: readonly Scored[]): Draft {
  const ordered = [...chosen].sort((a, b) => a.index - b.index);
  const best = [...chosen].sort((a, b) => b.score - a.score)[0];
  const body = ordered.map((statement) => sentence(statement.text)).join(' ');
  const text = `${introduces(context.library, item)}: ${body}`;
  const quote = best?.text ?? itemPassages(item)[0]?.text ?? item.title;
  return draft({
    answer: text,
    mode: 'extractive',
    sources: [{ id: item.id, quote }],
    related: item.related.slice(0, 3),
  });
}

/** A control's page defines its actors at length; they are wanted only where an actor is named. */
function aspectsFor(context: Context, item: LibraryItem): readonly Aspect[] {
  const asked = aspectsAsked(context.frame);
  if (item.kind !== 'control' || context.frame.actors.length > 0 || /\bproviders?\b/.test(context.frame.lower))
    return asked;
  const pointed = asked.filter(
    (aspect) =>
      !['definition', 'scope', 'strategy', 'example', 'reason', 'purpose', 'risk', 'technique'].includes(aspect),
  );
  return pointed.some((aspect) => aspect !== 'requirement') ? pointed : [...pointed, 'requirement'];
}

/** The statements that answer: a whole clause; of longer items what fits the aspect and the words. */
export function chooseStatements(context: Context, item: LibraryItem, query: Query): readonly Scored[] {
  const scored = scoreStatements(context.index, item, query, aspectsFor(context, item));
  const fit = fitting(context, item, scored);
  if (item.kind === 'clause' || item.kind === 'document') return fit;
  const chosen = [...(context.frame.compares ? subjects(scored, query) : []), ...fit];
  const sharp = [...scored].sort((a, b) => b.sharpness - a.sharpness);
  const least = Math.max(SHARP, SHARP_SHARE * (sharp[0]?.sharpness ?? 0));
  const more = sharp
    .filter((statement) => statement.sharpness >= least && statement.aspect !== 'gap')
    .slice(0, MOST_SHARP);
  return wholeSeries(withoutOthers([...chosen, ...more], query), scored);
}

const NUMBERED = /^([A-Z][\w ]{2,24}?) \d{1,2}[,:]/;
/** So many members of a series stand for all of it. */
const OF_A_SERIES = 3;

/** "Document 1: ...", "Document 2: ...": a series that is begun is told to its end. */
function wholeSeries(chosen: readonly Scored[], scored: readonly Scored[]): readonly Scored[] {
  const labels = chosen.map(({ text }) => NUMBERED.exec(text)?.[1]);
  const begun = new Set(labels.filter((label) => labels.filter((one) => one === label).length >= OF_A_SERIES));
  const rest = scored.filter(
    ({ text, index }) =>
      begun.has(NUMBERED.exec(text)?.[1] ?? '') && !chosen.some((statement) => statement.index === index),
  );
  return [...chosen, ...rest];
}

/** Statements with the question's rarer words are told whatever their aspect. */
const SHARP = 0.2;
const SHARP_SHARE = 0.6;
const MOST_SHARP = 6;

const MOST_SUBJECTS = 6;

/** What is said of the very things that a question compares: statements that begin with one of them. */
function subjects(scored: readonly Scored[], query: Query): readonly Scored[] {
  const rank = (statement: Scored): number => (statement.aspect === 'definition' ? 0 : 1);
  return scored
    .filter(({ text }) => query.weights.has(topicStems(text)[0] ?? ''))
    .sort((a, b) => rank(a) - rank(b) || a.index - b.index)
    .slice(0, MOST_SUBJECTS);
}

/** "SaaS: ..." is asked for by name, so what is said of PaaS and IaaS is left out; each statement stands once. */
function withoutOthers(chosen: readonly Scored[], query: Query): readonly Scored[] {
  const once = chosen.filter((one, at) => chosen.findIndex(({ index }) => index === one.index) === at);
  const label = ({ text }: Scored): readonly string[] =>
    topicStems(/^([^:.]{2,40}):/.exec(text)?.[1]?.replace(/\(.*\)|,.*/g, '') ?? '');
  const said = (word: string): boolean =>
    query.own.some(
      (own) => own === word || (own.length >= 3 && word.startsWith(own)) || query.offers.get(own)?.includes(word),
    );
  const named = (stems: readonly string[]): boolean => stems.length > 0 && stems.every(said);
  if (!once.some((one) => named(label(one)))) return once;
  return once.filter((one) => label(one).length === 0 || named(label(one)));
}

function fitting(context: Context, item: LibraryItem, scored: readonly Scored[]): readonly Scored[] {
  const asked = aspectsFor(context, item);
  const best = [...scored].sort((a, b) => b.score - a.score);
  if (item.kind === 'clause') return wholeClause(scored);
  if (item.kind === 'document') {
    const top = best[0]?.score ?? 0;
    return best.filter((statement) => statement.score >= 0.6 * top && statement.score > 0).slice(0, 3);
  }
  const group = labelledGroup(context, scored, best);
  if (group !== null) return group.length < SHORT_GROUP ? filled(item, group, scored) : group;
  const list = listStatements(scored, best, asked);
  if (list !== null) return list;
  if (asked.length === 0 && (best[0]?.similarity ?? 0) < 0.15) return overview(item, scored);
  const top = best[0]?.score ?? 0;
  const strong = best.filter((statement) => statement.score >= Math.max(0.2, 0.55 * top));
  const pointed = best.filter((statement) => asked.includes(statement.aspect) && !VAGUE.includes(statement.aspect));
  const union = [...strong.slice(0, 4), ...pointed.filter((statement) => !strong.slice(0, 4).includes(statement))];
  if (asked.includes('strategy'))
    union.push(...best.filter((statement) => statement.aspect === 'monitoring' && !union.includes(statement)));
  const most = item.kind === 'front-matter' ? MOST + 3 : MOST;
  const chosen = union.length > 0 ? union.slice(0, most) : best.slice(0, 3);
  const sharpest = [...scored]
    .sort((a, b) => b.similarity - a.similarity)
    .filter((statement) => statement.similarity > 0.1);
  for (const extra of sharpest.slice(0, 2)) if (chosen.length < MOST && !chosen.includes(extra)) chosen.push(extra);
  return filled(item, chosen, scored);
}

const ENOUGH = 11;
/** A shorter list is continued like any other answer. */
const SHORT_GROUP = 6;
const FILL = [
  'requirement',
  'strategy',
  'reason',
  'criteria',
  'monitoring',
  'definition',
  'purpose',
  'access-control',
  'scope',
  'technique',
  'example',
  'risk',
  'lifecycle',
];

/** A control's page says these of its actors and its place, whatever the control demands. */
const BESIDE_A_CONTROL = ['definition', 'example', 'scope', 'lifecycle'];

/** Adds what continues a chosen statement ("It ...") and, to a short answer, the item's next best statements. */
function filled(item: LibraryItem, chosen: readonly Scored[], scored: readonly Scored[]): readonly Scored[] {
  const all = [...chosen];
  for (const statement of chosen.slice(0, 3)) {
    const next = scored[statement.index + 1];
    const continues =
      next !== undefined &&
      (/^(?:It|Its|They|Their|These|This|Such|The framework|The system)\b/.test(next.text) ||
        next.aspect === statement.aspect);
    if (continues && !all.includes(next) && all.length < MOST + 1) all.push(next);
  }
  const fill = item.kind === 'control' ? FILL.filter((aspect) => !BESIDE_A_CONTROL.includes(aspect)) : FILL;
  const rest = [...scored]
    .filter((statement) => !all.includes(statement) && fill.includes(statement.aspect))
    .sort((a, b) => b.similarity - a.similarity || FILL.indexOf(a.aspect) - FILL.indexOf(b.aspect));
  return [...all, ...rest.slice(0, Math.max(0, ENOUGH - all.length))];
}

function wholeClause(scored: readonly Scored[]): readonly Scored[] {
  const binding = scored.filter((statement) => statement.aspect !== 'gap' && statement.aspect !== 'note');
  const rest = scored.filter((statement) => !binding.includes(statement) && statement.similarity > 0.4);
  return [...binding.slice(0, 9), ...rest];
}

/** Steps, documents, assets and audit steps are answered as a whole list when the list is asked for. */
function listStatements(
  scored: readonly Scored[],
  best: readonly Scored[],
  asked: readonly string[],
): readonly Scored[] | null {
  const top = best[0];
  if (top === undefined) return null;
  const aspect = top.aspect;
  if (
    !['step', 'documentation', 'audit', 'lifecycle', 'task'].includes(aspect) &&
    !(aspect === 'asset' && top.similarity < 0.45)
  )
    return null;
  if (aspect !== 'asset' && !asked.includes(aspect) && top.similarity < 0.2) return null;
  return scored
    .filter((statement) => statement.aspect === aspect || statement === top || statement.similarity > 0.5)
    .slice(0, 12);
}

const ENUMERATES = /\b(?:which|what|list|name|all|how many|enumerate|give me)\b/;

/**
 * Statements whose labels end alike ("Audience 3, ...", "Normative reference: ...", "AI usage layer: ...") are a list; it
 * is given whole when the question names what it lists.
 */
function labelledGroup(context: Context, scored: readonly Scored[], best: readonly Scored[]): readonly Scored[] | null {
  if (!ENUMERATES.test(context.frame.lower)) return null;
  const asked = new Set(topicStems(context.frame.lower));
  const label = (text: string): readonly string[] =>
    topicStems(/^[^:,(]{3,40}(?=[:,])/.exec(text)?.[0].replace(/\d+/g, '') ?? '');
  const own = best
    .slice(0, 6)
    .flatMap((statement) => label(statement.text).slice(-2).reverse())
    .find((word) => asked.has(word) && scored.filter(({ text }) => label(text).includes(word)).length >= 3);
  if (own === undefined) return null;
  const group = scored.filter((statement) => label(statement.text).includes(own));
  const shared = (statement: Scored): number => label(statement.text).filter((word) => asked.has(word)).length;
  const most = Math.max(...group.map(shared));
  const nearest = group.filter((statement) => shared(statement) === most);
  return (nearest.length >= 3 ? nearest : group).slice(0, 18);
}

/** What the item is about: its definition, requirements and strategy. */
function overview(item: LibraryItem, scored: readonly Scored[]): readonly Scored[] {
  const order = [
    'requirement',
    'definition',
    'strategy',
    'purpose',
    'step',
    'scope',
    'criteria',
    'asset',
    'documentation',
    'task',
  ];
  const rank = (statement: Scored): number => {
    const place = order.indexOf(statement.aspect);
    return place < 0 ? order.length : place;
  };
  const limit = item.kind === 'control' ? 4 : 6;
  return [...scored].sort((a, b) => rank(a) - rank(b) || a.index - b.index).slice(0, limit);
}
