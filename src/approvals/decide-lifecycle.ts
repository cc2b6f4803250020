/** After the decision: deployed, suspended, reinstated, revoked, superseded, renewed, closed; and who was told. */
import type { Command } from './commands.ts';
import { textGiven } from './guards.ts';
import { ownReasons } from './in-force.ts';
import { emit, type Handled, type OpenRecorder, refuse } from './recorder.ts';
import { authorityIn, authorityToStop, isAsker } from './seats.ts';
import { isReference, isText, LIMITS } from './text-limits.ts';
import { isApproved } from './timers.ts';
import type { RequestState, SubmittedState } from './types.ts';

type CommandOf<T extends Command['type']> = Extract<Command, { type: T }>;

/** Whether something is permitted that could be stopped: an approval, or an emergency permission still running. */
function isLive(state: SubmittedState): boolean {
  // Rules that were adopted are in force until others are; nobody stops them alone.
  if (state.document.kind === 'policy') return false;
  return isApproved(state) || (state.breakGlass !== null && !state.breakGlass.ended);
}

/** A deployment that took place, by the pipeline (`service`), the requester's side or a role that may close. */
export function decideDeployed(recorder: OpenRecorder, command: CommandOf<'record_deployment'>): Handled {
  const { state, nowMs } = recorder;
  if (state.document.kind !== 'deployment') return refuse('wrong_kind', 'deployment');
  const { by, environment, digest } = command;
  if (by !== 'service' && !isAsker(state, by) && !authorityIn(command.roster, by, state.terms.closeRoles))
    return refuse('role_missing', ...state.terms.closeRoles);
  if (environment !== state.document.environment) return refuse('invalid', 'environment');
  if (digest !== state.document.digest) return refuse('invalid', 'digest');
  const reasons = ownReasons(state, nowMs);
  if (reasons.length > 0) return refuse('not_in_force', ...reasons.map((reason) => reason.code));
  emit(recorder, 'deployed', { environment, digest });
  return null;
}

/** That an informed role was told: which people were reached. */
export function decideInformed(recorder: OpenRecorder, command: CommandOf<'record_informed'>): Handled {
  const { state } = recorder;
  if (!state.decision) return refuse('not_decided');
  const { role, persons } = command;
  if (!state.terms.informed.includes(role) || persons.length > 200) return refuse('invalid', 'role');
  if (!persons.every((person) => isText(person, LIMITS.id))) return refuse('invalid', 'persons');
  if (state.informed.some((told) => told.role === role)) return refuse('nothing_changed');
  emit(recorder, 'informed.told', { role, persons });
  return null;
}

/** Any one holder of a role that the policy names stops it at once (POL-6.3). */
export function decideSuspend(recorder: OpenRecorder, command: CommandOf<'suspend'>): Handled {
  const { state } = recorder;
  const refused = textGiven(command.reason, LIMITS.reason, true);
  if (refused) return refused;
  if (command.incident !== null && !isReference(command.incident)) return refuse('invalid', 'incident');
  if (!isLive(state) || state.suspension) return refuse('not_in_force', state.status);
  const authority = authorityToStop(command.roster, command.by, state.terms.suspendRoles);
  if (!authority) return refuse('role_missing', ...state.terms.suspendRoles);
  emit(recorder, 'suspended', { ...authority, reason: command.reason, incident: command.incident });
  return null;
}

/** Ended for good; only a new request can permit it again. */
export function decideRevoke(recorder: OpenRecorder, command: CommandOf<'revoke'>): Handled {
  const { state } = recorder;
  const refused = textGiven(command.reason, LIMITS.reason, true);
  if (refused) return refused;
  if (!isLive(state)) return refuse('not_in_force', state.status);
  const authority = authorityIn(command.roster, command.by, state.terms.revokeRoles);
  if (!authority) return refuse('role_missing', ...state.terms.revokeRoles);
  emit(recorder, 'revoked', { ...authority, reason: command.reason });
  return null;
}

/** Put to rest: by the requester's side or a role that the policy names. */
export function decideClose(recorder: OpenRecorder, command: CommandOf<'close'>): Handled {
  const { state } = recorder;
  const refused = textGiven(command.reason, LIMITS.reason, true);
  if (refused) return refused;
  if (!isApproved(state) || state.document.kind === 'policy') return refuse('not_in_force', state.status);
  if (!isAsker(state, command.by) && !authorityIn(command.roster, command.by, state.terms.closeRoles))
    return refuse('role_missing', ...state.terms.closeRoles);
  emit(recorder, 'closed', { cause: command.cause, reason: command.reason });
  return null;
}

/** A request that stands for another one: approved by its own quorum, naming it, and in force now. */
function soundBasis({ state, nowMs }: OpenRecorder, basis: RequestState): basis is SubmittedState {
  return (
    basis.status !== 'draft' &&
    basis.id !== state.id &&
    basis.document.kind === state.document.kind &&
    basis.document.replaces === state.id &&
    isApproved(basis) &&
    ownReasons(basis, nowMs).length === 0
  );
}

/** A suspension ends by a fresh decision on the very same thing, taken after it (POL-6.4). */
export function decideReinstate(recorder: OpenRecorder, command: CommandOf<'reinstate'>): Handled {
  const { state } = recorder;
  if (!state.suspension || !isLive(state)) return refuse('not_suspended', state.status);
  const { basis } = command;
  if (!soundBasis(recorder, basis) || (basis.decision?.atMs ?? 0) < state.suspension.atMs) return refuse('wrong_basis');
  if (!sameThing(state, basis)) return refuse('wrong_basis');
  emit(recorder, 'reinstated', { by: basis.id });
  return null;
}

function sameThing(state: SubmittedState, basis: SubmittedState): boolean {
  if (state.document.kind !== 'deployment' || basis.document.kind !== 'deployment') return true;
  return state.document.digest === basis.document.digest && state.document.environment === basis.document.environment;
}

/** A newer version took over. The older one stays permitted for a rollback until its validity ends (WP-2.6.4). */
export function decideSupersede(recorder: OpenRecorder, command: CommandOf<'supersede'>): Handled {
  const { state } = recorder;
  if (!isApproved(state) || state.supersededBy) return refuse('not_in_force', state.status);
  const { basis } = command;
  if (state.document.kind !== 'deployment' || !soundBasis(recorder, basis)) return refuse('wrong_basis');
  emit(recorder, 'superseded', { by: basis.id });
  return null;
}

/** Renewal is a new decision with a fresh quorum; this one ends in favour of it. */
export function decideRenew(recorder: OpenRecorder, command: CommandOf<'renew'>): Handled {
  const { state } = recorder;
  if (!isApproved(state)) return refuse('not_in_force', state.status);
  const { basis } = command;
  if (!soundBasis(recorder, basis) || !sameThing(state, basis)) return refuse('wrong_basis');
  emit(recorder, 'renewed', { by: basis.id });
  return null;
}
