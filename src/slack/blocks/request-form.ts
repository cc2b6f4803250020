/**
 * The request form: what, what it touches (the tier appears as the answers change, with its reasons), proof (the
 * evidence this tier wants, each with the clause behind it). Block ids are field names. Pure.
 */
import type { KnownBlock } from '@slack/types';
import type { FormKind } from '#src/approvals/document.ts';
import { placesInWords } from '#src/approvals/tally.ts';
import type { EvidenceDemand, Terms } from '#src/approvals/types.ts';
import type { AboutForm } from '#src/delivery/forms/about.ts';
import { fieldWord } from '#src/delivery/forms/field-words.ts';
import { type FormValues, one } from '#src/delivery/forms/form-values.ts';
import { kindOf, type RequestForm } from '#src/delivery/forms/request-form.ts';
import { actions, button, context, fileInput, section } from './build.ts';
import { tierWord } from './card.ts';
import { filledInputs } from './filled.ts';
import { formModal, type Modal } from './modal.ts';
import { basisPart, exceptionPart, purposePart, rarePart } from './request-form-parts.ts';
import { inline, joinWords } from './text.ts';
import { durationWords } from './words.ts';

const ENVIRONMENTS = ['development', 'test', 'staging', 'canary', 'production'] as const;
const YES_NO = [
  { value: 'yes', label: 'Yes' },
  { value: 'no', label: 'No' },
];

export type FormQuestion = { readonly key: string; readonly ask: string };

/** Everything the form shows. */
export type RequestFormView = {
  readonly form: RequestForm;
  readonly about: AboutForm;
  readonly values: FormValues;
  readonly questions: readonly FormQuestion[];
  /** What the answers given so far lead to. */
  readonly terms: Terms;
  /** Places of the quorum that nobody can fill now, in words, and who can name holders (mentions). */
  readonly unfilled: readonly string[];
  readonly admins: readonly string[];
  /** Another system of the inventory that the name looks like. */
  readonly alike: string | null;
  /** How it stands to the use case it names, in words; empty where it names none. */
  readonly basis: readonly string[];
  /** The request it was filled in from, and the names of the blocks that differ from it now. */
  readonly from: { readonly shortId: string; readonly differing: readonly string[] } | null;
};

/** Renders the form at this moment. */
export function requestForm(view: RequestFormView): Modal {
  const { form, about } = view;
  const blocks: KnownBlock[] = [
    ...fromPart(view),
    ...WHAT[kindOf(form)](view),
    ...alikePart(view),
    ...touchesPart(view),
    ...basisPart(view),
    ...proofPart(view),
    ...rarePart(view),
    // A revision is made or not; only something new can wait.
    ...(about.e === undefined ? [actions('form_draft', [button('Save draft', 'form_draft', 'draft')])] : []),
  ];
  const submit = about.why === 'edit' ? 'Make a revision' : form === 'emergency' ? 'Deploy now' : 'Submit';
  return formModal(form, JSON.stringify(about), titleOf(view), blocks, submit);
}

function titleOf({ form, about, from }: RequestFormView): string {
  if (about.why === 'edit' && from) return `Edit ${from.shortId}`;
  if (about.why === 'renew' && from) return `New for ${from.shortId}`;
  if (form === 'emergency') return 'Emergency deployment';
  return { deployment: 'Request a deployment', exception: 'Request an exception', 'use-case': 'Request a use case' }[
    kindOf(form)
  ];
}

function fromPart({ about, from }: RequestFormView): KnownBlock[] {
  if (from === null) return [];
  const words = [...new Set(from.differing.filter((field) => field !== 'replaces').map(fieldWord))];
  const differs = words.length === 0 ? 'Nothing differs yet.' : `Differs: ${inline(joinWords(words), 500)}.`;
  const intro = {
    like: `Filled in from ${from.shortId}.`,
    renew: `Filled in from ${from.shortId}, which this replaces once it is approved: the same artefact renews it or starts it again, another one supersedes it.`,
    edit: `A material change makes a new revision of ${from.shortId} and voids the votes given so far.`,
  }[about.why ?? 'like'];
  return [context(`${intro} ${differs}`)];
}

function whatPart({ form, values }: RequestFormView): KnownBlock[] {
  const input = filledInputs(values);
  return [
    section('*What is to be deployed*'),
    ...(form === 'emergency'
      ? [
          input.text('reason', 'Why it cannot wait', {
            multiline: true,
            charsMax: 1000,
            hint: 'Kept as evidence. The permission lasts hours; the review after the fact starts at once.',
          }),
        ]
      : []),
    input.text('system', 'System', { charsMax: 80, placeholder: 'credit-scoring' }),
    input.text('version', 'Version', { charsMax: 60, placeholder: '2.1.0' }),
    input.text('digest', 'Artefact digest', {
      charsMax: 71,
      placeholder: 'sha256:…',
      hint: 'sha256 of the system’s manifest: sha256: and 64 hex digits.',
    }),
    input.pick('environment', 'Environment', environments(one(values, 'environment')), {
      as: 'select',
      redraws: true,
    }),
    input.text('purpose', 'Purpose', {
      multiline: true,
      charsMax: 1500,
      hint: 'What it does, for whom, in one or two sentences.',
    }),
    input.person('owner', 'Owner of the system, if not you', { optional: true }),
  ];
}

const WHAT: Readonly<Record<FormKind, (view: RequestFormView) => KnownBlock[]>> = {
  deployment: whatPart,
  exception: exceptionPart,
  'use-case': purposePart,
};

