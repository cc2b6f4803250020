/** What a role is responsible for: the complete list, grouped by letter, from the table. */

import type { RoleUse } from '#src/knowledge/library.ts';
import { compareIds, RACI_LETTERS } from '#src/knowledge/library.ts';
import { raciText } from '#src/knowledge/passages.ts';
import type { RaciLetter } from '#src/knowledge/schema.ts';
import { tokens } from '../text.ts';
import type { Frame } from '../understand/frame.ts';
import { contentStems, topicOf, topicWords } from '../understand/topic.ts';
import type { Context, Draft, Source } from './context.ts';
import { draft, find, mayRead } from './context.ts';
import { joinWords, sentence, titleInSentence } from './phrases.ts';

const VERBS: Readonly<Record<RaciLetter, string>> = {
  responsible: 'responsible for',
  accountable: 'accountable for',
  consulted: 'consulted on',
  informed: 'informed about',
};

/** What a reverse question asks: a role, the letters, and a topic that narrows the list. */
export type ReverseAsked = {
  readonly role: string;
  readonly letters: readonly RaciLetter[];
  readonly narrow: string | null;
  /** The question without the role's name. */
  readonly rest: string;
};

const ASKS_FOR_A_ROLE =
  /\b(?:who|whos|who's|whom|whose)\b|\b(?:which|what) (?:(?!(?:is|are|am|do|does|did|must|should|would|will|can|the|our|a|an|topics?|areas?|things|needs?)\b)\w+ ){0,2}?(?:team|role|exec|executive|person|body|party|department|board|group|committee)s?\b(?! (?:do|have|need|get|must|should)\b)/;
const FIRST_PERSON = /\b(?:i work|we work|i sit|we sit|i am|i'm|im|we are|we're|as (?:the|an?|our)|here)\b/;
const DUTIES =
  /\bduties\b|\btasks?\b|\bresponsibilit\w+|\baccountabilit\w+|\bto-?dos?\b|\bon (?:my|our|their|his|her|the) plate\b|\bremit\b|\binvolved\b|\b(?:have|has|need|needs|supposed|expected) to(?: do)?\b|\bdo(?:es)? .{0,40} do\b|\bjob\b|\bappears?\b|\bnamed\b|\bmentioned\b|\bown\b|\bowns\b|\bpart in\b|\bshow up\b|\b(?:which|what) (?:work|topics?|areas?|things|subjects?|sections?|items?)\b|\bends? (?:up )?(?:at|on|with)\b|\bwhat (?:the |our )?[\w /-]{2,40} does\b|\b(?:falls?|lands?) (?:on|to) (?:me|us)\b|\bwhat (?:do )?(?:we|i) (?:have to )?do\b|\bassigned to\b/;

/** Reads a reverse question, or null when it is none. */
export function reverseAsked(context: Context): ReverseAsked | null {
  const { frame, library } = context;
  if (frame.roles.length === 0) return null;
  const asksRole = ASKS_FOR_A_ROLE.test(frame.lower) && !/\bwho (?:am|are) (?:i|we)\b/.test(frame.lower);
  if (
    asksRole &&
    !/^(?:who is|what is|what's|whats) (?:the )?.{0,40}(?:accountable|responsible|consulted|informed)/.test(frame.lower)
  )
    return null;
  if (asksRole && /^who\b/.test(frame.lower)) return null;
  if (frame.documents.some((id) => library.documents.get(id)?.prefix === 'POL')) return null;
  const duties = DUTIES.test(frame.lower) || frame.owns;
  if (frame.letters.length === 0 && !duties) return null;
  const role = subjectRole(context);
  if (role === null) return null;
  const letters = frame.letters.length > 0 ? frame.letters : dutiesOf(context, role.role);
  if (/\braci\b/.test(frame.lower) && frame.roles.every((one) => one.short)) return null;
  const said = `${frame.text.slice(0, role.start)} ${frame.text.slice(role.end)}`;
  const rest = contentStems(withoutRole(frame, role.start, role.end));
  const narrow =
    rest.length > 0 ? topicOf({ ...frame, text: withoutRole(frame, role.start, role.end) }, { letters: true }) : null;
  return { role: role.role, letters, narrow, rest: said };
}

/** "what do we have to do": the work itself, where the role has any; otherwise whatever it is named for. */
const WORK = /\b(?:has|have|need|needs|supposed|expected) to do\b|\bwhat (?:must|should) .{1,40} do\b|\bwhat we do\b/;

function dutiesOf(context: Context, role: string): readonly RaciLetter[] {
  const works = (context.library.reverse.get(role) ?? []).some(({ letter }) => letter === 'responsible');
  return works && WORK.test(context.frame.lower) ? ['responsible'] : RACI_LETTERS;
}

const BEFORE_SUBJECT =
  /(?:^|\b(?:does|do|is|are|am|when|where|as|i'm|im|we|we're|of|for|by|must|should|need|needs|and|on|what|hi|hello|hey|(?:work(?:ing)?|i'm|im|am|we're|are|sit) (?:in|for|with|at|on)|from|part of|on behalf of)[\s,:]+(?:only )?(?:the |our |an? |new )*|[,:.;?-]\s*(?:the |our )?)$/i;
const AFTER_SUBJECT =
  /^\s*(?:$|[:?,;-]|(?:team|department|dept|people|folks|guys|here|gets?|get|is|are|am|needs?|only|have|has|must|should|do|does|be|been|lead|manager|head|responsible|accountable|consulted|informed|answers?|asked|told|duties|tasks|responsibilities|accountabilities|supposed|in the|on the|involved)\b)/i;
const TOPIC_OF_LETTER =
  /\b(?:accountable|responsible|consulted|informed|answers?|accountability|responsibility)\b[\w ]{0,12}\b(?:for|of|on|about|by)\s+(?:the |our )?$/i;
const ASKED_ROLE = /\b(?:accountable|responsible|consulted|informed|which|what|whose|owning)\s+$/i;

/** The role the question is about: the first unambiguous one, else a short form that stands where a subject stands. */
function subjectRole(context: Context): { readonly role: string; readonly start: number; readonly end: number } | null {
  const { frame, library } = context;
  const used = frame.roles.filter(
    (role) =>
      (library.reverse.has(role.role) || !role.short) &&
      !ASKED_ROLE.test(frame.text.slice(0, role.start)) &&
      !(role.short && TOPIC_OF_LETTER.test(frame.text.slice(0, role.start))),
  );
  const clear = used.find((role) => !role.short);
  if (clear !== undefined) return clear;
  return (
    used.find((role) => {
      const placed =
        BEFORE_SUBJECT.test(frame.text.slice(0, role.start)) && AFTER_SUBJECT.test(frame.text.slice(role.end));
      return (
        placed &&
        (contentStems(withoutRole(frame, role.start, role.end)).length === 0 || FIRST_PERSON.test(frame.lower))
      );
    }) ??
    used.find((role) => LISTS.test(frame.lower) && topicWords(withoutRole(frame, role.start, role.end)).length === 0) ??
    null
  );
}

/** Ways of asking for a list, or of speaking for a team. */
const LISTS =
  /^(?:what|where|when|on what|in (?:which|what)|for (?:which|what)|as|i'm|im|i am|we are|i joined|list|show|name|give)\b|\b(?:which|what|all|every|everything|list) (?:the )?(?:\w+ )?(?:topics?|sections?|areas?|tasks?|work|duties|things|items?|news|responsibilit\w+|accountabilit\w+)\b|^(?:responsibilities|accountabilities|duties|tasks|things|everything) /;

function withoutRole(frame: Frame, start: number, end: number): string {
  let { text } = frame;
  for (const id of frame.ids) text = text.slice(0, id.start) + ' '.repeat(id.end - id.start) + text.slice(id.end);
  const before = text.slice(0, start).replace(/\b(?:new|the|our|a|an)\s+$/i, ' ');
  return topicOf({ ...frame, ids: [], text: `${before} ${text.slice(end)}` }, { letters: true });
}

/** The list for a role. */
export function reverseAnswer(
  context: Context,
  asked: ReverseAsked,
  within: ((id: string) => boolean) | null = null,
): Draft {
  const { library } = context;
  const scope = within ?? (asked.narrow === null ? null : narrowTo(context, asked.narrow));
  const uses = (library.reverse.get(asked.role) ?? []).filter((use) => {
    const item = library.items.get(use.itemId);
    return item !== undefined && mayRead(context.audience, item) && (scope === null || scope(use.itemId));
  });
  const groups: string[] = [];
  const items: string[] = [];
  const sources: Source[] = [];
  const none: RaciLetter[] = [];
  for (const letter of asked.letters) {
    const own = uses.filter((use) => use.letter === letter).sort((a, b) => compareIds(a.itemId, b.itemId));
    if (own.length === 0) {
      none.push(letter);
      continue;
    }
    for (const use of own) {
      if (!items.includes(use.itemId)) items.push(use.itemId);
      const item = library.items.get(use.itemId);
      if (item !== undefined && !sources.some((source) => source.id === item.id))
        sources.push({ id: item.id, quote: raciText(item) });
    }
    groups.push(
      `${groups.length === 0 ? `${asked.role} is ${VERBS[letter]}` : VERBS[letter]}: ${own.map((use) => place(context, use)).join('; ')}`,
    );
  }
  if (groups.length === 0) return nothing(context, asked);
  const defined = asked.letters.length === 4 ? library.roles.get(asked.role) : null;
  const definedIn = defined?.definedIn === undefined ? undefined : library.items.get(defined.definedIn);
  if (defined?.definition !== undefined && definedIn !== undefined) {
    groups.push(`The documents define the role so: ${defined.definition}`);
    const quote = definedIn.statements.find((statement) => statement.text.includes(asked.role))?.text;
    if (quote !== undefined) sources.push({ id: definedIn.id, quote });
  }
  const missing =
    none.length > 0 && asked.letters.length < 4 ? ` It is nowhere named as ${joinWords(none, 'or')}.` : '';
  return draft({ answer: groups.map(sentence).join(' ') + missing, sources, items, letters: asked.letters });
}

function place(context: Context, use: RoleUse): string {
  const title = context.library.items.get(use.itemId)?.title ?? '';
  const notes: string[] = [];
  if (use.alternative) notes.push('as one of two alternatives');
  if (use.inNote) notes.push(`only in brackets beside ${use.printed}`);
  else if (use.note !== null) notes.push(use.note.replace(/^Or /, 'or '));
  if (use.joint) notes.push(`named jointly as ${use.printed}`);
  return `${use.itemId} ${titleInSentence(title)}${notes.length > 0 ? ` (${notes.join(', ')})` : ''}`;
}

/** The chapter whose title or alias stands in the question word for word, the longest name first; null when none does. */
export function chapterNamed(context: Context, asked: ReverseAsked): string | null {
  const lower = ` ${tokens(asked.rest)
    .map(({ word }) => word)
    .join(' ')} `;
  const names = [...chaptersOf(context.library)]
    .flatMap((id) => context.library.items.get(id) ?? [])
    .flatMap((item) => [item.title, ...item.aliases].map((name) => ({ id: item.id, name })))
    .map(({ id, name }) => ({
      id,
      words: tokens(name)
        .map(({ word }) => word)
        .join(' '),
    }))
    .filter(({ words }) => words.includes(' ') && lower.includes(` ${words} `));
  return names.sort((a, b) => b.words.length - a.words.length)[0]?.id ?? null;
}

/** Items without owners whose sections have them: the chapters of "what is the CISO accountable for in chapter 2.2". */
function chaptersOf(library: Context['library']): ReadonlySet<string> {
  const chapters = new Set<string>();
  for (const { id, raci } of library.items.values()) {
    if (raci === undefined) continue;
    for (let at = id.lastIndexOf('.'); at > 0; at = id.lastIndexOf('.', at - 1)) chapters.add(id.slice(0, at));
  }
  return new Set([...chapters].filter((id) => library.items.has(id) && library.items.get(id)?.raci === undefined));
}

/** Is the item a chapter? */
export function isChapter(library: Context['library'], id: string): boolean {
  return chaptersOf(library).has(id);
}

/** Restricts the list to the chapter or items a topic names; null when the topic names none. */
function narrowTo(context: Context, topic: string): ((id: string) => boolean) | null {
  if (topicWords(topic).length === 0) return null;
  const chapters = chaptersOf(context.library);
  const owned = (number: number): number => {
    const item = context.index.items[number];
    return item !== undefined && (item.raci !== undefined || chapters.has(item.id)) ? 1 : 0;
  };
  const hits = find(context, topic, owned, 8).filter((hit) => hit.entry >= 0.65);
  const least = Math.max(...hits.map(({ entry }) => entry)) - 0.1;
  const chapter = hits.find((hit) => hit.entry >= least && chapters.has(hit.id))?.id;
  return chapter === undefined ? null : (id) => id.startsWith(`${chapter}.`);
}

/** The role is known and stands nowhere under the letters asked for. */
function nothing(context: Context, asked: ReverseAsked): Draft {
  const { library } = context;
  const role = library.roles.get(asked.role);
  const others = [...new Set((library.reverse.get(asked.role) ?? []).map((use) => `${use.letter} in ${use.itemId}`))];
  const parts = [`No section names the ${asked.role} as ${joinWords(asked.letters, 'or')}.`];
  if (others.length > 0) parts.push(`It is ${others.join(', ')}.`);
  if (role?.definition !== undefined) parts.push(`What the documents say about it: ${sentence(role.definition)}`);
  if (role !== null && role.notKnownSame.length > 0)
    parts.push(`Not known to be the same as: ${role.notKnownSame.join(', ')}.`);
  const item = role?.definedIn === undefined ? undefined : library.items.get(role.definedIn);
  const first = library.items.get(library.reverse.get(asked.role)?.[0]?.itemId ?? '');
  const source = item ?? first;
  const quote =
    source === undefined
      ? ''
      : source.raci === undefined
        ? (source.statements[0]?.text ?? source.title)
        : raciText(source);
  return draft({
    answer: parts.join(' '),
    reason: source === undefined ? 'nobody_named' : null,
    sources: source === undefined ? [] : [{ id: source.id, quote }],
    items: [],
    letters: asked.letters,
  });
}
