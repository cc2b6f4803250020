/** Two topics in one breath: a question is cut where each side is about an item of its own. */
import type { Ranked } from '../retrieve.ts';
import type { Frame } from '../understand/frame.ts';
import { lettersAsked } from '../understand/letters.ts';
import { contentStems, topicOf, topicWords } from '../understand/topic.ts';
import type { Context } from './context.ts';
import { find } from './context.ts';
import { CLAUSE_START, partFrame, withAntecedent } from './parts.ts';

/** More pieces than these are a list, not topics. */
const MOST_PIECES = 5;
const MOST_SIDES = 4;

/** Behind these the question goes on about something else: its topics stand on one side of them. */
const SEGMENT = /\s*[:;!](?=\s|$)|(?<!\bvs)\.\s+|\s+[-–]\s+/;
const BORDER =
  /\s*[,?](?=\s|$)\s*(?:and\s+|or\s+)?|(?<!\b[RACI])\s+(?:and|or|plus|vs\.?|versus|as well as|as opposed to|compared (?:to|with)|or rather|&|\+|\/)\s+(?:for\s+|on\s+|about\s+|of\s+)?/i;
/** An id stands against a topic only where they are set against each other in so many words. */
const VERSUS = /\s+(?:vs\.?|versus|as opposed to|compared (?:to|with)|or rather)\s+/i;
/** Between the sides of a comparison these join as well: "compare canary releases with rollbacks". */
const BORDER_OF_COMPARISON = new RegExp(`${BORDER.source}|\\s+(?:with|from|than|to)\\s+`, 'i');
const COMPARES_WITH = /\b(?:compar\w+|distinguish\w*|differ\w*|same (?:\w+ )?as|contrast\w*)\b/i;

const THEM = /\b(?:it|them|those|these)\b/;

/** What a comparison says about its sides; not a topic of either. */
const COMPARING =
  /\b(?:compar(?:e|es|ed|ing|ison)|differ(?:s|ence|ences|ent|ently)?|distinguish(?:es)?|contrast|same|identical|alike|both|each|either|between|respectively|of these|of those|two|three|four|versus|vs|tell|give|show|me|us|separately|exec(?:utive)?s?|teams?|roles?|persons?|people)\b/gi;
const LEAD = /^.*?\bdifferen\w+ (?:\w+ ){0,3}between\s+/i;
/** "in terms of who is told": what is asked, after the topics. */
const TAIL =
  /\s+(?:in terms of|with (?:regard|respect) to|when it comes to|as to|as regards|regarding|concerning|in|on|by)\s+(?:who|whom|what|which|whose|their|the accountab|the responsib|accountab|responsib|ownership|raci|terms).*$/i;

type Side = { readonly text: string; readonly topic: string };

/** A question whose sides are clearly two items or more; null when it has one topic. */
export function bySides(context: Context): readonly Frame[] | null {
  const { frame } = context;
  if (frame.ids.length > (VERSUS.test(frame.text) ? 1 : 0)) return null;
  const pieces = piecesOf(context);
  if (pieces.length < 2 || pieces.length > MOST_PIECES) return null;
  if (asksEachDifferently(pieces)) return null;
  const best = bestCut(context, pieces);
  return best === null ? null : best.map(({ text }) => partFrame(context, text, false));
}

/** Topics set against each other in so many words are two, even where neither has a name near them. */
export function byVersus(context: Context): readonly Frame[] | null {
  const sides = context.frame.text.replace(LEAD, '').split(VERSUS);
  if (sides.length < 2) return null;
  const parts = sides.map((side) => partFrame(context, side, false));
  return parts.some((part) => contentStems(topicOf(part, { letters: true, strict: true })).length === 0) ? null : parts;
}

/** The text between the borders, without roles, asking words and what has no topic. */
function piecesOf(context: Context): readonly string[] {
  const { frame } = context;
  let text = frame.text;
  // Without a letter a role may be the very thing compared.
  const asked = frame.letters.length > 0 ? frame.roles.filter(({ short }) => !short) : [];
  for (const { start, end } of [...asked].reverse())
    text = `${text.slice(0, start)}${' '.repeat(end - start)}${text.slice(end)}`;
  const border = COMPARES_WITH.test(text) ? BORDER_OF_COMPARISON : BORDER;
  const cut = (segment: string): readonly string[] => topicsIn(context, segment.replace(LEAD, '').split(border));
  const segments = text.split(SEGMENT).map((segment) => {
    const short = cut(segment.replace(TAIL, ''));
    return short.length > 1 ? short : cut(segment);
  });
  return segments.find((pieces) => pieces.length > 1) ?? [];
}

function topicsIn(context: Context, all: readonly string[]): readonly string[] {
  const pieces: string[] = [];
  for (const piece of all) {
    const before = pieces.at(-1);
    const said = before === undefined ? piece.trim() : withAntecedent(piece.trim(), before, THEM);
    if (namesTopic(context, topicOfSide(context, said))) pieces.push(said);
  }
  return shareObject(pieces);
}

