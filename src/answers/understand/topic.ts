/** The topic of a question: its words without those that only say what is asked about it. */
import { isNeutral } from '../everyday.ts';
import { allStems, isStopWord, stem, tokens } from '../text.ts';
import type { Frame } from './frame.ts';
import { withoutLetterWords } from './letters.ts';

/** Names of the documents, which say where to look and not what for. */
const DOCUMENT_NAMES =
  /\b(?:does|do|did) (?:the |our |this )?(?:csa |ml |ai )?(?:security )?(?:policy|white ?-?paper|paper|isms guide|guide|isms)(?: (?:mandate|want|require|say|demand|prescribe|ask for|ask|expect|suggest|recommend|mention|name|list|state|set|specify|give|tell us|tell|call for|foresee|contain|provide))?(?: us)?(?: to)?\b|\b(?:per|in|of|by|from|under|according to|acc\.? to|as per|says?|what does|does|on|for)? ?(?:the |our |this )?(?:csa |ml |ai |raci |responsibilit\w+ |organi[sz]ational )?(?:white ?-?paper|paper|wp)(?:'s)?\b|\b(?:per|in|of|by|from|under|according to|as per) (?:the |our |this |company )?(?:ai )?(?:security )?policy(?:'s)?\b|\b(?:the |our )?isms(?: guide)?(?= (?:say|list|suggest|recommend|want)\w*|[,?)]|$)|\(isms guide\)|\bin the isms guide\b|\baccording to the (?:isms )?guide\b|\bpolicy (?:says?|wants?|requires?|demands?)\b|\baicm\b/g;

/** Removes documents' names, ids and (for questions about roles) the words for letters; lower case. */
export function topicOf(
  frame: Frame,
  options: {
    readonly letters?: boolean;
    readonly roles?: boolean;
    readonly strict?: boolean;
    readonly cutRoles?: boolean;
  } = {},
): string {
  if (options.roles === true) {
    const without = topicOf(frame, { ...options, roles: false, strict: true, cutRoles: true });
    if (contentStems(without).length > 1) return without;
  }
  let text = frame.text;
  const cuts: { start: number; end: number }[] = frame.ids.map(({ start, end }) => ({ start, end }));
  if (options.cutRoles === true) {
    for (const role of frame.roles) if (!role.short) cuts.push({ start: role.start, end: role.end });
  }
  cuts.sort((a, b) => b.start - a.start);
  for (const { start, end } of cuts) text = `${text.slice(0, start)} ${text.slice(end)}`;
  let lower = text.toLowerCase();
  const without = lower.replace(DOCUMENT_NAMES, ' ');
  if (hasContent(without) || options.strict === true) lower = without;
  if (options.letters === true) {
    const rest = withoutLetterWords(lower);
    lower = hasContent(rest) || options.strict === true ? rest : lower;
  }
  return lower.replace(/\s+/g, ' ').trim();
}

/** Words that fill a question about a role or a section without naming a topic. */
const FILLER = new Set(
  `section sections topic topics area areas thing things paper whitepaper white document documents documented duties duty
  task tasks role roles responsibility responsibilities accountability accountabilities item items everything all list
  listed new here team teams wise sense kept keep ai ml artificial intelligence work job jobs person people exec executive
  field fields subject subjects point points matter matters question hi hello involve involved part place places
  company organisation organization within carry carries case cases regard regards regarding respect terms ones
  responsible accountable consulted informed consult inform accountable answer answers own owns owner receive
  update updates hear told loop policy controls control clause csa model models system systems raci matrix
  overview summary complete full which where come comes fall falls under plate remit scope security governance`
    .split(/\s+/)
    .map((word) => stem(word)),
);

/** Does a text hold a word with a topic? */
export function hasContent(text: string): boolean {
  return tokens(text).some((token) => !isStopWord(token.word) && token.word.length > 1);
}

/** Topic stems that are more than filler around a role. */
export function contentStems(text: string): readonly string[] {
  return tokens(text)
    .filter((token) => !isStopWord(token.word) && token.word.length > 1)
    .map((token) => stem(token.word))
    .filter((word) => !FILLER.has(word));
}

/** Words with a topic once words of speech are left out too. */
export function topicWords(text: string): readonly string[] {
  return tokens(text)
    .filter(({ word }) => !isNeutral(word) && contentStems(word).length > 0)
    .map(({ word }) => word);
}

/** True when a text has the stems of a phrase in a row. */
export function hasPhrase(text: string, phrase: string): boolean {
  return ` ${allStems(text).join(' ')} `.includes(` ${allStems(phrase).join(' ')} `);
}
