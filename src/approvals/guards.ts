/** Checks that several commands share. Each returns a refusal or null. */

import { type Handled, type OpenRecorder, refuse } from './recorder.ts';
import { capacitiesOf, isAsker, isExcluded, votingRoles } from './seats.ts';
import { isBlank, isText } from './text-limits.ts';
import { isOpen } from './timers.ts';
import type { Actor, Person, SubmittedState } from './types.ts';

/** The request is undecided and its deadline has not passed. */
export function openNow({ state, nowMs }: OpenRecorder): Handled {
  if (!isOpen(state)) return refuse('already_decided', state.status);
  if (nowMs >= state.decideByMs) return refuse('deadline_passed');
  return null;
}

/** The command comes from the side that asked: requester, owner or submitter. */
export function byAsker(state: SubmittedState, by: Actor): Handled {
  return isAsker(state, by) ? null : refuse('not_requester');
}

/** A text is within its limit, and there where it is demanded. */
export function textGiven(text: string | null, max: number, demanded: boolean): Handled {
  if (demanded && isBlank(text)) return refuse('reason_required');
  if (text !== null && !isText(text, max)) return refuse('invalid', 'text');
  return null;
}

/** The role in which a voter or consulted person speaks; a refusal where they have none. */
export function speaker(
  { state, command }: OpenRecorder,
  by: Person,
  roles: ReadonlySet<string> = speakingRoles(state),
): { readonly role: string; readonly assignment: string } | NonNullable<Handled> {
  if (isExcluded(state, by)) return refuse('self_approval');
  const capacity = capacitiesOf(state, command.roster, by, roles)[0];
  return capacity ? { role: capacity.role, assignment: capacity.assignment } : refuse('role_missing', ...roles);
}

function speakingRoles({ terms }: SubmittedState): ReadonlySet<string> {
  return new Set([...votingRoles(terms), ...terms.consulted.map((consulted) => consulted.role)]);
}

/** Tells a refusal from the role that `speaker` found. */
export function isRefused(value: object): value is NonNullable<Handled> {
  return 'reason' in value;
}
