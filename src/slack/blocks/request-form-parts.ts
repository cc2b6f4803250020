/** Parts of the request form: what an exception is about, and the rarer fields of both kinds. Pure. */
import type { KnownBlock } from '@slack/types';
import type { FormKind } from '#src/approvals/document.ts';
import { PREFIX_OF } from '#src/approvals/document-facts.ts';
import { LIMITS } from '#src/approvals/text-limits.ts';
import type { Terms } from '#src/approvals/types.ts';
import type { AboutForm } from '#src/delivery/forms/about.ts';
import { type FormValues, one } from '#src/delivery/forms/form-values.ts';
import { kindOf, type RequestForm } from '#src/delivery/forms/request-form.ts';
import { actions, button, choice, context, dateInput, section, textInput, userInput } from './build.ts';
import { envelopeInputs, envelopeShown } from './envelope-part.ts';

/** What the parts look at: which form, what it is about, and the answers so far. */
export type FormPart = { readonly form: RequestForm; readonly about: AboutForm; readonly values: FormValues };

/** Control, scope, circumstances, what is done instead, and the end. */
export function exceptionPart({ values, about }: FormPart): KnownBlock[] {
  const initial = (field: string) => ({ initial: one(values, field) ?? '' });
  const levels = ['low', 'medium', 'high'].map((level) => ({ value: level, label: level }));
  return [
    section('*What is deviated from, where, and why*'),
    textInput('deviatesFrom', 'Controls or clauses deviated from', {
      charsMax: 800,
      placeholder: 'POL-4.3, AICM-AIS-06',
      ...initial('deviatesFrom'),
    }),
    textInput('systems', 'Systems', { charsMax: 800, hint: 'Separated by commas.', ...initial('systems') }),
    textInput('environments', 'Environments', {
      charsMax: 400,
      placeholder: 'staging, production',
      ...initial('environments'),
    }),
    textInput('teams', 'Teams', { charsMax: 800, optional: true, ...initial('teams') }),
    textInput('circumstances', 'Circumstances', {
      multiline: true,
      charsMax: 1500,
      hint: 'Why the control cannot be met now.',
      ...initial('circumstances'),
    }),
    section('*What is done instead, and until when*'),
    ...controlGroups(values, about.k ?? 1),
    textInput('remediationPlan', 'Remediation plan', {
      multiline: true,
      charsMax: 1500,
      ...initial('remediationPlan'),
    }),
    choice('residualRiskLevel', 'Residual risk', levels, {
      as: 'select',
      redraws: true,
      ...initial('residualRiskLevel'),
    }),
    textInput('residualRisk', 'What remains at risk', { multiline: true, charsMax: 600, ...initial('residualRisk') }),
    dateInput('expires', 'Ends on', {
      hint: 'The exception ends by itself at the end of that day, UTC.',
      initial: one(values, 'expires'),
    }),
  ];
}

/** Purpose, people and data of something that is not built yet. */
export function purposePart({ values }: FormPart): KnownBlock[] {
  const initial = (field: string) => ({ initial: one(values, field) ?? '' });
  return [
    section('*What it is to be for*'),
    textInput('system', 'Name of the system', {
      charsMax: 80,
      placeholder: 'credit-scoring',
      hint: 'The inventory will know it by this name.',
      ...initial('system'),
    }),
    textInput('purpose', 'Purpose', {
      multiline: true,
      charsMax: 1500,
      hint: 'What it does, for whom, in one or two sentences. A deployment has to have the same purpose.',
      ...initial('purpose'),
    }),
    textInput('affected', 'Who uses it, and whom its results touch', {
      multiline: true,
      charsMax: 1500,
      ...initial('affected'),
    }),
    dataInput(values, false),
    userInput('owner', 'Its owner, if not you', { optional: true, initial: one(values, 'owner') }),
  ];
}

function dataInput(values: FormValues, optional: boolean): KnownBlock {
  return textInput('dataClasses', 'Data it uses', {
    charsMax: 800,
    optional,
    placeholder: 'payment history, contact data',
    hint: 'Kinds of data, separated by commas.',
    initial: one(values, 'dataClasses') ?? '',
  });
}

/** Whether the fields about the use case are shown without being asked for. */
function basisShown({ terms, values }: BasisPart): boolean {
  return terms.useCaseDemanded === true || one(values, 'useCase') !== null || one(values, 'dataClasses') !== null;
}

export type BasisPart = FormPart & { readonly terms: Terms; readonly basis: readonly string[] };

