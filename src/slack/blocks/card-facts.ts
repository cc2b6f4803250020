/** What a reader of a card has to know beside the votes: what stops it, what it rests on, what it changes. Pure. */
import type { Person, SubmittedState } from '#src/approvals/types.ts';
import type { Compared } from '#src/delivery/requests/likeness.ts';
import { basisLines } from './basis-lines.ts';
import { dateToken, inline } from './text.ts';

/** The warning that the name looks like another known one (`alike`); nothing where it does not. */
export function alikeFact(alike: string | null): readonly string[] {
  return alike === null
    ? []
    : [`⚠️ The name looks like *${inline(alike, 120)}*, which is another system of the inventory.`];
}

/** Differences that a card lists. */
const DIFFERENCES_MAX = 6;

/** What differs from the request from which it was filled in, shortly. */
export function likeFacts(like: Compared | null): readonly string[] {
  const [first, ...lines] = likeLines(like);
  if (first === undefined) return [];
  const more = lines.length - DIFFERENCES_MAX;
  const shown = lines.slice(0, DIFFERENCES_MAX).map((line) => `• ${inline(line, 200)}`);
  return [inline(first, 200), ...shown, ...(more > 0 ? [`and ${more} more behind "Details".`] : [])];
}

/** The same whole, and raw. */
export function likeLines(like: Compared | null): readonly string[] {
  if (like === null) return [];
  const { request, number, lines } = like;
  if (lines === null) return [`⚠️ It names ${request} as what it was filled in from, in a revision that is not known.`];
  const from = `Filled in from ${request}, revision ${number}`;
  return lines.length === 0 ? [`${from}; nothing differs.`] : [`${from}. What differs:`, ...lines];
}

/** What a reader of the card has to know beside the votes; after the decision, what it changed. Mentions are ready; texts are still raw. */
export function factsOf(state: SubmittedState, who: (person: Person) => string): readonly string[] {
  const facts: string[] = [];
  const emergency = state.breakGlass;
  if (emergency && !emergency.ended && state.decision === null)
    facts.push(
      `🚨 *Emergency deployment* by ${who(emergency.by)} (${emergency.role}), permitted until ${dateToken(new Date(emergency.untilMs))}. This is its review.`,
    );
  else if (emergency && state.decision === null)
    facts.push('🚨 The emergency permission is over; the review goes on, and the gate says no until it is approved.');
  const stopped = state.suspension !== null && state.decision === null;
  if (stopped) facts.push('⚠️ *Suspended*; it may not run.');
  if (state.decision !== null) return policyFacts(state);
  if (state.offer !== null && state.offer.answer === null)
    facts.push(
      `${state.offer.conditions.length === 1 ? 'One condition is' : `${state.offer.conditions.length} conditions are`} with ${who(state.requester)} for an answer.`,
    );
  if (state.offer?.answer === 'declined') facts.push(`${who(state.requester)} declined the conditions.`);
  if (state.contradiction) facts.push('Two voters asked for conditions that contradict each other.');
  facts.push(...basisFacts(state), ...policyFacts(state));
  const proposals = state.proposals.filter((proposal) => proposal.status === 'open').length;
  if (proposals > 0) facts.push(`A narrower scope is proposed; ${who(state.requester)} has to answer.`);
  for (const meeting of state.meetings) {
    if (!state.revision.equivalents.includes(meeting.revision)) continue;
    const open = meeting.votes.filter((vote) => !meeting.confirmed.includes(vote.person));
    if (open.length > 0)
      facts.push(
        `Meeting of ${meeting.heldOn.slice(0, 10)}: ${open.map((vote) => who(vote.person)).join(', ')} still have to confirm.`,
      );
  }
  if (state.escalatedAtMs !== null || state.unfilled.length > 0)
    facts.push(`Escalated to ${state.terms.escalation.to}; deputies may act.`);
  return facts;
}

/** What a deployment rests on, and whether it carries it. One that was never checked carries nothing. */
function basisFacts({ document, basis, terms }: SubmittedState): readonly string[] {
  if (document.kind !== 'deployment') return [];
  const unknown = (id: string | undefined) => (id === undefined ? [] : [{ code: 'unknown', what: id } as const]);
  const unchecked = { useCase: unknown(document.useCase), envelope: unknown(document.within?.request) };
  return basisLines(document, basis ?? unchecked, terms);
}

/** Characters of a card's section that a difference may take. */
const CHANGES_CHARS_MAX = 2_000;

/** What a new policy changes; as much as a card holds, the rest is behind "Details". */
function policyFacts({ document, decision }: SubmittedState): readonly string[] {
  if (document.kind !== 'policy') return [];
  const lines: string[] = [];
  let chars = 0;
  for (const change of document.changes) {
    const line = `• ${inline(change, 240)}`;
    chars += line.length;
    if (chars > CHANGES_CHARS_MAX)
      return [...lines, `and ${document.changes.length - lines.length} more behind "Details".`];
    lines.push(line);
  }
  if (decision !== null) return lines;
  return [...lines, 'No open request would be left without a quorum; that is looked at again before it takes effect.'];
}
