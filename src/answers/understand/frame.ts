/** What a question is about, read deterministically from its words; every field can be shown to the asker. */

import type { IdMention } from '#src/knowledge/ids.ts';
import { findIds } from '#src/knowledge/ids.ts';
import type { Library } from '#src/knowledge/library.ts';
import { foldText } from '#src/knowledge/names.ts';
import type { RaciLetter, SsrmActor, SsrmLayer } from '#src/knowledge/schema.ts';
import { correctText } from '../query.ts';
import type { SearchIndex } from '../search-index.ts';
import type { AbstainReason } from '../types.ts';
import { asksForSomebody, lettersAsked, withoutRelativeWho } from './letters.ts';
import type { Attribute } from './refuse.ts';
import { attributeAsked, refuseByWords } from './refuse.ts';
import type { RoleMentioned } from './role-mentions.ts';
import { rolesIn } from './role-mentions.ts';
import { referencesAsked, standardAsked } from './standards.ts';

/** A question, understood. */
export type Frame = {
  /** Folded text with spelling corrected. */
  readonly text: string;
  readonly lower: string;
  readonly corrections: ReadonlyMap<string, string>;
  readonly ids: readonly IdMention[];
  /** Document ids the question names ("the policy", "ML paper"). */
  readonly documents: readonly string[];
  readonly letters: readonly RaciLetter[];
  readonly owns: boolean;
  readonly loose: boolean;
  /** Asks for a role, team or person. */
  readonly asksWho: boolean;
  readonly roles: readonly RoleMentioned[];
  readonly layers: readonly SsrmLayer[];
  readonly actors: readonly SsrmActor[];
  /** The shared responsibility model or its layers are meant. */
  readonly ssrm: boolean;
  readonly standard: RegExp | null;
  readonly references: readonly string[];
  readonly asksMapping: boolean;
  readonly asksGuardrails: boolean;
  readonly asksNumber: boolean;
  readonly asksFrequency: boolean;
  readonly asksMetrics: boolean;
  readonly asksWhy: boolean;
  readonly asksDefinition: boolean;
  readonly yesNo: boolean;
  readonly compares: boolean;
  readonly attribute: Attribute;
  readonly refusal: AbstainReason | null;
};

const MAX_READ = 2_000;

const WHO =
  /\b(?:who|whos|whom|whose|who's)\b|\b(?:which|what|whats)(?: is| are|'s)? (?:the )?(?:\w+ ){0,2}?(?:teams?|roles?|exec(?:utive)?s?|persons?|people|body|bodies|party|parties|departments?|boards?|groups?|committees?|functions?|units?|officers?|positions?|c-levels?|chiefs?)\b|\bowners?\b|\braci\b|\bin charge\b|\baccountable\b|\banswerable\b|\bresponsible\b(?! (?:use|ai|development|data|manner|way))|\bown(?:s|ed|ership)\b|\bconsulted\b|\bto (?:consult|inform)\b|\bbuck\b/;

const LAYERS: readonly { readonly layer: SsrmLayer; readonly words: RegExp }[] = [
  { layer: 'processing infrastructure', words: /\bprocessing infra\w*|\binfra(?:structure)?(?:[ -]?(?:layer|level|side|tier))\b|\b(?:the )?pi\b(?! data)|\bcompute layer\b|\bhardware layer\b|\bon (?:the )?infra(?:structure)?\b|\bprocessing layer\b/ },
  { layer: 'orchestrated service', words: /\borchestrat\w*/ },
  { layer: 'application', words: /\bapp(?:lication)?s?[ -]?(?:layer|level|side|tier)\b|\bat (?:the )?app(?:lication)?\b|\bapplication (?:row|part|owner)\b/ },
  { layer: 'model', words: /\bmodels?[ -]?(?:layer|level|side|tier|row|part|owner)\b|\b(?:for|at|on) the model\b/ },
]; // biome-ignore format: a table

