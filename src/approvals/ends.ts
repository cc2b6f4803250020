/** The end that a document asks for, against the present and what its policy allows. Pure. */
import type { RequestDocument } from './document.ts';
import { isoOf, msOf } from './duration.ts';
import { longestWaitMs } from './policy.ts';
import type { Terms } from './types.ts';

/** Why an end cannot be asked for. `at`: the end that is over, or the ISO time before or after which it has to lie. */
export type EndProblem = {
  /** Field of the form in which it is mended. */
  readonly field: 'expires' | 'scope.until' | 'envelope.until';
  readonly reason: 'expiry_in_past' | 'expiry_beyond_maximum' | 'expiry_too_soon';
  readonly at: string;
};

/** What is wrong with the ends of a document; null for nothing. */
export function endProblem(document: RequestDocument, terms: Terms, nowMs: number): EndProblem | null {
  if (document.kind === 'exception') return problemOf('expires', document.expiresAt, terms, nowMs);
  if (document.kind !== 'deployment') return null;
  const { envelope, scope } = document;
  if (envelope !== undefined && msOf(envelope.until) <= nowMs)
    return { field: 'envelope.until', reason: 'expiry_in_past', at: envelope.until };
  return scope?.until ? problemOf('scope.until', scope.until, terms, nowMs) : null;
}

function problemOf(field: EndProblem['field'], end: string, terms: Terms, nowMs: number): EndProblem | null {
  const endMs = msOf(end);
  if (endMs <= nowMs) return { field, reason: 'expiry_in_past', at: end };
  const latestMs = nowMs + terms.maxDurationMs;
  if (endMs > latestMs) return { field, reason: 'expiry_beyond_maximum', at: isoOf(latestMs) };
  const earliestMs = nowMs + longestWaitMs(terms);
  return endMs <= earliestMs ? { field, reason: 'expiry_too_soon', at: isoOf(earliestMs) } : null;
}
