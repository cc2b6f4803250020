/** Help, greeting, status list and App Home. Pure. */
import type { KnownBlock } from '@slack/types';
import type { Act } from '#src/delivery/requests/acts.ts';
import { actions, button, context, header, type Message, section } from './build.ts';
import { actWords } from './more.ts';
import { dateToken, inline } from './text.ts';

/** `/governance help`. */
export function renderHelp(): Message {
  return {
    text: 'What Countersign does: answers with sources, requests for approval, evidence.',
    blocks: [
      section(
        '*Ask* in #ask-governance or here: who owns a topic, what a control requires, which standard it maps to. Every answer names its source, or says that the documents do not cover it.',
      ),
      section(
        '*Request*: `/governance deploy` for a deployment, `/governance exception` for an exception, `/governance use-case` to have a purpose approved before anything is built, `/governance deploy like DR-12` to start from another one, `/governance emergency` where it cannot wait. The committee decides in its channel; you are told in your direct message with Countersign.',
      ),
      section(
        '*Act on a request*: `/governance show DR-12` for its history, `/governance more DR-12` for what you may do on it now and why not the rest.',
      ),
      section(
        '*Look*: `/governance status` lists what is open and who has to act; `systems`, `system NAME`, `roles`, `holds` and `proposals` show what stands behind it, `policy` the approval policy and what is proposed to it.',
      ),
      section(
        '*Prove*: `/governance evidence DR-12` uploads a document, `/governance attest DR-12` stands for one in your role, `withdraw-file` takes one back.',
      ),
      section(
        '*Own a system*: `/governance describe NAME` states what it is and uses, `version NAME 1.4.0` computes the digest of what a version is made of, `alias NAME 1.4.0 same` records a look at a vendor’s floating alias, `risk` records a risk and `risks` lists them, `decommission NAME why` takes it out of service, step by step.',
      ),
      section(
        '*Hold a role*: `delegate` and `takeback` hand it on for a time, `absent` and `back` let your deputies vote. Administrators: `import` brings a table of roles, systems or risks, `import document` a document for the library, `rules` proposes other periods and quorums, `gate` and `logging` other settings, `appoint`, `group` and `dismiss` change who holds what.',
      ),
      section(
        '*Stop*: `/governance suspend NAME INCIDENT why` stops a system at once, where your role permits it; also `version`, `vendor` and `environment` before the name. `review HOLD what was found` records the review after it, `lift HOLD DR-12` ends the hold by a fresh approval; `holds` shows the ids.',
      ),
      actions('help', [
        button('Request a deployment', 'open_deploy', ''),
        button('Request an exception', 'open_exception', ''),
      ]),
    ],
  };
}

const SUGGESTED = [
  'Who is accountable for canary releases?',
  'What does policy 4.3 require before a model is deployed?',
  'Which ISO 42001 references map to AIS-06?',
];

/** The first thing in the direct message. */
export function renderGreeting(): Message {
  return {
    text: 'Ask who owns a topic or what a control requires; every answer names its source.',
    blocks: [
      section(
        'Ask who owns a topic or what a control requires. Every answer names its source; what the documents do not cover is said so.',
      ),
      actions(
        'greeting',
        SUGGESTED.map((q, i) => button(q, `ask:${i}`, q)),
      ),
    ],
  };
}

export type StatusLine = {
  readonly requestId: string;
  /** Hash of the revision that is shown. */
  readonly revision: string;
  readonly shortId: string;
  readonly title: string;
  readonly status: string;
  readonly needed: readonly string[];
  readonly decideBy: Date | null;
};

/** Requests that `/governance status` shows of those that are open. */
export const STATUS_LINES = 20;

/** `/governance status`: who must act on what; the newest of so many that are open. */
export function renderStatus(lines: readonly StatusLine[], open: number): Message {
  if (open === 0) return { text: 'No request is open.', blocks: [section('No request is open.')] };
  return {
    text: `${open} request${open === 1 ? ' is' : 's are'} open.`,
    blocks: [
      section(`*${open} open*`),
      ...lines.map(statusSection),
      ...(open > lines.length
        ? [context(`These are the newest. The evidence pages and "countersign request list" show all.`)]
        : []),
    ],
  };
}

const pressValue = ({ requestId, revision }: StatusLine): string => JSON.stringify({ r: requestId, v: revision });

function statusSection(line: StatusLine): KnownBlock {
  const needed = line.needed.length > 0 ? `\nWaiting for: ${line.needed.map((n) => inline(n, 120)).join(' · ')}` : '';
  const by = line.decideBy ? ` · by ${dateToken(line.decideBy)}` : '';
  return section(
    `*${line.shortId}* ${inline(line.title, 150)}\n${inline(line.status.replace(/_/g, ' '), 40)}${by}${needed}`,
    button('Details', 'open_details', pressValue(line)),
  );
}

/** What the person may do about it; the server looks at each press again. */
function waitingButtons(line: HomeView['waiting'][number]): KnownBlock {
  const acts = line.acts.slice(0, 4).map((act) => {
    return button(actWords(act).label, `open_${act}`, pressValue(line), act === 'vote' ? 'primary' : undefined);
  });
  return actions(`waiting:${line.requestId}`, [...acts, button('More', 'open_more', pressValue(line))]);
}

/** Requests that App Home shows of those that wait for somebody. */
export const HOME_LINES = 15;

export type HomeView = {
  /** With what the person is waited for. */
  readonly waiting: readonly (StatusLine & { readonly acts: readonly Act[] })[];
  readonly mine: readonly StatusLine[];
  /** Systems, roles and proposals, already rendered. */
  readonly parts: readonly KnownBlock[];
};

/** App Home: what waits for you first, empty parts left out (screens.md, "App Home"). */
export function renderHome(view: HomeView): KnownBlock[] {
  const part = <L extends StatusLine>(title: string, lines: readonly L[], shown: (line: L) => readonly KnownBlock[]) =>
    lines.length === 0 ? [] : [header(title), ...lines.flatMap(shown)];
  return [
    ...part('Waiting for you', view.waiting, (line) => [statusSection(line), waitingButtons(line)]),
    ...part('Your requests', view.mine, (line) => [statusSection(line)]),
    ...view.parts,
    header('Ask something'),
    actions(
      'home_ask',
      SUGGESTED.map((q, i) => button(q, `ask:${i}`, q)),
    ),
    header('Request something'),
    actions('home_request', [
      button('Deployment', 'open_deploy', ''),
      button('Exception', 'open_exception', ''),
      button('Use case', 'open_use_case', ''),
    ]),
  ];
}
