/** Numbers, intervals and versions, exactly as the source gives them, or that it gives none. */
import type { LibraryItem } from '#src/knowledge/library.ts';
import { figureText } from '#src/knowledge/passages.ts';
import type { Query } from '../query.ts';
import { topicStems } from '../text.ts';
import { abstain } from './abstain.ts';
import type { Context, Draft } from './context.ts';
import { draft } from './context.ts';
import { introduces, sentence } from './phrases.ts';
import { chooseStatements, extract } from './requirement.ts';
import { aspectsAsked, hasFigure, scoreStatements } from './statements.ts';

const NUMBER_OF_THINGS = /\bhow many\b|\bnumber of\b/;
const TIME =
  /\bhow long\b|\bretention\b|\bdays?\b|\bhours?\b|\bweeks?\b|\bmonths?\b|\byears?\b|\bhow (?:fast|quick|soon)\w*\b/;
const TIME_VALUE =
  /\b(?:days?|hours?|weeks?|months?|years?|annual\w*|yearly|quarter\w*|regular\w*|period\w*|continu\w*|align\w*|schedule)\b/i;

/** Answers a question for a number from an item; null when the item holds nothing of the kind. */
export function figureAnswer(context: Context, item: LibraryItem, query: Query): Draft | null {
  const { frame, index } = context;
  const count = countedAnswer(context, item, query);
  if (count !== null) return count;
  const figures = item.figures
    .filter(({ value }) => value === null || !IN_TIME.test(frame.lower) || TIME_VALUE.test(value))
    .map((figure) => ({
      figure,
      score:
        overlap(context, query, `${figure.of} ${figure.value ?? ''}`) +
        kindBonus(figure, frame.lower, frame.asksFrequency),
    }))
    .sort((a, b) => b.score - a.score);
  const counted = NOT_THINGS.test(frame.lower) ? undefined : COUNTED.exec(frame.lower)?.[1]?.replace(AFTER_COUNTED, '');
  const top =
    counted === undefined ||
    ANYTHING.test(counted) ||
    figures.some(({ figure }) => shares(counted, `${figure.of} ${figure.value ?? ''}`))
      ? figures[0]
      : undefined;
  const scored = scoreStatements(index, item, query, [...aspectsAsked(frame), 'criteria'])
    .filter((statement) => hasFigure(statement.text))
    .filter((statement) => !frame.asksFrequency || TIME_VALUE.test(statement.text))
    .filter((statement) => !TIME.test(frame.lower) || frame.asksFrequency || TIME_VALUE.test(statement.text))
    .sort((a, b) => b.score - a.score);
  const close = figures
    .filter((entry) => top !== undefined && entry.score >= top.score - 0.15)
    .slice(0, 2)
    .map(({ figure }) => figure);
  const beside = close.every(({ value }) => value === null) && !asked(query, close);
  if (close.length > 0 && beside && !frame.asksFrequency) return null;
  if (top !== undefined && top.score > -0.5 && !beside) {
    const said = close.map((figure) =>
      figure.value === null ? `${capital(figure.of)}: the source sets no number` : `${figure.value}: ${figure.of}`,
    );
    const precise = EXACTLY.test(frame.lower) && !frame.asksFrequency;
    if (close.every((figure) => figure.value === null && (precise || !QUALIFIED.test(figure.of))))
      return withoutNumber(context, item, close, scored[0]?.text ?? null);
    const support = scored.filter((statement) => statement.similarity > 0).slice(0, 2);
    const best = support.length > 0 ? support : scored.slice(0, 1);
    const also = close.some((figure) => figure.value === null) ? [...best, ...noNumberNotes(item)] : best;
    const text = [
      `${introduces(context.library, item)}: ${said.join('; ')}.`,
      ...new Set(also.map((statement) => sentence(statement.text))),
    ];
    const first = close[0];
    return draft({
      answer: text.join(' '),
      sources: [{ id: item.id, quote: first === undefined ? '' : figureText(first) }],
      related: item.related.slice(0, 3),
    });
  }
  if (NUMBER_OF_THINGS.test(frame.lower)) return null;
  const strong = scored.filter((statement) => statement.similarity > 0.12 || statement.aspect === 'criteria');
  const best = strong[0];
  if (best === undefined) return null;
  const extra =
    item.kind === 'clause'
      ? chooseStatements(context, item, query).filter((one) => one.index !== best.index)
      : strong.slice(1, 2);
  const text = [best, ...extra].map((statement) => sentence(statement.text)).join(' ');
  const none =
    frame.asksFrequency &&
    /\bregular|\bcontinu|\bperiodic/i.test(best.text) &&
    !/\bannual|\bevery|\byear|\bmonth/i.test(best.text);
  return draft({
    answer: `${introduces(context.library, item)}: ${text}${none ? ' No fixed interval is given.' : ''}`,
    mode: 'extractive',
    sources: [{ id: item.id, quote: best.text }],
    related: item.related.slice(0, 3),
  });
}

