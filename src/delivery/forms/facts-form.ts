/** The form in which an owner states facts about a system (POL-4.1): from its answers to the facts, and back. Pure. */

import { z } from 'zod';
import { type FactsInput, factsSchema } from '#src/systems/decide-system.ts';
import type { SystemState } from '#src/systems/system.ts';
import { type FieldErrors, type FormValues, one, text } from './form-values.ts';

/** Callback id of the modal. */
export const FACTS_FORM = 'system_facts';

/** The system that the form is about, at the version that was shown. */
export const aboutFactsSchema = z.object({ s: z.string().min(1).max(200), v: z.int().min(1) });

export type FactsOfForm =
  | { readonly ok: true; readonly facts: FactsInput }
  | { readonly ok: false; readonly errors: FieldErrors };

/** Reads the answers; `owner` is taken as it stands in the form: a Slack user id. */
export function factsOfForm(values: FormValues): FactsOfForm {
  const lines = (field: string) =>
    text(values, field)
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '');
  const data = lines('data').map((line) => {
    const at = line.lastIndexOf('=');
    return {
      name: line.slice(0, Math.max(0, at)).trim(),
      classification: line
        .slice(at + 1)
        .trim()
        .toLowerCase(),
    };
  });
  const links = lines('links').map((line) => {
    const [kind = '', ...url] = line.split(/\s+/);
    return { kind: kind.toLowerCase(), url: url.join(' ') };
  });
  const parsed = factsSchema.safeParse({
    purpose: text(values, 'purpose'),
    owner: text(values, 'owner'),
    data,
    lineage: lines('lineage'),
    vendors: lines('vendors'),
    links,
    ssrm: one(values, 'ssrm'),
  });
  if (parsed.success) return { ok: true, facts: parsed.data };
  const errors: Record<string, string> = {};
  for (const { path, message } of parsed.error.issues) {
    const field = String(path[0]);
    const which = typeof path[1] === 'number' ? `Line ${path[1] + 1}: ` : '';
    errors[field] ??= `${which}${WRONG[field] ?? `${message}.`}`;
  }
  return { ok: false, errors };
}

const WRONG: Readonly<Record<string, string>> = {
  data: 'write it as "CRM = confidential"; public, internal, confidential or restricted.',
  links: 'write it as "model-card https://…"; model-card, system-card, repository, dashboard or other.',
};

/** What is stated of a system, as answers. */
export function valuesOfFacts({ purpose, data, lineage, vendors, links, ssrm }: SystemState): FormValues {
  return {
    purpose,
    data: data.map(({ name, classification }) => `${name} = ${classification}`).join('\n'),
    lineage: lineage.join('\n'),
    vendors: vendors.join('\n'),
    links: links.map(({ kind, url }) => `${kind} ${url}`).join('\n'),
    ssrm,
  };
}
