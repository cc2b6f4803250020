/**
 * Questions about this desk rather than about the documents: how something is asked for, how a request stands, who sits
 * where. The documents cannot answer them, a command can. What was answered stays as it is; the pointer comes beside it.
 * Pure.
 */
import type { AbstainReason, Answer } from '#src/answers/types.ts';
import { foldText } from '#src/knowledge/names.ts';

/** What a question can be pointed to. */
export const POINTED_TO = [
  'deployment',
  'exception',
  'use_case',
  'request',
  'open_requests',
  'roles',
  'vote',
  'evidence_file',
  'incident',
  'stop',
  'verify',
] as const;
export type PointedTo = (typeof POINTED_TO)[number];

export type Pointer = {
  readonly to: PointedTo;
  /** Short id of the request that the question names (`DR-12`); null where it names none. */
  readonly shortId: string | null;
};

const QUESTION_CHARS = 300;

const HOW =
  "(?:(?:how|where) (?:do|can|could|would|should|may|must) (?:i|we|you|one|people|somebody|someone)|how to|where to|(?:i|we) (?:want|need|would like|'d like) to|(?:can|could|may) (?:i|we))(?: please| just| actually| formally| go and| go about)?";
const ASK_FOR =
  '(?:request|ask for|apply for|submit|file|open|raise|start|make|create|get|put in|register|propose|requesting|asking for)';
const SMALL = '(?:(?:an?|the|my|our|your|this|that|new|another|ai|more|request for|approval for|approval of) )*';
const END =
  '(?: request| requests| approval| approved| granted)?(?: (?:here|now|please|in slack|with you))*\\s*[?!.]*$';
const OF_WHAT = '(?: (?:of|for|from|to|in|on) [^?]{1,80}?)?';
const WHAT_RUNS = '(?:model|system|version|agent|application|app)(?: version)?';

const ask = (what: string): RegExp => new RegExp(`^(?:(?:hi|hello|hey|so|and|please)[ ,]+)*${HOW} ${what}${END}`);

/** The first that holds is meant. */
const PATTERNS: readonly (readonly [PointedTo, RegExp])[] = [
  ['request', /\b(?:dr|ex|uc|pc)-\d{1,6}\b/],
  ['deployment', ask(`${ASK_FOR} ${SMALL}(?:model )?deployments?${OF_WHAT}`)],
  [
    'deployment',
    ask(`(?:get (?:approval|permission) (?:to|for) )?(?:deploy|deploying|release) ${SMALL}${WHAT_RUNS}${OF_WHAT}`),
  ],
  ['exception', ask(`${ASK_FOR} ${SMALL}exceptions?${OF_WHAT}`)],
  ['use_case', ask(`${ASK_FOR} ${SMALL}use[- ]?cases?${OF_WHAT}`)],
  [
    'open_requests',
    /^(?:what|which)(?: (?:requests?|deployments?|exceptions?))? (?:is|are)(?: still)? (?:open|pending|waiting)\b/,
  ],
  ['open_requests', /\b(?:status|progress|state) of (?:my|our) (?:requests?|deployments?|exceptions?|use cases?)\b/],
  [
    'open_requests',
    /^(?:is|was|has) my (?:request|deployment|exception|use case) (?:been )?(?:approved|decided|rejected)\b/,
  ],
  ['roles', /\bwho(?: i|')?s (?:sitting )?(?:on|in) (?:the|our|your) (?:ai )?(?:governance )?(?:committee|board)\b/],
  [
    'roles',
    /\bwho (?:are|sits|is) (?:(?:the )?members? of|on|in) (?:the|our|your) (?:ai )?(?:governance )?committee\b/,
  ],
  ['roles', /^who (?:are|is) (?:an? |the |our |your )?(?:countersign )?admin(?:istrator)?s?(?: here)?\s*[?!.]*$/],
  ['vote', ask(`(?:vote|cast ${SMALL}vote|approve ${SMALL}request|reject ${SMALL}request)(?: on [^?]{1,80})?`)],
  ['evidence_file', ask(`(?:upload|attach|add|hand in|submit|provide) ${SMALL}(?:evidence|document|file)s?${OF_WHAT}`)],
  ['incident', ask(`(?:report|raise|declare|file|log) ${SMALL}(?:security )?(?:incident|breach|problem)s?${OF_WHAT}`)],
  [
    'stop',
    ask(
      `(?:suspend|stop|halt|pause|shut down|switch off|disable|block|revoke) ${SMALL}(?:\\w+ )?(?:model|system|deployment|version|vendor|agent|application|environment|approval)s?${OF_WHAT}`,
    ),
  ],
  ['verify', ask(`(?:verify|check|prove) ${SMALL}(?:evidence|evidence log|log|decision)s?${OF_WHAT}`)],
];

/** Answers that send whoever wants something done to the commands by themselves. */
const POINTS_ITSELF: ReadonlySet<AbstainReason | null> = new Set(['request_to_act', 'instruction_in_question']);

/** Where else to turn with an answered question, where it is about the desk; null for every other one. */
export function pointerFor({ question, reason }: Pick<Answer, 'question' | 'reason'>): Pointer | null {
  if (POINTS_ITSELF.has(reason)) return null;
  const lower = foldText(question.slice(0, QUESTION_CHARS)).toLowerCase().replace(/\s+/g, ' ').trim();
  const found = PATTERNS.find(([, pattern]) => pattern.test(lower));
  if (found === undefined) return null;
  const [to, pattern] = found;
  return { to, shortId: to === 'request' ? (pattern.exec(lower)?.[0].toUpperCase() ?? null) : null };
}

const WORDS: Readonly<Record<PointedTo, string>> = {
  deployment: 'A deployment is requested with `/governance deploy`',
  exception: 'An exception is requested with `/governance exception`',
  use_case: 'A use case is put forward with `/governance use-case`',
  request: 'How {id} stands: `/governance show {id}`, on the server `npx countersign request show {id}`',
  open_requests: '`/governance status` lists what is open and who has to act; the Home tab shows what is yours',
  roles: '`/governance roles` lists who holds which role now',
  vote: 'Votes are given on the card in the committee channel ("Review and vote"), or with `/governance vote DR-12`',
  evidence_file: 'A document is uploaded with `/governance evidence DR-12`',
  incident:
    'Where a system has to stop, whoever holds a role for it writes `/governance suspend NAME INCIDENT why`; "Ask a human" tells the committee',
  stop: 'Whoever holds a role for it stops a system with `/governance suspend NAME INCIDENT why`, one request with `/governance suspend DR-12`',
  verify: '"Verify" on a decided card shows its proof; on the server `npx countersign evidence verify`',
};

/** The sentence, commands in backticks. */
export function pointerWords({ to, shortId }: Pointer): string {
  return `${WORDS[to].replaceAll('{id}', shortId ?? '')}.`;
}