/** "(regularly)", "(a regular schedule)": the source says something in words where a number was asked for. */
const QUALIFIED = /\(.+\)/;

/** A unit is asked for ("in requests per second"): a measure without a number does not answer it. */
const UNIT =
  /\b(?:in|how many) (?:ms|milliseconds|seconds|minutes|hours|days|weeks|months|years|requests|calls|tokens|characters|bits|gb|mb|euros?|dollars?)\b|\bhow long\b|\bscores?\b|\bcvss\b|\bcut-?off\b|\bon average\b|\bper (?:second|minute|hour|day)\b/;

/** A figure in words does not answer these: "in days", "exactly". */
const EXACTLY =
  /\b(?:in|how many|number of) (?:ms|milliseconds|seconds|minutes|hours|days|weeks|months|years|requests|calls|tokens)\b|\bexact(?:ly)?\b|\bfixed number\b|\bcvss\b|\bcut-?off\b/;

const IN_TIME = /\bdeadlines?\b|\bin (?:ms|milliseconds|seconds|minutes|hours|days|weeks|months|years)\b/;

/** The source has the measure and no number for it: says so, and cites where it should stand. */
function withoutNumber(
  context: Context,
  item: LibraryItem,
  figures: readonly { readonly of: string }[],
  said: string | null,
): Draft {
  const missing = `${introduces(context.library, item)}, sets no number for ${figures[0]?.of ?? 'this'}.${said === null ? '' : ` It says: ${sentence(said)}`}`;
  const quote = `No number is given for ${figures[0]?.of ?? 'this'}.`;
  const sources = [{ id: item.id, quote }];
  if (UNIT.test(context.frame.lower) || !figures.some(({ of }) => isCriterion(item, of)))
    return abstain(context, 'no_number_recorded', [item], missing, sources);
  return draft({ answer: missing, sources, related: item.related.slice(0, 3) });
}

/** Does the question name one of the measures by a word of its own? */
function asked(query: Query, figures: readonly { readonly of: string }[]): boolean {
  return figures.some(({ of }) => topicStems(of).some((word) => query.weights.has(word)));
}

/** Does the source itself name the measure, among its criteria? */
function isCriterion(item: LibraryItem, of: string): boolean {
  const words = topicStems(of);
  return item.statements.some(({ aspect, text }) => {
    if (aspect !== 'criteria') return false;
    const stems = new Set(topicStems(text));
    return words.filter((word) => stems.has(word)).length >= 0.6 * words.length;
  });
}

/** The honest no for a number that nobody wrote down, with what the item says instead. */
export function noNumber(context: Context, item: LibraryItem, query: Query): Draft {
  const near = [...chooseStatements(context, item, query)].sort((a, b) => b.similarity - a.similarity);
  const close = near.filter((statement) => statement.similarity > 0.05);
  const said = (close.length > 0 ? close : near).slice(0, 3);
  const text = `${introduces(context.library, item)}, sets no number for this.`;
  const more = said.map((statement) => sentence(statement.text)).join(' ');
  const first = said[0];
  const sources = first === undefined ? [] : [{ id: item.id, quote: first.text }];
  return abstain(context, 'no_number_recorded', [item], more === '' ? text : `${text} It says: ${more}`, sources);
}

function noNumberNotes(item: LibraryItem): readonly { readonly text: string }[] {
  return item.statements
    .filter((statement) =>
      /\bno (?:target |fixed )?(?:number|figure|percentage|value)|without (?:a|naming a) (?:number|percentage|figure)/i.test(
        statement.text,
      ),
    )
    .slice(0, 1);
}