/** Beside a control's id the bare word is enough: "who implements AIS-06 for the model". */
const BARE_LAYERS: readonly { readonly layer: SsrmLayer; readonly words: RegExp }[] = [
  { layer: 'processing infrastructure', words: /\binfra(?:structure)?\b|\bcompute\b|\bhardware\b/ },
  { layer: 'model', words: /\bmodels?\b(?! (?:providers?|developers?))/ },
  { layer: 'application', words: /\bapp(?:lication)?s?\b(?! (?:providers?|developers?|deployment|security|interface))/ },
]; // biome-ignore format: a table

const ACTORS: readonly { readonly actor: SsrmActor; readonly words: RegExp }[] = [
  { actor: 'CSP', words: /\bcsps?\b|\bcloud (?:service )?providers?\b|\bhyperscalers?\b/ },
  { actor: 'MP', words: /\bmps?\b|\bmodel providers?\b/ },
  { actor: 'OSP', words: /\bosps?\b|\borchestrat\w+ (?:service )?providers?\b/ },
  { actor: 'AP', words: /\baps?\b|\bapplication providers?\b|\bapp providers?\b/ },
  { actor: 'AIC', words: /\baics?\b|\bai customers?\b|\bcustomers?\b/ },
]; // biome-ignore format: a table

const SSRM =
  /\bssrm\b|\bshared security responsibilit\w*|\b(?:control|grc|ais)\b.*\blayers?\b|\blayers?\b.*\b(?:control|grc|ais)\b|\bmodel provider\b|\bcloud service provider\b/;
const MAPPING =
  /\bmap(?:s|ped|ping|pings)?\b|\bcorrespond\w*|\brefs?\b|\breferences?\b|\bcross-?walk\w*|\bequivalents?\b|\btied to\b|\bcounterparts?\b|\blinked? to\b|\brelates? to\b|\bclauses? of\b|\barticles?\b|\baddend\w+|\balign(?:s|ed)? with\b/;
const GUARDRAILS =
  /\bguard-?rails?\b|\bbenchmarks?\b|\bbaselines?\b|\bwhose (?:\w+ ){0,2}(?:standard|framework|guideline|guide|norm)s?\b|\blin(?:e|es|ed|ing) up with\b|\b(?:nist|cis|iso|owasp|csa|mitre) or (?:nist|cis|iso|owasp|csa|mitre)\b|\b(?:external|outside|normative) (?:reference|guidance|document|source|publication)s?\b|\b(?:which|what|whats|list) (?:(?!(?:does|do|should|must|did|would) )[\w/-]+ ){0,2}?(?:standard|framework|guideline|norm)s?\b(?! (?:must|should|for assessing))|^(?:standard|framework|guideline|norm)s\b|\b(?:standards|frameworks|guidelines|norms) (?:for|on|should|to follow|apply|are|is|that|behind|do)\b|\bnist (?:doc|pub|special|sp|standard)\w*|\bbest[- ]practices? (?:doc|source|from|per)\w*|\b(?:which|what) (?:nist|owasp|iso|cis|csa)\b/;
const NUMBER =
  /\bhow (?:many|much|long|high|low|big|large|strong|quick(?:ly)?|fast|soon|large)\b|%|\bper ?cent(?:age)?s?\b|\bpercentage\b|\btarget(?:s|ed)?\b|\bthreshold\b|\bcut-?off\b|\bdeadlines?\b|\bnumbers? of\b|\bwhat (?:number|share|rate|version|size|length|level|proportion|fraction)\b|\b(?:key|min(?:imum)?|max(?:imum)?) (?:length|size|rate|strength|number)\b|\brate of\b|\bshare of\b(?! (?:the )?(?:work|responsib|dut|tasks|burden))|\bgoals?\b|\bkpi target\b|\bfigure\b|\bversion (?:number|no)\b|\bwhich version\b|\bbits?\b|\bcoverage (?:target|goal)\b|\bmax(?:imum)? \w+ rate\b|\bquota\b|\bpct\b|\bretention (?:period|time)\b|\bmax rate\b|\b(?:minimum|maximum|min|max)\b|\bin (?:ms|milliseconds|seconds|minutes|hours|days|weeks|months|years|requests|tokens|gb|mb)\b|\bper (?:second|minute|hour|day|user|month)\b|\bscores?\b(?! each)/;
