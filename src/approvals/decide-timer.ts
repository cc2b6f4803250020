/** What happens by itself. A timer acts as of the moment it was due, so that a server that was down catches up rightly. */
import { advance, emitDecision } from './advance.ts';
import type { Command } from './commands.ts';
import { emit, type Handled, type OpenRecorder } from './recorder.ts';
import { tally } from './tally.ts';
import { isOpen, isTimerOf } from './timers.ts';

type Fired = Extract<Command, { type: 'timer.fired' }>;

/** A timer that is not in the state's list any more, or not due yet, does nothing: firing twice is harmless. */
export function decideTimer(recorder: OpenRecorder, command: Fired): Handled {
  const dueMs = command.dueAt.getTime();
  if (!isTimerOf(recorder.state, command) || dueMs > recorder.nowMs) return null;
  const [kind = '', argument = ''] = command.kind.split(':');
  if (isOpen(recorder.state)) onReview(recorder, kind, Number(argument), dueMs);
  onApproval(recorder, kind, argument);
  return null;
}

function onReview(recorder: OpenRecorder, kind: string, index: number, dueMs: number): void {
  const { state, nowMs, command } = recorder;
  const late = nowMs >= state.decideByMs;
  if (kind === 'minimum_review') advance(recorder, dueMs);
  if (kind === 'consult_due') {
    const role = state.terms.consulted[index]?.role;
    if (role !== undefined) emit(recorder, 'consult.lapsed', { roles: [role] });
    advance(recorder, dueMs);
  }
  // After the deadline a reminder would only confuse; the deadline's own timer is due as well.
  if (kind === 'reminder' && !late) emit(recorder, 'reminded', { what: 'deadline', number: index + 1 });
  if (kind === 'escalation' && !late) {
    const missing = tally(state, command.roster, nowMs).stillNeeded;
    emit(recorder, 'escalated', { to: state.terms.escalation.to, cause: 'time', missing });
    advance(recorder, nowMs);
  }
  if (kind !== 'deadline') return;
  advance(recorder, dueMs);
  if (!isOpen(recorder.state)) return;
  const standing = tally(recorder.state, command.roster, dueMs);
  emitDecision(recorder, standing, { outcome: 'expired', cause: 'deadline' });
}

function onApproval(recorder: OpenRecorder, kind: string, argument: string): void {
  const { state, nowMs } = recorder;
  const validUntilMs = state.decision?.validUntilMs ?? 0;
  if (kind === 'review' && nowMs < validUntilMs)
    emit(recorder, 'reminded', { what: 'review', number: Number(argument) + 1 });
  if (kind === 'condition_due') emit(recorder, 'condition.overdue', { condition: argument });
  if (kind === 'validity_end') emit(recorder, 'closed', { cause: 'validity_ended', reason: null });
  if (kind === 'breakglass_end') emit(recorder, 'breakglass.ended', { reviewed: false });
}
