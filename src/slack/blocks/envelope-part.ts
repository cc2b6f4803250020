/** The change envelope in the request form: the claim of a new version, and the bounds asked for later ones. Pure. */
import type { KnownBlock } from '@slack/types';
import { type FormValues, one } from '#src/delivery/forms/form-values.ts';
import { filledInputs } from './filled.ts';

const CLAIM = ['within', 'metrics'];
const BOUNDS = ['envelope.metrics', 'envelope.environments', 'envelope.until'];

/** Whether anything about an envelope was filled in. */
export function envelopeShown(values: FormValues): boolean {
  return [...CLAIM, ...BOUNDS].some((field) => one(values, field) !== null);
}

/** The fields, all optional. Pressing Enter behind the id shows whether the version is inside. */
export function envelopeInputs(values: FormValues): KnownBlock[] {
  const input = filledInputs(values);
  return [
    input.text('within', 'Inside the change envelope of', {
      optional: true,
      charsMax: 12,
      placeholder: 'DR-12',
      redraws: true,
      hint: 'A new version inside approved bounds takes the lighter quorum that the policy names.',
    }),
    input.text('metrics', 'What was measured', {
      optional: true,
      multiline: true,
      charsMax: 800,
      placeholder: 'accuracy = 0.95',
    }),
    input.text('envelope.metrics', 'Or: bounds for later versions', {
      optional: true,
      multiline: true,
      charsMax: 800,
      placeholder: 'accuracy >= 0.92',
      hint: 'Approved together with this version: same purpose, same data, and these.',
    }),
    input.text('envelope.environments', 'Environments that later versions may run in', {
      optional: true,
      charsMax: 400,
      placeholder: 'staging, production',
    }),
    input.day('envelope.until', 'Bounds end on', { optional: true }),
  ];
}
