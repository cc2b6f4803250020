/** Opening a request: the regular way and the emergency way. */
import { advance } from './advance.ts';
import { revisionHash } from './canonical.ts';
import type { Command } from './commands.ts';
import { insideUseCase, refreshBasis } from './decide-basis.ts';
import type { RequestDocument } from './document.ts';
import { documentProblem } from './document-schema.ts';
import { isoOf, msOf } from './duration.ts';
import { endProblem } from './ends.ts';
import { termsFor } from './policy.ts';
import { emit, type Handled, type OpenRecorder, type Recorder, refuse } from './recorder.ts';
import { authorityIn } from './seats.ts';
import { tally } from './tally.ts';
import { isBlank, isText, LIMITS } from './text-limits.ts';
import type { Person, Terms } from './types.ts';

type Opening = Extract<Command, { type: 'submit' | 'break_glass' }>;

/** Submission: refused without a reachable quorum; a prohibited use is recorded as refused. */
export function decideSubmit(recorder: Recorder, command: Extract<Command, { type: 'submit' }>): Handled {
  const refused = openingProblem(recorder, command);
  if (refused) return refused;
  const terms = termsFor(command.policy, command.document);
  if (terms.tier === 'prohibited') return recordRefused(recorder, command, terms);
  const timing = timeProblem(command.document, terms, recorder.nowMs);
  if (timing) return timing;
  // Later additions are revisions, but an empty list shows that nobody looked (POL-2.2).
  if (terms.evidence.length > 0 && command.document.evidence.length === 0)
    return refuse('evidence_missing', ...terms.evidence.map((demand) => demand.title));
  recordSubmitted(recorder, command, terms, decideBy(command.document, terms, recorder.nowMs));
  const outside = insideUseCase(recorder as OpenRecorder);
  if (outside) return outside;
  const standing = tally((recorder as OpenRecorder).state, command.roster, recorder.nowMs);
  return standing.reachable === 'yes' ? null : refuse('quorum_unreachable', ...standing.unfilled);
}

/** An emergency deployment: permitted for hours at once, reviewed afterwards by the tier's own quorum. */
export function decideBreakGlass(recorder: Recorder, command: Extract<Command, { type: 'break_glass' }>): Handled {
  const refused = openingProblem(recorder, command);
  if (refused) return refused;
  if (command.document.kind !== 'deployment') return refuse('wrong_kind', 'deployment');
  const terms = termsFor(command.policy, command.document);
  const authority = authorityIn(command.roster, command.by, terms.breakGlass.roles);
  if (!authority) return refuse('no_break_glass_role', ...terms.breakGlass.roles);
  if (isBlank(command.reason)) return refuse('reason_required');
  if (!isText(command.reason, LIMITS.reason)) return refuse('invalid', 'reason');
  if (terms.tier === 'prohibited') return recordRefused(recorder, command, terms);
  const reviewBy = isoOf(recorder.nowMs + terms.breakGlass.reviewMs);
  recordSubmitted(recorder, command, terms, reviewBy);
  const until = isoOf(recorder.nowMs + terms.breakGlass.validityMs);
  emit(recorder, 'breakglass.invoked', { ...authority, reason: command.reason, until, reviewBy });
  // In an emergency neither a missing role holder nor a use case is a reason to refuse: the review looks at both.
  refreshBasis(recorder as OpenRecorder);
  advance(recorder as OpenRecorder, recorder.nowMs);
  return null;
}

function openingProblem(recorder: Recorder, command: Opening): Handled {
  if (recorder.state.status !== 'draft') return refuse('already_submitted');
  const ids = [command.requestId, command.shortId, command.requester, command.owner];
  if (!ids.every((id) => isText(id, LIMITS.id) && !isBlank(id))) return refuse('invalid', 'ids');
  if (!isText(command.nonce, LIMITS.id) || command.nonce.length < 16) return refuse('invalid', 'nonce');
  const problem = documentProblem(command.document);
  if (problem !== null) return refuse('invalid', problem);
  const { document, policy } = command;
  // A change of the rules is decided under the rules that it would replace, whoever they say.
  if (document.kind === 'policy')
    return document.from.sha256 === policy.hash ? null : refuse('policy_mismatch', policy.hash);
  return policy.policy.kinds[document.kind] === undefined ? refuse('kind_not_in_policy', document.kind) : null;
}

/** Dates a document may not have: an end in the past, or further away than the policy allows. */
export function timeProblem(document: RequestDocument, terms: Terms, nowMs: number): Handled {
  const wrong = endProblem(document, terms, nowMs);
  return wrong && refuse(wrong.reason, wrong.at);
}

/** When a revision must be decided: after the policy's deadline, and never after an exception's own end. */
export function decideBy(document: RequestDocument, terms: Terms, nowMs: number): string {
  const deadlineMs = nowMs + terms.deadlineMs;
  return isoOf(document.kind === 'exception' ? Math.min(deadlineMs, msOf(document.expiresAt)) : deadlineMs);
}

function common(command: Opening) {
  const { requestId, shortId, requester, owner, document, nonce } = command;
  const revision = { number: 1, hash: revisionHash(document, nonce), nonce };
  const side = { requester, owner, submitter: command.by };
  return { requestId, shortId, ...side, ...furtherOwners(command, Object.values(side)), document, revision };
}

/** Owners by the inventory who are not known to be on the asking side yet: whoever asks cannot name them away (rule 2). */
export function furtherOwners(
  { systemOwners = [] }: Pick<Command, 'systemOwners'>,
  known: readonly Person[],
): { readonly systemOwners?: readonly Person[] } {
  const further = [...new Set(systemOwners)].filter((person) => !known.includes(person));
  return further.length === 0 ? {} : { systemOwners: further };
}

function recordSubmitted(recorder: Recorder, command: Opening, terms: Terms, until: string): void {
  emit(recorder, 'request.submitted', { ...common(command), terms, decideBy: until, roster: command.roster.ref });
}

function recordRefused(recorder: Recorder, command: Opening, terms: Terms): Handled {
  const tierReasons = terms.tierReasons.filter((reason) => reason.tier === 'prohibited');
  emit(recorder, 'request.refused', { ...common(command), terms, tierReasons });
  return null;
}
