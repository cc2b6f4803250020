/** What the answers given so far lead to, while a request form is being filled in. Pure. */
import type { PolicyInForce } from '#src/approvals/commands.ts';
import type { Answers, DeploymentDocument, RequestDocument } from '#src/approvals/document.ts';
import { isExceptionId, PREFIX_OF } from '#src/approvals/document-facts.ts';
import { parseMoment } from '#src/approvals/duration.ts';
import { readMeasures } from '#src/approvals/envelope-form.ts';
import { listOf } from '#src/approvals/form-fields.ts';
import { termsFor } from '#src/approvals/policy.ts';
import type { Terms } from '#src/approvals/types.ts';
import { answersIn, type FormValues, shortIdsIn, text } from './form-values.ts';
import { kindOf, type RequestForm, scopeIn } from './request-form.ts';

/** The terms under which the answers given so far would be judged: what the form shows while it is filled in. */
export function previewTerms(
  form: RequestForm,
  values: FormValues,
  policy: PolicyInForce,
  base: RequestDocument | null,
): Terms {
  return termsFor(policy, { ...draftDocument(form, values), raisedTier: base?.raisedTier ?? null });
}

/** The deployment in a form as far as it says what it rests on; null for the other kinds. */
export function basisDocument(form: RequestForm, values: FormValues): DeploymentDocument | null {
  const document = draftDocument(form, values);
  return document.kind === 'deployment' ? document : null;
}

function claimIn(values: FormValues): Pick<DeploymentDocument, 'within'> {
  const [request] = shortIdsIn(text(values, 'within')).filter((id) => id.startsWith(PREFIX_OF.deployment));
  const measures = readMeasures(text(values, 'metrics'));
  return request === undefined ? {} : { within: { request, metrics: measures.ok ? measures.value : {} } };
}

/** What is in the form of the fields that decide about tier, terms and basis; the others are empty. */
function draftDocument(form: RequestForm, values: FormValues): RequestDocument {
  const answers: Answers = Object.fromEntries(
    Object.entries(answersIn(values)).map(([key, value]) => [key, value === 'yes']),
  );
  const shared = { answers, evidence: [], replaces: null, raisedTier: null };
  const system = text(values, 'system');
  const purpose = text(values, 'purpose');
  switch (kindOf(form)) {
    case 'use-case':
      return { kind: 'use-case', ...shared, system, purpose, affected: '', dataClasses: [] };
    case 'exception': {
      const level = text(values, 'residualRiskLevel');
      return {
        kind: 'exception',
        ...shared,
        deviatesFrom: [],
        systems: [],
        environments: [],
        teams: [],
        circumstances: '',
        compensatingControls: [],
        remediationPlan: '',
        residualRisk: { level: level === 'medium' || level === 'high' ? level : 'low', text: '' },
        expiresAt: '',
      };
    }
    case 'deployment': {
      const [useCase] = shortIdsIn(text(values, 'useCase')).filter((id) => id.startsWith(PREFIX_OF['use-case']));
      const dataClasses = listOf(text(values, 'dataClasses'));
      return {
        kind: 'deployment',
        ...shared,
        system,
        version: text(values, 'version'),
        digest: '',
        environment: text(values, 'environment'),
        purpose,
        ...(useCase === undefined ? {} : { useCase }),
        ...(dataClasses.length === 0 ? {} : { dataClasses }),
        ...claimIn(values),
        scope: scopeIn(values),
        lastChange: parseMoment(text(values, 'lastChange')),
        restsOn: shortIdsIn(text(values, 'restsOn')).filter(isExceptionId),
      };
    }
  }
}
