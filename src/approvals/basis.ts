/**
 * What a deployment rests on beside its own papers: the use case under which it was built, and the change envelope that it
 * claims. Checked against that request as it stands at each click, so that a purpose that is not approved any more
 * carries nothing. Pure and closed by default: what is not known, or not stated, is a flaw.
 */
import type { RequestDocument } from './document.ts';
import { type Claim, envelopeFlaws, furtherData } from './envelope.ts';
import { byEitherId, ownReasons, renewed } from './in-force.ts';
import { sameWords } from './text-limits.ts';
import { type BasisFlaw, type BasisFlaws, type RequestState, type SubmittedState, TIERS } from './types.ts';

/** Ids of the requests that a document rests on, for the server to read them: exceptions, use case, envelope. */
export function basisIdsOf(document: RequestDocument): readonly string[] {
  if (document.kind !== 'deployment') return [];
  const { restsOn, useCase, within } = document;
  return [...restsOn, useCase, within?.request].filter((id) => id !== undefined);
}

const isSubmitted = (state: RequestState): state is SubmittedState => state.status !== 'draft';

/** What stands in the way; null where a document rests on nothing. `related`: the requests that it names. */
export function basisOf(
  { document, tier, ...people }: Asked,
  related: readonly RequestState[],
  nowMs: number,
): BasisFlaws | null {
  if (document.kind !== 'deployment') return null;
  const { useCase, within } = document;
  if (useCase === undefined && within === undefined) return null;
  const submitted = related.filter(isSubmitted);
  return {
    useCase: flawsOfUseCase({ document, tier }, related, nowMs),
    ...(within === undefined
      ? {}
      : {
          envelope: envelopeFlaws(
            { ...people, tier, document: { ...document, within } },
            renewed(within.request, byEitherId(submitted)) ?? null,
            submitted,
            nowMs,
          ),
        }),
  };
}

/** What is asked for, in which tier and by whom. */
type Asked = Omit<Claim, 'document'> & { readonly document: RequestDocument };

/** How a deployment leaves the use case that it names; none where it names none. */
export function flawsOfUseCase(
  { document, tier }: Pick<Asked, 'document' | 'tier'>,
  related: readonly RequestState[],
  nowMs: number,
): readonly BasisFlaw[] {
  if (document.kind !== 'deployment' || document.useCase === undefined) return [];
  const found = renewed(document.useCase, byEitherId(related.filter(isSubmitted)));
  if (found?.document.kind !== 'use-case') return [{ code: 'unknown', what: document.useCase }];
  const { document: useCase } = found;
  const flaws: BasisFlaw[] = ownReasons(found, nowMs).map(({ code }) => ({ code: 'not_in_force', what: code }));
  if (!sameWords(useCase.system, document.system)) flaws.push({ code: 'system', what: useCase.system });
  if (!sameWords(useCase.purpose, document.purpose)) flaws.push({ code: 'purpose', what: 'purpose' });
  // Whoever approved the purpose saw these answers, by the quorum of that tier: not more than that was approved.
  if (TIERS.indexOf(tier) > TIERS.indexOf(found.terms.tier)) flaws.push({ code: 'tier', what: tier });
  for (const [what, yes] of Object.entries(document.answers))
    if (yes && !(Object.hasOwn(useCase.answers, what) && useCase.answers[what])) flaws.push({ code: 'answer', what });
  flaws.push(...dataFlaws(useCase.dataClasses, document.dataClasses));
  return flaws;
}

function dataFlaws(allowed: readonly string[], used: readonly string[] | undefined): readonly BasisFlaw[] {
  return used === undefined ? [{ code: 'data_classes_missing', what: 'data classes' }] : furtherData(allowed, used);
}

type Words = (what: string, document: RequestDocument | null) => string;

const WORDS: Readonly<Record<BasisFlaw['code'], Words>> = {
  unknown: (what) => `${what} is not known`,
  missing: () => 'this tier demands an approved use case, and none is named',
  not_in_force: (what) => `not in force (${what.replace(/_/g, ' ')})`,
  system: (what) => `it is about the system ${what}`,
  purpose: () => 'the purpose differs',
  data_class: (what) => `the data class "${what}" is not covered`,
  data_class_at: (what, document) => {
    const text = dataClassAt(document, Number(what));
    return text === undefined ? `data class ${what} is not covered` : `the data class "${text}" is not covered`;
  },
  data_classes_missing: () => 'the data classes are not stated',
  no_envelope: (what) => `${what} was approved without a change envelope`,
  ended: (what) => `the envelope ended on ${what}`,
  answers: () => 'the answers changed',
  tier: (what) => `the tier is higher (${what})`,
  use_case: (what) => `the use case changed (${what})`,
  answer: (what) => `the use case did not say yes to ${what}`,
  owner: () => 'the envelope belongs to another owner',
  replaced: (what) => `${what} replaced it without claiming its envelope`,
  exception: (what) => `the exceptions differ (${what})`,
  exception_not_in_force: (what) => `the exception ${what} does not carry it now`,
  scope: () => 'the scope is wider',
  changed: (what) => `a significant change of ${what}, after the approval`,
  environment: (what) => `the environment ${what} is not allowed`,
  metric_missing: (what) => `${what} is not stated`,
  metric_out_of_bounds: (what) => `${what} is out of bounds`,
};

function dataClassAt(document: RequestDocument | null, position: number): string | undefined {
  return document?.kind === 'deployment' ? document.dataClasses?.[position - 1] : undefined;
}

/** Flaws of a document as people read them; without the document no words of its own are in them. */
export function flawsInWords(flaws: readonly BasisFlaw[], document: RequestDocument | null): readonly string[] {
  return flaws.map(({ code, what }) => WORDS[code](what, document));
}
