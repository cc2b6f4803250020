/** A chapter is a number above sections: what it holds, or which of its sections answers. */
import type { LibraryItem } from '#src/knowledge/library.ts';
import { compareIds } from '#src/knowledge/library.ts';
import { topicOf, topicWords } from '../understand/topic.ts';
import type { Context, Draft } from './context.ts';
import { draft, find, mayRead } from './context.ts';
import { sentence } from './phrases.ts';

const LISTS =
  /\b(?:how many|which|list|name|number of|what) (?:\w+ ){0,2}?(?:sub-?)?(?:sections?|clauses?|chapters?)\b|\b(?:sections?|clauses?) (?:of|in|under)\b/;
/** Sections whose first statement is told besides their titles. */
const MOST_TOLD = 5;

/** The sections right below a number, in order. */
function sectionsOf(context: Context, id: string): readonly LibraryItem[] {
  const within = [...context.library.items.values()].filter(
    (item) => item.id.startsWith(`${id}.`) && mayRead(context.audience, item),
  );
  const top = within.filter(({ id: own }) => !within.some((other) => own.startsWith(`${other.id}.`)));
  return top.sort((a, b) => compareIds(a.id, b.id));
}

function besideChapter({ frame }: Context): string {
  return topicOf(frame, { letters: frame.asksWho, strict: true }).replace(/\b(?:sub-?)?chapters?\b/g, ' ');
}

/** "what does chapter 8 of the policy say about audits": the section of the chapter that is meant; else as given. */
export function withinChapter(context: Context): Context {
  const { frame, index } = context;
  const [id] = frame.ids;
  if (id === undefined || id.known || frame.ids.length > 1) return context;
  const topic = besideChapter(context);
  if (topicWords(topic).length === 0 || sectionsOf(context, id.id).length === 0) return context;
  const best = find(context, topic, (item) => (index.items[item]?.id.startsWith(`${id.id}.`) === true ? 1 : 0), 1)[0];
  return best === undefined ? context : { ...context, frame: { ...frame, ids: [{ ...id, id: best.id, known: true }] } };
}

/** "what is in chapter 5 of the policy", "how many sections does 2.6 have"; null when something else is asked. */
export function chapterAnswer(context: Context): Draft | null {
  const { frame, library } = context;
  const [id] = frame.ids;
  if (id === undefined || frame.ids.length > 1 || frame.roles.length > 0) return null;
  const sections = sectionsOf(context, id.id);
  if (sections.length === 0 || topicWords(besideChapter(context)).length > 0) return null;
  const lists = LISTS.test(frame.lower);
  if (id.known && !lists) return null;
  const [first] = sections;
  const whole = library.items.get(id.id);
  const name = whole?.title ?? first?.chapter?.replace(/^[\d.]+\s*/, '');
  const count = `${sections.length} ${first?.kind === 'clause' ? 'clauses' : 'sections'}`;
  const titles = sections.map((section) => `${section.id} ${section.title}`).join('; ');
  const told = lists ? [] : sections.slice(0, MOST_TOLD).flatMap(({ statements }) => statements[0]?.text ?? []);
  return draft({
    answer: [`${id.id}${name === undefined ? '' : ` (${name})`} has ${count}: ${titles}.`, ...told.map(sentence)].join(
      ' ',
    ),
    sources: [...(whole === undefined ? [] : [whole]), ...sections].map(({ id, statements, title }) => ({
      id,
      quote: statements[0]?.text ?? title,
    })),
    items: sections.map((section) => section.id),
  });
}
