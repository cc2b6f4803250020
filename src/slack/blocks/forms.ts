/** Modals with fields. Block ids are field names: the form parsers of the approvals room read them. Pure. */
import type { KnownBlock } from '@slack/types';
import { choice, context, plain, section, textInput } from './build.ts';
import { cut, escapeText, inline } from './text.ts';

/** A modal view as `views.open` takes it. */
export type Modal = {
  readonly type: 'modal';
  readonly callback_id?: string;
  readonly private_metadata?: string;
  readonly title: ReturnType<typeof plain>;
  readonly submit?: ReturnType<typeof plain>;
  readonly close: ReturnType<typeof plain>;
  readonly blocks: KnownBlock[];
};

const YES_NO = [
  { value: 'yes', label: 'Yes' },
  { value: 'no', label: 'No' },
];
export const ENVIRONMENTS = ['development', 'test', 'staging', 'canary', 'production'] as const;

export type FormQuestion = { readonly key: string; readonly ask: string };

/** Shown at once, because a trigger lives three seconds; the form replaces it. */
export function loadingModal(): Modal {
  return {
    type: 'modal',
    title: plain('Countersign', 24),
    close: plain('Cancel', 24),
    blocks: [section('One moment …')],
  };
}

/** The request form: what, what it touches, proof. `nonce` hides the content behind the revision's hash. */
export function deployForm(questions: readonly FormQuestion[], about: string, evidenceHint: string): Modal {
  return {
    type: 'modal',
    callback_id: 'deploy',
    private_metadata: about,
    title: plain('Request a deployment', 24),
    submit: plain('Submit', 24),
    close: plain('Cancel', 24),
    blocks: [
      section('*What is to be deployed*'),
      textInput('system', 'System', { charsMax: 80, placeholder: 'credit-scoring' }),
      textInput('version', 'Version', { charsMax: 60, placeholder: '2.1.0' }),
      textInput('digest', 'Artefact digest', {
        charsMax: 71,
        placeholder: 'sha256:…',
        hint: 'sha256 of the system’s manifest: sha256: and 64 hex digits.',
      }),
      choice(
        'environment',
        'Environment',
        ENVIRONMENTS.map((e) => ({ value: e, label: e })),
        { as: 'select' },
      ),
      textInput('purpose', 'Purpose', {
        multiline: true,
        charsMax: 1000,
        hint: 'What it does, for whom, in one or two sentences.',
      }),
      section('*What it touches*'),
      ...questions.map((q) => choice(`answers.${q.key}`, q.ask, YES_NO)),
      section('*Proof*'),
      textInput('evidence', 'Links to evidence', {
        multiline: true,
        optional: true,
        charsMax: 3000,
        hint: evidenceHint,
      }),
    ],
  };
}

/** The exception form. */
export function exceptionForm(questions: readonly FormQuestion[], about: string): Modal {
  return {
    type: 'modal',
    callback_id: 'exception',
    private_metadata: about,
    title: plain('Request an exception', 24),
    submit: plain('Submit', 24),
    close: plain('Cancel', 24),
    blocks: [
      textInput('deviatesFrom', 'Controls or clauses deviated from', {
        charsMax: 200,
        placeholder: 'POL-4.3, AICM-AIS-06',
      }),
      textInput('systems', 'Systems', { charsMax: 300, hint: 'Separated by commas.' }),
      textInput('environments', 'Environments', { charsMax: 200, placeholder: 'staging, production' }),
      textInput('teams', 'Teams', { charsMax: 300, optional: true }),
      textInput('circumstances', 'Circumstances', {
        multiline: true,
        charsMax: 1000,
        hint: 'Why the control cannot be met now.',
      }),
      textInput('compensatingControls', 'Compensating controls', {
        multiline: true,
        charsMax: 2000,
        hint: 'One a line: what is done instead | @owner or member id | due date, such as 2027-01-31.',
      }),
      textInput('remediationPlan', 'Remediation plan', { multiline: true, charsMax: 1000 }),
      choice(
        'residualRiskLevel',
        'Residual risk',
        ['low', 'medium', 'high'].map((v) => ({ value: v, label: v })),
        { as: 'select' },
      ),
      textInput('residualRisk', 'What remains at risk', { multiline: true, charsMax: 600 }),
      textInput('expires', 'Ends on', {
        charsMax: 10,
        placeholder: '2027-01-31',
        hint: 'The exception ends by itself at the end of that day, UTC.',
      }),
      ...questions.map((q) => choice(`answers.${q.key}`, q.ask, YES_NO)),
      textInput('evidence', 'Links to evidence', { multiline: true, optional: true, charsMax: 3000 }),
    ],
  };
}

