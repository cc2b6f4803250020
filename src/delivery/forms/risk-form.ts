/** The form of one risk of the register: from its answers to the facts, and back. Pure. */
import { z } from 'zod';
import { parseMoment } from '#src/approvals/duration.ts';
import { type Risk, type RiskFacts, riskSchema } from '#src/systems/risks.ts';
import { type FieldErrors, type FormValues, one, text } from './form-values.ts';

/** Callback id of the modal. */
export const RISK_FORM = 'risk';

/** What the form is about: the risk that is changed, at the version that was shown; neither for a new one. */
export const aboutRiskSchema = z.object({ risk: z.string().max(20).optional(), v: z.int().min(1).optional() });

export type RiskOfForm =
  | { readonly ok: true; readonly facts: RiskFacts }
  | { readonly ok: false; readonly errors: FieldErrors };

/** Reads the answers; `owner` is taken as it stands in the form: a Slack user id. */
export function riskOfForm(values: FormValues): RiskOfForm {
  const list = (field: string) =>
    text(values, field)
      .split(/[;,\n]/)
      .map((part) => part.trim())
      .filter((part) => part !== '');
  const parsed = riskSchema.safeParse({
    asset: text(values, 'asset'),
    threat: text(values, 'threat'),
    vulnerability: text(values, 'vulnerability'),
    likelihood: Number(text(values, 'likelihood')),
    impact: Number(text(values, 'impact')),
    treatment: text(values, 'treatment'),
    measures: text(values, 'measures'),
    owner: text(values, 'owner'),
    reviewBy: parseMoment(one(values, 'reviewBy') ?? '') ?? '',
    systems: list('systems'),
    requests: list('requests'),
  });
  if (parsed.success) return { ok: true, facts: parsed.data };
  const errors: Record<string, string> = {};
  for (const { path, message } of parsed.error.issues) {
    const field = String(path[0]);
    errors[field] ??= WRONG[field] ?? `${message}.`;
  }
  return { ok: false, errors };
}

const WRONG: Readonly<Record<string, string>> = {
  requests: 'Requests by their ids, such as DR-12, separated by commas.',
  systems: 'At most 20 systems, separated by commas.',
  reviewBy: 'By which day is it looked at again?',
};

/** A risk as answers, for the form in which it is changed. */
export function valuesOfRisk(risk: Risk): FormValues {
  return {
    asset: risk.asset,
    threat: risk.threat,
    vulnerability: risk.vulnerability,
    likelihood: String(risk.likelihood),
    impact: String(risk.impact),
    treatment: risk.treatment,
    measures: risk.measures,
    reviewBy: risk.reviewBy.slice(0, 10),
    systems: risk.systems.join(', '),
    requests: risk.requests.join(', '),
  };
}