const FREQUENCY =
  /\bhow (?:often|frequent\w*|regular\w*)\b|\bfrequency\b|\bhow many times\b|\bintervals?\b|\bcadence\b|\bevery (?:year|month|week|day|quarter|how)\b|\b(?:annual|yearly|quarterly|monthly|weekly|daily)(?:ly)?\b|\bonce a (?:year|month)\b|\bperiodicity\b|\brhythm\b|\bcycle time\b|\bwhen (?:is|are|must|should|do|does)\b[^?]*\b(?:review|updat|refresh|renew|revis|repeat|redo|audit)\w*/;
const METRICS =
  /\bmetrics?\b|\bkpis?\b|\bmeasur\w*|\bevaluat\w*|\bcriteria\b|\bjudged?\b|\bassess(?:ed)?\b.{0,20}\b(?:how|effective)|\bhow (?:do|can) we (?:know|tell)\b|\beffective\w*|\bsuccess(?:ful)?\b|\bindicators?\b/;
const WHY =
  /\bwhy\b|\bpurpose\b|\bpoint of\b|\breason\b|\bbenefits?\b|\bwhat for\b|\bgood for\b|\bwhat's the use\b|\badvantages?\b|\bbother\b/;
const DEFINITION =
  /\bwhat (?:is|are|'s)\b|\bwhats\b|\bwhat's\b|\bdefin\w+|\bmeaning\b|\bstands? for\b|\bmeant by\b|\bmean by\b|\bwhat does \S+ mean\b|\bexplain\b|\bin plain\b|\bspell(?:ed|t)? out\b|\babbreviation\b|\bacronym\b|\bwhat do you mean\b/;
const YES_NO =
  /^(?:(?:so|and|but|hey|hi|ok|btw|um|well)[ ,]+)*(?:is|are|do|does|did|can|could|may|must|should|shall|will|would|has|have|am|isn't|aren't|don't|doesn't)\b|\b(?:right|correct|true|or not|yes or no)\s*\?*$/;
const COMPARE =
  /\bvs\.?\b|\bversus\b|\bcompar\w+|\bdifferen(?:ce|t|ces)\b|\bdiffer\b|\bsame\b|\bboth\b|\balike\b|\brespectively\b|\beach\b|\bas opposed to\b|\bidentical\b|\bcontrast\b|\bor rather\b|\bin common\b/;

/** Reads a question. Total: any text gives a frame. */
export function understand(library: Library, index: SearchIndex, question: string): Frame {
  const folded = foldText(question.slice(0, MAX_READ)).replace(/\s+/g, ' ').trim();
  const { text, corrections } = correctText(index, folded);
  const lower = text.toLowerCase();
  const documents = documentsNamed(library, lower);
  const prefix = documents.length === 1 ? (library.documents.get(documents[0] ?? '')?.prefix ?? null) : null;
  const roles = rolesIn(library.roles, text);
  const read = lettersAsked(text);
  const weak = !read.letters.some((letter) => letter === 'responsible' || letter === 'accountable');
  const nobody = weak && !/\b[RACI]\b/.test(text) && !asksForSomebody(lower, roles.length > 0);
  const asked = nobody ? { ...read, letters: [] } : read;
  const ids = findIds(library, text, { prefix: prefix === 'WP' || prefix === 'POL' ? prefix : null });
  const asksWho = WHO.test(withoutRelativeWho(lower)) || asked.letters.length > 0;
  const layers = layersIn(
    lower,
    (asksWho || SSRM.test(lower)) && ids.some(({ id }) => library.items.get(id)?.ownership !== undefined),
  );
  const actors = ACTORS.filter(({ words }) => words.test(lower)).map(({ actor }) => actor);
  return {
    text,
    lower,
    corrections,
    ids,
    documents,
    ...asked,
    asksWho,
    roles,
    layers,
    actors,
    ssrm: SSRM.test(lower) || layers.length > 0,
    standard: standardAsked(lower),
    references: referencesAsked(lower),
    asksMapping: MAPPING.test(lower),
    asksGuardrails: GUARDRAILS.test(lower),
    asksNumber: NUMBER.test(lower),
    asksFrequency: FREQUENCY.test(lower),
    asksMetrics: METRICS.test(lower),
    asksWhy: WHY.test(lower),
    asksDefinition: DEFINITION.test(lower),
    yesNo: YES_NO.test(lower),
    compares: COMPARE.test(lower),
    attribute: attributeAsked(lower),
    refusal: refuseByWords(folded.toLowerCase()),
  };
}

function layersIn(lower: string, ofControl: boolean): readonly SsrmLayer[] {
  const named = LAYERS.filter(({ words }) => words.test(lower));
  const found = named.length > 0 || !ofControl ? named : BARE_LAYERS.filter(({ words }) => words.test(lower));
  return found.map(({ layer }) => layer);
}

/** The policy itself, not the policies of a topic ("network security policies"). */
const POLICY =
  /(?<!\b(?:network|cloud|retention|access|password|vendor|usage|information|data|protection|control|signing|branching) )(?:\b(?:the|our|this|that|company|per|by|under|acc\w* to|in|which|of|says?|ai) (?:ai )?(?:security )?policy\b(?! (?:compliance|violation))|\bpolicy (?:requirements?|rules?|says?|requires?|wants?|demands?|documents?|clause|want|require|say|template|name|expect|ask)\b|^policy\b|\bclause\b|\bpolicy[:?)]|, policy\b|\bai policy\b|\bpolicy (?:and|vs\.?|versus|or) (?:the )?(?:white ?paper|paper|guide|isms|aicm)|\b(?:white ?paper|paper|guide|isms) (?:and|vs\.?|versus|or) (?:the )?policy\b|\bpolicy$)/;

