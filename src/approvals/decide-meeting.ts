/** A decision taken in a meeting: the chair enters what each person voted, and each voter confirms their own vote. */
import type { Command } from './commands.ts';
import { castVote, chairOf } from './decide-vote.ts';
import { parseMoment } from './duration.ts';
import { openNow, textGiven } from './guards.ts';
import { emit, type Handled, type OpenRecorder, refuse } from './recorder.ts';
import { capacitiesOf, isExcluded, votingRoles } from './seats.ts';
import { isText, LIMITS } from './text-limits.ts';
import type { MeetingVote } from './types.ts';

type CommandOf<T extends Command['type']> = Extract<Command, { type: T }>;

/** Minutes alone decide nothing: no vote counts before its voter confirmed it. */
export function decideRecordMeeting(recorder: OpenRecorder, command: CommandOf<'record_meeting'>): Handled {
  const refused = openNow(recorder) ?? textGiven(command.minutes, LIMITS.minutes, true);
  if (refused) return refused;
  const { state } = recorder;
  const chair = chairOf(recorder, command.by);
  if ('reason' in chair) return chair;
  const { revision, heldOn, minutes, votes } = command;
  if (!state.revision.equivalents.includes(revision)) return refuse('old_revision', String(state.revision.number));
  if (!isText(heldOn, 40) || parseMoment(heldOn) !== heldOn) return refuse('invalid', 'heldOn');
  const persons = new Set(votes.map((vote) => vote.person));
  if (votes.length === 0 || votes.length > 12 || persons.size !== votes.length) return refuse('invalid', 'votes');
  for (const vote of votes) {
    const problem = entryProblem(recorder, vote);
    if (problem) return problem;
  }
  const number = state.meetings.length + 1;
  emit(recorder, 'meeting.recorded', { ...chair, number, revision, heldOn, minutes, votes });
  return null;
}

/** Conditions and conflicts need the voter's own words: those votes are clicked, not entered by somebody else. */
function entryProblem({ state, command }: OpenRecorder, vote: MeetingVote): Handled {
  if (!['approve', 'reject', 'abstain'].includes(vote.choice)) return refuse('invalid', 'choice');
  if (!isText(vote.person, LIMITS.id)) return refuse('invalid', 'person');
  if (isExcluded(state, vote.person)) return refuse('self_approval');
  const roles = votingRoles(state.terms);
  if (capacitiesOf(state, command.roster, vote.person, roles).length === 0) return refuse('role_missing', ...roles);
  return textGiven(vote.reason, LIMITS.reason, vote.choice === 'reject' || state.terms.reasonForEveryVote);
}

/** A voter confirms what the minutes say they voted; all checks of a click are made now. */
export function decideConfirmMeetingVote(recorder: OpenRecorder, command: CommandOf<'confirm_meeting_vote'>): Handled {
  const refused = openNow(recorder);
  if (refused) return refused;
  const meeting = recorder.state.meetings.find((one) => one.number === command.meeting);
  const entry = meeting?.votes.find((vote) => vote.person === command.by);
  if (!meeting || !entry) return refuse('unknown_meeting', String(command.meeting));
  if (meeting.confirmed.includes(command.by)) return refuse('already_voted', entry.choice);
  return castVote(recorder, command.by, {
    revision: meeting.revision,
    choice: entry.choice,
    reason: entry.reason,
    conflict: null,
    conditions: [],
    card: null,
    meeting: meeting.number,
  });
}
