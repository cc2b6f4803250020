/** The form in which an owner states facts about a system (POL-4.1). Pure. */
import { FACTS_FORM, valuesOfFacts } from '#src/delivery/forms/facts-form.ts';
import { one } from '#src/delivery/forms/form-values.ts';
import { SSRM_ROLES, type SystemState } from '#src/systems/system.ts';
import { choice, textInput, userInput } from './build.ts';
import { formModal, type Modal } from './modal.ts';

const SSRM: Readonly<Record<(typeof SSRM_ROLES)[number], string>> = {
  CSP: 'Cloud service provider',
  MP: 'Model provider',
  OSP: 'Orchestrated service provider',
  AP: 'Application provider',
  AIC: 'AI customer',
};

/** The form, filled in with what is stated now. `owner`: a Slack user id. */
export function factsModal(system: SystemState, owner: string | null): Modal {
  const values = valuesOfFacts(system);
  const lines = (field: string, label: string, placeholder: string) =>
    textInput(field, label, {
      initial: one(values, field) ?? '',
      charsMax: 3000,
      multiline: true,
      optional: true,
      placeholder,
    });
  return formModal(
    FACTS_FORM,
    JSON.stringify({ s: system.key, v: system.version }),
    'Facts about a system',
    [
      textInput('purpose', `What ${system.name} is for`, {
        initial: one(values, 'purpose') ?? '',
        charsMax: 1500,
        multiline: true,
        optional: true,
      }),
      userInput('owner', 'Owner', { initial: owner }),
      lines('data', 'Data it uses, with its classification', 'CRM = confidential'),
      lines('lineage', 'Where data and models come from', 'Base model X 4, tickets of 2025'),
      lines('vendors', 'Vendors it rests on, one a line', 'Nimbus AI'),
      lines('links', 'Cards and links', 'model-card https://…'),
      choice(
        'ssrm',
        'Our part in the AI supply chain (SSRM)',
        SSRM_ROLES.map((role) => ({ value: role, label: `${role}: ${SSRM[role]}` })),
        { as: 'select', optional: true, initial: system.ssrm ?? '' },
      ),
    ],
    'State',
  );
}
