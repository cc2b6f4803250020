/** Conditions: accepted by the requester's side before the decision, met with evidence and confirmed after it. */
import { canonicalJson } from './canonical.ts';
import type { Command } from './commands.ts';
import type { EvidenceItem } from './document.ts';
import { evidenceItemSchema } from './document-schema.ts';
import { byAsker, openNow, textGiven } from './guards.ts';
import { emit, type Handled, type OpenRecorder, refuse } from './recorder.ts';
import { authorityIn, isAsker, isExcluded } from './seats.ts';
import { LIMITS } from './text-limits.ts';
import { isApproved } from './timers.ts';
import type { ConditionState, Roster, Terms } from './types.ts';

type CommandOf<T extends Command['type']> = Extract<Command, { type: T }>;

/** Evidence entries that one condition takes. */
const EVIDENCE_MAX = 20;

/** Accepts exactly the conditions shown; others in the meantime are shown first. */
export function decideAcceptConditions(recorder: OpenRecorder, command: CommandOf<'accept_conditions'>): Handled {
  const refused = openNow(recorder) ?? byAsker(recorder.state, command.by);
  if (refused) return refused;
  const { offer } = recorder.state;
  if (!offer || offer.answer !== null) return refuse('no_conditions_offered');
  const ids = offer.conditions.map((condition) => condition.id);
  if (canonicalJson(ids) !== canonicalJson(command.conditions)) return refuse('conditions_changed', ...ids);
  emit(recorder, 'conditions.accepted', { conditions: ids });
  return null;
}

/** The request stays open: voters may vote otherwise, or the deadline ends it. */
export function decideDeclineConditions(recorder: OpenRecorder, command: CommandOf<'decline_conditions'>): Handled {
  const refused =
    openNow(recorder) ?? byAsker(recorder.state, command.by) ?? textGiven(command.reason, LIMITS.reason, true);
  if (refused) return refused;
  const { offer } = recorder.state;
  if (!offer || offer.answer !== null) return refuse('no_conditions_offered');
  emit(recorder, 'conditions.declined', { reason: command.reason });
  return null;
}

function find({ state }: OpenRecorder, id: string): ConditionState | NonNullable<Handled> {
  if (!isApproved(state)) return refuse('not_in_force', state.status);
  const condition = state.conditions.find((one) => one.id === id);
  if (!condition) return refuse('unknown_condition', id);
  return condition.status === 'confirmed' ? refuse('condition_confirmed', id) : condition;
}

/** The condition's owner or the requester's side hands in evidence. */
export function decideEvidenceCondition(recorder: OpenRecorder, command: CommandOf<'evidence_condition'>): Handled {
  const condition = find(recorder, command.condition);
  if ('reason' in condition) return condition;
  if (command.by !== condition.owner && !isAsker(recorder.state, command.by)) return refuse('not_requester');
  if (!evidenceItemSchema.safeParse(command.evidence).success) return refuse('invalid', 'evidence');
  if (condition.evidence.length >= EVIDENCE_MAX) return refuse('request_full', String(EVIDENCE_MAX));
  emit(recorder, 'condition.evidenced', { condition: condition.id, evidence: command.evidence });
  return null;
}

/** The role named in the condition confirms it; never the requester's side, and never the condition's owner. */
export function decideConfirmCondition(recorder: OpenRecorder, command: CommandOf<'confirm_condition'>): Handled {
  const condition = find(recorder, command.condition);
  if ('reason' in condition) return condition;
  const refused = textGiven(command.reason, LIMITS.reason, false);
  if (refused) return refused;
  if (isExcluded(recorder.state, command.by)) return refuse('self_approval');
  if (command.by === condition.owner) return refuse('condition_owner');
  const authority = confirmer(recorder, condition);
  if (!authority) return refuse('role_missing', condition.confirmRole);
  if (wantsFiles(recorder.state.terms) && !condition.evidence.some((item) => isKept(item, command.roster)))
    return refuse('link_only', condition.id);
  emit(recorder, 'condition.confirmed', { ...authority, condition: condition.id, reason: command.reason });
  return null;
}

/** Where every piece of evidence has to be a captured file, a link meets no condition either. */
function wantsFiles({ evidence }: Terms): boolean {
  return evidence.length > 0 && evidence.every(({ captured }) => captured);
}

function isKept({ sha256 }: EvidenceItem, { conditionFiles = [] }: Roster): boolean {
  return sha256 !== null && conditionFiles.includes(sha256);
}

/** Standing in for the requester's side or the owner would be confirming one's own. */
function confirmer({ state, command }: OpenRecorder, condition: ConditionState) {
  const assignments = command.roster.assignments.filter(
    ({ onBehalfOf }) => onBehalfOf === null || (!isExcluded(state, onBehalfOf) && onBehalfOf !== condition.owner),
  );
  return authorityIn({ ...command.roster, assignments }, command.by, [condition.confirmRole]);
}
