/** Facts about a document itself: owner, author, approver, version, classification, status. */
import type { LibraryItem } from '#src/knowledge/library.ts';
import { contentStems, topicOf } from '../understand/topic.ts';
import { abstain } from './abstain.ts';
import type { Context, Draft } from './context.ts';
import { queryOf } from './context.ts';
import { extract } from './requirement.ts';
import type { Scored } from './statements.ts';
import { hasFigure, scoreStatements } from './statements.ts';

/** Words for each property, with the words the title block uses for it. */
const PROPERTIES: readonly { readonly asked: RegExp; readonly words: string; readonly empty?: RegExp }[] = [
  { asked: /\bown(?:s|er|ers|ed|ership)\b|\bbelongs to\b|\bwhom? do(?:es)? .*\bbelong to\b/, words: 'owner' },
  { asked: /\bauthor\w*|\bwrote\b|\bwritten\b|\bwriter\b|\bdrafted\b|\bcomes from\b|\bpublish\w*|\bmade by\b/, words: 'author title lead authors comes from' },
  { asked: /\bapprov\w+|\bsigned off\b|\bsign-?off\b|\bsigned\b|\baccepted\b|\badopted\b/, words: 'approved approver' },
  { asked: /\bversions?\b|\brevisions?\b|\brelease\b|\bedition\b|\bup to date\b/, words: 'current version first release' },
  { asked: /\bclassif\w+|\bconfidential\w*|\bsecret\b|\bforward\b|\bshare\b|\bpublic\b|\binternal\b|\blabel\w*/, words: 'classified distribution limited' },
  { asked: /\bstatus\b|\bdraft\b|\bfinal\b|\bin force\b|\bofficial\b/, words: 'status working draft approved' },
  { asked: /\bdocument (?:number|no|id)\b|\breference number\b|\bnumber of the\b|\bdoc (?:id|number|no)\b/, words: 'document number' },
  { asked: /\btitle\b|\bcalled\b|\bfull name\b/, words: 'title' },
  { asked: /\bdistribut\w+|\bcirculat\w+|\breceive\b|\brecipients?\b|\bcopy\b/, words: 'distribution circulation people' },
  { asked: /\bcustodian\b|\breviewer\b|\breviewed by\b|\bwho reviewed\b/, words: 'reviewer custodian', empty: /custodian|reviewer/ },
  { asked: /\bbased on\b|\btemplate\b|\bfollows? (?:which|what)\b|\bstandard\b/, words: 'template standard' },
  { asked: /\bbinding\b|\bmandatory\b|\blegally\b/, words: 'draft reference only roles' },
]; // biome-ignore format: a table

/** Words that only restate that a document is meant. */
const PLAIN = new Set([
  'polici',
  'document',
  'doc',
  'titl',
  'block',
  'paper',
  'templat',
  'cover',
  'page',
  'file',
  'text',
  'csa',
  'current',
  'latest',
  'approv',
  'releas',
  'number',
  'us',
  'put',
  'offici',
  'final',
  'person',
  'start',
  'exist',
  'function',
  'name',
  'colleagu',
  'person',
  'review',
]);

/** Answers a question about a document itself; null when the question has another topic. */
export function documentFact(context: Context): Draft | null {
  const { frame } = context;
  const item = blockOf(context);
  if (item === null || /\bversion(?:ed|ing)? control|\bcode signing\b/.test(frame.lower)) return null;
  const asked = PROPERTIES.filter((property) => property.asked.test(frame.lower));
  if (asked.length === 0) return null;
  let rest = topicOf(frame, { letters: true, strict: true }).replace(/\bpolic(?:y|ies)\b|\bsecurity\b/g, ' ');
  for (const { asked: words } of PROPERTIES) rest = rest.replace(new RegExp(words.source, 'g'), ' ');
  if (contentStems(rest).some((word) => !PLAIN.has(word))) return null;
  const empty = asked.find(
    (property) => property.empty !== undefined && item.empty.some((part) => property.empty?.test(part)),
  );
  if (empty !== undefined)
    return abstain(
      context,
      'empty_at_source',
      [item],
      `The source leaves this empty: ${empty.words.split(' ').join(' and ')} of the document.`,
    );
  const said = asked.flatMap((property) => saidOf(context, item, property.words));
  const chosen = said.filter((one, at) => said.findIndex((other) => other.index === one.index) === at);
  return chosen.length === 0 ? null : extract(context, item, chosen.slice(0, Math.max(2, asked.length)));
}

/** What a title block says about one property: its best statement, and another that is nearly as good. */
function saidOf(context: Context, item: LibraryItem, words: string): readonly Scored[] {
  const scored = scoreStatements(context.index, item, queryOf(context, words), ['document']).filter(
    (statement) => statement.aspect !== 'gap' && statement.similarity > 0,
  );
  const best = [...scored].sort(
    (a, b) => b.similarity - a.similarity || Number(hasFigure(b.text)) - Number(hasFigure(a.text)),
  );
  return best.filter((statement) => statement.similarity >= 0.7 * (best[0]?.similarity ?? 0)).slice(0, 2);
}

/** The item that describes the document the question names. */
function blockOf(context: Context): LibraryItem | null {
  const { frame, library } = context;
  const [id] = frame.documents;
  const document = id === undefined || frame.documents.length > 1 ? undefined : library.documents.get(id);
  if (document === undefined) return null;
  for (const candidate of [`${document.prefix}-DOC`, `${document.prefix}-status`]) {
    const item = library.items.get(candidate);
    if (item !== undefined) return item;
  }
  return null;
}
