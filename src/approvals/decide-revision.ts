/** Changing what is asked for: edits, a raised tier, a narrower scope. A material change voids the votes (rule 3). */
import { emitDecision } from './advance.ts';
import { canonicalJson, revisionHash } from './canonical.ts';
import type { Command, PolicyInForce } from './commands.ts';
import { insideUseCase, refreshBasis } from './decide-basis.ts';
import { decideBy, furtherOwners, timeProblem } from './decide-submit.ts';
import type { RequestDocument } from './document.ts';
import { documentProblem, scopeSchema } from './document-schema.ts';
import { isoOf } from './duration.ts';
import { byAsker, isRefused, openNow, speaker, textGiven } from './guards.ts';
import { isStricter, termsFor } from './policy.ts';
import { emit, type Handled, type OpenRecorder, refuse } from './recorder.ts';
import { isNarrower } from './scope.ts';
import { isAsker } from './seats.ts';
import { tally } from './tally.ts';
import { isText, LIMITS } from './text-limits.ts';
import type { Terms } from './types.ts';

type CommandOf<T extends Command['type']> = Extract<Command, { type: T }>;

/** The requester's side changes the document. */
export function decideEdit(recorder: OpenRecorder, command: CommandOf<'edit'>): Handled {
  const refused = openNow(recorder) ?? byAsker(recorder.state, command.by) ?? policyProblem(recorder, command.policy);
  if (refused) return refused;
  return (
    revise(recorder, command.document, command.nonce, { policy: command.policy, proposal: null, reason: null }) ??
    insideUseCase(recorder)
  );
}

/** Anybody on the requester's side or among the approvers may raise the tier; nobody can lower it. */
export function decideRaiseTier(recorder: OpenRecorder, command: CommandOf<'raise_tier'>): Handled {
  const { state } = recorder;
  const refused =
    openNow(recorder) ?? textGiven(command.reason, LIMITS.reason, true) ?? policyProblem(recorder, command.policy);
  if (refused) return refused;
  if (!isAsker(state, command.by)) {
    const authority = speaker(recorder, command.by);
    if (isRefused(authority)) return authority;
  }
  if (command.tier === 'prohibited') return refuse('invalid', 'tier');
  if (!isStricter(command.tier, state.terms.tier)) return refuse('tier_lowered', state.terms.tier);
  const document = { ...state.document, raisedTier: command.tier };
  return revise(recorder, document, command.nonce, { policy: command.policy, proposal: null, reason: command.reason });
}

/** The policy of the request's own version: another one would judge it by rules it was not submitted under. */
function policyProblem({ state }: OpenRecorder, policy: PolicyInForce): Handled {
  return policy.hash === state.terms.policyHash ? null : refuse('policy_mismatch', state.terms.policyHash);
}

type Cause = {
  readonly policy: PolicyInForce | null;
  readonly proposal: number | null;
  readonly reason: string | null;
};

function revise(recorder: OpenRecorder, document: RequestDocument, nonce: string, cause: Cause): Handled {
  const { state, nowMs } = recorder;
  if (!isText(nonce, LIMITS.id) || nonce.length < 16) return refuse('invalid', 'nonce');
  const problem = documentProblem(document);
  if (problem !== null) return refuse('invalid', problem);
  if (document.kind !== state.document.kind || document.kind === 'policy')
    return refuse('wrong_kind', state.document.kind);
  const changed = changedFields(state.document, document);
  if (changed.length === 0) return refuse('nothing_changed');
  const terms = cause.policy ? termsFor(cause.policy, document) : state.terms;
  if (isStricter(state.terms.tier, terms.tier)) return refuse('tier_lowered', state.terms.tier);
  const timing = timeProblem(document, terms, nowMs);
  if (timing) return timing;
  const otherTerms = canonicalJson(terms) !== canonicalJson(state.terms);
  const material = otherTerms || cause.proposal !== null || changed.some((field) => isMaterial(field, state.terms));
  emit(recorder, 'revision.made', {
    document,
    revision: { number: state.revision.number + 1, hash: revisionHash(document, nonce), nonce },
    changed,
    material,
    terms: otherTerms ? terms : null,
    decideBy: material ? revisedDeadline(recorder, document, terms) : isoOf(state.decideByMs),
    voided: material ? state.votes.filter((vote) => vote.choice !== 'recuse').map((vote) => vote.by) : [],
    proposal: cause.proposal,
    reason: cause.reason,
    ...furtherOwners(recorder.command, [state.requester, state.owner, state.submitter, ...state.systemOwners]),
  });
  refreshBasis(recorder);
  if (terms.tier === 'prohibited') {
    const standing = tally(recorder.state, recorder.command.roster, nowMs);
    emitDecision(recorder, standing, { outcome: 'rejected', cause: 'prohibited' });
  }
  return null;
}

/** What the votes are about, whatever the policy lists: a policy from before these fields could not name them. */
const ALWAYS_MATERIAL: ReadonlySet<string> = new Set(['useCase', 'dataClasses', 'envelope', 'within', 'likeRequest']);

function isMaterial(field: string, terms: Terms): boolean {
  return ALWAYS_MATERIAL.has(field) || terms.materialFields.includes(field);
}

/** A new revision gets the whole time again; the review of an emergency cannot be put off that way. */
function revisedDeadline({ state, nowMs }: OpenRecorder, document: RequestDocument, terms: Terms): string {
  return state.breakGlass ? isoOf(state.decideByMs) : decideBy(document, terms, nowMs);
}

/** Names of the fields in which two documents of one kind differ. */
function changedFields(before: RequestDocument, after: RequestDocument): readonly string[] {
  const old = before as unknown as Readonly<Record<string, unknown>>;
  const fresh = after as unknown as Readonly<Record<string, unknown>>;
  // Of both: a field that was left out is a change as well.
  return Object.keys({ ...fresh, ...old }).filter((field) => canonicalJson(old[field]) !== canonicalJson(fresh[field]));
}

/** An approver proposes a smaller scope. */
export function decideProposeScope(recorder: OpenRecorder, command: CommandOf<'propose_scope'>): Handled {
  const refused = openNow(recorder) ?? textGiven(command.reason, LIMITS.reason, true);
  if (refused) return refused;
  const { state } = recorder;
  if (state.document.kind !== 'deployment') return refuse('wrong_kind', 'deployment');
  const authority = speaker(recorder, command.by);
  if (isRefused(authority)) return authority;
  if (!scopeSchema.safeParse(command.scope).success) return refuse('invalid', 'scope');
  if (!isNarrower(state.document.scope, command.scope)) return refuse('not_narrower');
  const number = state.proposals.length + 1;
  emit(recorder, 'scope.proposed', { ...authority, number, scope: command.scope, reason: command.reason });
  return null;
}

/** The requester's side takes the proposal: a material revision with the smaller scope. */
export function decideAcceptScope(recorder: OpenRecorder, command: CommandOf<'accept_scope'>): Handled {
  const { state } = recorder;
  const refused = openNow(recorder) ?? byAsker(state, command.by);
  if (refused) return refused;
  const proposal = state.proposals.find((one) => one.number === command.proposal && one.status === 'open');
  if (!proposal || state.document.kind !== 'deployment') return refuse('unknown_proposal', String(command.proposal));
  const document = { ...state.document, scope: proposal.scope };
  return revise(recorder, document, command.nonce, { policy: null, proposal: proposal.number, reason: null });
}
