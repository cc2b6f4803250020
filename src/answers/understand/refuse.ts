/** Questions that are no questions: orders to act, instructions to the machine, and things nobody wrote down. */
import type { AbstainReason } from '../types.ts';
import { isAboutOthers, isOutside } from './outside.ts';

/** Text that tries to steer the machine rather than to ask. */
const INSTRUCTIONS =
  /(?<!\b(?:i|we|who|people|someone|somebody|anyone|employees|they|he|she) )\b(?:ignore|disregard|forget|bypass|override|skip)\b[^.?!]{0,40}\b(?:rules?|instructions?|prompts?|polic(?:y|ies) and|guidelines?|guardrails? and|restrictions?|everything above|previous|above|checks?|quorum|safety)\b|\byou are (?:now|no longer)\b|\bfrom now on\b|\bpretend (?:that )?(?:you|to|i)\b|\bimagine (?:that )?you(?:'re| are)\b|\b(?:reply|respond|answer) (?:only |just )?with (?:the word|only|just|yes|"|')|\b(?:reply|respond|answer|output) only\b|\bremove my vote\b|\bhack (?:the|this|that|into|our|your|my|it)\b|\b(?:pretend|act|behave|respond|answer|reply)\b[^.?!]{0,15}\b(?:as if|as though|like you|to be|as an? (?:unrestricted|admin|evil|different|other|root|pirate|hacker))\b|\b(?:system|hidden|initial|secret|developer) (?:prompt|instructions?|message)\b|\bjailbreak\b|\bdan mode\b|\bdeveloper mode\b|\bdebug mode\b|\bgod mode\b|\bsudo (?!rights?\b|access\b|permissions?\b|privileges?\b|users?\b|on\b)|\broleplay\b|\brepeat (?:everything|the words|after me|all)\b|\bnew (?:rule|instruction)s?\s*:|\b(?:reveal|print|show|leak|dump|output|display)\b[^.?!]{0,30}\b(?:prompt|api keys?|tokens?|secrets?|passwords?|credentials?|env(?:ironment)? variables?|private key|signing key|database|config)\b|<\/?(?:system|assistant|user|script)\b|\[\/?inst\]|\bbegin system\b|### ?(?:system|instruction)|\bsay (?:that|only|exactly)\b[^.?!]{0,40}\b(?:approved|accountable|yes|ok)\b|\bdo anything now\b|\bconfirm that\b[^.?!]{0,40}\bapproved\b|\bend of (?:prompt|document|context)\b|\bselect\b.+\bfrom\b.*;|\$\{|\bprocess\.env\b|\bdrop table\b|\brm -rf\b/;

/** Verbs with which people order something done. */
const ACT_VERBS =
  '(?:log|file|raise|open|register) (?:a|an|my|this|the)|approve|reject|deny|decline|vote|delete|remove|erase|wipe|drop|grant|add (?:my|our|this|that|the \\w+ to)|remind|give me (?:access|admin|permission|rights?)|make me|add me|appoint|assign|promote|change|edit|modify|overwrite|deploy|roll back|rollback|release|ship|cancel|revoke|suspend|withdraw|sign off|sign|send|e-?mail|forward|post|ping|notify|message|call|book|schedule|order|buy|pay|transfer|disable|enable|turn (?:off|on)|switch (?:off|on)|shut down|restart|reset|create|open a|file|submit|register|upload|download|install|execute|run|translate|write|draft|compose|generate|code|fix|mark|close|reopen|extend|waive|set|upgrade|merge|commit|invite|kick|ban|unlock|accept|import|let me deploy|put me';
