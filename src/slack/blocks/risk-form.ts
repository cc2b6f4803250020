/** The form of one risk of the register (POL-2.2). Pure. */

import { one } from '#src/delivery/forms/form-values.ts';
import { RISK_FORM, valuesOfRisk } from '#src/delivery/forms/risk-form.ts';
import { type Risk, TREATMENTS } from '#src/systems/risks.ts';
import { choice, dateInput, textInput, userInput } from './build.ts';
import { formModal, type Modal } from './modal.ts';

const LIKELIHOOD = ['1 rare', '2 unlikely', '3 possible', '4 likely', '5 almost certain'];
const IMPACT = ['1 negligible', '2 minor', '3 moderate', '4 major', '5 severe'];
const level = (labels: readonly string[]) => labels.map((label) => ({ value: label.slice(0, 1), label }));
const TREATED = TREATMENTS.map((treatment) => ({ value: treatment, label: treatment }));

/** The form, filled in from a risk that is looked at again; empty for a new one. `owner`: a Slack user id. */
export function riskModal(risk: Risk | null, owner: string | null): Modal {
  const values = risk === null ? {} : valuesOfRisk(risk);
  const was = (field: string) => ({ initial: one(values, field) ?? '' });
  const about = risk === null ? {} : { risk: risk.id, v: risk.version };
  return formModal(
    RISK_FORM,
    JSON.stringify(about),
    risk === null ? 'Record a risk' : `Risk ${risk.id}`,
    [
      textInput('asset', 'Asset', { ...was('asset'), charsMax: 200 }),
      textInput('threat', 'Threat', { ...was('threat'), charsMax: 400, multiline: true }),
      textInput('vulnerability', 'Vulnerability', { ...was('vulnerability'), charsMax: 400, multiline: true }),
      choice('likelihood', 'Likelihood', level(LIKELIHOOD), { ...was('likelihood'), as: 'select' }),
      choice('impact', 'Impact', level(IMPACT), { ...was('impact'), as: 'select' }),
      choice('treatment', 'Treatment', TREATED, { ...was('treatment'), as: 'select' }),
      textInput('measures', 'Measures', { ...was('measures'), charsMax: 1000, multiline: true, optional: true }),
      userInput('owner', 'Owner: who answers for it', { initial: owner }),
      dateInput('reviewBy', 'Looked at again by', was('reviewBy')),
      textInput('systems', 'Systems', {
        ...was('systems'),
        charsMax: 2000,
        optional: true,
        hint: 'Separated by commas.',
      }),
      textInput('requests', 'Requests and exceptions', {
        ...was('requests'),
        charsMax: 300,
        optional: true,
        placeholder: 'DR-12, EX-3',
      }),
    ],
    risk === null ? 'Record' : 'Record the review',
  );
}
