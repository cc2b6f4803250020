/**
 * Timers are what the state says: `timersOf` lists those that should run, and a change is the difference between the
 * lists before and after a command. Nothing is set or cancelled by hand, so nothing can be forgotten.
 */
import type { Timer, TimerChange } from './commands.ts';
import type { RequestState, SubmittedState } from './types.ts';

const at = (kind: string, ms: number): Timer => ({ kind, dueAt: new Date(ms) });

/** Statuses of a request that is still to be decided. */
export const OPEN_STATUSES: readonly SubmittedState['status'][] = ['submitted', 'in_review', 'information_requested'];

/** Whether votes still count: submitted, without a decision, not withdrawn. */
export function isOpen(state: RequestState): boolean {
  return (
    state.status !== 'draft' && state.decision === null && state.status !== 'withdrawn' && state.status !== 'refused'
  );
}

/** Whether the request is approved and neither ended nor revoked. A suspended one keeps running out. */
export function isApproved(state: SubmittedState): boolean {
  const outcome = state.decision?.outcome;
  return (
    (outcome === 'approved' || outcome === 'approved_with_conditions') &&
    state.closure === null &&
    state.revokedAtMs === null
  );
}

/** The timers that should run for this state, in no particular order. Each kind occurs once. */
export function timersOf(state: RequestState): readonly Timer[] {
  if (state.status === 'draft') return [];
  const timers: Timer[] = [];
  if (state.breakGlass && !state.breakGlass.ended) timers.push(at('breakglass_end', state.breakGlass.untilMs));
  if (isOpen(state)) timers.push(...reviewTimers(state));
  else if (isApproved(state)) timers.push(...approvalTimers(state));
  return timers;
}

function reviewTimers(state: SubmittedState): readonly Timer[] {
  const { terms, revision, decideByMs } = state;
  const timers = [at('deadline', decideByMs)];
  if (terms.minReviewMs > 0) timers.push(at('minimum_review', revision.madeAtMs + terms.minReviewMs));
  terms.consulted.forEach(({ role, withinMs }, index) => {
    const over = state.consultsLapsed.includes(role) || state.consults.some((answer) => answer.role === role);
    if (withinMs > 0 && !over) timers.push(at(`consult_due:${index}`, revision.madeAtMs + withinMs));
  });
  const reminder = terms.reminderMs.findIndex(
    (ms, index) => index >= state.reminders && decideByMs - ms > revision.madeAtMs,
  );
  if (reminder !== -1) timers.push(at(`reminder:${reminder}`, decideByMs - (terms.reminderMs[reminder] ?? 0)));
  if (state.escalatedAtMs === null) timers.push(at('escalation', decideByMs - terms.escalation.beforeDeadlineMs));
  return timers;
}

function approvalTimers(state: SubmittedState): readonly Timer[] {
  const timers: Timer[] = [];
  const validUntilMs = state.decision?.validUntilMs ?? null;
  if (validUntilMs !== null) {
    timers.push(at('validity_end', validUntilMs));
    const decidedAtMs = state.decision?.atMs ?? 0;
    const review = state.terms.reviewReminderMs.findIndex(
      (ms, index) => index >= state.reviewReminders && validUntilMs - ms > decidedAtMs,
    );
    if (review !== -1) timers.push(at(`review:${review}`, validUntilMs - (state.terms.reviewReminderMs[review] ?? 0)));
  }
  for (const condition of state.conditions)
    if (condition.status === 'open' && !condition.overdue)
      timers.push(at(`condition_due:${condition.id}`, condition.dueAtMs));
  return timers;
}

/** Whether a timer of this kind and due time should run for this state. */
export function isTimerOf(state: RequestState, { kind, dueAt }: Timer): boolean {
  return timersOf(state).some((timer) => timer.kind === kind && timer.dueAt.getTime() === dueAt.getTime());
}

/** What to cancel and set when the state went from `before` to `after`. A moved timer is in both lists. */
export function timerChange(before: RequestState, after: RequestState): TimerChange {
  const old = new Map(timersOf(before).map((timer) => [timer.kind, timer.dueAt.getTime()]));
  const set: Timer[] = [];
  const cancel: string[] = [];
  for (const timer of timersOf(after)) {
    const dueMs = old.get(timer.kind);
    old.delete(timer.kind);
    if (dueMs === timer.dueAt.getTime()) continue;
    if (dueMs !== undefined) cancel.push(timer.kind);
    set.push(timer);
  }
  return { cancel: [...cancel, ...old.keys()], set };
}
