/** What is said during the review: comments, questions to the requester, answers of consulted roles, withdrawal. */
import type { Command } from './commands.ts';
import { byAsker, isRefused, openNow, speaker, textGiven } from './guards.ts';
import { emit, type Handled, type OpenRecorder, refuse } from './recorder.ts';
import { LIMITS } from './text-limits.ts';

type CommandOf<T extends Command['type']> = Extract<Command, { type: T }>;

/** Anybody who sees the request may comment, at any time; a comment decides nothing. */
export function decideComment(recorder: OpenRecorder, command: CommandOf<'comment'>): Handled {
  const refused = textGiven(command.text, LIMITS.comment, true);
  if (refused) return refused;
  emit(recorder, 'comment.made', { text: command.text });
  return null;
}

/** A voter or consulted person asks the requester something; nothing is approved until it is answered. */
export function decideRequestInformation(recorder: OpenRecorder, command: CommandOf<'request_information'>): Handled {
  const refused = openNow(recorder) ?? textGiven(command.text, LIMITS.comment, true);
  if (refused) return refused;
  const authority = speaker(recorder, command.by);
  if (isRefused(authority)) return authority;
  emit(recorder, 'information.requested', { ...authority, text: command.text });
  return null;
}

/** The requester's side answers. A change of the request itself is an edit. */
export function decideProvideInformation(recorder: OpenRecorder, command: CommandOf<'provide_information'>): Handled {
  const refused =
    openNow(recorder) ?? byAsker(recorder.state, command.by) ?? textGiven(command.text, LIMITS.comment, true);
  if (refused) return refused;
  if (!recorder.state.information) return refuse('no_information_asked');
  emit(recorder, 'information.provided', { text: command.text });
  return null;
}

/** A consulted role gives its view. A late answer is recorded too, as long as nothing is decided. */
export function decideAnswerConsult(recorder: OpenRecorder, command: CommandOf<'answer_consult'>): Handled {
  const refused = openNow(recorder) ?? textGiven(command.text, LIMITS.comment, true);
  if (refused) return refused;
  const consulted = recorder.state.terms.consulted.map((one) => one.role);
  if (!consulted.includes(command.role)) return refuse('not_consulted', ...consulted);
  const authority = speaker(recorder, command.by, new Set([command.role]));
  if (isRefused(authority)) return authority;
  emit(recorder, 'consult.answered', { ...authority, stance: command.stance, text: command.text });
  return null;
}

/** The requester's side takes the request back. An emergency deployment cannot avoid its review that way. */
export function decideWithdraw(recorder: OpenRecorder, command: CommandOf<'withdraw'>): Handled {
  const refused =
    openNow(recorder) ?? byAsker(recorder.state, command.by) ?? textGiven(command.reason, LIMITS.reason, false);
  if (refused) return refused;
  if (recorder.state.breakGlass) return refuse('review_due');
  emit(recorder, 'withdrawn', { reason: command.reason });
  return null;
}
