/** Parts of a question: its clauses, and what each of them takes over from the whole. */
import type { Frame } from '../understand/frame.ts';
import { understand } from '../understand/frame.ts';
import { topicWords } from '../understand/topic.ts';
import type { Context } from './context.ts';

/** A clause that points back at the one before it does not stand alone. */
export const PRONOUN = /\b(?:it|them|they|that|this|those|these)\b/;
export const CLAUSE_START = /(?:who|whos|who's|whose|whom|what|whats|what's|which|how|when|where|why)\b/i;
/** A clause asks by a question word, or turns its verb: ", and do we need ...". */
const CLAUSE_BORDER =
  /(?:\s*[,;?.]\s*(?:and |but |also |plus )?|\s*&\s*|\s+\+\s+|\s+(?:and|but|plus|as well as)\s+(?:also\s+)?)(?=(?:who|whos|who's|whose|whom|what|whats|what's|which|how|when|where|why)\b|(?:must|do|does|are|can|may|should) (?:we|i|the|our|an?|all|any|every|there|it|[\w-]+s)\b)/i;

/** The clauses of a question: "who scans, and who repairs" has two. */
export function clausesOf(text: string): readonly string[] {
  return text
    .replace(/[?!.\s]+$/, '')
    .split(CLAUSE_BORDER)
    .map((clause) => clause.trim())
    .filter((clause) => clause !== '');
}

/** "who scans for vulnerabilities, and who fixes them": the pronoun stands for the last thing named before. */
export function withAntecedent(clause: string, before: string, pronoun = PRONOUN): string {
  const thing = topicWords(before).at(-1);
  return thing === undefined ? clause : clause.replace(new RegExp(pronoun.source, 'i'), thing);
}

const LEAD =
  /^([^:?]{3,80}?)(?::| - |,|\?|\.)\s*(?=(?:is|are|does|do|must|who|whos|who's|whose|whom|what|whats|what's|which|how|when|where|why)\b)/i;

/** "rate limits: what does the policy say, and who owns them?": the topic in front, and what is asked about it. */
export function leadOf(text: string): { readonly prefix: string; readonly body: string } {
  const whole = text.replace(/[?!.\s]+$/, '');
  const lead = LEAD.exec(whole);
  if (lead === null || CLAUSE_START.test(lead[1] ?? '')) return { prefix: '', body: whole };
  return { prefix: lead[1] ?? '', body: whole.slice(lead[0].length) };
}

/** The frame of a part: its own words, with what the whole question asks about it. */
export function partFrame(context: Context, text: string, own: boolean): Frame {
  const { frame, library, index } = context;
  const part = understand(library, index, text);
  const elliptic = /^(?:and |but )?(?:who|whom|whose|which|what)(?:'s|s)?(?: (?:for|about|in|on|with|then)\b|$)/i.test(
    text,
  );
  const keep = own && !elliptic && (part.letters.length > 0 || part.asksWho || text.split(/\s+/).length > 2);
  const asks = keep
    ? part
    : {
        ...part,
        letters: frame.letters,
        owns: frame.owns,
        loose: frame.loose,
        asksWho: frame.asksWho,
        lower: own ? part.lower : frame.lower,
      };
  return {
    ...asks,
    // A side of a comparison is a topic: "hardware security" is not the team of that name.
    roles: own ? part.roles : part.roles.filter((role) => !role.short),
    documents: part.documents.length > 0 || own ? part.documents : frame.documents,
    layers: part.layers.length > 0 ? part.layers : frame.layers,
    standard: part.standard ?? frame.standard,
    ssrm: part.ssrm || frame.ssrm,
    asksMapping: part.asksMapping || (!own && frame.asksMapping),
    asksGuardrails: part.asksGuardrails || (!own && frame.asksGuardrails),
    asksNumber: part.asksNumber || (!own && frame.asksNumber),
    asksFrequency: part.asksFrequency || (!own && frame.asksFrequency),
    yesNo: false,
    compares: false,
    attribute: own ? part.attribute : null,
    refusal: null,
  };
}