function environments(present: string | null) {
  const names: readonly string[] = ENVIRONMENTS;
  const all = present === null || names.includes(present) ? names : [...names, present.slice(0, 75)];
  return all.map((name) => ({ value: name, label: name }));
}

/** The name looks like another system's: said, and asked. */
function alikePart({ alike, values }: RequestFormView): KnownBlock[] {
  if (alike === null) return [];
  const input = filledInputs(values);
  const answers = [{ value: 'yes', label: 'Yes, it is another system' }];
  return [
    section(
      `⚠️ This name looks like *${inline(alike, 120)}*, which is in the inventory. If you mean that one, write its name.`,
    ),
    input.pick('anotherSystem', 'Is it really another one?', answers, {
      optional: true,
    }),
  ];
}

function touchesPart(view: RequestFormView): KnownBlock[] {
  const { questions, values } = view;
  const input = filledInputs(values);
  return [
    section('*What it touches*'),
    ...questions.map((q) => input.pick(`answers.${q.key}`, q.ask, YES_NO, { redraws: true })),
    section(tierLines(view).join('\n')),
  ];
}

/** The tier, why, who decides, by when; and what stands in the way. */
function tierLines({ terms, unfilled, admins }: Pick<RequestFormView, 'terms' | 'unfilled' | 'admins'>): string[] {
  const reasons = terms.tierReasons.map(
    (r) => `${inline(r.because, 160)}${r.refs.length > 0 ? ` (${r.refs.join(', ')})` : ''}`,
  );
  if (terms.tier === 'prohibited') {
    const why = terms.tierReasons
      .filter((r) => r.tier === 'prohibited')
      .map((r) => `${inline(r.because, 160)} (${r.refs.join(', ')})`);
    return [
      `⛔ *Prohibited:* ${why.join('; ')}.`,
      'The policy does not let anybody approve this. A submission is refused at once, and the refusal is recorded.',
    ];
  }
  const quorum = terms.quorum.map((slot) => inline(placesInWords(slot, slot.count), 200)).join(' · ');
  const advice = terms.consulted.map((c) => `${inline(c.role, 80)} (${durationWords(c.withinMs)})`);
  return [
    `*${tierWord(terms.tier)}*${reasons.length > 0 ? `: ${reasons.join('; ')}` : ', because no answer leads to a stricter one'}.`,
    `Decided by ${quorum}, within ${durationWords(terms.deadlineMs)}${terms.minReviewMs > 0 ? `, not before ${durationWords(terms.minReviewMs)}` : ''}.`,
    ...(advice.length > 0 ? [`Advice is asked of ${joinWords(advice)}.`] : []),
    ...(unfilled.length > 0
      ? [
          `⚠️ Nobody can fill: ${unfilled.map((place) => inline(place, 200)).join('; ')}. It cannot be submitted before ${admins.length > 0 ? `${joinWords(admins, 'or')} names` : 'an admin names'} a holder.`,
        ]
      : []),
  ];
}

function proofPart({ terms, values }: RequestFormView): KnownBlock[] {
  const input = filledInputs(values);
  const demanded = terms.tier === 'prohibited' ? [] : terms.evidence;
  const kinds = new Set(demanded.map((demand) => demand.kind));
  // An answer that was changed back and forth must not lose what was typed.
  const kept = Object.keys(values)
    .filter((field) => field.startsWith('evidence.') && one(values, field) !== null)
    .map((field) => field.slice('evidence.'.length))
    .filter((kind) => !kinds.has(kind));
  return [
    section('*Proof*'),
    context(
      demanded.length === 0
        ? 'This tier demands no evidence; links help the committee.'
        : `This tier wants ${demanded.length} ${demanded.length === 1 ? 'piece' : 'pieces'}. What is missing can follow by an edit, but nothing is approved without it.`,
    ),
    ...demanded.flatMap((demand) => evidenceInputs(demand, values)),
    ...kept.map((kind) =>
      input.text(`evidence.${kind}`, `${kind.replace(/-/g, ' ')} (not demanded now)`, {
        optional: true,
        charsMax: 430,
      }),
    ),
    input.text('evidence', 'Other links', {
      multiline: true,
      optional: true,
      charsMax: 3000,
      hint: 'One address a line; “kind: address date” says what it is.',
    }),
  ];
}

/** A piece of evidence: its address or its date, and the file itself. */
function evidenceInputs(demand: EvidenceDemand, values: FormValues): KnownBlock[] {
  const aged = demand.maxAgeMs === null ? '' : ` Not older than ${durationWords(demand.maxAgeMs)}.`;
  const accepts = demand.accepts.filter((kind) => kind !== 'link').map((kind) => kind.replace(/-/g, ' '));
  const instead = accepts.length > 0 ? ` A ${joinWords(accepts, 'or')} counts too.` : '';
  const hint = demand.captured
    ? 'This tier wants the file: upload it below and write its date here, 2026-01-31, or 2026-01-31 until 2027-01-31 v2.'
    : 'Its address and date: https://… 2026-01-31. Or upload it below and write only its date here.';
  return [
    filledInputs(values).text(`evidence.${demand.kind}`, `${demand.title} (${demand.serves.join(', ')})`, {
      optional: true,
      charsMax: 430,
      placeholder: demand.captured ? '2026-01-31' : 'https://… 2026-01-31',
      hint: `${hint}${aged}${instead}`,
    }),
    fileInput(`file.${demand.kind}`, `Upload: ${demand.title}`, { optional: true }),
  ];
}
