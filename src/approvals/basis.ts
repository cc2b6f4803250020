/**
 * What a deployment rests on beside its own papers: the use case under which it was built, and the change envelope that it
 * claims. Checked against that request
 * as it stands at each click, so that a purpose that is not approved any more carries nothing. Pure and closed by
 * default: what is not known, or not stated, is a flaw.
 */
import type { DeploymentDocument, RequestDocument } from './document.ts';
import { envelopeFlaws } from './envelope.ts';
import { ownReasons } from './gate.ts';
import { plainWords } from './text-limits.ts';
import type { BasisFlaw, BasisFlaws, RequestState, SubmittedState, Tier } from './types.ts';

/** Short ids of the requests that a document rests on, for the server to read them. */
export function basisIdsOf(document: RequestDocument): readonly string[] {
  if (document.kind !== 'deployment') return [];
  return [document.useCase, document.within?.request].filter((id) => id !== undefined);
}

const sameWords = (a: string, b: string): boolean => plainWords(a) === plainWords(b);

/** What stands in the way; null where a document rests on nothing. `related`: the requests that it names. */
export function basisOf(
  document: RequestDocument,
  tier: Tier,
  related: readonly RequestState[],
  nowMs: number,
): BasisFlaws | null {
  if (document.kind !== 'deployment' || basisIdsOf(document).length === 0) return null;
  const { useCase, within } = document;
  return {
    useCase: useCase === undefined ? [] : flawsOfUseCase(document, useCase, related, nowMs),
    ...(within === undefined
      ? {}
      : { envelope: envelopeFlaws({ ...document, within }, tier, inForceOf(within.request, related), nowMs) }),
  };
}

function flawsOfUseCase(
  document: DeploymentDocument,
  shortId: string,
  related: readonly RequestState[],
  nowMs: number,
): readonly BasisFlaw[] {
  const found = inForceOf(shortId, related);
  if (found?.document.kind !== 'use-case') return [{ code: 'unknown', what: shortId }];
  const { document: useCase } = found;
  const flaws: BasisFlaw[] = ownReasons(found, nowMs).map(({ code }) => ({ code: 'not_in_force', what: code }));
  if (!sameWords(useCase.system, document.system)) flaws.push({ code: 'system', what: useCase.system });
  if (!sameWords(useCase.purpose, document.purpose)) flaws.push({ code: 'purpose', what: 'purpose' });
  flaws.push(...dataFlaws(useCase.dataClasses, document.dataClasses));
  return flaws;
}

function dataFlaws(allowed: readonly string[], used: readonly string[] | undefined): readonly BasisFlaw[] {
  if (used === undefined) return [{ code: 'data_classes_missing', what: 'data classes' }];
  return used
    .filter((one) => !allowed.some((known) => sameWords(known, one)))
    .map((what) => ({ code: 'data_class', what }));
}

/** The request of a short id, or the one that renewed it. */
function inForceOf(shortId: string, related: readonly RequestState[]): SubmittedState | null {
  const submitted = related.filter((state): state is SubmittedState => state.status !== 'draft');
  const seen = new Set<string>();
  let found = submitted.find((state) => state.shortId === shortId) ?? null;
  while (found?.renewedBy && !seen.has(found.id)) {
    const { id, renewedBy } = found;
    seen.add(id);
    found = submitted.find((state) => state.id === renewedBy) ?? null;
  }
  return found;
}

const WORDS: Readonly<Record<BasisFlaw['code'], (what: string) => string>> = {
  unknown: (what) => `${what} is not known`,
  missing: () => 'this tier demands an approved use case, and none is named',
  not_in_force: (what) => `not in force (${what.replace(/_/g, ' ')})`,
  system: (what) => `it is about the system ${what}`,
  purpose: () => 'the purpose differs',
  data_class: (what) => `the data class "${what}" is not covered`,
  data_classes_missing: () => 'the data classes are not stated',
  no_envelope: (what) => `${what} was approved without a change envelope`,
  ended: (what) => `the envelope ended on ${what}`,
  answers: () => 'the answers changed',
  tier: (what) => `the tier is higher (${what})`,
  use_case: (what) => `the use case changed (${what})`,
  exception: (what) => `it rests on a further exception (${what})`,
  scope: () => 'the scope is wider',
  changed: (what) => `a significant change of ${what}, after the approval`,
  environment: (what) => `the environment ${what} is not allowed`,
  metric_missing: (what) => `${what} is not stated`,
  metric_out_of_bounds: (what) => `${what} is out of bounds`,
};

/** A flaw as people read it. */
export function flawInWords({ code, what }: BasisFlaw): string {
  return WORDS[code](what);
}
