/** Years that the documents do hold: the edition of a standard that they cite, the copyright of a paper. */
import type { LibraryItem } from '#src/knowledge/library.ts';
import { figureText } from '#src/knowledge/passages.ts';
import type { Context, Draft } from './context.ts';
import { draft, mayRead } from './context.ts';
import { introduces, sentence } from './phrases.ts';

const ASKS_YEAR =
  /\b(?:what|which) (?:\w+ )?(?:year|edition)\b|\byear of (?:publication|issue|the edition)\b|\b(?:edition|publication|copyright|issue) (?:year|date)\b|\bhow (?:old|current|recent) is\b|\bwhen was\b[^?]*\b(?:published|written|released|printed|issued|copyrighted|made)\b/;
const YEAR = /^(?:19|20)\d\d$/;

/** Answers a question for a year from a citation or a figure; null when no document holds one, or something else is asked. */
export function yearAnswer(context: Context): Draft | null {
  if (!ASKS_YEAR.test(context.frame.lower)) return null;
  return editionAnswer(context) ?? copyrightAnswer(context);
}

function readable(context: Context): readonly LibraryItem[] {
  const { documents } = context.frame;
  return [...context.library.items.values()].filter(
    (item) => mayRead(context.audience, item) && (documents.length === 0 || documents.includes(item.document)),
  );
}

/** "which edition of ISO/IEC 42001": the citation that prints the year behind the standard's name. */
function editionAnswer(context: Context): Draft | null {
  const { standard } = context.frame;
  if (standard === null) return null;
  const cited = (item: LibraryItem): string | undefined =>
    item.guardrails.find((name) => standard.test(name.toLowerCase()) && /:(?:19|20)\d\d\b/.test(name));
  const items = readable(context).filter((item) => cited(item) !== undefined);
  const first = items[0];
  if (first === undefined) return null;
  const name = cited(first) ?? '';
  const year = /:((?:19|20)\d\d)\b/.exec(name)?.[1] ?? '';
  return draft({
    answer: sentence(`${introduces(context.library, first)}, cites the edition of ${year}: ${name}`),
    sources: items.map((item) => ({ id: item.id, quote: `Guardrails: ${item.guardrails.join(', ')}.` })),
    related: first.related.slice(0, 3),
  });
}

/** "in what year was the paper published": a figure that is a year, of the document named. */
function copyrightAnswer(context: Context): Draft | null {
  if (context.frame.documents.length !== 1 || context.frame.standard !== null) return null;
  for (const item of readable(context)) {
    const figure = item.figures.find(({ value }) => value !== null && YEAR.test(value));
    if (figure === undefined) continue;
    const said = item.statements.find(({ text }) => text.includes(figure.value ?? ''));
    return draft({
      answer: [`${introduces(context.library, item)}: ${figure.value}: ${figure.of}.`, sentence(said?.text ?? '')].join(
        ' ',
      ),
      sources: [{ id: item.id, quote: figureText(figure) }],
      related: item.related.slice(0, 3),
    });
  }
  return null;
}