const COUNTED = /\b(?:how many|number of) ((?:[a-z-]+ ){0,3}[a-z-]+)/;

const NOT_THINGS = /\bhow many (?:per ?cent|times|bits?)\b/;

/** "how many items are on that list": whatever the figure counts. */
const ANYTHING = /^(?:items?|things?|points?|entries|elements?|positions?|parts?|ones)\b/;

const COUNT = /\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\d{1,3})((?: [a-z-]+){1,4})/gi;
/** Where the name of what is counted ends: "areas | does governance have". */
const AFTER_COUNTED =
  /\s+(?:do|does|did|is|are|was|were|has|have|had|must|should|can|may|will|in|of|for|to|on|at|by|with|under|that|which|there|we|judge|belong|make|count)\b.*$/;
/** Nouns that stand for one another where things are counted. */
const THINGS = new Set(
  topicStems('area part topic aspect element pillar metric criteria criterion measure step field'),
);

/** "how many areas does model governance have": the statement that counts them; null when none does. */
function countedAnswer(context: Context, item: LibraryItem, query: Query): Draft | null {
  const head = topicStems(COUNTED.exec(context.frame.lower)?.[1]?.replace(AFTER_COUNTED, '') ?? '').at(-1);
  if (head === undefined || /^(?:percent|time)/.test(head)) return null;
  if (item.figures.some(({ of, value }) => /^\d+$/.test(value ?? '') && topicStems(of).includes(head))) return null;
  const counts = (text: string, alike: boolean): boolean =>
    [...text.matchAll(COUNT)].some(([, words]) =>
      topicStems(words ?? '').some((word) => word === head || (alike && THINGS.has(head) && THINGS.has(word))),
    );
  const scored = [...scoreStatements(context.index, item, query, [])].sort((a, b) => b.sharpness - a.sharpness);
  const found = scored.find(({ text }) => counts(text, false)) ?? scored.find(({ text }) => counts(text, true));
  return found === undefined ? null : extract(context, item, [found]);
}

/** Does a counted thing ("auditing steps") stand in what the figure counts? */
function shares(counted: string, of: string): boolean {
  const stems = new Set(topicStems(of));
  return topicStems(counted).some((word) => stems.has(word));
}

function overlap(context: Context, query: Query, text: string): number {
  const stems = new Set(topicStems(text));
  let hit = 0;
  let all = 0;
  for (const [word, weight] of query.weights) {
    const idf = context.index.idf(word);
    if (weight === 1) all += idf;
    if (stems.has(word)) hit += weight * idf;
  }
  return all === 0 ? 0 : hit / all;
}

/** Prefers a figure of the kind asked for: a percentage, an interval, a count. */
function kindBonus(
  figure: { readonly value: string | null; readonly of: string },
  lower: string,
  frequency: boolean,
): number {
  const { value } = figure;
  const interval = /\bhow often\b|\bfrequency\b|\binterval\b|\bregularly\b/i.test(figure.of);
  if (interval !== frequency)
    return frequency && value !== null && /annual|year|month|week|day|quarter/i.test(value) ? 0.5 : -0.7;
  const percent = /%|\bper ?cent|\bpercentage\b|\bshare\b|\brate\b|\bcoverage\b|\btarget\b|\bpct\b|\bgoal\b/.test(
    lower,
  );
  if (frequency) return 0.5;
  if (TIME.test(lower))
    return value !== null && TIME_VALUE.test(value)
      ? 0.4
      : value === null &&
          /\blong\b|\btime\b|\bperiod\b|\bdays?\b|\bdeadline\b|\bduration\b|\bhours?\b|\byears?\b/i.test(figure.of)
        ? 0
        : -0.8;
  if (NUMBER_OF_THINGS.test(lower))
    return value !== null && /^\d+$|^(?:one|two|three|four|five|six|seven)/i.test(value) ? 0.3 : -0.3;
  if (percent) return value === null || value.includes('%') ? 0.3 : -0.2;
  return value !== null && /^\d+$/.test(value) ? -0.1 : 0;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
