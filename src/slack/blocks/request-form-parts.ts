/** Parts of the request form: what an exception is about, and the rarer fields of both kinds. Pure. */
import type { KnownBlock } from '@slack/types';
import type { FormKind } from '#src/approvals/document.ts';
import { PREFIX_OF } from '#src/approvals/document-facts.ts';
import { LIMITS } from '#src/approvals/text-limits.ts';
import type { Terms } from '#src/approvals/types.ts';
import type { AboutForm } from '#src/delivery/forms/about.ts';
import { type FormValues, one } from '#src/delivery/forms/form-values.ts';
import { kindOf, type RequestForm } from '#src/delivery/forms/request-form.ts';
import { actions, button, context, section } from './build.ts';
import { envelopeInputs, envelopeShown } from './envelope-part.ts';
import { filledInputs } from './filled.ts';

/** What the parts look at: which form, what it is about, and the answers so far. */
export type FormPart = { readonly form: RequestForm; readonly about: AboutForm; readonly values: FormValues };

/** Control, scope, circumstances, what is done instead, and the end. */
export function exceptionPart({ values, about }: FormPart): KnownBlock[] {
  const input = filledInputs(values);
  const levels = ['low', 'medium', 'high'].map((level) => ({ value: level, label: level }));
  return [
    section('*What is deviated from, where, and why*'),
    input.text('deviatesFrom', 'Controls or clauses deviated from', {
      charsMax: 800,
      placeholder: 'POL-4.3, AICM-AIS-06',
    }),
    input.text('systems', 'Systems', { charsMax: 800, hint: 'Separated by commas.' }),
    input.text('environments', 'Environments', {
      charsMax: 400,
      placeholder: 'staging, production',
    }),
    input.text('teams', 'Teams', { charsMax: 800, optional: true }),
    input.text('circumstances', 'Circumstances', {
      multiline: true,
      charsMax: 1500,
      hint: 'Why the control cannot be met now.',
    }),
    section('*What is done instead, and until when*'),
    ...controlGroups(values, about.k ?? 1),
    input.text('remediationPlan', 'Remediation plan', {
      multiline: true,
      charsMax: 1500,
    }),
    input.pick('residualRiskLevel', 'Residual risk', levels, {
      as: 'select',
      redraws: true,
    }),
    input.text('residualRisk', 'What remains at risk', { multiline: true, charsMax: 600 }),
    input.day('expires', 'Ends on', {
      hint: 'The exception ends by itself at the end of that day, UTC.',
    }),
  ];
}

/** Purpose, people and data of something that is not built yet. */
export function purposePart({ values }: FormPart): KnownBlock[] {
  const input = filledInputs(values);
  return [
    section('*What it is to be for*'),
    input.text('system', 'Name of the system', {
      charsMax: 80,
      placeholder: 'credit-scoring',
      hint: 'The inventory will know it by this name.',
    }),
    input.text('purpose', 'Purpose', {
      multiline: true,
      charsMax: 1500,
      hint: 'What it does, for whom, in one or two sentences. A deployment has to have the same purpose.',
    }),
    input.text('affected', 'Who uses it, and whom its results touch', {
      multiline: true,
      charsMax: 1500,
    }),
    dataInput(values, false),
    input.person('owner', 'Its owner, if not you', { optional: true }),
  ];
}

function dataInput(values: FormValues, optional: boolean): KnownBlock {
  return filledInputs(values).text('dataClasses', 'Data it uses', {
    charsMax: 800,
    optional,
    placeholder: 'payment history, contact data',
    hint: 'Kinds of data, separated by commas.',
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
    filledInputs(values).text('useCase', 'Use case it rests on', {
      optional: true,
      charsMax: 12,
      placeholder: 'UC-1',
      redraws: true,
    }),
    dataInput(values, true),
  ];
}

function controlGroups(values: FormValues, shown: number): KnownBlock[] {
  const input = filledInputs(values);
  const groups = Array.from({ length: Math.min(shown, LIMITS.controls) }, (_, i) => i).flatMap((i) => {
    const field = (name: string) => `control.${i}.${name}`;
    const label = i === 0 ? 'Compensating control' : `Compensating control ${i + 1}`;
    return [
      input.text(field('text'), label, {
        charsMax: 240,
        optional: true,
        ...(i === 0 ? { hint: 'What is done instead, as long as the exception lasts.' } : {}),
      }),
      input.person(field('owner'), 'Its owner', { optional: true }),
      input.day(field('due'), 'In place by', { optional: true }),
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
  const input = filledInputs(values);
  const replaces = input.text('replaces', REPLACES[kind], {
    optional: true,
    charsMax: 12,
    placeholder: `${PREFIX_OF[kind]}-12`,
  });
  const requester = input.person('requester', 'Submitted for somebody else', {
    optional: true,
  });
  if (kind !== 'deployment') return [replaces, requester];
  const shown = about.x === 1 || [...RARE, 'replaces'].some((field) => one(values, field) !== null);
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
    input.text('scope.users', 'Only for these users', {
      optional: true,
      charsMax: 80,
    }),
    input.text('scope.traffic', 'Share of traffic, in percent', {
      optional: true,
      charsMax: 6,
      placeholder: '25',
    }),
    input.text('scope.regions', 'Only in these regions', {
      optional: true,
      charsMax: 400,
      hint: 'Separated by commas.',
    }),
    input.day('scope.until', 'Until', { optional: true }),
    input.text('restsOn', 'Exceptions it rests on', {
      optional: true,
      charsMax: 120,
      placeholder: 'EX-3',
    }),
    replaces,
    input.day('lastChange', 'Last significant change to system or data', {
      optional: true,
      hint: 'A privacy impact assessment must be younger (POL-3.4).',
    }),
    requester,
  ];
}
