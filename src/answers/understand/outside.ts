/**
 * Classes of questions whose subject no governance document holds, although their words may be the documents' words:
 * talk about the machine, the present state of the organisation, places and links, how bodies work inside, tuning of
 * models, and parts that documents do not have.
 */

const ABOUT_THE_MACHINE =
  /^(?:so |hey |hi |and )*(?:are|were) you\b|\b(?:who|what company) (?:built|made|created|trained|programmed|owns|runs) you\b|\bmodel (?:are you|do you run|is behind you)\b|^(?:so )?do you (?:have|like|love|feel|think|dream|sleep|speak|remember)\b|\bcan you (?:please )?help(?: me)?\s*\??$|\bhow are you\b|\bwhat can you do\b|\bwhat(?:'s| is) your (?:name|opinion|favou?rite)\b|\b(?:good (?:morning|evening|afternoon|night)|whats up|what's up|thank you|thanks)\s*[!.?]*$/;

const STATE_NOW =
  /\bcontracts? with (?:openai|microsoft|google|amazon|aws|azure|anthropic|meta|nvidia|ibm|oracle|sap)\b|\b(?:give|send|show|get|forward|hand) me (?:the|our|a copy of)\b[^?]*\b(?:contract|file|pdf|report|minutes|recording)s?\b|\bin our (?:\w+ )?contracts? with\b|\bwhich of our\b|\b(?:which|what) (?:vendors?|employees?|suppliers?|models?|teams?|projects?|systems?|colleagues?|departments?|persons?|people) (?:failed|broke|had|left|passed|caused|violated|missed|won|lost|leaked)\b|\bso far\b|\bdid (?:the|our|any|my)\b[^?]{0,40}\b(?:say|decide|find|reject|approve|fail|pass|win|complain|sign|vote|meet)\b|^(?:is|are) our \w+ (?:fair|accurate|safe|biased|good|ok|ready|down|working|slow)\b|\bwhy (?:is|was|are|were) (?:the|my|our) (?:\w+ ){1,3}(?:failing|failed|rejected|down|slow|broken|red|denied|late|delayed)\b|\bpending (?:approvals?|requests?|votes?)\b|\b(?:open|overdue) (?:requests|approvals|votes|tickets)\b|\b(?:who|whom) (?:reports? to|does .{3,40} report to)\b|\bwhat(?:'s| is| are) the (?:accuracy|latency|uptime|throughput|price|name|url|password|size|version|owner's name) of our\b|\bhow many (?:\w+ ){0,3}(?:are employed|do we employ|work here|work for us)\b|\bwhat(?:'s| is) the (?:current )?(?:password|pin|login|url|link|address|username)\b/;

const PLACES =
  /\bwhere (?:is|are) (?:\w+ ){1,5}(?:located|hosted|seated)\b|\bwhere (?:do|can) (?:i|we) (?:find|get|download) (?:the |our |a )?(?:\w+ ){0,3}(?:repo\w*|git|code|url|link|form|folder|dashboard|server|office|login|page|app)\b|\b(?:which|what) (?:address|slack channel|channel)\b|\burl of\b|\bgeographically\b|\bwhat time (?:is|does|do|are)\b|\bhow (?:do|can|to) (?:i |we )?(?:log ?in|sign ?in|log on|connect) (?:to|into)\b/;

/** Records of what happened, and the tools they are kept in. */
const RECORDS =
  /\bour (?:current|latest|present|actual|last) (?:\w+ ){0,2}(?:scores?|rates?|levels?|percentages?|results?|counts?|maturity|figures?|values?)\b|\b(?:give|send|show|share|get|open) (?:me |us )?(?:the |a |our )?(?:\w+ )?(?:links?|urls?|dashboards?|folders?|repos?|tickets?)\b|\b(?:jira|confluence|servicenow|sharepoint|trello|github|gitlab|notion) (?:board|page|space|ticket|project|queue|repo|link)s?\b|\b(?:results?|outcomes?|findings|scores?) of (?:the|our|my) (?:last|latest|previous|recent)\b|\bhow many\b[^?]*\b(?:(?:did|have) we (?:have|had|seen?|report(?:ed)?|get|got|closed?|fix(?:ed)?|miss(?:ed)?)|do we have)\b(?! to)|^(?:is|are|was|were|has|have|did) .{3,60}\b(?:done|completed|finished|approved|passed|ready|signed off)\b.{0,12}\b(?:for|on|in|by) (?:the|our|my) (?!policy|paper)[\w-]+ (?:model|system|bot|app|chatbot|project|service|pipeline)\b|\bon[- ]call\b/;

/** Who it was once. */
const ONCE = /\bwho (?:was|were|used to be)\b[^?]*\b(?:before|previously|formerly|until|back then|in 20\d\d)\b/;

const BODIES_INSIDE =
  /\b(?:quorum|chairs?|chaired|chairperson|chairman|chairwoman|elected|election|minutes|agenda|term of office)\b[^?]*\b(?:committee|board|issc)\b|\b(?:committee|board|issc)\b[^?]*\b(?:quorum|chair(?:s|ed|person|man|woman)?|elected|minutes|agenda|meets|meeting (?:place|time|schedule))\b|\bhow many (?:members|seats|people|persons)\b[^?]*\b(?:committee|board|issc)\b|\bhow (?:often|many times|much notice)\b[^?]*\b(?:committee|board)\b[^?]*\b(?:meet|convene|sit|need)\w*/;

const MODEL_TUNING =
  /\b(?:what|which|how (?:high|low|big|large|many)) (?:\w+ )?(?:is the |are the )?(?:learning rate|batch size|epochs?|f1|auc|loss function|temperature|context (?:length|window)|hyper-?parameter values?|training set (?:be|size)|layers? should)\b|\bhow (?:big|large) (?:should|must) (?:the |our |a )?(?:training (?:data ?)?set|data ?set|model)\b|\b(?:what|which) (?:accuracy|precision|recall|f1(?: score)?) (?:must|should|is|do|does)\b|\blearning rate\b|\bhow do (?:i|we|you) (?:write|phrase) (?:a |an )?(?:good |better )?prompts?\b|\bis \S+ better than\b/;

const NO_SUCH_PART =
  /\b(?:figure|page|footnote|slide)\s+(?:no\.? ?)?\d+\b|\b(?:annex|appendix) [a-z0-9]{1,3} (?:of|in|to) (?:the |our )?(?:ai )?(?:policy|white ?paper|paper|guide)\b|\bhow many (?:pages|words|footnotes)\b|\bisbn\b|\b(?:german|french|spanish|chinese|dutch|italian|japanese|portuguese|polish) (?:version|translation|edition|text)\b|\btranslat(?:ed|ion|or)\b[^?]*\b(?:policy|paper|guide)\b|\bwho (?:reviewed|translated|printed|founded) (?:the|our)\b[^?]*\b(?:guide|paper|whitepaper|alliance|csa)\b/;

const BRANDS =
  /\b(?:which|what) (?:\S+ )?(?:version|brand|distribution|distro|release|make|edition) (?:should|must|do|does|are|is|can|shall) (?:we|i|you|the team|prescribed|mandatory|used)\b|\bwhich (?:\S+ )?(?:platform|company|firm|provider|insurer|vendor) (?:hosts?|covers?|offers?|sells?|insures?|supplies)\b|\b(?:which|what) (?:\S+ )?(?:licen[cs]es?) (?:are|is|do|does|can|may)\b/;

/** Another company's rules: the documents are ours, whatever the topic. */
const OTHER_COMPANIES =
  /\b(?:microsoft|google|amazon|aws|meta|facebook|apple|openai|anthropic|nvidia|ibm|oracle|sap|salesforce|siemens|tesla|bosch|netflix|adobe|cisco|intel)(?:'s|s'|s)? (?:[\w-]+ ){0,3}(?:polic(?:y|ies)|terms|guidelines?|rules|approach|principles|code of conduct|practices?|frameworks?|standards?)\b|\b(?:at|inside|within) (?:microsoft|google|amazon|aws|meta|facebook|apple|openai|anthropic|nvidia|ibm|oracle|sap|salesforce|siemens|tesla|netflix)\b|\b(?:polic(?:y|ies)|terms|guidelines?|rules|principles) (?:of|at|from) (?:microsoft|google|amazon|aws|meta|facebook|apple|openai|anthropic|nvidia|ibm|oracle|sap|salesforce)\b|\b(?:other|another|most|competing|similar) (?:compan(?:y|ies)|organi[sz]ations?|firms?|competitors?) (?:do|does|handle|have|use|solve|approach)\b|\bhow (?:do|does) (?:other|another|most) (?:compan(?:y|ies)|organi[sz]ations?|firms?)\b|\bhow (?:do|does|did) (?:microsoft|google|amazon|aws|meta|facebook|apple|openai|anthropic|nvidia|ibm|oracle|sap|salesforce|siemens|tesla|netflix)\b/;

/** "has the churn model passed its last assessment": what happened to one system is in no document. */
const HAPPENED =
  /^(?:has|have|did|was|were|is|are) (?:the|our|my|this|that) (?!(?:\w+ ){0,3}(?:policy|paper|white ?paper|document|guide|draft)\b)(?:[\w-]+ ){1,5}?(?:passed|failed|completed|finished|undergone|expired|gone live|been (?:approved|reviewed|assessed|tested|audited|deployed|signed|scanned|trained|validated|rejected|decommissioned)|(?:already|currently|still|yet) \w+(?:ed|ing)?)\b/;

/** What stands in documents that the library names and does not hold. */
const DOCUMENTS_ELSEWHERE =
  /\b(?:ethical ai guidelines|data protection policy|information security policy|incident response plan)(?:'s)? (?:says?|contains?|requires?|lists?|defines?|states?|covers?)\b|\b(?:what|which) [\w ]{0,40}\b(?:is|are|stands?|written) in (?:the |our )?(?:ethical ai guidelines|data protection policy|information security policy|incident response plan)\b|\b(?:does|do) (?:the |our )?(?:ethical ai guidelines|data protection policy|information security policy|incident response plan) (?:say|contain|require|list|define|state|cover)\b|\b(?:steps?|sections?|chapters?|pages?|quotes?|text|copy|contents?) (?:\d+ )?(?:of|from|in) (?:the |our )?(?:ethical ai guidelines|data protection policy|information security policy|incident response plan)\b|\b(?:quote|wording of|word for word|verbatim|itself (?:says?|demands?|requires?|states?))\b[^?]*\b(?:iso|nist|gdpr|ai act|owasp|article|annex)\b|\b(?:iso|nist|gdpr|ai act|owasp|article|annex)\b[^?]*\b(?:itself|verbatim|word for word|exact wording)\b|\bother (?:two |2 )?(?:white ?)?papers?\b[^?]*\b(?:recommend|say|require|contain|cover|treat|tell)\w*\b|\b(?:full |exact )?text of (?:the |that |this )?(?:control|article|regulation|standard|law)\b/;

const CLASSES: readonly RegExp[] = [
  HAPPENED,
  ABOUT_THE_MACHINE,
  STATE_NOW,
  PLACES,
  RECORDS,
  BODIES_INSIDE,
  MODEL_TUNING,
  NO_SUCH_PART,
  BRANDS,
];

const ON_THE_MAP = /\b(?:which|what) (?:room|floor|building(?! block)|city|country|office|time zone)\b/;

/** Another company, an outside text, a place or a time gone by is the subject, whatever the tables hold; `lower`: the folded question. */
export function isAboutOthers(lower: string): boolean {
  return [OTHER_COMPANIES, DOCUMENTS_ELSEWHERE, ON_THE_MAP, ONCE].some((words) => words.test(lower));
}

/** Is the question of a class that no document can answer? `lower` is the folded question in lower case. */
export function isOutside(lower: string): boolean {
  return CLASSES.some((words) => words.test(lower));
}