/** Words that name a document without being in its list of names. */
const DOCUMENT_WORDS: Readonly<Record<string, RegExp>> = {
  POL: /\bpolic(?:y|ies)(?:'s)?\b(?! (?:compliance|violation))|\bclause\b/,
  WP: /\bwhite ?-?paper\b|(?<!\bon |position )\bpaper\b(?! (?:trail|form|copy))|\bwp\b/,
  ISMS: /\bisms\b|\bthe guide\b|\bisms guide\b/,
  AICM: /\baicm\b|\bcontrols? matrix\b|\bai-?caiq\b/,
};

/** Documents a question names. "network policy" and "policies" of a topic do not name the policy. */
function documentsNamed(library: Library, lower: string): readonly string[] {
  const named: string[] = [];
  for (const document of library.documents.values()) {
    const words = DOCUMENT_WORDS[document.prefix];
    const byName = document.names.some((name) => name.length > 3 && includesPhrase(lower, name.toLowerCase()));
    if (document.prefix === 'POL') {
      if (POLICY.test(lower)) named.push(document.id);
    } else if (byName || (words?.test(lower) ?? false)) named.push(document.id);
  }
  return named;
}

function includesPhrase(text: string, phrase: string): boolean {
  const at = text.indexOf(phrase);
  if (at < 0) return false;
  const before = text[at - 1] ?? ' ';
  const after = text[at + phrase.length] ?? ' ';
  return !/[a-z0-9]/.test(before) && !/[a-z0-9]/.test(after);
}