/** The use case and the change envelope of a deployment, its data, and how it stands to what was approved. */
export function basisPart(view: BasisPart): KnownBlock[] {
  const { terms, basis, values } = view;
  const [useCase, envelope] = [basisShown(view), envelopeShown(values)];
  if (kindOf(view.form) !== 'deployment' || !(useCase || envelope)) return [];
  const demand = terms.useCaseDemanded === true ? ['This tier is approved only on an approved use case.'] : [];
  const lines = [...demand, ...basis];
  const inputs = [...basisInputs(values), ...(envelope ? envelopeInputs(values) : [])];
  return [...inputs, ...(lines.length === 0 ? [] : [context(lines.join('\n'))])];
}

function basisInputs(values: FormValues): KnownBlock[] {
  return [
    textInput('useCase', 'Use case it rests on', {
      optional: true,
      charsMax: 12,
      placeholder: 'UC-1',
      redraws: true,
      initial: one(values, 'useCase') ?? '',
    }),
    dataInput(values, true),
  ];
}

function controlGroups(values: FormValues, shown: number): KnownBlock[] {
  const groups = Array.from({ length: Math.min(shown, LIMITS.controls) }, (_, i) => i).flatMap((i) => {
    const field = (name: string) => `control.${i}.${name}`;
    const label = i === 0 ? 'Compensating control' : `Compensating control ${i + 1}`;
    return [
      textInput(field('text'), label, {
        charsMax: 240,
        optional: true,
        initial: one(values, field('text')) ?? '',
        ...(i === 0 ? { hint: 'What is done instead, as long as the exception lasts.' } : {}),
      }),
      userInput(field('owner'), 'Its owner', { optional: true, initial: one(values, field('owner')) }),
      dateInput(field('due'), 'In place by', { optional: true, initial: one(values, field('due')) }),
    ];
  });
  return shown >= LIMITS.controls
    ? groups
    : [...groups, actions('form_add', [button('Another control', 'form_add', 'control')])];
}

const REPLACES: Readonly<Record<FormKind, string>> = {
  deployment: 'Replaces the deployment',
  exception: 'Renews the exception',
  'use-case': 'Renews the use case',
};
const RARE = ['lastChange', 'restsOn', 'scope.users', 'scope.traffic', 'scope.regions', 'scope.until', 'requester'];

/** Fields that few requests need: behind a button for deployments, two at the end for the other kinds. */
export function rarePart(view: BasisPart): KnownBlock[] {
  const { form, about, values } = view;
  const kind = kindOf(form);
  const initial = (field: string) => one(values, field);
  const replaces = textInput('replaces', REPLACES[kind], {
    optional: true,
    charsMax: 12,
    placeholder: `${PREFIX_OF[kind]}-12`,
    initial: initial('replaces') ?? '',
  });
  const requester = userInput('requester', 'Submitted for somebody else', {
    optional: true,
    initial: initial('requester'),
  });
  if (kind !== 'deployment') return [replaces, requester];
  const shown = about.x === 1 || [...RARE, 'replaces'].some((field) => initial(field) !== null);
  if (!shown)
    return [
      actions('form_more', [
        button('More fields: scope, use case, envelope, exceptions, replaced version', 'form_more', 'more'),
      ]),
    ];
  return [
    section('*Scope and links* (all optional)'),
    ...(basisShown(view) || envelopeShown(values) ? [] : basisInputs(values)),
    ...(envelopeShown(values) ? [] : envelopeInputs(values)),
    textInput('scope.users', 'Only for these users', {
      optional: true,
      charsMax: 80,
      initial: initial('scope.users') ?? '',
    }),
    textInput('scope.traffic', 'Share of traffic, in percent', {
      optional: true,
      charsMax: 6,
      placeholder: '25',
      initial: initial('scope.traffic') ?? '',
    }),
    textInput('scope.regions', 'Only in these regions', {
      optional: true,
      charsMax: 400,
      hint: 'Separated by commas.',
      initial: initial('scope.regions') ?? '',
    }),
    dateInput('scope.until', 'Until', { optional: true, initial: initial('scope.until') }),
    textInput('restsOn', 'Exceptions it rests on', {
      optional: true,
      charsMax: 120,
      placeholder: 'EX-3',
      initial: initial('restsOn') ?? '',
    }),
    replaces,
    dateInput('lastChange', 'Last significant change to system or data', {
      optional: true,
      hint: 'A privacy impact assessment must be younger (POL-3.4).',
      initial: initial('lastChange'),
    }),
    requester,
  ];
}