export type VoteView = {
  readonly shortId: string;
  readonly title: string;
  readonly facts: readonly string[];
  readonly evidence: readonly { readonly title: string; readonly url: string }[];
  /** The role in which the vote would count; null when this person has none. */
  readonly role: string | null;
  /** What this person may not do, and why. */
  readonly blocked: readonly string[];
  readonly reasonDemanded: boolean;
  readonly choices: readonly string[];
};

const CHOICES: Readonly<Record<string, string>> = {
  approve: 'Approve',
  approve_with_conditions: 'Approve with conditions',
  reject: 'Reject',
  abstain: 'Abstain',
  recuse: 'Step back (conflict of interest)',
};

/** "Review and vote": offers this person only what this person may do, and says why the rest is not offered. */
export function voteModal(view: VoteView, about: string): Modal {
  const blocks: KnownBlock[] = [
    section(`*${inline(view.title, 250)}*`),
    section(view.facts.map((f) => `• ${inline(f, 400)}`).join('\n')),
    ...(view.evidence.length > 0 ? [section(view.evidence.map((e) => `• ${link(e.url, e.title)}`).join('\n'))] : []),
    ...view.blocked.map((b) => context(inline(b, 500))),
  ];
  if (view.role !== null) {
    blocks.push(
      context(`Your vote counts as *${inline(view.role, 100)}*.`),
      choice(
        'choice',
        'Your vote',
        view.choices.map((c) => ({ value: c, label: CHOICES[c] ?? c })),
      ),
      textInput('reason', 'Reason', {
        multiline: true,
        charsMax: 1000,
        optional: !view.reasonDemanded,
        hint: 'Kept as evidence. Demanded for a rejection, a conditional approval and on the high tier.',
      }),
      textInput('conditions', 'Conditions', {
        multiline: true,
        optional: true,
        charsMax: 2000,
        hint: 'For a conditional approval, one a line: what | member id of the owner | due date | before or after deployment | role that confirms.',
      }),
      textInput('conflict', 'Conflict of interest', {
        optional: true,
        charsMax: 300,
        hint: 'Only when you step back.',
      }),
    );
  }
  return {
    type: 'modal',
    callback_id: 'vote',
    private_metadata: about,
    title: plain(`Review ${view.shortId}`, 24),
    ...(view.role === null ? {} : { submit: plain('Record my vote', 24) }),
    close: plain('Close', 24),
    blocks,
  };
}

/** A modal with one text: ask for information, give it, withdraw, suspend, answer a consultation. */
export function textModal(
  form: string,
  about: string,
  title: string,
  intro: string,
  label: string,
  options: { readonly optional?: boolean; readonly extra?: readonly KnownBlock[]; readonly submit?: string } = {},
): Modal {
  return {
    type: 'modal',
    callback_id: form,
    private_metadata: about,
    title: plain(title, 24),
    submit: plain(options.submit ?? 'Send', 24),
    close: plain('Cancel', 24),
    blocks: [
      section(cut(intro, 2900)),
      ...(options.extra ?? []),
      textInput('text', label, { multiline: true, charsMax: 1000, optional: options.optional ?? false }),
    ],
  };
}

/** A modal that only shows lines. */
export function readingModal(title: string, lines: readonly string[]): Modal {
  const blocks: KnownBlock[] = [];
  let open = '';
  for (const line of lines) {
    if (open.length + line.length > 2800 && open.length > 0) {
      blocks.push(section(open));
      open = '';
    }
    open = open.length === 0 ? line : `${open}\n${line}`;
  }
  if (open.length > 0) blocks.push(section(open));
  return { type: 'modal', title: plain(title, 24), close: plain('Close', 24), blocks: blocks.slice(0, 95) };
}

/** A link to an address somebody typed: only http and https, escaped; anything else stays text. */
export function link(url: string, title: string): string {
  const safe = /^https?:\/\/[^\s<>|]{1,500}$/i.test(url);
  return safe ? `<${escapeText(url)}|${inline(title.replace(/\|/g, ' '), 120)}>` : inline(`${title} ${url}`, 300);
}
