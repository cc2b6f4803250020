/** Which RACI letters a question asks for. */
import type { RaciLetter } from '#src/knowledge/schema.ts';

/** Ways of saying each letter; the order of the table is the order of the letters. */
const LETTER_WORDS: Readonly<Record<RaciLetter, RegExp>> = {
  responsible:
    /\bresponsible\b|\bresponsibilit(?:y|ies)(?: (?:for|lies?|lay|sits?|falls?|rests?|of|here|wise)\b|[ ]*[?.!,]|$)|\b(?:has|have|hold|holds|takes?|bears?|carries|our|my|their|your|overall|ultimate|full|day-to-day) (?:the )?responsibilit\w+|\bwho(?:'s|s| is)? (?:actually |really )?do(?:es|ing)\b|\bdo(?:es)? (?:the|each|all the|this|that) ?(?:actual |real )?(?:work|job|doing|legwork|heavy lifting|day|it)?\b(?= ?(?:,|\?|$|and|who|day|it|work|job|legwork))|(?:\bwho|\band|,|\beach)(?: actually| really)? does (?:it|each|what|which)\b|\bexecut(?:e|es|ed|ing|ion)\b|\bcarr(?:y|ies|ied) (?:it |them |this )?out\b|\bday[- ]to[- ]day\b|\bhands[- ]on\b|\bwhose (?:job|task|work|duty)\b|\b(?:done|handled|run|executed|performed) by\b|\b(?:jobs?|tasks?|work) (?:that )?falls? (?:to|on)\b|\bours to do\b|\bmine to do\b|\b(?:do|does|doing) the work\b|\bthe doers?\b|\bgets? (?:their|its) hands dirty\b|\bdoer\b|\b(?:teams?|roles?|groups?|people|ones?) that (?:does|do|runs?|handles?|carr(?:y|ies)|executes?)\b|\bperform(?:s|ed)?\b|\btask(?:ed)? (?:with|of)\b|(?<!\bthe (?:[\w-]+ ){0,3})\b(?:team|role|group|crew)s? (?:doing|running|handling|performing|executing|behind)\b|\bresp\b|\bsame (?:team|group|people|crew)s? (?:that |who )?(?:do|does|doing|runs?|handles?|in charge)\b/,
  accountable:
    /\baccountab\w*|\bacc\b(?!\.? to\b)|\b(?:exec(?:utive)?|c|board|top)[ -]level\b|\b(?:at|on|before) whose (?:door|desk|doorstep)\b|\bcomes? after\b(?! (?:the|that|this|it)\b)|\bthe buck\b|\banswer(?:s|ed|ing)? (?:for|to)\b|\bwho answers?\b|\banswers(?: here)?(?= *[?.,;]| *$)|\banswerable\b|\bbuck (?:stops?|ends?)\b|\b(?:neck|head|ass|butt)\b.{0,20}\b(?:line|rolls?|block|stake)\b|\bhead rolls\b|\bon the hook\b|\bhot seat\b|\bfinal (?:say|word|decision|authority)\b|\blast word\b|\bcarr(?:y|ies) the can\b|\bblam(?:e|ed)\b|\bliable\b|\btakes? the (?:fall|blame|heat|rap)\b|\bgets? (?:fired|yelled at|the blame)\b|\bsigns? (?:it )?off\b|\bsign-?off\b|\bultimate\w*\b|\bsame (?:exec(?:utive)?|boss|head|chief)\b|\bexec(?:utive)?s? (?:for|over|behind|stands?|owns?|(?:on|at the) top)\b|\bc-levels?\b|\bexecutive owner\b|\bexec owner\b|\bcarr(?:y|ies) the responsibility\b|\bface the music\b|\bown the risk\b|\bowns the risk\b|\bgrilled\b|\bsigns? for\b|\bwhose (?:problem|fault|call|liability)\b/,
  consulted:
    /\bconsult\w*|\bcons\b(?! of\b)|\b(?:our|my) (?:advice|input|opinion|views?|expertise)\b|\b(?:i'm|i am|we're|we are) asked\b|'s? (?:input|advice|opinion|guidance|say|views?)\b|\bask (?:\w+ ){1,5}(?:first|beforehand|before)\b|\b(?:who|whom|what|which \w+) (?:is|are|gets?|must be|should be|has to be) asked\b|\b(?:has|have|having|with|get|got) a say\b|\badvi[cs]e[sd]?\b|\badvisory\b|\bin?put (?:from|on|into|of|for)\b|\bfor (?:their |expert )?input\b|\bweigh(?:s)? in\b|\basked (?:first|for|beforehand|before)\b|\b(?:has|have|needs?|ought) to be asked\b|\bwhom? (?:do|should|must|shall|would) (?:i|we|you) (?:ask|involve|talk to|speak to|run)\b|\bwhose (?:guidance|advice|expertise|input|opinion|view)\b|\b(?:do|must|should) (?:i|we) ask\b|\bsounding board\b|\bch(?:ime|ip)s? in\b|\bopinion\b|\brun (?:it|this|that) (?:by|past)\b|\bfeeds? (?:\w+ )?(?:info\w*|input|data|knowledge) (?:in)?to\b|\b(?:provid|giv|suppl|contribut|offer|help)\w* (?:\w+ ){0,2}(?:inputs?|insights?|feedback|expertise|guidance|advice)\b|\bgets? a (?:say|voice)\b|\bhas a say\b|\bexpertise from\b|\b(?:talk|speak|turn|go) to (?:first|before)\b|\bwhom? do (?:i|we) (?:have|need) to (?:talk|speak|involve|ask)\b|\bto involve\b|\b(?:involve|pull in|bring in) (?:for|before|first)\b|\badvice\b|\bexperts?\b(?= to\b)/,
  informed:
    /\binform(?:ed|s)?\b(?!ation)|\bwhom? (?:else )?(?:do|should|must|shall|would|can|to) (?:i |we |you |one )?(?:have to |need to )?(?:tell|update|brief|warn|alert|report)\b|\b(?:do|should|must|have to|need to) (?:i |we |you )?(?:have to |need to )?tell (?:the|our)\b|\bto whom (?:do|must|should) (?:i|we|one) report\b|\b(?:do|should|must|have to|need to) (?:i |we |you )?(?:have to |need to )?(?:update|brief|notify) (?:the|our)\b|\bneeds? to know (?:about|of)\b|\bmust know (?:about|of)\b|\btold\b|\bin the loop\b|\bnotif\w+|\bhears? (?:about|of)\b|\bkept? (?:\w+ )?(?:updated|posted|up to date)\b(?= (?:on|about|of)|\?|$)|\bgets? (?:an? )?(?:updates?|heads[- ]up|to know|memo|the news|word)\b|\blet (?:\w+ )?know\b|\bcc'?e?d\b|\bfyi\b|\bheads[- ]up\b|\bkeep (?:\w+ ){0,2}(?:posted|updated|informed)\b|\breports? (?:it|this|that|them) to\b|\bin cc\b|\bcc\b|\bget told\b|\bwho\w*(?: \w+){0,2} finds? out\b|\breceiv(?:e|es|ing)\b|\bgets? (?:the |a |to see (?:the )?)?(?:\w+ ){0,2}?(?:reports?|results?|numbers|metrics|copy|copies|them|findings)\b|\bin the picture\b|\bbe aware\b|\breported to\b|\bsees? the (?:results?|reports?|findings)\b/,
};

const LETTERS: readonly RaciLetter[] = ['responsible', 'accountable', 'consulted', 'informed'];

/** "Ultimately responsible" and "overall responsibility" mean Accountable in RACI terms. */
const REALLY_ACCOUNTABLE =
  /\b(?:ultimate|ultimately|overall|final|finally|in the end)\b[\w ]{0,20}?\bresponsib\w*|\bresponsib\w*\b[\w ]{0,15}\b(?:exec|executive|c-level|at the top|in the end)\b|\bexec\w*\b[^?,;]{0,10}\bresponsib\w*/g;

/** Phrases that hold a letter's word and do not ask for it. */
const NOT_A_LETTER =
  /\bshared (?:security )?responsibilit\w*|\bresponsible (?:ai|use|usage|development|deployment|manner|way)\b|\bresponsibly\b|\binformed (?:decision|consent)\w*|\broles and responsibilities\b|\b(?:model|system|product|process|project|data|app|application|service|business|use[- ]case) owners?\b(?= (?:have|has|need|needs|must|should|do|does|here|and|what|want|can|is|am|to|,|before)\b|,|:)|\b(?:a|as|an|im an?|i'm an?|i am an?) (?:\w+ )?(?:model|system|product|process|data|app|application|service) owner\b/g;

/** Ways of asking for somebody, all read as `who`. */
const ASKS_SOMEBODY =
  /\b(?:which|what) (?:\w+ )?(?:teams?|roles?|groups?|ones?|person|people|body|department|function|unit|board|committee|exec(?:utive)?|officer|management|leadership)\b|\b(?:by|under|from|with|to) (?:whom|whose|which (?:team|role|group)s?)\b|\bwhom?(?:'s|s)?\b/g;
/** Verbs of those who answer for a thing and do not do it. */
const OVERSEES = /^who(?:'s|s)? (?:\w+ly )?(?:oversees?|governs?|supervises?|heads?|authori[sz]es?)\b/;
const NO_VERB = /^who(?:'s|s)? (?:is|are|for|then|else|about|to|at|in|from|on)\b/;

/**
 * Letters of the who-clauses that name none: "who watches them, who's accountable" asks for those who do it as well,
 * "who oversees it and who is told" for those who answer for it. Only with two clauses or more: one alone is read as a whole.
 */
function lettersOfClauses(lower: string): readonly RaciLetter[] {
  const clauses = lower
    .replace(ASKS_SOMEBODY, 'who')
    .split(/(?=\bwho\b)/)
    .filter((clause) => clause.startsWith('who'));
  if (clauses.length < 2) return [];
  return clauses.flatMap((clause): readonly RaciLetter[] => {
    const named = LETTERS.filter((letter) => LETTER_WORDS[letter].test(clause));
    if (named.length > 0) return named;
    if (OVERSEES.test(clause)) return ['accountable'];
    const said = clause.replace(/\b(?:and|or|,|;)\s*$/, '').trim();
    const byWhom = said === 'who' || /^who (?:and|or) (?:under|by)\b/.test(clause);
    return byWhom || (/^who [a-z]{3,}/.test(said) && !NO_VERB.test(said)) ? ['responsible'] : [];
  });
}

/** What the question says about ownership. */
export type LettersAsked = {
  /** In table order; empty when no letter is named. */
  readonly letters: readonly RaciLetter[];
  /** "who owns", "raci", "owner": all four are wanted unless a letter is named. */
  readonly owns: boolean;
  /** "in charge", "whom do I contact": those who do it and those who answer for it. */
  readonly loose: boolean;
};

/** "people who build AI" asks for nobody: the relative `who` is read as `that`. */
export function withoutRelativeWho(lower: string): string {
  return lower
    .replace(/\bwho (?:does|do|did) what\b/g, 'division of roles')
    .replace(
      /\b(people|those|anyone|anybody|someone|somebody|everyone|everybody|staff|employees?|persons?|colleagues?|teams?|developers?|engineers?|users?|ones|individuals?|vendors?|suppliers?) who\b/g,
      '$1 that',
    );
}

/** Letters written as such: "R and A?", "RACI: A?", "who's the A", "who is R and who is A". Case counts. */
function initialsIn(text: string): string {
  const listed = /\b[RACI](?:\s*(?:,|\/|&|\+|and)\s*[RACI])+\b/.exec(text)?.[0] ?? '';
  const single = text.matchAll(
    /\b(?:the|is|as|who's|whos) ([RACI])\b(?! (?!and\b|or\b|for\b|of\b|in\b|on\b|4\b)\w)|(?:[:,]\s*|\s[-–]\s*)([RACI])\s*\?*$|\s([RAC])\s*\?+$|^([RACI]) (?:for|of|in)\b/g,
  );
  return listed + [...single].map((match) => match.slice(1).find((letter) => letter !== undefined) ?? '').join('');
}

/** Words that can mean nothing but a letter, or a question for somebody. */
const FOR_SOMEBODY =
  /\bwho(?:m|se|s)?\b|\bwho's\b|\b(?:which|what) (?:\w+ ){0,2}(?:teams?|roles?|exec\w*|persons?|people|bod(?:y|ies)|part(?:y|ies)|departments?|boards?|groups?|committees?|units?|officers?|chiefs?|c-levels?)\b|\b(?:responsib|accountab|answerable|consult)\w*|\binform(?:ed|s)?\b|\braci\b|\bin the loop\b|\bnotif\w+|\bowners?\b|\bexec\w*\b|\bteam\b|\bdoers?\b/;

/** "how do we find out", "practical advice": without somebody asked for or named, such words ask for no letter. */
export function asksForSomebody(lower: string, namesRole: boolean): boolean {
  return namesRole || FOR_SOMEBODY.test(lower);
}

/** Reads the letters asked for from a question. */
export function lettersAsked(text: string): LettersAsked {
  const lower = withoutRelativeWho(text.toLowerCase());
  const swapped = lower.replace(NOT_A_LETTER, ' ').replace(REALLY_ACCOUNTABLE, ' accountable ');
  const initials = initialsIn(text);
  const named = LETTERS.filter(
    (letter) => LETTER_WORDS[letter].test(swapped) || initials.includes(letter.charAt(0).toUpperCase()),
  );
  const ofClauses = named.length > 0 ? lettersOfClauses(swapped) : [];
  const letters = LETTERS.filter((letter) => named.includes(letter) || ofClauses.includes(letter));
  const owns = /\braci\b|\bown(?:s|er|ers|ership|ed)?\b|\bwho(?:'s| is| are)? (?:all )?involved\b/.test(swapped);
  const loose =
    /\bin charge\b|\bwhom? (?:do|should|can|must) (?:i|we) (?:contact|turn to|approach|go to)\b|\btakes? care\b|\blooks? after\b|\bwhom? to (?:contact|ask)\b|\bleads?\b|\bpoint of contact\b|\bwho deals\b/.test(
      swapped,
    );
  return { letters, owns, loose };
}

/** Removes the words that only say which letter is meant, so that the rest is the topic. */
export function withoutLetterWords(lower: string): string {
  let rest = lower;
  for (const letter of LETTERS) rest = rest.replace(new RegExp(LETTER_WORDS[letter].source, 'g'), ' ');
  return rest
    .replace(/\b[raci](?:\s*(?:,|\/|&|\+|and)\s*[raci])+\b/g, ' ')
    .replace(
      /\b(?:who|whos|whom|whose|which|what)\b(?:'s)?(?: (?:is|are|all|exactly|else|teams?|roles?|exec|executive|persons?|people|body|bodies|board|group|committee|department|function|party|parties|job|task))*/g,
      ' ',
    )
    .replace(/\b(?:raci|owners?|owns?|owned|ownership|in charge|takes? care|exec|executive|c-level|role|roles)\b/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}
