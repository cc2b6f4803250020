/** "More": what this person may do on a request now, and why the rest is not offered. Pure. */
import type { KnownBlock } from '@slack/types';
import type { Refusal } from '#src/approvals/commands.ts';
import type { Act, Offer } from '#src/delivery/acts.ts';
import { button, context, divider, section } from './build.ts';
import { type Modal, readingModal } from './modal.ts';
import { inline } from './text.ts';

const WORDS: Readonly<Record<Act, { readonly label: string; readonly about: string }>> = {
  vote: {
    label: 'Review and vote',
    about: 'Approve, reject, abstain or step back; an earlier vote is changed by a new one.',
  },
  withdraw_vote: { label: 'Take my vote back', about: 'Your vote no longer counts; you may vote again.' },
  confirm_meeting: { label: 'Confirm my vote', about: 'What the minutes say you voted in the meeting.' },
  consult: { label: 'Give advice', about: 'Your role is asked before it is decided.' },
  ask_information: { label: 'Ask for information', about: 'Nothing is approved until the requester has answered.' },
  give_information: { label: 'Give information', about: 'Answers what the committee asked.' },
  accept_conditions: {
    label: 'Look at the conditions',
    about: 'Accept the conditions of the approval, or decline them.',
  },
  accept_scope: { label: 'Look at the narrower scope', about: 'Accepting it makes a revision with the smaller scope.' },
  propose_scope: {
    label: 'Propose a narrower scope',
    about: 'Fewer users, less traffic, fewer regions, an earlier end.',
  },
  raise_tier: { label: 'Raise the tier', about: 'A person may raise it, never lower it.' },
  settle: { label: 'Settle the rejection', about: 'The chair lets the quorum decide despite a rejection.' },
  record_meeting: { label: 'Enter a meeting', about: 'The chair enters what each voter said; each confirms it here.' },
  edit: { label: 'Edit', about: 'A material change makes a revision and voids the votes.' },
  add_evidence: { label: 'Add evidence', about: 'Upload a file; it makes a revision and voids the votes.' },
  comment: { label: 'Comment', about: 'Kept with the request; decides nothing.' },
  attest: { label: 'Stand for a file', about: 'Say in your role that a captured file is what it claims to be.' },
  withdraw: { label: 'Withdraw', about: 'Ends the request; its record stays.' },
  condition_evidence: { label: 'Give evidence', about: 'For a condition of the approval.' },
  condition_confirm: { label: 'Confirm a condition', about: 'Says that a condition is met.' },
  record_deployment: { label: 'Record the deployment', about: 'It runs now, from the approved artefact.' },
  renew: { label: 'Renew or replace', about: 'A new request with a fresh quorum, filled in from this one.' },
  suspend: { label: 'Suspend', about: 'The gate says no at once.' },
  revoke: { label: 'Revoke', about: 'Ends the approval for good.' },
  close: { label: 'Close', about: 'It is done or out of service.' },
};
const DANGER: ReadonlySet<Act> = new Set(['withdraw', 'suspend', 'revoke', 'close']);

/** Refusals that depend on the person: worth saying. The others only mean that there is nothing to do now. */
const WHY: Readonly<Partial<Record<Refusal, (detail: readonly string[]) => string>>> = {
  self_approval: () => 'you asked for this or own its system (separation of duties)',
  role_missing: (roles) => `for holders of ${roles.join(', ')}`,
  not_requester: () => 'for whoever asked for this',
  not_chair: (roles) => `for the chair (${roles.join(', ')})`,
  not_consulted: () => 'your roles are not asked for advice here',
  recused: () => 'you stepped back from this request',
  spoken_for: () => 'somebody already voted for the person you stand in for',
  condition_owner: () => 'whoever has to meet a condition cannot confirm it',
  deadline_passed: () => 'the time to decide is over',
  review_due: () => 'an emergency deployment has to be reviewed',
  tier_lowered: () => 'it is in the strictest tier already',
  policy_mismatch: () => 'the policy it was submitted under is not at hand',
};

/** The modal. */
export function moreModal(
  request: { readonly id: string; readonly revision: string; readonly shortId: string; readonly title: string },
  offers: readonly Offer[],
): Modal {
  const value = JSON.stringify({ r: request.id, v: request.revision });
  const offered: KnownBlock[] = offers
    .filter((offer) => offer.ok)
    .map(({ act }) => {
      const { label, about } = WORDS[act];
      return section(
        `*${label}*\n${about}`,
        button(label, `open_${act}`, value, DANGER.has(act) ? 'danger' : undefined),
      );
    });
  const withheld = offers.flatMap((offer) => {
    const why = offer.ok ? undefined : WHY[offer.reason];
    return offer.ok || why === undefined ? [] : [`${WORDS[offer.act].label}: ${inline(why(offer.detail), 300)}`];
  });
  const rest: KnownBlock[] =
    withheld.length === 0
      ? []
      : [divider(), context(`*Not offered to you*\n${withheld.map((w) => `• ${w}`).join('\n')}`)];
  return readingModal(request.shortId, [`*${request.shortId}* ${inline(request.title, 200)}`], [...offered, ...rest]);
}
