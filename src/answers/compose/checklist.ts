/** "What do I have to do before go-live?": what the documents ask for, binding text first, one line a source. */
import type { LibraryItem } from '#src/knowledge/library.ts';
import type { Context, Draft, Source } from './context.ts';
import { draft, find, itemOf, queryOf } from './context.ts';
import { sentence } from './phrases.ts';
import { scoreStatements } from './statements.ts';

const ASKED =
  /\b(?:what|which|whats|checklist|steps?|everything|list)\b.*\b(?:do|have|need|needed|required?|prepare|must|todo|to-do|checklist|steps)\b.*\b(?:before|prior to|until|ahead of|for)\b.*\b(?:go-?live|going live|go live|launch\w*|production|deploy\w*|release)\b|\b(?:go-?live|launch|deployment) checklist\b/;

/** What has to be in place before a system goes live, as topics to look up. */
const TOPICS = [
  'risk assessment prior to deployment',
  'privacy impact assessment personal data',
  'secure model deployment pipeline',
  'high-risk project approval board',
  'verification of new models before production',
  'business approval of models for deployment',
] as const;

/** A checklist across documents; null when the question asks for something else or names one source. */
export function checklistAnswer(context: Context): Draft | null {
  const { frame, library } = context;
  if (!ASKED.test(frame.lower) || frame.ids.length > 0 || frame.documents.length > 0 || frame.letters.length > 0)
    return null;
  if (!/\b(?:go-?live|going live|go live|launch\w*|checklist)\b|\bmodel owners?\b|\bowner\b/.test(frame.lower))
    return null;
  const found: LibraryItem[] = [];
  for (const topic of TOPICS) {
    const hit = find(context, topic, () => 1, 1)[0];
    const item = hit === undefined ? undefined : itemOf(context, hit);
    if (item !== undefined && !found.includes(item)) found.push(item);
  }
  if (found.length < 2) return null;
  const ordered = [...found].sort((a, b) => Number(b.authority === 'binding') - Number(a.authority === 'binding'));
  const sources: Source[] = [];
  const lines = ordered.map((item) => {
    const query = queryOf(context, `${item.title} deployment approval before`);
    const best = [...scoreStatements(context.index, item, query, ['requirement', 'strategy'])].sort(
      (a, b) => b.score - a.score,
    )[0];
    const text = best?.text ?? item.title;
    sources.push({ id: item.id, quote: text });
    const force = item.authority === 'binding' ? 'must' : 'recommended';
    return `${item.id} (${force}): ${sentence(text)}`;
  });
  const title = library.documents.size > 1 ? 'Before go-live' : 'Before deployment';
  return draft({
    answer: `${title}: ${lines.join(' ')}`,
    mode: 'extractive',
    sources,
    items: ordered.map((item) => item.id),
  });
}