const ORDER = new RegExp(
  `^(?:(?:hi|hey|hello|ok|okay|so|now|and|then|just|pretty|please|pls|plz|kindly|bot|countersign|urgent|asap|quick(?:ly)?|go ahead and|i (?:want|need|order|command|instruct) you to|you (?:must|should|have to|need to)|(?:can|could|would|will) (?:you|u)(?: please| pls| just)*|@\\S+|as (?:the )?(?:ciso|ceo|admin|cto|boss)[^,:]{0,20})[\\s,:!-]*)*(?:${ACT_VERBS})\\b(?! (?:of|and|vs|versus|is|are|must|as code|for (?!me|us)\\w+|requirements?|controls?|handling|process(?:es)?|procedures?|metrics?|releases?|tracking|capabilit\\w+|rights?|logs?)\\b|[-/?:]| - )`,
);
const ASKS = /\b(?:who|whom|whose|what|which|when|where|why|how|whats|whos)\b/;
/** "code signing, responsible and accountable": begins like an order and only names a topic. */
const NAMES_TOPIC =
  /^(?!.*\b(?:me|my|please|pls|you)\b).*\b(?:responsible|accountable|consulted|informed|raci|owners?|required|mandatory|allowed)\b|^(?:post[- ]mortem|code (?:sign|review|scan|integr)\w*|set of|call for|run ?books?|order of|draft of|message queue)\b/;
