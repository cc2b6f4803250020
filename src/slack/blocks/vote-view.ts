/** From a request's state to what one voter reviews. Pure: names and roles come in. */
import { voteOffer } from '#src/approvals/offers.ts';
import { isExcluded, rolesOf } from '#src/approvals/seats.ts';
import type { Person, SubmittedState } from '#src/approvals/types.ts';
import { likeLines } from './card-facts.ts';
import { cardView, type RenderContext } from './card-view.ts';
import { KIND_WORDS } from './kind-words.ts';
import { detailFacts } from './request-facts.ts';
import { mention } from './text.ts';
import type { VoteView } from './vote-form.ts';

/** What somebody may do on a request now, for "Review and vote". */
export function voteView(state: SubmittedState, person: Person, context: RenderContext): VoteView {
  const view = cardView(state, context);
  const offer = voteOffer(state, person, context.roster, context.now);
  const own = state.votes.find((v) => v.by === person);
  const blocked: string[] = [];
  if (isExcluded(state, person))
    blocked.push(
      `You ${KIND_WORDS[state.document.kind].yours('this')}, so you cannot vote on it (separation of duties, POL-5.1).`,
    );
  else if (!offer.ok)
    blocked.push(
      `Your vote would not count (${offer.reason.replace(/_/g, ' ')}). Waiting for: ${view.needed.join('; ')}.`,
    );
  const reasons = state.terms.tierReasons.map(
    (r) => `${r.because}${r.refs.length > 0 ? ` (${r.refs.join(', ')})` : ''}`,
  );
  return {
    requestId: state.id,
    revision: state.revision.hash,
    shortId: state.shortId,
    title: view.title,
    facts: [
      `${view.tier}${reasons.length > 0 ? `: ${reasons.join(', ')}` : ''}`,
      view.purpose,
      ...detailFacts(state),
      ...likeLines(context.like),
      ...(view.needed.length > 0 ? [`Still needed: ${view.needed.join('; ')}`] : []),
    ],
    evidence: view.evidence,
    role: offer.ok ? offer.role : null,
    standsFor: offer.ok && offer.countsFor !== person ? mention(context.slackUser(offer.countsFor)) : null,
    blocked,
    own: own === undefined ? null : own.choice.replace(/_/g, ' '),
    reasonDemanded: state.terms.reasonForEveryVote,
    confirmRoles: [...rolesOf(state.terms)].sort(),
    phases: KIND_WORDS[state.document.kind].phases,
  };
}