/** Words of speech name a topic only where they are the very name of an item: "roll back". */
function namesTopic(context: Context, topic: string): boolean {
  if (topicWords(topic).length > 0) return true;
  return contentStems(topic).length > 0 && (find(context, topic, raciOnly(context), 1)[0]?.entry ?? 0) >= LEAST.exact;
}

/** What a side is about; an id is about what its item is. */
function topicOfSide({ frame, library }: Context, side: string): string {
  const [id] = frame.ids;
  const title = library.items.get(id?.id ?? '')?.title;
  const text = id === undefined || title === undefined ? side : side.replace(frame.text.slice(id.start, id.end), title);
  return topicOf({ ...frame, text: text.replace(COMPARING, ' '), ids: [], roles: [] }, { letters: true, strict: true });
}

/** "scanning and prioritisation of vulnerabilities": what stands after "of" belongs to both sides. */
function shareObject(sides: readonly string[]): readonly string[] {
  const [left, right] = sides;
  const object = / of (.+)$/.exec(right ?? '')?.[1];
  if (left === undefined || right === undefined || sides.length !== 2 || object === undefined || / of /.test(left))
    return sides;
  return [`${left} of ${object}`, right];
}

/** "who does this, and who answers for that", "the rule on this, and who does that": each clause is a question of its own. */
function asksEachDifferently(pieces: readonly string[]): boolean {
  const letters = pieces.map((piece) => lettersAsked(piece).letters.join());
  const asked = letters.filter((one) => one !== '');
  if (new Set(asked).size > 1) return true;
  return pieces.slice(1).some((piece, at) => {
    if (!STARTS_CLAUSE.test(piece)) return false;
    if (!ASKS_WHO.test(piece)) return true;
    if (ELLIPTIC.test(piece) && letters[at + 1] === '') return false;
    if (letters[0] === '') return letters[at + 1] !== '' || !/^who/i.test(pieces[0] ?? '') || !/^who/i.test(piece);
    return letters[at + 1] === '';
  });
}

const STARTS_CLAUSE = new RegExp(`^${CLAUSE_START.source}`, 'i');
const ASKS_WHO = /^(?:who|whos|who's|whose|whom|which|what)\b/i;
/** "who on rollbacks", "which one for the cloud": the verb of the clause before is meant. */
const ELLIPTIC =
  /^(?:who|whom|which|what)(?:'s|s)?(?: (?:one|team|role|exec))?(?: is)? (?:for|about|in|on|with|of|to)\b/i;

/** How near the item of each side has to come: less where the question says that it has several topics. */
const LEAST = { several: 0.55, unsaid: 0.72, exact: 0.9 } as const;

/** The cut whose worse side comes nearest to an item; null when none is good enough. */
function bestCut(context: Context, pieces: readonly string[]): readonly Side[] | null {
  const { frame } = context;
  const near = new Map<string, Ranked | undefined>();
  const nearest = ({ topic }: Side): Ranked | undefined => {
    if (!near.has(topic)) near.set(topic, find(context, topic, raciOnly(context), 1)[0]);
    return near.get(topic);
  };
  const cuts = cutsOf(context, pieces).map((sides) => {
    const tops = sides.map(nearest);
    const distinct = new Set(tops.map((top) => top?.id)).size === sides.length;
    return { sides, worst: distinct ? Math.min(...tops.map((top) => top?.entry ?? 0)) : 0 };
  });
  const several = frame.compares || SEVERAL.test(frame.lower);
  const most = cuts.find(({ sides, worst }) => sides.length > 2 && worst >= LEAST.several);
  const best = most ?? cuts.sort((a, b) => b.worst - a.worst)[0];
  if (best === undefined || best.worst < (several ? LEAST.several : LEAST.unsaid)) return null;
  if (several || best.worst >= LEAST.exact) return best.sides;
  const substantial = best.sides.every(({ topic }) => contentStems(topic).length > 1);
  return substantial ? best.sides : null;
}

const SEVERAL = /\b(?:teams|roles|execs|people|respectively|those)\b/;

/** Two sides at each border, and every piece by itself. */
function cutsOf(context: Context, pieces: readonly string[]): readonly (readonly Side[])[] {
  const side = (from: number, to: number): Side => {
    const text = pieces.slice(from, to).join(' and ');
    return { text, topic: topicOfSide(context, text) };
  };
  const cuts = pieces.slice(1).map((_, at) => [side(0, at + 1), side(at + 1, pieces.length)]);
  if (pieces.length > 2 && pieces.length <= MOST_SIDES) cuts.push(pieces.map((_, at) => side(at, at + 1)));
  return cuts;
}

/** Where a letter is asked for, the sides are items with a RACI. */
export function raciOnly(context: Context): (item: number) => number {
  const wants = context.frame.asksWho && context.frame.letters.length > 0;
  return (item) => (!wants || context.index.items[item]?.raci !== undefined ? 1 : 0.5);
}