const REQUEST_ID = /\b(?:mr|dr|ex|uc|req|request|ticket)[-# ]?\d{1,6}\b/;
const ORDER_ANYWHERE =
  /\b(?:approve|reject|delete|grant|deploy|sign off|rubber[- ]?stamp|greenlight|green[- ]light|wave through)\b[^.?!]{0,40}\b(?:mr|dr|ex|uc|pc)[-# ]?\d+\b|\bi (?:order|command|instruct|authori[sz]e) you\b|\bi(?:'m| am) (?:the )?(?:ceo|admin|administrator|root|owner|ciso|boss)\b[^?]{0,60}\b(?:approve|grant|delete|override|do it|let me|give me)\b/;

/** Attributes that no governance document records. */
const PRICE =
  /\b(?:price|prices|pricing|cost(?! me| us our| you)|costs|costing|budget|budgets|salary|salaries|wage|wages|revenue|turnover|profit|invoice|fee|fees|bonus|payroll|headcount|spend|spending|expens\w+|paid|how much (?:money|(?:do|does|did|will|would|should) (?:we|i|they|it|you) (?:pay|spend|earn)|does .{1,40} (?:cost|earn|make)|do .{1,30} (?:cost|earn|make))|dollars?|euros?|eur|usd)\b|[$€£]\s?\d/;
const FINE =
  /\bfines\b|\b(?:the|a|what|which|act|gdpr) fine\b|\bfine (?:for (?:not|viol\w+|break\w+|non\w*)|of|if|under|appl\w+)\b|\bdamages\b|\bpenalt(?:y|ies)\b(?=[^?]*\b(?:gdpr|act|law|regulator|ccpa|hipaa)\b)|\b(?:gdpr|act|ccpa|hipaa)\b[^?]*\bpenalt/;
const PERSON =
  /\b(?:e-?mail(?: address)?|phone|telephone|mobile|number to call|contact details|slack handle|linkedin|home address|birthday|full name|first name|last name|surname)\b|\b(?:ciso|cto|cio|cdo|cro|cpo|caio|ceo|dpo|cfo|coo)(?:'s)? names?\b|\bwho (?:was|is|has been|got|were|gets?) (?:\w+ )?(?:appointed|named as|elected|hired|promoted|nominated)\b|\bwho\b[^?]*\bby name\b|\bnames? of (?:the |our )[\w ]{0,30}(?:manager|lead|head|director|officer|colleague|auditor)s?\b|\bnames? (?:please|pls|plz)\b|\bwho will be\b|\bwho(?:'s| is) the (?:next|new)\b|\b(?:his|her|their) names?\b|\b(?:name|names|named) of (?:the |our |a |an )?(?:current |actual |real )?(?:person|people|individual|employee|human|guy|colleague|chief|head|ciso|cto|cdo|cio|cro|cpo|caio|ceo|dpo|data|committee|board|member|author|owner|reviewer|approver|custodian|auditor)|\bnames of (?:the |our )(?!roles|paper|whitepaper|document|section|control|standard|technique|tool|method|clause)|\bwhat(?:'s| is| are) (?:the |our |his |her |their )?[\w -]{2,40}(?:'s|s') names?\b|\bwhich (?:person|individual|human)\b[^?]{0,40}\b(?:currently|right now|today|by name|holds)\b/;
const DATE =
  /\bwhen (?:was|were|did|has|have)\b[^?]{0,80}\b(?:updated|revised|reviewed|last)\b|\bwhen (?:was|were|did|is|are|will|has|have)\b[^?]{0,80}\b(?:publish\w*|releas\w*|issued?|written|approved|signed|adopted|in force|into force|effective|start\w*|meet\w*|met|expire\w*|end\w*|launch\w*|introduc\w*|happen\w*|come|came|take effect|drafted|valid)\b|\b(?:release|revision|issue|publication|effective|approval|expiry|start|launch|review) date\b|\b(?:on )?(?:what|which) date\b|\bdate of\b|\bsince when\b|\bwhat (?:day|month|year)\b|\bhow old is\b|\bwhen (?:is|are) the deadlines?\b|\bwhen (?:is|are|was|were) (?:the |our )?(?:next|last|upcoming|previous)\b/;
/** Present or past facts of the organisation, which documents about duties do not hold. */
const STATE_OF_AFFAIRS =
  /(?:^|[,.;?] |\b(?:when|why|where|how|what|(?:which|what) \w+) )(?:did|have|has) (?:we|our|anyone|anybody|someone|somebody|the company)\b(?! to\b)|\b(?:are|were|was|is) (?:we|our \w+|the company|my \w+) (?:currently|already|still|now|certified|compliant|late|affected|hit|hacked|breached|using)\b|(?<!\b(?:how|where|when|why|what|should) )\bdo we (?:already |currently |actually )?(?:use|have (?:any(?! (?:requirement|rule|polic|guid|obligation|duty|duties|say))|an? \w+ (?:contract|licen[cs]e))|own|run|employ|pay|sell|outsource)\b|\b(?:which|what|how many) (?!(?:\S+ ){0,2}(?:standards?|frameworks?|guidelines?|guard-?rails?|benchmarks?|references?|refs?|docs?|documents?|norms?|controls?|metrics?|kpis?|criteria|measures?|techniques?|methods?|rules?|roles?|teams?|groups?|bod(?:y|ies)|committees?|boards?|steps?)\b)(?:\S+ ){1,3}(?:do|did|have|are|does) (?:we|our company|our organi[sz]ation|the company) (?:use|using|have(?! to)|own|run|buy|bought|pick\w*|cho(?:o|)sen?|select\w*|deploy\w*|got|employ\w*)\b|\b(?:last|next|this|previous|current) (?:quarter|month|week|year|night|friday|monday|sprint|weekend)\b|\bq[1-4]\b|\byesterday\b|\btomorrow\b|\btoday'?s?\b|\bright now\b|\bour (?:rto|rpo|sla|slo|okrs?|budget|revenue|roadmap|stock|share price|competitors?|customers? list|office|canteen|cafeteria|intranet|wi-?fi|vpn password|vendor list)\b|\bour (?:current|latest|last|biggest|main) (?:vendor|provider|incident|audit|model|contract|supplier|breach)\b|\bstatus of (?:my|our|dr|ex|mr|the (?:request|deployment|exception|audit|project|incident|ticket))\b|\bwhat(?:'s| is) my (?:password|pin|salary|limit|user ?name|status|balance|score)\b|\bwho (?:signed|approved|decided|built|created|hired|bought|chose|picked|installed|deployed|requested|rejected|voted|trained) (?:the|our|this|that|my|it|off)\b(?!.*\b(?:policy|paper|version|document)\b)(?<!\b(?:policy|paper|document|guide)\b.*)|\b(?:last|latest|most recent|recent|newest|upcoming) (?!good|stable|known|working|safe)(?:\w+ ){0,2}(?:release|model|incident|review|meeting|vote|decision|audit|version|exception|request|deployment|training|drill)s?\b(?! (?:of|must|should))|\bwhich (?:vendor|provider|supplier|company|firm|brand|product|consultanc\w+|manufacturer)s? (?:provides?|hosts?|runs?|makes?|delivers?|supplies|supply|did|do we|are we)\b|\b(?:are|is) (?:we|our \w+) [\w ]{0,20}(?:certified|compliant|accredited|audited|insured|registered)\b|\bdo(?:es)? (?:we|our (?:company|org\w*|team|firm)|the company) (?:already|currently) have\b|\bdo(?:es)? our (?:company|org\w*|team|firm) (?:have|use|own)\b(?! to)|\bhave \w+[\w ]{0,30} already\b|\b(?:should|shall|can) (?:i|we) (?:buy|purchase|pick|choose|subscribe)\b|\bwhich \w+ brand\b|^(?:list|show|name|which|how many)\b[^?]{0,30}\b(?:models?|systems?|vendors?|projects?|tools?) (?:that )?(?:we|i) (?:have|use|run|own|bought)\b(?! to)|\bmy (?:e?mails?|inbox|notebook|code|calendar|files?|laptop|account|boss|contract|ticket)\b|\bhow many (?:people|employees|persons|colleagues|staff|incidents|vendors|customers|users|gpus|servers|exceptions|models|projects) \b(?!must|should|does the|do the)|\b(?:which|what|how many|who) (?:\w+ ){0,3}(?:were|was|has been|have been|got) (?:decided|hacked|breached|hired|rejected|approved|bought|deployed|affected|hit|sold|discussed|reported|fined|caught|released|promoted|attacked|stolen|leaked|spent|paid|fired|chosen|picked|selected)\b/;
/** Everyday subjects that a governance desk knows nothing about. */
const FOREIGN =
  /\bhow (?:do|can|should|to|would) (?:i |we |one |you )?(?:install|download|compile|debug|uninstall|code|program|cook|hack)\b|\b(?:weather|lunch|dinner|recipe|cook|vacation|holidays?|sick leave|parental leave|football|soccer|league|world cup|movie|film|song|joke|poem|haiku|horoscope|bitcoin|cryptocurrenc(?:y|ies)|stock market|lottery|birthday|parking|gym|canteen|cafeteria|coffee machine|printer|laptop|wi-?fi|expense report|travel|flight|hotel|visa|pizza|restaurant|dating|president|prime minister|capital of|population|election|meaning of life|who won|my homework|tax return|pension|office chair|standing desk|dress code|time ?sheet|payslip)\b/;

/** A reason not to answer that can be seen in the words alone, or null. `lower` is the folded question in lower case. */
export function refuseByWords(lower: string): AbstainReason | null {
  const compact = lower.replace(/\s+/g, ' ').trim();
  if (INSTRUCTIONS.test(compact)) return 'instruction_in_question';
  if (ORDER_ANYWHERE.test(compact)) return 'request_to_act';
  if (ORDER.test(compact) && (!(ASKS.test(compact) || NAMES_TOPIC.test(compact)) || REQUEST_ID.test(compact)))
    return 'request_to_act';
  if (REQUEST_ID.test(compact)) return 'not_in_documents';
  if (FOREIGN.test(compact) || isAboutOthers(compact)) return 'not_in_documents';
  return null;
}

/** What kind of thing is asked for that documents may not record; the caller checks whether they do. */
export type Attribute = 'price' | 'person' | 'date' | 'state' | 'fine' | null;

/** "our audit is next week, which refs belong to GRC-05": the clauses that ask, or all of it when none does. */
function askingPart(lower: string): string {
  const clauses = lower.split(/[.;:!?]\s+|,\s+|\s[-–]\s/);
  const asking = clauses.filter((clause) => ASKS.test(clause));
  return asking.length === 0 ? lower : asking.join(', ');
}

/** Reads the attribute from the folded question in lower case. */
export function attributeAsked(lower: string): Attribute {
  if (PRICE.test(lower)) return 'price';
  if (PERSON.test(lower.replace(/\bnot (?:the )?(?:\w+ )?names?\b/, ' '))) return 'person';
  if (FINE.test(lower)) return 'fine';
  const asked = askingPart(lower);
  if (STATE_OF_AFFAIRS.test(asked) || isOutside(asked)) return 'state';
  if (DATE.test(asked)) return 'date';
  return null;
}
