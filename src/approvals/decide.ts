/**
 * `decide(state, command, now)`: what a command does to a request. Pure, total and deterministic: no clock, no
 * randomness, no store; every check is made here, at the moment of the click (rules 1 to 3).
 */

import { advance } from './advance.ts';
import type { Command, CommandType, Decision, TimerChange } from './commands.ts';
import { refreshBasis } from './decide-basis.ts';
import {
  decideAcceptConditions,
  decideConfirmCondition,
  decideDeclineConditions,
  decideEvidenceCondition,
} from './decide-conditions.ts';
import {
  decideClose,
  decideDeployed,
  decideInformed,
  decideReinstate,
  decideRenew,
  decideRevoke,
  decideSupersede,
  decideSuspend,
} from './decide-lifecycle.ts';
import { decideConfirmMeetingVote, decideRecordMeeting } from './decide-meeting.ts';
import {
  decideAnswerConsult,
  decideComment,
  decideProvideInformation,
  decideRequestInformation,
  decideWithdraw,
} from './decide-review.ts';
import { decideAcceptScope, decideEdit, decideProposeScope, decideRaiseTier } from './decide-revision.ts';
import { decideBreakGlass, decideSubmit } from './decide-submit.ts';
import { decideTimer } from './decide-timer.ts';
import { decideSettle, decideVote, decideWithdrawVote } from './decide-vote.ts';
import { createRecorder, type Handled, type OpenRecorder, type Recorder, refuse } from './recorder.ts';
import { isText, LIMITS } from './text-limits.ts';
import { isTimerOf, timerChange } from './timers.ts';
import type { RequestState } from './types.ts';

/** A request of so many events takes no more of what people write; only what ends or stops it. */
export const EVENTS_MAX = 1_000;
const ALWAYS: ReadonlySet<CommandType> = new Set([
  'timer.fired',
  'suspend',
  'revoke',
  'close',
  'withdraw',
  'record_informed',
]);
/** Commands of the server: a person cannot send them. */
const SERVICE_ONLY: ReadonlySet<CommandType> = new Set([
  'timer.fired',
  'record_informed',
  'reinstate',
  'supersede',
  'renew',
]);

/**
 * What the command does to the request, as events with the timers to change, or why it does nothing.
 * `now` earlier than the last event (a clock set back) is taken as the time of the last event.
 */
export function decide(state: RequestState, command: Command, now: Date): Decision {
  const nowMs = Math.max(Number.isNaN(now.getTime()) ? 0 : now.getTime(), state.lastAtMs);
  const recorder = createRecorder(state, command, nowMs);
  const refused = check(state, command) ?? run(recorder, command) ?? (recorder.oversize ? refuse('too_large') : null);
  if (refused) return { ok: false, ...refused };
  const timers = timerChange(state, recorder.state);
  return { ok: true, events: recorder.events, timers: rearm(state, command, nowMs) ?? timers, state: recorder.state };
}

/** A timer that fired before its time (a clock was set back) is set again instead of being lost. */
function rearm(state: RequestState, command: Command, nowMs: number): TimerChange | null {
  if (command.type !== 'timer.fired' || command.dueAt.getTime() <= nowMs || !isTimerOf(state, command)) return null;
  return { cancel: [command.kind], set: [{ kind: command.kind, dueAt: command.dueAt }] };
}

function check(state: RequestState, command: Command): Handled {
  if (!isText(command.commandId, LIMITS.id) || !isText(command.by, LIMITS.id)) return refuse('invalid', 'commandId');
  if (state.seen.includes(command.commandId)) return refuse('duplicate_command');
  if (SERVICE_ONLY.has(command.type) && command.by !== 'service') return refuse('by_service_only');
  if (!SERVICE_ONLY.has(command.type) && command.type !== 'record_deployment' && command.by === 'service')
    return refuse('role_missing', 'service');
  if (state.version >= EVENTS_MAX && !ALWAYS.has(command.type)) return refuse('request_full', String(EVENTS_MAX));
  return null;
}

function run(recorder: Recorder, command: Command): Handled {
  if (command.type === 'submit') return decideSubmit(recorder, command);
  if (command.type === 'break_glass') return decideBreakGlass(recorder, command);
  if (!isSubmitted(recorder)) return refuse('not_submitted');
  refreshBasis(recorder);
  const refused = handle(recorder, command);
  // A decision follows from whatever was just recorded; a timer looks at its own due time instead.
  if (!refused && command.type !== 'timer.fired') advance(recorder, recorder.nowMs);
  return refused;
}

function isSubmitted(recorder: Recorder): recorder is OpenRecorder {
  return recorder.state.status !== 'draft';
}

type Later = Exclude<Command, { type: 'submit' | 'break_glass' }>;
type Handlers = {
  readonly [T in Later['type']]: (recorder: OpenRecorder, command: Extract<Later, { type: T }>) => Handled;
};

const HANDLERS: Handlers = {
  edit: decideEdit,
  raise_tier: decideRaiseTier,
  comment: decideComment,
  request_information: decideRequestInformation,
  provide_information: decideProvideInformation,
  answer_consult: decideAnswerConsult,
  vote: decideVote,
  withdraw_vote: decideWithdrawVote,
  settle_rejection: decideSettle,
  withdraw: decideWithdraw,
  propose_scope: decideProposeScope,
  accept_scope: decideAcceptScope,
  record_meeting: decideRecordMeeting,
  confirm_meeting_vote: decideConfirmMeetingVote,
  accept_conditions: decideAcceptConditions,
  decline_conditions: decideDeclineConditions,
  evidence_condition: decideEvidenceCondition,
  confirm_condition: decideConfirmCondition,
  record_deployment: decideDeployed,
  record_informed: decideInformed,
  suspend: decideSuspend,
  reinstate: decideReinstate,
  revoke: decideRevoke,
  supersede: decideSupersede,
  renew: decideRenew,
  close: decideClose,
  'timer.fired': decideTimer,
};

function handle(recorder: OpenRecorder, command: Later): Handled {
  // Each handler takes exactly the member of the union that its key names.
  const handler = HANDLERS[command.type] as (recorder: OpenRecorder, command: Later) => Handled;
  return handler(recorder, command);
}
