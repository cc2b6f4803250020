/** Follow-ups: what a short question in a thread leaves out is taken from the turn before. */
import type { Library } from '#src/knowledge/library.ts';
import type { SearchIndex } from './search-index.ts';
import type { Answer, Turn } from './types.ts';
import type { Frame } from './understand/frame.ts';
import { understand } from './understand/frame.ts';
import { contentStems, topicOf } from './understand/topic.ts';

/** How a question continues a thread. */
export type FollowUp =
  /** It stands alone. */
  | { readonly kind: 'new' }
  /** Asks for the last answer in fewer words. */
  | { readonly kind: 'shorter'; readonly of: Answer }
  /** The question completed from the thread. */
  | { readonly kind: 'completed'; readonly frame: Frame; readonly from: string };

const SHORTER =
  /^(?:(?:and|so|ok|okay|now|please|pls|can you|could you|say it|tell me|again)[ ,]*)*(?:in short|in brief|briefly|shorter|short version|tl;?dr|summari[sz]e(?: that| it)?|in one sentence|one sentence|to the point|long story short)[ .?!]*$/;
const SAME_FOR =
  /^(?:and |so |ok |now )*(?:the )?(?:same(?: question| thing)?(?: again)? (?:for|with|about|on)|what about|how about|and (?:for|about|with|on)|what of|ditto for)\s+(.+)$/;
const BARE_AND = /^and\s+(?!who|what|which|when|where|why|how|is|are|do|does|whom|whose|can|should|must)(.+)$/;
const POINTS_BACK =
  /\b(?:it|that|this|them|they|those|these|there|he|she|her|him|their|the same|that (?:team|role|one|section|clause|control)|this (?:team|role|section|clause|control))\b/;
const MAX_TURNS = 10;

/** Reads a question in the light of the turns before it. */
export function followUp(library: Library, index: SearchIndex, frame: Frame, thread: readonly Turn[]): FollowUp {
  const turns = thread.slice(-MAX_TURNS);
  const last = turns.findLast((turn) => !turn.answer.abstained && turn.answer.citations.length > 0);
  if (last === undefined || frame.refusal !== null) return { kind: 'new' };
  if (SHORTER.test(frame.lower.trim())) return { kind: 'shorter', of: last.answer };
  const before = understand(library, index, last.question);
  const topic = (SAME_FOR.exec(frame.lower) ?? BARE_AND.exec(frame.lower))?.[1];
  if (topic !== undefined && frame.letters.length === 0) {
    const asked = askedBefore(turns, library, index) ?? before;
    const frameOfTopic = understand(library, index, topic);
    return { kind: 'completed', from: last.question, frame: { ...carry(asked, frameOfTopic), ids: frameOfTopic.ids } };
  }
  if (frame.ids.length > 0) return { kind: 'new' };
  const role = before.roles.find((one) => !one.short) ?? before.roles[0];
  const wasReverse = last.answer.items !== null && role !== undefined;
  const content = contentStems(topicOf(frame, { letters: true, strict: true }));
  const bare = content.length === 0 && frame.roles.length === 0;
  if (wasReverse && bare && frame.letters.length > 0) {
    const text = `${role.role} ${frame.text}`;
    return {
      kind: 'completed',
      from: last.question,
      frame: { ...understand(library, index, text), letters: frame.letters },
    };
  }
  if (bare && (asksSomething(frame) || POINTS_BACK.test(frame.lower)))
    return { kind: 'completed', from: last.question, frame: withItem(frame, last.answer) };
  if (POINTS_BACK.test(frame.lower) && content.length <= 2 && asksSomething(frame)) {
    return { kind: 'completed', from: last.question, frame: withItem(frame, last.answer) };
  }
  return { kind: 'new' };
}

/** The last turn that asked for letters or a figure: "same for X" repeats that. */
function askedBefore(turns: readonly Turn[], library: Library, index: SearchIndex): Frame | null {
  for (const turn of [...turns].reverse()) {
    const frame = understand(library, index, turn.question);
    if (frame.letters.length > 0 || frame.owns || frame.asksWho || frame.asksNumber || frame.asksGuardrails)
      return frame;
  }
  return null;
}

function carry(asked: Frame, topic: Frame): Frame {
  return {
    ...topic,
    lower: `${topic.lower} ${asked.lower}`,
    letters: asked.letters,
    owns: asked.owns,
    loose: asked.loose,
    asksWho: asked.asksWho,
    asksNumber: asked.asksNumber,
    asksFrequency: asked.asksFrequency,
    asksGuardrails: asked.asksGuardrails,
    asksMapping: asked.asksMapping,
    standard: topic.standard ?? asked.standard,
    layers: topic.layers.length > 0 ? topic.layers : asked.layers,
    compares: false,
    yesNo: false,
  };
}

function withItem(frame: Frame, answer: Answer): Frame {
  const id = answer.citations[0]?.id;
  return id === undefined ? frame : { ...frame, ids: [{ id, known: true, start: 0, end: 0 }] };
}

function asksSomething(frame: Frame): boolean {
  return (
    frame.letters.length > 0 ||
    frame.owns ||
    frame.loose ||
    frame.asksNumber ||
    frame.asksFrequency ||
    frame.asksWhy ||
    frame.asksGuardrails ||
    frame.asksMapping ||
    frame.asksMetrics ||
    frame.asksDefinition ||
    frame.asksWho ||
    frame.layers.length > 0 ||
    /\bhow\b|\bmore\b|\bdetails?\b|\bexamples?\b/.test(frame.lower)
  );
}

/** The first sentence of an answer. */
export function firstSentence(text: string): string {
  const match = /^.*?[.!?](?=\s+[A-Z]|$)/s.exec(text);
  return match?.[0] ?? text;
}
